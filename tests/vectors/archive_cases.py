"""Vectors of the archive: the one shape, and everything else a zip can be."""

import zlib
from collections.abc import Iterator

from tests.vectors.case import Case
from tests.vectors.encoding import to_segments
from tests.vectors.raw_zip import RawEntry, RawZip

_TEXT = b"first attachment"
_JSON = b"{}"


def cases() -> Iterator[Case]:
    """Make all of them."""
    yield from _good()
    for group in (_lengths, _directories, _headers, _sizes, _names, _contents):
        for name, archive, reason, description in group():
            yield Case(
                folder="archive",
                name=name,
                description=description,
                given={"archive": to_segments(archive)},
                reason=reason,
            )


_Refused = Iterator[tuple[str, bytes, str, str]]


def _good() -> Iterator[Case]:
    table = {
        "two_entries": ([_entry(), _json(), _padding()], "data, json and padding"),
        "empty_entry": ([_entry(b""), _padding()], "an entry without data"),
        "padding_alone": ([_padding()], "nothing but padding"),
        "no_padding": ([_entry()], "the shape does not ask for padding"),
    }
    for name, (entries, description) in table.items():
        archive = RawZip(entries=entries).build()
        offset = 0
        expected = []
        for entry in entries:
            expected.append(
                {
                    "name": entry.name.decode(),
                    "offset": offset,
                    "crc": zlib.crc32(entry.data),
                    "data": to_segments(entry.data),
                }
            )
            offset += 30 + len(entry.name) + len(entry.data) + 16
        yield Case(
            folder="archive",
            name=name,
            description=description,
            given={"archive": to_segments(archive)},
            expected={"entries": expected},
        )


def _lengths() -> _Refused:
    good = RawZip(entries=[_entry(), _padding()]).build()
    yield "empty", b"", "wrong_length", "no byte at all"
    yield "short", good[-21:], "wrong_length", "shorter than an end record"
    yield "plain_text", b"hello " * 40, "wrong_end_record", "no zip at all"
    yield "truncated", good[:-1], "wrong_end_record", "the last byte is missing"
    yield "trailing_byte", good + b"\0", "wrong_end_record", "a byte behind the end"
    yield "leading_byte", b"\0" + good, "wrong_end_record", "a byte before the start"
    leading = RawZip(entries=[_entry(gap=b"MZ"), _padding()]).build()
    yield "leading_program", leading, "not_contiguous", "bytes before, offsets right"
    comment = RawZip(entries=[_padding()], comment=b"hidden").build()
    yield "archive_comment", comment, "wrong_end_record", "a comment at the end"
    between = RawZip(entries=[_padding()], between=b"hidden").build()
    yield "before_end_record", between, "wrong_end_record", "bytes behind the directory"
    before = RawZip(entries=[_padding()], before_directory=b"hidden").build()
    yield "before_directory", before, "not_contiguous", "bytes before the directory"
    gap = RawZip(entries=[_entry(), _padding(gap=b"hidden")]).build()
    yield "gap", gap, "not_contiguous", "bytes between two entries"
    overlap = RawZip(entries=[_entry(), _json(central={"offset": 0})]).build()
    yield "overlap", overlap, "not_contiguous", "two entries at one place"


def _directories() -> _Refused:
    two = [_entry(), _json()]
    more = RawZip(entries=two, end={"disk_count": 3, "count": 3}).build()
    yield "count_too_high", more, "wrong_central_directory", "an entry less than told"
    less = RawZip(entries=two, end={"disk_count": 1, "count": 1}).build()
    yield "count_too_low", less, "wrong_central_directory", "an entry more than told"
    none = RawZip(entries=[]).build()
    yield "no_entry", none, "wrong_entry_count", "an archive of nothing"
    many = [RawEntry(name=b"%04d" % number) for number in range(1_001)]
    full = RawZip(entries=many).build()
    yield "1001_entries", full, "wrong_entry_count", "one more than allowed"
    counts = RawZip(entries=two, end={"disk_count": 1}).build()
    yield "two_counts", counts, "wrong_end_record", "the end record's counts differ"
    disk = RawZip(entries=two, end={"disk": 1}).build()
    yield "second_disk", disk, "wrong_end_record", "it says that it is disk 1"
    zip64 = RawZip(entries=two, end={"offset": 0xFFFFFFFF}).build()
    yield (
        "zip64_offset",
        zip64,
        "wrong_end_record",
        "zip64's mark for an offset",
    )
    order = RawZip(entries=two, directory_order=[1, 0]).build()
    yield "other_order", order, "not_contiguous", "the directory is in another order"
    twice = RawZip(entries=[_json(), _json()]).build()
    yield "duplicate_name", twice, "duplicate_name", "two entries of one name"


def _headers() -> _Refused:
    both = {
        "compressed": ("method", 8, "deflated, as ordinary zips are"),
        "encrypted": ("flags", 0x0809, "zip's own encryption"),
        "flags_without_names": ("flags", 0x0008, "names are not said to be UTF-8"),
        "dated": ("date", 0x5B78, "a modification date, a trace of the writer"),
        "timed": ("time", 0x6000, "a modification time"),
        "version_45": ("version", 45, "wants zip64"),
    }
    for name, (part, value, description) in both.items():
        override = {part: value}
        archive = _one(local=override, central=override)
        yield name, archive, "wrong_central_header", description
        local = _one(local=override)
        yield f"{name}_locally", local, "wrong_local_header", description
    central = {
        "made_on_unix": ("made_by", 0x0314, "made by another system"),
        "unix_mode": ("external", 0o100600 << 16, "attributes of a file"),
        "text_file": ("internal", 1, "the flag of a text file"),
        "entry_on_disk_1": ("disk", 1, "the entry is on another disk"),
    }
    for name, (part, value, description) in central.items():
        yield name, _one(central={part: value}), "wrong_central_header", description
    yield (
        "extra_field",
        _one(local_extra=b"\x01\x00\x00\x00"),
        "not_contiguous",
        "an extra field in the local header alone",
    )
    yield (
        "extra_field_centrally",
        _one(central_extra=b"\x01\x00\x00\x00"),
        "wrong_central_header",
        "an extra field in the directory alone",
    )
    comment = _one(comment=b"hidden")
    yield "entry_comment", comment, "wrong_central_header", "a comment on the entry"
    streamed = _one(local={"flags": 0x0800}, central={"flags": 0x0800})
    yield (
        "no_descriptor_flag",
        streamed,
        "wrong_central_header",
        "no descriptor told",
    )


def _sizes() -> _Refused:
    size = len(_TEXT)
    longer = _one(central={"compressed": size + 1, "size": size + 1})
    yield "size_too_long", longer, "not_contiguous", "the directory says one byte more"
    bomb = _one(central={"size": 0xFFFFFFF0})
    yield "two_sizes", bomb, "wrong_central_header", "four gigabytes when unpacked"
    described = _one(described={"size": size + 1})
    yield "descriptor_size", described, "wrong_descriptor", "the descriptor's size lies"
    crc = _one(described={"crc": 1})
    yield "descriptor_crc", crc, "wrong_descriptor", "the descriptor's CRC lies"
    local = _one(local={"compressed": size, "size": size})
    yield "sizes_first", local, "wrong_local_header", "sizes in the local header too"
    zip64 = _one(central={"compressed": 0xFFFFFFFF, "size": 0xFFFFFFFF})
    yield "zip64_size", zip64, "not_contiguous", "sizes stand in a zip64 field"


def _names() -> _Refused:
    names = {
        "name_empty": b"",
        "name_absolute": b"/etc/passwd",
        "name_parent": b"../report.json",
        "name_parent_inside": b"attachments/../report.json",
        "name_hidden": b"attachments/.profile",
        "name_backslash": b"attachments\\001",
        "name_folder": b"attachments/",
        "name_zero": b"report.json\0",
        "name_not_ascii": "отчёт".encode(),
        "name_too_long": b"a" * 101,
    }
    for name, raw in names.items():
        archive = RawZip(entries=[RawEntry(name=raw), _padding()]).build()
        yield name, archive, "wrong_name", "not a plain path"
    other = _one(local_name=b"attachments/002")
    yield "two_names", other, "wrong_local_header", "another name in the local header"
    longer = _one(local_name=b"attachments/0011")
    yield "longer_name", longer, "not_contiguous", "a longer local name"


def _contents() -> _Refused:
    good = RawZip(entries=[_entry(), _padding()]).build()
    changed = good.replace(_TEXT, _TEXT.upper())
    yield "wrong_crc", changed, "wrong_crc", "the data is not that of its CRC"
    hidden = RawZip(entries=[_entry(), _padding(data=bytes(99) + b"x")]).build()
    yield "padding_not_zero", hidden, "padding_not_zero", "something hides in padding"


def _one(**fields: object) -> bytes:
    entry = RawEntry(name=b"attachments/001", data=_TEXT)
    for name, value in fields.items():
        setattr(entry, name, value)
    return RawZip(entries=[entry, _padding()]).build()


def _entry(data: bytes = _TEXT, gap: bytes = b"") -> RawEntry:
    return RawEntry(name=b"attachments/001", data=data, gap=gap)


def _json(central: dict[str, int] | None = None) -> RawEntry:
    return RawEntry(name=b"report.json", data=_JSON, central=central or {})


def _padding(gap: bytes = b"", data: bytes = bytes(100)) -> RawEntry:
    return RawEntry(name=b"padding", data=data, gap=gap)
