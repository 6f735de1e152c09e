"""The payload of an age file: chunks of 64 KiB, each sealed on its own.

Spec: C2SP age, "Payload" (a STREAM construction); docs/protocol.md §5 for lengths.

A chunk's nonce is its place (11 bytes) and whether it is the last (1 byte), so
that chunks cannot be reordered, dropped, doubled or appended. Only the last
may be shorter, and it may be empty only if the whole payload is.

Not done here: reading, writing and buffering, which `writer`, `reader` and `stream`
do in their own ways.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.age.file_key import FileKey
from crypto.age.files import Source
from crypto.errors import AuthenticationError, MalformedError
from crypto.kdf import hkdf_sha256

CHUNK_BYTES: Final = 64 * 1024
TAG_BYTES: Final = 16
SEALED_CHUNK_BYTES: Final = CHUNK_BYTES + TAG_BYTES
NONCE_BYTES: Final = 16
"""The payload's own nonce, between header and first chunk."""

_PAYLOAD_KEY_BYTES: Final = 32
_COUNTER_BYTES: Final = 11


class PayloadCipher:
    """Seals and opens the chunks of one payload; shows nothing in `repr`."""

    def __init__(self, file_key: FileKey, nonce: bytes) -> None:
        """Derive the payload key.

        Args:
            file_key: Of this file only.
            nonce: The payload's 16 bytes.
        """
        payload_key = hkdf_sha256(
            file_key.raw, salt=nonce, info=b"payload", length_bytes=_PAYLOAD_KEY_BYTES
        )
        self._aead = ChaCha20Poly1305(payload_key)

    def seal_into(
        self,
        index: int,
        plaintext: bytearray | memoryview,
        sealed: bytearray | memoryview,
        *,
        is_final: bool,
    ) -> None:
        """Seal one chunk.

        Args:
            index: Its place, from 0; never the same twice.
            plaintext: At most 64 KiB, exactly that unless it is the last.
            sealed: Where to write: exactly 16 bytes longer.
            is_final: Whether it is the last.
        """
        nonce = _chunk_nonce(index, is_final=is_final)
        self._aead.encrypt_into(nonce, plaintext, None, sealed)

    def open_into(
        self,
        index: int,
        sealed: bytearray | memoryview,
        plaintext: bytearray | memoryview,
        *,
        is_final: bool,
    ) -> None:
        """Open one chunk.

        Args:
            index: Its place, from 0.
            sealed: Untrusted.
            plaintext: Where to write: exactly 16 bytes shorter. After an error it
                may hold anything, and nothing of it may be used.
            is_final: Whether the file ends behind it.

        Raises:
            AuthenticationError: Altered, moved, cut off or of another file.
        """
        nonce = _chunk_nonce(index, is_final=is_final)
        try:
            self._aead.decrypt_into(nonce, sealed, None, plaintext)
        except InvalidTag:
            raise AuthenticationError("payload is altered or cut off") from None


def read_nonce(source: Source) -> bytes:
    """Read a payload's nonce.

    Args:
        source: Untrusted, where the header ends; it blocks and is buffered.

    Returns:
        16 bytes.

    Raises:
        MalformedError: The file ends before.
    """
    nonce = source.read(NONCE_BYTES)
    if nonce is None or len(nonce) != NONCE_BYTES:
        raise MalformedError("file is cut off before its payload")
    return nonce


def chunk_count(plaintext_bytes: int) -> int:
    """Count the chunks of a payload; an empty one has one, empty."""
    return max(1, -(-plaintext_bytes // CHUNK_BYTES))


def sealed_length(plaintext_bytes: int, *, header_bytes: int) -> int:
    """Say how long a whole age file is, in bytes."""
    tags_bytes = TAG_BYTES * chunk_count(plaintext_bytes)
    return header_bytes + NONCE_BYTES + plaintext_bytes + tags_bytes


def plaintext_length(sealed_bytes: int, *, header_bytes: int) -> int:
    """Say how long the plaintext of a whole age file is.

    Args:
        sealed_bytes: Untrusted: of the whole file.
        header_bytes: Of its header.

    Returns:
        Bytes; to be believed once the last chunk has been opened as the last.

    Raises:
        MalformedError: No payload has such a length.
    """
    chunks_bytes = sealed_bytes - header_bytes - NONCE_BYTES
    count = -(-chunks_bytes // SEALED_CHUNK_BYTES)
    plaintext_bytes = chunks_bytes - TAG_BYTES * count
    if chunks_bytes < TAG_BYTES or chunk_count(plaintext_bytes) != count:
        raise MalformedError("payload is cut off")
    return plaintext_bytes


def _chunk_nonce(index: int, *, is_final: bool) -> bytes:
    return index.to_bytes(_COUNTER_BYTES, "big") + bytes((is_final,))
