"""Seal a report while its attachments arrive.

Spec: docs/protocol.md §1, §1.1, §1.4.

For whoever sees a report piece by piece, such as the form without JavaScript:
attachments are sealed as they come, their sizes unknown before; the form's
answers come last.

Rules:
* Only `finish` makes a file that opens. Whatever fails before leaves bytes that
  every reader refuses.
* Plaintext is held for one chunk of 64 KiB, and written nowhere.
* Everything is signed with the reporter's key, to which the mailbox id commits.
* SHA-256 of attachments in messages alone: slow devices pay most for hashing, and
  a first report's attachments are sealed together with what is signed.
"""

import hashlib
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Protocol, Self

from crypto import sshsig
from crypto.age import HybridRecipient, SealingWriter
from crypto.ed25519 import SigningKey
from crypto.entropy import Entropy
from protocol.archive import ArchiveWriter
from protocol.errors import TooLargeError
from protocol.ladder import MAX_ARCHIVE_BYTES, REPORT_FLOOR_BYTES
from protocol.report.attachments import (
    MAX_ATTACHMENTS,
    Attachment,
    attachment_media_type,
    attachment_name,
    entry_name,
)
from protocol.report.content import Kind, Report, ReportDraft

REPORT_ENTRY: Final = "report.json"
SIGNATURE_ENTRY: Final = "report.json.sig"
REPORT_NAMESPACE: Final = "debunker-report"


class Destination(Protocol):
    """Where the sealed file goes, such as a file opened for writing."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take some or all of `data`, as files do."""


class ReportWriter:
    """Writes one sealed report or message."""

    def __init__(
        self,
        destination: Destination,
        recipients: Iterable[HybridRecipient],
        *,
        entropy: Entropy,
        kind: Kind = Kind.REPORT,
        limit_bytes: int = MAX_ARCHIVE_BYTES,
    ) -> None:
        """Write the header; attachments may follow.

        Args:
            destination: Takes the sealed file; stays open.
            recipients: Of the directory, at least one.
            entropy: For keys and nonces.
            kind: What the draft will be.
            limit_bytes: Length that the padded archive must not exceed.
        """
        self._sealing = SealingWriter(destination, recipients, entropy=entropy)
        self._archive = ArchiveWriter(self._sealing, limit_bytes=limit_bytes)
        self._hashed = kind is Kind.MESSAGE
        self._hash = hashlib.sha256()
        self._kind = kind
        self._attachments: list[Attachment] = []
        self._name = ""
        self._media_type = ""

    def __enter__(self) -> Self:
        """Seal what the block writes; the block calls `finish`."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the file as it is: whole only if `finish` was called."""

    def begin_attachment(self, name: str, media_type: str) -> None:
        """Open an attachment.

        Args:
            name: Untrusted; made harmless as the specification says.
            media_type: Untrusted; likewise.

        Raises:
            TooLargeError: There are 997 already.
            ValueError: The last one is still open.
        """
        number = len(self._attachments) + 1
        if number > MAX_ATTACHMENTS:
            raise TooLargeError("too many attachments")
        self._archive.begin(entry_name(number))
        self._name = attachment_name(name)
        self._media_type = attachment_media_type(media_type)
        self._hash = hashlib.sha256()

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Add to the open attachment.

        Args:
            data: Any length; not kept.

        Returns:
            The number of bytes: all.

        Raises:
            TooLargeError: The archive would be longer than its limit.
        """
        if self._hashed:
            self._hash.update(data)
        return self._archive.write(data)

    def end_attachment(self) -> Attachment:
        """Close the attachment and say what is known of it."""
        entry = self._archive.end()
        attachment = Attachment(
            entry=entry.name,
            name=self._name,
            media_type=self._media_type,
            size_bytes=entry.size,
            sha256=self._hash.hexdigest() if self._hashed else None,
        )
        self._attachments.append(attachment)
        return attachment

    def finish(self, draft: ReportDraft, signing_key: SigningKey) -> Report:
        """Add the report itself and its signature, pad, and seal the last chunk.

        Args:
            draft: What the report says.
            signing_key: The reporter's; its public half is the draft's.

        Returns:
            The report as it was sealed.

        Raises:
            ValueError: The draft is of another kind, or the key does not fit.
            TooLargeError: `report.json` or the whole is too long; then the file
                is not finished.
        """
        if draft.kind is not self._kind:
            raise ValueError("the draft is of another kind")
        if signing_key.verification_key != draft.message_key:
            raise ValueError("a report is signed by its message_key")
        report = draft.with_attachments(self._attachments)
        content = report.to_json()
        self._archive.add(REPORT_ENTRY, content)
        signature = sshsig.sign(content, signing_key, namespace=REPORT_NAMESPACE)
        self._archive.add(SIGNATURE_ENTRY, signature.encode("ascii"))
        self._archive.finish(floor_bytes=REPORT_FLOOR_BYTES)
        self._sealing.close()
        return report
