"""How the organisation's keys stand: what a page shows, and when it warns.

Reporters can write while a directory holds and while at least one reviewer has an
identity that holds. Both run out by themselves, on purpose; so everybody here sees
when, and early enough to do something.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crypto.ed25519 import VerificationKey
from protocol.day import midnight
from protocol.directory import IdentityList, KeyDirectory, current_certificates
from protocol.directory import Role as DirectoryRole
from review_console.domain.deposit import DepositState
from review_console.domain.errors import OrganisationError
from review_console.domain.intake_identity import IntakeIdentity
from review_console.domain.publication import Publication
from review_console.services.effects import Clock
from review_console.services.intake_identities import IntakeIdentities
from review_console.services.opening import SEALED_TO_OTHERS
from review_console.services.organisation import members_of, newest_directory
from review_console.services.store import Store, Unit

EXPIRY_WARNING: Final = timedelta(days=30)
"""Time to draft, sign and bring the next directory."""

CLOSING_WARNING: Final = timedelta(days=5)
"""Nobody has logged in for so long that the form closes soon."""

UPLOAD_TAIL: Final = timedelta(days=2)
"""From the sealing to the day of arrival: a slow upload, and a clock that is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerKeys:
    """A reviewer of the directory, as reporters find them."""

    name: str | None
    """`None`: the directory names a key that belongs to no member."""

    sealed_to_until: datetime | None
    """Until when reporters seal to the newest identity; `None`: they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysState:
    """Everything that the page of keys shows."""

    now: datetime
    version: int
    expires: datetime
    reviewers: tuple[ReviewerKeys, ...]
    open_until: datetime | None
    """Until when reporters can write if nobody does anything; `None`: they cannot."""

    publication: Publication | None
    for_recovery: int
    """Sealed reports that the recovery identity alone opens."""

    @property
    def expires_soon(self) -> bool:
        """Tell whether the root's holder must be asked for the next directory."""
        return self.expires - self.now <= EXPIRY_WARNING

    @property
    def closes_soon(self) -> bool:
        """Tell whether reporters will soon find the form closed, or do so now."""
        return self.open_until is None or self.open_until - self.now <= CLOSING_WARNING

    @property
    def needs_attention(self) -> bool:
        """Tell whether other pages point here."""
        has_trouble = self.publication is not None and bool(self.publication.trouble)
        return self.expires_soon or self.closes_soon or has_trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowKeys:
    """A member looks how the keys stand."""

    store: Store
    clock: Clock
    root: VerificationKey
    identities: IntakeIdentities

    def __call__(self) -> KeysState | None:
        """Look at directory, identities and the last publication.

        Returns:
            How they stand; `None` if there is no directory that the pinned root
            signed.
        """
        now = self.clock.now()
        with self.store.begin() as unit:
            try:
                directory = newest_directory(unit, root=self.root)
            except OrganisationError:
                return None
            published = self.identities.published(unit, directory)
            reviewers = _reviewers(unit, directory, published, now)
            return KeysState(
                now=now,
                version=directory.version,
                expires=directory.expires,
                reviewers=reviewers,
                open_until=_open_until(directory, reviewers, now),
                publication=unit.publications.newest(),
                for_recovery=_for_recovery(unit),
            )


def _reviewers(
    unit: Unit,
    directory: KeyDirectory,
    published: IdentityList,
    now: datetime,
) -> tuple[ReviewerKeys, ...]:
    names = {each.signing_key: each.name for each in members_of(unit, directory)}
    until = {
        reviewer.key: min(certificate.not_after, reviewer.not_after)
        for reviewer, certificate in current_certificates(directory, published, now)
    }
    return tuple(
        ReviewerKeys(name=names.get(each.key), sealed_to_until=until.get(each.key))
        for each in directory.reviewers
    )


def _open_until(
    directory: KeyDirectory,
    reviewers: tuple[ReviewerKeys, ...],
    now: datetime,
) -> datetime | None:
    """Give the earliest of: directory, last recovery recipient, last reviewer."""
    identities = [each.sealed_to_until for each in reviewers if each.sealed_to_until]
    recovery = [
        each.not_after
        for each in directory.recipients
        if each.role is DirectoryRole.RECOVERY
    ]
    if not identities or not recovery:
        return None
    end = min(directory.expires, max(recovery), max(identities))
    return end if now < end else None


def _for_recovery(unit: Unit) -> int:
    """Count what came on days of which nobody has an identity any more."""
    kept = unit.intake_identities.kept()
    waiting = unit.deposits.count_by_day(DepositState.WAITING, SEALED_TO_OTHERS)
    return sum(
        count for day, count in waiting.items() if not _may_open(kept, midnight(day))
    )


def _may_open(kept: Sequence[IntakeIdentity], began: datetime) -> bool:
    """Tell whether somebody's identity held when that day's reports were sealed."""
    return any(
        each.not_before <= began + UPLOAD_TAIL and began - UPLOAD_TAIL < each.not_after
        for each in kept
    )
