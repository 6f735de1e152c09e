"""Publishing: reporters get our newest directory and identities, and we look.

Spec: docs/protocol.md §4, §6.

    1. put a directory that the intake has not
    2. put the identities
    3. fetch both back as any visitor does, without a signature, and compare

An intake that serves an older directory or older identities brings back keys that
were replaced. A page remembers nothing and cannot see that; the console can. (An
intake that tells the console from other visitors can still deceive it; the site
auditor, run from elsewhere, is there for that.)

Rules:
* Nothing here raises because of the intake: what went wrong is remembered, stands
  on the pages, and is tried again at the next log-in, hour or fetch.
* One publication at a time: two would compare each other's halves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from threading import Lock
from typing import Final

from crypto.ed25519 import SigningKey, VerificationKey
from protocol.directory import (
    IdentityList,
    KeyDirectory,
    SignedDirectory,
    current_certificates,
)
from protocol.errors import ProtocolError
from review_console.domain.account import Unlocked
from review_console.domain.errors import (
    DamagedError,
    IntakeError,
    IntakeRefusedError,
    OrganisationError,
)
from review_console.domain.ids import AccountId
from review_console.domain.publication import Publication, PublicationTrouble
from review_console.services.effects import Background, Clock
from review_console.services.intake import Intake, IntakeConnection
from review_console.services.intake_identities import IntakeIdentities
from review_console.services.organisation import (
    newest_directory,
    open_organisation_key,
)
from review_console.services.store import OrganisationKeyKind, Store

CHECKED_EVERY: Final = timedelta(hours=1)
"""How often a session looks whether its person's identity runs out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Newest:
    """What visitors should get."""

    directory: KeyDirectory
    signed: SignedDirectory
    identities: IdentityList


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishKeys:
    """Brings directory and identities to the intake, and looks what it serves."""

    store: Store
    intake: Intake
    clock: Clock
    root: VerificationKey
    identities: IntakeIdentities
    one_at_a_time: Lock = field(default_factory=Lock)

    def __call__(self, connection: IntakeConnection) -> None:
        """Publish over an open connection; what goes wrong is remembered."""
        with self.one_at_a_time:
            newest = self._newest()
            self._remember(newest, self._publish(connection, newest))

    def with_key(self, sync_key: SigningKey) -> None:
        """Publish over a connection of its own."""
        with self.intake.connect(sync_key) as connection:
            self(connection)

    def _newest(self) -> _Newest:
        with self.store.begin() as unit:
            directory = newest_directory(unit, root=self.root)
            newest = unit.directories.newest()
            if newest is None:
                raise OrganisationError("no directory was signed yet")
            return _Newest(
                directory=directory,
                signed=newest[1],
                identities=self.identities.published(unit, directory),
            )

    def _publish(
        self,
        connection: IntakeConnection,
        newest: _Newest,
    ) -> PublicationTrouble | None:
        now = self.clock.now()
        try:
            is_refused = not self._put_directory(connection, newest)
            if not current_certificates(newest.directory, newest.identities, now):
                return PublicationTrouble.NO_IDENTITY
            connection.put_identities(newest.identities)
            seen = self._look(newest)
        except IntakeRefusedError:
            return PublicationTrouble.REFUSED
        except IntakeError:
            return PublicationTrouble.UNREACHABLE
        is_explained = seen is PublicationTrouble.NEWER_DIRECTORY or not is_refused
        return seen if is_explained else PublicationTrouble.REFUSED

    def _put_directory(self, connection: IntakeConnection, newest: _Newest) -> bool:
        """Bring a directory that the intake has not; false if it is refused."""
        with self.store.begin() as unit:
            pending = unit.directories.unpublished()
        if pending is None:
            return True
        try:
            connection.put_directory(newest.signed)
        except IntakeRefusedError:
            return False  # identities must come through all the same
        with self.store.begin() as unit:
            unit.directories.mark_published(newest.directory.version)
        return True

    def _look(self, newest: _Newest) -> PublicationTrouble | None:
        """Compare what a visitor gets with what should be there, byte for byte."""
        served = _visited(self.intake.visit_directory)
        if served != newest.signed.directory:
            is_newer = _version_of(served) > newest.directory.version
            if is_newer:
                return PublicationTrouble.NEWER_DIRECTORY
            return PublicationTrouble.OTHER_DIRECTORY
        if _visited(self.intake.visit_identities) != newest.identities.to_json():
            return PublicationTrouble.OTHER_IDENTITIES
        return None

    def _remember(self, newest: _Newest, trouble: PublicationTrouble | None) -> None:
        now = self.clock.now()
        with self.store.begin() as unit:
            last = unit.publications.newest()
            clean_at = now if trouble is None else last.clean_at if last else None
            unit.publications.save(
                Publication(
                    tried_at=now,
                    trouble=trouble,
                    clean_at=clean_at,
                    identities_sha256=_digest(newest.identities),
                ),
            )
            if trouble is PublicationTrouble.OTHER_DIRECTORY:
                # An intake that was set back to an older state gets it once more.
                version = newest.directory.version
                unit.directories.mark_published(version, is_published=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepIdentities:
    """Keeps a person's intake identity fresh, at log-in and while they work."""

    store: Store
    clock: Clock
    root: VerificationKey
    identities: IntakeIdentities
    publish: PublishKeys
    background: Background
    looked_at: dict[AccountId, datetime] = field(default_factory=dict)
    """In memory: when a session of this process last looked."""

    def __call__(self, *, by: Unlocked, at_once: bool = False) -> None:
        """Renew what runs out; publish behind the person's back.

        A log-in neither waits for the intake nor fails because of it.

        Args:
            by: Who is there.
            at_once: Renew even what will last, and publish in any case.
        """
        task = self.prepare(by=by, at_once=at_once)
        if task is not None:
            self.background.start(task)

    def now_and_then(self, *, by: Unlocked) -> None:
        """Do the same at most once an hour; cheap enough for every request."""
        now = self.clock.now()
        last = self.looked_at.get(by.id)
        if last is not None and timedelta(0) <= now - last < CHECKED_EVERY:
            return
        self(by=by)

    def prepare(
        self,
        *,
        by: Unlocked,
        at_once: bool = False,
    ) -> Callable[[], None] | None:
        """Renew at once, and say what is to be published.

        Args:
            by: Who is there.
            at_once: Renew even what will last, and publish in any case.

        Returns:
            A task that publishes; `None` if visitors have all of it, or if this
            account has no keys of the organisation yet.
        """
        self.looked_at[by.id] = self.clock.now()
        try:
            with self.store.begin() as unit:
                directory = newest_directory(unit, root=self.root)
                sync_key = open_organisation_key(unit, OrganisationKeyKind.SYNC, by)
            self.identities.renew(by=by, directory=directory, at_once=at_once)
        except (OrganisationError, DamagedError):
            return None  # not admitted, or nothing to publish; the pages say so
        if not (at_once or self._is_pending(directory)):
            return None
        return partial(self.publish.with_key, sync_key)

    def _is_pending(self, directory: KeyDirectory) -> bool:
        """Tell whether visitors lack something, as far as we know."""
        with self.store.begin() as unit:
            last = unit.publications.newest()
            identities = self.identities.published(unit, directory)
            return (
                last is None
                or last.trouble is not None
                or last.identities_sha256 != _digest(identities)
                or unit.directories.unpublished() is not None
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverIdentities:
    """Gives the identities to an intake that is set up by hand, beside the console."""

    store: Store
    root: VerificationKey
    identities: IntakeIdentities

    def __call__(self, *, by: Sequence[Unlocked]) -> IdentityList:
        """Renew what runs out, and list what holds.

        Args:
            by: Whose identities are looked after.

        Returns:
            What the intake serves as `identities.json`.
        """
        with self.store.begin() as unit:
            directory = newest_directory(unit, root=self.root)
        for each in by:
            self.identities.renew(by=each, directory=directory)
        with self.store.begin() as unit:
            return self.identities.published(unit, directory)


def _visited(visit: Callable[[], bytes]) -> bytes | None:
    """Fetch as a visitor; a closed door is an answer too."""
    try:
        return visit()
    except IntakeRefusedError:
        return None


def _version_of(untrusted: bytes | None) -> int:
    """Read what a directory says of itself; nobody's word for more than a hint."""
    try:
        return KeyDirectory.parse(untrusted or b"").version
    except ProtocolError:
        return 0


def _digest(identities: IdentityList) -> str:
    return sha256(identities.to_json()).hexdigest()
