"""Seal and open whole files, fast and in flat memory.

Spec: C2SP age, "Payload".

One thread reads and seals, another writes: the libraries let go of the
interpreter's lock for both, so that cipher and disk work at the same time.
`bench/seal.py` compares the result with the `age` command.

Rules:
* What `open_stream` has written is authentic, chunk by chunk, but it is a whole
  file only when the function returns: a caller that cannot wait must be able to
  take it back.
* A failed `seal_stream` leaves a file that every reader refuses.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from crypto.age.blocks import BlockWriter, read_blocks
from crypto.age.file_key import FileKey
from crypto.age.files import Destination, write_all
from crypto.age.header import Header
from crypto.age.keys import Identity, Recipient
from crypto.age.payload import (
    CHUNK_BYTES,
    NONCE_BYTES,
    SEALED_CHUNK_BYTES,
    TAG_BYTES,
    PayloadCipher,
)
from crypto.age.wrapping import unwrap_header, wrap_header
from crypto.entropy import Entropy
from crypto.errors import MalformedError

_CHUNKS_PER_BLOCK: Final = 16
_BLOCK_BYTES: Final = _CHUNKS_PER_BLOCK * CHUNK_BYTES
_SEALED_BLOCK_BYTES: Final = _CHUNKS_PER_BLOCK * SEALED_CHUNK_BYTES


def seal_stream(
    source: BinaryIO,
    destination: Destination,
    recipients: Iterable[Recipient],
    *,
    entropy: Entropy,
) -> None:
    """Seal everything that the source holds.

    Args:
        source: Plaintext, any length; need not be seekable.
        destination: Where the age file shall begin.
        recipients: At least one, all of one kind.
        entropy: For file key, ephemeral keys and payload nonce.

    Raises:
        UnusableRecipientsError: None, too many, or mixed kinds.
    """
    file_key = FileKey.generate(entropy)
    header = wrap_header(file_key, recipients, entropy=entropy)
    nonce = entropy(NONCE_BYTES)
    write_all(destination, memoryview(header + nonce))
    cipher = PayloadCipher(file_key, nonce)
    index = 0
    with BlockWriter(destination, size_bytes=_SEALED_BLOCK_BYTES) as writer:
        for block, is_last in read_blocks(source, size_bytes=_BLOCK_BYTES):
            for chunk, is_end in _chunks(block, CHUNK_BYTES):
                sealed = writer.reserve(len(chunk) + TAG_BYTES)
                cipher.seal_into(index, chunk, sealed, is_final=is_last and is_end)
                writer.advance(len(sealed))
                index += 1


def open_stream(
    source: BinaryIO, destination: Destination, identities: Iterable[Identity]
) -> None:
    """Open a whole file.

    Args:
        source: Untrusted; need not be seekable.
        destination: Where the plaintext goes: authentic chunks only, and none
            before the header is verified.
        identities: Tried in order.

    Raises:
        MalformedError: Not an age file, or cut off.
        NoMatchingIdentityError: Sealed to others.
        AuthenticationError: Altered or cut off; the destination has what came
            before.
    """
    header = Header.read(source)
    file_key = unwrap_header(header, identities)
    nonce = source.read(NONCE_BYTES)
    if len(nonce) != NONCE_BYTES:
        raise MalformedError("payload is cut off")
    cipher = PayloadCipher(file_key, nonce)
    index = 0
    with BlockWriter(destination, size_bytes=_BLOCK_BYTES) as writer:
        for block, is_last in read_blocks(source, size_bytes=_SEALED_BLOCK_BYTES):
            for sealed, is_end in _chunks(block, SEALED_CHUNK_BYTES):
                _check_size(sealed, index)
                chunk = writer.reserve(len(sealed) - TAG_BYTES)
                cipher.open_into(index, sealed, chunk, is_final=is_last and is_end)
                writer.advance(len(chunk))
                index += 1


def _chunks(block: memoryview, size_bytes: int) -> Iterator[tuple[memoryview, bool]]:
    """Cut a block; say which chunk ends it. An empty block is one empty chunk."""
    last = max(0, (len(block) - 1) // size_bytes)
    for number in range(last + 1):
        at = number * size_bytes
        yield block[at : at + size_bytes], number == last


def _check_size(sealed: memoryview, index: int) -> None:
    """Refuse what cannot be a chunk; all but the last are whole by construction."""
    if len(sealed) < TAG_BYTES:
        raise MalformedError("payload is cut off")
    if len(sealed) == TAG_BYTES and index > 0:
        raise MalformedError("last chunk is empty")
