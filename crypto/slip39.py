"""A secret as words on several sheets of paper: SLIP-39, k of n.

Spec: SLIP-0039 (https://github.com/satoshilabs/slips), one group, no passphrase.

Any k of the n sheets give the secret back, fewer tell nothing about it. The words
are those of Trezor's and other wallets, so that another program can read the
sheets when this one is gone. `shamir-mnemonic` does the arithmetic.

Not done here: whether the right secret came back; the caller knows its public
half. `k` = 1 is no sharing, and is refused.

Rules:
* What stands on a sheet is a secret: no words in a `repr` but those of the set, and no
  error quotes one. (`UnlistedWordError` keeps it for the person who typed it.)
* A mistake is located, never mended: SLIP-39 forbids to propose the right word,
  for a wrong guess could pass as a share.
* Rehearsals have an iteration exponent of their own, so that the shares of a
  rehearsal and of a real ceremony cannot be taken for each other.

Shares draw their randomness inside the library, from the operating system; as with
HPKE there is no clean way to hand it an `Entropy`. Its arithmetic does not take the
same time for all secrets: it is for a machine that nobody else is on.
"""

import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.rs1024 import create_checksum, verify_checksum
from shamir_mnemonic.share import Share as _LibraryShare
from shamir_mnemonic.wordlist import WORDLIST

from crypto.errors import AuthenticationError, MalformedError

SECRET_BYTES: Final = 32
SHARE_WORDS: Final = 33
"""2 for the set, 2 for the share, 26 for the secret (10 bits each), 3 for the check."""

MIN_THRESHOLD: Final = 2
MAX_SHARES: Final = 16
SET_WORDS: Final = 2
"""The first words, alike on all sheets of one set."""

PREFIX_LETTERS: Final = 4
"""So many letters name a word (SLIP-39's list is made so)."""

REAL_EXPONENT: Final = 1
REHEARSAL_EXPONENT: Final = 0

_CUSTOMIZATION: Final = {False: b"shamir", True: b"shamir_extendable"}
_FLAG_WORD: Final = 1
_EXTENDABLE_BIT: Final = 4
_WORD_BITS: Final = 10
_CHECK_WORDS: Final = 3


class ShareError(MalformedError):
    """What was typed is no share that can be used; never raised itself."""


class UnlistedWordError(ShareError):
    """A word stands in no list; position and word are kept for the person."""

    def __init__(self, position: int, word: str) -> None:
        """Take the position from 1, and the word as it was typed."""
        super().__init__("a word is not in the list")
        self.position = position
        self.word = word


class WrongWordCountError(ShareError):
    """Not as many words as a share has."""

    def __init__(self, count: int) -> None:
        """Take how many there were."""
        super().__init__("a share has 33 words")
        self.count = count


class WrongShareCheckError(ShareError):
    """The words are all listed, but the check does not fit."""

    def __init__(
        self, *, positions: tuple[int, ...], exchanged: tuple[int, ...]
    ) -> None:
        """Take where one wrong word, or two that changed places, would explain it."""
        super().__init__("the check of the share does not fit")
        self.positions = positions
        self.exchanged = exchanged


class ForeignShareError(ShareError):
    """A good share, of another set, another shape, or of the other mode."""

    def __init__(self, reason: str, *, is_of_other_mode: bool = False) -> None:
        """Say whether it is a rehearsal's share in earnest, or the reverse."""
        super().__init__(reason)
        self.is_of_other_mode = is_of_other_mode


class RepeatedShareError(ShareError):
    """This sheet was given already."""

    def __init__(self, number: int) -> None:
        """Take the sheet's number."""
        super().__init__("this share was given already")
        self.number = number


