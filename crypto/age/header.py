"""The header of an age file: who may open it, and a MAC over that.

Spec: C2SP age, "Header" and its ABNF; docs/protocol.md §1 and §5.

    age-encryption.org/v1
    -> X25519 XEl0dJ6y3C7KZkgmgWUicg63EyXJiwBJW8PdYJ/cYBE
    qRS0AMjdjPvZ/WT08U2KL4G+PIooA3hy38SvLpvaC1E
    --- HK2NmOBN9Dpq0Gw6xMCuhFcQlQLvZ/wQUi/2scLG75s

The grammar leaves one spelling only, so a header that parsed serialises to the
same bytes; the MAC is computed over those.

Rules:
* Reading takes no byte beyond the header.
* A header says nothing until its MAC is verified with the file key; what is
  read before is for finding that key alone.
* Sizes are limited: each stanza costs an attempt to unwrap it, and all of them
  are paid before the MAC can be checked. (The specification has no limit.)
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

from crypto.age.base64 import decode_base64, encode_base64
from crypto.age.file_key import FileKey
from crypto.age.files import LineSource
from crypto.errors import AuthenticationError, MalformedError
from crypto.kdf import hkdf_sha256

MAC_BYTES: Final = 32
MAX_STANZAS: Final = 1024
MAX_HEADER_BYTES: Final = 2 * 1024 * 1024

FAMILY: Final = "age-encryption.org/"
_VERSION: Final = FAMILY + "v1"
_COLUMNS: Final = 64
_COLUMNS_BYTES: Final = 48  # what 64 characters of base64 hold
_ARGUMENT: Final = re.compile(r"[!-~]+")  # spec: 1*VCHAR


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file key, wrapped for one recipient."""

    type: str
    """The first argument: which kind of recipient."""

    arguments: tuple[str, ...]
    """Those behind the type."""

    body: bytes = field(repr=False)
    """Any length; for the native types the wrapped file key, 32 bytes."""

    def serialize(self) -> bytes:
        """Write the stanza; its last line is shorter than 64 columns."""
        body = encode_base64(self.body)
        starts = range(0, len(body) + 1, _COLUMNS)
        lines = (body[start : start + _COLUMNS] for start in starts)
        return "\n".join(
            (" ".join(("->", self.type, *self.arguments)), *lines, "")
        ).encode()


@dataclass(frozen=True, slots=True)
class Header:
    """A header as read: well formed, not yet authentic."""

    stanzas: tuple[Stanza, ...]
    """At least one, in the file's order."""

    mac: bytes = field(repr=False)
    """32 bytes."""

    @classmethod
    def read(cls, source: LineSource) -> Self:
        """Parse the header that starts at the source's position.

        Args:
            source: Untrusted; left where the payload begins.

        Returns:
            The header. Call `verify_mac` before anything relies on it.

        Raises:
            MalformedError: It breaks the grammar or a limit.
        """
        lines = _Lines(source)
        version = lines.next()
        if version != _VERSION:
            # Another version is named; what is no age file may be a plaintext.
            name = repr(version[:40]) if version.startswith(FAMILY) else "no version"
            raise MalformedError(f"not an age v1 file: {name}")
        stanzas: list[Stanza] = []
        while (line := lines.next()).startswith("-> "):
            if len(stanzas) == MAX_STANZAS:
                raise MalformedError(f"more than {MAX_STANZAS} stanzas")
            stanzas.append(_stanza(line, lines))
        if not stanzas:
            raise MalformedError("header has no stanza")
        if not line.startswith("--- "):
            raise MalformedError("header line is neither stanza nor MAC")
        mac = decode_base64(line[4:])
        if len(mac) != MAC_BYTES:
            raise MalformedError("header MAC is not 32 bytes")
        return cls(tuple(stanzas), mac)

    @classmethod
    def seal(cls, file_key: FileKey, stanzas: Iterable[Stanza]) -> Self:
        """Put a MAC over stanzas that wrap `file_key`."""
        stanzas = tuple(stanzas)
        return cls(stanzas, _mac(file_key, stanzas))

    @property
    def length_bytes(self) -> int:
        """How many bytes it takes in the file."""
        return len(self.serialize())

    def serialize(self) -> bytes:
        """Write the header: the bytes that it was read from."""
        return _authenticated(self.stanzas) + f" {encode_base64(self.mac)}\n".encode()

    def verify_mac(self, file_key: FileKey) -> None:
        """Check that whoever wrote the header knew the file key.

        Raises:
            AuthenticationError: A stanza was added, removed or changed.
        """
        if not hmac.compare_digest(self.mac, _mac(file_key, self.stanzas)):
            raise AuthenticationError("header MAC is wrong")


class _Lines:
    """Lines of ASCII, up to a number of bytes in all."""

    def __init__(self, source: LineSource) -> None:
        self._source = source
        self._left_bytes = MAX_HEADER_BYTES

    def next(self) -> str:
        line = self._source.readline(self._left_bytes)
        self._left_bytes -= len(line)
        if not line.endswith(b"\n"):
            raise MalformedError("header is cut off or too long")
        try:
            return line[:-1].decode("ascii")
        except UnicodeDecodeError:
            raise MalformedError("header is not ASCII") from None


def _stanza(argument_line: str, lines: _Lines) -> Stanza:
    _, *arguments = argument_line.split(" ")
    if not all(_ARGUMENT.fullmatch(argument) for argument in arguments):
        raise MalformedError("stanza has an empty or unprintable argument")
    body = bytearray()
    while True:
        piece = decode_base64(lines.next())
        if len(piece) > _COLUMNS_BYTES:
            raise MalformedError("stanza line is longer than 64 columns")
        body += piece
        if len(piece) < _COLUMNS_BYTES:
            return Stanza(arguments[0], tuple(arguments[1:]), bytes(body))


def _authenticated(stanzas: Iterable[Stanza]) -> bytes:
    """The header up to and including `---`, which the MAC covers."""
    lines = b"".join(map(Stanza.serialize, stanzas))
    return f"{_VERSION}\n".encode() + lines + b"---"


def _mac(file_key: FileKey, stanzas: Iterable[Stanza]) -> bytes:
    key = hkdf_sha256(file_key.raw, salt=b"", info=b"header", length_bytes=MAC_BYTES)
    return hmac.digest(key, _authenticated(stanzas), sha256)
