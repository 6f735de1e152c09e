"""The archive inside every sealed file: a zip of one strict shape.

Spec: docs/protocol.md §1.1.

Stock tools open it, and it can be written without knowing any size before, so
that a server seals a form while its bytes arrive. `layout` has the bytes of each
record, `writer` and `reader` the two directions.
"""

from protocol.archive.layout import MAX_ENTRIES, PADDING_NAME, Entry
from protocol.archive.reader import ArchiveReader
from protocol.archive.writer import ArchiveWriter, Filler, random_filler, zeros

__all__ = [
    "MAX_ENTRIES",
    "PADDING_NAME",
    "ArchiveReader",
    "ArchiveWriter",
    "Entry",
    "Filler",
    "random_filler",
    "zeros",
]
