"""Bech32: how age spells recipients and identities.

Spec: BIP 173 without its limit of 90 characters, as C2SP age says.

Rules:
* One case throughout: all lower or all upper.
* Errors never quote the text: it may be an identity.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from crypto.errors import MalformedError

_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_CHARACTERS: Final = 6


def encode_bech32(prefix: str, data: bytes) -> str:
    """Spell bytes in lower case behind a lower-case prefix."""
    values = _regroup(data, from_bits=8, to_bits=5, pad=True)
    expanded = _expand(prefix)
    checksum = _polymod([*expanded, *values, *[0] * _CHECKSUM_CHARACTERS]) ^ 1
    check = [(checksum >> 5 * (5 - at)) & 31 for at in range(_CHECKSUM_CHARACTERS)]
    return f"{prefix}1{''.join(_ALPHABET[value] for value in (*values, *check))}"


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
    prefix, separator, coded = text.lower().rpartition("1")
    if not separator or not prefix or len(coded) < _CHECKSUM_CHARACTERS:
        raise MalformedError("bech32 is cut off")
    if any(not "!" <= character <= "~" for character in prefix):
        raise MalformedError("bech32 prefix has a wrong character")
    values = [_VALUES.get(character, -1) for character in coded]
    if -1 in values:
        raise MalformedError("bech32 has a wrong character")
    if _polymod([*_expand(prefix), *values]) != 1:
        raise MalformedError("bech32 checksum is wrong")
    data = _regroup(values[:-_CHECKSUM_CHARACTERS], from_bits=5, to_bits=8, pad=False)
    return prefix, bytes(data)


def _expand(prefix: str) -> list[int]:
    codes = prefix.encode()
    return [*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)]


def _polymod(values: Iterable[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                checksum ^= generator
    return checksum


def _regroup(
    values: Sequence[int], *, from_bits: int, to_bits: int, pad: bool
) -> list[int]:
    """Cut the same bits into groups of another size, first bit first."""
    accumulator = bits = 0
    groups: list[int] = []
    for value in values:
        accumulator = accumulator << from_bits | value
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            groups.append(accumulator >> bits)
            accumulator &= (1 << bits) - 1
    if pad and bits:
        groups.append(accumulator << (to_bits - bits))
    elif not pad and (bits >= from_bits or accumulator):
        raise MalformedError("bech32 padding is not zero")
    return groups
