"""How vectors write bytes: hexadecimal, with long runs of zeros counted."""

import re
from collections.abc import Sequence

ZERO_RUN_BYTES = 64

Segments = list[str | int]


def to_segments(data: bytes) -> Segments:
    """Write bytes as hexadecimal strings and counts of zero bytes."""
    segments: Segments = []
    position = 0
    for run in re.finditer(rb"\x00{%d,}" % ZERO_RUN_BYTES, data):
        segments += [data[position : run.start()].hex(), len(run.group())]
        position = run.end()
    segments.append(data[position:].hex())
    return [segment for segment in segments if segment]


def from_segments(segments: Sequence[str | int]) -> bytes:
    """Read them back."""
    return b"".join(
        bytes(segment) if isinstance(segment, int) else bytes.fromhex(segment)
        for segment in segments
    )
