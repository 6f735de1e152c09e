"""Rows of a case's thread: messages and replies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from protocol.mailbox import MailboxId
from protocol.sync import DepositId, ReplyId
from review_console.domain.case import Delivery, Message, StoredReply
from review_console.domain.errors import NotFoundError
from review_console.domain.ids import AccountId, CaseId, MessageId
from review_console.storage import tables

_messages: Final = tables.messages.c
_replies: Final = tables.replies.c


@dataclass(frozen=True, slots=True)
class MessageRows:
    """Implements `services.store.Messages`."""

    connection: Connection

    def add(self, message: Message) -> None:
        """Add."""
        self.connection.execute(
            insert(tables.messages).values(
                id=str(message.id),
                case_id=str(message.case),
                deposit_id=str(message.deposit),
                position=message.position,
                received_on=message.received_on,
                sealed_report=message.sealed_report,
                sealed_verified=message.sealed_verified,
                sealed_file_key=message.sealed_file_key,
            ),
        )

    def save_rekeyed(self, message: Message) -> None:
        """Keep what was encrypted under the case's new key."""
        self.connection.execute(
            update(tables.messages)
            .where(_messages.id == str(message.id))
            .values(
                sealed_report=message.sealed_report,
                sealed_verified=message.sealed_verified,
                sealed_file_key=message.sealed_file_key,
            ),
        )

    def of_case(self, case_id: CaseId) -> Sequence[Message]:
        """List in order."""
        query = (
            select(tables.messages)
            .where(_messages.case_id == str(case_id))
            .order_by(_messages.position)
        )
        return tuple(_message(row) for row in self.connection.execute(query))

    def find_by_deposit(self, deposit_id: DepositId) -> Message | None:
        """Find what a sealed file became."""
        query = select(tables.messages).where(_messages.deposit_id == str(deposit_id))
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _message(row)

    def load(self, message_id: MessageId, *, case: CaseId) -> Message:
        """Load; raises `NotFoundError`."""
        query = select(tables.messages).where(
            _messages.id == str(message_id),
            _messages.case_id == str(case),
        )
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError("no such message")
        return _message(row)


@dataclass(frozen=True, slots=True)
class ReplyRows:
    """Implements `services.store.Replies`."""

    connection: Connection

    def add(self, reply: StoredReply) -> None:
        """Add."""
        self.connection.execute(
            insert(tables.replies).values(
                id=str(reply.id),
                case_id=str(reply.case),
                mailbox=str(reply.mailbox),
                number=reply.number,
                position=reply.position,
                author_id=None if reply.author is None else str(reply.author),
                written_on=reply.written_on,
                sealed_text=reply.sealed_text,
                sealed_state=reply.sealed_state,
                sealed_reply=reply.sealed_reply,
                delivery=reply.delivery.value,
            ),
        )

    def save_rekeyed(self, reply: StoredReply) -> None:
        """Keep what was encrypted under the case's new key."""
        self.connection.execute(
            update(tables.replies)
            .where(_replies.id == str(reply.id))
            .values(sealed_text=reply.sealed_text, sealed_state=reply.sealed_state),
        )

    def of_case(self, case_id: CaseId) -> Sequence[StoredReply]:
        """List in order."""
        return self._list(
            select(tables.replies)
            .where(_replies.case_id == str(case_id))
            .order_by(_replies.position),
        )

    def next_number(self, case_id: CaseId) -> int:
        """Give the next number within the mailbox."""
        query = select(func.max(_replies.number)).where(
            _replies.case_id == str(case_id),
        )
        newest = self.connection.execute(query).scalar() or 0
        floor = select(tables.cases.c.reply_floor).where(
            tables.cases.c.id == str(case_id),
        )
        return max(newest, int(self.connection.execute(floor).scalar_one())) + 1

    def skip_numbers(self, count: int) -> int:
        """Give no number below so many more; in every case that there is."""
        newest = (
            select(func.coalesce(func.max(_replies.number), 0))
            .where(_replies.case_id == tables.cases.c.id)
            .scalar_subquery()
        )
        raised = self.connection.execute(
            update(tables.cases).values(reply_floor=newest + count),
        )
        return raised.rowcount

    def waiting(self) -> Sequence[StoredReply]:
        """List what the intake has not got, oldest first."""
        return self._list(
            select(tables.replies)
            .where(_replies.delivery == Delivery.WAITING.value)
            .order_by(_replies.written_on, _replies.case_id, _replies.number),
        )

    def mark(self, reply_id: ReplyId, delivery: Delivery) -> None:
        """Change the delivery and drop the sealed copy."""
        self.connection.execute(
            update(tables.replies)
            .where(_replies.id == str(reply_id))
            .values(delivery=delivery.value, sealed_reply=None),
        )

    def _list(self, query: Select[Any]) -> Sequence[StoredReply]:
        return tuple(_reply(row) for row in self.connection.execute(query))


def _message(row: Row[Any]) -> Message:
    return Message(
        id=MessageId(row.id),
        case=CaseId(row.case_id),
        deposit=DepositId(row.deposit_id),
        position=row.position,
        received_on=row.received_on,
        sealed_report=row.sealed_report,
        sealed_verified=row.sealed_verified,
        sealed_file_key=row.sealed_file_key,
    )


def _reply(row: Row[Any]) -> StoredReply:
    return StoredReply(
        id=ReplyId(row.id),
        case=CaseId(row.case_id),
        mailbox=MailboxId(row.mailbox),
        number=row.number,
        position=row.position,
        author=None if row.author_id is None else AccountId(row.author_id),
        written_on=row.written_on,
        sealed_text=row.sealed_text,
        sealed_state=row.sealed_state,
        sealed_reply=row.sealed_reply,
        delivery=Delivery(row.delivery),
    )
