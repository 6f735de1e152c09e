"""Seal while the bytes arrive: a file object that writes an age file.

Spec: C2SP age, "Payload".

For whoever makes the plaintext piece by piece, such as a form that is sealed on
the server. It holds one chunk, so that plaintext is never anywhere else.

Rules:
* Only `close` makes a whole file. If the `with` block fails, the last chunk is
  never written, and every reader refuses what there is.
* Nothing is written to the destination but the sealed file, in order.
"""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from crypto.age.file_key import FileKey
from crypto.age.files import Destination, write_all
from crypto.age.keys import Recipient
from crypto.age.payload import (
    CHUNK_BYTES,
    NONCE_BYTES,
    SEALED_CHUNK_BYTES,
    TAG_BYTES,
    PayloadCipher,
)
from crypto.age.wrapping import wrap_header
from crypto.entropy import Entropy


class SealingWriter:
    """Seals what is written to it."""

    def __init__(
        self,
        destination: Destination,
        recipients: Iterable[Recipient],
        *,
        entropy: Entropy,
    ) -> None:
        """Make a file key and write the header.

        Args:
            destination: At the place where the file shall begin; stays open.
            recipients: At least one, all of one kind.
            entropy: For file key, ephemeral keys and payload nonce.

        Raises:
            UnusableRecipientsError: None, too many, or mixed kinds.
        """
        file_key = FileKey.generate(entropy)
        header = wrap_header(file_key, recipients, entropy=entropy)
        nonce = entropy(NONCE_BYTES)
        self._cipher = PayloadCipher(file_key, nonce)
        self._destination = destination
        self._pending = bytearray(CHUNK_BYTES)
        self._pending_bytes = 0
        self._sealed = bytearray(SEALED_CHUNK_BYTES)
        self._index = 0
        self._closed = False
        write_all(destination, memoryview(header + nonce))

    def __enter__(self) -> Self:
        """Seal what the block writes."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finish the file, unless the block failed."""
        if kind is None:
            self.close()
        else:
            self._closed = True

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Seal some bytes; they may wait for more until the chunk is full.

        Args:
            data: Any length.

        Returns:
            The number of bytes, always all.

        Raises:
            ValueError: The file is finished.
        """
        if self._closed:
            raise ValueError("the sealed file is finished")
        with memoryview(data) as view, view.cast("B") as rest:
            at, length = 0, len(rest)
            while at < length:
                # A full chunk waits too: only what follows shows that it is
                # not the last.
                if self._pending_bytes == CHUNK_BYTES:
                    self._seal_pending(is_final=False)
                if not self._pending_bytes and length - at > CHUNK_BYTES:
                    with rest[at : at + CHUNK_BYTES] as chunk:
                        self._seal(chunk, is_final=False)
                    at += CHUNK_BYTES
                else:
                    at += self._keep(rest[at:])
        return length

    def close(self) -> None:
        """Write the last chunk; the destination stays open."""
        if not self._closed:
            self._seal_pending(is_final=True)
            self._closed = True

    def _keep(self, data: memoryview) -> int:
        count = min(len(data), CHUNK_BYTES - self._pending_bytes)
        end = self._pending_bytes + count
        self._pending[self._pending_bytes : end] = data[:count]
        self._pending_bytes = end
        return count

    def _seal_pending(self, *, is_final: bool) -> None:
        with memoryview(self._pending)[: self._pending_bytes] as chunk:
            self._seal(chunk, is_final=is_final)
        self._pending_bytes = 0

    def _seal(self, chunk: memoryview, *, is_final: bool) -> None:
        with memoryview(self._sealed)[: len(chunk) + TAG_BYTES] as sealed:
            self._cipher.seal_into(self._index, chunk, sealed, is_final=is_final)
            write_all(self._destination, sealed)
        self._index += 1
