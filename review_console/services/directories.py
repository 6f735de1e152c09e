"""Key directories: drafted here, signed elsewhere, kept and published from here.

Spec: docs/protocol.md §4.

The root never enters this machine. The console drafts what the next directory
should say; whoever holds the root reads it on a machine apart, in words, and
signs. What comes back is kept only if the pinned root signed it (as the one root,
or as the other while one replaces the other), and if it follows what is here.

Not done here: publishing (`publishing`); reading the newest (`organisation`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crypto.age import HybridRecipient
from crypto.ed25519 import VerificationKey
from protocol.day import day_of
from protocol.directory import (
    DirectoryRecipient,
    KeyDirectory,
    ReviewerKey,
    SignedDirectory,
    TeamKey,
    verify_directory,
)
from protocol.directory import Role as DirectoryRole
from protocol.errors import (
    ExpiredDirectoryError,
    FutureDirectoryError,
    NotSignedByRootError,
    ProtocolError,
    StaleDirectoryError,
)
from protocol.languages import Language
from protocol.offline_keys import OrganisationFile
from review_console.domain.account import Account, Role
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import OrganisationError
from review_console.domain.membership import is_member
from review_console.services.effects import Clock
from review_console.services.organisation import newest_directory
from review_console.services.store import OrganisationKeyKind, Store, Unit
from review_console.services.team_keys import (
    TEAM_KEY_GRACE,
    drafted_team,
    present_team_key,
    promote_team_key,
)

DIRECTORY_VALIDITY: Final = timedelta(days=90)
"""Below the 92 days that the format allows."""

OFFLINE_VALIDITY: Final = timedelta(days=365)
"""An offline page is kept for long, and seals to nobody's short-lived identity."""

