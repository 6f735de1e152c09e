"""Promises of `protocol.ladder`."""

from hypothesis import given
from hypothesis import strategies as st

from protocol.ladder import (
    MAILBOX_FLOOR_BYTES,
    MAX_ARCHIVE_BYTES,
    REPLY_FLOOR_BYTES,
    REPORT_FLOOR_BYTES,
    is_rung,
    ladder,
)

FLOOR = REPORT_FLOOR_BYTES


@given(length=st.integers(FLOOR, 2**40))
def test_a_rung_is_near(length: int) -> None:
    """Padding never cuts, and never adds more than a quarter."""
    assert length <= ladder(length, floor_bytes=FLOOR) <= 1.25 * length


@given(length=st.integers(0, FLOOR))
def test_reports_of_text_alone_are_alike(length: int) -> None:
    """Below the floor, an observer learns nothing at all."""
    assert ladder(length, floor_bytes=FLOOR) == FLOOR


@given(length=st.integers(0, 2**40))
def test_a_rung_is_its_own_rung(length: int) -> None:
    """Padding twice changes nothing."""
    rung = ladder(length, floor_bytes=FLOOR)

    assert ladder(rung, floor_bytes=FLOOR) == rung


@given(first=st.integers(0, 2**40), second=st.integers(0, 2**40))
def test_rungs_keep_the_order(first: int, second: int) -> None:
    """A longer archive never lands on a lower rung."""
    low, high = sorted((first, second))

    assert ladder(low, floor_bytes=FLOOR) <= ladder(high, floor_bytes=FLOOR)


def test_a_report_has_61_lengths() -> None:
    """So few that a size can name no document."""
    rungs = {FLOOR}
    while max(rungs) < MAX_ARCHIVE_BYTES:
        rungs.add(ladder(max(rungs) + 1, floor_bytes=FLOOR))

    assert len(rungs) == 61
    assert max(rungs) == MAX_ARCHIVE_BYTES


def test_floors_are_as_published() -> None:
    """The specification names them; other implementations rely on it."""
    floors = (REPLY_FLOOR_BYTES, REPORT_FLOOR_BYTES, MAILBOX_FLOOR_BYTES)

    assert floors == (16_384, 65_536, 131_072)
    assert MAX_ARCHIVE_BYTES == 2_147_483_648


def test_only_rungs_up_to_the_highest_count() -> None:
    """A length beside a rung, or above 2 GiB, is none."""
    assert is_rung(81_920, floor_bytes=FLOOR)
    assert not is_rung(81_921, floor_bytes=FLOOR)
    assert not is_rung(FLOOR // 2, floor_bytes=FLOOR)
    assert is_rung(MAX_ARCHIVE_BYTES, floor_bytes=FLOOR)
    assert not is_rung(5 * 2**29, floor_bytes=FLOOR)
