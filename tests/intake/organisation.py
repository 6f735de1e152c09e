"""A whole organisation for tests: root, reviewer, recovery, team and sync keys."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import Entropy, system_entropy
from protocol.day import day_of
from protocol.directory import (
    DirectoryRecipient,
    KeyDirectory,
    Role,
    SignedDirectory,
    TeamKey,
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
    reviewer: HybridIdentity = field(
        default_factory=lambda: HybridIdentity.generate(system_entropy)
    )
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
    ) -> SignedDirectory:
        """Sign a directory that is valid from yesterday on."""
        issued = (now or datetime.now(UTC)).replace(microsecond=0) - timedelta(days=1)  # noqa: TID251  # tests run now
        recipients = [
            (Role.REVIEWER, self.reviewer.recipient),
            (Role.RECOVERY, self.recovery.recipient),
        ]
        directory = KeyDirectory(
            version=version,
            issued=issued,
            expires=issued + lives,
            previous=None if version == 1 else "0" * 64,
            organisation_id=self.id,
            organisation=NAMES,
            recipients=tuple(
                DirectoryRecipient(
                    role=role,
                    recipient=recipient,
                    not_after=issued + timedelta(days=90),
                )
                for role, recipient in recipients
            ),
            team=(
                TeamKey(
                    key=self.team.verification_key,
                    not_before=day_of(issued),
                    not_after=day_of(issued + timedelta(days=90)),
                ),
            ),
        )
        return sign_directory(directory, root or self.root)


def write_directory(signed: SignedDirectory, path: Path) -> None:
    """Put a directory where an operator would."""
    path.write_bytes(signed.directory)
    path.with_name(path.name + ".sig").write_text(signed.signature)
