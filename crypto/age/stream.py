"""Seal and open whole files, fast and in flat memory.

Spec: C2SP age, "Payload".

One chunk after the other, through buffers that are made once. `bench/seal.py` compares
the result with the `age` command. Larger writes and a second thread were tried: on
a busy machine both were slower, by up to a factor of four (kernels fill large
aligned writes with large pages, which can be dear; threads wait for each other).

Rules:
* What `open_stream` has written is authentic, chunk by chunk, but it is a whole
  file only when the function returns: a caller that cannot wait must be able to
  take it back. How much it writes of a bad file is what the public vectors say.
* A failed `seal_stream` leaves a file that every reader refuses.
"""

from collections.abc import Iterable
from typing import BinaryIO

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
    buffer = memoryview(bytearray(SEALED_CHUNK_BYTES))
    for index, (chunk, is_final) in enumerate(read_chunks(source, CHUNK_BYTES)):
        sealed = buffer[: len(chunk) + TAG_BYTES]
        cipher.seal_into(index, chunk, sealed, is_final=is_final)
        write_all(destination, sealed)


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
        write_all(destination, chunk)


def _check_size(sealed: memoryview, index: int) -> None:
    """Refuse what cannot be a chunk; all but the last are whole by construction."""
    if len(sealed) < TAG_BYTES:
        raise MalformedError("payload is cut off")
    if len(sealed) == TAG_BYTES and index > 0:
        raise MalformedError("payload ends in an empty chunk")
