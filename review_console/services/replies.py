"""Replies: written by a member, carried by the next connection."""

from dataclasses import dataclass

from protocol.reply import CaseState
from review_console.domain.account import Unlocked
from review_console.domain.case import Delivery
from review_console.domain.errors import (
    IntakeError,
    IntakeRefusedError,
    ThreadGrewError,
)
from review_console.domain.ids import CaseId
from review_console.services.case_keys import CaseKeys
from review_console.services.intake import Intake, IntakeConnection, ReplyOutcome
from review_console.services.organisation import open_organisation_key
from review_console.services.reply_writing import ReplyDraft, ReplyWriter
from review_console.services.store import OrganisationKeyKind, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What became of the replies that waited."""

    sent: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReplies:
    """Carries every waiting reply; each may be sent twice without harm."""

    store: Store

    def __call__(self, connection: IntakeConnection) -> Deliveries:
        """Send what waits, oldest first, and forget the sealed copies.

        Args:
            connection: Signed by the sync key.

        Returns:
            The counts.
        """
        with self.store.begin() as unit:
            waiting = unit.replies.waiting()
        sent = gone = 0
        for reply in waiting:
            if reply.sealed_reply is None:
                continue
            try:
                outcome = connection.put_reply(
                    reply.mailbox,
                    reply.id,
                    reply.sealed_reply,
                )
            except IntakeRefusedError:
                continue  # this one waits on; it must not hold up the others
            is_stored = outcome is ReplyOutcome.STORED
            with self.store.begin() as unit:
                delivery = Delivery.SENT if is_stored else Delivery.GONE
                unit.replies.mark(reply.id, delivery)
            sent, gone = sent + is_stored, gone + (not is_stored)
        return Deliveries(sent=sent, gone=gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReply:
    """A member answers the reporter, at once if the intake can be reached."""

    store: Store
    case_keys: CaseKeys
    reply_writer: ReplyWriter
    intake: Intake
    send_replies: SendReplies

    def __call__(
        self,
        case_id: CaseId,
        *,
        text: str,
        state: CaseState,
        seen_position: int,
        by: Unlocked,
    ) -> Delivery:
        """Write, queue, and try to send.

        Args:
            case_id: Which case.
            text: As the reporter will read it.
            state: As the reporter will see it; the case takes it too.
            seen_position: Of the last entry that the author had before them.
            by: The author.

        Returns:
            How far the reply came.

        Raises:
            ThreadGrewError: A colleague or the reporter was faster; nothing is
                sent.
        """
        draft = ReplyDraft(state=state, text=text, author=by.id)
        with self.store.begin() as unit:
            opened = self.case_keys.load(unit, case_id, by=by)
            # In the transaction that adds: two who press together are ordered.
            if opened.case.newest_position > seen_position:
                raise ThreadGrewError("the thread grew")
            reply_id = self.reply_writer.add(unit, opened, draft, by=by)
            sync_key = open_organisation_key(unit, OrganisationKeyKind.SYNC, by)
        try:
            with self.intake.connect(sync_key) as connection:
                self.send_replies(connection)
        except IntakeError:
            pass  # it stays queued; the page says so, and the next sync sends it
        with self.store.begin() as unit:
            replies = unit.replies.of_case(case_id)
        return next(each.delivery for each in replies if each.id == reply_id)
