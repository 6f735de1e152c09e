"""The one place of the intake that reads the machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's time in UTC."""

    def now(self) -> datetime:
        """Return this moment."""
        return datetime.now(UTC)
