"""Reports: whatever they say, however they arrive, they come out the same."""

import io
from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crypto.age import (
    Header,
    HybridIdentity,
    OpeningReader,
    rewrap_header,
)
from crypto.entropy import system_entropy
from protocol.archive import ArchiveReader
from protocol.errors import UnreadableError
from protocol.ladder import REPORT_FLOOR_BYTES, ladder
from protocol.report import ReportDraft, ReportReader, ReportWriter
from tests.protocol.reports import (
    DRAFT,
    DRAFTS,
    KEYS,
    RECOVERY,
    REVIEWER,
    open_sealed,
    seal,
)

_SIZES = st.lists(st.integers(0, 200_000), max_size=3)
_NEWCOMER = HybridIdentity.from_seed(b"n" * 32)


def _pattern(length_bytes: int) -> bytes:
    """Bytes that are nowhere the same."""
    return b"".join(at.to_bytes(4, "big") for at in range(length_bytes // 4 + 1))[
        :length_bytes
    ]


def _cut(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    """Cut data into pieces, some of them empty."""
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        yield data[start:end]


@given(draft=DRAFTS, sizes=_SIZES, cuts=st.lists(st.integers(0, 2**20), max_size=9))
def test_pieces_do_not_show(
    draft: ReportDraft, sizes: list[int], cuts: list[int]
) -> None:
    """Wherever the network cut the attachments, the report opens to the same."""
    sealed = io.BytesIO()
    recipients = [REVIEWER.recipient, RECOVERY.recipient]
    with ReportWriter(sealed, recipients, entropy=system_entropy) as writer:
        for number, size in enumerate(sizes):
            writer.begin_attachment(f"{number}.bin", "application/pdf")
            for piece in _cut(_pattern(size), cuts):
                writer.write(piece)
            writer.end_attachment()
        written = writer.finish(draft, KEYS.signing_key)

    reader = open_sealed(sealed.getvalue(), RECOVERY)
    reader.verify_all()
    assert reader.report == written
    read = [reader.open_attachment(each.entry).read() for each in written.attachments]
    assert read == [_pattern(size) for size in sizes]


_LARGE = _pattern(300_000)
_SEALED = seal(DRAFT, {"large.bin": _LARGE, "small.bin": b"small"})


@given(st.lists(st.tuples(st.integers(0, 310_000), st.integers(0, 90_000)), max_size=9))
def test_seeking_in_an_attachment_is_a_slice(places: list[tuple[int, int]]) -> None:
    """A viewer may jump about in a sealed attachment as in any file."""
    reader = open_sealed(_SEALED)
    opened = reader.open_attachment("attachments/001")

    for start, length in places:
        opened.seek(start)
        assert opened.read(length) == _LARGE[start : start + length]
    opened.seek(0)
    assert opened.read() == _LARGE


@given(st.sets(st.sampled_from([REVIEWER, RECOVERY, _NEWCOMER]), min_size=1))
def test_narrowing_keeps_every_byte_of_the_payload(
    chosen: set[HybridIdentity],
) -> None:
    """Whoever is named opens the same report; whoever is not, does not."""
    source = io.BytesIO(_SEALED)
    rest = _SEALED[Header.read(source).length_bytes :]
    reader = open_sealed(_SEALED)
    recipients = [each.recipient for each in chosen]
    header = rewrap_header(
        io.BytesIO(_SEALED), [REVIEWER], recipients, entropy=system_entropy
    )
    narrowed = header + rest

    for identity in (REVIEWER, RECOVERY, _NEWCOMER):
        assert _opens(narrowed, identity) is (identity in chosen)
    again = ReportReader.with_file_key(
        io.BytesIO(narrowed), reader.file_key, came_under=KEYS.mailbox
    )
    again.verify_all()
    assert again.report == reader.report


def _opens(sealed: bytes, identity: HybridIdentity) -> bool:
    try:
        open_sealed(sealed, identity).verify_all()
    except UnreadableError as error:
        if error.reason == "not_sealed_to_us":
            return False
        raise
    return True


def test_a_codename_opens_nothing_that_its_reporter_sent() -> None:
    """Whoever finds the codename reads the answers, not the report."""
    assert not _opens(_SEALED, KEYS.identity)


@given(sizes=st.lists(st.integers(0, 60_000), max_size=6))
def test_a_sealed_report_is_on_the_lowest_rung_that_holds_it(sizes: list[int]) -> None:
    """Its length tells its rung, and its rung tells no more than it must."""
    files = {f"{number}.bin": bytes(size) for number, size in enumerate(sizes)}

    opened = OpeningReader(io.BytesIO(seal(DRAFT, files)), [REVIEWER])

    *_, padding = ArchiveReader(opened, opened.length_bytes).entries
    bare = opened.length_bytes - padding.size
    assert opened.length_bytes == ladder(bare, floor_bytes=REPORT_FLOOR_BYTES)
