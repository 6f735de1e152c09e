"""Classical recipients: X25519 alone, `age1…`.

Spec: C2SP age, "The X25519 recipient type".

Only for destinations whose age is too old for hybrid recipients; reports are
never sealed to them (docs/protocol.md §1).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.age.base64 import decode_base64, encode_base64
from crypto.age.bech32 import decode_bech32, encode_bech32
from crypto.age.file_key import FILE_KEY_BYTES, FileKey
from crypto.age.header import Stanza
from crypto.entropy import Entropy
from crypto.errors import MalformedError, UnusableRecipientsError
from crypto.kdf import hkdf_sha256

STANZA_TYPE: Final = "X25519"
KEY_BYTES: Final = 32

_TAG_BYTES: Final = 16
WRAPPED_FILE_KEY_BYTES: Final = FILE_KEY_BYTES + _TAG_BYTES

_RECIPIENT_PREFIX: Final = "age"
_IDENTITY_PREFIX: Final = "age-secret-key-"
_INFO: Final = b"age-encryption.org/v1/X25519"
# Zero is right: the wrap key is new for each stanza and seals once.
_WRAP_NONCE: Final = bytes(12)


@dataclass(frozen=True, slots=True)
class X25519Recipient:
    """A public key to seal to; `str()` writes it as `age1…`."""

    raw: bytes = field(repr=False)
    """32 bytes."""

    def __post_init__(self) -> None:
        """Refuse a wrong length.

        Raises:
            MalformedError: It is not 32 bytes.
        """
        if len(self.raw) != KEY_BYTES:
            raise MalformedError("an X25519 recipient is 32 bytes")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `age1…`, in lower case.

        Returns:
            The recipient.

        Raises:
            MalformedError: It is another kind of recipient, or none.
        """
        if not text.startswith(_RECIPIENT_PREFIX + "1"):
            raise MalformedError("not an age recipient")
        prefix, raw = decode_bech32(text)
        if prefix != _RECIPIENT_PREFIX:
            raise MalformedError(f"not an X25519 recipient: {text[:20]!r}")
        return cls(raw)

    def __str__(self) -> str:
        """Write it as age does, 62 characters."""
        return encode_bech32(_RECIPIENT_PREFIX, self.raw)

    def wrap(self, file_key: FileKey, *, entropy: Entropy) -> Stanza:
        """Wrap a file key.

        Returns:
            A stanza for this recipient.

        Raises:
            UnusableRecipientsError: The recipient is of low order.
        """
        ephemeral = X25519PrivateKey.from_private_bytes(entropy(KEY_BYTES))
        share = ephemeral.public_key().public_bytes_raw()
        try:
            key = _wrap_key(ephemeral, self.raw, share=share, recipient=self.raw)
        except ValueError:
            raise UnusableRecipientsError("recipient is of low order") from None
        body = ChaCha20Poly1305(key).encrypt(_WRAP_NONCE, file_key.raw, None)
        return Stanza(STANZA_TYPE, (encode_base64(share),), body)


@dataclass(frozen=True, slots=True, eq=False)
class X25519Identity:
    """The secret half; shows nothing in `repr`."""

    seed: bytes = field(repr=False)
    """32 bytes: the X25519 private key."""

    def __post_init__(self) -> None:
        """Refuse a wrong length, without quoting it.

        Raises:
            MalformedError: It is not 32 bytes.
        """
        if len(self.seed) != KEY_BYTES:
            raise MalformedError("an X25519 identity is 32 bytes")

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a new identity."""
        return cls(entropy(KEY_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Take a private key of 32 bytes."""
        return cls(bytes(seed))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `AGE-SECRET-KEY-1…`, in upper case.

        Returns:
            The identity.

        Raises:
            MalformedError: It is another kind of identity, or none.
        """
        if text != text.upper():
            raise MalformedError("not an age identity")
        prefix, seed = decode_bech32(text)
        if prefix != _IDENTITY_PREFIX:
            raise MalformedError("not an X25519 identity")
        return cls(seed)

    def encode(self) -> str:
        """Write the secret as `AGE-SECRET-KEY-1…`."""
        return encode_bech32(_IDENTITY_PREFIX, self.seed).upper()

    @property
    def recipient(self) -> X25519Recipient:
        """The public half."""
        return X25519Recipient(self._private_key().public_key().public_bytes_raw())

    def unwrap(self, stanzas: Iterable[Stanza]) -> FileKey | None:
        """Find the stanza that was made for this identity and open it.

        Args:
            stanzas: Untrusted; those of other types are ignored.

        Returns:
            The file key, or None if no stanza opens.

        Raises:
            MalformedError: A stanza of our type has a wrong shape, or a share
                of low order.
        """
        ours = [(_share(s), s.body) for s in stanzas if s.type == STANZA_TYPE]
        private_key, recipient = self._private_key(), self.recipient.raw
        for share, body in ours:
            try:
                key = _wrap_key(private_key, share, share=share, recipient=recipient)
            except ValueError:
                raise MalformedError("ephemeral share is of low order") from None
            try:
                raw = ChaCha20Poly1305(key).decrypt(_WRAP_NONCE, body, None)
            except InvalidTag:
                continue
            return FileKey(raw)
        return None

    def _private_key(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.seed)


def _wrap_key(
    private_key: X25519PrivateKey, peer: bytes, *, share: bytes, recipient: bytes
) -> bytes:
    """Agree on the wrap key; an all-zero secret is a ValueError."""
    shared_secret = private_key.exchange(X25519PublicKey.from_public_bytes(peer))
    return hkdf_sha256(
        shared_secret, salt=share + recipient, info=_INFO, length_bytes=KEY_BYTES
    )


def _share(stanza: Stanza) -> bytes:
    """Check a stanza's shape; return its ephemeral share."""
    if len(stanza.arguments) != 1:
        raise MalformedError("X25519 stanza needs one argument")
    share = decode_base64(stanza.arguments[0])
    if len(share) != KEY_BYTES:
        raise MalformedError("ephemeral share is not 32 bytes")
    # Before the AEAD, against partitioning oracles.
    if len(stanza.body) != WRAPPED_FILE_KEY_BYTES:
        raise MalformedError("wrapped file key is not 32 bytes")
    return share
