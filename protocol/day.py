"""Days and moments as every format writes them.

Spec: docs/protocol.md, conventions.

A *day* is a calendar day in UTC+5, all of Kazakhstan since 2024. A *moment* is
UTC to the second, `YYYY-MM-DDThh:mm:ssZ`. Formats carry days wherever they can:
an hour would help to single out the reporter.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from protocol.errors import MalformedError

DAY_ZONE: Final = timezone(timedelta(hours=5))
"""UTC+5, without daylight saving."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII
)


def day_of(moment: datetime) -> date:
    """Give the day in UTC+5.

    Args:
        moment: With its time zone.

    Returns:
        The calendar day on which it falls in Kazakhstan.

    Raises:
        ValueError: `moment` has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(DAY_ZONE).date()


def midnight(day: date) -> datetime:
    """Give the moment at which a day begins in Kazakhstan, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=DAY_ZONE).astimezone(UTC)


def format_day(day: date) -> str:
    """Write a day as `YYYY-MM-DD`."""
    return f"{day.year:04}-{day.month:02}-{day.day:02}"


def parse_day(untrusted: str) -> date:
    """Read a day.

    Args:
        untrusted: `YYYY-MM-DD`, any length.

    Returns:
        The day.

    Raises:
        MalformedError: It is written in another way, or does not exist.
    """
    if not _DAY.fullmatch(untrusted):
        raise MalformedError("not_a_day")
    try:
        return date.fromisoformat(untrusted)
    except ValueError:
        raise MalformedError("not_a_day") from None


def format_moment(moment: datetime) -> str:
    """Write a moment in UTC, cut to the second.

    Args:
        moment: With its time zone.

    Returns:
        `YYYY-MM-DDThh:mm:ssZ`.

    Raises:
        ValueError: `moment` has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone")
    utc = moment.astimezone(UTC)
    return f"{format_day(utc.date())}T{utc.hour:02}:{utc.minute:02}:{utc.second:02}Z"


def parse_moment(untrusted: str) -> datetime:
    """Read a moment.

    Args:
        untrusted: `YYYY-MM-DDThh:mm:ssZ`, any length.

    Returns:
        The moment in UTC.

    Raises:
        MalformedError: It is written in another way, or does not exist.
    """
    if not _MOMENT.fullmatch(untrusted):
        raise MalformedError("not_a_moment")
    try:
        return datetime.fromisoformat(untrusted)
    except ValueError:
        raise MalformedError("not_a_moment") from None
