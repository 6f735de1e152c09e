"""Intake identities: made in time, opened by their owner, destroyed for good."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from crypto.age import HybridIdentity, OpeningReader
from crypto.entropy import system_entropy
from crypto.errors import NoMatchingIdentityError
from protocol.day import day_of, midnight
from protocol.directory import (
    IdentityCertificate,
    current_certificates,
    report_recipients,
)
from review_console.domain.audit import AuditKind
from review_console.domain.deposit import DepositState
from review_console.domain.errors import DamagedError, IntakeUnreachableError
from review_console.domain.ids import IntakeIdentityId
from review_console.domain.intake_identity import ABSENT_GRACE, OWN_GRACE
from review_console.services.intake_identities import IntakeIdentities
from review_console.services.opening import Opened
from review_console.storage import tables
from review_console.storage.database import SqlStore
from review_console.storage.identity_folder import IdentityFolder
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import REVIEWERS, House, Reporter

LIFETIME = timedelta(days=14)


def identities_of(house: House) -> IntakeIdentities:
    """Reach the use case."""
    return house.services.sync.identities


def kept(house: House, name: str) -> list[str]:
    """List the ids of somebody's private halves that the database thinks are kept."""
    with house.adapters.store.begin() as unit:
        return [
            each.id
            for each in unit.intake_identities.kept()
            if each.account == house.accounts[name].account.id
        ]


def files_of(house: House) -> set[str]:
    """List the files with private halves."""
    folder = house.config.data / "intake-identities"
    return {path.name.partition(".")[0] for path in folder.iterdir()}


def file_of(house: House, name: str) -> Path:
    """Find the one file of somebody's private half."""
    (identity_id,) = kept(house, name)
    (path,) = (house.config.data / "intake-identities").glob(f"{identity_id}.*")
    return path


def renew(house: House, name: str = "Айгүл", *, at_once: bool = False) -> bool:
    """Let somebody's console look whether a new identity is due."""
    return identities_of(house).renew(
        by=house.unlocked(name), directory=house.directory, at_once=at_once
    )


def sync(house: House, name: str = "Айгүл") -> None:
    """Fetch all that there is."""
    house.services.sync(by=house.unlocked(name))


def test_a_certificate_tells_no_hour_and_ends_after_two_weeks(house: House) -> None:
    """It begins at midnight of its day, whenever it was made."""
    now = house.clock.now()

    certificates = current_certificates(house.directory, house.identities, now)

    assert len(certificates) == 2
    for _, certificate in certificates:
        assert certificate.not_before == midnight(day_of(now))
        assert certificate.not_after - certificate.not_before == LIFETIME


def test_a_new_one_is_made_when_nine_days_are_left(house: House) -> None:
    """Not before, so that not every day adds one; and never two in a day."""
    assert not renew(house)

    house.clock.moment = midnight(day_of(house.clock.now())) + timedelta(
        days=5, seconds=-1
    )
    assert not renew(house)
    house.clock.advance(seconds=1)
    assert renew(house)
    assert not renew(house)
    assert not renew(house, at_once=True)
    house.clock.advance(days=1)
    assert renew(house, at_once=True)
    assert len(kept(house, "Айгүл")) == 3


def test_a_clock_that_was_ahead_does_not_close_the_form(house: House) -> None:
    """Identities of days to come neither serve now nor crowd out those that do."""
    now = house.clock.now()
    for days in (60, 61, 62):
        house.clock.moment = now + timedelta(days=days)
        assert renew(house, at_once=True)
    house.clock.moment = now + timedelta(days=6)

    assert renew(house)

    certificates = current_certificates(
        house.directory, house.identities, house.clock.now()
    )
    assert len(certificates) == 2
    assert all(each.not_before <= house.clock.now() for _, each in certificates)


def test_a_coordinator_has_none(house: House) -> None:
    """Reports are sealed to reviewers; coordinators see them as cases."""
    assert not renew(house, "Дана", at_once=True)


def test_the_newest_is_what_reporters_seal_to(
    house: House, fake_intake: FakeIntake
) -> None:
    """After a renewal the old identity opens nothing new, and still what was sent."""
    old, before = house.identities, house.reporter()
    fake_intake.deposit(before.report("Раньше"), before.keys.mailbox)
    house.clock.advance(days=6)
    after = house.reporter()
    fake_intake.deposit(after.report("Позже"), after.keys.mailbox)

    now = house.clock.now()
    new_recipients = report_recipients(house.directory, house.identities, now)
    assert set(new_recipients) & set(report_recipients(house.directory, old, now)) == {
        house.recovery.recipient
    }
    assert house.services.sync(by=house.unlocked("Айгүл")).cases == 2


