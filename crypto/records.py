"""Encrypted records: small data at rest, bound to the place where it stands.

A record is `nonce || ciphertext || tag` of XChaCha20-Poly1305 with a random
192-bit nonce, so that one key may encrypt any number of records. Where it stands
(table, row, column) is associated data: a record that is moved does not open.

Not done here: lengths are not hidden, and an old record put back in its own
place is not noticed.
"""

from dataclasses import dataclass, field
from typing import Final, Self

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError as SodiumError

from crypto.entropy import Entropy
from crypto.errors import AuthenticationError, MalformedError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 24
TAG_BYTES: Final = 16
RECORD_OVERHEAD_BYTES: Final = NONCE_BYTES + TAG_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class RecordKey:
    """A key that encrypts records."""

    raw: bytes = field(repr=False)
    """32 bytes."""

    def __post_init__(self) -> None:
        """Refuse a wrong length, without quoting it.

        Raises:
            MalformedError: It is not 32 bytes.
        """
        if len(self.raw) != KEY_BYTES:
            raise MalformedError("a record key is 32 bytes")

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a new key."""
        return cls(entropy(KEY_BYTES))

    def encrypt(
        self, plaintext: bytes, *, associated_data: bytes, entropy: Entropy
    ) -> bytes:
        """Encrypt one record: 40 bytes longer than its plaintext."""
        nonce = entropy(NONCE_BYTES)
        return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(
            plaintext, associated_data, nonce, self.raw
        )

    def decrypt(self, record: bytes, *, associated_data: bytes) -> bytes:
        """Decrypt one record.

        Args:
            record: Untrusted, as stored.
            associated_data: Where it was found.

        Returns:
            The plaintext.

        Raises:
            MalformedError: It is too short to be a record.
            AuthenticationError: Altered, moved, or of another key.
        """
        if len(record) < RECORD_OVERHEAD_BYTES:
            raise MalformedError("a record is at least 40 bytes")
        nonce, ciphertext = record[:NONCE_BYTES], record[NONCE_BYTES:]
        try:
            return crypto_aead_xchacha20poly1305_ietf_decrypt(
                ciphertext, associated_data, nonce, self.raw
            )
        except SodiumError:
            raise AuthenticationError("record is altered or not ours") from None
