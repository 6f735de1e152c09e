"""The real thing, or a rehearsal of it.

A rehearsal goes through every step with files, sheets and signatures of its own. They
are marked where programs look, not only where people do: another purpose of the
sealed secrets, another format of `organisation.json`, another namespace of
signatures, another exponent of the shares. So nothing real takes a rehearsal's
product, and a rehearsal takes nothing real. (Kept in memory only, a rehearsal could
not practise what goes wrong most: finding the files again, and using the sheets.)
"""

from dataclasses import dataclass
from typing import Final

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import Entropy
from crypto.sealed_secret import Argon2idProfile, open_secret, seal_secret
from protocol.directory.signed import DIRECTORY_NAMESPACE
from protocol.errors import UnknownFormatError
from protocol.offline_keys import (
    ORGANISATION_FORMAT,
    RECOVERY_PURPOSE,
    ROOT_PURPOSE,
    OrganisationFile,
)
from protocol.passphrase import check_passphrase
from protocol.release import RELEASE_NAMESPACE

OFFLINE_PROFILE: Final = Argon2idProfile(memory_kib=262_144, passes=4, lanes=4)
"""256 MiB: opened a few times a year, while stolen files are tried for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How things are named in one of both."""

    is_rehearsal: bool
    root_purpose: str
    recovery_purpose: str
    organisation_format: str
    directory_namespace: str
    release_namespace: str
    prefix: str
    """Before the names of files."""

    def write_organisation(self, organisation: OrganisationFile) -> bytes:
        """Write `organisation.json`."""
        return organisation.to_json().replace(
            ORGANISATION_FORMAT.encode(), self.organisation_format.encode(), 1
        )

    def read_organisation(self, untrusted: bytes) -> OrganisationFile:
        """Read `organisation.json`.

        Args:
            untrusted: Any bytes.

        Returns:
            What it says.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of the other mode.
        """
        if not self.is_rehearsal:
            return OrganisationFile.parse(untrusted)
        if self.organisation_format.encode() not in untrusted:
            raise UnknownFormatError("a rehearsal's file expected")
        real = untrusted.replace(
            self.organisation_format.encode(), ORGANISATION_FORMAT.encode(), 1
        )
        return OrganisationFile.parse(real)

    def seal(
        self,
        secret: SigningKey | HybridIdentity,
        passphrase: str,
        *,
        profile: Argon2idProfile,
        entropy: Entropy,
    ) -> bytes:
        """Seal root or recovery identity; raises `WeakPassphraseError`."""
        check_passphrase(passphrase)
        return seal_secret(
            secret.seed,
            passphrase,
            purpose=self._purpose_of(type(secret)),
            profile=profile,
            entropy=entropy,
        )

    def open_root(self, sealed: bytes, passphrase: str) -> SigningKey:
        """Open a root's file; raises `CryptoError`."""
        seed = open_secret(sealed, passphrase, purpose=self.root_purpose)
        return SigningKey.from_seed(seed)

    def open_recovery(self, sealed: bytes, passphrase: str) -> HybridIdentity:
        """Open a recovery identity's file; raises `CryptoError`."""
        seed = open_secret(sealed, passphrase, purpose=self.recovery_purpose)
        return HybridIdentity.from_seed(seed)

    def _purpose_of(self, kind: type[SigningKey | HybridIdentity]) -> str:
        return self.root_purpose if kind is SigningKey else self.recovery_purpose


REAL: Final = Mode(
    is_rehearsal=False,
    root_purpose=ROOT_PURPOSE,
    recovery_purpose=RECOVERY_PURPOSE,
    organisation_format=ORGANISATION_FORMAT,
    directory_namespace=DIRECTORY_NAMESPACE,
    release_namespace=RELEASE_NAMESPACE,
    prefix="",
)

REHEARSAL: Final = Mode(
    is_rehearsal=True,
    root_purpose="debunker-rehearsal-root",
    recovery_purpose="debunker-rehearsal-recovery",
    organisation_format="debunker-rehearsal/1",
    directory_namespace="debunker-rehearsal-directory",
    release_namespace="debunker-rehearsal-release",
    prefix="REHEARSAL-",
)
