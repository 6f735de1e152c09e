"""The two secrets that never enter a server, and the file that names their halves.

Spec: docs/protocol.md §9.

The root signs directories and releases; the recovery identity opens every report.
Each lies offline in a file of its own, sealed under a passphrase. What the console
and the intake need of them is public and stands in `organisation.json`.

Rules:
* A root's file does not open as a recovery identity's, nor the other way round.
* A weak passphrase is refused before anything is sealed under it.
"""

from dataclasses import dataclass, field
from typing import Final, Self

from crypto.age import HybridIdentity, HybridRecipient
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import Entropy
from crypto.sealed_secret import Argon2idProfile, open_secret, seal_secret
from protocol.errors import MalformedError
from protocol.key_text import parse_hybrid_recipient, parse_verification_key
from protocol.mailbox import OrganisationId
from protocol.passphrase import check_passphrase
from protocol.strict_json import parse_document, serialize

ROOT_PURPOSE: Final = "debunker-root"
RECOVERY_PURPOSE: Final = "debunker-recovery"
ORGANISATION_FORMAT: Final = "debunker-organisation/1"
MAX_ORGANISATION_BYTES: Final = 2**14


def seal_root(
    root: SigningKey, passphrase: str, *, profile: Argon2idProfile, entropy: Entropy
) -> bytes:
    """Seal the root key; raises `WeakPassphraseError`."""
    check_passphrase(passphrase)
    return seal_secret(
        root.seed, passphrase, purpose=ROOT_PURPOSE, profile=profile, entropy=entropy
    )


def open_root(sealed: bytes, passphrase: str) -> SigningKey:
    """Open the root key.

    Args:
        sealed: Untrusted, as stored.
        passphrase: As typed.

    Returns:
        The root key.

    Raises:
        crypto.errors.MalformedError: Another format, or a cost beyond the limit.
        crypto.errors.AuthenticationError: Wrong passphrase, altered, or no root.
    """
    return SigningKey.from_seed(open_secret(sealed, passphrase, purpose=ROOT_PURPOSE))


def seal_recovery(
    identity: HybridIdentity,
    passphrase: str,
    *,
    profile: Argon2idProfile,
    entropy: Entropy,
) -> bytes:
    """Seal the recovery identity; raises `WeakPassphraseError`."""
    check_passphrase(passphrase)
    return seal_secret(
        identity.seed,
        passphrase,
        purpose=RECOVERY_PURPOSE,
        profile=profile,
        entropy=entropy,
    )


def open_recovery(sealed: bytes, passphrase: str) -> HybridIdentity:
    """Open the recovery identity.

    Args:
        sealed: Untrusted, as stored.
        passphrase: As typed.

    Returns:
        The recovery identity.

    Raises:
        crypto.errors.MalformedError: Another format, or a cost beyond the limit.
        crypto.errors.AuthenticationError: Wrong passphrase, altered, or no
            recovery identity.
    """
    seed = open_secret(sealed, passphrase, purpose=RECOVERY_PURPOSE)
    return HybridIdentity.from_seed(seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFile:
    """`organisation.json`: public, and all that the console gets of the ceremony."""

    organisation_id: OrganisationId
    root: VerificationKey
    recovery: HybridRecipient = field(repr=False)

    def to_json(self) -> bytes:
        """Write the file."""
        return serialize(
            {
                "format": ORGANISATION_FORMAT,
                "organisation_id": str(self.organisation_id),
                "root": str(self.root),
                "recovery": str(self.recovery),
            }
        )

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read the file.

        Args:
            untrusted: Any bytes.

        Returns:
            What it says; whoever pins the root compares it on another way.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
        """
        if len(untrusted) > MAX_ORGANISATION_BYTES:
            raise MalformedError("organisation_too_long")
        members = parse_document(untrusted, format_name=ORGANISATION_FORMAT)
        organisation = cls(
            organisation_id=members.parsed("organisation_id", OrganisationId.parse),
            root=members.parsed("root", parse_verification_key),
            recovery=members.parsed("recovery", parse_hybrid_recipient),
        )
        members.finish()
        return organisation
