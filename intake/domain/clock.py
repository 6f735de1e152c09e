"""The only question that the intake asks of time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests bring their own."""

    def now(self) -> datetime:
        """Return this moment, with its time zone."""
        ...