def test_somebody_elses_private_half_does_not_open(house: House) -> None:
    """Encrypted under the owner's vault key, bound to id and owner."""
    identities = identities_of(house)
    own = identities.open_all(by=house.unlocked("Айгүл"))
    ours, theirs = (file_of(house, name) for name in REVIEWERS)
    moved = theirs.read_bytes()
    ours.write_bytes(moved)

    assert len(own) == 1
    assert identities.open_all(by=house.unlocked("Айгүл")) == ()
    assert len(identities.open_all(by=house.unlocked("Борис"))) == 1
    assert own[0].seed not in moved


def test_what_does_not_open_is_replaced(house: House) -> None:
    """A record that was changed is of no use: a new identity is made at once."""
    (old,) = kept(house, "Айгүл")
    file_of(house, "Айгүл").write_bytes(bytes(72))

    assert renew(house)

    assert old not in files_of(house)
    assert len(identities_of(house).open_all(by=house.unlocked("Айгүл"))) == 1


def test_a_private_half_is_in_no_backup_of_the_database(house: House) -> None:
    """Neither the seed nor its encrypted record stands in the database."""
    (own,) = identities_of(house).open_all(by=house.unlocked("Айгүл"))
    path = file_of(house, "Айгүл")
    record = path.read_bytes()

    database = house.config.database.removeprefix("sqlite:///")
    everything = b"".join(
        each.read_bytes() for each in Path(database).parent.glob("console.sqlite*")
    )

    assert str(own.recipient).encode() in everything
    assert own.seed not in everything
    assert record not in everything
    assert path.stat().st_mode & 0o077 == 0


def test_restored_without_the_folder_it_starts_anew(
    house: House, fake_intake: FakeIntake
) -> None:
    """Lost halves count as destroyed: not published any more, and made anew."""
    lost = house.identities
    for path in (house.config.data / "intake-identities").iterdir():
        path.unlink()
    waiting = house.reporter()

    sync(house)

    published = fake_intake.identities[-1].identities
    assert not set(published) & set(lost.identities)
    assert len(published) == 2  # both reviewers have logged in since
    fake_intake.deposit(waiting.report(), waiting.keys.mailbox)
    assert house.services.sync(by=house.unlocked("Борис")).cases == 1


def test_after_its_grace_the_owners_fetch_destroys_it(house: House) -> None:
    """Overwritten, removed, noted in row and audit; not one second earlier."""
    (old,) = kept(house, "Айгүл")
    path = file_of(house, "Айгүл")
    end = midnight(day_of(house.clock.now())) + LIFETIME + OWN_GRACE
    house.clock.moment = end - timedelta(seconds=1)
    sync(house)
    assert old in files_of(house)
    house.clock.moment = end

    with path.open("rb") as held_open:
        sync(house)
        overwritten = held_open.read()

    assert set(overwritten) == {0}
    assert old not in files_of(house)
    assert old not in kept(house, "Айгүл")
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        kinds = [row.kind for row in connection.execute(tables.audit.select())]
    assert kinds.count(AuditKind.INTAKE_IDENTITY_DESTROYED.value) == 1
    assert house.operations.check_audit()


def test_what_came_is_opened_before_the_key_goes(
    house: House, fake_intake: FakeIntake
) -> None:
    """The last fetch of all opens first, and destroys then."""
    reporter = house.reporter()
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    (old,) = kept(house, "Айгүл")
    house.clock.advance(days=20)

    outcome = house.services.sync(by=house.unlocked("Айгүл"))

    assert outcome.cases == 1
    assert old not in files_of(house)


def test_somebody_elses_fetch_waits_longer(house: House) -> None:
    """An absent owner's key stays for 30 days after its end, and no longer."""
    (absent,) = kept(house, "Борис")
    end = midnight(day_of(house.clock.now())) + LIFETIME + ABSENT_GRACE
    house.clock.moment = end - timedelta(seconds=1)
    sync(house)
    assert absent in files_of(house)
    house.clock.moment = end

    sync(house, "Дана")

    assert absent not in files_of(house)


