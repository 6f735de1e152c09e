"""The one place where the console asks the machine for the time."""

from datetime import UTC, datetime


class SystemClock:
    """Implements `services.effects.Clock`."""

    def now(self) -> datetime:
        """Give the moment in UTC."""
        return datetime.now(UTC)