@dataclass(frozen=True, slots=True)
class Share:
    """One sheet: 33 words whose check fits."""

    words: tuple[str, ...] = field(repr=False)
    set_words: tuple[str, str]
    """Alike on all sheets of the set; they tell nothing about the secret."""

    number: int
    """From 1."""

    threshold: int
    is_rehearsal: bool

    @classmethod
    def parse(cls, untrusted: str) -> "Share":
        """Read a share as a person typed it.

        Args:
            untrusted: Words, or their first four letters; capitals do not matter,
                and numbers before the words are skipped.

        Returns:
            The share.

        Raises:
            UnlistedWordError: A word is in no list.
            WrongWordCountError: There are not 33.
            WrongShareCheckError: They are mistyped.
            ForeignShareError: A good share, but of another shape than ours.
        """
        typed = unicodedata.normalize("NFKC", untrusted).lower().split()
        tokens = [each for each in (word.strip(".,;:") for word in typed) if each]
        tokens = [each for each in tokens if not each.isdecimal()]
        words = [_find(each, place) for place, each in enumerate(tokens, start=1)]
        if len(words) != SHARE_WORDS:
            raise WrongWordCountError(len(words))
        indices = [_indices()[word] for word in words]
        if not _fits(indices):
            raise WrongShareCheckError(
                positions=_wrong_places(indices), exchanged=_exchanged(indices)
            )
        try:
            share = _LibraryShare.from_mnemonic(" ".join(words))
        except MnemonicError:
            raise ForeignShareError("not a share of one secret of 32 bytes") from None
        is_ours = (
            share.group_count == 1
            and len(share.value) == SECRET_BYTES
            and share.member_threshold >= MIN_THRESHOLD
            and share.extendable
            and share.iteration_exponent in {REAL_EXPONENT, REHEARSAL_EXPONENT}
        )
        if not is_ours:
            raise ForeignShareError("a share of another shape than ours")
        return cls(
            words=tuple(words),
            set_words=(words[0], words[1]),
            number=share.index + 1,
            threshold=share.member_threshold,
            is_rehearsal=share.iteration_exponent == REHEARSAL_EXPONENT,
        )


