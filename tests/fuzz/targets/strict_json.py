"""Strict JSON: never more lenient than the standard library, and one error."""

import json

from protocol.errors import MalformedError, UnknownFormatError
from protocol.strict_json import MAX_INTEGER, Members, parse_document, serialize

_FORMAT = "debunker-fuzz/1"
_DEEPEST = 3


def target(data: bytes) -> bool:
    """Parse a document; what is accepted, `json` reads in the same way."""
    try:
        members = parse_document(data, format_name=_FORMAT)
    except (MalformedError, UnknownFormatError):
        return False
    stock = json.loads(data)
    assert stock.pop("format") == _FORMAT, "another format"
    _take_all(members, stock, depth=0)
    again = parse_document(serialize({"format": _FORMAT} | stock), format_name=_FORMAT)
    _take_all(again, stock, depth=0)
    return True


def _take_all(members: Members, stock: dict[str, object], *, depth: int) -> None:
    """Take every member by its type, as a format would."""
    for name, value in stock.items():
        match value:
            case bool():
                assert members.boolean(name) is value
            case int() if abs(value) <= MAX_INTEGER:
                read = members.integer(name, minimum=-MAX_INTEGER)
                assert read == value
            case str():
                read_text = members.string(name, limit_characters=len(value))
                assert read_text == value
                read_text.encode()  # never half a character
            case None:
                assert members.object_or_null(name) is None
            case dict() if depth < _DEEPEST:
                _take_all(members.object(name), value, depth=depth + 1)
            case list() if all(isinstance(each, dict) for each in value):
                assert len(members.objects(name, limit=len(value))) == len(value)
            case _:
                _expect_wrong(members, name)
    members.finish()


def _expect_wrong(members: Members, name: str) -> None:
    """No format of ours takes deep objects, mixed arrays and larger numbers."""
    try:
        members.integer(name, minimum=-MAX_INTEGER)
    except MalformedError:
        return
    raise AssertionError("taken for a number")


def seeds() -> dict[str, bytes]:
    """All kinds of values, and what must be refused."""
    head = b'{"format":"debunker-fuzz/1",'
    return {
        "all_kinds": head + '"a":1,"b":true,"c":null,"d":"ә","e":{"f":[{}]}}'.encode(),
        "spaced": b' {\n"format" : "debunker-fuzz/1" }\t',
        "escapes": head + b'"\\u0441":"\\ud83d\\ude00\\n\\/"}',
        "half_character": head + b'"a":"\\ud83d"}',
        "twice": head + b'"a":1,"a":1}',
        "fraction": head + b'"a":1.0}',
        "exponent": head + b'"a":1e3}',
        "minus_zero": head + b'"a":-0}',
        "too_large": head + b'"a":9007199254740992}',
        "nan": head + b'"a":NaN}',
        "deep": b"[" * 3_000,
        "other_format": b'{"format":"debunker-fuzz/2"}',
    }
