"""Intake identities: what reports are sealed to, for two weeks at most.

Spec: docs/protocol.md §4.

Whoever seizes the intake and later gets every long-term key and passphrase must
open nothing older than a grace period. So each reviewer's console makes a new
age identity every few days; its private half is destroyed when the reports that
were sealed to it have been fetched.

Rules:
* At most one a day: an identity begins at midnight, so that its certificate tells
  no hour, and of two that begin together nobody could say which is the newer.
* The graces below are promises: SECURITY.md and the keys page name them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from crypto.age import HybridRecipient
from protocol.day import day_of, midnight
from protocol.directory import MAX_IDENTITY_LIFETIME, CertifiedIdentity
from review_console.domain.ids import AccountId, IntakeIdentityId

RENEWED_WITH: Final = timedelta(days=9)
"""A new one is made when the newest has no more than this left."""

OWN_GRACE: Final = timedelta(days=3)
"""After its end: clocks are off by up to a day, and an upload that was begun is
finished by the end of the next day. Then the owner's next whole fetch destroys it."""

ABSENT_GRACE: Final = timedelta(days=30)
"""After its end, whoever fetches destroys it, though its owner stayed away or the
intake let no fetch come to its end. What it alone could have opened is left to the
recovery identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeIdentity:
    """One identity as the database knows it: never its private half."""

    id: IntakeIdentityId
    account: AccountId
    """Whose vault key encrypts the private half."""

    recipient: HybridRecipient = field(repr=False)
    not_before: datetime
    not_after: datetime
    """Nothing is sealed to it from this moment on."""

    certified: CertifiedIdentity = field(repr=False)
    """Signed by the owner."""

    destroyed_on: date | None
    """`None` while the private half is kept."""

    def needs_successor(self, now: datetime) -> bool:
        """Tell whether it is time for a new one."""
        is_short = self.not_after - now <= RENEWED_WITH
        return is_short and self.not_before < midnight(day_of(now))

    def has_begun(self, now: datetime) -> bool:
        """Tell whether it serves today, or was made while the clock was ahead."""
        return self.not_before <= now

    def is_live(self, now: datetime) -> bool:
        """Tell whether reporters may seal to it."""
        return (
            self.destroyed_on is None and self.has_begun(now) and now < self.not_after
        )

    def is_over(self, now: datetime, *, grace: timedelta) -> bool:
        """Tell whether the private half is to be destroyed."""
        return self.destroyed_on is None and now >= self.not_after + grace


def life_from(now: datetime) -> tuple[datetime, datetime]:
    """Give beginning and end of an identity that is made now."""
    not_before = midnight(day_of(now))
    return not_before, not_before + MAX_IDENTITY_LIFETIME
