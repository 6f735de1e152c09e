"""Keys of the organisation, and who belongs to it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from crypto.age import HybridIdentity, seal
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.day import day_of
from protocol.directory import (
    KeyDirectory,
    TeamKey,
    sign_directory,
    verify_directory,
)
from protocol.mailbox import OrganisationId
from review_console.domain.account import Role as AccountRole
from review_console.domain.account import Vault
from review_console.domain.errors import (
    DamagedError,
    NotFoundError,
    OrganisationError,
)
from review_console.domain.membership import sign_membership
from review_console.services.organisation import (
    newest_directory,
    open_organisation_key,
)
from review_console.services.store import OrganisationKeyKind
from review_console.storage import tables
from review_console.storage.database import SqlStore
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import (
    NAMES,
    PASSPHRASE,
    REVIEWERS,
    House,
    build_house,
)


def test_the_directory_names_reviewers_and_recovery(plain_house: House) -> None:
    """Coordinators see cases; reports are sealed to reviewers alone."""
    directory = plain_house.directory
    reviewers = [plain_house.accounts[name].account for name in REVIEWERS]

    assert [each.key for each in directory.reviewers] == [
        each.signing_key for each in reviewers
    ]
    now = plain_house.clock.now()
    assert directory.recovery_recipients(now) == (plain_house.recovery.recipient,)
    later = now + timedelta(days=360)
    assert directory.offline_recipients(later) == tuple(
        each.recipient for each in reviewers
    )


def test_a_newer_directory_follows_the_last(plain_house: House) -> None:
    """Version, previous, names and the organisation's id; the old team key stays."""
    first = plain_house.signed_directory
    plain_house.clock.advance(days=30)

    second = plain_house.add_directory()

    old = KeyDirectory.parse(first.directory)
    new = verify_directory(
        second,
        root=plain_house.root.verification_key,
        newest_seen=2,
        now=plain_house.clock.now(),
    )
    assert (new.version, new.previous) == (2, first.sha256)
    assert new.organisation_id == old.organisation_id
    assert new.organisation == old.organisation
    assert new.team == old.team


def test_offline_pages_seal_for_a_year(plain_house: House) -> None:
    """Whom they seal to, and the recovery recipient, outlive the directory."""
    draft = plain_house.operations.draft_directory(
        organisation=plain_house.organisation
    )
    last_day = plain_house.clock.now() + timedelta(days=364)

    assert draft.offline_recipients(last_day)
    assert draft.recovery_recipients(last_day)


def test_a_directory_of_another_root_is_refused(plain_house: House) -> None:
    """Neither brought by the operator, nor written into the database by anybody."""
    other = SigningKey.generate(system_entropy)
    draft = plain_house.operations.draft_directory(
        organisation=plain_house.organisation
    )
    signed = sign_directory(draft, other)

    with pytest.raises(OrganisationError, match="the pinned root did not sign"):
        plain_house.operations.add_directory(signed)

    with plain_house.adapters.store.begin() as unit:
        unit.directories.add(draft.version, signed)
        with pytest.raises(OrganisationError):
            newest_directory(unit, root=plain_house.config.root_key)


def test_a_root_that_takes_over_is_accepted_with_the_old_ones_word(
    plain_house: House,
) -> None:
    """Signed by the new root, cross-signed by the pinned one; and kept with both."""
    new_root = SigningKey.generate(system_entropy)
    draft = plain_house.operations.draft_directory(
        organisation=plain_house.organisation
    )

    plain_house.operations.add_directory(
        sign_directory(draft, new_root, cross_root=plain_house.root)
    )

    with plain_house.adapters.store.begin() as unit:
        for root in (plain_house.config.root_key, new_root.verification_key):
            assert newest_directory(unit, root=root).version == 2


@pytest.mark.parametrize("version", [1, 2])
def test_a_directory_that_is_not_newer_is_refused(
    plain_house: House, version: int
) -> None:
    """An old one would bring a removed reviewer back, the same one nothing new."""
    first = plain_house.signed_directory
    second = plain_house.add_directory()

    with pytest.raises(OrganisationError, match="not newer"):
        plain_house.operations.add_directory({1: first, 2: second}[version])


