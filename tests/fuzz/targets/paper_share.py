"""A share as typed from paper: whatever its words say, and no error shows a word.

A wrong check is mended before the share is read: what lies behind the check is what a
fuzzer would not reach by itself. (To locate a mistake takes a second, and has tests
of its own.)
"""

import re

from shamir_mnemonic.rs1024 import create_checksum
from shamir_mnemonic.wordlist import WORDLIST

from crypto.errors import MalformedError
from crypto.slip39 import SHARE_WORDS, Share

_CHECK_WORDS = 3
_INDEX = {word: index for index, word in enumerate(WORDLIST)}
_PREFIXES = {word[:4]: word for word in WORDLIST}
_EXTENDABLE = 0b10000
_SHARE = """
identify survive academic acid adorn epidemic sharp animal
loan herald march mineral patent tolerate material envelope
large believe chubby scared fact racism group away
flash tolerate average muscle nervous cylinder expand muscle
biology
"""
"""One of three that nobody keeps a secret in."""

_MESSAGES = frozenset({
    "a word is not in the list",
    "a share has 33 words",
    "the check of the share does not fit",
    "not a share of one secret of 32 bytes",
    "a share of another shape than ours",
})  # fmt: skip
"""All that an error of ours says: no word of the share."""

_IN_EVERY_REPR = frozenset(
    {"share", "set", "words", "number", "threshold", "is", "rehearsal", "false", "true"}
)


def target(data: bytes) -> bool:
    """Read it; what passes is read back from its own words."""
    text = _mended(data.decode("utf-8", "replace"))
    try:
        share = Share.parse(text)
    except MalformedError as error:
        silent = str(error) in _MESSAGES
    else:
        return _reads_back(share)
    assert silent, "an error says more than is known of it"
    return False


def _reads_back(share: Share) -> bool:
    assert Share.parse(" ".join(share.words)) == share, "its own words mean another"
    first_letters = " ".join(word[:4] for word in share.words)
    assert Share.parse(first_letters) == share, "four letters name another word"
    shown = set(re.findall(r"[a-z]+", repr(share).lower())) - _IN_EVERY_REPR
    assert not shown & set(share.words) - set(share.set_words), "a word is shown"
    return True


def _mended(text: str) -> str:
    """Make the check of 33 listed words fit."""
    typed = (word.strip(".,;:") for word in text.lower().split())
    tokens = [word for word in typed if word and not word.isdecimal()]
    words = [_PREFIXES.get(word, word) for word in tokens]
    if len(words) != SHARE_WORDS or not all(word in _INDEX for word in words):
        return text
    indices = [_INDEX[word] for word in words[:-_CHECK_WORDS]]
    customization = b"shamir_extendable" if indices[1] & _EXTENDABLE else b"shamir"
    check = create_checksum(indices, customization)
    mended = [WORDLIST[each] for each in check]
    if mended == words[-_CHECK_WORDS:]:
        return text
    return " ".join([*words[:-_CHECK_WORDS], *mended])


def seeds() -> dict[str, bytes]:
    """A share, abbreviated, numbered, with exchanged, wrong and missing words."""
    words = _SHARE.split()
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
        "another_set": " ".join(["academic", "academic", *words[2:]]),
    }
    return {name: text.encode() for name, text in texts.items()}
