"""Promises of `protocol.directory.identities`."""

import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.day import day_of, midnight
from protocol.directory import (
    MAX_IDENTITY_LIFETIME,
    CertifiedIdentity,
    IdentityCertificate,
    IdentityList,
    certify_identity,
    current_certificates,
    report_recipients,
)
from protocol.errors import (
    MalformedError,
    ProtocolError,
    UnknownFormatError,
    UnusableDirectoryError,
)
from protocol.mailbox import OrganisationId
from tests.vectors.directory_cases import DIRECTORY
from tests.vectors.fixed import (
    NOW,
    OTHER_REVIEWER,
    OTHER_REVIEWER_KEY,
    RECOVERY,
    REMOVED_REVIEWER_KEY,
    REVIEWER,
    REVIEWER_KEY,
)
from tests.vectors.identity_cases import CERTIFICATE

_OURS = certify_identity(CERTIFICATE, REVIEWER_KEY)
_LIST = IdentityList(identities=(_OURS,))
_DAYS = st.dates(date(2026, 10, 1), date(2027, 1, 31))
_MOMENTS = st.integers(-60 * 86_400, 60 * 86_400).map(
    lambda seconds: NOW + timedelta(seconds=seconds)
)
_CERTIFICATES = st.builds(
    lambda day, life, recipient, raw: IdentityCertificate(
        organisation_id=OrganisationId(raw),
        recipient=recipient,
        not_before=midnight(day),
        not_after=midnight(day) + timedelta(seconds=life),
    ),
    day=_DAYS,
    life=st.integers(1, int(MAX_IDENTITY_LIFETIME.total_seconds())),
    recipient=st.sampled_from([REVIEWER.recipient, OTHER_REVIEWER.recipient]),
    raw=st.sampled_from([DIRECTORY.organisation_id.raw, bytes(32)]),
)
_CERTIFIED = st.builds(
    certify_identity,
    _CERTIFICATES,
    st.sampled_from([REVIEWER_KEY, OTHER_REVIEWER_KEY, REMOVED_REVIEWER_KEY]),
)
_LISTS = st.lists(_CERTIFIED, max_size=5).map(
    lambda identities: IdentityList(identities=tuple(identities))
)


@settings(max_examples=50)
@given(certificate=_CERTIFICATES)
def test_a_certificate_reads_back(certificate: IdentityCertificate) -> None:
    """Serialise and parse are inverse."""
    assert IdentityCertificate.parse(certificate.to_json()) == certificate


@settings(max_examples=30)
@given(identities=_LISTS)
def test_a_list_reads_back(identities: IdentityList) -> None:
    """To the byte: each certificate is what its reviewer signed."""
    assert IdentityList.parse(identities.to_json()) == identities


@settings(max_examples=100)
@given(identities=_LISTS, now=_MOMENTS)
def test_what_counts_was_certified_and_holds(
    identities: IdentityList, now: datetime
) -> None:
    """Never by a stranger, never past its end, never for another organisation."""
    reviewers = [each.key for each in DIRECTORY.reviewers]

    found = current_certificates(DIRECTORY, identities, now)

    assert len({reviewer.key for reviewer, _ in found}) == len(found)
    for reviewer, certificate in found:
        assert reviewer.key in reviewers
        assert certificate.organisation_id == DIRECTORY.organisation_id
        assert certificate.not_before - timedelta(days=1) <= now < certificate.not_after


@settings(max_examples=50)
@given(identities=_LISTS, now=_MOMENTS, data=st.data())
def test_no_older_certificate_counts(
    identities: IdentityList, now: datetime, data: st.DataObject
) -> None:
    """Entries added in front, in any number, bring no older identity back."""
    more = data.draw(_LISTS)
    both = IdentityList(identities=(*more.identities, *identities.identities))

    before = dict(current_certificates(DIRECTORY, identities, now))
    after = dict(current_certificates(DIRECTORY, both, now))

    for reviewer, certificate in before.items():
        assert after[reviewer].not_before >= certificate.not_before


@settings(max_examples=100)
@given(place=st.integers(0, len(_OURS.certificate) - 1), bit=st.integers(0, 7))
def test_any_changed_bit_of_a_certificate_is_nobodys(place: int, bit: int) -> None:
    """It is skipped unread, and with no other one the form closes."""
    changed = bytearray(_OURS.certificate)
    changed[place] ^= 1 << bit
    altered = replace(_OURS, certificate=bytes(changed))

    with pytest.raises(UnusableDirectoryError, match="no reviewer"):
        report_recipients(DIRECTORY, IdentityList(identities=(altered,)), NOW)


