"""Seal and open what fits in memory.

Spec: C2SP age.
"""

import io
from collections.abc import Iterable

from crypto.age.keys import Identity, Recipient
from crypto.age.reader import OpeningReader
from crypto.age.writer import SealingWriter
from crypto.entropy import Entropy


def seal(
    plaintext: bytes, recipients: Iterable[Recipient], *, entropy: Entropy
) -> bytes:
    """Seal bytes into an age file.

    Args:
        plaintext: Any length that fits in memory twice.
        recipients: At least one, all of one kind.
        entropy: For file key, ephemeral keys and payload nonce.

    Returns:
        The whole file.

    Raises:
        UnusableRecipientsError: None, too many, or mixed kinds.
    """
    destination = io.BytesIO()
    with SealingWriter(destination, recipients, entropy=entropy) as writer:
        writer.write(plaintext)
    return destination.getvalue()


def open_sealed(sealed: bytes, identities: Iterable[Identity]) -> bytes:
    """Open an age file that is held in memory.

    Args:
        sealed: Untrusted, the whole file.
        identities: Tried in order.

    Returns:
        The plaintext, all of it authentic.

    Raises:
        MalformedError: Not an age file, or cut off.
        NoMatchingIdentityError: Sealed to others.
        AuthenticationError: Altered or cut off.
    """
    with OpeningReader(io.BytesIO(sealed), identities) as reader:
        return reader.read()
