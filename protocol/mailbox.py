"""The mailbox: what derives from a codename, and the answer with its replies.

Spec: docs/protocol.md §2.2, §3.

The token reads and deletes; the mailbox id only receives. It commits to the
token's hash and to the key that signs the reporter's reports: so the intake,
which stores ids alone, can neither hand replies to somebody, nor put a report of
its own in the place of a genuine one, and whoever seizes it cannot log in.

Rules:
* Token and derived secrets never appear in a `repr`.
* An answer is filled with random bytes to a rung, so that one with replies
  and one without differ in nothing that can be seen.
* It tells the days on which something came that still waits, and nothing else of
  what was sent: no count, no size, no hour (ADR 23).
"""

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final, Self

from crypto.age import HybridIdentity
from crypto.ed25519 import KEY_BYTES, SigningKey, VerificationKey
from crypto.entropy import Entropy
from crypto.kdf import hkdf_sha256
from protocol.archive import (
    PADDING_NAME,
    ArchiveReader,
    ArchiveWriter,
    Filler,
    random_filler,
)
from protocol.codename import Codename
from protocol.day import format_day
from protocol.errors import MalformedError, TooLargeError, UnreadableError
from protocol.ladder import MAILBOX_FLOOR_BYTES, is_rung
from protocol.strict_json import parse_document, serialize

TOKEN_BYTES: Final = 32
ORGANISATION_ID_BYTES: Final = 32
MAILBOX_HASH_BYTES: Final = 20
MAX_REPLIES: Final = 998
SENT_FORMAT: Final = "debunker-sent/1"
SENT_ENTRY: Final = "sent.json"
MAX_SENT_DAYS: Final = 60
"""So that the list cannot push an answer to a higher rung by itself."""

MAX_SENT_JSON_BYTES: Final = 4_096

_MAILBOX = re.compile(r"[a-z2-7]{32}", re.ASCII)
_BEARER_PREFIX: Final = "Bearer "
_MAILBOX_INFO: Final = b"debunker/v1/mailbox"


@dataclass(frozen=True, slots=True, order=True)
class MailboxId:
    """Where replies wait: 160 bits as 32 characters of base32."""

    text: str

    def __post_init__(self) -> None:
        """Refuse any other text.

        Raises:
            MalformedError: Not 32 characters of `a`-`z`, `2`-`7`.
        """
        if not _MAILBOX.fullmatch(self.text):
            raise MalformedError("not_a_mailbox")

    def __str__(self) -> str:
        """The 32 characters."""
        return self.text


@dataclass(frozen=True, slots=True)
class OrganisationId:
    """32 public random bytes that separate organisations; HKDF's salt."""

    raw: bytes

    def __post_init__(self) -> None:
        """Refuse another length.

        Raises:
            MalformedError: Not 32 bytes.
        """
        if len(self.raw) != ORGANISATION_ID_BYTES:
            raise MalformedError("not_an_organisation_id")

    @classmethod
    def parse(cls, untrusted: str) -> Self:
        """Read 43 characters of base64url; raises `MalformedError`."""
        return cls(_decode_base64url(untrusted, "not_an_organisation_id"))

    def __str__(self) -> str:
        """43 characters of base64url."""
        return _encode_base64url(self.raw)


