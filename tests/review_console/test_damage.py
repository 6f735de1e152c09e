"""Our own disk and database, changed behind our back: found, told, survivable."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, update

from crypto.entropy import system_entropy
from crypto.records import RecordKey
from protocol.sync import DepositId
from review_console.domain.content import Place, decrypt_field, encrypt_field
from review_console.domain.errors import (
    DamagedError,
    NotFoundError,
    OrganisationError,
    ReferralError,
)
from review_console.domain.ids import AccountId, CaseId
from review_console.storage import schema, tables
from review_console.storage.database import SqlStore, make_engine
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import House
from tests.review_console.test_referrals import approve, open_case, propose


def store_of(house: House) -> SqlStore:
    """Reach the database as its host does."""
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    return store


def payload_of(house: House) -> Path:
    """Find the only sealed file."""
    (payload,) = (house.config.data / "sealed").glob("*.payload")
    return payload


def flip(path: Path) -> None:
    """Change one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def test_a_changed_attachment_is_not_handed_out(
    house: House, fake_intake: FakeIntake
) -> None:
    """Not one changed byte reaches the reader."""
    by = house.unlocked("Айгүл")
    case_id = open_case(house, fake_intake)
    message = house.services.show_case(case_id, by=by).thread[0].message
    assert message is not None
    flip(payload_of(house))
    found = house.services.open_attachment.find(case_id, message, 0, by=by)

    def read_all() -> None:
        with house.services.open_attachment.stream(found) as stream:
            while stream.read(4_096):
                pass

    with pytest.raises(DamagedError):
        read_all()


def test_changed_evidence_does_not_leave(house: House, fake_intake: FakeIntake) -> None:
    """Approved, then changed on disk: no package is kept."""
    referral_id = propose(house, open_case(house, fake_intake))
    approve(house, referral_id)
    flip(payload_of(house))

    with pytest.raises(DamagedError):
        house.services.export_referral(referral_id, by=house.unlocked("Дана"))

    assert not list((house.config.data / "packages").iterdir())


def test_evidence_that_was_swapped_is_not_approved(
    house: House, fake_intake: FakeIntake
) -> None:
    """The manifest is measured again before anybody signs it."""
    referral_id = propose(house, open_case(house, fake_intake))
    with store_of(house).engine.begin() as connection:
        connection.execute(update(tables.referrals).values(manifest_sha256="0" * 64))

    with pytest.raises(ReferralError) as error:
        approve(house, referral_id)

    assert error.value.reason == "bytes_changed"


def test_a_changed_referral_hides_no_list(
    house: House, fake_intake: FakeIntake
) -> None:
    """The case and what else waits are shown; the referral's page is an error."""
    case_id = open_case(house, fake_intake)
    bad, good = propose(house, case_id), propose(house, case_id)
    with store_of(house).engine.begin() as connection:
        connection.execute(
            update(tables.referrals)
            .where(tables.referrals.c.id == str(bad))
            .values(sealed_content=b"x" * 80)
        )
    dana = house.unlocked("Дана")

    waiting = house.services.proposed_referrals(by=dana)
    listed = house.services.case_referrals(case_id, by=dana)

    assert [row.referral.id for row in waiting] == [good]
    assert [row.referral.id for row in listed] == [good]
    with pytest.raises(DamagedError):
        house.services.show_referral(bad, by=dana)


def test_an_empty_grant_is_damage(house: House, fake_intake: FakeIntake) -> None:
    """Neither an empty page nor a crash; so is one that does not open."""
    case_id = open_case(house, fake_intake)
    by = house.unlocked("Борис")
    grants = update(tables.case_grants).where(
        tables.case_grants.c.account_id == str(by.id)
    )

    for values in (
        {"sealed": None, "under_vault": None},
        {"sealed": b"junk", "under_vault": None},
        {"sealed": None, "under_vault": b"x" * 80},
    ):
        with store_of(house).engine.begin() as connection:
            connection.execute(grants.values(**values))
        with pytest.raises(DamagedError):
            house.services.show_case(case_id, by=by)


def test_what_cannot_be_filed_yet_waits(house: House, fake_intake: FakeIntake) -> None:
    """A message to a case that this member has not is left for those who have."""
    reporter = house.reporter()
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Айгүл"))
    boris = house.unlocked("Борис")
    with store_of(house).engine.begin() as connection:
        connection.execute(
            tables.case_grants.delete().where(
                tables.case_grants.c.account_id == str(boris.id)
            )
        )
    fake_intake.deposit(reporter.message("Ещё."), reporter.keys.mailbox)

    assert house.services.sync(by=boris).waiting == 1
    assert house.services.sync(by=house.unlocked("Айгүл")).messages == 1


def test_a_header_that_was_left_waits_for_who_has_the_case(
    house: House, fake_intake: FakeIntake
) -> None:
    """Others pass it by without an error."""
    open_case(house, fake_intake)
    boris = house.unlocked("Борис")
    with store_of(house).engine.begin() as connection:
        connection.execute(update(tables.deposits).values(narrowed=False))
        connection.execute(
            tables.case_grants.delete().where(
                tables.case_grants.c.account_id == str(boris.id)
            )
        )

    house.services.sync(by=boris)
    with house.adapters.store.begin() as unit:
        assert len(unit.deposits.unnarrowed()) == 1
    house.services.sync(by=house.unlocked("Айгүл"))
    with house.adapters.store.begin() as unit:
        assert unit.deposits.unnarrowed() == ()


def test_an_organisation_without_a_directory_opens_nothing(
    house: House, fake_intake: FakeIntake
) -> None:
    """It says what is missing; what arrived stays."""
    reporter = house.reporter()
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    with store_of(house).engine.begin() as connection:
        connection.execute(tables.directories.delete())

    with pytest.raises(OrganisationError):
        house.services.sync(by=house.unlocked("Айгүл"))

    with house.adapters.store.begin() as unit:
        assert unit.directories.newest() is None
        assert unit.directories.unpublished() is None
    assert len(fake_intake.sealed) == 1


def test_rows_that_are_not_there(house: House) -> None:
    """Missing is an error of its own, in every kind of row."""
    account_id = house.accounts["Айгүл"].account.id
    with house.adapters.store.begin() as unit:
        assert unit.deposits.find(DepositId.generate(system_entropy)) is None
        with pytest.raises(NotFoundError):
            unit.cases.load(CaseId.generate(system_entropy), visible_to=account_id)
        with pytest.raises(NotFoundError):
            unit.accounts.load(AccountId.generate(system_entropy))


def test_a_field_knows_its_place() -> None:
    """Table, row and column are bound; no part may run into the next."""
    key = RecordKey.generate(system_entropy)
    place = Place("a", "b", "c")
    record = encrypt_field(key, place, b"x", entropy=system_entropy)

    assert decrypt_field(key, place, record) == b"x"
    for other in (Place("x", "b", "c"), Place("a", "x", "c"), Place("a", "b", "x")):
        with pytest.raises(DamagedError):
            decrypt_field(key, other, record)
    with pytest.raises(ValueError, match="NUL"):
        _ = Place("a\0b", "c", "d").associated_data


def test_the_first_migration_goes_back(tmp_path: Path) -> None:
    """Down leaves no table of ours."""
    engine = make_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    schema.upgrade(engine)
    config = schema._alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
