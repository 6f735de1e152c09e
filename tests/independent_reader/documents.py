"""JSON and spellings: docs/protocol.md, before its first section."""

import base64
import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from tests.independent_reader.refusal import RefusedError

Document = dict[str, Any]
Check = Callable[[str, object], Any]
"""Takes a member's name and value; refuses, or gives what it means."""

_LARGEST = 2**53 - 1
_KEY_CHARACTERS = 4_096
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_HYBRID_BYTES = 1_184 + 32
_CLASSICAL_BYTES = 32
_SSH_KEY = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"


def read(
    untrusted: bytes, *, format_name: str, limit_bytes: int, too_long: str
) -> Document:
    """Read a document: its length, strict JSON, its format."""
    if len(untrusted) > limit_bytes:
        raise RefusedError(too_long)
    try:
        text = untrusted.decode("utf-8")
        found = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise RefusedError("not_json") from None
    document = an_object("", found)
    if "format" not in document:
        raise RefusedError("format_missing")
    if not isinstance(document["format"], str):
        raise RefusedError("format_wrong")
    if document.pop("format") != format_name:
        raise RefusedError("unknown_format")
    return document


def take(document: Document, checks: dict[str, Check]) -> Document:
    """Take exactly these members, each checked."""
    missing = [name for name in checks if name not in document]
    if missing:
        raise RefusedError(f"{missing[0]}_missing")
    taken = {name: check(name, document[name]) for name, check in checks.items()}
    if document.keys() != checks.keys():
        raise RefusedError("unknown_member")
    return taken


def an_object(_name: str, value: object) -> Document:
    """An object, as an entry of an array or as a whole document."""
    if not isinstance(value, dict):
        raise RefusedError("not_an_object")
    return value


def member_object(name: str, value: object) -> Document:
    """An object that is a member."""
    if not isinstance(value, dict):
        raise RefusedError(f"{name}_wrong")
    return value


def or_null(check: Check) -> Check:
    """Also `null`."""
    return lambda name, value: None if value is None else check(name, value)


def array(limit: int) -> Check:
    """An array of at most so many objects."""

    def check(name: str, value: object) -> list[Document]:
        if not isinstance(value, list):
            raise RefusedError(f"{name}_wrong")
        if len(value) > limit:
            raise RefusedError(f"{name}_too_long")
        return [an_object(name, each) for each in value]

    return check


def text(limit_characters: int) -> Check:
    """A string of at most so many characters."""

    def check(name: str, value: object) -> str:
        if not isinstance(value, str):
            raise RefusedError(f"{name}_wrong")
        if len(value) > limit_characters:
            raise RefusedError(f"{name}_too_long")
        return value

    return check


