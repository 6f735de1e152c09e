"""Intake identities: the recipients of a few days that reports are sealed to.

Spec: docs/protocol.md §4.1.

Whoever seizes the intake, and later gets every long-term key, must open nothing
that is older than a grace period. So each reviewer makes a new age identity every
few days, certifies it with the signing key that the directory names, and
destroys the old one. The list of certificates is not signed as a whole: an intake
that leaves some out gains no more than by dropping reports.

Not done here: making and destroying the secret halves; the directory's own checks.

Rules:
* The signature first: what no reviewer of the directory signed is skipped unread.
* What a reviewer signed and is wrong refuses the whole list; nothing falls back to
  long-term recipients.
* A certificate begins at midnight: it tells no hour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

from crypto import sshsig
from crypto.age import HybridRecipient
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.errors import CryptoError
from protocol.day import day_of, format_moment, midnight
from protocol.directory.content import KeyDirectory, ReviewerKey
from protocol.directory.signed import CLOCK_TOLERANCE
from protocol.errors import MalformedError, UnusableDirectoryError
from protocol.key_text import parse_hybrid_recipient
from protocol.mailbox import OrganisationId
from protocol.strict_json import Members, parse_document, serialize

IDENTITY_FORMAT: Final = "debunker-identity/1"
IDENTITIES_FORMAT: Final = "debunker-identities/1"
IDENTITY_NAMESPACE: Final = "debunker-identity"

MAX_IDENTITY_LIFETIME: Final = timedelta(days=14)
"""How long reports may be sealed to one identity."""

MAX_IDENTITIES: Final = 256
MAX_IDENTITIES_BYTES: Final = 2**20
_CERTIFICATE_LIMIT_CHARACTERS: Final = 4_096
_SIGNATURE_LIMIT_CHARACTERS: Final = 4_096
_RECIPIENT_LIMIT_CHARACTERS: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCertificate:
    """A reviewer's word: until then, seal reports to this recipient too."""

    organisation_id: OrganisationId
    recipient: HybridRecipient = field(repr=False)
    not_before: datetime
    """Midnight (UTC+5) of the day on which it was made."""

    not_after: datetime
    """Nothing is sealed to it from this moment on."""

    def __post_init__(self) -> None:
        """Refuse what the format does not allow.

        Raises:
            MalformedError: It begins at another hour, or ends before it begins.
            UnusableDirectoryError: It would live longer than 14 days.
        """
        if self.not_before != midnight(day_of(self.not_before)):
            raise MalformedError("not_before_wrong")
        if self.not_after <= self.not_before:
            raise MalformedError("not_after_wrong")
        if self.not_after - self.not_before > MAX_IDENTITY_LIFETIME:
            raise UnusableDirectoryError("lives_too_long")

    def to_json(self) -> bytes:
        """Write the exact bytes that are signed."""
        return serialize(
            {
                "format": IDENTITY_FORMAT,
                "organisation_id": str(self.organisation_id),
                "recipient": str(self.recipient),
                "not_before": format_moment(self.not_before),
                "not_after": format_moment(self.not_after),
            }
        )

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read a certificate, without believing it.

        Args:
            untrusted: Any bytes.

        Returns:
            What it says; only a reviewer's signature makes it worth anything.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
            UnusableDirectoryError: Its recipient is not hybrid, or it would live
                too long.
        """
        if len(untrusted) > _CERTIFICATE_LIMIT_CHARACTERS:
            raise MalformedError("certificate_too_long")
        members = parse_document(untrusted, format_name=IDENTITY_FORMAT)
        organisation_id = members.parsed("organisation_id", OrganisationId.parse)
        recipient = _take_recipient(members)
        not_before = members.moment("not_before")
        not_after = members.moment("not_after")
        members.finish()
        return cls(
            organisation_id=organisation_id,
            recipient=recipient,
            not_before=not_before,
            not_after=not_after,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedIdentity:
    """A certificate as it travels: bytes that a reviewer may or may not have signed."""

    certificate: bytes = field(repr=False)
    """Exactly as signed."""

    signature: str = field(repr=False)
    """An armored SSHSIG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityList:
    """`identities.json`: everything in it is still to be verified."""

    identities: tuple[CertifiedIdentity, ...] = field(repr=False)
    """At most 256, in any order."""

    def __post_init__(self) -> None:
        """Refuse more than the format holds.

        Raises:
            MalformedError: More than 256.
        """
        if len(self.identities) > MAX_IDENTITIES:
            raise MalformedError("identities_too_long")

    def to_json(self) -> bytes:
        """Write `identities.json`."""
        identities = [
            {"certificate": each.certificate.decode(), "signature": each.signature}
            for each in self.identities
        ]
        return serialize({"format": IDENTITIES_FORMAT, "identities": identities})

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read `identities.json`.

        Args:
            untrusted: Any bytes.

        Returns:
            The list; `report_recipients` says what of it counts.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
        """
        if len(untrusted) > MAX_IDENTITIES_BYTES:
            raise MalformedError("identities_too_long")
        members = parse_document(untrusted, format_name=IDENTITIES_FORMAT)
        identities = members.objects("identities", limit=MAX_IDENTITIES)
        members.finish()
        return cls(identities=tuple(map(_take_identity, identities)))


def certify_identity(
    certificate: IdentityCertificate, reviewer: SigningKey
) -> CertifiedIdentity:
    """Sign a certificate with a reviewer's key."""
    content = certificate.to_json()
    signature = sshsig.sign(content, reviewer, namespace=IDENTITY_NAMESPACE)
    return CertifiedIdentity(certificate=content, signature=signature)


