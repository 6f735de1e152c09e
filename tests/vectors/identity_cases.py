"""Vectors of intake identities: whom to seal to, and each reason to refuse a list."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from crypto import sshsig
from crypto.age import HybridIdentity, HybridRecipient, X25519Identity
from crypto.ed25519 import SigningKey
from protocol.day import format_moment, midnight
from protocol.directory import (
    CertifiedIdentity,
    IdentityCertificate,
    IdentityList,
    KeyDirectory,
    Role,
    certify_identity,
)
from protocol.mailbox import OrganisationId
from tests.vectors.case import Case
from tests.vectors.changes import changed, changed_in, repeated, to_json, without
from tests.vectors.directory_cases import DIRECTORY
from tests.vectors.fixed import (
    NOW,
    ORGANISATION_ID,
    OTHER_REVIEWER,
    OTHER_REVIEWER_KEY,
    RECOVERY,
    REMOVED_REVIEWER_KEY,
    REVIEWER,
    REVIEWER_KEY,
    ROOT,
    TEAM,
    seed,
)

_NAMESPACE = "debunker-identity"
_DAY = timedelta(days=1)
_BEGIN = midnight(date(2026, 11, 20))

CERTIFICATE = IdentityCertificate(
    organisation_id=ORGANISATION_ID,
    recipient=REVIEWER.recipient,
    not_before=_BEGIN,
    not_after=_BEGIN + 14 * _DAY,
)
_OTHER = replace(CERTIFICATE, recipient=OTHER_REVIEWER.recipient)
_OURS = certify_identity(CERTIFICATE, REVIEWER_KEY)
_THEIRS = certify_identity(_OTHER, OTHER_REVIEWER_KEY)

_Certified = Sequence[CertifiedIdentity]


def cases() -> Iterator[Case]:
    """Make all of them."""
    for group in (_good, _times, _newest, _skipped, _refused, _by_a_reviewer, _lists):
        yield from group()


def _good() -> Iterator[Case]:
    both = [REVIEWER, OTHER_REVIEWER, RECOVERY]
    yield _sealed_to("two_reviewers", [_OURS, _THEIRS], both, "one of each")
    turned = [_THEIRS, _OURS]
    yield _sealed_to("other_order", turned, both, "the directory's order counts")
    one = [REVIEWER, RECOVERY]
    yield _sealed_to("one_of_two", [_OURS], one, "one reviewer has none")
    empty = CertifiedIdentity(certificate=b"", signature="")
    many = [*(254 * [empty]), _OURS, _THEIRS]
    yield _sealed_to("256_entries", many, both, "as many as a list may have")


def _times() -> Iterator[Case]:
    begin, end = CERTIFICATE.not_before, CERTIFICATE.not_after
    one = [REVIEWER, RECOVERY]
    second = timedelta(seconds=1)
    good = {
        "a_day_ahead": (begin - _DAY, "a clock may be late by a day"),
        "last_second": (end - second, "the last second counts"),
    }
    for name, (now, description) in good.items():
        yield _sealed_to(name, [_OURS], one, description, now=now)
    bad = {
        "future": (begin - _DAY - second, "more than a day ahead"),
        "expired": (end, "at its very end"),
    }
    for name, (now, description) in bad.items():
        yield _bad(name, [_OURS], "no_reviewer", description, now=now)
    gone = KeyDirectory.parse(
        changed_in(DIRECTORY.to_json(), "reviewers", not_after=format_moment(NOW))
    )
    rest = [OTHER_REVIEWER, RECOVERY]
    yield _sealed_to(
        "signer_past_its_end",
        [_OURS, _THEIRS],
        rest,
        "the reviewer's key is past its end",
        directory=gone,
    )


def _newest() -> Iterator[Case]:
    older = _at(_BEGIN - 7 * _DAY, seed_name="older")
    newer = _at(_BEGIN + 3 * _DAY, seed_name="newer")
    early = _at(_BEGIN + 6 * _DAY, seed_name="early")
    identity = _identity("newer")
    expected = [identity, RECOVERY]
    yield _sealed_to("newest", [older, newer, _OURS], expected, "the newest counts")
    yield _sealed_to(
        "newest_too_early",
        [older, newer, early],
        expected,
        "one that begins in two days does not count yet",
    )
    same = certify_identity(
        replace(CERTIFICATE, recipient=_identity("same").recipient), REVIEWER_KEY
    )
    yield _sealed_to(
        "newest_of_equals",
        [same, _OURS],
        [REVIEWER, RECOVERY],
        "of two of one day the one that stands last counts",
    )
    short = certify_identity(
        replace(
            CERTIFICATE,
            recipient=_identity("short").recipient,
            not_before=_BEGIN + 2 * _DAY,
            not_after=NOW,
        ),
        REVIEWER_KEY,
    )
    yield _sealed_to(
        "newest_expired",
        [_OURS, short],
        [REVIEWER, RECOVERY],
        "the newest has ended, an older one has not",
    )


def _skipped() -> Iterator[Case]:
    one = [REVIEWER, RECOVERY]
    content = _OTHER.to_json()
    other = _sign(content)
    table: dict[str, tuple[CertifiedIdentity, str]] = {
        "removed_reviewer": (
            certify_identity(_OTHER, REMOVED_REVIEWER_KEY),
            "by a reviewer whom the directory no longer names",
        ),
        "signed_by_the_team": (certify_identity(_OTHER, TEAM), "by a team key"),
        "signed_by_the_root": (certify_identity(_OTHER, ROOT), "by the root"),
        "other_namespace": (
            CertifiedIdentity(
                certificate=content,
                signature=sshsig.sign(
                    content, OTHER_REVIEWER_KEY, namespace="debunker-reply"
                ),
            ),
            "by a reviewer, for another use",
        ),
        "altered": (
            CertifiedIdentity(
                certificate=changed(content, recipient=str(RECOVERY.recipient)),
                signature=other.signature,
            ),
            "a reviewer's signature over something else",
        ),
        "no_signature": (
            CertifiedIdentity(certificate=content, signature=""),
            "an empty signature",
        ),
        "half_signature": (
            CertifiedIdentity(
                certificate=content,
                signature=other.signature[: len(other.signature) // 2],
            ),
            "half a signature",
        ),
        "other_organisation": (
            _sign(
                replace(
                    _OTHER, organisation_id=OrganisationId(seed("other house"))
                ).to_json()
            ),
            "for another organisation",
        ),
        "rubbish_by_nobody": (
            certify_rubbish(b"no certificate", REMOVED_REVIEWER_KEY),
            "no certificate at all, but no reviewer signed it",
        ),
    }
    for name, (entry, description) in table.items():
        yield _sealed_to(name, [entry, _OURS], one, description)


def _refused() -> Iterator[Case]:
    yield _bad("no_certificate", [], "no_reviewer", "an empty list")
    strange = certify_identity(CERTIFICATE, REMOVED_REVIEWER_KEY)
    yield _bad("nobody_known", [strange], "no_reviewer", "only of a stranger")
    past = replace(DIRECTORY.recipients[0], not_after=NOW)
    without_recovery = replace(DIRECTORY, recipients=(past,))
    yield _bad(
        "no_recovery",
        [_OURS],
        "no_recovery",
        "the directory's recovery recipient is past its end",
        directory=without_recovery,
    )


def _by_a_reviewer() -> Iterator[Case]:
    good = _OTHER.to_json()
    classical = str(X25519Identity.from_seed(seed("classical")).recipient)
    recipient = str(OTHER_REVIEWER.recipient)
    long = format_moment(_BEGIN + 14 * _DAY + timedelta(seconds=1))
    noon = format_moment(_BEGIN + timedelta(hours=12))
    begin = format_moment(_BEGIN)
    table: dict[str, tuple[bytes, str, str]] = {
        "not_hybrid": (
            changed(good, recipient=classical),
            "not_hybrid",
            "a classical recipient",
        ),
        "lives_too_long": (
            changed(good, not_after=long),
            "lives_too_long",
            "14 days and a second",
        ),
        "lived_too_long": (
            changed(good, not_before="2026-06-30T19:00:00Z", not_after=begin),
            "lives_too_long",
            "long, and ended",
        ),
        "not_at_midnight": (
            changed(good, not_before=noon),
            "not_before_wrong",
            "it tells the hour",
        ),
        "at_midnight_utc": (
            changed(good, not_before="2026-11-20T00:00:00Z"),
            "not_before_wrong",
            "midnight in another zone",
        ),
        "ends_as_it_begins": (
            changed(good, not_after=begin),
            "not_after_wrong",
            "no moment long",
        ),
        "not_after_a_day": (
            changed(good, not_after="2026-12-01"),
            "not_after_wrong",
            "a day, not a moment",
        ),
        "recipient_mistyped": (
            changed(good, recipient=recipient[:-1] + "q"),
            "recipient_wrong",
            "its checksum does not fit",
        ),
        "recipient_upper_case": (
            changed(good, recipient=recipient.upper()),
            "recipient_wrong",
            "the other spelling of bech32",
        ),
        "recipient_null": (
            changed(good, recipient=None),
            "recipient_wrong",
            "null is no recipient",
        ),
        "recipient_missing": (without(good, "recipient"), "recipient_missing", "none"),
        "organisation_id_short": (
            changed(good, organisation_id="AAAA"),
            "organisation_id_wrong",
            "three bytes",
        ),
        "unknown_member": (
            changed(good, name="Aigerim"),
            "unknown_member",
            "names do not belong here",
        ),
        "duplicate_member": (
            repeated(good, "not_after"),
            "duplicate_member",
            "its end comes twice",
        ),
        "certificate_next_format": (
            changed(good, format="debunker-identity/2"),
            "unknown_format",
            "a version that is not known",
        ),
        "rubbish_by_a_reviewer": (b"no certificate", "not_json", "no JSON"),
    }
    for name, (content, reason, description) in table.items():
        yield _bad(name, [_OURS, _sign(content)], reason, description)


def _lists() -> Iterator[Case]:
    good = IdentityList(identities=(_OURS,)).to_json()
    entry = {"certificate": CERTIFICATE.to_json().decode(), "signature": ""}
    surrogate = good.replace(b"debunker-identity/1", b"\\ud800")
    table: dict[str, tuple[bytes, str, str]] = {
        "list_not_json": (good[:-1], "not_json", "a brace too few"),
        "list_byte_order_mark": (b"\xef\xbb\xbf" + good, "not_json", "a mark before"),
        "list_half_character": (surrogate, "not_json", "an escaped lone surrogate"),
        "list_not_an_object": (b"[]", "not_an_object", "an array"),
        "list_next_format": (
            changed(good, format="debunker-identities/2"),
            "unknown_format",
            "a version that is not known",
        ),
        "list_format_missing": (without(good, "format"), "format_missing", "says not"),
        "list_missing": (without(good, "identities"), "identities_missing", "none"),
        "list_null": (
            changed(good, identities=None),
            "identities_wrong",
            "null is no array",
        ),
        "list_of_strings": (
            changed(good, identities=["a"]),
            "not_an_object",
            "no objects",
        ),
        "list_unknown_member": (
            changed(good, signature=""),
            "unknown_member",
            "the list itself is not signed",
        ),
        "entry_unknown_member": (
            changed_in(good, "identities", reviewer="Aigerim"),
            "unknown_member",
            "names do not belong here",
        ),
        "entry_without_signature": (
            to_json(
                {
                    "format": "debunker-identities/1",
                    "identities": [{"certificate": entry["certificate"]}],
                }
            ),
            "signature_missing",
            "no signature",
        ),
        "certificate_object": (
            changed_in(good, "identities", certificate={}),
            "certificate_wrong",
            "an object where its exact text belongs",
        ),
        "certificate_too_long": (
            changed_in(good, "identities", certificate=4_097 * "a"),
            "certificate_too_long",
            "4,097 characters",
        ),
        "signature_too_long": (
            changed_in(good, "identities", signature=4_097 * "a"),
            "signature_too_long",
            "4,097 characters",
        ),
        "257_entries": (
            changed(good, identities=257 * [{"certificate": "", "signature": ""}]),
            "identities_too_long",
            "one too many",
        ),
    }
    for name, (content, reason, description) in table.items():
        yield _case(name, content, description, reason=reason)


def certify_rubbish(content: bytes, key: SigningKey) -> CertifiedIdentity:
    """Sign anything as a certificate."""
    signature = sshsig.sign(content, key, namespace=_NAMESPACE)
    return CertifiedIdentity(certificate=content, signature=signature)


def _sign(content: bytes) -> CertifiedIdentity:
    return certify_rubbish(content, OTHER_REVIEWER_KEY)


def _identity(name: str) -> HybridIdentity:
    return HybridIdentity.from_seed(seed(name))


def _at(begin: datetime, *, seed_name: str) -> CertifiedIdentity:
    certificate = replace(
        CERTIFICATE,
        recipient=_identity(seed_name).recipient,
        not_before=begin,
        not_after=begin + 14 * _DAY,
    )
    return certify_identity(certificate, REVIEWER_KEY)


def _sealed_to(  # noqa: PLR0913 - a list and its circumstances
    name: str,
    identities: _Certified,
    expected: Iterable[HybridIdentity],
    description: str,
    *,
    now: datetime = NOW,
    directory: KeyDirectory = DIRECTORY,
) -> Case:
    return _case(
        name,
        IdentityList(identities=tuple(identities)).to_json(),
        description,
        recipients=[each.recipient for each in expected],
        now=now,
        directory=directory,
    )


def _bad(  # noqa: PLR0913 - a list and its circumstances
    name: str,
    identities: _Certified,
    reason: str,
    description: str,
    *,
    now: datetime = NOW,
    directory: KeyDirectory = DIRECTORY,
) -> Case:
    return _case(
        name,
        IdentityList(identities=tuple(identities)).to_json(),
        description,
        reason=reason,
        now=now,
        directory=directory,
    )


def _case(  # noqa: PLR0913 - a list and its circumstances
    name: str,
    content: bytes,
    description: str,
    *,
    recipients: Iterable[HybridRecipient] | None = None,
    reason: str | None = None,
    now: datetime = NOW,
    directory: KeyDirectory = DIRECTORY,
) -> Case:
    assert any(each.role is Role.RECOVERY for each in directory.recipients)
    return Case(
        folder="identities",
        name=name,
        description=description,
        given={
            "identities": content.decode(),
            "directory": directory.to_json().decode(),
            "now": format_moment(now),
        },
        reason=reason,
        expected=None
        if recipients is None
        else {"report_recipients": list(map(str, recipients))},
    )
