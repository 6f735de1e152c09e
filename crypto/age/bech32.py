"""Bech32: how age spells recipients and identities.

Spec: BIP 173 without its limit of 90 characters, as C2SP age says.

A hybrid recipient has 1,959 characters and stands in every report, so this is
written for speed: five-bit groups by way of base32, which has the same ones, and
the checksum with one table look-up a character.

Rules:
* One case throughout: all lower or all upper.
* Errors never quote the text: it may be an identity.
"""

import base64
import re
from collections.abc import Iterable
from typing import Final

from crypto.errors import MalformedError

_ALPHABET: Final = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_VALUES: Final = bytes(range(32))
_CHECK_CHARACTERS: Final = 6

_TEXT: Final = re.compile(rb"([!-~]+)1([%b]{6,})" % _ALPHABET)
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _table() -> tuple[int, ...]:
    """What the five bits that fall out add to the checksum."""
    sums = [0] * 32
    for top in range(32):
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                sums[top] ^= generator
    return tuple(sums)


_TABLE: Final = _table()


def encode_bech32(prefix: str, data: bytes) -> str:
    """Spell bytes in lower case behind a lower-case prefix."""
    groups = base64.b32encode(data).rstrip(b"=")
    values = groups.translate(bytes.maketrans(_BASE32, _VALUES))
    checksum = _polymod(prefix, values + bytes(_CHECK_CHARACTERS)) ^ 1
    check = bytes(checksum >> shift & 31 for shift in (25, 20, 15, 10, 5, 0))
    coded = (values + check).translate(bytes.maketrans(_VALUES, _ALPHABET))
    return f"{prefix}1{coded.decode()}"


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
    values = coded.translate(bytes.maketrans(_ALPHABET, _VALUES))
    if _polymod(prefix, values) != 1:
        raise MalformedError("bech32 checksum is wrong")
    return prefix, _bytes(values[:-_CHECK_CHARACTERS])


def _polymod(prefix: str, values: Iterable[int]) -> int:
    codes = prefix.encode()
    checksum, table = 1, _TABLE
    for value in (*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)):
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value ^ table[checksum >> 25]
    for value in values:
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value ^ table[checksum >> 25]
    return checksum


def _bytes(values: bytes) -> bytes:
    """Join five-bit groups; what is left over must be short and zero."""
    groups = values.translate(bytes.maketrans(_VALUES, _BASE32))
    try:
        data = base64.b32decode(groups + b"=" * (-len(groups) % 8))
    except ValueError:
        raise MalformedError("bech32 has a group too many") from None
    if base64.b32encode(data).rstrip(b"=") != groups:
        raise MalformedError("bech32 padding is not zero")
    return data
