"""Known devices: a token that says "somebody logged in here as this person".

It opens nothing. It only gives its holder a count of failures of their own, so
that a stranger who fails on a name all day does not keep its owner waiting. The
key lives in this process: after a restart a device is known from its next log-in.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from crypto.entropy import Entropy
from crypto.errors import CryptoError
from crypto.records import RecordKey
from review_console.domain.account import fold_name

DEVICE_DATA: Final = b"debunker-console-device"
MAX_TOKEN_CHARACTERS: Final = 1_000
NAME_LIMIT_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """Issues and recognises tokens."""

    key: RecordKey = field(repr=False)
    entropy: Entropy

    def issue(self, name: str) -> str:
        """Make a token for a device on which this person just logged in."""
        record = self.key.encrypt(
            _folded(name).encode(),
            associated_data=DEVICE_DATA,
            entropy=self.entropy,
        )
        return urlsafe_b64encode(record).decode("ascii")

    def throttle_name(self, name: str, untrusted_token: str) -> tuple[str, bool]:
        """Choose whose failures count: the device's own, or the name's.

        Args:
            name: As typed.
            untrusted_token: From the cookie, or empty.

        Returns:
            A name for the throttle, and whether it is a known device's.
        """
        folded = _folded(name)
        if len(untrusted_token) <= MAX_TOKEN_CHARACTERS:
            try:
                record = urlsafe_b64decode(untrusted_token.encode("ascii"))
                known = self.key.decrypt(record, associated_data=DEVICE_DATA)
            except (ValueError, CryptoError):
                return f"name:{folded}", False
            if known.decode() == folded:
                return f"device:{sha256(record).hexdigest()}", True
        return f"name:{folded}", False


def _folded(name: str) -> str:
    return fold_name(name)[:NAME_LIMIT_CHARACTERS]
