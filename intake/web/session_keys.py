"""Keys of the session cookies: in memory only, replaced every hour.

Spec: docs/protocol.md §3.

The first key is drawn before the workers fork, so that all share it. Each hour
has the key that a one-way step makes of the last one: workers step alone and
stay equal, and whoever seizes the machine cannot step back to open a cookie of
an hour ago. The last hour's key is kept for the 30 minutes that its sessions
may still run.
"""

import threading
from datetime import datetime, timedelta
from typing import Final

from crypto.kdf import hkdf_sha256
from crypto.records import KEY_BYTES, RecordKey

LIFETIME: Final = timedelta(minutes=30)
"""How long a session lives after its last request."""

STEP_SECONDS: Final = 3600


class SessionKeys:
    """The keys that seal and open cookies at a given moment."""

    def __init__(self, first: bytes, *, now: datetime) -> None:
        """Begin with a random key of 32 bytes."""
        self._lock = threading.Lock()
        self._hour = _hour(now)
        self._current = first
        self._previous: bytes | None = None

    def sealing(self, now: datetime) -> RecordKey:
        """Return the key for new cookies."""
        return self.opening(now)[0]

    def opening(self, now: datetime) -> tuple[RecordKey, ...]:
        """Return the keys that a valid cookie may be sealed with, newest first."""
        with self._lock:
            self._advance(now)
            raws = [self._current]
            if self._previous is not None:
                raws.append(self._previous)
        return tuple(map(RecordKey, raws))

    def _advance(self, now: datetime) -> None:
        hour = _hour(now)
        for _ in range(self._hour, hour):
            self._previous = self._current
            self._current = hkdf_sha256(
                self._current,
                salt=b"",
                info=b"debunker/v1/session-key",
                length_bytes=KEY_BYTES,
            )
            self._hour += 1
        into_hour = timedelta(seconds=now.timestamp() % STEP_SECONDS)
        if hour == self._hour and into_hour > LIFETIME:
            self._previous = None


def _hour(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS
