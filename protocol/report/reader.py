"""Open a report that anyone may have sent.

Spec: docs/protocol.md §1.4, §1.5.

Opening checks the seal, the layout, `report.json` and that all of them agree,
without decrypting the attachments. The caller MUST then

* call `verify_all` before it believes sizes, hashes and padding;
* ask `is_verified_message` before it shows a message as the reporter's.

A report that fails is kept sealed and shown as unreadable, with the reason.
"""

import hashlib
from collections.abc import Iterable
from typing import BinaryIO, Final, Self

from crypto import sshsig
from crypto.age import FileKey, Header, Identity, OpeningReader
from crypto.ed25519 import VerificationKey
from crypto.errors import CryptoError
from protocol.archive import PADDING_NAME, ArchiveReader
from protocol.errors import MalformedError, UnreadableError
from protocol.ladder import REPORT_FLOOR_BYTES, is_rung
from protocol.mailbox import MailboxId
from protocol.opening import unreadable_if_sealed_wrongly
from protocol.report.content import MAX_REPORT_JSON_BYTES, Kind, Report
from protocol.report.writer import REPORT_ENTRY, REPORT_NAMESPACE, SIGNATURE_ENTRY

SIGNATURE_LIMIT_BYTES: Final = 4_096


class ReportReader:
    """A sealed report whose layout and content have been checked."""

    def __init__(
        self,
        sealed: BinaryIO,
        identities: Iterable[Identity],
        *,
        came_under: MailboxId,
    ) -> None:
        """Open and check.

        Args:
            sealed: Untrusted, seekable; not closed here, and nobody else may move
                it while the reader is in use.
            identities: Tried in order.
            came_under: The mailbox that the deposit names.

        Raises:
            UnreadableError: It does not open, or is not as it must be.
            UnknownFormatError: It is of another format or version.
        """
        with unreadable_if_sealed_wrongly():
            opened = OpeningReader(sealed, identities)
        self._begin(opened, came_under)

    @classmethod
    def with_file_key(
        cls, sealed: BinaryIO, file_key: FileKey, *, came_under: MailboxId
    ) -> Self:
        """Open with the file key itself, as a case keeps it.

        Args:
            sealed: As above.
            file_key: Of this file.
            came_under: As above.

        Returns:
            The reader.

        Raises:
            UnreadableError: As above.
            UnknownFormatError: As above.
        """
        with unreadable_if_sealed_wrongly():
            opened = OpeningReader.with_file_key(sealed, file_key)
        reader = cls.__new__(cls)
        reader._begin(opened, came_under)  # noqa: SLF001 - its own constructor
        return reader

    def _begin(self, opened: OpeningReader, came_under: MailboxId) -> None:
        self._opened = opened
        # 1. Its length is one of the few.
        if not is_rung(opened.length_bytes, floor_bytes=REPORT_FLOOR_BYTES):
            raise UnreadableError("not_a_rung")
        # 2. The layout.
        self._archive = ArchiveReader(opened, opened.length_bytes)
        # 3. What it says.
        content = self._archive.read(REPORT_ENTRY, limit_bytes=MAX_REPORT_JSON_BYTES)
        try:
            self._report = Report.parse(content)
        except MalformedError as error:
            raise UnreadableError(error.reason) from None
        # 4. Both agree, and it was sent to where it says.
        self._compare_entries()
        if self._report.mailbox != came_under:
            raise UnreadableError("other_mailbox")
        # 5. Substitution: the intake knows the mailbox id, and could put a first
        #    report of its own under it. The id commits to the key (step 3), and
        #    the key must have signed. A message in doubt is shown as such.
        self._signature_by = self._find_signer(content)
        if self._signature_by is None and self._report.kind is Kind.REPORT:
            raise UnreadableError("wrong_signature")

    @property
    def report(self) -> Report:
        """What the report says."""
        return self._report

    @property
    def signature_by(self) -> VerificationKey | None:
        """The report's own `message_key`; `None` for a message in doubt.

        That is, one that this key did not sign, or whose mailbox does not commit
        to it.
        """
        return self._signature_by

    @property
    def file_key(self) -> FileKey:
        """Opens the payload: to be kept under the case key."""
        return self._opened.file_key

    @property
    def header(self) -> Header:
        """The age header, with its recipients' stanzas."""
        return self._opened.header

    def open_attachment(self, entry: str) -> BinaryIO:
        """Open an attachment's bytes.

        Args:
            entry: Its name in the archive, `attachments/001`.

        Returns:
            A seekable stream that raises `UnreadableError` where the file is
            altered or the CRC is wrong.

        Raises:
            UnreadableError: The report has no such attachment.
        """
        if all(attachment.entry != entry for attachment in self._report.attachments):
            raise UnreadableError("missing_entry")
        return self._archive.open(entry)

    def verify_all(self) -> None:
        """Read everything once: the seal, CRCs, hashes and padding.

        Raises:
            UnreadableError: Something is not as the report says.
        """
        for attachment in self._report.attachments:
            digest = hashlib.sha256()
            for piece in self._archive.pieces(attachment.entry):
                if attachment.sha256 is not None:
                    digest.update(piece)
            if attachment.sha256 not in {None, digest.hexdigest()}:
                raise UnreadableError("wrong_sha256")
        self._archive.verify_padding()

    def _compare_entries(self) -> None:
        """Compare the archive with what the report says that it holds."""
        report = self._report
        expected = [(each.entry, each.size_bytes) for each in report.attachments]
        tail = [REPORT_ENTRY, SIGNATURE_ENTRY, PADDING_NAME]
        entries = self._archive.entries
        names = [name for name, _ in expected] + tail
        if [entry.name for entry in entries] != names:
            raise UnreadableError("wrong_entries")
        sizes = [(entry.name, entry.size) for entry in entries[: len(expected)]]
        if sizes != expected:
            raise UnreadableError("wrong_size")

    def _find_signer(self, content: bytes) -> VerificationKey | None:
        armored = self._archive.read(SIGNATURE_ENTRY, limit_bytes=SIGNATURE_LIMIT_BYTES)
        if not self._report.fits_mailbox:
            return None
        key = self._report.message_key
        try:
            text = armored.decode("ascii")
            return sshsig.verify(text, content, [key], namespace=REPORT_NAMESPACE)
        except (CryptoError, UnicodeDecodeError):
            return None


def is_verified_message(reader: ReportReader, message_key: VerificationKey) -> bool:
    """Say whether a message comes from whoever wrote the mailbox's first report.

    Args:
        reader: Of the message. Its attachments are the signer's only once
            `verify_all` has passed.
        message_key: Of the mailbox's first report.

    Returns:
        Whether that key signed it, and its mailbox commits to that key.
    """
    return reader.signature_by == message_key
