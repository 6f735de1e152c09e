"""Directories as the console drafts them, and the keys behind them."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crypto.age import HybridIdentity, HybridRecipient
from crypto.ed25519 import SigningKey
from deploy.clock import system_now
from protocol.directory import (
    DirectoryRecipient,
    KeyDirectory,
    ReviewerKey,
    Role,
    TeamKey,
)
from protocol.languages import Language
from protocol.mailbox import OrganisationId

NAMES = {Language.KK: "Ұйым", Language.RU: "Организация", Language.EN: "Organisation"}


def key(name: str) -> SigningKey:
    """Make a key for somebody; the same name gives the same one."""
    return SigningKey.from_seed(hashlib.sha256(name.encode()).digest())


def recipient(name: str) -> HybridRecipient:
    """Make a recipient for somebody."""
    return HybridIdentity.from_seed(hashlib.sha256(name.encode()).digest()).recipient


def now() -> datetime:
    """Give this moment, to the second."""
    return system_now().astimezone(UTC).replace(microsecond=0)


def draft(
    organisation_id: OrganisationId,
    recovery: HybridRecipient,
    *,
    reviewers: tuple[str, ...] = ("Aigerim",),
    previous: bytes | None = None,
) -> KeyDirectory:
    """Draft a directory, as the console does."""
    issued = now()
    version = 1 if previous is None else KeyDirectory.parse(previous).version + 1
    return KeyDirectory(
        version=version,
        issued=issued,
        expires=issued + timedelta(days=90),
        previous=None if previous is None else hashlib.sha256(previous).hexdigest(),
        organisation_id=organisation_id,
        organisation=NAMES,
        reviewers=tuple(
            ReviewerKey(
                key=key(name).verification_key, not_after=issued + timedelta(days=365)
            )
            for name in reviewers
        ),
        recipients=(
            DirectoryRecipient(
                role=Role.RECOVERY,
                recipient=recovery,
                not_after=issued + timedelta(days=365),
            ),
        ),
        team=(
            TeamKey(
                key=key("team").verification_key,
                not_before=issued.date(),
                not_after=issued.date() + timedelta(days=700),
            ),
        ),
    )


def with_recovery(directory: KeyDirectory, name: str) -> KeyDirectory:
    """Slip another recovery recipient into a draft."""
    slipped_in = replace(directory.recipients[0], recipient=recipient(name))
    return replace(directory, recipients=(*directory.recipients, slipped_in))
