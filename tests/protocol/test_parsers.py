"""What every parser of `protocol` owes, in one place: none is forgotten."""

import ast
import io
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import protocol
from crypto.entropy import system_entropy
from protocol.archive import ArchiveReader
from protocol.archive.layout import parse_central_directory, parse_end_record
from protocol.codename import Codename
from protocol.day import parse_day, parse_moment
from protocol.directory import (
    IdentityCertificate,
    IdentityList,
    KeyDirectory,
    SignedDirectory,
)
from protocol.errors import ProtocolError
from protocol.key_text import parse_hybrid_recipient, parse_verification_key
from protocol.languages import Language
from protocol.mailbox import (
    MailboxToken,
    OrganisationId,
    build_mailbox_answer,
    read_mailbox_answer,
)
from protocol.offline_keys import OrganisationFile
from protocol.release import ReleaseManifest
from protocol.reply import Reply
from protocol.report import Report, check_sealed_upload
from protocol.strict_json import parse_document
from protocol.sync import AcknowledgementBatch, DepositListing
from tests.vectors.case import Case, load_cases
from tests.vectors.encoding import from_segments
from tests.vectors.fixed import CODENAME, KEYS, ORGANISATION_ID, REVIEWER, ROOT


def _text(folder: str, name: str, member: str, *, expected: bool = False) -> bytes:
    (case,) = [each for each in load_cases(folder) if each.name == name]
    content = case.expected if expected else case.given
    assert content is not None
    found: str = content[member]
    return found.encode()


_IDENTITIES: Final = _text("identities", "two_reviewers", "identities")
_REPORT: Final = _text("report", "all_answers", "report", expected=True)
_MESSAGE: Final = _text("report", "message", "report", expected=True)
_DIRECTORY: Final = _text("identities", "two_reviewers", "directory")
_RELEASE: Final = _text("release", "good", "release")

DOCUMENTS: Final[list[tuple[type, bytes]]] = [
    (KeyDirectory, _DIRECTORY),
    (SignedDirectory, _text("sync_body", "signed_directory_cross", "body")),
    (IdentityList, _IDENTITIES),
    (IdentityCertificate, IdentityList.parse(_IDENTITIES).identities[0].certificate),
    (OrganisationFile, _text("organisation", "good", "organisation")),
    (ReleaseManifest, _RELEASE),
    (Report, _REPORT),
    (Report, _MESSAGE),
    (Reply, b'{"format":"debunker-reply/1","mailbox":"%s","number":1,'
            b'"day":"2026-11-24","language":"kk","state":"received","text":"a"}'
            % str(KEYS.mailbox).encode()),
    (DepositListing, _text("sync_body", "listing", "body")),
    (AcknowledgementBatch, _text("sync_body", "acknowledgements", "body")),
]  # fmt: skip
"""Every document that `protocol` reads, with one that it accepts."""


def _archive() -> bytes:
    cases = {case.name: case for case in load_cases("archive")}
    segments: Case = cases["two_entries"]
    return from_segments(segments.given["archive"])


def _read_archive(data: bytes) -> None:
    reader = ArchiveReader(io.BytesIO(data), len(data))
    for entry in reader.entries:
        reader.read(entry.name, limit_bytes=len(data))


def _answer() -> bytes:
    return build_mailbox_answer(
        [b"reply", b""], sent_on=[date(2026, 11, 24)], entropy=system_entropy
    )


BYTES: Final[list[tuple[str, Callable[[bytes], object], bytes]]] = [
    ("parse_document", lambda data: parse_document(data, format_name="a/1"), b"{}"),
    ("read_mailbox_answer", read_mailbox_answer, _answer()),
    ("ArchiveReader", _read_archive, _archive()),
    ("parse_end_record", lambda data: parse_end_record(data[-22:].rjust(22)),
     _archive()),
    ("parse_central_directory", lambda data: parse_central_directory(data, 2),
     _archive()[-200:-22]),
    ("check_sealed_upload", lambda data: check_sealed_upload(data, len(data)),
     b"age-encryption.org/v1\n-> mlkem768x25519 AA\nAA\n--- AA\n"),
]  # fmt: skip
"""Every other parser of bytes, with something that looks right."""

