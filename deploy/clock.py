"""The one place where the operator's commands ask the machine for the time."""

from datetime import UTC, datetime


def system_now() -> datetime:
    """Give the moment in UTC."""
    return datetime.now(UTC)
