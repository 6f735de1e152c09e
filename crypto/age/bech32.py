"""Bech32: how age spells recipients and identities.

Spec: BIP 173 without its limit of 90 characters, as C2SP age says.

A hybrid recipient has 1,959 characters and stands in every report, so nothing here
goes character by character: a word is one large integer, of which Python's own
code moves all bits at once.

* Checksum: a polynomial over GF(32), modulo the generator. It is linear, so each of
  its 30 bits is the parity of those bits of the word that a mask selects. And x^1023
  is 1 modulo the generator: what stands 1,023 characters apart counts alike, a long
  word folds, and masks for 1,023 characters do.
* Five-bit groups: `int(…, 32)` reads them. To write them, blocks of 40 bits spread to
  64 in three halvings.

Rules:
* One case throughout: all lower or all upper.
* Errors never quote the text: it may be an identity.
"""

import re
from functools import cache
from typing import Final

from crypto.errors import MalformedError

_ALPHABET: Final = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_DIGITS: Final = b"0123456789abcdefghijklmnopqrstuv"  # as `int` reads base 32
_TO_DIGITS: Final = bytes.maketrans(_ALPHABET, _DIGITS)
_TO_ALPHABET: Final = bytes.maketrans(bytes(range(32)), _ALPHABET)

_GROUP_BITS: Final = 5
_CHECK_CHARACTERS: Final = 6
_CHECK_BITS: Final = _CHECK_CHARACTERS * _GROUP_BITS

_TEXT: Final = re.compile(rb"([!-~]+)1([%b]{6,})" % _ALPHABET)
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_PERIOD_CHARACTERS: Final = 1023
_PERIOD_BITS: Final = _PERIOD_CHARACTERS * _GROUP_BITS


def encode_bech32(prefix: str, data: bytes) -> str:
    """Spell bytes in lower case behind a lower-case prefix."""
    characters = -(-len(data) * 8 // _GROUP_BITS)
    padding_bits = characters * _GROUP_BITS - len(data) * 8
    word = int.from_bytes(data) << padding_bits << _CHECK_BITS
    checksum = _checksum(prefix, word, characters + _CHECK_CHARACTERS) ^ 1
    check = _groups((checksum << 2).to_bytes(4))[:_CHECK_CHARACTERS]
    coded = _groups(data)[:characters] + check
    return f"{prefix}1{coded.translate(_TO_ALPHABET).decode()}"


def decode_bech32(text: str) -> tuple[str, bytes]:
    """Read what `encode_bech32` wrote, or the same in upper case.

    Args:
        text: Untrusted; may be secret.

    Returns:
        The prefix in lower case, and the bytes.

    Raises:
        MalformedError: Mixed case, wrong characters, checksum or padding.
    """
    if text not in {text.lower(), text.upper()} or not text.isascii():
        raise MalformedError("bech32 is ASCII in one case")
    match = _TEXT.fullmatch(text.lower().encode())
    if match is None:
        raise MalformedError("bech32 is cut off or has a wrong character")
    prefix, coded = match[1].decode(), match[2]
    word = int(coded.translate(_TO_DIGITS), 1 << _GROUP_BITS)
    if _checksum(prefix, word, len(coded)) != 1:
        raise MalformedError("bech32 checksum is wrong")
    data_bits = (len(coded) - _CHECK_CHARACTERS) * _GROUP_BITS
    length_bytes, padding_bits = divmod(data_bits, 8)
    padded = word >> _CHECK_BITS
    if padding_bits >= _GROUP_BITS:
        raise MalformedError("bech32 has a group too many")
    if padded & ((1 << padding_bits) - 1):
        raise MalformedError("bech32 padding is not zero")
    return prefix, (padded >> padding_bits).to_bytes(length_bytes)


def _checksum(prefix: str, word: int, characters: int) -> int:
    """Divide by the generator; what is left of a right word is 1.

    Args:
        prefix: In lower case.
        word: The groups behind the `1`, and six for the checksum.
        characters: How many groups.

    Returns:
        30 bits.
    """
    # Spec: bech32_hrp_expand, behind the 1 that its polymod starts with.
    codes = prefix.encode()
    expanded = 1
    for value in (*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)):
        expanded = expanded << _GROUP_BITS | value
    left = expanded << characters * _GROUP_BITS | word
    folded = 0
    while left:
        folded ^= left & ((1 << _PERIOD_BITS) - 1)
        left >>= _PERIOD_BITS
    checksum = 0
    for mask in _masks():
        checksum = checksum << 1 | (folded & mask).bit_count() & 1
    return checksum


@cache
def _masks() -> tuple[int, ...]:
    """For each bit of the checksum, highest first: which bits of a word flip it."""
    # Place by place from the word's end: what each of its five bits leaves over.
    left_over = [1 << bit for bit in range(_GROUP_BITS)]
    rows = []
    for _ in range(_PERIOD_CHARACTERS):
        rows += [f"{value:0{_CHECK_BITS}b}" for value in left_over]
        left_over = [_times_x(value) for value in left_over]
    bits = "".join(reversed(rows))
    return tuple(int(bits[bit::_CHECK_BITS], 2) for bit in range(_CHECK_BITS))


def _times_x(checksum: int) -> int:
    """One step of the specification's polymod, with a zero."""
    top = checksum >> (_CHECK_BITS - _GROUP_BITS)
    checksum = checksum << _GROUP_BITS & ((1 << _CHECK_BITS) - 1)
    for bit, generator in enumerate(_GENERATOR):
        if top >> bit & 1:
            checksum ^= generator
    return checksum


def _groups(data: bytes) -> bytes:
    """Split into groups of five bits, a byte each; zeros fill the last block."""
    blocks = -(-len(data) // 5)
    padded = data.ljust(blocks * 5, b"\0")
    spread = bytearray(blocks * 8)
    for at in range(5):
        spread[3 + at :: 8] = padded[at::5]
    # In each 64 bits: one run of 40, then two of 20, four of 10, eight of 5.
    bits = int.from_bytes(spread)
    for run_bits, upper in (
        (20, 0x000000FFFFF00000),
        (10, 0x000FFC00000FFC00),
        (5, 0x03E003E003E003E0),
    ):
        moved = bits & int.from_bytes(upper.to_bytes(8) * blocks)
        slot_bits = run_bits * 8 // _GROUP_BITS
        bits ^= moved ^ moved << (slot_bits - run_bits)
    return bits.to_bytes(blocks * 8)
