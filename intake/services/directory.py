"""Which key directory is in force, to whom it has us seal, and how newer ones come.

Spec: docs/protocol.md §4, §4.1, §6.

The operator puts a signed directory beside the configuration; the console may
send newer ones. Both are checked against the pinned root each time they change,
and the newest that holds is used. With it comes the list of the reviewers'
short-lived identities. An expired directory, or a list in which nobody's identity
holds, closes the form; nothing ever falls back to what is older or lives longer.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crypto.age import HybridRecipient
from crypto.ed25519 import VerificationKey
from intake.domain.clock import Clock
from intake.domain.errors import (
    ClosedError,
    DirectoryRefusedError,
    IdentitiesRefusedError,
    NoIdentityError,
)
from intake.services.ports import DirectoryStore
from protocol.directory import (
    IdentityList,
    KeyDirectory,
    SignedDirectory,
    current_certificates,
    report_recipients,
    verify_directory,
)
from protocol.errors import (
    ExpiredDirectoryError,
    ProtocolError,
    UnusableDirectoryError,
)

_LOOK_AGAIN: Final = timedelta(minutes=1)
"""Signatures of identities are not checked anew for each report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryInForce:
    """A directory together with the exact bytes that the root signed."""

    signed: SignedDirectory
    directory: KeyDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKeys:
    """What a report is sealed to, and the directory that says so."""

    directory: KeyDirectory
    recipients: tuple[HybridRecipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Recipients, and how long they may be used without looking again."""

    in_force: DirectoryInForce
    recipients: tuple[HybridRecipient, ...]
    since: datetime
    until: datetime

    def holds(self, in_force: DirectoryInForce, now: datetime) -> bool:
        return in_force is self.in_force and self.since <= now < self.until


class CurrentDirectory:
    """Finds the directory and the identities that reports are sealed to."""

    def __init__(
        self, store: DirectoryStore, *, root: VerificationKey, clock: Clock
    ) -> None:
        """Take the pinned root and where directories lie."""
        self._store = store
        self._root = root
        self._clock = clock
        self._lock = threading.Lock()
        self._tag: object = None
        self._known: tuple[SignedDirectory, ...] = ()
        self._newest: DirectoryInForce | None = None
        self._in_force: DirectoryInForce | None = None
        self._identities: tuple[bytes, ...] = ()
        self._chosen: _Chosen | None = None

    def load(self) -> DirectoryInForce:
        """Return the directory in force.

        Raises:
            ClosedError: There is none, or the newest is past its end.
        """
        return self._load(self._clock.now())

    def load_to_seal(self) -> SealingKeys:
        """Return the recipients of a report that is sealed now.

        Raises:
            ClosedError: There is no directory in force.
            NoIdentityError: There is, and no reviewer has an identity that holds.
        """
        now = self._clock.now()
        in_force = self._load(now)
        chosen = self._chosen
        if chosen is None or not chosen.holds(in_force, now):
            chosen = self._choose(in_force, now)
            self._chosen = chosen
        return SealingKeys(directory=in_force.directory, recipients=chosen.recipients)

    def find_newest(self) -> KeyDirectory | None:
        """Return the newest that the root signed, even past its end: its name holds."""
        if self._newest is None or self._store.version_tag() != self._tag:
            with self._lock:
                self._refresh(self._clock.now())
        newest = self._newest
        return None if newest is None else newest.directory

    def find_signed(self) -> SignedDirectory | None:
        """Return the newest signed bytes, even expired: clients judge themselves."""
        with self._lock:
            self._refresh(self._clock.now())
            if self._newest is not None:
                return self._newest.signed
            return self._known[0] if self._known else None

    def find_identities(self) -> bytes | None:
        """Return the list to serve, even if nothing in it holds."""
        now = self._clock.now()
        with self._lock:
            self._refresh(now)
            usable = self._in_force and self._find_usable(self._in_force.directory, now)
            if usable:
                return usable[0]
            return self._identities[0] if self._identities else None

    def publish(self, offered: SignedDirectory) -> None:
        """Replace the directory by a newer one.

        Args:
            offered: As the console sent it.

        Raises:
            DirectoryRefusedError: The root did not sign it, it cannot be used,
                or it is not newer than ours.
        """
        now = self._clock.now()
        try:
            newer = self._verify(offered, now)
        except ProtocolError:
            raise DirectoryRefusedError("not a valid directory") from None
        with self._lock:
            self._refresh(now)
            # Also one that has ended: what followed it must not be undone.
            current = self._newest
            if current is not None:
                if current.signed == offered:
                    return
                is_same = current.signed.directory == offered.directory
                if newer.version <= current.directory.version and not is_same:
                    raise DirectoryRefusedError("not newer than the newest")
            self._store.save(offered)
            self._tag = None

    def publish_identities(self, untrusted: bytes) -> None:
        """Replace the list of identities.

        Args:
            untrusted: `identities.json` as the console sent it.

        Raises:
            ClosedError: There is no directory in force to hold it against.
            IdentitiesRefusedError: It is malformed, or nothing could be sealed.
        """
        now = self._clock.now()
        directory = self._load(now).directory
        try:
            report_recipients(directory, IdentityList.parse(untrusted), now)
        except ProtocolError:
            raise IdentitiesRefusedError("nobody could read a report") from None
        with self._lock:
            self._store.save_identities(untrusted)
            self._tag = None

    def _load(self, now: datetime) -> DirectoryInForce:
        in_force = self._in_force
        # The files are looked at without the lock: requests must not queue here.
        if in_force is None or self._store.version_tag() != self._tag:
            with self._lock:
                self._refresh(now)
                in_force = self._in_force
        if in_force is None or not _is_usable(in_force.directory, now):
            raise ClosedError("no valid directory")
        return in_force

    def _choose(self, in_force: DirectoryInForce, now: datetime) -> _Chosen:
        directory = in_force.directory
        found = self._find_usable(directory, now)
        if found is None:
            raise NoIdentityError("no reviewer's identity is current")
        _, identities, recipients = found
        chosen = current_certificates(directory, identities, now)
        ends = [
            directory.expires,
            *(min(key.not_after, each.not_after) for key, each in chosen),
            *(each.not_after for each in directory.recipients if now < each.not_after),
        ]
        return _Chosen(
            in_force=in_force,
            recipients=recipients,
            since=now,
            until=min(now + _LOOK_AGAIN, *ends),
        )

    def _find_usable(
        self, directory: KeyDirectory, now: datetime
    ) -> tuple[bytes, IdentityList, tuple[HybridRecipient, ...]] | None:
        for untrusted in self._identities:
            with suppress(ProtocolError):
                identities = IdentityList.parse(untrusted)
                recipients = report_recipients(directory, identities, now)
                return untrusted, identities, recipients
        return None

    def _verify(self, untrusted: SignedDirectory, now: datetime) -> KeyDirectory:
        return verify_directory(untrusted, root=self._root, newest_seen=0, now=now)

    def _refresh(self, now: datetime) -> None:
        tag = self._store.version_tag()
        # Without one in force, time alone may make one usable: look again.
        if tag == self._tag and self._in_force is not None:
            return
        self._tag = tag
        self._known = self._store.candidates()
        self._identities = self._store.identities()
        self._newest = self._in_force = None
        for signed in self._known:
            found, is_usable = self._judge(signed, now)
            if found is None or not _is_newer(found, self._newest):
                continue
            self._newest = found
            self._in_force = found if is_usable else None

    def _judge(
        self, signed: SignedDirectory, now: datetime
    ) -> tuple[DirectoryInForce | None, bool]:
        """Return the directory, if the root signed it, and whether it is usable."""
        try:
            directory: KeyDirectory | None = self._verify(signed, now)
            is_usable = True
        except (ExpiredDirectoryError, UnusableDirectoryError):
            # Still the newest, perhaps: an older one must not take its place.
            directory, is_usable = _parsed(signed), False
        except ProtocolError:
            directory, is_usable = None, False
        if directory is None:
            return None, False
        return DirectoryInForce(signed=signed, directory=directory), is_usable


def _is_newer(found: DirectoryInForce, known: DirectoryInForce | None) -> bool:
    return known is None or found.directory.version > known.directory.version


def _parsed(signed: SignedDirectory) -> KeyDirectory | None:
    try:
        return KeyDirectory.parse(signed.directory)
    except ProtocolError:
        return None


def _is_usable(directory: KeyDirectory, now: datetime) -> bool:
    certify = any(now < each.not_after for each in directory.reviewers)
    return (
        now < directory.expires and certify and bool(directory.recovery_recipients(now))
    )
