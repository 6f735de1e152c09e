"""What use cases ask of the machine: the time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; the only source of it."""

    def now(self) -> datetime:
        """Give the moment, with its time zone (UTC)."""
        ...
