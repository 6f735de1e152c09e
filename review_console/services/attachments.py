"""Attachments: opened with the file key that the case keeps.

The stored file's header names the recovery recipients only; the file key under
the case key is the members' way in. Nothing is written to disk on the way out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from protocol.errors import ProtocolError
from protocol.report import Attachment, ReportReader
from review_console.domain.account import Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.case import Message, OpenCase
from review_console.domain.errors import DamagedError, NotFoundError
from review_console.domain.ids import CaseId, MessageId
from review_console.services.case_keys import CaseKeys
from review_console.services.effects import Clock
from review_console.services.files import SealedFiles
from review_console.services.store import Store
from review_console.services.stored_reports import file_key_of, open_report


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAttachment:
    """An attachment that its reader may open."""

    attachment: Attachment
    message: Message
    opened: OpenCase


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttachment:
    """A member reads an attachment's bytes."""

    store: Store
    files: SealedFiles
    case_keys: CaseKeys
    clock: Clock

    def find(
        self,
        case_id: CaseId,
        message_id: MessageId,
        index: int,
        *,
        by: Unlocked,
    ) -> FoundAttachment:
        """Find an attachment and record that it is taken out.

        Args:
            case_id: Which case.
            message_id: Which of its messages.
            index: From 0, in the report's order.
            by: Who asks.

        Returns:
            What `stream` opens.

        Raises:
            NotFoundError: There is none.
        """
        with self.store.begin() as unit:
            opened = self.case_keys.load(unit, case_id, by=by)
            message = unit.messages.load(message_id, case=case_id)
            attachments = open_report(opened, message).attachments
            if not 0 <= index < len(attachments):
                raise NotFoundError("no such attachment")
            unit.audit.append(
                AuditEntry(
                    kind=AuditKind.ATTACHMENT_DOWNLOADED,
                    at=self.clock.now(),
                    by=by.id,
                    case=case_id,
                ),
            )
        return FoundAttachment(
            attachment=attachments[index],
            message=message,
            opened=opened,
        )

    @contextmanager
    def stream(self, found: FoundAttachment) -> Iterator[BinaryIO]:
        """Open the bytes.

        Args:
            found: By `find`.

        Yields:
            The stream.

        Raises:
            DamagedError: The stored file was changed.
        """
        with self.files.open_sealed(found.message.deposit) as sealed:
            try:
                reader = ReportReader.with_file_key(
                    sealed,
                    file_key_of(found.opened, found.message),
                    came_under=found.opened.case.mailbox,
                )
                with reader.open_attachment(found.attachment.entry) as stream:
                    yield stream
            except ProtocolError:
                raise DamagedError("a stored report was changed") from None
