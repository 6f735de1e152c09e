"""What the recovery identity is for: every key of the house, sealed to it too.

The recovery identity lies offline. It opens every report, and every key of the
console: so a forgotten passphrase, or a lost console, loses no case.
"""

from hashlib import sha256

from crypto.age import HybridRecipient


def recipient_sha256(recipient: HybridRecipient) -> str:
    """Name a recovery recipient in a row: 64 hexadecimal digits."""
    return sha256(str(recipient).encode("ascii")).hexdigest()