@dataclass(frozen=True, slots=True)
class MailboxToken:
    """What reads and deletes one mailbox: a secret, and the reporter's key."""

    raw: bytes = field(repr=False)
    """The secret, 32 bytes."""

    message_key: VerificationKey = field(repr=False)
    """Signs the reporter's reports; the mailbox id commits to it."""

    def __post_init__(self) -> None:
        """Refuse another length.

        Raises:
            MalformedError: Not 32 bytes.
        """
        if len(self.raw) != TOKEN_BYTES:
            raise MalformedError("not_a_mailbox_token")

    @classmethod
    def parse_bearer(cls, untrusted: str) -> Self:
        """Read the value of an `Authorization` header.

        Args:
            untrusted: `Bearer ` and 86 characters of base64url.

        Returns:
            The token. Any 64 bytes are one, of some mailbox: there is no wrong
            token, only a mailbox that is empty.

        Raises:
            MalformedError: It has another form.
        """
        if not untrusted.startswith(_BEARER_PREFIX):
            raise MalformedError("not_a_mailbox_token")
        encoded = untrusted.removeprefix(_BEARER_PREFIX)
        both = _decode_base64url(encoded, "not_a_mailbox_token")
        if len(both) != TOKEN_BYTES + KEY_BYTES:
            raise MalformedError("not_a_mailbox_token")
        return cls(both[:TOKEN_BYTES], VerificationKey.from_bytes(both[TOKEN_BYTES:]))

    def bearer(self) -> str:
        """Write the value of an `Authorization` header."""
        return _BEARER_PREFIX + _encode_base64url(self.raw + self.message_key.raw)

    @property
    def token_hash(self) -> str:
        """SHA-256 of the secret, as a report carries it."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def mailbox(self) -> MailboxId:
        """The id that the intake knows."""
        return mailbox_of(token_hash=self.token_hash, message_key=self.message_key)


def mailbox_of(*, token_hash: str, message_key: VerificationKey) -> MailboxId:
    """Compute the mailbox id that commits to a token and a key.

    Args:
        token_hash: SHA-256 of the token's secret, 64 hexadecimal digits.
        message_key: The reporter's.

    Returns:
        The only id under which a report with these two may come.
    """
    committed = _MAILBOX_INFO + bytes.fromhex(token_hash) + message_key.raw
    digest = hashlib.sha256(committed).digest()
    return MailboxId(base64.b32encode(digest[:MAILBOX_HASH_BYTES]).decode().lower())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReporterKeys:
    """Everything that derives from a codename."""

    token: MailboxToken = field(repr=False)
    """Reads and deletes the mailbox."""

    identity: HybridIdentity = field(repr=False)
    """Opens replies; its recipient is `reply_to`."""

    signing_key: SigningKey = field(repr=False)
    """Signs the report and what follows; its public half is `message_key`."""

    @classmethod
    def derive(cls, codename: Codename, organisation_id: OrganisationId) -> Self:
        """Derive the keys for one organisation: one `info`, one use."""

        def derive(use: str, length_bytes: int) -> bytes:
            return hkdf_sha256(
                codename.secret,
                salt=organisation_id.raw,
                info=b"debunker/v1/" + use.encode(),
                length_bytes=length_bytes,
            )

        signing_key = SigningKey.from_seed(derive("reporter-signature", 32))
        secret = derive("mailbox-token", TOKEN_BYTES)
        return cls(
            token=MailboxToken(secret, signing_key.verification_key),
            identity=HybridIdentity.from_seed(derive("reporter-identity", 32)),
            signing_key=signing_key,
        )

    @property
    def mailbox(self) -> MailboxId:
        """The id that the intake knows."""
        return self.token.mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxAnswer:
    """What a reader of a mailbox is given."""

    sent_on: tuple[date, ...] = ()
    """Days on which something came that nobody has fetched yet, rising, none twice."""

    replies: tuple[bytes, ...] = field(repr=False)
    """Sealed, oldest first; each still to be opened and verified."""


def build_mailbox_answer(
    replies: Sequence[bytes], *, entropy: Entropy, sent_on: Iterable[date] = ()
) -> bytes:
    """Build the answer to a reader, whatever the mailbox holds.

    Args:
        replies: Sealed replies, oldest first; none for an empty, deleted or
            unknown mailbox.
        entropy: For the padding, which is as random as the replies look.
        sent_on: Days of what waits, in any order; of more than 60 the newest stay.

    Returns:
        An archive on a rung with floor 131,072.

    Raises:
        TooLargeError: More than 998 replies, or more than 2 GiB.
    """
    if len(replies) > MAX_REPLIES:
        raise TooLargeError("too many replies")
    answer = io.BytesIO()
    writer = ArchiveWriter(answer)
    writer.add(SENT_ENTRY, _sent_json(sent_on))
    for number, reply in enumerate(replies, start=1):
        writer.add(_reply_name(number), reply)
    writer.finish(floor_bytes=MAILBOX_FLOOR_BYTES, filler=_equal_filler(entropy))
    return answer.getvalue()


def read_mailbox_answer(untrusted: bytes) -> MailboxAnswer:
    """Read days and sealed replies out of an answer.

    Args:
        untrusted: The body as received.

    Returns:
        What it holds. The days are the server's word; a reply is believed only
        when it has been opened and verified.

    Raises:
        MalformedError: The list of days is none.
        UnreadableError: It is no archive of this shape.
    """
    if not is_rung(len(untrusted), floor_bytes=MAILBOX_FLOOR_BYTES):
        raise UnreadableError("not_a_rung")
    archive = ArchiveReader(io.BytesIO(untrusted), len(untrusted))
    names = [entry.name for entry in archive.entries]
    replies = names[1:-1]
    expected = [_reply_name(number) for number in range(1, len(replies) + 1)]
    if names != [SENT_ENTRY, *expected, PADDING_NAME]:
        raise UnreadableError("wrong_entries")
    return MailboxAnswer(
        sent_on=_parse_sent(archive.read(SENT_ENTRY, limit_bytes=MAX_SENT_JSON_BYTES)),
        replies=tuple(
            archive.read(name, limit_bytes=len(untrusted)) for name in replies
        ),
    )


def _equal_filler(entropy: Entropy) -> Filler:
    """Draw as much whatever is needed: drawing less would tell of replies by time."""
    drawn = entropy(MAILBOX_FLOOR_BYTES)

    def fill(length_bytes: int, /) -> Iterator[bytes]:
        yield drawn[:length_bytes]
        yield from random_filler(entropy)(max(0, length_bytes - len(drawn)))

    return fill


def _sent_json(sent_on: Iterable[date]) -> bytes:
    newest = sorted(set(sent_on))[-MAX_SENT_DAYS:]
    days = [{"day": format_day(day)} for day in newest]
    return serialize({"format": SENT_FORMAT, "sent": days})


def _parse_sent(untrusted: bytes) -> tuple[date, ...]:
    members = parse_document(untrusted, format_name=SENT_FORMAT)
    days = []
    for entry in members.objects("sent", limit=MAX_SENT_DAYS):
        days.append(entry.day("day"))
        entry.finish()
    members.finish()
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise MalformedError("sent_not_sorted")
    return tuple(days)


def _reply_name(number: int) -> str:
    return f"replies/{number:03}"


def _encode_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode_base64url(untrusted: str, reason: str) -> bytes:
    """Decode without padding; only the one canonical spelling is accepted."""
    try:
        raw = base64.urlsafe_b64decode(untrusted.encode("ascii") + b"==")
    except (binascii.Error, ValueError):
        raise MalformedError(reason) from None
    if _encode_base64url(raw) != untrusted:
        raise MalformedError(reason)
    return raw
