"""What a report says: `report.json`, read and written strictly.

Spec: docs/protocol.md §1.3.

A `Report` that exists follows the format: the constructors check what the
types cannot. A first report's mailbox id commits to its `message_key`; that it
was signed by that key, the reader says, and that it is true, nobody knows.

Rules:
* Nothing of a report appears in a `repr`.
* Unknown members are refused: a reader that skips them would show a reviewer
  less than the reporter sent.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from typing import Final

from crypto.age import HybridRecipient
from crypto.ed25519 import VerificationKey
from crypto.entropy import Entropy
from protocol.day import day_of
from protocol.errors import MalformedError, TooLargeError
from protocol.key_text import parse_hybrid_recipient, parse_verification_key
from protocol.languages import Language
from protocol.mailbox import MailboxId, mailbox_of
from protocol.report.answers import Answers, Consent
from protocol.report.attachments import (
    MAX_ATTACHMENTS,
    Attachment,
    entry_name,
)
from protocol.sha256_text import is_sha256
from protocol.strict_json import MAX_INTEGER, Members, parse_document, serialize

REPORT_FORMAT: Final = "debunker-report/1"
MAX_REPORT_JSON_BYTES: Final = 2**20

_SHA256_DIGITS: Final = 64
_FIRST_NUMBER_DAY: Final = date(2020, 1, 1)
_NUMBERS_PER_DAY: Final = 1_000_000
_UNIFORM_BYTES: Final = 16


class Kind(Enum):
    """The first of a mailbox, or one that follows."""

    REPORT = "report"
    MESSAGE = "message"


class SealedBy(Enum):
    """Who saw the plaintext before it was sealed."""

    BROWSER = "browser"
    OFFLINE = "offline"
    SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReportDraft:
    """A report before its attachments are known."""

    kind: Kind
    number: int
    """1 for the report; growing within the mailbox for messages."""

    sealed_by: SealedBy
    language: Language
    """Of the page that was used; the text may be in any."""

    text: str
    answers: Answers
    """Empty in a message."""

    consent: Consent | None
    """`None` in a message, and only there."""

    reply_to: HybridRecipient
    message_key: VerificationKey
    token_hash: str
    """SHA-256 of the mailbox token: with `message_key` it gives the mailbox id."""

    mailbox: MailboxId
    directory_version: int

    def __post_init__(self) -> None:
        """Refuse what the format does not allow.

        Raises:
            MalformedError: The text is blank, a member does not fit the kind, or
                the mailbox of a first report does not commit to its key.
        """
        is_message = self.kind is Kind.MESSAGE
        if is_blank(self.text):
            raise MalformedError("text_blank")
        if (self.number > 1) is not is_message or not 1 <= self.number <= MAX_INTEGER:
            raise MalformedError("number_out_of_range")
        if (self.consent is None) is not is_message:
            raise MalformedError("consent_wrong")
        if is_message and self.answers != Answers():
            raise MalformedError("answers_wrong")
        if not 1 <= self.directory_version <= MAX_INTEGER:
            raise MalformedError("directory_version_out_of_range")
        if not is_sha256(self.token_hash):
            raise MalformedError("token_hash_wrong")
        # Whoever passes reports on could put one of their own, with another
        # key, under a mailbox that they saw: its id would not fit. A message
        # in such a state is kept and shown as unverified.
        if not is_message and not self.fits_mailbox:
            raise MalformedError("wrong_mailbox_key")

    @property
    def fits_mailbox(self) -> bool:
        """Say whether the mailbox id commits to this token and this key."""
        own = mailbox_of(token_hash=self.token_hash, message_key=self.message_key)
        return own == self.mailbox

    def with_attachments(self, attachments: Sequence[Attachment]) -> "Report":
        """Complete the draft; raises `MalformedError` if they do not fit."""
        members = {field.name: getattr(self, field.name) for field in fields(self)}
        return Report(**members, attachments=tuple(attachments))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report(ReportDraft):
    """A report or a message, whole."""

    attachments: tuple[Attachment, ...]
    """In the archive's order."""

    def __post_init__(self) -> None:
        """Refuse what the format does not allow.

        Raises:
            MalformedError: The draft is wrong, or the attachments are.
        """
        ReportDraft.__post_init__(self)
        if len(self.attachments) > MAX_ATTACHMENTS:
            raise MalformedError("attachments_too_long")
        for number, attachment in enumerate(self.attachments, start=1):
            if attachment.entry != entry_name(number):
                raise MalformedError("entry_wrong")
            if (attachment.sha256 is not None) is not (self.kind is Kind.MESSAGE):
                raise MalformedError("sha256_wrong")

    def to_json(self) -> bytes:
        """Write `report.json`.

        Returns:
            UTF-8, at most 1 MiB.

        Raises:
            TooLargeError: It would be longer.
        """
        consent = None if self.consent is None else self.consent.to_members()
        content = serialize(
            {
                "format": REPORT_FORMAT,
                "kind": self.kind.value,
                "number": self.number,
                "sealed_by": self.sealed_by.value,
                "language": self.language.value,
                "text": self.text,
                "answers": self.answers.to_members(),
                "consent": consent,
                "reply_to": str(self.reply_to),
                "message_key": str(self.message_key),
                "token_hash": self.token_hash,
                "mailbox": str(self.mailbox),
                "directory_version": self.directory_version,
                "attachments": [each.to_members() for each in self.attachments],
            }
        )
        if len(content) > MAX_REPORT_JSON_BYTES:
            raise TooLargeError("report.json is longer than 1 MiB")
        return content

    @classmethod
    def parse(cls, untrusted: bytes) -> "Report":
        """Read `report.json`.

        Args:
            untrusted: Any bytes.

        Returns:
            The report.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
        """
        if len(untrusted) > MAX_REPORT_JSON_BYTES:
            raise MalformedError("report_json_too_long")
        members = parse_document(untrusted, format_name=REPORT_FORMAT)
        report = cls._take(members)
        members.finish()
        return report

    @classmethod
    def _take(cls, members: Members) -> "Report":
        kind = members.choice("kind", Kind)
        consent = members.object_or_null("consent")
        limit = MAX_REPORT_JSON_BYTES  # for texts bounded by the whole alone
        return cls(
            kind=kind,
            number=members.integer("number", minimum=1),
            sealed_by=members.choice("sealed_by", SealedBy),
            language=members.choice("language", Language),
            text=members.string("text", limit_characters=limit),
            answers=Answers.take(members.object("answers")),
            consent=None
            if consent is None
            else Consent.take(consent, limit_characters=limit),
            reply_to=members.parsed("reply_to", parse_hybrid_recipient),
            message_key=members.parsed("message_key", parse_verification_key),
            token_hash=members.string("token_hash", limit_characters=_SHA256_DIGITS),
            mailbox=members.parsed("mailbox", MailboxId),
            directory_version=members.integer("directory_version", minimum=1),
            attachments=tuple(
                Attachment.take(each, hashed=kind is Kind.MESSAGE)
                for each in members.objects("attachments", limit=MAX_ATTACHMENTS)
            ),
        )


def is_blank(text: str) -> bool:
    """Say whether a text shows nothing: white space, controls, format characters."""
    categories = map(unicodedata.category, text)
    return all(each[0] == "Z" or each in {"Cc", "Cf"} for each in categories)


def message_number(now: datetime, entropy: Entropy) -> int:
    """Choose a message's number without remembering the last one.

    Numbers grow from day to day; within a day they are random, and messages have
    no order of their own. The number tells reviewers no more than the day.

    Args:
        now: With its time zone.
        entropy: For the number within the day.

    Returns:
        1,000,000 × days since 2020-01-01 (UTC+5) + 0 to 999,999.
    """
    days = (day_of(now) - _FIRST_NUMBER_DAY).days
    return (
        days * _NUMBERS_PER_DAY
        + int.from_bytes(entropy(_UNIFORM_BYTES), "big") % _NUMBERS_PER_DAY
    )
