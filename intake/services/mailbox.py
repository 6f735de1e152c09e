"""Reading and deleting a mailbox, and keeping the replies for it.

Spec: docs/protocol.md §3, §6.

An unknown mailbox, an empty one and a deleted one are one and the same here:
the same query, the same answer, the same size.
"""

from dataclasses import dataclass

from crypto.entropy import Entropy
from intake.services.ports import DepositStore, ReplyStore
from protocol.mailbox import MailboxId, MailboxToken, build_mailbox_answer
from protocol.sync import ReplyId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMailbox:
    """Builds the archive of sealed replies, and of the days of what waits."""

    replies: ReplyStore
    deposits: DepositStore
    entropy: Entropy

    def __call__(self, token: MailboxToken) -> bytes:
        """Return the archive, filled up with random bytes to a rung."""
        return build_mailbox_answer(
            self.replies.of(token.mailbox),
            sent_on=self.deposits.days_of(token.mailbox),
            entropy=self.entropy,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMailbox:
    """The reporter wants no more replies, and none kept."""

    replies: ReplyStore

    def __call__(self, token: MailboxToken) -> None:
        """Delete the replies; later ones are refused."""
        self.replies.delete(token.mailbox)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepReply:
    """The console answers a reporter."""

    replies: ReplyStore

    def __call__(self, mailbox: MailboxId, reply_id: ReplyId, sealed: bytes) -> bool:
        """Keep a sealed reply.

        Returns:
            False if it is here already.

        Raises:
            MailboxDeletedError: The reporter deleted the mailbox.
        """
        return self.replies.add(mailbox, reply_id, sealed)
