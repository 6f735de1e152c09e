"""Vectors of the key directory: the good ones, and each reason to refuse one."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from crypto import sshsig
from crypto.age import X25519Identity
from crypto.ed25519 import SigningKey, VerificationKey
from protocol.day import format_moment
from protocol.directory import (
    DirectoryRecipient,
    KeyDirectory,
    ReviewerKey,
    Role,
    TeamKey,
)
from protocol.languages import Language
from tests.vectors.case import Case
from tests.vectors.changes import changed, changed_in, repeated, to_json, without
from tests.vectors.fixed import (
    NOW,
    OLD_TEAM,
    ORGANISATION_ID,
    OTHER_REVIEWER,
    OTHER_REVIEWER_KEY,
    OTHER_ROOT,
    RECOVERY,
    REVIEWER,
    REVIEWER_KEY,
    ROOT,
    TEAM,
    seed,
)

_NAMESPACE = "debunker-directory"
_LATER = datetime(2027, 6, 30, 19, tzinfo=UTC)

_AIGERIM = ReviewerKey(key=REVIEWER_KEY.verification_key, not_after=_LATER)
_TIMUR = ReviewerKey(key=OTHER_REVIEWER_KEY.verification_key, not_after=_LATER)
_RECOVERY = DirectoryRecipient(
    role=Role.RECOVERY, recipient=RECOVERY.recipient, not_after=_LATER
)
_OFFLINE = DirectoryRecipient(
    role=Role.OFFLINE, recipient=REVIEWER.recipient, not_after=_LATER
)

DIRECTORY = KeyDirectory(
    version=2,
    issued=NOW - timedelta(days=10),
    expires=NOW + timedelta(days=80),
    previous=seed("previous directory").hex(),
    organisation_id=ORGANISATION_ID,
    organisation={
        Language.KK: "Үлгі ұйымы",
        Language.RU: "Организация-пример",
        Language.EN: "Example Organisation",
    },
    reviewers=(_AIGERIM, _TIMUR),
    recipients=(_RECOVERY, _OFFLINE),
    team=(
        TeamKey(
            key=OLD_TEAM.verification_key,
            not_before=date(2026, 1, 1),
            not_after=date(2026, 6, 30),
        ),
        TeamKey(
            key=TEAM.verification_key,
            not_before=date(2026, 7, 1),
            not_after=date(2027, 6, 30),
        ),
    ),
)


def cases() -> Iterator[Case]:
    """Make all of them."""
    yield from _good()
    for group in (_cross_signed, _unsigned, _at_another_time, _unusable):
        yield from group()
    for name, content, reason, description in _malformed():
        yield _bad(name, content, reason, description)


def _good() -> Iterator[Case]:
    yield _accepted(
        "current", DIRECTORY, "two reviewers, two recipients, two team keys"
    )
    first = replace(DIRECTORY, version=1, previous=None)
    yield _accepted("first_version", first, "version 1 names no previous one")
    gone = replace(_AIGERIM, not_after=NOW)
    past = replace(_RECOVERY, recipient=OTHER_REVIEWER.recipient, not_after=NOW)
    mixed = replace(
        DIRECTORY,
        reviewers=(gone, _TIMUR),
        recipients=(past, _OFFLINE, replace(past, role=Role.OFFLINE), _RECOVERY),
    )
    yield _accepted("skipped", mixed, "those past their end are skipped")
    yield _accepted("seen_before", DIRECTORY, "the version last seen", newest_seen=2)
    ahead = replace(DIRECTORY, issued=NOW + timedelta(hours=24))
    yield _accepted("issued_a_day_ahead", ahead, "a clock may be wrong by a day")
    last = DIRECTORY.expires - timedelta(seconds=1)
    yield _accepted("last_second", DIRECTORY, "the last second counts", now=last)
    longest = replace(DIRECTORY, expires=DIRECTORY.issued + timedelta(days=92))
    yield _accepted("92_days", longest, "the longest life")
    alone = replace(DIRECTORY, team=())
    yield _accepted("no_team", alone, "nobody signs replies yet")


def _cross_signed() -> Iterator[Case]:
    content = DIRECTORY.to_json()
    ours, other = _sign(content), _sign(content, key=OTHER_ROOT)
    yield _accepted(
        "cross_signed",
        DIRECTORY,
        "the pinned root's is the first signature",
        cross_signature=other,
    )
    yield _accepted(
        "cross_signed_by_ours",
        DIRECTORY,
        "the pinned root's is the cross-signature",
        signature=other,
        cross_signature=ours,
    )
    yield _accepted(
        "cross_signed_badly",
        DIRECTORY,
        "a cross-signature that is none harms nobody",
        cross_signature="",
    )
    reply = _sign(content, namespace="debunker-reply")
    table = {
        "cross_signed_by_others": (other, "neither signature is by the pinned root"),
        "cross_signed_for_a_reply": (reply, "the cross-signature is for another use"),
        "cross_signed_with_half": (ours[: len(ours) // 2], "half a cross-signature"),
    }
    for name, (cross, description) in table.items():
        yield _bad(
            name,
            content,
            "not_signed_by_root",
            description,
            signature=other,
            cross_signature=cross,
        )


def _unsigned() -> Iterator[Case]:
    reason = "not_signed_by_root"
    content = DIRECTORY.to_json()
    altered = content.replace(b'"version":2', b'"version":3')
    signature = _sign(content)
    yield _bad("altered", altered, reason, "a byte was changed", signature=signature)
    spaced = to_json(json.loads(content)).replace(b",", b", ", 1)
    yield _bad("rewritten", spaced, reason, "the same members", signature=signature)
    stranger = _sign(content, key=OTHER_ROOT)
    yield _bad("other_root", content, reason, "another key", signature=stranger)
    reply = _sign(content, namespace="debunker-reply")
    yield _bad("other_namespace", content, reason, "another use", signature=reply)
    yield _bad("no_signature", content, reason, "an empty signature", signature="")
    cut = signature[: len(signature) // 2]
    yield _bad("half_signature", content, reason, "half a signature", signature=cut)
    other = sshsig.sign(content, ROOT, namespace=_NAMESPACE).replace("A", "B", 1)
    yield _bad("bent_signature", content, reason, "a letter changed", signature=other)


def _at_another_time() -> Iterator[Case]:
    content = DIRECTORY.to_json()
    issued, expires = DIRECTORY.issued, DIRECTORY.expires
    early = issued - timedelta(days=1, seconds=1)
    yield _bad("issued_ahead", content, "issued_in_future", "late clock", now=early)
    yield _bad("expired", content, "expired", "at its very end", now=expires)
    late = expires + timedelta(days=400)
    yield _bad("long_expired", content, "expired", "long past its end", now=late)
    yield _bad("stale", content, "stale", "version 3 was seen", newest_seen=3)


def _unusable() -> Iterator[Case]:
    good = DIRECTORY.to_json()
    past = format_moment(NOW)
    table: dict[str, tuple[bytes, str, str]] = {
        "no_reviewer": (
            changed(good, reviewers=[]),
            "no_reviewer",
            "nobody who certifies an identity",
        ),
        "no_reviewer_any_more": (
            changed_in(
                changed_in(good, "reviewers", not_after=past),
                "reviewers",
                1,
                not_after=past,
            ),
            "no_reviewer",
            "both are past their end",
        ),
        "no_recovery": (
            replace(DIRECTORY, recipients=(_OFFLINE,)).to_json(),
            "no_recovery",
            "lost passphrases would lose reports",
        ),
        "no_recovery_any_more": (
            changed_in(good, "recipients", not_after=past),
            "no_recovery",
            "the recovery key is past its end",
        ),
        "no_recipient": (
            changed(good, recipients=[]),
            "no_recovery",
            "nobody at all",
        ),
    }
    for name, (content, reason, description) in table.items():
        yield _bad(name, content, reason, description)
    classical = str(X25519Identity.from_seed(seed("classical")).recipient)
    content = changed_in(good, "recipients", recipient=classical)
    yield _bad("not_hybrid", content, "not_hybrid", "a classical recipient")
    end = DIRECTORY.issued + timedelta(days=92, seconds=1)
    content = changed(good, expires=format_moment(end))
    yield _bad("lives_too_long", content, "lives_too_long", "92 days and a second")


def _malformed() -> Iterator[tuple[str, bytes, str, str]]:
    good = DIRECTORY.to_json()
    yield from _wrong_documents(good)
    yield from _wrong_members(good)
    yield from _wrong_recipients(good)


def _wrong_documents(good: bytes) -> Iterator[tuple[str, bytes, str, str]]:
    newer = changed(good, format="debunker-directory/3")
    yield "next_format", newer, "unknown_format", "a version that is not known"
    older = changed(good, format="debunker-directory/1")
    yield "previous_format", older, "unknown_format", "a version of the past"
    other = changed(good, format="debunker-report/1")
    yield "other_format", other, "unknown_format", "another format of ours"
    yield "format_missing", without(good, "format"), "format_missing", "says not what"
    yield "not_an_object", b"[]", "not_an_object", "an array"
    yield "not_json", good[:-1] + b",}", "not_json", "a comma too many"
    yield "byte_order_mark", b"\xef\xbb\xbf" + good, "not_json", "a mark before it"
    yield "not_utf8", good.replace("Ү".encode(), b"\xd2"), "not_json", "half a letter"
    surrogate = good.replace("Ү".encode(), b"\\ud800")
    yield "half_character", surrogate, "not_json", "an escaped lone surrogate"
    twice = repeated(good, "version")
    yield "duplicate_member", twice, "duplicate_member", "version comes twice"
    nested = b"[" * 5_000
    yield "deep", nested, "not_json", "5,000 open brackets"
    extra = changed(good, note="")
    yield "unknown_member", extra, "unknown_member", "a member of no format"


def _wrong_members(good: bytes) -> Iterator[tuple[str, bytes, str, str]]:
    table: dict[str, tuple[str, object, str, str]] = {
        "version_zero": ("version", 0, "version_out_of_range", "versions begin at 1"),
        "version_too_large": ("version", 2**53, "version_out_of_range", "2^53"),
        "version_text": ("version", "2", "version_wrong", "a string"),
        "version_boolean": ("version", True, "version_wrong", "true is no number"),
        "version_fraction": ("version", 2.5, "not_an_integer", "no integer"),
        "previous_missing": ("previous", None, "previous_wrong", "null in version 2"),
        "previous_upper_case": ("previous", "A" * 64, "previous_wrong", "capitals"),
        "previous_short": ("previous", "a" * 63, "previous_wrong", "63 digits"),
        "issued_with_offset": (
            "issued",
            "2026-11-14T12:30:00+05:00",
            "issued_wrong",
            "a moment with another zone",
        ),
        "expires_before_issued": (
            "expires",
            "2026-11-14T07:30:00Z",
            "expires_wrong",
            "it ends as it begins",
        ),
        "expires_impossible": (
            "expires",
            "2026-11-31T00:00:00Z",
            "expires_wrong",
            "no such day",
        ),
        "organisation_id_short": (
            "organisation_id",
            "AAAA",
            "organisation_id_wrong",
            "three bytes",
        ),
        "organisation_id_bits": (
            "organisation_id",
            "A" * 42 + "B",
            "organisation_id_wrong",
            "not the canonical spelling",
        ),
        "organisation_language": (
            "organisation",
            {"ru": "а", "en": "a"},
            "kk_missing",
            "no name in Kazakh",
        ),
        "recipients_object": ("recipients", {}, "recipients_wrong", "no array"),
        "reviewers_object": ("reviewers", {}, "reviewers_wrong", "no array"),
        "reviewers_null": ("reviewers", None, "reviewers_wrong", "null is no array"),
        "team_of_strings": ("team", ["key"], "not_an_object", "no objects"),
    }
    for name, (member, value, reason, description) in table.items():
        yield name, changed(good, **{member: value}), reason, description
    first = changed(good, version=1)
    yield "reviewers_missing", without(good, "reviewers"), "reviewers_missing", "none"
    yield from _too_many(good)
    yield "previous_in_first", first, "previous_wrong", "version 1 with a previous"


def _too_many(good: bytes) -> Iterator[tuple[str, bytes, str, str]]:
    reviewers, (recovery, offline) = _arrays(good)
    many = changed(good, reviewers=63 * reviewers[:1])
    yield "63_reviewers", many, "reviewers_too_long", "63 reviewers"
    twice = changed(good, reviewers=2 * reviewers[:1])
    yield "reviewer_twice", twice, "reviewer_twice", "one key, two ends"
    many = changed(good, recipients=65 * [offline])
    yield "65_recipients", many, "recipients_too_long", "65 recipients"
    many = changed(good, recipients=63 * [recovery])
    yield "65_to_seal_to", many, "too_many_recipients", "2 reviewers, 63 for recovery"


def _arrays(good: bytes) -> tuple[list[object], list[object]]:
    members = json.loads(good)
    return members["reviewers"], members["recipients"]


def _wrong_recipients(good: bytes) -> Iterator[tuple[str, bytes, str, str]]:
    recipient = str(REVIEWER.recipient)
    key = str(TEAM.verification_key)
    table: dict[str, tuple[str, str, object, str, str]] = {
        "role_reviewer": (
            "recipients",
            "role",
            "reviewer",
            "role_wrong",
            "reviewers certify, and are no recipients",
        ),
        "role_unknown": ("recipients", "role", "guest", "role_wrong", "no such role"),
        "recipient_upper_case": (
            "recipients",
            "recipient",
            recipient.upper(),
            "recipient_wrong",
            "the other spelling of bech32",
        ),
        "recipient_mistyped": (
            "recipients",
            "recipient",
            recipient[:-1] + ("q" if recipient[-1] != "q" else "p"),
            "recipient_wrong",
            "its checksum does not fit",
        ),
        "recipient_unknown_member": (
            "recipients",
            "name",
            "Aigerim",
            "unknown_member",
            "names do not belong here",
        ),
        "recipient_until_a_day": (
            "recipients",
            "not_after",
            "2027-06-30",
            "not_after_wrong",
            "a day, not a moment",
        ),
        "key_with_comment": ("team", "key", key + " team", "key_wrong", "a comment"),
        "key_of_other_kind": (
            "team",
            "key",
            key.replace("ssh-ed25519", "ssh-rsa"),
            "key_wrong",
            "another kind of key",
        ),
        "reviewer_with_comment": (
            "reviewers",
            "key",
            key + " Aigerim",
            "key_wrong",
            "a comment behind the key",
        ),
        "reviewer_until_a_day": (
            "reviewers",
            "not_after",
            "2027-06-30",
            "not_after_wrong",
            "a day, not a moment",
        ),
        "reviewer_unknown_member": (
            "reviewers",
            "name",
            "Aigerim",
            "unknown_member",
            "names do not belong here",
        ),
        "team_from_a_moment": (
            "team",
            "not_before",
            "2026-01-01T00:00:00Z",
            "not_before_wrong",
            "a moment, not a day",
        ),
        "team_no_such_day": (
            "team",
            "not_after",
            "2026-02-30",
            "not_after_wrong",
            "30 February",
        ),
    }
    for name, (array, member, value, reason, description) in table.items():
        content = changed_in(good, array, **{member: value})
        yield name, content, reason, description


def _accepted(  # noqa: PLR0913 - a directory and its circumstances
    name: str,
    directory: KeyDirectory,
    description: str,
    *,
    signature: str | None = None,
    cross_signature: str | None = None,
    newest_seen: int = 0,
    now: datetime = NOW,
) -> Case:
    content = directory.to_json()
    return Case(
        folder="directory",
        name=name,
        description=description,
        given=_given(
            content,
            _sign(content) if signature is None else signature,
            cross_signature,
            newest_seen=newest_seen,
            now=now,
        ),
        expected={
            "version": directory.version,
            "organisation_id": str(directory.organisation_id),
            "reviewers": [
                str(each.key) for each in directory.reviewers if now < each.not_after
            ],
            "recovery_recipients": _texts(directory.recovery_recipients(now)),
            "offline_recipients": _texts(directory.offline_recipients(now)),
            "team_keys_on_2026-06-30": _keys_on(directory, date(2026, 6, 30)),
            "team_keys_on_2026-07-01": _keys_on(directory, date(2026, 7, 1)),
        },
    )


def _bad(  # noqa: PLR0913 - a directory and its circumstances
    name: str,
    content: bytes,
    reason: str,
    description: str,
    *,
    signature: str | None = None,
    cross_signature: str | None = None,
    newest_seen: int = 0,
    now: datetime = NOW,
) -> Case:
    signed = _sign(content) if signature is None else signature
    return Case(
        folder="directory",
        name=name,
        description=description,
        given=_given(
            content, signed, cross_signature, newest_seen=newest_seen, now=now
        ),
        reason=reason,
    )


def _given(
    content: bytes,
    signature: str,
    cross_signature: str | None,
    *,
    newest_seen: int,
    now: datetime,
) -> dict[str, object]:
    try:
        document = {"directory": content.decode()}
    except UnicodeDecodeError:
        document = {"directory_hex": content.hex()}
    root: VerificationKey = ROOT.verification_key
    return document | {
        "signature": signature,
        "cross_signature": cross_signature,
        "root": str(root),
        "newest_seen": newest_seen,
        "now": format_moment(now),
    }


def _sign(content: bytes, key: SigningKey = ROOT, namespace: str = _NAMESPACE) -> str:
    return sshsig.sign(content, key, namespace=namespace)


def _texts(values: Iterable[object]) -> list[str]:
    return list(map(str, values))


def _keys_on(directory: KeyDirectory, day: date) -> list[str]:
    return list(map(str, directory.team_keys_on(day)))
