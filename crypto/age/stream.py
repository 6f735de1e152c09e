"""Seal and open whole files, fast and in flat memory.

Spec: C2SP age, "Payload".

One chunk after the other, through buffers that are made once. `bench/seal.py` compares
the result with the `age` command. Files are written in pieces of 32 KiB that begin
at a multiple of that: unaligned ones cost the kernel a tenth more, larger ones up to
four times as much on a busy machine (it fills them with large pages, which can be
dear). A second thread was tried: threads wait for each other.

Rules:
* What `open_stream` has written is authentic, chunk by chunk, but it is a whole
  file only when the function returns: a caller that cannot wait must be able to
  take it back. How much it writes of a bad file is what the public vectors say.
* A failed `seal_stream` leaves a file that every reader refuses.
"""

from collections.abc import Iterable
from typing import BinaryIO, Final

from crypto.age.file_key import FileKey
from crypto.age.files import Destination, read_chunks, write_all
from crypto.age.header import Header
from crypto.age.keys import Identity, Recipient
from crypto.age.payload import (
    CHUNK_BYTES,
    NONCE_BYTES,
    SEALED_CHUNK_BYTES,
    TAG_BYTES,
    PayloadCipher,
    read_nonce,
)
from crypto.age.wrapping import unwrap_header, wrap_header
from crypto.entropy import Entropy
from crypto.errors import AuthenticationError, MalformedError

_PIECE_BYTES: Final = 32 * 1024
_GATHERED_CHUNKS: Final = 4


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
    cipher = PayloadCipher(file_key, nonce)
    start = header + nonce
    buffer = memoryview(
        bytearray(len(start) + _PIECE_BYTES + _GATHERED_CHUNKS * SEALED_CHUNK_BYTES)
    )
    end = len(start)
    buffer[:end] = start
    for index, (chunk, is_final) in enumerate(read_chunks(source, CHUNK_BYTES)):
        sealed = buffer[end : end + len(chunk) + TAG_BYTES]
        cipher.seal_into(index, chunk, sealed, is_final=is_final)
        end += len(sealed)
        if is_final:
            _write_pieces(destination, buffer[:end])
        elif end + SEALED_CHUNK_BYTES > len(buffer):
            # What fills no piece waits at the buffer's start for more.
            whole = end // _PIECE_BYTES * _PIECE_BYTES
            _write_pieces(destination, buffer[:whole])
            buffer[: end - whole] = buffer[whole:end]
            end -= whole


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
    cipher = PayloadCipher(file_key, read_nonce(source))
    buffer = memoryview(bytearray(CHUNK_BYTES))
    for index, (sealed, is_final) in enumerate(read_chunks(source, SEALED_CHUNK_BYTES)):
        _check_size(sealed, index)
        chunk = buffer[: len(sealed) - TAG_BYTES]
        try:
            cipher.open_into(index, sealed, chunk, is_final=is_final)
        except AuthenticationError:
            if len(sealed) == SEALED_CHUNK_BYTES:
                # Sealed as the last and something follows, or not as the last and
                # nothing does: it is authentic where it stands, the file is not.
                cipher.open_into(index, sealed, chunk, is_final=not is_final)
                write_all(destination, chunk)
            raise
        _write_pieces(destination, chunk)


def _write_pieces(destination: Destination, data: memoryview) -> None:
    for at in range(0, len(data), _PIECE_BYTES):
        write_all(destination, data[at : at + _PIECE_BYTES])


def _check_size(sealed: memoryview, index: int) -> None:
    """Refuse what cannot be a chunk; all but the last are whole by construction."""
    if len(sealed) < TAG_BYTES:
        raise MalformedError("payload is cut off")
    if len(sealed) == TAG_BYTES and index > 0:
        raise MalformedError("payload ends in an empty chunk")
