"""Ed25519 keys: who signs, and whom to believe.

Spec: RFC 8032; docs/protocol.md (conventions): a verification key is written
as OpenSSH does, `ssh-ed25519 AAAA…`, without a comment.

libsodium does the arithmetic; it refuses keys of small order and signatures
that are not canonical, so no signature has a second form.

Rules:
* A signing key shows nothing in `repr`, and is not compared.
* Verification raises; it never answers yes or no.
"""

import base64
import binascii
import struct
from dataclasses import dataclass, field
from typing import Final, Self

from nacl import signing
from nacl.exceptions import BadSignatureError

from crypto.entropy import Entropy
from crypto.errors import AuthenticationError, MalformedError

SEED_BYTES: Final = 32
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
KEY_TYPE: Final = "ssh-ed25519"

# OpenSSH's wire form (RFC 8709): two strings, each behind its 32-bit length.
_BLOB_PREFIX: Final = (
    struct.pack(">I", len(KEY_TYPE)) + KEY_TYPE.encode() + struct.pack(">I", KEY_BYTES)
)


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """The public half: safe to print, pin and compare."""

    raw: bytes
    """32 bytes, as in RFC 8032."""

    def __post_init__(self) -> None:
        """Refuse a wrong length.

        Raises:
            MalformedError: It is not 32 bytes.
        """
        if len(self.raw) != KEY_BYTES:
            raise MalformedError("an Ed25519 key is 32 bytes")

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Take the 32 bytes of a key."""
        return cls(bytes(raw))

    @classmethod
    def from_blob(cls, blob: bytes) -> Self:
        """Parse OpenSSH's binary form.

        Returns:
            The key.

        Raises:
            MalformedError: It is anything but one Ed25519 key.
        """
        prefix, raw = blob[: len(_BLOB_PREFIX)], blob[len(_BLOB_PREFIX) :]
        if prefix != _BLOB_PREFIX:
            raise MalformedError("not an Ed25519 key")
        return cls(raw)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `ssh-ed25519 AAAA…`, with or without a comment behind it.

        Returns:
            The key.

        Raises:
            MalformedError: It is another kind of key, or none.
        """
        words = text.strip().split(maxsplit=2)
        if len(words) < 2 or words[0] != KEY_TYPE:  # noqa: PLR2004 - type and key
            raise MalformedError("not an ssh-ed25519 key")
        try:
            blob = binascii.a2b_base64(words[1], strict_mode=True)
        except ValueError:
            raise MalformedError("not an ssh-ed25519 key: no base64") from None
        return cls.from_blob(blob)

    @property
    def blob(self) -> bytes:
        """OpenSSH's binary form, 51 bytes."""
        return _BLOB_PREFIX + self.raw

    def __str__(self) -> str:
        """Write the key as OpenSSH does, without a comment."""
        return f"{KEY_TYPE} {base64.b64encode(self.blob).decode()}"

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check a bare signature.

        Args:
            signature: Untrusted, 64 bytes.
            message: Untrusted, any length.

        Raises:
            AuthenticationError: This key did not sign `message`.
        """
        try:
            signing.VerifyKey(self.raw).verify(message, signature)
        except (BadSignatureError, ValueError):
            raise AuthenticationError("signature is wrong") from None


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """The secret half."""

    seed: bytes = field(repr=False)
    """32 bytes; whoever has them can sign."""

    _key: signing.SigningKey = field(init=False, repr=False)
    """The seed, expanded once."""

    def __post_init__(self) -> None:
        """Refuse a wrong length, without quoting it; expand the seed.

        Raises:
            MalformedError: It is not 32 bytes.
        """
        if len(self.seed) != SEED_BYTES:
            raise MalformedError("an Ed25519 seed is 32 bytes")
        object.__setattr__(self, "_key", signing.SigningKey(self.seed))

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a new key."""
        return cls(entropy(SEED_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Take a seed of 32 bytes."""
        return cls(bytes(seed))

    @property
    def verification_key(self) -> VerificationKey:
        """The public half."""
        return VerificationKey(bytes(self._key.verify_key))

    def sign(self, message: bytes) -> bytes:
        """Sign with plain Ed25519 (not prehashed): 64 bytes."""
        return self._key.sign(message).signature
