"""A request's body as it arrives, in pieces.

A sender who goes away, or brings next to nothing (`body_watch`), has simply
ended: whoever reads decides what an early end means.
"""

import time
from collections.abc import Callable, Iterator
from typing import IO, Final

from werkzeug.exceptions import ClientDisconnected

READ_BYTES: Final = 256 * 1024
"""Large enough that a page fault or a switch of threads costs little a byte."""

QUICK_SECONDS: Final = 0.25
"""A piece that took longer came over a slow line: the next one is small again."""


def body_pieces(
    stream: IO[bytes],
    length_bytes: int,
    *,
    first_bytes: int = READ_BYTES,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[bytes]:
    """Read a body until its length, or until the sender is gone.

    What is on its way to a piece is lost if the sender breaks off. So whoever keeps
    what came begins with small pieces; they grow while the line fills them at once.

    Args:
        stream: The request's body.
        length_bytes: Its Content-Length.
        first_bytes: Of the first piece, and of each on a slow line.
        now: Seconds that only grow.

    Yields:
        Pieces that are not empty.
    """
    rest, size_bytes = length_bytes, first_bytes
    while rest > 0:
        began = now()
        try:
            piece = stream.read(min(size_bytes, rest))
        except (OSError, ClientDisconnected):
            return
        if not piece:
            return
        is_quick = now() - began < QUICK_SECONDS
        size_bytes = min(2 * size_bytes, READ_BYTES) if is_quick else first_bytes
        rest -= len(piece)
        yield piece


def drop_rest(stream: IO[bytes], at_most_bytes: int) -> None:
    """Read on and forget, so that the sender can hear the answer."""
    for _ in body_pieces(stream, at_most_bytes):
        pass
