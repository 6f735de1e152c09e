"""The ladder: the few lengths that an archive may have.

Spec: docs/protocol.md §1.2.

Whoever sees a sealed file sees its size, and a size can name a document. So
every archive is lengthened to the next rung, four rungs to an octave: at most
25 % more, and few sizes to tell apart. (Padmé's finer steps tell too much.)

Not done here: the padding itself, which is an entry of the archive, and the
refusal of an archive that is too large.

Rules:
* No rung lies below the floor, so reports of text alone are all alike.
* A rung is its own rung: padding twice changes nothing.
"""

from typing import Final

REPORT_FLOOR_BYTES: Final = 65_536
"""Some 31,000 Cyrillic letters fit: almost every report of text alone."""

REPLY_FLOOR_BYTES: Final = 16_384

MAILBOX_FLOOR_BYTES: Final = 131_072
"""Seven short replies fit, and an empty mailbox looks the same."""

MAX_ARCHIVE_BYTES: Final = 2**31
"""2 GiB, the highest rung: far below zip's own limit of 4 GiB."""

_STEPS_PER_OCTAVE: Final = 4


def ladder(length_bytes: int, *, floor_bytes: int) -> int:
    """Give the next rung at or above a length.

    Args:
        length_bytes: The archive before padding; L in the specification.
        floor_bytes: The lowest rung; a power of two, at least 4.

    Returns:
        The rung in bytes: `length_bytes` to 1.25 × `length_bytes`, or the floor.
    """
    length = max(length_bytes, floor_bytes)
    octave = 1 << (length.bit_length() - 1)  # 2^E
    step = octave // _STEPS_PER_OCTAVE
    return -(-length // step) * step


def is_rung(length_bytes: int, *, floor_bytes: int) -> bool:
    """Say whether an archive may have this length: a rung up to 2 GiB."""
    return (
        length_bytes <= MAX_ARCHIVE_BYTES
        and ladder(length_bytes, floor_bytes=floor_bytes) == length_bytes
    )
