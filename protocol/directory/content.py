"""What a key directory says, read and written strictly.

Spec: docs/protocol.md §4.

Not done here: whether the root says it, and whether it holds now; that is
`protocol.directory.signed`. Nothing may be sealed to what was only parsed.

Rules:
* Hybrid recipients alone: a classical one makes the directory unusable.
* Nobody lives longer in it than 92 days without a new signature.
* It names reviewers by the key that certifies their short-lived identities
  (`protocol.directory.identities`); reports are sealed to those.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final, Self

from crypto.age import HybridRecipient
from crypto.ed25519 import VerificationKey
from protocol.day import format_day, format_moment
from protocol.errors import (
    MalformedError,
    UnusableDirectoryError,
)
from protocol.key_text import parse_hybrid_recipient, parse_verification_key
from protocol.languages import Language
from protocol.mailbox import OrganisationId
from protocol.sha256_text import is_sha256
from protocol.strict_json import MAX_INTEGER, Members, parse_document, serialize

DIRECTORY_FORMAT: Final = "debunker-directory/2"

MAX_LIFETIME: Final = timedelta(days=92)
"""A quarter: how long a stolen, since removed recipient can be used."""

MAX_DIRECTORY_BYTES: Final = 2**18
MAX_RECIPIENTS: Final = 64
MAX_REVIEWERS: Final = 62
MAX_REPORT_RECIPIENTS: Final = 64
"""Reviewers and recovery together: a sealed report has no more stanzas."""

MAX_TEAM_KEYS: Final = 256

_SHA256_DIGITS: Final = 64
_RECIPIENT_LIMIT_CHARACTERS: Final = 4_096
_NAME_LIMIT_CHARACTERS: Final = 200


class Role(Enum):
    """What a recipient is for."""

    RECOVERY = "recovery"
    OFFLINE = "offline"
    """For offline pages only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRecipient:
    """Somebody to seal to."""

    role: Role
    recipient: HybridRecipient
    not_after: datetime
    """Skipped from this moment on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerKey:
    """A reviewer's signing key: it certifies that reviewer's intake identities."""

    key: VerificationKey
    not_after: datetime
    """It certifies nothing from this moment on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamKey:
    """A key that signs replies and referrals, and the days on which it did."""

    key: VerificationKey
    not_before: date
    not_after: date
    """The last day; both days count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDirectory:
    """What the root says about the organisation."""

    version: int
    issued: datetime
    expires: datetime
    previous: str | None
    """SHA-256 of the last directory's bytes; `None` in version 1 alone."""

    organisation_id: OrganisationId
    organisation: Mapping[Language, str] = field(hash=False)
    """Its name in every language."""

    reviewers: tuple[ReviewerKey, ...] = field(repr=False)
    """Who may certify intake identities."""

    recipients: tuple[DirectoryRecipient, ...] = field(repr=False)
    team: tuple[TeamKey, ...] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what the format does not allow.

        Raises:
            MalformedError: A member does not fit another.
            UnusableDirectoryError: It would live longer than 92 days.
        """
        if not 1 <= self.version <= MAX_INTEGER:
            raise MalformedError("version_out_of_range")
        if (self.previous is None) is not (self.version == 1):
            raise MalformedError("previous_wrong")
        if self.previous is not None and not is_sha256(self.previous):
            raise MalformedError("previous_wrong")
        if set(self.organisation) != set(Language):
            raise MalformedError("organisation_wrong")
        if self.expires <= self.issued:
            raise MalformedError("expires_wrong")
        if self.expires - self.issued > MAX_LIFETIME:
            raise UnusableDirectoryError("lives_too_long")
        recovery = [each for each in self.recipients if each.role is Role.RECOVERY]
        if len(self.reviewers) + len(recovery) > MAX_REPORT_RECIPIENTS:
            raise MalformedError("too_many_recipients")
        # Which of two ends would hold? Each reader could choose another.
        if len({each.key for each in self.reviewers}) < len(self.reviewers):
            raise MalformedError("reviewer_twice")

    def recovery_recipients(self, now: datetime) -> tuple[HybridRecipient, ...]:
        """Give the recovery recipients that are not past their end."""
        return self._recipients_of(Role.RECOVERY, now)

    def offline_recipients(self, now: datetime) -> tuple[HybridRecipient, ...]:
        """Give the recipients for offline pages that are not past their end."""
        return self._recipients_of(Role.OFFLINE, now)

    def _recipients_of(self, role: Role, now: datetime) -> tuple[HybridRecipient, ...]:
        return tuple(
            each.recipient
            for each in self.recipients
            if each.role is role and now < each.not_after
        )

    def team_keys_on(self, day: date) -> tuple[VerificationKey, ...]:
        """Give the keys whose signature of that day counts."""
        return tuple(
            each.key for each in self.team if each.not_before <= day <= each.not_after
        )

    def to_json(self) -> bytes:
        """Write `directory.json`."""
        return serialize(
            {
                "format": DIRECTORY_FORMAT,
                "version": self.version,
                "issued": format_moment(self.issued),
                "expires": format_moment(self.expires),
                "previous": self.previous,
                "organisation_id": str(self.organisation_id),
                "organisation": {
                    language.value: self.organisation[language] for language in Language
                },
                "reviewers": [
                    {"key": str(each.key), "not_after": format_moment(each.not_after)}
                    for each in self.reviewers
                ],
                "recipients": [
                    {
                        "role": each.role.value,
                        "recipient": str(each.recipient),
                        "not_after": format_moment(each.not_after),
                    }
                    for each in self.recipients
                ],
                "team": [
                    {
                        "key": str(each.key),
                        "not_before": format_day(each.not_before),
                        "not_after": format_day(each.not_after),
                    }
                    for each in self.team
                ],
            }
        )

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read `directory.json`, without believing it.

        Args:
            untrusted: Any bytes.

        Returns:
            What it says; only `verify_directory` says that the root said it.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
            UnusableDirectoryError: A recipient is not hybrid, or it would live
                too long.
        """
        if len(untrusted) > MAX_DIRECTORY_BYTES:
            raise MalformedError("directory_too_long")
        members = parse_document(untrusted, format_name=DIRECTORY_FORMAT)
        reviewers = members.objects("reviewers", limit=MAX_REVIEWERS)
        recipients = members.objects("recipients", limit=MAX_RECIPIENTS)
        team = members.objects("team", limit=MAX_TEAM_KEYS)
        directory = cls(
            version=members.integer("version", minimum=1),
            issued=members.moment("issued"),
            expires=members.moment("expires"),
            previous=members.string_or_null(
                "previous", limit_characters=_SHA256_DIGITS
            ),
            organisation_id=members.parsed("organisation_id", OrganisationId.parse),
            organisation=_take_names(members.object("organisation")),
            reviewers=tuple(map(_take_reviewer, reviewers)),
            recipients=tuple(map(_take_recipient, recipients)),
            team=tuple(map(_take_team_key, team)),
        )
        members.finish()
        return directory


