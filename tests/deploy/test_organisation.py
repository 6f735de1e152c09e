"""Founding an organisation in one directory."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crypto.ed25519 import VerificationKey
from crypto.sealed_secret import INSECURE_TESTING
from deploy.organisation import (
    PEOPLE,
    OlderOrganisationError,
    found,
    load,
    refresh,
)
from protocol.directory import (
    IdentityList,
    SignedDirectory,
    report_recipients,
    verify_directory,
)
from protocol.offline_keys import open_recovery, open_root


def test_a_founding_that_was_interrupted_is_begun_anew(tmp_path: Path) -> None:
    """Ctrl-C in the middle leaves no log-ins; the next try must not trip over it."""
    found(tmp_path, profile=INSECURE_TESTING)
    (tmp_path / "log-ins.json").unlink()
    assert load(tmp_path) is None

    again = found(tmp_path, profile=INSECURE_TESTING)

    assert [each.name for each in again.log_ins] == [name for name, _ in PEOPLE]


def test_what_was_founded_is_found(tmp_path: Path) -> None:
    """The second run knows the same people and keys, and shows none in a repr."""
    organisation = found(tmp_path, profile=INSECURE_TESTING)

    assert load(tmp_path) == organisation
    assert organisation.log_ins[0].passphrase not in repr(organisation)


@dataclass
class FakeClock:
    """A clock that tests move."""

    moment: datetime = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.moment


def form_is_open(place: Path, root_key: str, now: datetime) -> int:
    """Ask as a page does; give the number of recipients of a report."""
    served = place / "intake"
    directory = verify_directory(
        SignedDirectory(
            directory=(served / "directory.json").read_bytes(),
            signature=(served / "directory.json.sig").read_text(),
        ),
        root=VerificationKey.parse(root_key),
        newest_seen=0,
        now=now,
    )
    identities = IdentityList.parse((served / "identities.json").read_bytes())
    return len(report_recipients(directory, identities, now))


@pytest.mark.parametrize("days", [0, 3, 13, 31, 85, 400])
def test_a_demonstration_that_lay_for_long_runs_again(
    tmp_path: Path, days: int
) -> None:
    """What ran out is made and signed anew at its start: identities and directory."""
    clock = FakeClock()
    organisation = found(tmp_path, profile=INSECURE_TESTING, clock=clock)
    clock.moment += timedelta(days=days)

    refresh(organisation, profile=INSECURE_TESTING, clock=clock)

    assert form_is_open(tmp_path, organisation.root_key, clock.moment) == 3
    later = clock.moment + timedelta(days=4)
    assert form_is_open(tmp_path, organisation.root_key, later) == 3


def test_a_directory_that_will_last_is_not_signed_again(tmp_path: Path) -> None:
    """A start a day later changes nothing that visitors see."""
    clock = FakeClock()
    organisation = found(tmp_path, profile=INSECURE_TESTING, clock=clock)
    names = ("directory.json", "directory.json.sig", "identities.json")
    before = [(tmp_path / "intake" / name).read_bytes() for name in names]
    clock.moment += timedelta(days=1)

    refresh(organisation, profile=INSECURE_TESTING, clock=clock)

    assert before == [(tmp_path / "intake" / name).read_bytes() for name in names]


def test_what_an_older_version_founded_is_told(tmp_path: Path) -> None:
    """Its directory had another format: the sentence says what to type."""
    organisation = found(tmp_path, profile=INSECURE_TESTING)
    (tmp_path / "intake" / "directory.json").write_text(
        '{"format":"debunker-directory/1"}'
    )

    with pytest.raises(OlderOrganisationError, match="make demo-clean"):
        refresh(organisation, profile=INSECURE_TESTING)

    (tmp_path / "offline" / "organisation.json").unlink()
    with pytest.raises(OlderOrganisationError, match="make demo-clean"):
        refresh(organisation, profile=INSECURE_TESTING)


def test_the_root_signs_outside_of_the_console(tmp_path: Path) -> None:
    """Neither the root nor the recovery secret is anywhere on the console's disk."""
    found(tmp_path, profile=INSECURE_TESTING)
    passphrase = (tmp_path / "offline" / "passphrase.txt").read_text().strip()
    secrets = (
        open_root((tmp_path / "offline" / "root.json").read_bytes(), passphrase).seed,
        open_recovery(
            (tmp_path / "offline" / "recovery.json").read_bytes(), passphrase
        ).seed,
    )

    console = b"".join(
        path.read_bytes()
        for path in (tmp_path / "console").rglob("*")
        if path.is_file()
    )

    assert console
    for secret in secrets:
        assert secret not in console
