"""Promises of `protocol.directory`."""

import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.ed25519 import SigningKey
from protocol.directory import (
    MAX_LIFETIME,
    DirectoryRecipient,
    KeyDirectory,
    ReviewerKey,
    Role,
    SignedDirectory,
    TeamKey,
    sign_directory,
    verify_directory,
)
from protocol.errors import (
    DirectoryError,
    MalformedError,
    NotSignedByRootError,
    ProtocolError,
    StaleDirectoryError,
    UnusableDirectoryError,
)
from protocol.languages import Language
from protocol.mailbox import OrganisationId
from tests.vectors.directory_cases import DIRECTORY
from tests.vectors.fixed import (
    NOW,
    OTHER_REVIEWER_KEY,
    OTHER_ROOT,
    OTHER_TEAM,
    RECOVERY,
    REVIEWER,
    REVIEWER_KEY,
    ROOT,
    TEAM,
    seed,
)

_SIGNED = sign_directory(DIRECTORY, ROOT)
_SECONDS = st.integers(0, 4_000_000_000)
_MOMENTS = _SECONDS.map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
_DIRECTORIES = st.builds(
    lambda issued, life, names, reviewers, recipients, team, raw: KeyDirectory(
        version=1,
        issued=issued,
        expires=issued + timedelta(seconds=life),
        previous=None,
        organisation_id=OrganisationId(raw),
        organisation=dict(zip(Language, names, strict=True)),
        reviewers=tuple(reviewers),
        recipients=tuple(recipients),
        team=tuple(team),
    ),
    issued=_MOMENTS,
    life=st.integers(1, int(MAX_LIFETIME.total_seconds())),
    names=st.tuples(_NAMES, _NAMES, _NAMES),
    reviewers=st.lists(
        st.builds(
            ReviewerKey,
            key=st.sampled_from(
                [REVIEWER_KEY.verification_key, OTHER_REVIEWER_KEY.verification_key]
            ),
            not_after=_MOMENTS,
        ),
        min_size=1,
        max_size=2,
        unique_by=lambda reviewer: reviewer.key,
    ),
    recipients=st.lists(
        st.builds(
            DirectoryRecipient,
            role=st.sampled_from([Role.RECOVERY, Role.OFFLINE]),
            recipient=st.sampled_from([REVIEWER.recipient, RECOVERY.recipient]),
            not_after=_MOMENTS,
        ),
        max_size=4,
    ),
    team=st.lists(
        st.builds(
            TeamKey,
            key=st.sampled_from([TEAM.verification_key, OTHER_TEAM.verification_key]),
            not_before=st.dates(),
            not_after=st.dates(),
        ),
        max_size=3,
    ),
    raw=st.binary(min_size=32, max_size=32),
)


def _verify(
    signed: SignedDirectory, *, newest_seen: int = 0, now: datetime = NOW
) -> KeyDirectory:
    return verify_directory(
        signed, root=ROOT.verification_key, newest_seen=newest_seen, now=now
    )


@settings(max_examples=30)
@given(directory=_DIRECTORIES)
def test_a_directory_reads_back(directory: KeyDirectory) -> None:
    """Serialise and parse are inverse."""
    assert KeyDirectory.parse(directory.to_json()) == directory


@settings(max_examples=30)
@given(directory=_DIRECTORIES, now=_MOMENTS)
def test_what_is_accepted_can_be_sealed_to(
    directory: KeyDirectory, now: datetime
) -> None:
    """Never to nobody, never without recovery, never past an end."""
    signed = sign_directory(directory, ROOT)
    try:
        accepted = _verify(signed, now=now)
    except DirectoryError:
        return

    assert accepted == directory
    assert any(now < each.not_after for each in directory.reviewers)
    assert accepted.recovery_recipients(now)
    assert now < directory.expires


def test_a_good_directory_passes() -> None:
    """The properties above would hold if nothing ever passed."""
    directory = _verify(_SIGNED, newest_seen=2)

    assert directory.recovery_recipients(NOW) == (RECOVERY.recipient,)
    assert directory.offline_recipients(NOW) == (REVIEWER.recipient,)


@settings(max_examples=60)
@given(place=st.integers(0, len(_SIGNED.directory) - 1), bit=st.integers(0, 7))
def test_any_changed_bit_is_refused(place: int, bit: int) -> None:
    """Before anything of it is even parsed."""
    changed = bytearray(_SIGNED.directory)
    changed[place] ^= 1 << bit

    with pytest.raises(NotSignedByRootError):
        _verify(replace(_SIGNED, directory=bytes(changed)))


@given(directory=st.binary(max_size=200), signature=st.text(max_size=200))
def test_random_bytes_are_refused_by_type(directory: bytes, signature: str) -> None:
    """Verification raises nothing but this package's errors."""
    with pytest.raises(NotSignedByRootError):
        _verify(SignedDirectory(directory=directory, signature=signature))
    with pytest.raises(ProtocolError):
        KeyDirectory.parse(directory)
    with pytest.raises(ProtocolError):
        SignedDirectory.parse(directory)


def test_both_travel_as_one_document() -> None:
    """The sync channel brings exactly the bytes that the root signed."""
    assert SignedDirectory.parse(_SIGNED.to_json()) == _SIGNED