def one_of(*choices: str) -> Check:
    """One of some strings."""

    def check(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise RefusedError(f"{name}_wrong")
        return value

    return check


def integer(minimum: int) -> Check:
    """An integer from `minimum` on; `true` is none."""

    def check(name: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise RefusedError(f"{name}_wrong")
        if not minimum <= value <= _LARGEST:
            raise RefusedError(f"{name}_out_of_range")
        return value

    return check


def boolean(name: str, value: object) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise RefusedError(f"{name}_wrong")
    return value


def matching(pattern: str) -> Check:
    """A string of one shape."""

    def check(name: str, value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            raise RefusedError(f"{name}_wrong")
        return value

    return check


sha256 = matching(r"[0-9a-f]{64}")
mailbox = matching(r"[a-z2-7]{32}")


def moment(name: str, value: object) -> datetime:
    """`YYYY-MM-DDThh:mm:ssZ`."""
    spelt = matching(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")(name, value)
    try:
        return datetime.fromisoformat(spelt)
    except ValueError:
        raise RefusedError(f"{name}_wrong") from None


def day(name: str, value: object) -> date:
    """`YYYY-MM-DD`."""
    spelt = matching(r"\d{4}-\d\d-\d\d")(name, value)
    try:
        return date.fromisoformat(spelt)
    except ValueError:
        raise RefusedError(f"{name}_wrong") from None


def is_midnight(value: datetime) -> bool:
    """Whether a day begins in UTC+5."""
    local = value + timedelta(hours=5)
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def organisation_id(name: str, value: object) -> bytes:
    """base64url of 32 bytes, canonical."""
    padded = matching(r"[A-Za-z0-9_-]{43}")(name, value) + "="
    raw = base64.urlsafe_b64decode(padded)
    if base64.urlsafe_b64encode(raw).decode() != padded:
        raise RefusedError(f"{name}_wrong")
    return raw


def ed25519_key(name: str, value: object) -> bytes:
    """`ssh-ed25519 AAAA…`; the 32 raw bytes."""
    kind, _, encoded = text(_KEY_CHARACTERS)(name, value).partition(" ")
    try:
        blob = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise RefusedError(f"{name}_wrong") from None
    is_canonical = base64.b64encode(blob).decode() == encoded
    if kind != "ssh-ed25519" or not is_canonical or not blob.startswith(_SSH_KEY):
        raise RefusedError(f"{name}_wrong")
    raw = blob.removeprefix(_SSH_KEY)
    if len(raw) != 32:
        raise RefusedError(f"{name}_wrong")
    return raw


def hybrid_or(classical: str) -> Check:
    """`age1pq1…`; `classical` is the reason where it is `age1…`."""

    def check(name: str, value: object) -> str:
        spelt: str = text(_KEY_CHARACTERS)(name, value)
        prefix, raw = bech32(name, spelt)
        if prefix == "age" and len(raw) == _CLASSICAL_BYTES:
            raise RefusedError(classical)
        if prefix != "age1pq" or len(raw) != _HYBRID_BYTES:
            raise RefusedError(f"{name}_wrong")
        return spelt

    return check


def bech32(name: str, value: str) -> tuple[str, bytes]:
    """Read bech32 (BIP-173, of any length) in lower case: prefix and bytes."""
    prefix, _, data = value.rpartition("1")
    if not prefix or len(data) < 6 or any(each not in _CHARSET for each in data):
        raise RefusedError(f"{name}_wrong")
    digits = [_CHARSET.index(each) for each in data]
    high, low = [ord(each) >> 5 for each in prefix], [ord(each) & 31 for each in prefix]
    if value != value.lower() or _polymod([*high, 0, *low, *digits]) != 1:
        raise RefusedError(f"{name}_wrong")
    number, bits = 0, 5 * (len(digits) - 6)
    for digit in digits[:-6]:
        number = number << 5 | digit
    left_over = bits % 8
    if left_over >= 5 or number & ((1 << left_over) - 1):
        raise RefusedError(f"{name}_wrong")
    return prefix, (number >> left_over).to_bytes(bits // 8, "big")


def write_bech32(prefix: str, raw: bytes) -> str:
    """Write bech32 in lower case."""
    padding = -8 * len(raw) % 5
    number, count = int.from_bytes(raw, "big") << padding, (8 * len(raw) + padding) // 5
    digits = [number >> 5 * place & 31 for place in reversed(range(count))]
    high, low = [ord(each) >> 5 for each in prefix], [ord(each) & 31 for each in prefix]
    check = _polymod([*high, 0, *low, *digits, 0, 0, 0, 0, 0, 0]) ^ 1
    digits += [check >> 5 * place & 31 for place in reversed(range(6))]
    return f"{prefix}1" + "".join(_CHARSET[digit] for digit in digits)


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum


def _unique(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedError("duplicate_member")
    return found


def _integer(literal: str) -> int:
    if literal == "-0" or len(literal) > len(str(-_LARGEST)):
        raise RefusedError("not_an_integer")
    return int(literal)


def _refuse_number(_literal: str) -> None:
    raise RefusedError("not_an_integer")
