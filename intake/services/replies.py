"""Replies for those without JavaScript: the server opens them for one request.

Spec: docs/protocol.md §3.
"""

from dataclasses import dataclass
from datetime import date

from intake.services.directory import CurrentDirectory
from intake.services.ports import DepositStore, ReplyStore
from protocol.codename import Codename
from protocol.mailbox import MailboxToken, ReporterKeys
from protocol.reply import Reply, open_replies


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedMailbox:
    """What a reporter finds."""

    sent_on: tuple[date, ...]
    """Days on which something came that nobody has fetched yet, rising."""

    replies: tuple[Reply, ...]
    """Verified, by number."""

    unreadable: int
    """How many could not be read or verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReplies:
    """Opens a mailbox with its codename."""

    replies: ReplyStore
    deposits: DepositStore
    directory: CurrentDirectory

    def __call__(self, codename: Codename) -> OpenedMailbox:
        """Open every reply that is the organisation's.

        Returns:
            What there is; nothing for a codename that nobody used.

        Raises:
            ClosedError: There is no valid directory to verify them with.
        """
        directory = self.directory.load().directory
        keys = ReporterKeys.derive(codename, directory.organisation_id)
        opened, unreadable = open_replies(
            self.replies.of(keys.mailbox),
            keys.identity,
            mailbox=keys.mailbox,
            directory=directory,
        )
        return OpenedMailbox(
            sent_on=tuple(sorted(self.deposits.days_of(keys.mailbox))),
            replies=tuple(opened),
            unreadable=unreadable,
        )

    def token_of(self, codename: Codename) -> MailboxToken:
        """Derive the token.

        Returns:
            What deletes the codename's mailbox.

        Raises:
            ClosedError: There is no valid directory.
        """
        directory = self.directory.load().directory
        return ReporterKeys.derive(codename, directory.organisation_id).token
