"""What use cases ask of the machine: the time, and patience."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; the only source of either."""

    def now(self) -> datetime:
        """Give the moment, with its time zone (UTC)."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait before an answer that must not come fast."""
        ...
