"""A whole organisation for tests: its keys, its directory, its identities."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import Entropy, system_entropy
from protocol.day import day_of, midnight
from protocol.directory import (
    MAX_IDENTITY_LIFETIME,
    DirectoryRecipient,
    IdentityCertificate,
    IdentityList,
    KeyDirectory,
    ReviewerKey,
    Role,
    SignedDirectory,
    TeamKey,
    certify_identity,
    sign_directory,
)
from protocol.languages import Language
from protocol.mailbox import OrganisationId

NAMES = {
    Language.KK: "Адал қоғам",
    Language.RU: "Честное общество",
    Language.EN: "Honest society",
}


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Keys that no real organisation would keep in one place."""

    entropy: Entropy = system_entropy
    root: SigningKey = field(
        default_factory=lambda: SigningKey.generate(system_entropy)
    )
    sync: SigningKey = field(
        default_factory=lambda: SigningKey.generate(system_entropy)
    )
    team: SigningKey = field(
        default_factory=lambda: SigningKey.generate(system_entropy)
    )
    reviewer_key: SigningKey = field(
        default_factory=lambda: SigningKey.generate(system_entropy)
    )
    """Certifies `reviewer`; the directory names it."""

    reviewer: HybridIdentity = field(
        default_factory=lambda: HybridIdentity.generate(system_entropy)
    )
    """The reviewer's intake identity."""

    recovery: HybridIdentity = field(
        default_factory=lambda: HybridIdentity.generate(system_entropy)
    )
    id: OrganisationId = field(
        default_factory=lambda: OrganisationId(system_entropy(32))
    )

    def directory(
        self,
        *,
        now: datetime | None = None,
        version: int = 1,
        lives: timedelta = timedelta(days=30),
        root: SigningKey | None = None,
        cross_root: SigningKey | None = None,
    ) -> SignedDirectory:
        """Sign a directory that is valid from yesterday on."""
        directory = self.content(now=now, version=version, lives=lives)
        return sign_directory(directory, root or self.root, cross_root=cross_root)

    def content(
        self,
        *,
        now: datetime | None = None,
        version: int = 1,
        lives: timedelta = timedelta(days=30),
    ) -> KeyDirectory:
        """Write a directory that is valid from yesterday on, unsigned."""
        issued = _moment(now) - timedelta(days=1)
        end = issued + timedelta(days=90)
        return KeyDirectory(
            version=version,
            issued=issued,
            expires=issued + lives,
            previous=None if version == 1 else "0" * 64,
            organisation_id=self.id,
            organisation=NAMES,
            reviewers=(
                ReviewerKey(key=self.reviewer_key.verification_key, not_after=end),
            ),
            recipients=(
                DirectoryRecipient(
                    role=Role.RECOVERY,
                    recipient=self.recovery.recipient,
                    not_after=end,
                ),
            ),
            team=(
                TeamKey(
                    key=self.team.verification_key,
                    not_before=day_of(issued),
                    not_after=day_of(end),
                ),
            ),
        )

    def identities(
        self,
        *,
        now: datetime | None = None,
        reviewer: HybridIdentity | None = None,
        key: SigningKey | None = None,
    ) -> IdentityList:
        """Certify the reviewer's identity for two weeks from today on."""
        today = midnight(day_of(_moment(now)))
        certificate = IdentityCertificate(
            organisation_id=self.id,
            recipient=(reviewer or self.reviewer).recipient,
            not_before=today,
            not_after=today + MAX_IDENTITY_LIFETIME,
        )
        certified = certify_identity(certificate, key or self.reviewer_key)
        return IdentityList(identities=(certified,))


def write_directory(signed: SignedDirectory, path: Path) -> None:
    """Put a directory where an operator would."""
    path.write_bytes(signed.directory)
    path.with_name(path.name + ".sig").write_text(signed.signature)
    if signed.cross_signature is not None:
        path.with_name(path.name + ".cross.sig").write_text(signed.cross_signature)


def write_identities(identities: IdentityList, directory: Path) -> None:
    """Put the reviewers' identities beside the directory."""
    directory.with_name("identities.json").write_bytes(identities.to_json())


def _moment(now: datetime | None) -> datetime:
    return (now or datetime.now(UTC)).replace(microsecond=0)  # noqa: TID251  # tests run now