REASONS: Final[Mapping[type[ProtocolError], str]] = {
    NotSignedByRootError: (
        "the pinned root did not sign this directory; compare "
        "DEBUNKER_CONSOLE_ROOT_KEY with the root's fingerprint, or sign again with "
        "--cross"
    ),
    StaleDirectoryError: (
        "this directory is not newer than the one that the console has; draft a new one"
    ),
    ExpiredDirectoryError: "this directory is past its end; draft a new one",
    FutureDirectoryError: (
        "this directory was issued in the future; check the clocks of both machines"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDirectory:
    """The operator has the next directory written, unsigned.

    Whoever holds the root signs what they cannot check: who belongs to the team. So
    the draft believes no row that the last signed directory does not vouch for.
    """

    store: Store
    clock: Clock
    root: VerificationKey
    """Pinned in the settings."""

    def __call__(
        self,
        *,
        organisation: OrganisationFile,
        names: Mapping[Language, str] | None = None,
        recovery: HybridRecipient | None = None,
        after: SignedDirectory | None = None,
    ) -> KeyDirectory:
        """Write what the present members make of it.

        Args:
            organisation: From the ceremony.
            names: The organisation's; `None` keeps those of the last directory.
            recovery: Another recipient than the ceremony's, when it is replaced.
            after: What the intake serves, if that is newer than what is here: a
                console that came from a backup must not fall behind it. Untrusted.

        Returns:
            The draft; it is worth nothing until the root signs its exact bytes.

        Raises:
            OrganisationError: There is no reviewer, no team key, no name, or the
                file is of another organisation.
        """
        now = self.clock.now().replace(microsecond=0)
        with self.store.begin() as unit:
            previous = unit.directories.newest()
            last = None if previous is None else newest_directory(unit, root=self.root)
            if (
                last is not None
                and last.organisation_id != organisation.organisation_id
            ):
                raise OrganisationError(
                    "organisation.json is of another organisation than this console",
                )
            reviewers = _reviewers(unit, _present_team_key(unit, last))
            team = drafted_team(unit, () if last is None else last.team, now)
            if last is not None and after is not None:
                newer = self._newer(after, last)
                previous = newer.version, after
                team = (*_unknown_keys(newer, last, now), *team)
            if names is None and last is None:
                raise OrganisationError(
                    "the first directory needs the organisation's name: "
                    "--name-kk, --name-ru, --name-en",
                )
        return KeyDirectory(
            version=1 if previous is None else previous[0] + 1,
            issued=now,
            expires=now + DIRECTORY_VALIDITY,
            previous=None if previous is None else previous[1].sha256,
            organisation_id=organisation.organisation_id,
            organisation=names or (last.organisation if last else {}),
            reviewers=tuple(
                ReviewerKey(key=each.signing_key, not_after=now + DIRECTORY_VALIDITY)
                for each in reviewers
            ),
            recipients=_recipients(reviewers, recovery or organisation.recovery, now),
            team=team,
        )

    def _newer(self, untrusted: SignedDirectory, last: KeyDirectory) -> KeyDirectory:
        """Verify the directory that this console does not have."""
        try:
            issued = KeyDirectory.parse(untrusted.directory).issued
            newer = verify_directory(
                untrusted, root=self.root, newest_seen=last.version, now=issued
            )
        except ProtocolError as error:
            reason = REASONS.get(type(error), f"--after: {error.reason}")
            raise OrganisationError(reason) from error
        if newer.organisation_id != last.organisation_id:
            raise OrganisationError("--after is of another organisation")
        return newer


def _unknown_keys(
    newer: KeyDirectory,
    last: KeyDirectory,
    now: datetime,
) -> tuple[TeamKey, ...]:
    """List the team keys that signed replies after the backup was made, ended."""
    known = {each.key for each in last.team}
    end = day_of(now) + TEAM_KEY_GRACE
    return tuple(
        TeamKey(
            key=each.key,
            not_before=each.not_before,
            not_after=min(each.not_after, end),
        )
        for each in newer.team
        if each.key not in known
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDirectory:
    """The operator brings a signed directory; the next sync publishes it."""

    store: Store
    clock: Clock
    root: VerificationKey
    """Pinned in the settings."""

    def __call__(self, untrusted: SignedDirectory) -> KeyDirectory:
        """Verify it against the pinned root and keep it.

        Args:
            untrusted: As it came back from the machine apart.

        Returns:
            The directory.

        Raises:
            OrganisationError: It is not the pinned root's, not newer than what is
                here, or does not fit this console; the sentence says the mend.
        """
        now = self.clock.now()
        with self.store.begin() as unit:
            newest = unit.directories.newest()
            directory = self._verified(untrusted, newest, now)
            if newest is not None:
                _check_follows(directory, newest)
            promote_team_key(unit, directory)
            _check_team(unit, directory)
            unit.directories.add(directory.version, untrusted)
            unit.audit.append(
                AuditEntry(kind=AuditKind.DIRECTORY_ADDED, at=now, by=None),
            )
        return directory

    def _verified(
        self,
        untrusted: SignedDirectory,
        newest: tuple[int, SignedDirectory] | None,
        now: datetime,
    ) -> KeyDirectory:
        try:
            return verify_directory(
                untrusted,
                root=self.root,
                newest_seen=1 if newest is None else newest[0] + 1,
                now=now,
            )
        except ProtocolError as error:
            reason = REASONS.get(type(error), f"this directory: {error.reason}")
            raise OrganisationError(reason) from error


def _check_follows(
    directory: KeyDirectory,
    newest: tuple[int, SignedDirectory],
) -> None:
    """Refuse what would orphan every codename, or was drafted from another one."""
    version, last = newest
    if directory.organisation_id != KeyDirectory.parse(last.directory).organisation_id:
        raise OrganisationError("this directory is of another organisation")
    if directory.version == version + 1 and directory.previous != last.sha256:
        raise OrganisationError(
            "this directory does not follow the one that the console has; "
            "draft it again on this console",
        )


def _check_team(unit: Unit, directory: KeyDirectory) -> None:
    """Refuse one under which nobody's reply would verify."""
    team = unit.organisation_keys.find(OrganisationKeyKind.TEAM)
    if not directory.team or team != present_team_key(directory):
        raise OrganisationError(
            "this directory does not end its team with the team's present key; "
            "draft it on this console",
        )


def _present_team_key(unit: Unit, last: KeyDirectory | None) -> VerificationKey:
    """Find the key that says who is a member.

    Args:
        unit: The transaction.
        last: The newest directory, verified; `None` when there is none yet.

    Returns:
        The team's key.

    Raises:
        OrganisationError: There is none, or the database has another one than the
            root signed: somebody who can write it planted a team of their own.
    """
    team = unit.organisation_keys.find(OrganisationKeyKind.TEAM)
    if team is None:
        raise OrganisationError("there is no team key yet: run make-keys first")
    if last is not None and team != present_team_key(last):
        raise OrganisationError(
            "the database names another team key than the newest signed directory: "
            "somebody may have changed the database; restore it from a backup",
        )
    return team


def _reviewers(unit: Unit, team: VerificationKey) -> tuple[Account, ...]:
    """List whom reports are sealed to; coordinators see them as cases.

    Args:
        unit: The transaction.
        team: Says who is a member.

    Returns:
        The members among the accounts who are reviewers.

    Raises:
        OrganisationError: There is none, and nobody could read a report.
    """
    reviewers = tuple(
        each
        for each in unit.accounts.all()
        if each.role is Role.REVIEWER and is_member(each, [team])
    )
    if not reviewers:
        raise OrganisationError(
            "no reviewer is a member yet: add-user with --role reviewer, then "
            "make-keys or admit, come before a directory",
        )
    return reviewers


def _recipients(
    reviewers: Sequence[Account],
    recovery: HybridRecipient,
    now: datetime,
) -> tuple[DirectoryRecipient, ...]:
    offline = tuple(
        DirectoryRecipient(
            role=DirectoryRole.OFFLINE,
            recipient=each.recipient,
            not_after=now + OFFLINE_VALIDITY,
        )
        for each in reviewers
    )
    last = DirectoryRecipient(
        role=DirectoryRole.RECOVERY,
        recipient=recovery,
        # Offline pages seal to it, too; online the directory ends first.
        not_after=now + OFFLINE_VALIDITY,
    )
    return (*offline, last)