@pytest.mark.parametrize("step", ["list", "fetch", "acknowledge"])
def test_a_fetch_that_broke_off_destroys_nothing(
    house: House, fake_intake: FakeIntake, step: str
) -> None:
    """What waits at the intake may be sealed to the old identity alone."""
    reporter = house.reporter()
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    (old,) = kept(house, "Айгүл")
    house.clock.advance(days=20)

    def break_off(reached: str) -> None:
        if reached == step:
            raise IntakeUnreachableError("the intake does not answer")

    fake_intake.at = break_off
    with pytest.raises(IntakeUnreachableError):
        sync(house)

    assert old in files_of(house)


def test_a_hostile_intake_delays_it_to_the_longer_grace(
    house: House, fake_intake: FakeIntake
) -> None:
    """It breaks off every fetch; after thirty days that helps it no more."""
    (old,) = kept(house, "Айгүл")
    fake_intake.is_reachable = False
    house.clock.moment = midnight(day_of(house.clock.now())) + LIFETIME + ABSENT_GRACE

    with pytest.raises(IntakeUnreachableError):
        sync(house)

    assert old not in files_of(house)


def test_a_full_disk_destroys_nothing(
    house: House, fake_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What our own disk did not take is still to be opened."""
    reporter = house.reporter()
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    (old,) = kept(house, "Айгүл")
    house.clock.advance(days=20)

    def no_room(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "no space left on device")

    with monkeypatch.context() as full:
        full.setattr(house.adapters.files, "receive", no_room)
        outcome = house.services.sync(by=house.unlocked("Айгүл"))

    assert (outcome.failed, outcome.arrived) == (1, 0)
    assert old in files_of(house)
    sync(house)
    assert old not in files_of(house)


def test_a_hostile_intake_keeps_no_key_alive(
    house: House, fake_intake: FakeIntake
) -> None:
    """A file that never comes whole does not delay the destruction."""
    reporter = house.reporter()
    bad = fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    fake_intake.tampered.add(bad)
    (old,) = kept(house, "Айгүл")
    house.clock.advance(days=20)

    outcome = house.services.sync(by=house.unlocked("Айгүл"))

    assert outcome.failed == 1
    assert old not in files_of(house)


def test_a_kill_leaves_no_half_that_nobody_knows(house: House) -> None:
    """A file without a row goes at the next whole fetch; so does a lost row."""
    folder = house.config.data / "intake-identities"
    orphan = folder / ("a" * 32 + ".2026-12-08.key")
    orphan.write_bytes(bytes(72))
    (folder / ("b" * 32 + ".2026-12-08.key.00.partial")).write_bytes(b"unfinished")
    file_of(house, "Борис").unlink()

    sync(house)
    IdentityFolder(house.config.data, entropy=system_entropy).clear_unfinished()

    assert files_of(house) == set(kept(house, "Айгүл"))
    assert kept(house, "Борис") == []


def test_destroying_twice_is_no_error(house: House) -> None:
    """A kill between file and row repeats the step."""
    folder = IdentityFolder(house.config.data, entropy=system_entropy)
    old = IntakeIdentityId(kept(house, "Айгүл")[0])

    folder.destroy(old)
    folder.destroy(old)

    assert folder.find(old) is None


def test_a_changed_row_puts_off_no_destruction(house: House) -> None:
    """Who writes the database lets no identity live on: the file says when."""
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    (old,) = kept(house, "Айгүл")
    with store.engine.begin() as connection:
        connection.execute(
            update(tables.intake_identities).values(not_after="2099-01-01T00:00:00Z")
        )
    house.clock.moment = midnight(day_of(house.clock.now())) + LIFETIME + OWN_GRACE

    sync(house)

    assert old not in files_of(house)


def test_a_planted_id_destroys_nobody_elses(house: House) -> None:
    """A row whose id is a pattern names no file."""
    folder = IdentityFolder(house.config.data, entropy=system_entropy)
    before = files_of(house)

    for planted in ("*", "..", "../console", "[a-z]*"):
        folder.destroy(IntakeIdentityId(planted))
        assert folder.find(IntakeIdentityId(planted)) is None

    assert files_of(house) == before


def test_a_strange_file_is_none_of_ours(house: House) -> None:
    """What names no day is neither opened nor listed."""
    folder = IdentityFolder(house.config.data, entropy=system_entropy)
    for name in ("x.key", "x.2026-13-01.key", ".key"):
        (house.config.data / "intake-identities" / name).write_bytes(b"")

    assert len(folder.held()) == 2


def test_all_that_somebody_has_can_be_destroyed(house: House) -> None:
    """Whoever leaves leaves nothing to open; nothing of theirs is published."""
    with house.adapters.store.begin() as unit:
        count = identities_of(house).destroy_of(
            unit, house.accounts["Борис"].account.id, by=None
        )

    assert count == 1
    assert files_of(house) == set(kept(house, "Айгүл"))


def test_only_present_members_are_published(house: House) -> None:
    """A row in the database makes nobody somebody to seal to."""
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        connection.execute(
            update(tables.accounts)
            .where(tables.accounts.c.name == "Борис")
            .values(membership=None)
        )

    with store.begin() as unit:
        published = identities_of(house).published(unit, house.directory)

    (only,) = published.identities
    certificate = IdentityCertificate.parse(only.certificate)
    (own,) = identities_of(house).open_all(by=house.unlocked("Айгүл"))
    assert certificate.recipient == own.recipient


def test_who_renews_every_day_does_not_fill_the_list(house: House) -> None:
    """Of each member the newest three are published; all of them still open."""
    for _ in range(9):
        house.clock.advance(days=1)
        assert renew(house, at_once=True)

    with house.adapters.store.begin() as unit:
        published = identities_of(house).published(unit, house.directory)

    begun = [
        IdentityCertificate.parse(each.certificate).not_before
        for each in published.identities
    ]
    today = midnight(day_of(house.clock.now()))
    assert begun[:3] == [today - timedelta(days=days) for days in (2, 1, 0)]
    assert len(begun) == 4
    assert len(identities_of(house).open_all(by=house.unlocked("Айгүл"))) == 10


def test_a_planted_recipient_is_damage(house: House) -> None:
    """A classical recipient in the table is not taken for one of ours."""
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    classical = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    with store.engine.begin() as connection:
        connection.execute(update(tables.intake_identities).values(recipient=classical))

    with store.begin() as unit, pytest.raises(DamagedError):
        unit.intake_identities.kept()


@pytest.fixture
def left_sealed(house: House, fake_intake: FakeIntake) -> Reporter:
    """A report whose identities were destroyed before anybody had fetched it."""
    reporter = house.reporter()
    house.clock.advance(days=50)
    house.add_directory()
    sync(house)
    sync(house, "Борис")
    fake_intake.deposit(reporter.report("Поздно"), reporter.keys.mailbox)
    for name in ("Айгүл", "Борис"):
        assert house.services.sync(by=house.unlocked(name)).waiting == 1
    return reporter


def test_what_nobody_opened_in_time_is_left_to_recovery(
    house: House, left_sealed: Reporter
) -> None:
    """Kept sealed; the recovery identity makes it a case that all members have."""
    assert left_sealed.recipients

    outcomes = house.operations.open_waiting(
        by=house.unlocked("Дана"), recovery=house.recovery
    )

    assert outcomes == (Opened.CASE,)
    for name in ("Айгүл", "Дана"):
        rows = house.services.list_cases(by=house.unlocked(name)).rows
        assert [row.title for row in rows] == ["Поздно"]


def test_another_recovery_identity_opens_nothing(
    house: House, left_sealed: Reporter
) -> None:
    """It waits on, and is not called unreadable."""
    assert left_sealed.recipients
    other = HybridIdentity.generate(system_entropy)

    outcomes = house.operations.open_waiting(by=house.unlocked("Дана"), recovery=other)

    assert outcomes == (Opened.OTHERS,)
    with house.adapters.store.begin() as unit:
        assert len(unit.deposits.in_state(DepositState.WAITING)) == 1


def test_an_offline_page_is_opened_by_the_long_term_key(
    house: House, fake_intake: FakeIntake
) -> None:
    """Sealed to the directory's offline recipients, months later."""
    reporter = house.reporter()
    reporter.recipients = house.directory.offline_recipients(house.clock.now())
    sealed = reporter.report("Из файла")
    house.clock.advance(days=80)
    fake_intake.deposit(sealed, reporter.keys.mailbox)

    assert house.services.sync(by=house.unlocked("Борис")).cases == 1


def test_no_long_term_key_opens_what_a_page_sealed(house: House) -> None:
    """Only an intake identity does, and recovery."""
    sealed = house.reporter().report()
    identities = identities_of(house)
    own = identities.open_all(by=house.unlocked("Айгүл"))

    def opens(*keys: HybridIdentity) -> Callable[[], object]:
        return lambda: OpeningReader(io.BytesIO(sealed), keys).close()

    for name in house.accounts:
        with pytest.raises(NoMatchingIdentityError):
            opens(house.unlocked(name).vault.identity)()
    opens(*own)()
    opens(house.recovery)()
