"""The codename: the reporter's only secret, as words or as characters.

Spec: docs/protocol.md §2.1.

96 random bits and 14 check bits, spelt as 10 words of 11 bits or as 22
characters of 5 bits; both mean the same 12 bytes. The check is long on
purpose: an unknown mailbox looks like an empty one, so a mistyped codename
must be caught here, before anything is sent.

Rules:
* Case, spacing, ё for е, look-alike letters and dashes do not matter, nor what comes
  behind the first four letters of a word.
* A codename never appears in a `repr`, an error or a log; `UnknownWordError`
  keeps the unlisted word, which is no part of the codename, for the page.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Final, Self

from crypto.entropy import Entropy
from protocol.errors import UnknownWordError, WrongCheckError, WrongLengthError
from protocol.languages import Language

SECRET_BYTES: Final = 12
CHECK_BITS: Final = 14
WORD_COUNT: Final = 10
WORD_BITS: Final = 11
START_CHARACTERS: Final = 4
"""The lists are made so that four letters tell a word."""

END_WORDS: Final = 2
END_CHARACTERS: Final = 5
"""So much of a codename's end is typed to compare a paper with it."""

CHARACTER_COUNT: Final = 22
CHARACTER_BITS: Final = 5
TOTAL_BITS: Final = 8 * SECRET_BYTES + CHECK_BITS

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O, U."""

_FOLDED_CROCKFORD: Final = CROCKFORD.lower()
_GROUPS: Final = (4, 4, 4, 5, 5)
_LISTS: Final = {Language.EN: "english.txt", Language.RU: "russian.txt"}
_LOOK_ALIKES: Final = str.maketrans("oilавекмнорстух", "011abekmh0pctyx")
_SEPARATORS: Final = frozenset("\t\n\v\f\r\x85,.،、。−")
_SEPARATOR_CATEGORIES: Final = frozenset({"Zs", "Zl", "Zp", "Pd"})
_INPUT_LIMIT_CHARACTERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Codename:
    """A reporter's secret of 12 bytes, in either spelling."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a secret of another length: a bug, not bad input."""
        if len(self.secret) != SECRET_BYTES:
            raise ValueError("a codename's secret has 12 bytes")

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a new codename."""
        return cls(entropy(SECRET_BYTES))

    @classmethod
    def parse(cls, untrusted: str) -> Self:
        """Read a codename as a person typed it.

        Args:
            untrusted: Any text.

        Returns:
            The codename, whose check fits.

        Raises:
            UnknownWordError: A word is in no list.
            WrongLengthError: Neither 10 words nor 22 characters.
            WrongCheckError: The length fits, the check does not.
        """
        if len(untrusted) > _INPUT_LIMIT_CHARACTERS:
            raise WrongLengthError("too long for a codename")
        number = _read_number(_tokens(untrusted))
        secret = (number >> CHECK_BITS).to_bytes(SECRET_BYTES, "big")
        if number & ((1 << CHECK_BITS) - 1) != _check(secret):
            raise WrongCheckError("the check does not fit")
        return cls(secret)

    def words(self, language: Language) -> str:
        """Spell the codename in ten words.

        Args:
            language: English or Russian; Kazakh has no list yet.

        Returns:
            Ten words in lower case, separated by one space.

        Raises:
            ValueError: The language has no list.
        """
        if language not in _LISTS:
            raise ValueError("this language has no word list")
        listed = word_list(language)
        return " ".join(
            listed[digit] for digit in _digits(self._number(), WORD_BITS, WORD_COUNT)
        )

    def characters(self) -> str:
        """Spell the codename in 22 characters: `XXXX-XXXX-XXXX-XXXXX-XXXXX`."""
        spelt = "".join(
            CROCKFORD[digit]
            for digit in _digits(self._number(), CHARACTER_BITS, CHARACTER_COUNT)
        )
        groups = []
        for length in _GROUPS:
            groups.append(spelt[:length])
            spelt = spelt[length:]
        return "-".join(groups)

    def ends_so(self, untrusted: str) -> bool:
        """Tell whether what was typed from a paper is the end of this codename.

        Args:
            untrusted: Any text, spelt as loosely as a whole codename may be.

        Returns:
            Whether it is the last words of a list, two or more, or the last
            characters, five or more.
        """
        tokens = [token for token in _tokens(untrusted) if token]
        if END_WORDS <= len(tokens) <= WORD_COUNT and any(
            all(
                map(
                    _is_meant,
                    tokens,
                    _fold(self.words(language)).split()[-len(tokens) :],
                )
            )
            for language in _LISTS
        ):
            return True
        typed = "".join(tokens).translate(_LOOK_ALIKES)
        spelt = self.characters().replace("-", "").lower()
        return len(typed) >= END_CHARACTERS and spelt.endswith(typed)

    def _number(self) -> int:
        return int.from_bytes(self.secret, "big") << CHECK_BITS | _check(self.secret)


@cache
def word_list(language: Language) -> tuple[str, ...]:
    """Load the 2,048 words of English or Russian, as written and sorted."""
    text = (
        resources.files("protocol.words")
        .joinpath(_LISTS[language])
        .read_text(encoding="utf-8")
    )
    return tuple(text.split())


@cache
def _index(language: Language) -> dict[str, int]:
    return {_fold(word): number for number, word in enumerate(word_list(language))}


@cache
def _starts(language: Language) -> dict[str, int]:
    """Number words by their first four letters; shorter words have no start."""
    return {
        word[:START_CHARACTERS]: number
        for word, number in _index(language).items()
        if len(word) >= START_CHARACTERS
    }


def _numbers_by_start(language: Language, tokens: list[str]) -> list[int | None]:
    """Find each token's word; by its start if they are too many for characters."""
    index, starts = _index(language), _starts(language)
    by_start = len(tokens) > len(_GROUPS)
    return [
        index.get(token, starts.get(token[:START_CHARACTERS]) if by_start else None)
        for token in tokens
    ]