def split_secret(
    secret: bytes, *, threshold: int, count: int, is_rehearsal: bool = False
) -> tuple[Share, ...]:
    """Make the shares of a secret, and check that they give it back.

    Args:
        secret: 32 bytes.
        threshold: How many are needed, at least 2.
        count: How many are made, at most 16.
        is_rehearsal: Marks them.

    Returns:
        The shares, in order.

    Raises:
        ValueError: The numbers make no sense.
        RuntimeError: The library's shares do not give the secret back.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError("a secret of 32 bytes is shared")
    if not MIN_THRESHOLD <= threshold <= count <= MAX_SHARES:
        raise ValueError("2 to 16 shares, of which 2 or more are needed")
    exponent = REHEARSAL_EXPONENT if is_rehearsal else REAL_EXPONENT
    [texts] = generate_mnemonics(
        1, [(threshold, count)], secret, iteration_exponent=exponent
    )
    shares = tuple(Share.parse(text) for text in texts)
    # Every share takes part in a combination, before anyone writes it down.
    for first in range(count):
        some = [shares[(first + step) % count] for step in range(threshold)]
        if not hmac.compare_digest(combine_shares(some), secret):
            raise RuntimeError("the shares do not give the secret back")
    return shares


def combine_shares(shares: Sequence[Share]) -> bytes:
    """Get the secret back from as many shares as are needed.

    Args:
        shares: Of one set, all different; exactly as many as the threshold.

    Returns:
        The secret; the caller MUST compare its public half.

    Raises:
        AuthenticationError: The shares do not belong together.
    """
    try:
        secret: bytes = combine_mnemonics(" ".join(each.words) for each in shares)
    except MnemonicError:
        raise AuthenticationError("the shares do not belong together") from None
    return secret


class ShareCollector:
    """Takes shares one after the other until there are enough."""

    def __init__(self, *, is_rehearsal: bool) -> None:
        """Begin with none."""
        self._is_rehearsal = is_rehearsal
        self._shares: list[Share] = []

    @property
    def shares(self) -> tuple[Share, ...]:
        """Those taken so far."""
        return tuple(self._shares)

    @property
    def missing(self) -> int | None:
        """How many more are needed; None before the first, which says it."""
        if not self._shares:
            return None
        return self._shares[0].threshold - len(self._shares)

    def add(self, share: Share) -> None:
        """Take one.

        Raises:
            ForeignShareError: It is of another set, or of a rehearsal.
            RepeatedShareError: It was taken before.
        """
        if share.is_rehearsal is not self._is_rehearsal:
            raise ForeignShareError("of the other mode", is_of_other_mode=True)
        if self._shares:
            first = self._shares[0]
            if (share.set_words, share.threshold) != (first.set_words, first.threshold):
                raise ForeignShareError("a share of another set")
            if any(share.number == each.number for each in self._shares):
                raise RepeatedShareError(share.number)
        self._shares.append(share)


@cache
def _indices() -> dict[str, int]:
    return {word: index for index, word in enumerate(WORDLIST)}


@cache
def _prefixes() -> dict[str, str]:
    return {word[:PREFIX_LETTERS]: word for word in WORDLIST}


def _find(typed: str, position: int) -> str:
    if typed in _indices():
        return typed
    if len(typed) == PREFIX_LETTERS and typed in _prefixes():
        return _prefixes()[typed]
    raise UnlistedWordError(position, typed)


def _fits(indices: Sequence[int]) -> bool:
    return bool(verify_checksum(indices, _customization(indices)))


def _customization(indices: Sequence[int]) -> bytes:
    is_extendable = bool(indices[_FLAG_WORD] >> _EXTENDABLE_BIT & 1)
    return _CUSTOMIZATION[is_extendable]


def _exchanged(indices: Sequence[int]) -> tuple[int, ...]:
    """Find two neighbours that, changed back, would make the check fit."""
    for place in range(len(indices) - 1):
        tried = [*indices]
        tried[place], tried[place + 1] = tried[place + 1], tried[place]
        if tried != [*indices] and _fits(tried):
            return place + 1, place + 2
    return ()


def _wrong_places(indices: Sequence[int]) -> tuple[int, ...]:
    """Find the places where another word would make the check fit.

    The check is linear: what a changed word does to it does not depend on the other
    words. So the effects of a place's ten bits span all that it can do.

    Args:
        indices: Of a share whose check does not fit.

    Returns:
        Places from 1. For one wrong word it is that one; for more, mostly none.
    """
    customization = _customization(indices)
    data, check = indices[:-_CHECK_WORDS], indices[-_CHECK_WORDS:]
    wanted = _number(create_checksum(data, customization)) ^ _number(check)
    nothing = _number(create_checksum([0] * len(data), customization))
    found = []
    for place in range(len(indices)):
        if place == _FLAG_WORD:
            # Another word here can choose another check altogether: try them all.
            is_possible = _mends(indices, place)
        else:
            is_possible = wanted in _span(
                _effect(place, bit, customization)
                ^ (nothing if place < len(data) else 0)
                for bit in range(_WORD_BITS)
            )
        if is_possible:
            found.append(place + 1)
    return tuple(found)


def _effect(place: int, bit: int, customization: bytes) -> int:
    """Tell what the check becomes when this bit alone is set."""
    data_words = SHARE_WORDS - _CHECK_WORDS
    if place >= data_words:
        return 1 << (_WORD_BITS * (SHARE_WORDS - 1 - place) + bit)
    data = [0] * data_words
    data[place] = 1 << bit
    return _number(create_checksum(data, customization))


def _span(effects: Iterable[int]) -> set[int]:
    reached = {0}
    for effect in effects:
        reached |= {each ^ effect for each in reached}
    return reached


def _mends(indices: Sequence[int], place: int) -> bool:
    tried = [*indices]
    for word in range(len(WORDLIST)):
        tried[place] = word
        if word != indices[place] and _fits(tried):
            return True
    return False


def _number(words: Sequence[int]) -> int:
    number = 0
    for word in words:
        number = number << _WORD_BITS | word
    return number
