"""Attachments: what a report says about the files inside it.

Spec: docs/protocol.md §1.3 (`attachments`), §1.4.

The reporter's file name travels inside the seal only. It is untrusted twice: the
writer makes it harmless, and the reader refuses one that is not.
"""

import re
from dataclasses import dataclass
from typing import Final

from protocol.errors import MalformedError
from protocol.ladder import MAX_ARCHIVE_BYTES
from protocol.sha256_text import is_sha256
from protocol.strict_json import Members

MAX_ATTACHMENTS: Final = 997
"""With `report.json`, its signature and `padding`: 1,000 entries."""

NAME_LIMIT_CHARACTERS: Final = 255
DEFAULT_NAME: Final = "attachment"
DEFAULT_MEDIA_TYPE: Final = "application/octet-stream"

_SUBTYPE: Final = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"
_MEDIA_TYPE = re.compile(f"{_SUBTYPE}/{_SUBTYPE}", re.ASCII)
_MEDIA_TYPE_LIMIT_CHARACTERS: Final = 255
_ENTRY = re.compile(r"attachments/[0-9]{3}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Attachment:
    """A file of the reporter's, inside the archive."""

    entry: str
    """`attachments/001` and so on: its name in the archive."""

    name: str
    """The reporter's own name for it; no path, but otherwise untrusted."""

    media_type: str
    """As the browser guessed it; untrusted."""

    size_bytes: int
    sha256: str | None
    """64 hexadecimal digits in a message, which is signed; else `None`."""

    def __post_init__(self) -> None:
        """Refuse what the format does not allow.

        Raises:
            MalformedError: A member has another form.
        """
        if not _ENTRY.fullmatch(self.entry):
            raise MalformedError("entry_wrong")
        if attachment_name(self.name) != self.name:
            raise MalformedError("name_wrong")
        if attachment_media_type(self.media_type) != self.media_type:
            raise MalformedError("media_type_wrong")
        if self.sha256 is not None and not is_sha256(self.sha256):
            raise MalformedError("sha256_wrong")

    def to_members(self) -> dict[str, object]:
        """Give the JSON object."""
        members: dict[str, object] = {
            "entry": self.entry,
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size_bytes,
        }
        return members if self.sha256 is None else members | {"sha256": self.sha256}

    @classmethod
    def take(cls, members: Members, *, hashed: bool) -> "Attachment":
        """Read the JSON object; raises `MalformedError`."""
        attachment = cls(
            entry=members.string("entry", limit_characters=20),
            name=members.string("name", limit_characters=NAME_LIMIT_CHARACTERS),
            media_type=members.string(
                "media_type", limit_characters=_MEDIA_TYPE_LIMIT_CHARACTERS
            ),
            size_bytes=members.integer("size", minimum=0, maximum=MAX_ARCHIVE_BYTES),
            sha256=members.string("sha256", limit_characters=64) if hashed else None,
        )
        members.finish()
        return attachment


def entry_name(number: int) -> str:
    """Name the entry of the n-th attachment, counted from 1."""
    return f"attachments/{number:03}"


def attachment_name(untrusted: str) -> str:
    """Make a reporter's file name one that the format allows.

    Args:
        untrusted: As the browser sent it, perhaps with a path before it.

    Returns:
        The last part of the path, control characters replaced by `_`, cut to 255
        characters; `attachment` if nothing is left.
    """
    last = re.split(r"[/\\]", untrusted)[-1]
    plain = _CONTROL.sub("_", last).encode("utf-8", "replace").decode()
    return plain[:NAME_LIMIT_CHARACTERS] or DEFAULT_NAME


def attachment_media_type(untrusted: str) -> str:
    """Make a media type one that the format allows.

    Args:
        untrusted: As the browser guessed it, perhaps empty.

    Returns:
        `type/subtype` in lower case without parameters, or
        `application/octet-stream`.
    """
    bare = untrusted.split(";", 1)[0].strip().lower()
    fits = len(bare) <= _MEDIA_TYPE_LIMIT_CHARACTERS and _MEDIA_TYPE.fullmatch(bare)
    return bare if fits else DEFAULT_MEDIA_TYPE