def current_certificates(
    directory: KeyDirectory, identities: IdentityList, now: datetime
) -> tuple[tuple[ReviewerKey, IdentityCertificate], ...]:
    """Find each reviewer's newest certificate that holds now.

    Args:
        directory: Verified.
        identities: Untrusted.
        now: With its time zone.

    Returns:
        In the directory's order; a reviewer without one is left out.

    Raises:
        MalformedError: A reviewer signed what is no certificate.
        UnknownFormatError: A reviewer signed another format or version.
        UnusableDirectoryError: A reviewer signed a recipient that is not hybrid,
            or a life of more than 14 days.
    """
    signers = {each.key: each for each in directory.reviewers if now < each.not_after}
    newest: dict[VerificationKey, IdentityCertificate] = {}
    for key, certificate in _signed_by(tuple(signers), identities):
        if certificate.organisation_id != directory.organisation_id:
            continue
        # A clock that is a little late must not close the form after a renewal.
        if not certificate.not_before - CLOCK_TOLERANCE <= now < certificate.not_after:
            continue
        known = newest.get(key)
        if known is None or known.not_before <= certificate.not_before:
            newest[key] = certificate
    return tuple((signers[key], newest[key]) for key in signers if key in newest)


def report_recipients(
    directory: KeyDirectory, identities: IdentityList, now: datetime
) -> tuple[HybridRecipient, ...]:
    """Say to whom a report or a message is sealed now.

    Args:
        directory: Verified.
        identities: Untrusted.
        now: With its time zone.

    Returns:
        The reviewers' intake identities, then the recovery recipients.

    Raises:
        MalformedError: A reviewer signed what is no certificate.
        UnknownFormatError: A reviewer signed another format or version.
        UnusableDirectoryError: Nobody could read it, no recovery recipient could,
            or a reviewer signed what must not be used.
    """
    certificates = current_certificates(directory, identities, now)
    if not certificates:
        raise UnusableDirectoryError("no_reviewer")
    recovery = directory.recovery_recipients(now)
    if not recovery:
        raise UnusableDirectoryError("no_recovery")
    return (*(certificate.recipient for _, certificate in certificates), *recovery)


def _signed_by(
    keys: Sequence[VerificationKey], identities: IdentityList
) -> Iterator[tuple[VerificationKey, IdentityCertificate]]:
    """Read what one of these keys signed; the rest is anybody's, and skipped."""
    for each in identities.identities:
        try:
            key = sshsig.verify(
                each.signature, each.certificate, keys, namespace=IDENTITY_NAMESPACE
            )
        except CryptoError:
            continue
        yield key, IdentityCertificate.parse(each.certificate)


def _take_identity(members: Members) -> CertifiedIdentity:
    identity = CertifiedIdentity(
        certificate=members.string(
            "certificate", limit_characters=_CERTIFICATE_LIMIT_CHARACTERS
        ).encode(),
        signature=members.string(
            "signature", limit_characters=_SIGNATURE_LIMIT_CHARACTERS
        ),
    )
    members.finish()
    return identity


def _take_recipient(members: Members) -> HybridRecipient:
    text = members.string("recipient", limit_characters=_RECIPIENT_LIMIT_CHARACTERS)
    try:
        return parse_hybrid_recipient(text)
    except MalformedError as error:
        if error.reason == "not_hybrid":
            raise UnusableDirectoryError("not_hybrid") from None
        raise MalformedError("recipient_wrong") from None
