"""A body in pieces: large on a quick line, small where breaking off costs most."""

import io
from dataclasses import dataclass, field

from intake.web.body import QUICK_SECONDS, READ_BYTES, body_pieces

FIRST_BYTES = 32 * 1024


@dataclass
class Line:
    """A body that takes as long as the test says, by its own clock."""

    content: io.BytesIO
    seconds_a_read: float
    seconds: float = field(default=0.0, init=False)

    def read(self, size: int) -> bytes:
        """Bring what is asked for."""
        self.seconds += self.seconds_a_read
        return self.content.read(size)

    def now(self) -> float:
        """Tell its time."""
        return self.seconds


def _sizes(total_bytes: int, *, seconds_a_read: float) -> list[int]:
    line = Line(io.BytesIO(bytes(total_bytes)), seconds_a_read)
    pieces = body_pieces(line, total_bytes, first_bytes=FIRST_BYTES, now=line.now)  # type: ignore[arg-type]  # reads, which is all that is asked of it
    return [len(piece) for piece in pieces]


def test_pieces_grow_on_a_quick_line() -> None:
    """Few large reads cost a third of many small ones."""
    sizes = _sizes(4 * READ_BYTES, seconds_a_read=0.0)

    assert sizes[:4] == [FIRST_BYTES, 2 * FIRST_BYTES, 4 * FIRST_BYTES, READ_BYTES]
    assert max(sizes) == READ_BYTES
    assert sum(sizes) == 4 * READ_BYTES


def test_pieces_stay_small_on_a_slow_line() -> None:
    """Whoever breaks off there loses 32 KiB, and not what took a minute."""
    sizes = _sizes(8 * FIRST_BYTES, seconds_a_read=QUICK_SECONDS)

    assert sizes == [FIRST_BYTES] * 8


def test_a_body_that_ends_early_gives_what_came() -> None:
    """Whoever reads decides what an early end means."""
    pieces = list(body_pieces(io.BytesIO(b"half"), 8))

    assert pieces == [b"half"]
