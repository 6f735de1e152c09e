"""Keys of the organisation, and who belongs to it."""

import pytest
from sqlalchemy import update

from crypto.age import HybridIdentity, seal
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.directory import KeyDirectory, Role, verify_directory
from review_console.domain.account import Role as AccountRole
from review_console.domain.account import Vault
from review_console.domain.errors import (
    DamagedError,
    NotFoundError,
    OrganisationError,
    WeakPassphraseError,
)
from review_console.services.organisation import (
    newest_directory,
    open_organisation_key,
    open_recovery,
    open_root,
)
from review_console.services.store import OrganisationKeyKind
from review_console.storage import tables
from review_console.storage.database import SqlStore
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import NAMES, PASSPHRASE, House, Reporter


def test_the_directory_names_reviewers_and_recovery(plain_house: House) -> None:
    """Coordinators see cases; reports are sealed to reviewers alone."""
    directory = plain_house.directory

    named = {
        role: {each.recipient for each in directory.recipients if each.role is role}
        for role in Role
    }

    accounts = plain_house.accounts
    assert named == {
        Role.REVIEWER: {
            accounts["Айгүл"].account.recipient,
            accounts["Борис"].account.recipient,
        },
        Role.RECOVERY: {plain_house.recovery.recipient},
        Role.OFFLINE: set(),
    }


def test_a_newer_directory_follows_the_last(plain_house: House) -> None:
    """Version, previous and the organisation's id; the old team key stays."""
    first = plain_house.signed_directory
    plain_house.clock.advance(days=30)

    second = plain_house.operations.make_directory(
        root=plain_house.root,
        recovery=plain_house.recovery.recipient,
        names=NAMES,
    )

    old = KeyDirectory.parse(first.directory)
    new = verify_directory(
        second,
        root=plain_house.root.verification_key,
        newest_seen=2,
        now=plain_house.clock.now(),
    )
    assert (new.version, new.previous) == (2, first.sha256)
    assert new.organisation_id == old.organisation_id
    assert new.team == old.team


def test_a_directory_of_another_root_is_refused(plain_house: House) -> None:
    """Whoever writes the database cannot name recipients."""
    other = SigningKey.generate(system_entropy)
    plain_house.operations.make_directory(
        root=other, recovery=plain_house.recovery.recipient, names=NAMES
    )

    with (
        plain_house.adapters.store.begin() as unit,
        pytest.raises(OrganisationError),
    ):
        newest_directory(unit, root=plain_house.config.root_key)


def test_an_expired_directory_still_opens_what_came(
    house: House, fake_intake: FakeIntake
) -> None:
    """It closes the form, not the console."""
    reporter = Reporter(house.directory)
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.clock.advance(days=200)

    assert house.services.sync(by=by).cases == 1


def test_offline_keys_open_with_their_passphrase_alone(plain_house: House) -> None:
    """Root and recovery are files; neither opens as the other."""
    offline = plain_house.operations.offline_keys
    sealed, public = offline.make_root(PASSPHRASE)

    assert open_root(sealed, PASSPHRASE).verification_key == public
    for attempt in (
        lambda: open_root(sealed, "another passphrase, as long"),
        lambda: open_recovery(sealed, PASSPHRASE),
    ):
        with pytest.raises(OrganisationError):
            attempt()
    with pytest.raises(WeakPassphraseError):
        offline.make_recovery("short")


def test_the_organisation_has_its_keys_once(plain_house: House) -> None:
    """A second team key would orphan what the first signed."""
    with pytest.raises(OrganisationError):
        plain_house.operations.make_organisation_keys()


def test_a_name_is_taken_once(plain_house: House) -> None:
    """In any case of its letters."""
    with pytest.raises(OrganisationError):
        plain_house.operations.add_account(
            name="АЙГҮЛ", role=AccountRole.REVIEWER, passphrase=PASSPHRASE
        )