def _is_meant(typed: str, word: str) -> bool:
    """Tell whether a folded word stands for a listed one."""
    return typed == word or (
        len(word) >= START_CHARACTERS and typed.startswith(word[:START_CHARACTERS])
    )


def _hits(numbers: list[int | None]) -> int:
    return sum(number is not None for number in numbers)


def _check(secret: bytes) -> int:
    """The first 14 bits of SHA-256(secret)."""
    return int.from_bytes(hashlib.sha256(secret).digest()[:2], "big") >> (
        16 - CHECK_BITS
    )


def _digits(number: int, bits: int, count: int) -> Iterable[int]:
    return (
        number >> bits * (count - 1 - place) & ((1 << bits) - 1)
        for place in range(count)
    )


def _number_of(digits: Iterable[int], bits: int) -> int:
    number = 0
    for digit in digits:
        number = number << bits | digit
    return number


def _fold(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text).lower().replace("ё", "е")
    return "".join(
        character for character in lowered if unicodedata.category(character) != "Cf"
    )


def _tokens(untrusted: str) -> list[str]:
    return "".join(
        " " if _separates(character) else character for character in _fold(untrusted)
    ).split(" ")


def _separates(character: str) -> bool:
    return (
        character in _SEPARATORS
        or unicodedata.category(character) in _SEPARATOR_CATEGORIES
    )


def _read_number(parts: list[str]) -> int:
    """Read 110 bits from folded tokens, some of them empty."""
    tokens = [part for part in parts if part]
    # 1. Every token in one list: words.
    for language in _LISTS:
        index = _index(language)
        if tokens and all(token in index for token in tokens):
            if len(tokens) != WORD_COUNT:
                raise WrongLengthError("a codename has ten words")
            return _number_of((index[token] for token in tokens), WORD_BITS)
    # 2. Else characters, in whatever groups.
    joined = "".join(tokens).translate(_LOOK_ALIKES)
    known = all(character in _FOLDED_CROCKFORD for character in joined)
    if known and len(joined) == CHARACTER_COUNT:
        return _number_of(
            (_FOLDED_CROCKFORD.index(character) for character in joined), CHARACTER_BITS
        )
    # 3. Else ten words by their first four letters: those tell every word of a list,
    #    and the check tells what was mistyped into another word. Not sooner: 22
    #    characters may begin as a word does.
    known_by = {language: _numbers_by_start(language, tokens) for language in _LISTS}
    if len(tokens) == WORD_COUNT:
        for numbers in known_by.values():
            if None not in numbers:
                return _number_of((n for n in numbers if n is not None), WORD_BITS)
    # 4. Else say what is nearest: a word amiss, or characters amiss.
    closest = max(_LISTS, key=lambda language: _hits(known_by[language]))
    unlisted = [
        token
        for token, number in zip(tokens, known_by[closest], strict=True)
        if number is None
    ]
    if 0 < len(unlisted) < len(tokens):
        raise UnknownWordError(unlisted[0])
    if len(joined) == CHARACTER_COUNT:
        raise WrongCheckError("a character that no codename has")
    raise WrongLengthError("neither ten words nor 22 characters")
