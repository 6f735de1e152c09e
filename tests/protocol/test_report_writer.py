"""Promises of `protocol.report`: sealing."""

import hashlib
import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from crypto.age import open_sealed as open_age_file
from crypto.entropy import system_entropy
from protocol.errors import TooLargeError, UnreadableError
from protocol.report import (
    HEADER_LIMIT_BYTES,
    MAX_ATTACHMENTS,
    Kind,
    ReportDraft,
    ReportWriter,
    check_sealed_upload,
)
from tests.protocol.reports import (
    ATTACHMENTS,
    DRAFT,
    DRAFTS,
    FILES,
    KEYS,
    MESSAGE,
    OTHER_KEYS,
    RECOVERY,
    REVIEWER,
    STRANGER,
    open_sealed,
    seal,
)


@settings(max_examples=25)
@given(draft=DRAFTS, files=ATTACHMENTS)
def test_what_is_sealed_opens(
    draft: ReportDraft, files: list[tuple[str, str, bytes]]
) -> None:
    """Open ∘ seal is identity, for any report and any attachments."""
    destination = io.BytesIO()
    recipients = [REVIEWER.recipient, RECOVERY.recipient]
    with ReportWriter(destination, recipients, entropy=system_entropy) as writer:
        for name, media_type, data in files:
            writer.begin_attachment(name, media_type)
            writer.write(data)
            writer.end_attachment()
        report = writer.finish(draft, KEYS.signing_key)

    for identity in (REVIEWER, RECOVERY):
        reader = open_sealed(destination.getvalue(), identity)
        reader.verify_all()
        assert reader.report == report
        assert [
            reader.open_attachment(each.entry).read() for each in report.attachments
        ] == [data for _, _, data in files]


def test_nobody_else_opens_it() -> None:
    """A key outside the directory finds nothing."""
    with pytest.raises(UnreadableError, match="not sealed to us"):
        open_sealed(seal(), STRANGER)


def test_reports_of_text_alone_are_alike() -> None:
    """A short report and a long one, from the page or the server: one size."""
    short = seal(files={})
    long = seal(replace(DRAFT, text="ж" * 31_000), files={})

    assert len(short) == len(long)


def test_an_intake_accepts_what_is_sealed() -> None:
    """Writer and upload check agree on header and rungs."""
    for sealed in (seal(), seal(MESSAGE), seal(files={"big": bytes(300_000)})):
        check_sealed_upload(sealed[:HEADER_LIMIT_BYTES], len(sealed))


def test_what_breaks_off_is_no_report() -> None:
    """A client that vanishes leaves bytes that nobody takes for a report."""
    destination = io.BytesIO()
    with pytest.raises(ConnectionError):
        _seal_half(destination)

    with pytest.raises(UnreadableError):
        open_sealed(destination.getvalue())


def _seal_half(destination: io.BytesIO) -> None:
    recipients = [REVIEWER.recipient]
    with ReportWriter(destination, recipients, entropy=system_entropy) as writer:
        writer.begin_attachment("a", "")
        writer.write(bytes(200_000))
        raise ConnectionError


def test_plaintext_stays_out_of_the_file() -> None:
    """Neither text, nor file names, nor bytes of attachments can be found."""
    sealed = seal()

    for told in (
        DRAFT.text.encode(),
        "фото".encode(),
        b"photo",
        b"report.json",
        b"PK\x03",
    ):
        assert told not in sealed


def test_plaintext_is_handed_on_at_once() -> None:
    """Not more than one chunk is held back, however long the attachment."""
    destination = io.BytesIO()
    writer = ReportWriter(destination, [REVIEWER.recipient], entropy=system_entropy)
    writer.begin_attachment("big", "")
    for _ in range(16):
        writer.write(bytes(65_536))

    assert len(destination.getvalue()) > 15 * 65_536


def test_a_message_is_signed_with_its_files_hashes() -> None:
    """SHA-256 of each attachment stands in what is signed."""
    reader = open_sealed(seal(MESSAGE))

    hashes = [attachment.sha256 for attachment in reader.report.attachments]

    assert hashes == [hashlib.sha256(data).hexdigest() for data in FILES.values()]
    assert reader.signature_by == KEYS.signing_key.verification_key


def test_a_draft_of_another_kind_is_a_bug() -> None:
    """The writer must know before the first attachment whether to hash."""
    destination = io.BytesIO()
    recipients = [REVIEWER.recipient]
    writer = ReportWriter(destination, recipients, entropy=system_entropy)

    with pytest.raises(ValueError, match="another kind"):
        writer.finish(MESSAGE, KEYS.signing_key)


@pytest.mark.parametrize("draft", [DRAFT, MESSAGE], ids=["report", "message"])
def test_nobody_else_can_sign(draft: ReportDraft) -> None:
    """The key is the one that the report names, and the mailbox commits to."""
    writer = ReportWriter(
        io.BytesIO(), [REVIEWER.recipient], entropy=system_entropy, kind=draft.kind
    )

    with pytest.raises(ValueError, match="signed by its message_key"):
        writer.finish(draft, OTHER_KEYS.signing_key)


@pytest.mark.needs("ssh-keygen", "unzip")
def test_ssh_keygen_verifies_a_report(tmp_path: Path) -> None:
    """In ten years no tool of ours is needed to show that a report is genuine."""
    (tmp_path / "r.zip").write_bytes(open_age_file(seal(), [REVIEWER]))
    subprocess.run(["unzip", "-q", "r.zip"], cwd=tmp_path, check=True)
    (tmp_path / "signers").write_text(f"reporter {DRAFT.message_key}\n")
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "reporter"]

    subprocess.run(
        [*command, "-n", "debunker-report", "-s", "report.json.sig"],
        input=(tmp_path / "report.json").read_bytes(),
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )


def test_a_limit_below_the_format_s_own_is_kept() -> None:
    """An intake with a small disk stops early, and the file does not open."""
    destination = io.BytesIO()
    writer = ReportWriter(
        destination,
        [REVIEWER.recipient],
        entropy=system_entropy,
        limit_bytes=910_000,
    )
    writer.begin_attachment("big", "")
    writer.write(bytes(900_000))
    writer.end_attachment()

    with pytest.raises(TooLargeError):
        writer.finish(DRAFT, KEYS.signing_key)
    with pytest.raises(UnreadableError):
        open_sealed(destination.getvalue())


def test_an_attachment_too_many_is_refused() -> None:
    """Before anything of it is read."""
    writer = ReportWriter(
        io.BytesIO(), [REVIEWER.recipient], entropy=system_entropy, kind=Kind.MESSAGE
    )
    for _ in range(MAX_ATTACHMENTS):
        writer.begin_attachment("a", "")
        writer.end_attachment()

    with pytest.raises(TooLargeError):
        writer.begin_attachment("a", "")


@pytest.mark.needs("unzip")
def test_stock_tools_unpack_what_is_inside(tmp_path: Path) -> None:
    """`age -d` and `unzip` give report.json and the attachments."""
    path = tmp_path / "report.zip"
    path.write_bytes(open_age_file(seal(), [REVIEWER]))

    subprocess.run(["unzip", "-q", path, "-d", tmp_path], check=True)

    assert (tmp_path / "attachments" / "001").read_bytes() == FILES["фото.jpg"]
    assert DRAFT.text in (tmp_path / "report.json").read_text(encoding="utf-8")
