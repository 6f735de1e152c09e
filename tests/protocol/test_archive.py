"""Promises of `protocol.archive`."""

import io
import subprocess
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.archive import (
    MAX_ENTRIES,
    PADDING_NAME,
    ArchiveReader,
    ArchiveWriter,
    random_filler,
    zeros,
)
from protocol.archive.layout import (
    CENTRAL_BYTES,
    DESCRIPTOR_BYTES,
    END_BYTES,
    LOCAL_BYTES,
    is_name,
)
from protocol.errors import ProtocolError, TooLargeError, UnreadableError
from protocol.ladder import is_rung

_FLOOR = 16_384
_ENTRIES = st.dictionaries(
    st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,20}", fullmatch=True).filter(
        lambda name: name != PADDING_NAME
    ),
    st.binary(max_size=200),
    max_size=6,
)


def _write(entries: dict[str, bytes], floor_bytes: int = _FLOOR) -> bytes:
    destination = io.BytesIO()
    writer = ArchiveWriter(destination)
    for name, data in entries.items():
        writer.add(name, data)
    writer.finish(floor_bytes=floor_bytes)
    return destination.getvalue()


def _read(archive: bytes) -> dict[str, bytes]:
    reader = ArchiveReader(io.BytesIO(archive), len(archive))
    reader.verify_padding()
    return {
        entry.name: reader.read(entry.name, limit_bytes=len(archive))
        for entry in reader.entries
        if entry.name != PADDING_NAME
    }


def test_lengths_of_records_are_zip_s() -> None:
    """APPNOTE fixes them."""
    lengths = (LOCAL_BYTES, DESCRIPTOR_BYTES, CENTRAL_BYTES, END_BYTES)

    assert lengths == (30, 16, 46, 22)


@given(entries=_ENTRIES)
def test_an_archive_reads_back(entries: dict[str, bytes]) -> None:
    """Reading and writing are inverse, in content and in order."""
    assert list(_read(_write(entries)).items()) == list(entries.items())


@given(entries=_ENTRIES)
def test_an_archive_is_a_rung_long(entries: dict[str, bytes]) -> None:
    """Its length tells no more than its rung."""
    assert is_rung(len(_write(entries)), floor_bytes=_FLOOR)


@given(entries=_ENTRIES)
def test_python_s_own_reader_agrees(entries: dict[str, bytes]) -> None:
    """Another program finds the same entries and CRCs."""
    with zipfile.ZipFile(io.BytesIO(_write(entries))) as opened:
        assert opened.testzip() is None
        found = {
            name: opened.read(name)
            for name in opened.namelist()
            if name != PADDING_NAME
        }

    assert found == entries


@pytest.mark.needs("unzip")
def test_unzip_accepts_an_archive(tmp_path: Path) -> None:
    """A reviewer with nothing but stock tools can unpack a report."""
    path = tmp_path / "report.zip"
    path.write_bytes(_write({"attachments/001": b"data" * 999, "report.json": b"{}"}))

    tested = subprocess.run(["unzip", "-t", path], capture_output=True, check=True)

    assert b"No errors detected" in tested.stdout
    assert tested.stderr == b""


def test_no_changed_byte_goes_unnoticed() -> None:
    """Every byte of an archive means something: a reader refuses any change."""
    good = _write({"attachments/001": b"data", "report.json": b"{}"}, floor_bytes=512)

    unnoticed = [place for place in range(len(good)) if not _refused(good, place)]

    assert unnoticed == []


def _refused(good: bytes, place: int) -> bool:
    changed = bytearray(good)
    changed[place] ^= 0x01
    try:
        _read(bytes(changed))
    except UnreadableError:
        return True
    return False


@given(data=st.binary(max_size=400))
def test_random_bytes_are_refused_by_type(data: bytes) -> None:
    """Reading raises nothing but its own error."""
    with pytest.raises(UnreadableError):
        _read(data)


@given(length=st.integers(0, 1_023))
def test_a_truncated_archive_is_refused(length: int) -> None:
    """Wherever it was cut."""
    whole = _write({"report.json": b"{}"}, floor_bytes=1_024)

    with pytest.raises(UnreadableError):
        _read(whole[:length])


