"""A request's body as it arrives, in pieces.

A sender who goes away, or brings next to nothing (`body_watch`), has simply
ended: whoever reads decides what an early end means.
"""

from collections.abc import Iterator
from typing import IO, Final

from werkzeug.exceptions import ClientDisconnected

READ_BYTES: Final = 256 * 1024
"""Large enough that a page fault or a switch of threads costs little a byte."""


def body_pieces(
    stream: IO[bytes], length_bytes: int, *, read_bytes: int = READ_BYTES
) -> Iterator[bytes]:
    """Read a body until its length, or until the sender is gone.

    Args:
        stream: The request's body.
        length_bytes: Its Content-Length.
        read_bytes: Of a piece; what is on its way to one is lost if the sender
            breaks off.

    Yields:
        Pieces that are not empty.
    """
    rest = length_bytes
    while rest > 0:
        try:
            piece = stream.read(min(read_bytes, rest))
        except (OSError, ClientDisconnected):
            return
        if not piece:
            return
        rest -= len(piece)
        yield piece


def drop_rest(stream: IO[bytes], at_most_bytes: int) -> None:
    """Read on and forget, so that the sender can hear the answer."""
    for _ in body_pieces(stream, at_most_bytes):
        pass
