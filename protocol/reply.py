"""A reply: what the team writes, sealed to a reporter it does not know.

Spec: docs/protocol.md §3.

The intake stores replies and cannot read them; it could swap, repeat or drop
them. So each is signed together with its mailbox and its number.

Rules:
* Signed by a team key of the directory that was valid on the reply's day.
* One bad reply is skipped and counted; it must not hide the good ones.
* Nothing of a reply appears in a `repr`.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from crypto import sshsig
from crypto.age import HybridIdentity, HybridRecipient, OpeningReader, seal
from crypto.ed25519 import SigningKey
from crypto.entropy import Entropy
from crypto.errors import CryptoError
from protocol.archive import PADDING_NAME, ArchiveReader, ArchiveWriter
from protocol.day import format_day
from protocol.directory import KeyDirectory
from protocol.errors import (
    MalformedError,
    ProtocolError,
    TooLargeError,
    UnreadableError,
)
from protocol.ladder import REPLY_FLOOR_BYTES, is_rung
from protocol.languages import Language
from protocol.mailbox import MailboxId
from protocol.opening import unreadable_if_sealed_wrongly
from protocol.strict_json import MAX_INTEGER, parse_document, serialize

REPLY_FORMAT: Final = "debunker-reply/1"
REPLY_NAMESPACE: Final = "debunker-reply"
REPLY_ENTRY: Final = "reply.json"
SIGNATURE_ENTRY: Final = "reply.json.sig"

MAX_REPLY_JSON_BYTES: Final = 2**19
"""512 KiB: sealed, it still fits the intake's limit of 1 MiB."""

SIGNATURE_LIMIT_BYTES: Final = 4_096


class CaseState(Enum):
    """What the reporter is told of the case; travels inside replies alone."""

    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    MORE_NEEDED = "more_needed"
    REFERRED = "referred"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reply:
    """What the team says."""

    mailbox: MailboxId
    number: int
    """1, 2, … growing within the mailbox."""

    day: date
    language: Language
    state: CaseState
    text: str

    def __post_init__(self) -> None:
        """Refuse what the format does not allow.

        Raises:
            MalformedError: The number is none.
        """
        if not 1 <= self.number <= MAX_INTEGER:
            raise MalformedError("number_out_of_range")

    def to_json(self) -> bytes:
        """Write `reply.json`.

        Returns:
            UTF-8, at most 512 KiB.

        Raises:
            TooLargeError: It would be longer.
        """
        content = serialize(
            {
                "format": REPLY_FORMAT,
                "mailbox": str(self.mailbox),
                "number": self.number,
                "day": format_day(self.day),
                "language": self.language.value,
                "state": self.state.value,
                "text": self.text,
            }
        )
        if len(content) > MAX_REPLY_JSON_BYTES:
            raise TooLargeError("reply.json is longer than 512 KiB")
        return content

    @classmethod
    def parse(cls, untrusted: bytes) -> "Reply":
        """Read `reply.json`.

        Args:
            untrusted: Any bytes.

        Returns:
            The reply; its signature is another matter.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
        """
        if len(untrusted) > MAX_REPLY_JSON_BYTES:
            raise MalformedError("reply_json_too_long")
        members = parse_document(untrusted, format_name=REPLY_FORMAT)
        reply = cls(
            mailbox=members.parsed("mailbox", MailboxId),
            number=members.integer("number", minimum=1),
            day=members.day("day"),
            language=members.choice("language", Language),
            state=members.choice("state", CaseState),
            text=members.string("text", limit_characters=MAX_REPLY_JSON_BYTES),
        )
        members.finish()
        return reply


def seal_reply(
    reply: Reply, reply_to: HybridRecipient, *, team_key: SigningKey, entropy: Entropy
) -> bytes:
    """Sign a reply and seal it to its reporter.

    Args:
        reply: What to say.
        reply_to: From the report; the reporter's recipient.
        team_key: Its public half stands in the directory.
        entropy: For keys and nonces.

    Returns:
        An age file; some 18 kB for any short text.
    """
    content = reply.to_json()
    signature = sshsig.sign(content, team_key, namespace=REPLY_NAMESPACE)
    plaintext = io.BytesIO()
    archive = ArchiveWriter(plaintext)
    archive.add(REPLY_ENTRY, content)
    archive.add(SIGNATURE_ENTRY, signature.encode("ascii"))
    archive.finish(floor_bytes=REPLY_FLOOR_BYTES)
    return seal(plaintext.getvalue(), [reply_to], entropy=entropy)


def open_reply(
    sealed: bytes,
    identity: HybridIdentity,
    *,
    mailbox: MailboxId,
    directory: KeyDirectory,
) -> Reply:
    """Open a reply and verify that the team wrote it, for this mailbox.

    The caller MUST then see that no number comes twice; `open_replies` does.

    Args:
        sealed: Untrusted.
        identity: The reporter's.
        mailbox: That it was found in.
        directory: Verified.

    Returns:
        The reply, verified.

    Raises:
        UnreadableError: It does not open, does not follow the format, belongs
            to another mailbox (`other_mailbox`), or no team key of its day
            signed it (`wrong_signature`).
        UnknownFormatError: It is of another format or version.
    """
    archive = _open_archive(sealed, identity)
    content = archive.read(REPLY_ENTRY, limit_bytes=MAX_REPLY_JSON_BYTES)
    armored = archive.read(SIGNATURE_ENTRY, limit_bytes=SIGNATURE_LIMIT_BYTES)
    try:
        reply = Reply.parse(content)
    except MalformedError as error:
        raise UnreadableError(error.reason) from None
    _verify_signature(content, armored, reply.day, directory)
    if reply.mailbox != mailbox:
        raise UnreadableError("other_mailbox")
    return reply


def open_replies(
    sealed: Iterable[bytes],
    identity: HybridIdentity,
    *,
    mailbox: MailboxId,
    directory: KeyDirectory,
) -> tuple[tuple[Reply, ...], int]:
    """Open all replies of a mailbox.

    Args:
        sealed: Untrusted, oldest first.
        identity: The reporter's.
        mailbox: Theirs.
        directory: Verified.

    Returns:
        The good ones ordered by number, and how many were skipped: unreadable
        ones, and those whose number came before.
    """
    replies: dict[int, Reply] = {}
    unreadable = 0
    for each in sealed:
        try:
            reply = open_reply(each, identity, mailbox=mailbox, directory=directory)
        except ProtocolError:
            unreadable += 1
            continue
        if reply.number in replies:
            unreadable += 1
        else:
            replies[reply.number] = reply
    return tuple(replies[number] for number in sorted(replies)), unreadable


def _open_archive(sealed: bytes, identity: HybridIdentity) -> ArchiveReader:
    with unreadable_if_sealed_wrongly():
        opened = OpeningReader(io.BytesIO(sealed), [identity])
    if not is_rung(opened.length_bytes, floor_bytes=REPLY_FLOOR_BYTES):
        raise UnreadableError("not_a_rung")
    archive = ArchiveReader(opened, opened.length_bytes)
    names = [entry.name for entry in archive.entries]
    if names != [REPLY_ENTRY, SIGNATURE_ENTRY, PADDING_NAME]:
        raise UnreadableError("wrong_entries")
    archive.verify_padding()
    return archive


def _verify_signature(
    content: bytes, armored: bytes, day: date, directory: KeyDirectory
) -> None:
    keys = directory.team_keys_on(day)
    try:
        sshsig.verify(armored.decode("ascii"), content, keys, namespace=REPLY_NAMESPACE)
    except (CryptoError, UnicodeDecodeError):
        raise UnreadableError("wrong_signature") from None
