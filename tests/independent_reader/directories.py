"""The key directory and the intake identities: docs/protocol.md §4."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.independent_reader.documents import (
    Document,
    array,
    day,
    ed25519_key,
    hybrid_or,
    integer,
    is_midnight,
    member_object,
    moment,
    one_of,
    or_null,
    organisation_id,
    read,
    sha256,
    take,
    text,
)
from tests.independent_reader.refusal import RefusedError
from tests.independent_reader.signatures import signer

_DAY = timedelta(days=1)
_hybrid = hybrid_or("not_hybrid")


@dataclass(frozen=True)
class Directory:
    """A directory, as it says."""

    version: int
    issued: datetime
    expires: datetime
    organisation_id: bytes
    reviewers: list[Document]
    recipients: list[Document]
    team: list[Document]

    def signers(self, now: datetime) -> list[bytes]:
        """Who certifies intake identities now."""
        return [each["key"] for each in self.reviewers if now < each["not_after"]]

    def recipients_of(self, role: str, now: datetime) -> list[str]:
        """Who has a role now."""
        return [
            each["recipient"]
            for each in self.recipients
            if each["role"] == role and now < each["not_after"]
        ]

    def team_on(self, when: date) -> list[bytes]:
        """Whose signature of that day counts."""
        return [
            each["key"]
            for each in self.team
            if each["not_before"] <= when <= each["not_after"]
        ]


def verify_directory(  # noqa: PLR0913 - a directory and its circumstances
    untrusted: bytes,
    signature: str,
    cross_signature: str | None,
    *,
    root: bytes,
    newest_seen: int,
    now: datetime,
) -> Directory:
    """Verify a directory as one that may be used now."""
    signatures = [each for each in (signature, cross_signature) if each is not None]
    if not any(
        signer(each, untrusted, [root], namespace="debunker-directory")
        for each in signatures
    ):
        raise RefusedError("not_signed_by_root")
    directory = parse_directory(untrusted)
    if directory.issued - now > _DAY:
        raise RefusedError("issued_in_future")
    if now >= directory.expires:
        raise RefusedError("expired")
    if directory.version < newest_seen:
        raise RefusedError("stale")
    if not directory.signers(now):
        raise RefusedError("no_reviewer")
    if not directory.recipients_of("recovery", now):
        raise RefusedError("no_recovery")
    return directory


def offline_keys(  # noqa: PLR0913 - a directory and its circumstances
    untrusted: bytes,
    signature: str,
    cross_signature: str | None,
    *,
    root: bytes,
    now: datetime,
    before: Directory | None,
) -> tuple[Directory, list[str], datetime]:
    """Choose whom an offline page seals to, and until when (§4.2)."""
    if not any(
        signer(each, untrusted, [root], namespace="debunker-directory")
        for each in (signature, cross_signature)
        if each is not None
    ):
        raise RefusedError("not_signed_by_root")
    directory = parse_directory(untrusted)
    if before and directory.version < before.version:
        raise RefusedError("stale")
    if before and directory.organisation_id != before.organisation_id:
        raise RefusedError("other_organisation")
    if directory.issued - now > _DAY:
        raise RefusedError("issued_in_future")
    ends = {}
    for role in ("offline", "recovery"):
        every = [each for each in directory.recipients if each["role"] == role]
        if not every:
            raise RefusedError(f"no_{role}")
        ends[role] = max(each["not_after"] for each in every)
    if any(now >= end for end in ends.values()):
        raise RefusedError("expired")
    recipients = [each for role in ends for each in directory.recipients_of(role, now)]
    return directory, recipients, min(ends.values())


def parse_directory(untrusted: bytes) -> Directory:
    """Read a directory, without believing it."""
    document = read(
        untrusted,
        format_name="debunker-directory/2",
        limit_bytes=256 * 1024,
        too_long="directory_too_long",
    )
    members = take(
        document,
        {
            "version": integer(1),
            "issued": moment,
            "expires": moment,
            "previous": or_null(sha256),
            "organisation_id": organisation_id,
            "organisation": member_object,
            "reviewers": array(62),
            "recipients": array(64),
            "team": array(256),
        },
    )
    take(members["organisation"], {each: text(200) for each in ("kk", "ru", "en")})
    if (members["previous"] is None) != (members["version"] == 1):
        raise RefusedError("previous_wrong")
    directory = Directory(
        version=members["version"],
        issued=members["issued"],
        expires=members["expires"],
        organisation_id=members["organisation_id"],
        reviewers=[
            take(each, {"key": ed25519_key, "not_after": moment})
            for each in members["reviewers"]
        ],
        recipients=[_recipient(each) for each in members["recipients"]],
        team=[
            take(each, {"key": ed25519_key, "not_before": day, "not_after": day})
            for each in members["team"]
        ],
    )
    if directory.expires <= directory.issued:
        raise RefusedError("expires_wrong")
    if directory.expires - directory.issued > 92 * _DAY:
        raise RefusedError("lives_too_long")
    recovery = [each for each in directory.recipients if each["role"] == "recovery"]
    if len(directory.reviewers) + len(recovery) > 64:
        raise RefusedError("too_many_recipients")
    if len({each["key"] for each in directory.reviewers}) < len(directory.reviewers):
        raise RefusedError("reviewer_twice")
    return directory


def _recipient(document: Document) -> Document:
    role = one_of("recovery", "offline")
    return take(document, {"role": role, "recipient": _hybrid, "not_after": moment})


def report_recipients(
    directory: Directory, untrusted: bytes, now: datetime
) -> list[str]:
    """Say to whom a report is sealed now."""
    document = read(
        untrusted,
        format_name="debunker-identities/1",
        limit_bytes=2**20,
        too_long="identities_too_long",
    )
    entries = take(document, {"identities": array(256)})["identities"]
    strings = {"certificate": text(4_096), "signature": text(4_096)}
    signers = directory.signers(now)
    newest: dict[bytes, Document] = {}
    for entry in [take(each, strings) for each in entries]:
        signed = entry["certificate"].encode()
        key = signer(entry["signature"], signed, signers, namespace="debunker-identity")
        if key is None:
            continue
        certificate = _certificate(signed)
        begin, end = certificate["not_before"], certificate["not_after"]
        if certificate["organisation_id"] != directory.organisation_id:
            continue
        if not begin - _DAY <= now < end:
            continue
        if key not in newest or newest[key]["not_before"] <= begin:
            newest[key] = certificate
    if not newest:
        raise RefusedError("no_reviewer")
    recovery = directory.recipients_of("recovery", now)
    if not recovery:
        raise RefusedError("no_recovery")
    identities = [newest[key]["recipient"] for key in signers if key in newest]
    return identities + recovery


def _certificate(signed: bytes) -> Document:
    document = read(
        signed,
        format_name="debunker-identity/1",
        limit_bytes=4_096,
        too_long="certificate_too_long",
    )
    certificate = take(
        document,
        {
            "organisation_id": organisation_id,
            "recipient": _hybrid,
            "not_before": moment,
            "not_after": moment,
        },
    )
    begin, end = certificate["not_before"], certificate["not_after"]
    if not is_midnight(begin):
        raise RefusedError("not_before_wrong")
    if end <= begin:
        raise RefusedError("not_after_wrong")
    if end - begin > 14 * _DAY:
        raise RefusedError("lives_too_long")
    return certificate