def test_either_root_may_have_signed_while_one_replaces_the_other() -> None:
    """Whoever pinned the old root and whoever pinned the new one accept the same."""
    signed = sign_directory(DIRECTORY, OTHER_ROOT, cross_root=ROOT)
    alone = replace(signed, cross_signature=None)

    assert SignedDirectory.parse(signed.to_json()) == signed
    assert _verify(signed) == _verify(_SIGNED) == DIRECTORY
    with pytest.raises(NotSignedByRootError):
        _verify(alone)


@given(cross_signature=st.text(max_size=200))
def test_a_strange_cross_signature_changes_nothing(cross_signature: str) -> None:
    """It neither makes a directory the root's nor spoils one that is."""
    assert _verify(replace(_SIGNED, cross_signature=cross_signature)) == DIRECTORY
    stranger = replace(
        sign_directory(DIRECTORY, OTHER_ROOT), cross_signature=cross_signature
    )
    with pytest.raises(NotSignedByRootError):
        _verify(stranger)


def test_only_a_newer_one_may_be_asked_for() -> None:
    """The intake takes no version that is not higher than its own."""
    with pytest.raises(StaleDirectoryError):
        _verify(_SIGNED, newest_seen=DIRECTORY.version + 1)


def test_the_next_version_names_its_predecessor() -> None:
    """SHA-256 of the bytes, so that a chain can be audited."""
    successor = replace(DIRECTORY, version=3, previous=_SIGNED.sha256)

    assert _verify(sign_directory(successor, ROOT)).previous == _SIGNED.sha256


def test_a_directory_that_lives_too_long_cannot_even_be_made() -> None:
    """The ceremony learns it before it signs."""
    with pytest.raises(UnusableDirectoryError, match="lives too long"):
        replace(DIRECTORY, expires=DIRECTORY.issued + timedelta(days=93))


def test_a_recipient_ends_to_the_second() -> None:
    """A key that was replaced gets nothing from that moment on."""
    end = DIRECTORY.recipients[0].not_after

    assert len(DIRECTORY.recovery_recipients(end - timedelta(seconds=1))) == 1
    assert DIRECTORY.recovery_recipients(end) == ()
    assert DIRECTORY.offline_recipients(end) == ()


def test_team_keys_count_on_both_end_days() -> None:
    """From the first day to the last."""
    old, new = (each.key for each in DIRECTORY.team)

    assert DIRECTORY.team_keys_on(date(2026, 6, 30)) == (old,)
    assert DIRECTORY.team_keys_on(date(2026, 7, 1)) == (new,)
    assert DIRECTORY.team_keys_on(date(2025, 12, 31)) == ()


def test_a_huge_directory_is_refused_unread() -> None:
    """Its length is bounded before it is parsed."""
    with pytest.raises(MalformedError, match="directory too long"):
        KeyDirectory.parse(b" " * (2**18 + 1))
    with pytest.raises(MalformedError, match="directory too long"):
        SignedDirectory.parse(b" " * (2**19 + 1))


def test_a_directory_for_64_recipients_fits() -> None:
    """The largest team that an upload's header can name."""
    many = replace(
        DIRECTORY,
        reviewers=_reviewers(62),
        recipients=(DIRECTORY.recipients[0],) * 2 + (DIRECTORY.recipients[1],) * 62,
    )

    assert KeyDirectory.parse(many.to_json()) == many


def test_nobody_is_sealed_to_beyond_64() -> None:
    """An upload with more stanzas would be refused, and the reporter left alone."""
    with pytest.raises(MalformedError, match="too many recipients"):
        replace(
            DIRECTORY,
            reviewers=_reviewers(62),
            recipients=(DIRECTORY.recipients[0],) * 3,
        )


def test_a_reviewer_is_named_once() -> None:
    """Two ends of one key would leave each reader to choose."""
    (first, _) = DIRECTORY.reviewers
    again = replace(first, not_after=NOW)

    with pytest.raises(MalformedError, match="reviewer twice"):
        replace(DIRECTORY, reviewers=(first, again))


def _reviewers(count: int) -> tuple[ReviewerKey, ...]:
    """Make so many reviewers' keys."""
    keys = (SigningKey.from_seed(seed(f"reviewer {each}")) for each in range(count))
    end = DIRECTORY.reviewers[0].not_after
    return tuple(ReviewerKey(key=key.verification_key, not_after=end) for key in keys)


def test_a_wrong_directory_cannot_be_made() -> None:
    """The ceremony learns it before it signs."""
    for changes in (
        {"version": 0, "previous": None},
        {"version": 1},
        {"previous": None},
        {"previous": "0" * 63},
        {"organisation": {Language.RU: "а"}},
        {"expires": DIRECTORY.issued},
    ):
        with pytest.raises(MalformedError):
            replace(DIRECTORY, **changes)


@pytest.mark.needs("ssh-keygen")
def test_ssh_keygen_verifies_a_directory(tmp_path: Path) -> None:
    """A site auditor needs no program of ours."""
    (tmp_path / "signers").write_text(f"root {ROOT.verification_key}\n")
    (tmp_path / "sig").write_text(_SIGNED.signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "root"]

    subprocess.run(
        [*command, "-n", "debunker-directory", "-s", "sig"],
        input=_SIGNED.directory,
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