TEXTS: Final[list[tuple[str, Callable[[str], object], str]]] = [
    ("Codename", Codename.parse, CODENAME.characters()),
    ("Codename", Codename.parse, CODENAME.words(Language.RU)),
    ("OrganisationId", OrganisationId.parse, str(ORGANISATION_ID)),
    ("parse_bearer", MailboxToken.parse_bearer, KEYS.token.bearer()),
    ("parse_day", parse_day, "2026-11-24"),
    ("parse_moment", parse_moment, "2026-11-24T07:30:00Z"),
    ("parse_verification_key", parse_verification_key, str(ROOT.verification_key)),
    ("parse_hybrid_recipient", parse_hybrid_recipient, str(REVIEWER.recipient)),
]
"""Every parser of text, with one that it accepts."""


@st.composite
def _bent(draw: st.DrawFn, good: bytes) -> bytes:
    """Cut, repeat, and overwrite places of what a parser accepts."""
    data = good
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(data)))
        end = draw(st.integers(begin, min(len(data), begin + 40)))
        piece = draw(
            st.sampled_from([b"", data[begin:end] * 2, b"null", b"-1", b"\xff", b"\0"])
            | st.binary(max_size=8)
        )
        data = data[:begin] + piece + data[end:]
    return data


@pytest.mark.parametrize(("kind", "good"), DOCUMENTS)
def test_a_document_is_written_as_it_was_read(kind: type, good: bytes) -> None:
    """Serialise ∘ parse is identity, to the byte."""
    document = kind.parse(good)  # type: ignore[attr-defined]  # all of them have it

    assert document.to_json() == good


@pytest.mark.parametrize(("kind", "good"), DOCUMENTS)
@given(data=st.data())
def test_a_bent_document_is_refused_by_type_or_means_itself(
    kind: type, good: bytes, data: st.DataObject
) -> None:
    """Whatever an attacker makes of it; what is still accepted reads back."""
    untrusted = data.draw(_bent(good) | st.binary(max_size=100))
    try:
        document = kind.parse(untrusted)  # type: ignore[attr-defined]  # as above
    except ProtocolError:
        return

    again = kind.parse(document.to_json())  # type: ignore[attr-defined]  # as above
    assert again.to_json() == document.to_json()


@pytest.mark.parametrize(("name", "parse", "good"), BYTES)
@given(data=st.data())
def test_bent_bytes_are_refused_by_type(
    name: str, parse: Callable[[bytes], object], good: bytes, data: st.DataObject
) -> None:
    """No parser raises anything but this package's errors."""
    del name
    untrusted = data.draw(_bent(good) | st.binary(max_size=300))
    with suppress(ProtocolError):
        parse(untrusted)


@pytest.mark.parametrize(("name", "parse", "good"), TEXTS)
@given(data=st.data())
def test_a_bent_text_is_refused_by_type(
    name: str, parse: Callable[[str], object], good: str, data: st.DataObject
) -> None:
    """No parser raises anything but this package's errors."""
    del name
    parse(good)
    bent = _bent(good.encode()).map(lambda each: each.decode(errors="replace"))
    untrusted = data.draw(bent | st.text(max_size=100))
    with suppress(ProtocolError):
        parse(untrusted)


def test_no_parser_is_forgotten() -> None:
    """Whoever writes a new one adds it above."""
    known = {kind.__name__ for kind, _ in DOCUMENTS}
    known |= {name for name, _, _ in BYTES} | {name for name, _, _ in TEXTS}

    found = set()
    for module in Path(str(protocol.__file__)).parent.rglob("*.py"):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        found |= {name for node in tree.body for name in _parsers(node)}

    assert found
    assert found <= known


def _parsers(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef) and node.name.startswith(("parse", "read_")):
        return [node.name]
    if not isinstance(node, ast.ClassDef):
        return []
    methods = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
    return [
        node.name if method == "parse" else method
        for method in methods
        if method.startswith("parse") and method != "parsed"
    ]