def test_a_directory_that_was_drafted_elsewhere_is_refused(
    plain_house: House,
) -> None:
    """Of another organisation, after another directory, without our team key."""
    now = plain_house.clock.now()
    draft = plain_house.operations.draft_directory(
        organisation=plain_house.organisation
    )
    stranger = TeamKey(
        key=SigningKey.generate(system_entropy).verification_key,
        not_before=day_of(now),
        not_after=day_of(now + timedelta(days=300)),
    )
    other_id = OrganisationId(system_entropy(32))

    for changed, told in (
        (replace(draft, organisation_id=other_id), "another organisation"),
        (replace(draft, previous="0" * 64), "does not follow"),
        (replace(draft, team=(*draft.team, stranger)), "present key"),
    ):
        with pytest.raises(OrganisationError, match=told):
            plain_house.operations.add_directory(
                sign_directory(changed, plain_house.root)
            )


def test_a_draft_for_another_organisation_is_not_written(plain_house: House) -> None:
    """The wrong organisation.json would make codenames point nowhere."""
    other = replace(
        plain_house.organisation, organisation_id=OrganisationId(system_entropy(32))
    )

    with pytest.raises(OrganisationError, match="another organisation"):
        plain_house.operations.draft_directory(organisation=other)


def test_a_draft_believes_no_planted_team(plain_house: House) -> None:
    """Who writes the database gets neither key nor reviewer before the root."""
    planted = SigningKey.generate(system_entropy)
    store = plain_house.adapters.store
    assert isinstance(store, SqlStore)
    thief = plain_house.operations.add_account(
        name="Вор", role=AccountRole.REVIEWER, passphrase=PASSPHRASE
    ).account
    with store.begin() as unit:
        unit.accounts.save_membership(thief.id, sign_membership(thief, planted))
    draft = plain_house.operations.draft_directory
    keys = [each.key for each in draft(organisation=plain_house.organisation).reviewers]
    assert thief.signing_key not in keys

    with store.engine.begin() as connection:
        connection.execute(
            update(tables.organisation_keys)
            .where(tables.organisation_keys.c.kind == OrganisationKeyKind.TEAM.value)
            .values(public_key=str(planted.verification_key))
        )

    with pytest.raises(OrganisationError, match="another team key"):
        draft(organisation=plain_house.organisation)


def test_a_draft_does_not_follow_a_planted_directory(plain_house: House) -> None:
    """A directory that the pinned root did not sign is no basis for the next."""
    other = SigningKey.generate(system_entropy)
    draft = plain_house.operations.draft_directory(
        organisation=plain_house.organisation
    )
    with plain_house.adapters.store.begin() as unit:
        unit.directories.add(draft.version, sign_directory(draft, other))

    with pytest.raises(OrganisationError):
        plain_house.operations.draft_directory(organisation=plain_house.organisation)


def test_a_draft_needs_somebody_who_reads(tmp_path: Path) -> None:
    """No team key, no reviewer, no name: each is told with its mend."""
    house = build_house(tmp_path)
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        connection.execute(tables.directories.delete())
    with pytest.raises(OrganisationError, match="--name-kk"):
        house.operations.draft_directory(organisation=house.organisation)
    with store.engine.begin() as connection:
        connection.execute(update(tables.accounts).values(membership=None))
    with pytest.raises(OrganisationError, match="no reviewer is a member"):
        house.operations.draft_directory(organisation=house.organisation, names=NAMES)


def test_an_expired_directory_still_opens_what_came(
    house: House, fake_intake: FakeIntake
) -> None:
    """It closes the form, not the console."""
    reporter = house.reporter()
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.clock.advance(days=200)

    assert house.services.sync(by=by).cases == 1


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
    before, after = house.reporter(), house.reporter()
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
    reporter = house.reporter()
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)

    house.services.sync(by=house.unlocked("Айгүл"))

    with store.engine.begin() as connection:
        granted = connection.execute(tables.case_grants.select()).all()
    dana = house.accounts["Дана"].account.id
    assert len(granted) == 3
    assert dana not in {row.account_id for row in granted}


def test_a_planted_case_key_is_found(house: House, fake_intake: FakeIntake) -> None:
    """A grant that opens, but is not this case's key, is damage; the list stays."""
    first, second = house.reporter(), house.reporter()
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
    reporter = house.reporter()
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
