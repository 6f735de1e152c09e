"""Vectors of an offline page's keys: what it seals to, and each reason to refuse."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crypto import sshsig
from crypto.age import HybridIdentity
from protocol.day import format_moment
from protocol.directory import (
    DirectoryRecipient,
    KeyDirectory,
    Role,
    SignedDirectory,
    sign_directory,
)
from protocol.mailbox import OrganisationId
from tests.vectors.case import Case
from tests.vectors.changes import changed
from tests.vectors.directory_cases import DIRECTORY
from tests.vectors.fixed import (
    NOW,
    OTHER_REVIEWER,
    OTHER_ROOT,
    RECOVERY,
    REVIEWER,
    ROOT,
    seed,
)

_SECOND = timedelta(seconds=1)
_SPRING = datetime(2027, 3, 31, 19, tzinfo=UTC)
_SUMMER = datetime(2027, 6, 30, 19, tzinfo=UTC)

_UNTIL_SPRING = DirectoryRecipient(
    role=Role.OFFLINE, recipient=REVIEWER.recipient, not_after=_SPRING
)
_UNTIL_SUMMER = DirectoryRecipient(
    role=Role.OFFLINE, recipient=OTHER_REVIEWER.recipient, not_after=_SUMMER
)
_RECOVERY = DirectoryRecipient(
    role=Role.RECOVERY, recipient=RECOVERY.recipient, not_after=_SUMMER
)
_CARRIED = replace(DIRECTORY, recipients=(_RECOVERY, _UNTIL_SPRING, _UNTIL_SUMMER))
_NEWER = replace(_CARRIED, version=3, recipients=(_UNTIL_SUMMER, _RECOVERY))
_BRIEF_RECOVERY = replace(
    _CARRIED, recipients=(replace(_RECOVERY, not_after=_SPRING), _UNTIL_SUMMER)
)
_LATE_CLOCK = _CARRIED.issued - timedelta(days=1) - _SECOND


def cases() -> Iterator[Case]:
    """Make all of them."""
    yield from _good()
    yield from _refused()
    yield from _handed_over()


def _good() -> Iterator[Case]:
    all_three = (REVIEWER, OTHER_REVIEWER, RECOVERY)
    carried = _signed(_CARRIED)
    yield _accepted(
        "carried", "those for offline pages first", carried, all_three, until=_SUMMER
    )
    yield _accepted(
        "cross_signed",
        "the pinned root's is the cross-signature",
        sign_directory(_CARRIED, OTHER_ROOT, cross_root=ROOT),
        all_three,
        until=_SUMMER,
    )
    yield _accepted(
        "issued_a_day_ahead",
        "a clock may be wrong by a day",
        carried,
        all_three,
        until=_SUMMER,
        now=_CARRIED.issued - timedelta(days=1),
    )
    yield _accepted(
        "last_second",
        "not yet old",
        carried,
        all_three,
        until=_SUMMER,
        now=_CARRIED.expires - _SECOND,
    )
    yield _accepted(
        "old",
        "past its end it is only old",
        carried,
        all_three,
        until=_SUMMER,
        now=_CARRIED.expires,
        is_old=True,
    )
    yield _accepted(
        "one_has_ended",
        "one of two for offline pages is left",
        carried,
        (OTHER_REVIEWER, RECOVERY),
        until=_SUMMER,
        now=_SPRING,
        is_old=True,
    )
    yield _accepted(
        "recovery_ends_first",
        "the role that ends first says until when",
        _signed(_BRIEF_RECOVERY),
        (OTHER_REVIEWER, RECOVERY),
        until=_SPRING,
    )
    yield _accepted(
        "nobody_certifies",
        "reviewers and their identities are not needed",
        _signed(replace(_CARRIED, reviewers=())),
        all_three,
        until=_SUMMER,
    )


def _refused() -> Iterator[Case]:
    carried = _signed(_CARRIED)
    stranger = sign_directory(_CARRIED, OTHER_ROOT)
    yield _bad("other_root", "another key", stranger, "not_signed_by_root")
    altered = replace(
        carried, directory=carried.directory.replace(b'"version":2', b'"version":3')
    )
    yield _bad("altered", "a byte was changed", altered, "not_signed_by_root")
    next_format = changed(carried.directory, format="debunker-directory/3")
    unknown = SignedDirectory(
        directory=next_format,
        signature=sshsig.sign(next_format, ROOT, namespace="debunker-directory"),
    )
    yield _bad("next_format", "a version unknown", unknown, "unknown_format")
    yield _bad(
        "late_clock", "by over a day", carried, "issued_in_future", now=_LATE_CLOCK
    )
    table = {
        "nobody_offline": ((_RECOVERY,), "no_offline", "nobody to seal to offline"),
        "nobody_recovers": ((_UNTIL_SUMMER,), "no_recovery", "no recovery recipient"),
        "nobody_at_all": ((), "no_offline", "the offline role is looked for first"),
    }
    for name, (recipients, reason, description) in table.items():
        signed = _signed(replace(_CARRIED, recipients=recipients))
        yield _bad(name, description, signed, reason)
    yield _bad("ended", "at the very end", carried, "expired", now=_SUMMER)
    recovery = _signed(_BRIEF_RECOVERY)
    yield _bad(
        "recovery_has_ended", "one role is enough", recovery, "expired", now=_SPRING
    )
    offline = _signed(replace(_CARRIED, recipients=(_RECOVERY, _UNTIL_SPRING)))
    yield _bad(
        "offline_has_ended", "the other role, too", offline, "expired", now=_SPRING
    )


def _handed_over() -> Iterator[Case]:
    for name, before, description in (
        ("newer", _CARRIED, "it takes the place of the one before"),
        ("the_same_again", _NEWER, "an equal version passes"),
    ):
        yield _accepted(
            name,
            description,
            _signed(_NEWER),
            (OTHER_REVIEWER, RECOVERY),
            until=_SUMMER,
            before=before,
        )
    older = _signed(_CARRIED)
    yield _bad(
        "older", "it would bring back a recipient", older, "stale", before=_NEWER
    )
    yield _bad(
        "older_under_a_late_clock",
        "versions tell without a clock",
        older,
        "stale",
        before=_NEWER,
        now=_LATE_CLOCK,
    )
    elsewhere = OrganisationId(seed("another organisation"))
    theirs = replace(_NEWER, organisation_id=elsewhere)
    yield _bad(
        "of_another_organisation",
        "no codename would fit",
        _signed(theirs),
        "other_organisation",
        before=_CARRIED,
    )
    yield _bad(
        "older_of_another_organisation",
        "the version is looked at first",
        _signed(replace(theirs, version=1, previous=None)),
        "stale",
        before=_CARRIED,
    )


def _accepted(  # noqa: PLR0913 - a directory and its circumstances
    name: str,
    description: str,
    signed: SignedDirectory,
    sealed_to: tuple[HybridIdentity, ...],
    *,
    until: datetime,
    is_old: bool = False,
    now: datetime = NOW,
    before: KeyDirectory | None = None,
) -> Case:
    return Case(
        folder="offline_keys",
        name=name,
        description=description,
        given=_given(signed, now, before),
        expected={
            "version": KeyDirectory.parse(signed.directory).version,
            "recipients": [str(each.recipient) for each in sealed_to],
            "until": format_moment(until),
            "is_old": is_old,
        },
    )


def _bad(  # noqa: PLR0913 - a directory and its circumstances
    name: str,
    description: str,
    signed: SignedDirectory,
    reason: str,
    *,
    now: datetime = NOW,
    before: KeyDirectory | None = None,
) -> Case:
    return Case(
        folder="offline_keys",
        name=name,
        description=description,
        given=_given(signed, now, before),
        reason=reason,
    )


def _given(
    signed: SignedDirectory, now: datetime, before: KeyDirectory | None
) -> dict[str, object]:
    return {
        "directory": signed.directory.decode(),
        "signature": signed.signature,
        "cross_signature": signed.cross_signature,
        "root": str(ROOT.verification_key),
        "now": format_moment(now),
        "before": None if before is None else before.to_json().decode(),
    }


def _signed(directory: KeyDirectory) -> SignedDirectory:
    return sign_directory(directory, ROOT)