@given(untrusted=st.binary(max_size=300), signature=st.text(max_size=100))
def test_random_bytes_are_refused_by_type(untrusted: bytes, signature: str) -> None:
    """Nothing but this package's errors, and no stranger's bytes count."""
    entry = CertifiedIdentity(certificate=untrusted, signature=signature)

    with pytest.raises(ProtocolError):
        IdentityList.parse(untrusted)
    with pytest.raises(ProtocolError):
        IdentityCertificate.parse(untrusted)
    with pytest.raises(UnusableDirectoryError, match="no reviewer"):
        report_recipients(DIRECTORY, IdentityList(identities=(entry,)), NOW)


def test_reports_are_sealed_to_identities_and_recovery() -> None:
    """The properties above would hold if nothing ever counted."""
    recipients = report_recipients(DIRECTORY, _LIST, NOW)

    assert recipients == (REVIEWER.recipient, RECOVERY.recipient)


def test_long_term_recipients_are_never_fallen_back_to() -> None:
    """The directory's offline recipients open no report of a page."""
    assert DIRECTORY.offline_recipients(NOW) == (REVIEWER.recipient,)
    with pytest.raises(UnusableDirectoryError, match="no reviewer"):
        report_recipients(DIRECTORY, IdentityList(identities=()), NOW)


def test_a_removed_reviewer_is_sealed_to_no_more() -> None:
    """From the next directory on, though the certificate itself still holds."""
    theirs = certify_identity(CERTIFICATE, OTHER_REVIEWER_KEY)
    both = IdentityList(identities=(_OURS, theirs))
    without = replace(DIRECTORY, reviewers=DIRECTORY.reviewers[1:])

    assert len(report_recipients(DIRECTORY, both, NOW)) == 3
    assert len(report_recipients(without, both, NOW)) == 2


def test_a_certificate_tells_no_hour() -> None:
    """Whoever sees it learns the day on which a reviewer was there, no more."""
    with pytest.raises(MalformedError, match="not before wrong"):
        replace(CERTIFICATE, not_before=CERTIFICATE.not_before + timedelta(hours=1))


def test_a_certificate_lives_for_14_days_at_most() -> None:
    """A stolen identity opens what came in two weeks."""
    longest = CERTIFICATE.not_before + timedelta(days=14)

    replace(CERTIFICATE, not_after=longest)
    with pytest.raises(UnusableDirectoryError, match="lives too long"):
        replace(CERTIFICATE, not_after=longest + timedelta(seconds=1))


def test_a_certificate_ends_after_it_begins() -> None:
    """One that never held is a mistake."""
    with pytest.raises(MalformedError, match="not after wrong"):
        replace(CERTIFICATE, not_after=CERTIFICATE.not_before)


def test_another_format_is_refused_by_name() -> None:
    """A newer reviewer's console must be noticed, not skipped."""
    newer = CERTIFICATE.to_json().replace(b"identity/1", b"identity/2")

    with pytest.raises(UnknownFormatError, match="found debunker-identity/2"):
        IdentityCertificate.parse(newer)


def test_too_much_is_refused_unread() -> None:
    """Lengths are bounded before anything is parsed."""
    with pytest.raises(MalformedError, match="identities too long"):
        IdentityList.parse(b" " * (2**20 + 1))
    with pytest.raises(MalformedError, match="identities too long"):
        IdentityList(identities=257 * (_OURS,))
    with pytest.raises(MalformedError, match="certificate too long"):
        IdentityCertificate.parse(b" " * 4_097)


def test_256_certificates_fit() -> None:
    """The largest list stays below the limit of its bytes."""
    full = IdentityList(identities=256 * (_OURS,))

    assert len(full.to_json()) < 2**20
    assert IdentityList.parse(full.to_json()) == full


def test_midnight_is_kazakhstans() -> None:
    """19 hours UTC of the day before."""
    assert midnight(date(2026, 11, 20)) == datetime(2026, 11, 19, 19, tzinfo=UTC)
    assert day_of(midnight(date(2026, 11, 20))) == date(2026, 11, 20)


@pytest.mark.needs("ssh-keygen")
def test_ssh_keygen_verifies_a_certificate(tmp_path: Path) -> None:
    """A site auditor needs no program of ours."""
    key = REVIEWER_KEY.verification_key
    (tmp_path / "signers").write_text(f"reviewer {key}\n")
    (tmp_path / "sig").write_text(_OURS.signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "reviewer"]

    subprocess.run(
        [*command, "-n", "debunker-identity", "-s", "sig"],
        input=_OURS.certificate,
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
