"""Writing a reply: sealed to the reporter, kept for the team, queued.

Spec: docs/protocol.md §3.
"""

from dataclasses import dataclass, field

from crypto.age import HybridRecipient, parse_recipient
from crypto.entropy import Entropy
from protocol.day import day_of
from protocol.reply import CaseState, Reply, seal_reply
from protocol.sync import ReplyId
from review_console.domain.account import Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.case import Delivery, OpenCase, StoredReply
from review_console.domain.errors import DamagedError
from review_console.domain.ids import AccountId
from review_console.services.effects import Clock
from review_console.services.organisation import open_organisation_key
from review_console.services.store import OrganisationKeyKind, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDraft:
    """What a reply says."""

    state: CaseState
    text: str = field(repr=False)
    author: AccountId | None
    """`None` for what goes by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWriter:
    """Seals a reply and queues it, inside the caller's transaction."""

    clock: Clock
    entropy: Entropy

    def add(
        self,
        unit: Unit,
        opened: OpenCase,
        draft: ReplyDraft,
        *,
        by: Unlocked,
    ) -> ReplyId:
        """Seal, keep and queue a reply; the case takes its state.

        Args:
            unit: The transaction.
            opened: The case that is answered.
            draft: What it says.
            by: Whose copy of the team key signs.

        Returns:
            The reply's id.
        """
        now = self.clock.now()
        case, facts = opened.case, opened.facts
        reply = Reply(
            mailbox=case.mailbox,
            number=unit.replies.next_number(case.id),
            day=day_of(now),
            language=facts.language,
            state=draft.state,
            text=draft.text,
        )
        sealed = seal_reply(
            reply,
            _reporter(facts.reply_to),
            team_key=open_organisation_key(unit, OrganisationKeyKind.TEAM, by),
            entropy=self.entropy,
        )
        reply_id = ReplyId.generate(self.entropy)

        def encrypted(column: str, text: str) -> bytes:
            return opened.encrypt(
                "replies",
                str(reply_id),
                column,
                text.encode(),
                entropy=self.entropy,
            )

        unit.replies.add(
            StoredReply(
                id=reply_id,
                case=case.id,
                mailbox=case.mailbox,
                number=reply.number,
                position=unit.cases.next_position(case.id),
                author=draft.author,
                written_on=reply.day,
                sealed_text=encrypted("text", draft.text),
                sealed_state=encrypted("state", draft.state.value),
                sealed_reply=sealed,
                delivery=Delivery.WAITING,
            ),
        )
        unit.cases.save_state(case.id, draft.state)
        unit.audit.append(
            AuditEntry(
                kind=AuditKind.REPLY_WRITTEN,
                at=now,
                by=draft.author,
                case=case.id,
                state=draft.state,
            ),
        )
        return reply_id


def _reporter(text: str) -> HybridRecipient:
    recipient = parse_recipient(text)
    if not isinstance(recipient, HybridRecipient):
        raise DamagedError("a reporter's recipient is not hybrid")
    return recipient
