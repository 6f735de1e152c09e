"""A case: what a reporter sent, what was answered, and where it stands.

Stored rows and opened content are different types. A `Case` is what the
database holds: state and day in clear, the rest encrypted. Only together with
its case key does it become an `OpenCase`.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final, Self

from crypto.entropy import Entropy
from crypto.records import RecordKey
from protocol.languages import Language
from protocol.mailbox import MailboxId
from protocol.reply import CaseState
from protocol.report import ConsentTo, Report
from protocol.sync import DepositId, ReplyId
from review_console.domain.content import Place, decrypt_field, encrypt_field, to_json
from review_console.domain.ids import AccountId, CaseId, MessageId

MAX_TITLE_CHARACTERS: Final = 200
TITLE_FROM_TEXT_CHARACTERS: Final = 80
"""How much of a report's first line becomes the case's first title."""

MAX_REPLY_CHARACTERS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What a list shows of a case without opening the report itself."""

    language: Language
    category: str | None
    region: str | None
    consent_to: ConsentTo
    attachments_count: int
    reply_to: str
    """The reporter's age recipient."""

    message_key: str
    """The Ed25519 key that later messages must be signed with."""

    @classmethod
    def of_report(cls, report: Report) -> Self:
        """Take the facts from the first report of a mailbox."""
        consent = report.consent
        return cls(
            language=report.language,
            category=report.answers.category,
            region=report.answers.region,
            consent_to=ConsentTo.NONE if consent is None else consent.to,
            attachments_count=len(report.attachments),
            reply_to=str(report.reply_to),
            message_key=str(report.message_key),
        )

    def to_json(self) -> bytes:
        """Serialize for encryption."""
        return to_json(
            {
                "language": self.language.value,
                "category": self.category,
                "region": self.region,
                "consent_to": self.consent_to.value,
                "attachments_count": self.attachments_count,
                "reply_to": self.reply_to,
                "message_key": self.message_key,
            },
        )

    @classmethod
    def parse(cls, decrypted: bytes) -> Self:
        """Read what `to_json` wrote; authentic, since it was decrypted."""
        members = json.loads(decrypted)
        return cls(
            language=Language(members.pop("language")),
            consent_to=ConsentTo(members.pop("consent_to")),
            **members,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as the database holds it."""

    id: CaseId
    number: int
    """1, 2, … as people on the team name it; never sent anywhere."""

    mailbox: MailboxId
    received_on: date
    state: CaseState
    newest_position: int
    """Of the last entry of its thread."""

    sealed_title: bytes = field(repr=False)
    sealed_facts: bytes = field(repr=False)


class EntryKind(Enum):
    """What an entry of a thread is."""

    REPORT = "report"
    MESSAGE = "message"
    REPLY = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A report or message as the database holds it."""

    id: MessageId
    case: CaseId
    deposit: DepositId
    position: int
    """Its place in the thread."""

    received_on: date
    sealed_report: bytes = field(repr=False)
    """`report.json`, encrypted."""

    sealed_verified: bytes = field(repr=False)
    """One byte, encrypted: 1 if it is the first report or rightly signed."""

    sealed_file_key: bytes = field(repr=False)
    """Of the stored age file, encrypted: the only way to its attachments."""


class Delivery(Enum):
    """How far a reply has come."""

    WAITING = "waiting"
    SENT = "sent"
    GONE = "gone"
    """The reporter deleted the mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """A reply as the database holds it."""

    id: ReplyId
    case: CaseId
    mailbox: MailboxId
    number: int
    """Growing within the mailbox, docs/protocol.md §3."""

    position: int
    author: AccountId | None
    """`None` for the acknowledgement that goes by itself."""

    written_on: date
    sealed_text: bytes = field(repr=False)
    sealed_state: bytes = field(repr=False)
    sealed_reply: bytes | None = field(repr=False)
    """The age file for the reporter, until the intake has it."""

    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case with its key: what an account that was granted it can read."""

    case: Case
    key: RecordKey = field(repr=False)

    def encrypt(
        self,
        table: str,
        row: str,
        column: str,
        plaintext: bytes,
        *,
        entropy: Entropy,
    ) -> bytes:
        """Encrypt one field of this case."""
        place = Place(table, row, column)
        return encrypt_field(self.key, place, plaintext, entropy=entropy)

    def decrypt(self, table: str, row: str, column: str, record: bytes) -> bytes:
        """Decrypt one field of this case."""
        return decrypt_field(self.key, Place(table, row, column), record)

    @property
    def title(self) -> str:
        """Read the title."""
        sealed = self.case.sealed_title
        return self.decrypt("cases", self.case.id, "title", sealed).decode()

    @property
    def facts(self) -> CaseFacts:
        """Read what the list shows."""
        sealed = self.case.sealed_facts
        return CaseFacts.parse(self.decrypt("cases", self.case.id, "facts", sealed))


def title_from_text(text: str) -> str:
    """Make a first title from a report's first line, for people to improve."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    words = " ".join(first.split())
    if len(words) <= TITLE_FROM_TEXT_CHARACTERS:
        return words
    return words[: TITLE_FROM_TEXT_CHARACTERS - 1].rstrip() + "…"
