"""Slower with each failure, never locked out.

A lock-out would let anyone who knows a name keep its owner out. So a failure
only makes the next attempt on that name wait, and attempts on one name go one
at a time: guessing is slow, and the owner is late by seconds at most.

Rules:
* The first failures cost nothing: people mistype.
* Success, or a quarter of an hour, forgets.
* One passphrase is tried at a time: each costs 64 MiB on purpose.
* The table holds a bounded number of names, known or not.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from review_console.services.effects import Clock

FREE_FAILURES: Final = 3
LONGEST_DELAY_SECONDS: Final = 16.0
FORGET_AFTER: Final = timedelta(minutes=15)
MAX_NAMES: Final = 1_000


@dataclass(slots=True)
class _Attempts:
    """What is remembered of one name."""

    lock: Lock = field(default_factory=Lock)
    failures: int = 0
    last_at: datetime | None = None


class Throttle:
    """Attempts by name, in memory."""

    def __init__(self, clock: Clock) -> None:
        """Begin with no failures.

        Args:
            clock: Waits, and tells when to forget.
        """
        self._clock = clock
        self._table_lock = Lock()
        self._checking = Lock()
        self._names: OrderedDict[str, _Attempts] = OrderedDict()

    @contextmanager
    def attempt(self, name: str) -> Iterator[None]:
        """Wait as long as this name must; an exception inside is a failure."""
        attempts = self._attempts(name)
        with attempts.lock:
            self._wait(attempts)
            try:
                with self._checking:
                    yield
            except Exception:
                attempts.failures += 1
                attempts.last_at = self._clock.now()
                raise
            attempts.failures = 0

    def _wait(self, attempts: _Attempts) -> None:
        last_at = attempts.last_at
        if last_at is not None and self._clock.now() - last_at >= FORGET_AFTER:
            attempts.failures = 0
        over = attempts.failures - FREE_FAILURES
        if over >= 0:
            self._clock.sleep(min(2.0**over, LONGEST_DELAY_SECONDS))

    def _attempts(self, name: str) -> _Attempts:
        with self._table_lock:
            attempts = self._names.setdefault(name, _Attempts())
            self._names.move_to_end(name)
            while len(self._names) > MAX_NAMES:
                self._names.popitem(last=False)
            return attempts
