"""What use cases ask of the machine: the time, and to do something later."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; the only source of it."""

    def now(self) -> datetime:
        """Give the moment, with its time zone (UTC)."""
        ...


class Background(Protocol):
    """Does something while the person's page is answered already."""

    def start(self, task: Callable[[], None]) -> None:
        """Begin a task that keeps its own failures to itself.

        What it holds in memory stays there until it ends: give it no more of a
        person's keys than it needs.
        """
        ...
