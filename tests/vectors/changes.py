"""Changes to a JSON document, as vectors of strict reading need them."""

import json
from typing import Any

Members = dict[str, Any]


def to_json(members: object) -> bytes:
    """Write compact JSON, whatever it says."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def changed(document: bytes, **members: object) -> bytes:
    """Replace members of an object, or add some."""
    return to_json(json.loads(document) | members)


def without(document: bytes, name: str) -> bytes:
    """Take a member away."""
    members: Members = json.loads(document)
    del members[name]
    return to_json(members)


def changed_in(
    document: bytes, array: str, index: int = 0, /, **members: object
) -> bytes:
    """Replace members of an object of an array, the first one, or add some."""
    content: Members = json.loads(document)
    content[array][index] |= members
    return to_json(content)


def repeated(document: bytes, name: str) -> bytes:
    """Write a member twice."""
    value = to_json(json.loads(document)[name]).decode()
    return b'{"%s":%s,' % (name.encode(), value.encode()) + document[1:]
