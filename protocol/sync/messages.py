"""The bodies of the sync channel.

Spec: docs/protocol.md §6.

Ids are random, so that their order tells nothing of the order of arrival, and
a deposit's id is unrelated to its upload's. Both ends check what they read: a
console trusts its intake with ciphertext alone.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Self

from crypto.entropy import Entropy
from protocol.day import format_day
from protocol.errors import MalformedError
from protocol.mailbox import MailboxId
from protocol.report import MAX_SEALED_BYTES
from protocol.sha256_text import is_sha256
from protocol.strict_json import Members, parse_document, serialize

LISTING_FORMAT: Final = "debunker-deposits/1"
ACKNOWLEDGEMENTS_FORMAT: Final = "debunker-acknowledgements/1"

ID_BYTES: Final = 20
MAX_DEPOSITS: Final = 500
"""On a page of the listing, and in one batch of acknowledgements."""

MAX_BODY_BYTES: Final = 2**18
"""500 entries have some 120 kB."""

_ID = re.compile(r"[a-z2-7]{32}", re.ASCII)
_SHA256_DIGITS: Final = 64


@dataclass(frozen=True, slots=True, order=True)
class _RandomId:
    """160 random bits as 32 characters of base32; ordered as text."""

    text: str

    def __post_init__(self) -> None:
        """Refuse any other text.

        Raises:
            MalformedError: Not 32 characters of `a`-`z`, `2`-`7`.
        """
        if not _ID.fullmatch(self.text):
            raise MalformedError("not_an_id")

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a new id."""
        return cls(base64.b32encode(entropy(ID_BYTES)).decode().lower())

    def __str__(self) -> str:
        """The 32 characters."""
        return self.text


class DepositId(_RandomId):
    """A sealed report at the intake."""

    __slots__ = ()


class ReplyId(_RandomId):
    """A sealed reply, so that sending it twice leaves one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositEntry:
    """What the intake knows of a deposit."""

    id: DepositId
    mailbox: MailboxId
    size_bytes: int
    """Of the sealed file."""

    day: date
    """Of arrival, in UTC+5."""

    sha256: str
    """Of the sealed file, 64 hexadecimal digits."""

    def __post_init__(self) -> None:
        """Refuse a hash of another form, and a size that no report has.

        Raises:
            MalformedError: Not 64 hexadecimal digits in lower case, or more
                bytes than any upload may have: a console would fetch them all.
        """
        if not is_sha256(self.sha256):
            raise MalformedError("sha256_wrong")
        if not 1 <= self.size_bytes <= MAX_SEALED_BYTES:
            raise MalformedError("size_out_of_range")


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositListing:
    """A page of deposits that nobody has acknowledged yet."""

    deposits: tuple[DepositEntry, ...]
    """At most 500, ordered by id."""

    def __post_init__(self) -> None:
        """Refuse a page out of order: paging would skip or repeat.

        Raises:
            MalformedError: Too many, out of order, or one twice.
        """
        _check_order([each.id for each in self.deposits])

    def to_json(self) -> bytes:
        """Write the page."""
        deposits = [
            {
                "id": str(each.id),
                "mailbox": str(each.mailbox),
                "size": each.size_bytes,
                "day": format_day(each.day),
                "sha256": each.sha256,
            }
            for each in self.deposits
        ]
        return serialize({"format": LISTING_FORMAT, "deposits": deposits})

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read a page.

        Args:
            untrusted: Any bytes.

        Returns:
            The page.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
        """
        deposits = _parse_deposits(untrusted, LISTING_FORMAT)
        return cls(deposits=tuple(map(_take_entry, deposits)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """The console's word that it has these bytes on disk."""

    id: DepositId
    sha256: str

    def __post_init__(self) -> None:
        """Refuse a hash of another form.

        Raises:
            MalformedError: Not 64 hexadecimal digits in lower case.
        """
        if not is_sha256(self.sha256):
            raise MalformedError("sha256_wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementBatch:
    """What the intake may now delete."""

    deposits: tuple[Acknowledgement, ...]
    """At most 500, ordered by id."""

    def __post_init__(self) -> None:
        """Refuse a batch that a listing could not have asked for.

        Raises:
            MalformedError: Too many, out of order, or one twice.
        """
        _check_order([each.id for each in self.deposits])

    def to_json(self) -> bytes:
        """Write the batch."""
        deposits = [
            {"id": str(each.id), "sha256": each.sha256} for each in self.deposits
        ]
        return serialize({"format": ACKNOWLEDGEMENTS_FORMAT, "deposits": deposits})

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read a batch.

        Args:
            untrusted: Any bytes.

        Returns:
            The batch.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
        """
        deposits = _parse_deposits(untrusted, ACKNOWLEDGEMENTS_FORMAT)
        return cls(deposits=tuple(map(_take_acknowledgement, deposits)))


def _check_order(ids: Sequence[DepositId]) -> None:
    if len(ids) > MAX_DEPOSITS:
        raise MalformedError("deposits_too_long")
    if any(first >= second for first, second in pairwise(ids)):
        raise MalformedError("deposits_out_of_order")


def _parse_deposits(untrusted: bytes, format_name: str) -> Sequence[Members]:
    if len(untrusted) > MAX_BODY_BYTES:
        raise MalformedError("body_too_long")
    members = parse_document(untrusted, format_name=format_name)
    deposits = members.objects("deposits", limit=MAX_DEPOSITS)
    members.finish()
    return deposits


def _take_entry(members: Members) -> DepositEntry:
    entry = DepositEntry(
        id=members.parsed("id", DepositId),
        mailbox=members.parsed("mailbox", MailboxId),
        size_bytes=members.integer("size", minimum=1),
        day=members.day("day"),
        sha256=members.string("sha256", limit_characters=_SHA256_DIGITS),
    )
    members.finish()
    return entry


def _take_acknowledgement(members: Members) -> Acknowledgement:
    acknowledgement = Acknowledgement(
        id=members.parsed("id", DepositId),
        sha256=members.string("sha256", limit_characters=_SHA256_DIGITS),
    )
    members.finish()
    return acknowledgement
