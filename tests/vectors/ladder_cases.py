"""Vectors of the ladder: each side of a rung, and the far ends."""

from collections.abc import Iterator

from protocol.ladder import (
    MAILBOX_FLOOR_BYTES,
    MAX_ARCHIVE_BYTES,
    REPLY_FLOOR_BYTES,
    REPORT_FLOOR_BYTES,
    ladder,
)
from tests.vectors.case import Case


def cases() -> Iterator[Case]:
    """Make all of them."""
    for name, length, floor, rung, description in _table():
        if ladder(length, floor_bytes=floor) != rung:
            raise RuntimeError("the table or the ladder is wrong")
        yield Case(
            folder="ladder",
            name=name,
            description=description,
            given={"length": length, "floor": floor},
            expected={"rung": rung},
        )


def _table() -> Iterator[tuple[str, int, int, int, str]]:
    report = REPORT_FLOOR_BYTES
    yield "nothing", 0, report, 65_536, "never below the floor"
    yield "on_the_floor", 65_536, report, 65_536, "a rung is its own rung"
    yield "above_the_floor", 65_537, report, 81_920, "the first step: 2^14"
    yield "under_an_octave", 114_689, report, 131_072, "up to the next octave"
    yield "over_an_octave", 131_073, report, 163_840, "the step doubles: 2^15"
    yield "reply_floor", 1, REPLY_FLOOR_BYTES, 16_384, "a reply's floor"
    yield "mailbox_floor", 16_385, MAILBOX_FLOOR_BYTES, 131_072, "an answer's floor"
    yield "not_round", 100_000_000, report, 100_663_296, "100 MB"
    yield "over_31_bits", 2**31 - 1, report, MAX_ARCHIVE_BYTES, "the highest rung"
    yield "above_the_highest", 2**31 + 1, report, 5 * 2**29, "sums beyond 32 bits"
