"""JSON read strictly: exactly the named members, of exactly the right types.

Spec: docs/protocol.md, conventions.

Two readers that see one document differently are an attack: a signature covers
bytes, and every reader must find the same in them. So duplicate and unknown
members, numbers other than integers, and text that is not Unicode are refused.

Rules:
* A boolean is no integer.
* No error quotes a name or a value that was read; a reason names only members
  that the format has.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Final, NoReturn, TypeVar

from protocol.day import parse_day, parse_moment
from protocol.errors import MalformedError, UnknownFormatError

MAX_INTEGER: Final = 2**53 - 1
"""The largest that JavaScript reads exactly."""

_KEY_LIMIT_CHARACTERS: Final = 4_096
_KNOWN_SHAPE = re.compile(r"debunker-[a-z-]{1,40}/[0-9]{1,6}", re.ASCII)
_EnumType = TypeVar("_EnumType", bound=Enum)
_Parsed = TypeVar("_Parsed")


def serialize(value: Mapping[str, object]) -> bytes:
    """Write JSON: UTF-8, no needless escapes, no spaces, members as given."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def parse_document(untrusted: bytes, *, format_name: str) -> "Members":
    """Read a document that names its own format.

    Args:
        untrusted: UTF-8, its length already bounded by the caller.
        format_name: The one format and version that is understood.

    Returns:
        The document's members, `format` already taken.

    Raises:
        MalformedError: It is not strict JSON, or no object.
        UnknownFormatError: It says that it is something else.
    """
    members = Members(_decode(untrusted))
    found = members.string("format", limit_characters=60)
    if found != format_name:
        # Quoted only when it looks like a format of ours, and so tells nothing.
        named = found if _KNOWN_SHAPE.fullmatch(found) else "no known format"
        raise UnknownFormatError(f"{format_name} expected, found {named}")
    return members


class Members:
    """An object's members, each taken once; `finish` refuses what is left."""

    def __init__(self, untrusted: object) -> None:
        """Take a decoded value.

        Raises:
            MalformedError: It is no object.
        """
        if not isinstance(untrusted, dict):
            raise MalformedError("not_an_object")
        self._left: dict[str, object] = dict(untrusted)

    def finish(self) -> None:
        """Refuse members that nobody asked for.

        Raises:
            MalformedError: The object has one that the format does not name.
        """
        if self._left:
            raise MalformedError("unknown_member")

    def has(self, name: str) -> bool:
        """Say whether an optional member is there."""
        return name in self._left

    def string(self, name: str, *, limit_characters: int) -> str:
        """Take a string of at most so many code points."""
        value = self._take(name, str)
        if len(value) > limit_characters:
            raise MalformedError(f"{name}_too_long")
        return value

    def optional_string(self, name: str, *, limit_characters: int) -> str | None:
        """Take a string, or nothing where there is no such member."""
        if not self.has(name):
            return None
        return self.string(name, limit_characters=limit_characters)

    def string_or_null(self, name: str, *, limit_characters: int) -> str | None:
        """Take a string or `null`; the member must be there."""
        if self._left.get(name, ...) is None:
            del self._left[name]
            return None
        return self.string(name, limit_characters=limit_characters)

    def integer(self, name: str, *, minimum: int, maximum: int = MAX_INTEGER) -> int:
        """Take an integer of a range; `true` is none."""
        value = self._take(name, int)
        if not minimum <= value <= maximum:
            raise MalformedError(f"{name}_out_of_range")
        return value

    def boolean(self, name: str) -> bool:
        """Take `true` or `false`."""
        return self._take(name, bool)

    def choice(self, name: str, choices: type[_EnumType]) -> _EnumType:
        """Take one of an enum's values."""
        try:
            return choices(self._take(name, str))
        except ValueError:
            raise _wrong(name) from None

    def optional_choice(self, name: str, choices: type[_EnumType]) -> _EnumType | None:
        """Take one of an enum's values, or nothing where there is no such member."""
        return self.choice(name, choices) if self.has(name) else None

    def day(self, name: str) -> date:
        """Take a day."""
        return self.parsed(name, parse_day)

    def moment(self, name: str) -> datetime:
        """Take a moment."""
        return self.parsed(name, parse_moment)

    def parsed(self, name: str, parse: Callable[[str], _Parsed]) -> _Parsed:
        """Take a string that another parser reads; keys are the longest."""
        text = self.string(name, limit_characters=_KEY_LIMIT_CHARACTERS)
        try:
            return parse(text)
        except MalformedError:
            raise _wrong(name) from None

    def object(self, name: str) -> "Members":
        """Take an object."""
        return Members(self._take(name, dict))

    def object_or_null(self, name: str) -> "Members | None":
        """Take an object or `null`; the member must be there."""
        if self._left.get(name, ...) is None:
            del self._left[name]
            return None
        return self.object(name)

    def objects(self, name: str, *, limit: int) -> Sequence["Members"]:
        """Take an array of at most so many objects."""
        values = self._take(name, list)
        if len(values) > limit:
            raise MalformedError(f"{name}_too_long")
        return [Members(value) for value in values]

    def _take(self, name: str, kind: type[_Parsed]) -> _Parsed:
        if name not in self._left:
            raise MalformedError(f"{name}_missing")
        value = self._left.pop(name)
        if type(value) is not kind:
            raise _wrong(name)
        return value


def _wrong(name: str) -> MalformedError:
    return MalformedError(f"{name}_wrong")


def _decode(untrusted: bytes) -> object:
    try:
        text = untrusted.decode("utf-8")
        value: object = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_refuse,
            parse_constant=_refuse,
            parse_int=_integer,
        )
        # Lone surrogates can be escaped, but are no characters.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise MalformedError("not_json") from None
    return value


def _unique(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise MalformedError("duplicate_member")
        members[name] = value
    return members


def _integer(literal: str) -> int:
    if literal == "-0" or len(literal) > len(str(-MAX_INTEGER)):
        raise MalformedError("not_an_integer")
    return int(literal)


def _refuse(_literal: str) -> NoReturn:
    raise MalformedError("not_an_integer")
