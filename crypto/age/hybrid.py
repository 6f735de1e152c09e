"""Hybrid recipients: ML-KEM-768 and X25519 together, `mlkem768x25519`.

Spec: C2SP age, "The MLKEM768-X25519 hybrid post-quantum recipient type"; HPKE
(RFC 9180) with the KEM MLKEM768-X25519; docs/protocol.md §1 and §2.2.

A recording of today's uploads stays sealed as long as either of the two holds.
The identity is a seed of 32 bytes: SHAKE256 makes from it the seed of the ML-KEM
key (64 bytes) and the X25519 key (32 bytes).

HPKE draws its ephemeral keys itself, inside `cryptography`; there is no way to
hand it an `Entropy`, so two stanzas for one recipient always differ.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)

from crypto.age.base64 import decode_base64, encode_base64
from crypto.age.bech32 import decode_bech32, encode_bech32
from crypto.age.file_key import FILE_KEY_BYTES, FileKey
from crypto.age.header import Stanza
from crypto.entropy import Entropy
from crypto.errors import MalformedError, UnusableRecipientsError

STANZA_TYPE: Final = "mlkem768x25519"
SEED_BYTES: Final = 32

_MLKEM_SEED_BYTES: Final = 64
_MLKEM_PUBLIC_BYTES: Final = 1184
_MLKEM_CIPHERTEXT_BYTES: Final = 1088
_X25519_BYTES: Final = 32
_TAG_BYTES: Final = 16

RECIPIENT_BYTES: Final = _MLKEM_PUBLIC_BYTES + _X25519_BYTES
ENCAPSULATED_KEY_BYTES: Final = _MLKEM_CIPHERTEXT_BYTES + _X25519_BYTES
WRAPPED_FILE_KEY_BYTES: Final = FILE_KEY_BYTES + _TAG_BYTES

_RECIPIENT_PREFIX: Final = "age1pq"
_IDENTITY_PREFIX: Final = "age-secret-key-pq-"
_INFO: Final = b"age-encryption.org/mlkem768x25519"


def _suite() -> hpke.Suite:
    return hpke.Suite(
        hpke.KEM.MLKEM768_X25519,
        hpke.KDF.HKDF_SHA256,
        hpke.AEAD.CHACHA20_POLY1305,
    )


@dataclass(frozen=True, slots=True)
class HybridRecipient:
    """A public key to seal to; `str()` writes it as `age1pq1…`."""

    raw: bytes = field(repr=False)
    """1,216 bytes: the ML-KEM encapsulation key, then the X25519 key."""

    _public_key: hpke.MLKEM768X25519PublicKey = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Refuse what is no key, before something is sealed to it.

        Raises:
            MalformedError: A wrong length, or an ML-KEM key out of range.
        """
        if len(self.raw) != RECIPIENT_BYTES:
            raise MalformedError("a hybrid recipient is 1216 bytes")
        mlkem, x25519 = self.raw[:_MLKEM_PUBLIC_BYTES], self.raw[_MLKEM_PUBLIC_BYTES:]
        try:
            public_key = hpke.MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(mlkem),
                X25519PublicKey.from_public_bytes(x25519),
            )
        except ValueError:
            raise MalformedError("not an ML-KEM-768 key") from None
        object.__setattr__(self, "_public_key", public_key)  # the class is frozen

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `age1pq1…`, in lower case.

        Returns:
            The recipient.

        Raises:
            MalformedError: It is another kind of recipient, or none.
        """
        if not text.startswith(_RECIPIENT_PREFIX + "1"):
            raise MalformedError("not a hybrid recipient")
        prefix, raw = decode_bech32(text)
        if prefix != _RECIPIENT_PREFIX:
            raise MalformedError("not a hybrid recipient")
        return cls(raw)

    def __str__(self) -> str:
        """Write it as age does, 1,959 characters."""
        return encode_bech32(_RECIPIENT_PREFIX, self.raw)

    def wrap(self, file_key: FileKey, *, entropy: Entropy) -> Stanza:
        """Wrap a file key; HPKE draws its own randomness.

        Returns:
            A stanza for this recipient.

        Raises:
            UnusableRecipientsError: The X25519 half is of low order.
        """
        del entropy  # no way in; see the module's docstring
        try:
            sealed = _suite().encrypt(file_key.raw, self._public_key, _INFO)
        except ValueError:
            raise UnusableRecipientsError("recipient is of low order") from None
        encapsulated_key = sealed[:ENCAPSULATED_KEY_BYTES]
        return Stanza(
            STANZA_TYPE,
            (encode_base64(encapsulated_key),),
            sealed[ENCAPSULATED_KEY_BYTES:],
        )


@dataclass(frozen=True, slots=True, eq=False)
class HybridIdentity:
    """The secret half; shows nothing in `repr`."""

    seed: bytes = field(repr=False)
    """32 bytes; whoever has them opens everything sealed to the recipient."""

    def __post_init__(self) -> None:
        """Refuse a wrong length, without quoting it.

        Raises:
            MalformedError: It is not 32 bytes.
        """
        if len(self.seed) != SEED_BYTES:
            raise MalformedError("a hybrid identity is 32 bytes")

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a new identity."""
        return cls(entropy(SEED_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Take a seed of 32 uniform bytes."""
        return cls(bytes(seed))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `AGE-SECRET-KEY-PQ-1…`, in upper case.

        Returns:
            The identity.

        Raises:
            MalformedError: It is another kind of identity, or none.
        """
        if text != text.upper():
            raise MalformedError("not a hybrid identity")
        prefix, seed = decode_bech32(text)
        if prefix != _IDENTITY_PREFIX:
            raise MalformedError("not a hybrid identity")
        return cls(seed)

    def encode(self) -> str:
        """Write the secret as `AGE-SECRET-KEY-PQ-1…`."""
        return encode_bech32(_IDENTITY_PREFIX, self.seed).upper()

    @property
    def recipient(self) -> HybridRecipient:
        """The public half."""
        mlkem, x25519 = self._halves()
        return HybridRecipient(
            mlkem.public_key().public_bytes_raw()
            + x25519.public_key().public_bytes_raw()
        )

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
        ours = [_sealed_file_key(s) for s in stanzas if s.type == STANZA_TYPE]
        private_key = hpke.MLKEM768X25519PrivateKey(*self._halves())
        for sealed in ours:
            try:
                return FileKey(_suite().decrypt(sealed, private_key, _INFO))
            except InvalidTag:
                self._refuse_low_order(sealed)
        return None

    def _refuse_low_order(self, sealed: bytes) -> None:
        """Tell a stanza that nobody can open from one that is for somebody else.

        HPKE reports both alike, so the X25519 half is tried again alone.

        Raises:
            MalformedError: Its X25519 half gives the all-zero secret.
        """
        share = sealed[_MLKEM_CIPHERTEXT_BYTES:ENCAPSULATED_KEY_BYTES]
        _, x25519 = self._halves()
        try:
            x25519.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError:
            raise MalformedError("encapsulated key is of low order") from None

    def _halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        length = _MLKEM_SEED_BYTES + _X25519_BYTES
        expanded = hashlib.shake_256(self.seed).digest(length)
        return (
            MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_BYTES]),
            X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_BYTES:]),
        )


def _sealed_file_key(stanza: Stanza) -> bytes:
    """Check a stanza's shape; return what HPKE opens."""
    if len(stanza.arguments) != 1:
        raise MalformedError("hybrid stanza needs one argument")
    encapsulated_key = decode_base64(stanza.arguments[0])
    if len(encapsulated_key) != ENCAPSULATED_KEY_BYTES:
        raise MalformedError("encapsulated key is not 1120 bytes")
    # A longer body could hold a key that opens under several identities
    # (partitioning oracle), so the length is checked before the AEAD.
    if len(stanza.body) != WRAPPED_FILE_KEY_BYTES:
        raise MalformedError("wrapped file key is not 32 bytes")
    return encapsulated_key + stanza.body
