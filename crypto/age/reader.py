"""Open at any place: a seekable file object over an age file.

Spec: C2SP age, "Payload" on seeking.

For readers that jump, such as a zip's central directory: reading `report.json`
opens a few chunks of a file of any size. Wrap it in `io.BufferedReader` for many
small reads.

Rules:
* The last chunk is opened first, as the last: from then on the length is
  authentic, and a file that was cut off is refused before anything is read.
* No byte leaves a chunk whose tag is not right.
* What has not been read has not been verified: read to the end to verify all.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Self

from crypto.age.file_key import FileKey
from crypto.age.files import fill
from crypto.age.header import Header, Stanza
from crypto.age.keys import Identity
from crypto.age.payload import (
    CHUNK_BYTES,
    NONCE_BYTES,
    SEALED_CHUNK_BYTES,
    TAG_BYTES,
    PayloadCipher,
    chunk_count,
    plaintext_length,
    read_nonce,
)
from crypto.age.wrapping import unwrap_header
from crypto.errors import MalformedError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True, slots=True, eq=False)
class _HeldFileKey:
    """An identity for one file: whoever its header names, the key is known."""

    file_key: FileKey

    def unwrap(self, stanzas: Iterable[Stanza]) -> FileKey:
        del stanzas
        return self.file_key


class OpeningReader(io.RawIOBase):
    """The plaintext of an age file; closing it leaves the source open."""

    def __init__(self, source: BinaryIO, identities: Iterable[Identity]) -> None:
        """Unwrap the file key and verify header and length.

        Args:
            source: Untrusted, seekable, at the file's start; the file ends where
                the source does. Nobody else may move it meanwhile.
            identities: Tried in order.

        Raises:
            MalformedError: Not an age file, or cut off.
            NoMatchingIdentityError: Sealed to others.
            AuthenticationError: Altered or cut off.
        """
        self.header = Header.read(source)
        self.file_key = unwrap_header(self.header, identities)
        nonce = read_nonce(source)
        self._source = source
        self._start = source.tell()
        sealed_bytes = source.seek(0, io.SEEK_END) - self._start + NONCE_BYTES
        self._length_bytes = plaintext_length(sealed_bytes, header_bytes=0)
        self._cipher = PayloadCipher(self.file_key, nonce)
        self._sealed = bytearray(SEALED_CHUNK_BYTES)
        self._plaintext = bytearray(CHUNK_BYTES)
        self._position = 0
        self._index = -1  # of the chunk that is open
        self._open_chunk(chunk_count(self._length_bytes) - 1)

    @classmethod
    def with_file_key(cls, source: BinaryIO, file_key: FileKey) -> Self:
        """Open with the file key itself, whoever the header names.

        Args:
            source: As above.
            file_key: Of this file.

        Returns:
            The reader.

        Raises:
            AuthenticationError: It is the key of another file.
        """
        return cls(source, [_HeldFileKey(file_key)])

    @property
    def length_bytes(self) -> int:
        """How long the plaintext is; authentic."""
        return self._length_bytes

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to a place in the plaintext; it may lie behind the end.

        Args:
            offset: Bytes.
            whence: From where, as for any file.

        Returns:
            The new position.

        Raises:
            ValueError: It would lie before the start, or `whence` is unknown.
        """
        bases = {
            io.SEEK_SET: 0,
            io.SEEK_CUR: self._position,
            io.SEEK_END: self._length_bytes,
        }
        if whence not in bases or bases[whence] + offset < 0:
            raise ValueError("no such position")
        self._position = bases[whence] + offset
        return self._position

    def tell(self) -> int:
        """Say where the next read begins."""
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read to the end of the present chunk, or until the buffer is full.

        Args:
            buffer: Any length.

        Returns:
            The number of bytes; 0 at the end.

        Raises:
            MalformedError: The source has become shorter.
            AuthenticationError: The chunk is altered.
            ValueError: The reader is closed.
        """
        if self.closed:
            raise ValueError("the reader is closed")
        with memoryview(buffer) as view, view.cast("B") as target:
            left = self._length_bytes - self._position
            if left <= 0 or not target:
                return 0
            index, at = divmod(self._position, CHUNK_BYTES)
            self._open_chunk(index)
            count = min(len(target), left, CHUNK_BYTES - at)
            with memoryview(self._plaintext) as plaintext:
                target[:count] = plaintext[at : at + count]
        self._position += count
        return count

    def _open_chunk(self, index: int) -> None:
        if index == self._index:
            return
        self._index = -1  # an error leaves no open chunk behind
        start = index * CHUNK_BYTES
        size = min(CHUNK_BYTES, self._length_bytes - start)
        self._source.seek(self._start + index * SEALED_CHUNK_BYTES)
        with (
            memoryview(self._sealed)[: size + TAG_BYTES] as sealed,
            memoryview(self._plaintext)[:size] as plaintext,
        ):
            if fill(self._source, sealed) != len(sealed):
                raise MalformedError("payload is cut off")
            is_final = start + size == self._length_bytes
            self._cipher.open_into(index, sealed, plaintext, is_final=is_final)
        self._index = index