def _take_names(members: Members) -> dict[Language, str]:
    names = {
        language: members.string(
            language.value, limit_characters=_NAME_LIMIT_CHARACTERS
        )
        for language in Language
    }
    members.finish()
    return names


def _take_reviewer(members: Members) -> ReviewerKey:
    reviewer = ReviewerKey(
        key=members.parsed("key", parse_verification_key),
        not_after=members.moment("not_after"),
    )
    members.finish()
    return reviewer


def _take_recipient(members: Members) -> DirectoryRecipient:
    role = members.choice("role", Role)
    text = members.string("recipient", limit_characters=_RECIPIENT_LIMIT_CHARACTERS)
    not_after = members.moment("not_after")
    members.finish()
    try:
        recipient = parse_hybrid_recipient(text)
    except MalformedError as error:
        if error.reason == "not_hybrid":
            raise UnusableDirectoryError("not_hybrid") from None
        raise MalformedError("recipient_wrong") from None
    return DirectoryRecipient(role=role, recipient=recipient, not_after=not_after)


def _take_team_key(members: Members) -> TeamKey:
    team_key = TeamKey(
        key=members.parsed("key", parse_verification_key),
        not_before=members.day("not_before"),
        not_after=members.day("not_after"),
    )
    members.finish()
    return team_key
