"""A share as typed from paper: no mistake passes, and no error shows a word."""

from functools import cache

from crypto.errors import MalformedError
from crypto.slip39 import Share, split_secret

NEAR_MISSES = 4
"""Locating a mistake tries every word in every place."""


@cache
def _shares() -> tuple[Share, ...]:
    return split_secret(b"s" * 32, threshold=2, count=3)


def target(data: bytes) -> bool:
    """Read it; what passes is read back from its own words."""
    text = data.decode("utf-8", "replace")
    try:
        share = Share.parse(text)
    except MalformedError as error:
        _assert_silent(str(error), text)
        return False
    assert Share.parse(" ".join(share.words)) == share, "its own words mean another"
    first_letters = " ".join(word[:4] for word in share.words)
    assert Share.parse(first_letters) == share, "four letters name another word"
    assert not any(word in repr(share) for word in share.words[4:]), "a word is shown"
    return True


def _assert_silent(message: str, text: str) -> None:
    ordinary = set(message.lower().split())
    words = {word for word in text.lower().split() if len(word) > 3}
    assert not any(word in message for word in words - ordinary), "a word is quoted"


def seeds() -> dict[str, bytes]:
    """A share, abbreviated, numbered, with exchanged, wrong and missing words."""
    words = list(_shares()[0].words)
    exchanged = [*words[:10], words[11], words[10], *words[12:]]
    texts = {
        "share": " ".join(words),
        "first_letters": " ".join(word[:4] for word in words),
        "numbered": "\n".join(f"{at}. {word}" for at, word in enumerate(words, 1)),
        "capitals": " ".join(words).upper(),
        "exchanged": " ".join(exchanged),
        "word_missing": " ".join(words[:-1]),
        "unlisted": " ".join([*words[:5], "zzzz", *words[6:]]),
        "another_word": " ".join([*words[:5], "academic", *words[6:]]),
    }
    return {name: text.encode() for name, text in texts.items()}
