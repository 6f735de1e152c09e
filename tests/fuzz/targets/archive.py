"""The archive reader: one layout, bounded work, and zipfile sees the same."""

import io
import zipfile

from protocol.archive import ArchiveReader
from protocol.archive.layout import (
    central_header,
    descriptor,
    end_record,
    local_header,
)
from protocol.errors import UnreadableError
from tests.vectors.case import load_cases
from tests.vectors.encoding import from_segments

_SEEDS = (
    "two_entries", "empty_entry", "padding_alone", "no_padding", "gap", "overlap",
    "descriptor_size", "count_too_high", "duplicate_name",
)  # fmt: skip


class _Counted(io.BytesIO):
    """Counts what is read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.read_bytes = 0

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer has no length
        count = super().readinto(buffer)
        self.read_bytes += count
        return count


def target(data: bytes) -> bool:
    """Read it; what is accepted is byte for byte what we would have written."""
    source = _Counted(data)
    try:
        reader = ArchiveReader(source, len(data))
        assert source.read_bytes <= len(data), "the layout was read more than once"
        contents = {
            entry.name: reader.read(entry.name, limit_bytes=len(data))
            for entry in reader.entries
        }
    except UnreadableError:
        assert source.read_bytes <= 2 * len(data), "bytes were read again and again"
        return False
    assert _rewritten(reader, contents) == data, "a second spelling"
    with zipfile.ZipFile(io.BytesIO(data)) as stock:
        assert {name: stock.read(name) for name in stock.namelist()} == contents
    return True


def _rewritten(reader: ArchiveReader, contents: dict[str, bytes]) -> bytes:
    body, directory = b"", b""
    for entry in reader.entries:
        body += local_header(entry.name) + contents[entry.name] + descriptor(entry)
        directory += central_header(entry)
    return body + directory + end_record(len(contents), len(directory), len(body))


def seeds() -> dict[str, bytes]:
    """Good archives, and some that lie."""
    cases = {case.name: case for case in load_cases("archive")}
    return {name: from_segments(cases[name].given["archive"]) for name in _SEEDS}