@given(middle=st.binary(max_size=300))
def test_a_forged_middle_is_refused_by_type(middle: bytes) -> None:
    """A true start and a true end do not help."""
    good = _write({"report.json": b"{}"}, floor_bytes=512)
    forged = good[:50] + middle + good[-150:]

    if forged != good:
        with pytest.raises(UnreadableError):
            _read(forged)


class _CountingSource(io.BytesIO):
    """A source that remembers how much was read of it."""

    read_bytes = 0

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # narrower than Buffer
        count = super().readinto(buffer)
        self.read_bytes += count
        return count


def test_opening_reads_no_data() -> None:
    """Layout is checked without touching attachments: they stay sealed."""
    archive = _write({"attachments/001": bytes(3_000_000), "report.json": b"{}"})
    source = _CountingSource(archive)

    reader = ArchiveReader(source, len(archive))
    reader.read("report.json", limit_bytes=10)

    assert source.read_bytes < 500


def test_an_entry_is_a_seekable_file() -> None:
    """Zip, image and document readers can jump about in an attachment."""
    data = bytes(range(256)) * 4_000
    archive = _write({"attachments/001": data})
    opened = ArchiveReader(io.BytesIO(archive), len(archive)).open("attachments/001")

    opened.seek(-10, io.SEEK_END)
    tail = opened.read()
    opened.seek(5)
    start = opened.read(10)
    opened.seek(3, io.SEEK_CUR)
    further = opened.read(2)

    assert (tail, start, further) == (data[-10:], data[5:15], data[18:20])
    assert opened.tell() == 20


def test_a_position_before_the_start_is_a_bug() -> None:
    """As with any file."""
    archive = _write({"report.json": b"{}"})
    opened = ArchiveReader(io.BytesIO(archive), len(archive)).open("report.json")

    with pytest.raises(ValueError, match="before the start"):
        opened.seek(-1)


def test_reading_an_entry_to_its_end_verifies_it() -> None:
    """Whoever copies an attachment out of a forged archive learns it."""
    good = _write({"attachments/001": b"data" * 100_000})
    forged = good.replace(b"datadata", b"dataDATA", 1)
    opened = ArchiveReader(io.BytesIO(forged), len(forged)).open("attachments/001")

    with pytest.raises(UnreadableError, match="wrong crc"):
        opened.read()


def test_reading_a_part_twice_is_no_error() -> None:
    """Jumping back leaves the CRC of the one reading in order intact."""
    archive = _write({"attachments/001": bytes(range(256)) * 4_000})
    opened = ArchiveReader(io.BytesIO(archive), len(archive)).open("attachments/001")

    opened.read(100)
    opened.seek(0)

    assert len(opened.read()) == 1_024_000


def test_an_entry_longer_than_its_format_allows_is_not_loaded() -> None:
    """A small limit protects memory from a large `report.json`."""
    archive = _write({"report.json": bytes(1_000)})
    reader = ArchiveReader(io.BytesIO(archive), len(archive))

    with pytest.raises(UnreadableError, match="entry too large"):
        reader.read("report.json", limit_bytes=999)


def test_a_missing_entry_is_unreadable() -> None:
    """A format asks for its entries by name."""
    destination = io.BytesIO()
    writer = ArchiveWriter(destination)
    writer.finish(floor_bytes=_FLOOR)
    archive = destination.getvalue()
    reader = ArchiveReader(io.BytesIO(archive), len(archive))

    with pytest.raises(UnreadableError, match="missing entry"):
        reader.read("report.json", limit_bytes=10)


def test_padding_must_be_there_to_be_verified() -> None:
    """An archive without padding does not pass for one with zeros."""
    archive = _write({}).replace(b"padding", b"panding")
    reader = ArchiveReader(io.BytesIO(archive), len(archive))

    with pytest.raises(UnreadableError, match="missing entry"):
        reader.verify_padding()


def test_a_claimed_directory_is_not_loaded_before_it_is_bounded() -> None:
    """Two gigabytes of directory for one entry are refused, not read."""
    claim = bytearray(_write({}, floor_bytes=2**20))
    claim[-10:-2] = (2**20 - 22).to_bytes(4, "little") + (0).to_bytes(4, "little")
    source = _CountingSource(bytes(claim))

    with pytest.raises(UnreadableError, match="wrong central directory"):
        ArchiveReader(source, len(claim))

    assert source.read_bytes == 22


