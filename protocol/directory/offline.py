"""The keys of an offline page: which signed directory it seals to, and how long.

Spec: docs/protocol.md §4.2.

The twin of browser/src/offline/keys.ts, which is what runs in the page. Here it tells
whoever makes the pages, before anybody carries them, what they will do on the other
side.

Rules:
* Nothing unsigned is parsed.
* A directory that is past its end is only old. Past the end of its recipients nothing
  is sealed.
* A directory never takes the place of a newer one.
"""

from dataclasses import dataclass
from datetime import datetime

from crypto.age import HybridRecipient
from crypto.ed25519 import VerificationKey
from protocol.directory.content import KeyDirectory, Role
from protocol.directory.signed import CLOCK_TOLERANCE, SignedDirectory, signed_content
from protocol.errors import (
    ExpiredDirectoryError,
    FutureDirectoryError,
    StaleDirectoryError,
    UnusableDirectoryError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineKeys:
    """What an offline page seals with."""

    directory: KeyDirectory

    recipients: tuple[HybridRecipient, ...]
    """Those for offline pages first, then recovery."""

    until: datetime
    """From this moment on it seals no more."""

    is_old: bool
    """A newer directory should be there by now."""


def offline_keys(
    untrusted: SignedDirectory,
    *,
    root: VerificationKey,
    now: datetime,
    before: KeyDirectory | None = None,
) -> OfflineKeys:
    """Check a directory for sealing offline.

    Args:
        untrusted: As a page carries it, or as a person hands it over.
        root: The organisation's key, from the page.
        now: With its time zone.
        before: The directory that it would replace.

    Returns:
        The keys, safe to seal to.

    Raises:
        NotSignedByRootError: `root` made neither of its signatures.
        MalformedError: It does not follow the format.
        UnknownFormatError: It is of another format or version.
        StaleDirectoryError: It is older than the one there is.
        FutureDirectoryError: This clock is behind by more than a day.
        ExpiredDirectoryError: Its recipients are past their end.
        UnusableDirectoryError: It has nobody to seal to offline, or is another
            organisation's.

    Spec: docs/protocol.md §4.2.
    """
    # 1. Signature first: nothing unsigned may steer the steps below.
    directory = signed_content(untrusted, root)
    # 2. An older one could bring back a recipient that was taken out; of another
    #    organisation no codename would fit.
    if before is not None:
        if directory.version < before.version:
            raise StaleDirectoryError("replaced by a newer version")
        if directory.organisation_id != before.organisation_id:
            raise UnusableDirectoryError("other_organisation")
    # 3. A clock that is far behind would keep old recipients alive.
    if directory.issued - now > CLOCK_TOLERANCE:
        raise FutureDirectoryError("issued in the future")
    # 4. Sealed to nobody, or to no recovery key, a report may be lost. Who never was
    #    there is not somebody whose time is over.
    offline_until = _last_end(directory, Role.OFFLINE, absent="no_offline")
    recovery_until = _last_end(directory, Role.RECOVERY, absent="no_recovery")
    until = min(offline_until, recovery_until)
    if now >= until:
        raise ExpiredDirectoryError("its recipients are past their end")
    return OfflineKeys(
        directory=directory,
        recipients=(
            *directory.offline_recipients(now),
            *directory.recovery_recipients(now),
        ),
        until=until,
        is_old=now >= directory.expires,
    )


def _last_end(directory: KeyDirectory, role: Role, *, absent: str) -> datetime:
    ends = [each.not_after for each in directory.recipients if each.role is role]
    if not ends:
        raise UnusableDirectoryError(absent)
    return max(ends)
