"""Promises of `protocol.report`: opening, and what an intake checks."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import sshsig
from crypto.age import FileKey, HybridIdentity, X25519Identity, rewrap_header
from crypto.age import seal as seal_age_file
from crypto.entropy import system_entropy
from protocol.archive import ArchiveWriter
from protocol.errors import (
    MalformedError,
    ProtocolError,
    TooLargeError,
    UnreadableError,
)
from protocol.ladder import REPORT_FLOOR_BYTES
from protocol.report import (
    HEADER_LIMIT_BYTES,
    ReportDraft,
    ReportReader,
    check_sealed_upload,
    is_verified_message,
)
from tests.protocol.reports import (
    DRAFT,
    FILES,
    KEYS,
    MESSAGE,
    OTHER_KEYS,
    RECOVERY,
    REVIEWER,
    open_sealed,
    seal,
)

_SEALED = seal()
_MESSAGE = seal(MESSAGE)


@settings(max_examples=60)
@given(place=st.integers(0, len(_SEALED) - 1), bit=st.integers(0, 7))
def test_any_changed_bit_is_refused(place: int, bit: int) -> None:
    """In header, nonce or payload: nothing of an altered report is believed."""
    changed = bytearray(_SEALED)
    changed[place] ^= 1 << bit

    with pytest.raises(UnreadableError):
        open_sealed(bytes(changed)).verify_all()


@settings(max_examples=60)
@given(length=st.integers(0, len(_SEALED) - 1))
def test_a_truncated_report_is_refused(length: int) -> None:
    """Wherever it was cut."""
    with pytest.raises(UnreadableError):
        open_sealed(_SEALED[:length]).verify_all()


@given(data=st.binary(max_size=500))
def test_random_bytes_are_refused_by_type(data: bytes) -> None:
    """Opening raises nothing but its own error."""
    with pytest.raises(UnreadableError):
        open_sealed(data)


@settings(max_examples=20)
@given(data=st.binary(max_size=500))
def test_random_plaintext_is_refused_by_type(data: bytes) -> None:
    """Anyone can seal anything to the reviewers."""
    sealed = seal_age_file(data, [REVIEWER.recipient], entropy=system_entropy)

    with pytest.raises(UnreadableError):
        open_sealed(sealed)


def test_more_behind_the_file_is_refused() -> None:
    """A report with something appended is not the report that was sent."""
    with pytest.raises(UnreadableError):
        open_sealed(_SEALED + b"\0").verify_all()


class _CountingSource(io.BytesIO):
    """A source that remembers how much was read of it."""

    read_bytes = 0

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # narrower than Buffer
        count = super().readinto(buffer)
        self.read_bytes += count
        return count


def test_opening_leaves_attachments_sealed() -> None:
    """A list of reports is read without decrypting gigabytes."""
    source = _CountingSource(seal(files={"big": bytes(5_000_000)}))

    reader = ReportReader(source, [REVIEWER], came_under=KEYS.mailbox)

    assert reader.report.text == DRAFT.text
    assert source.read_bytes < 400_000


def test_an_altered_attachment_is_noticed_where_it_is_read() -> None:
    """The report opens, for its own chunks are right; the attachment does not."""
    sealed = bytearray(seal(files={"big": bytes(1_000_000)}))
    sealed[500_000] ^= 1
    reader = open_sealed(bytes(sealed))

    with pytest.raises(UnreadableError, match="altered"):
        reader.verify_all()
    with pytest.raises(UnreadableError, match="altered"):
        reader.open_attachment("attachments/001").read()


def test_the_file_key_opens_what_was_rewrapped() -> None:
    """A case keeps the file key; the reviewer's own stanza is gone."""
    reader = open_sealed(_SEALED)
    recovery_only = rewrap_header(
        io.BytesIO(_SEALED), [REVIEWER], [RECOVERY.recipient], entropy=system_entropy
    )
    payload = _SEALED[reader.header.length_bytes :]
    source = io.BytesIO(recovery_only + payload)

    again = ReportReader.with_file_key(source, reader.file_key, came_under=KEYS.mailbox)

    again.verify_all()
    assert again.report == reader.report
    with pytest.raises(UnreadableError, match="not sealed to us"):
        open_sealed(source.getvalue())


def test_another_file_key_opens_nothing() -> None:
    """The header's MAC tells that it belongs to another file."""
    with pytest.raises(UnreadableError, match="altered"):
        ReportReader.with_file_key(
            io.BytesIO(_SEALED), FileKey(bytes(16)), came_under=KEYS.mailbox
        )


def test_a_report_under_another_mailbox_is_refused() -> None:
    """An intake that moves deposits between mailboxes is noticed."""
    with pytest.raises(UnreadableError, match="other mailbox"):
        ReportReader(io.BytesIO(_SEALED), [REVIEWER], came_under=OTHER_KEYS.mailbox)


def test_an_attachment_is_asked_for_by_its_entry() -> None:
    """Nothing else of the archive is handed out as one."""
    reader = open_sealed(_SEALED)

    assert reader.open_attachment("attachments/002").read() == FILES["акт.pdf"]
    for entry in ("attachments/003", "report.json", "padding", "../x"):
        with pytest.raises(UnreadableError, match="missing entry"):
            reader.open_attachment(entry)


def test_a_disk_error_stays_a_disk_error() -> None:
    """A report is not called unreadable because a disk is."""

    class _Failing(io.BytesIO):
        def readinto(self, _buffer: object) -> int:
            raise OSError("disk")

        def readline(self, _size: int | None = -1, /) -> bytes:
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        ReportReader(_Failing(_SEALED), [REVIEWER], came_under=KEYS.mailbox)


def test_a_message_is_verified_by_the_first_report_s_key() -> None:
    """The key of another mailbox does not count."""
    message = open_sealed(_MESSAGE)
    key = KEYS.signing_key.verification_key

    assert is_verified_message(message, key)
    assert not is_verified_message(message, OTHER_KEYS.signing_key.verification_key)


def test_a_further_report_by_the_same_key_is_genuine() -> None:
    """Whoever has the key is the reporter, whatever they call what they send."""
    report = open_sealed(_SEALED)

    assert is_verified_message(report, KEYS.signing_key.verification_key)


def test_an_intake_cannot_put_a_report_in_the_place_of_another() -> None:
    """It knows the mailbox id, but no key that the id commits to."""
    own_key = OTHER_KEYS.signing_key.verification_key
    own = replace(
        DRAFT,
        message_key=own_key,
        reply_to=OTHER_KEYS.identity.recipient,
        token_hash=OTHER_KEYS.token.token_hash,
        mailbox=OTHER_KEYS.mailbox,
    )

    with pytest.raises(MalformedError, match="wrong mailbox key"):
        replace(DRAFT, message_key=own_key)
    with pytest.raises(UnreadableError, match="wrong mailbox key"):
        open_sealed(_seal_under_genuine_mailbox(own))


def _seal_under_genuine_mailbox(draft: ReportDraft) -> bytes:
    """Seal a report of the forger's that names the genuine mailbox."""
    content = draft.with_attachments([]).to_json()
    forged = content.replace(str(draft.mailbox).encode(), str(KEYS.mailbox).encode())
    signature = sshsig.sign(forged, OTHER_KEYS.signing_key, namespace="debunker-report")
    archive = io.BytesIO()
    writer = ArchiveWriter(archive)
    writer.add("report.json", forged)
    writer.add("report.json.sig", signature.encode())
    writer.finish(floor_bytes=REPORT_FLOOR_BYTES)
    recipients = [REVIEWER.recipient]
    return seal_age_file(archive.getvalue(), recipients, entropy=system_entropy)


