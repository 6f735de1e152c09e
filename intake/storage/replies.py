"""Sealed replies, until their reporter deletes the mailbox.

Spec: docs/protocol.md §3, §6.
"""

from sqlalchemy import Connection, Engine, delete, func, insert, select

from intake.domain.errors import MailboxDeletedError
from intake.storage import tables
from intake.storage.database import truncate_log
from intake.storage.group_commit import GroupCommit
from protocol.mailbox import MailboxId
from protocol.sync import ReplyId

_replies = tables.replies.c
_deleted = tables.deleted_mailboxes.c


class Replies:
    """What waits in mailboxes."""

    def __init__(self, engine: Engine, commits: GroupCommit) -> None:
        """Take what is shared with the other stores."""
        self._engine = engine
        self._commits = commits

    def of(self, mailbox: MailboxId) -> tuple[bytes, ...]:
        """Return the sealed replies, oldest first; none for an unknown mailbox."""
        query = (
            select(_replies.sealed)
            .where(_replies.mailbox == str(mailbox))
            .order_by(_replies.position)
        )
        with self._engine.connect() as connection:
            return tuple(connection.execute(query).scalars())

    def add(self, mailbox: MailboxId, reply_id: ReplyId, sealed: bytes) -> bool:
        """Keep a reply.

        Returns:
            False if a reply of this id is there already.

        Raises:
            MailboxDeletedError: The reporter deleted the mailbox.
        """
        name = str(mailbox)

        def work(connection: Connection) -> bool | None:
            if connection.scalar(
                select(_deleted.mailbox).where(_deleted.mailbox == name)
            ):
                return None
            known = select(_replies.id).where(_replies.id == str(reply_id))
            if connection.scalar(known):
                return False
            last = select(func.max(_replies.position)).where(_replies.mailbox == name)
            values = {
                "mailbox": name,
                "position": (connection.scalar(last) or 0) + 1,
                "id": str(reply_id),
                "sealed": sealed,
            }
            connection.execute(insert(tables.replies), [values])
            return True

        added = self._commits.run(work)
        if added is None:
            raise MailboxDeletedError("the mailbox was deleted")
        return added

    def delete(self, mailbox: MailboxId) -> None:
        """Delete a mailbox's replies and remember that it is deleted."""
        name = str(mailbox)

        def work(connection: Connection) -> None:
            connection.execute(delete(tables.replies).where(_replies.mailbox == name))
            known = select(_deleted.mailbox).where(_deleted.mailbox == name)
            if connection.scalar(known) is None:
                connection.execute(
                    insert(tables.deleted_mailboxes), [{"mailbox": name}]
                )

        self._commits.run(work)
        truncate_log(self._engine)
