"""Which key directory is in force, and how a newer one replaces it.

Spec: docs/protocol.md §4, §6.

The operator puts a signed directory beside the configuration; the console may
send newer ones. Both are checked against the pinned root each time they change,
and the newest that holds is used. An expired one closes the form; nothing ever
falls back to an older one.
"""

import threading
from dataclasses import dataclass
from datetime import datetime

from crypto.ed25519 import VerificationKey
from intake.domain.clock import Clock
from intake.domain.errors import ClosedError, DirectoryRefusedError
from intake.services.ports import DirectoryStore
from protocol.directory import (
    KeyDirectory,
    Role,
    SignedDirectory,
    verify_directory,
)
from protocol.errors import (
    ExpiredDirectoryError,
    ProtocolError,
    UnusableDirectoryError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryInForce:
    """A directory together with the exact bytes that the root signed."""

    signed: SignedDirectory
    directory: KeyDirectory


class CurrentDirectory:
    """Finds the directory that reports are sealed to."""

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
        self._in_force: DirectoryInForce | None = None

    def load(self) -> DirectoryInForce:
        """Return the directory in force.

        Raises:
            ClosedError: There is none, or the newest is past its end.
        """
        now = self._clock.now()
        in_force = self._in_force
        # The files are looked at without the lock: requests must not queue here.
        if in_force is None or self._store.version_tag() != self._tag:
            with self._lock:
                self._refresh(now)
                in_force = self._in_force
        if in_force is None or not _is_usable(in_force.directory, now):
            raise ClosedError("no valid directory")
        return in_force

    def find_signed(self) -> SignedDirectory | None:
        """Return the newest signed bytes, even expired: clients judge themselves."""
        with self._lock:
            self._refresh(self._clock.now())
            if self._in_force is not None:
                return self._in_force.signed
            return self._known[0] if self._known else None

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
            current = self._in_force
            if current is not None:
                if current.signed.directory == offered.directory:
                    return
                if newer.version <= current.directory.version:
                    raise DirectoryRefusedError("not newer than the one in force")
            self._store.save(offered)
            self._tag = None

    def _verify(self, untrusted: SignedDirectory, now: datetime) -> KeyDirectory:
        return verify_directory(untrusted, root=self._root, newest_seen=0, now=now)

    def _refresh(self, now: datetime) -> None:
        tag = self._store.version_tag()
        # Without one in force, time alone may make one usable: look again.
        if tag == self._tag and self._in_force is not None:
            return
        self._tag = tag
        self._known = self._store.candidates()
        best: tuple[int, DirectoryInForce | None] = (0, None)
        for signed in self._known:
            found = self._judge(signed, now)
            if found[0] > best[0]:
                best = found
        self._in_force = best[1]

    def _judge(
        self, signed: SignedDirectory, now: datetime
    ) -> tuple[int, DirectoryInForce | None]:
        """Return the version, 0 if the root did not sign it, and it, if usable."""
        try:
            directory = self._verify(signed, now)
        except (ExpiredDirectoryError, UnusableDirectoryError):
            # Still the newest, perhaps: an older one must not take its place.
            return _version(signed), None
        except ProtocolError:
            return 0, None
        in_force = DirectoryInForce(signed=signed, directory=directory)
        return directory.version, in_force


def _version(signed: SignedDirectory) -> int:
    try:
        return KeyDirectory.parse(signed.directory).version
    except ProtocolError:
        return 0


def _is_usable(directory: KeyDirectory, now: datetime) -> bool:
    roles = directory.roles_on(now)
    needed = {Role.REVIEWER, Role.RECOVERY}
    return now < directory.expires and roles >= needed
