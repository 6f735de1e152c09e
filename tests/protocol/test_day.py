"""Promises of `protocol.day`."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.day import (
    DAY_ZONE,
    day_of,
    format_day,
    format_moment,
    parse_day,
    parse_moment,
)
from protocol.errors import MalformedError

_SECONDS = st.integers(-30_000_000_000, 200_000_000_000)
_MOMENTS = _SECONDS.map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def test_the_day_begins_at_midnight_in_kazakhstan() -> None:
    """19:00 UTC is already the next day."""
    assert day_of(datetime(2026, 11, 23, 18, 59, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert day_of(datetime(2026, 11, 23, 19, tzinfo=UTC)) == date(2026, 11, 24)


@given(day=st.dates())
def test_a_day_reads_back(day: date) -> None:
    """Serialise and parse are inverse, also before the year 1000."""
    assert parse_day(format_day(day)) == day


@given(moment=_MOMENTS)
def test_a_moment_reads_back(moment: datetime) -> None:
    """Serialise and parse are inverse, to the second."""
    assert parse_moment(format_moment(moment)) == moment


def test_a_moment_is_written_in_utc() -> None:
    """Whatever the zone, the text has one."""
    moment = datetime(2026, 11, 24, 4, 0, 0, 999, tzinfo=DAY_ZONE)

    assert format_moment(moment) == "2026-11-23T23:00:00Z"


def test_a_moment_without_a_zone_is_a_bug() -> None:
    """The machine's own zone must never decide."""
    naive = datetime(2026, 11, 24, tzinfo=UTC).replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        day_of(naive)
    with pytest.raises(ValueError, match="time zone"):
        format_moment(naive)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-31",
        "2026-1-1",
        "20261101",
        "2026-W01-1",
        "2026-11-01 ",
        "٢٠٢٦-١١-٠١",
    ],
)
def test_a_day_has_one_spelling(text: str) -> None:
    """Other spellings, and days that do not exist, are refused."""
    with pytest.raises(MalformedError):
        parse_day(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-24",
        "2026-11-24T07:30:00",
        "2026-11-24T07:30:00+00:00",
        "2026-11-24T07:30:00.5Z",
        "2026-11-24 07:30:00Z",
        "2026-11-24T24:00:00Z",
        "2026-02-30T07:30:00Z",
        "2026-11-24T07:30:60Z",
    ],
)
def test_a_moment_has_one_spelling(text: str) -> None:
    """Other spellings, and moments that do not exist, are refused."""
    with pytest.raises(MalformedError):
        parse_moment(text)


@given(text=st.text())
def test_random_text_is_refused_by_type(text: str) -> None:
    """Parsing raises nothing but its own error."""
    for parse in (parse_day, parse_moment):
        try:
            parse(text)
        except MalformedError:
            continue


def test_the_zone_has_no_daylight_saving() -> None:
    """All of Kazakhstan is UTC+5 all year."""
    summer = datetime(2026, 7, 1, tzinfo=DAY_ZONE)

    assert summer.utcoffset() == timedelta(hours=5)