def test_a_planted_organisation_key_is_found(plain_house: House) -> None:
    """Sealed to us by a stranger, it is another key than the one on record."""
    by = plain_house.unlocked("Айгүл")
    stranger = SigningKey.generate(system_entropy)
    store = plain_house.adapters.store
    assert isinstance(store, SqlStore)
    planted = seal(stranger.seed, [by.account.recipient], entropy=system_entropy)
    with store.engine.begin() as connection:
        connection.execute(
            update(tables.organisation_key_grants).values(sealed=planted)
        )

    with store.begin() as unit, pytest.raises(DamagedError):
        open_organisation_key(unit, OrganisationKeyKind.TEAM, by)


def test_a_newcomer_has_nothing_until_admitted(
    house: House, fake_intake: FakeIntake
) -> None:
    """Neither old cases nor new ones; a member hands over both."""
    before, after = Reporter(house.directory), Reporter(house.directory)
    fake_intake.deposit(before.report("Раньше"), before.keys.mailbox)
    member = house.unlocked("Айгүл")
    house.services.sync(by=member)
    house.operations.add_account(
        name="Новичок", role=AccountRole.COORDINATOR, passphrase=PASSPHRASE
    )
    fake_intake.deposit(after.report("Позже"), after.keys.mailbox)
    house.services.sync(by=member)
    newcomer = house.unlocked("Новичок")
    assert house.services.list_cases(by=newcomer).rows == ()
    with pytest.raises(OrganisationError):
        house.services.sync(by=newcomer)

    granted = house.operations.admit_account(name="новичок", by=member)

    rows = house.services.list_cases(by=house.unlocked("Новичок")).rows
    assert granted == 2
    assert [row.title for row in rows] == ["Позже", "Раньше"]
    house.services.sync(by=house.unlocked("Новичок"))
    with pytest.raises(NotFoundError):
        house.operations.admit_account(name="Никто", by=member)


def test_a_swapped_recipient_gets_no_case(
    house: House, fake_intake: FakeIntake
) -> None:
    """Who can write the database cannot have case keys sealed to themselves."""
    thief = HybridIdentity.generate(system_entropy)
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        connection.execute(
            update(tables.accounts)
            .where(tables.accounts.c.name == "Дана")
            .values(recipient=str(thief.recipient))
        )
    reporter = Reporter(house.directory)
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)

    house.services.sync(by=house.unlocked("Айгүл"))

    with store.engine.begin() as connection:
        granted = connection.execute(tables.case_grants.select()).all()
    dana = house.accounts["Дана"].account.id
    assert len(granted) == 3
    assert dana not in {row.account_id for row in granted}


def test_a_planted_case_key_is_found(house: House, fake_intake: FakeIntake) -> None:
    """A grant that opens, but is not this case's key, is damage; the list stays."""
    first, second = Reporter(house.directory), Reporter(house.directory)
    for reporter in (first, second):
        fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    boris = house.unlocked("Борис")
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    planted = seal(bytes(32), [boris.account.recipient], entropy=system_entropy)
    case_id = house.services.list_cases(by=by).rows[0].id
    with store.engine.begin() as connection:
        connection.execute(
            update(tables.case_grants)
            .where(
                tables.case_grants.c.account_id == str(boris.id),
                tables.case_grants.c.case_id == str(case_id),
            )
            .values(sealed=planted)
        )

    found = house.services.list_cases(by=boris)

    assert (len(found.rows), len(found.damaged)) == (1, 1)
    with pytest.raises(DamagedError):
        house.services.show_case(case_id, by=boris)


def test_a_grant_moves_under_the_vault_key(
    house: House, fake_intake: FakeIntake
) -> None:
    """The second time a case opens without the hybrid identity."""
    reporter = Reporter(house.directory)
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Айгүл"))
    by = house.unlocked("Борис")
    first = house.services.list_cases(by=by).rows

    with house.adapters.store.begin() as unit:
        _, grant = unit.cases.load(first[0].id, visible_to=by.id)

    assert grant.sealed is None
    assert house.services.list_cases(by=by).rows == first


def test_a_vault_of_another_version_is_damage() -> None:
    """Never read as if it were ours."""
    vault = Vault.generate(system_entropy).to_bytes()

    for bad in (b"", vault[:-1], vault + b"\0", b"x" + vault[1:]):
        with pytest.raises(DamagedError):
            Vault.parse(bad)
    assert Vault.parse(vault).to_bytes() == vault
