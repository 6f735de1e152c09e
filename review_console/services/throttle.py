"""Slower with each failure, never locked out, never a thread that sleeps.

Failures on a name make its next attempt wait; an attempt that comes too soon, or
while another runs, is refused at once and costs nothing. A lock-out would let
anyone who knows a name keep its owner out; so a device on which the owner once
logged in has a count of its own, which strangers cannot touch.

Rules:
* The first failures cost nothing: people mistype.
* Success, or a quarter of an hour, forgets.
* Two passphrases are tried at a time, each costs 64 MiB on purpose: one for
  known devices, one for all others, so that a crowd fills its own place alone.
* The table holds a bounded number of names, known or not.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from review_console.domain.errors import TooSoonError
from review_console.services.effects import Clock

FREE_FAILURES: Final = 3
LONGEST_DELAY: Final = timedelta(seconds=16)
FORGET_AFTER: Final = timedelta(minutes=15)
MAX_NAMES: Final = 1_000
CHECK_WAIT_SECONDS: Final = 3.0


@dataclass(slots=True)
class _Attempts:
    """What is remembered of one name."""

    is_running: bool = False
    failures: int = 0
    last_at: datetime | None = None

    def not_before(self) -> datetime | None:
        over = self.failures - FREE_FAILURES
        if self.last_at is None or over < 0:
            return None
        return self.last_at + min(
            timedelta(seconds=2.0 ** min(over, 10)), LONGEST_DELAY
        )


class Throttle:
    """Attempts by name or device, in memory."""

    def __init__(self, clock: Clock) -> None:
        """Begin with no failures.

        Args:
            clock: Tells when an attempt may come, and when to forget.
        """
        self._clock = clock
        self._lock = Lock()
        self._names: OrderedDict[str, _Attempts] = OrderedDict()
        self._known_check = Lock()
        self._other_check = Lock()

    @contextmanager
    def attempt(self, name: str, *, is_known: bool = False) -> Iterator[None]:
        """Allow one attempt now; an exception inside is a failure.

        Args:
            name: A folded name, or a device.
            is_known: Whether it is a device on which somebody logged in.

        Yields:
            Nothing.

        Raises:
            TooSoonError: Another attempt runs, or the last one failed just now.
        """
        attempts = self._begin(name)
        try:
            check = self._known_check if is_known else self._other_check
            if not check.acquire(timeout=CHECK_WAIT_SECONDS):
                raise TooSoonError("too many attempts at once")
            try:
                yield
            except Exception:
                attempts.failures += 1
                attempts.last_at = self._clock.now()
                raise
            finally:
                check.release()
            attempts.failures = 0
        finally:
            attempts.is_running = False

    def _begin(self, name: str) -> _Attempts:
        now = self._clock.now()
        with self._lock:
            attempts = self._names.setdefault(name, _Attempts())
            self._names.move_to_end(name)
            while len(self._names) > MAX_NAMES:
                self._names.popitem(last=False)
            if attempts.last_at is not None and now - attempts.last_at >= FORGET_AFTER:
                attempts.failures = 0
            not_before = attempts.not_before()
            if attempts.is_running or (not_before is not None and now < not_before):
                raise TooSoonError("too soon after the last attempt")
            attempts.is_running = True
            return attempts