def test_a_source_shorter_than_told_is_refused() -> None:
    """The length that the caller names is a claim too."""
    archive = _write({})

    with pytest.raises(UnreadableError, match="truncated"):
        ArchiveReader(io.BytesIO(archive), len(archive) + 100)


def test_random_padding_comes_from_the_source() -> None:
    """What travels unsealed is filled with bytes that look like the rest."""
    destination = io.BytesIO()
    writer = ArchiveWriter(destination)
    writer.finish(floor_bytes=200_000 // 4 * 4, filler=random_filler(_sevens))
    archive = destination.getvalue()

    padding = ArchiveReader(io.BytesIO(archive), len(archive)).open("padding").read()

    assert set(padding) == {7}


def _sevens(length_bytes: int, /) -> bytes:
    return b"\x07" * length_bytes


@given(length=st.integers(0, 200_000))
def test_fillers_fill_exactly(length: int) -> None:
    """Not a byte more or less than the rung needs."""
    for filler in (zeros, random_filler(_sevens)):
        assert sum(map(len, filler(length))) == length


def test_the_writer_stops_at_its_limit() -> None:
    """What is too long is noticed while it arrives, not at the end."""
    writer = ArchiveWriter(io.BytesIO(), limit_bytes=_FLOOR)
    writer.begin("attachments/001")
    writer.write(bytes(_FLOOR - 1_000))

    with pytest.raises(TooLargeError):
        writer.write(bytes(1_000))


def test_the_padded_length_counts() -> None:
    """Data below the limit does not help if its rung lies above."""
    destination = io.BytesIO()
    writer = ArchiveWriter(destination, limit_bytes=18_000)
    writer.add("attachments/001", bytes(17_000))
    before = destination.getvalue()

    with pytest.raises(TooLargeError):
        writer.finish(floor_bytes=_FLOOR)

    assert destination.getvalue() == before


def test_the_writer_stops_at_1000_entries() -> None:
    """More would be refused by every reader."""
    writer = ArchiveWriter(io.BytesIO())
    for number in range(MAX_ENTRIES):
        writer.add(f"replies/{number:04}", b"")

    with pytest.raises(TooLargeError):
        writer.begin("one-more")


_WRONG_ORDERS = {
    "data without an entry": ["write"],
    "an end without an entry": ["end"],
    "an entry inside another": ["begin", "begin"],
    "a name twice": ["begin", "end", "begin"],
    "finish inside an entry": ["begin", "finish"],
    "finish twice": ["finish", "finish"],
    "an entry after the end": ["finish", "begin"],
}


@pytest.mark.parametrize("steps", _WRONG_ORDERS.values(), ids=_WRONG_ORDERS)
def test_a_wrong_order_of_calls_is_a_bug(steps: list[str]) -> None:
    """Such a program must not write an archive that only looks right."""
    writer = ArchiveWriter(io.BytesIO())
    calls: dict[str, Callable[[], object]] = {
        "begin": partial(writer.begin, "entry"),
        "write": partial(writer.write, b"data"),
        "end": writer.end,
        "finish": partial(writer.finish, floor_bytes=_FLOOR),
    }
    for step in steps[:-1]:
        calls[step]()

    with pytest.raises(ValueError, match=r"entry|archive"):
        calls[steps[-1]]()


@pytest.mark.parametrize("name", ["", "a//b", "/a", "a/", "..", "a/../b", "я", "a b"])
def test_a_name_that_no_reader_accepts_is_not_written(name: str) -> None:
    """Writer and reader agree on names."""
    assert not is_name(name)
    with pytest.raises(ValueError, match="by this name"):
        ArchiveWriter(io.BytesIO()).begin(name)


def test_an_unfinished_archive_is_none() -> None:
    """What breaks off on the way has no directory."""
    destination = io.BytesIO()
    writer = ArchiveWriter(destination)
    writer.add("report.json", b"{}")

    with pytest.raises(ProtocolError):
        _read(destination.getvalue())
    assert writer.length_bytes == len(destination.getvalue())
    assert writer.entry_bytes == 2
