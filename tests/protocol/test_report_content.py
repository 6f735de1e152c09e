"""Promises of `protocol.report`: what a report says."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.entropy import system_entropy
from protocol.errors import MalformedError, ProtocolError, TooLargeError
from protocol.report import (
    MAX_ATTACHMENTS,
    MAX_REPORT_JSON_BYTES,
    Answers,
    Attachment,
    Kind,
    Report,
    ReportDraft,
    attachment_media_type,
    attachment_name,
    is_blank,
    message_number,
)
from tests.protocol.reports import DRAFT, DRAFTS, MESSAGE, OTHER_KEYS

_FILE = Attachment(
    entry="attachments/001",
    name="a.pdf",
    media_type="application/pdf",
    size_bytes=3,
    sha256=None,
)


@given(draft=DRAFTS, size=st.integers(0, 2**31))
def test_a_report_reads_back(draft: ReportDraft, size: int) -> None:
    """Serialise and parse are inverse."""
    report = draft.with_attachments([replace(_FILE, size_bytes=size)])

    assert Report.parse(report.to_json()) == report


@given(data=st.binary())
def test_random_bytes_are_refused_by_type(data: bytes) -> None:
    """Parsing raises nothing but this package's errors."""
    with pytest.raises(ProtocolError):
        Report.parse(data)


def test_nothing_of_a_report_is_shown() -> None:
    """A `repr` in a traceback tells no text, name, key or mailbox."""
    report = DRAFT.with_attachments([_FILE])

    shown = f"{report!r}{DRAFT!r}{report.answers!r}{report.consent!r}{_FILE!r}"

    for told in (report.text, "bribe_taking", "a.pdf", str(report.mailbox), "age1pq"):
        assert told not in shown


def test_a_draft_is_checked_when_it_is_made() -> None:
    """Whoever seals on the server cannot seal what no reader accepts."""
    for changes in (
        {"text": "\n\u3000"},
        {"text": "\u200b\u2060\ufeff\u00ad\x00"},
        {"number": 2},
        {"number": 0},
        {"consent": None},
        {"directory_version": 0},
        {"kind": Kind.MESSAGE},
        {"token_hash": "0" * 63},
        {"token_hash": "0" * 64},
        {"message_key": OTHER_KEYS.signing_key.verification_key},
        {"mailbox": OTHER_KEYS.mailbox},
    ):
        with pytest.raises(MalformedError):
            replace(DRAFT, **changes)
    with pytest.raises(MalformedError):
        replace(MESSAGE, answers=Answers(place=""))
    with pytest.raises(MalformedError):
        Answers(place="я" * 2_001)


def test_only_a_message_may_doubt_its_mailbox() -> None:
    """It is kept and shown as unverified; a first report is refused."""
    assert MESSAGE.fits_mailbox
    assert not replace(MESSAGE, mailbox=OTHER_KEYS.mailbox).fits_mailbox
    with pytest.raises(MalformedError, match="wrong mailbox key"):
        replace(DRAFT, mailbox=OTHER_KEYS.mailbox)


@given(text=st.text())
def test_a_text_is_blank_or_shows_something(text: str) -> None:
    """One visible letter is enough, wherever it stands."""
    assert not is_blank(text + "ә")
    assert is_blank("".join(each for each in text if is_blank(each)))


def test_attachments_stand_in_order() -> None:
    """Their entries are numbered from 001 without a gap."""
    with pytest.raises(MalformedError, match="entry wrong"):
        DRAFT.with_attachments([replace(_FILE, entry="attachments/002")])


def test_hashes_belong_to_messages() -> None:
    """A message's attachments are signed by their hash, a report's are not."""
    hashed = replace(_FILE, sha256="0" * 64)

    assert MESSAGE.with_attachments([hashed]).attachments == (hashed,)
    with pytest.raises(MalformedError, match="sha256 wrong"):
        DRAFT.with_attachments([hashed])
    with pytest.raises(MalformedError, match="sha256 wrong"):
        MESSAGE.with_attachments([_FILE])


def test_997_attachments_are_enough() -> None:
    """With json, signature and padding they make 1,000 entries."""
    files = [
        replace(_FILE, entry=f"attachments/{number:03}")
        for number in range(1, MAX_ATTACHMENTS + 2)
    ]

    assert MAX_ATTACHMENTS + len(["report.json", "report.json.sig", "padding"]) == 1_000
    assert len(DRAFT.with_attachments(files[:-1]).attachments) == MAX_ATTACHMENTS
    with pytest.raises(MalformedError, match="attachments too long"):
        DRAFT.with_attachments(files)


def test_a_report_of_more_than_a_mebibyte_is_refused_on_both_sides() -> None:
    """Neither written nor read."""
    long = replace(DRAFT, text="ж" * (MAX_REPORT_JSON_BYTES // 2))

    with pytest.raises(TooLargeError):
        long.with_attachments([]).to_json()
    with pytest.raises(MalformedError, match="report json too long"):
        Report.parse(bytes(MAX_REPORT_JSON_BYTES + 1))


@given(untrusted=st.text())
def test_a_file_name_becomes_harmless(untrusted: str) -> None:
    """No path, no control character, not empty, at most 255 characters."""
    name = attachment_name(untrusted)

    assert 1 <= len(name) <= 255
    assert not set(name) & set("/\\")
    assert all(unicodedata.category(each) != "Cc" or each > "\x7f" for each in name)
    assert attachment_name(name) == name


@pytest.mark.parametrize(
    ("untrusted", "name"),
    [
        ("акт.pdf", "акт.pdf"),
        ("C:\\Users\\Асель\\акт.pdf", "акт.pdf"),
        ("../../etc/passwd", "passwd"),
        ("folder/", "attachment"),
        ("", "attachment"),
        ("a\x00b\nc", "a_b_c"),
        ("x" * 300, "x" * 255),
        ("half \ud800", "half ?"),
    ],
)
def test_a_file_name_keeps_its_last_part(untrusted: str, name: str) -> None:
    """A path names the reporter's account; the file's own name helps reviewers."""
    assert attachment_name(untrusted) == name


@given(untrusted=st.text())
def test_a_media_type_becomes_harmless(untrusted: str) -> None:
    """It could end in a header one day."""
    media_type = attachment_media_type(untrusted)

    assert media_type.isascii()
    assert media_type.isprintable()
    assert attachment_media_type(media_type) == media_type


@pytest.mark.parametrize(
    ("untrusted", "media_type"),
    [
        ("", "application/octet-stream"),
        ("image", "application/octet-stream"),
        ("Image/JPEG", "image/jpeg"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("a/b\r\nX: y", "application/octet-stream"),
        ("a/" + "b" * 300, "application/octet-stream"),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_a_media_type_loses_its_parameters(untrusted: str, media_type: str) -> None:
    """`type/subtype` in lower case, or the one that says nothing."""
    assert attachment_media_type(untrusted) == media_type


def test_numbers_of_messages_grow_from_day_to_day() -> None:
    """Without anything being remembered, whatever chance does."""
    evening = datetime(2026, 11, 24, 18, 59, tzinfo=UTC)
    last = message_number(evening, lambda length: b"\xff" * length)
    first = message_number(evening + timedelta(minutes=1), bytes)

    assert last // 1_000_000 == 2_519
    assert first == 2_520_000_000
    assert last < first


def test_a_message_is_never_number_one() -> None:
    """That is the report's."""
    now = datetime(2026, 11, 24, tzinfo=UTC)

    drafts = [
        replace(MESSAGE, number=message_number(now, system_entropy)) for _ in range(9)
    ]

    assert len({draft.number for draft in drafts}) == 9