def test_an_upload_is_checked_by_its_start() -> None:
    """The first 128 KiB are enough, and so is the header alone."""
    header_bytes = open_sealed(_SEALED).header.length_bytes

    check_sealed_upload(_SEALED[:HEADER_LIMIT_BYTES], len(_SEALED))
    check_sealed_upload(_SEALED[:header_bytes], len(_SEALED))


@given(length=st.integers(0, 3_000))
def test_an_upload_s_start_may_be_too_short_to_tell(length: int) -> None:
    """A slow client's first bytes are no reason to refuse it."""
    with pytest.raises(MalformedError) as refused:
        check_sealed_upload(_SEALED[:length], len(_SEALED))

    assert refused.value.reason == "header_incomplete"


@pytest.mark.parametrize(
    "head",
    [b"PK\x03\x04", b"age-encryption.org/v2\n", b"-----BEGIN AGE", bytes(200)],
    ids=["zip", "later age", "armored", "zeros"],
)
def test_what_is_no_age_file_is_refused_at_once(head: bytes) -> None:
    """A plain file must not lie on the intake's disk."""
    with pytest.raises(MalformedError, match="not an age file"):
        check_sealed_upload(head, 100_000)


@given(start=st.integers(0, len(_SEALED)), head=st.binary(max_size=300))
def test_a_random_start_is_refused_by_type(start: int, head: bytes) -> None:
    """Whatever comes first or goes on wrongly, one of this package's errors."""
    forged = _SEALED[:start] + head

    if forged[:3_000] != _SEALED[:3_000]:
        with pytest.raises(ProtocolError):
            check_sealed_upload(forged, len(_SEALED))


def test_a_header_that_never_ends_is_refused() -> None:
    """Not more than 128 KiB are waited for."""
    endless = b"age-encryption.org/v1\n" + b"-> x\n\n" * 30_000

    with pytest.raises(MalformedError) as refused:
        check_sealed_upload(endless, 10_000_000)

    assert refused.value.reason == "not_an_age_file"


def test_an_upload_to_classical_recipients_is_refused() -> None:
    """Whoever records it now could open it with tomorrow's computers."""
    recipient = X25519Identity.from_seed(bytes(32)).recipient
    sealed = seal_age_file(bytes(65_536), [recipient], entropy=system_entropy)

    with pytest.raises(MalformedError, match="wrong recipients"):
        check_sealed_upload(sealed, len(sealed))


@pytest.mark.parametrize(("count", "is_accepted"), [(64, True), (65, False)])
def test_an_upload_has_at_most_64_recipients(count: int, *, is_accepted: bool) -> None:
    """And the longest accepted header fits into what is looked at."""
    recipient = HybridIdentity.from_seed(bytes(32)).recipient
    sealed = seal_age_file(bytes(65_536), [recipient] * count, entropy=system_entropy)
    head = sealed[:HEADER_LIMIT_BYTES]

    if is_accepted:
        check_sealed_upload(head, len(sealed))
    else:
        with pytest.raises(MalformedError, match="wrong recipients"):
            check_sealed_upload(head, len(sealed))


@given(change=st.integers(-70_000, 10_000_000).filter(bool))
def test_an_upload_of_another_length_is_refused(change: int) -> None:
    """Only 61 lengths can be sent at all."""
    header_bytes = open_sealed(_SEALED).header.length_bytes
    rungs = {16 + rung + 16 * -(-rung // 65_536) for rung in _RUNGS}

    if len(_SEALED) + change - header_bytes not in rungs:
        with pytest.raises(MalformedError) as refused:
            check_sealed_upload(_SEALED[:header_bytes], len(_SEALED) + change)
        assert refused.value.reason == "not_a_rung"


_RUNGS = [
    2**octave + quarter * 2 ** (octave - 2)
    for octave in range(16, 25)
    for quarter in range(4)
]


def test_an_upload_above_the_highest_rung_is_too_large() -> None:
    """2 GiB is the most that anyone can send."""
    with pytest.raises(TooLargeError):
        check_sealed_upload(_SEALED[:HEADER_LIMIT_BYTES], 2**32)
