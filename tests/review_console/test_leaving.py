"""People join, leave, and lose what opened their keys; cases outlive all of it."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from crypto.age import seal
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.directory import (
    KeyDirectory,
    SignedDirectory,
    report_recipients,
    sign_directory,
)
from protocol.reply import CaseState
from review_console.domain.account import Role, Unlocked
from review_console.domain.case import OpenCase
from review_console.domain.errors import (
    DamagedError,
    LoginRefusedError,
    NotFoundError,
    OrganisationError,
    SessionEndedError,
)
from review_console.domain.ids import CaseId
from review_console.domain.membership import sign_membership
from review_console.domain.referral import ReferralState
from review_console.services.caretaking import _needs
from review_console.services.key_holders import MemberKeys
from review_console.services.organisation import (
    members_of,
    open_organisation_key,
)
from review_console.services.store import OrganisationKeyKind
from review_console.services.team_keys import endorse_next_team_key, present_team_key
from review_console.storage import tables
from review_console.storage.database import SqlStore
from tests.review_console.fake_intake import FakeIntake, Killed
from tests.review_console.people import PASSPHRASE, House, Reporter
from tests.review_console.test_referrals import approve, open_case, propose

TEAM, NEXT_TEAM, SYNC = (
    OrganisationKeyKind.TEAM,
    OrganisationKeyKind.NEXT_TEAM,
    OrganisationKeyKind.SYNC,
)


def report(house: House, fake_intake: FakeIntake, text: str, by: str) -> Reporter:
    """Let a report come and be opened by somebody."""
    opener = house.unlocked(by)
    reporter = Reporter(
        directory=house.directory,
        recipients=report_recipients(
            house.directory,
            house.operations.hand_over_identities(by=[opener]),
            house.clock.now(),
        ),
    )
    fake_intake.deposit(reporter.report(text), reporter.keys.mailbox)
    house.services.sync(by=opener)
    return reporter


def titles(house: House, by: Unlocked) -> list[str]:
    """List what somebody sees."""
    found = house.services.list_cases(by=by)
    assert found.damaged == ()
    return sorted(row.title for row in found.rows)


def only_case(house: House, by: Unlocked) -> CaseId:
    """Name the one case that there is."""
    (row,) = house.services.list_cases(by=by).rows
    return row.id


def engine_of(house: House) -> SqlStore:
    """Reach the database as its host does."""
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    return store


def audit_kinds(house: House) -> list[str]:
    """List what was recorded."""
    with engine_of(house).engine.begin() as connection:
        query = select(tables.audit.c.kind).order_by(tables.audit.c.sequence)
        return list(connection.execute(query).scalars())


def test_a_newcomer_gets_the_rest_from_others(
    house: House, fake_intake: FakeIntake
) -> None:
    """Who admits gives what they have; the next log-in of a colleague the rest."""
    report(house, fake_intake, "Первый", "Айгүл")
    report(house, fake_intake, "Второй", "Айгүл")
    dana = house.unlocked("Дана")
    first = next(
        row.id
        for row in house.services.list_cases(by=dana).rows
        if row.title == "Первый"
    )
    with house.adapters.store.begin() as unit:
        unit.cases.revoke(first, dana.id)
    house.operations.add_account(
        name="Новичок", role=Role.REVIEWER, passphrase=PASSPHRASE
    )

    assert house.operations.admit_account(name="Новичок", by=dana) == 1

    newcomer = house.unlocked("Новичок")
    assert titles(house, newcomer) == ["Второй"]
    house.services.care_later(by=house.unlocked("Борис"))
    assert titles(house, newcomer) == ["Второй", "Первый"]
    assert titles(house, dana) == ["Второй", "Первый"]
    assert audit_kinds(house).count("case_granted") == 2
    assert house.operations.check_audit()


def test_whoever_was_not_admitted_is_given_nothing(
    house: House, fake_intake: FakeIntake
) -> None:
    """A row in the database, even with a stranger's signature, is no member."""
    report(house, fake_intake, "Пара", "Айгүл")
    made = house.operations.add_account(
        name="Чужой", role=Role.REVIEWER, passphrase=PASSPHRASE
    )
    forged = sign_membership(made.account, SigningKey.generate(system_entropy))
    with house.adapters.store.begin() as unit:
        unit.accounts.save_membership(made.account.id, forged)

    house.services.care_later(by=house.unlocked("Айгүл"))

    assert titles(house, house.unlocked("Чужой")) == []
    house.services.care_later(by=house.unlocked("Чужой"))  # breaks nothing


def test_the_new_reviewer_stands_in_the_next_directory(house: House) -> None:
    """By the key that certifies their identities."""
    made = house.operations.add_account(
        name="Новичок", role=Role.REVIEWER, passphrase=PASSPHRASE
    )
    house.operations.admit_account(name="Новичок", by=house.unlocked("Айгүл"))

    house.add_directory()

    named = {each.key for each in house.directory.reviewers}
    assert made.account.signing_key in named
    assert len(named) == 3


def test_who_leaves_is_out_at_once(house: House, fake_intake: FakeIntake) -> None:
    """No log-in, no session, no vault, no copy of any key; the rest work on."""
    report(house, fake_intake, "Пара", "Айгүл")
    house.clock.advance(minutes=1)
    ticket = house.services.log_in(
        name="Борис", passphrase=PASSPHRASE, code=house.code("Борис")
    )
    boris = house.services.resume_session(ticket)
    assert titles(house, boris) == ["Пара"]
    identity_files = house.config.data / "intake-identities"
    before = len(list(identity_files.iterdir()))

    left = house.operations.remove_account(name="борис", by=house.unlocked("Дана"))

    assert (left.rekeyed, left.stale, left.is_reviewer_left) == (1, 0, True)
    with pytest.raises(SessionEndedError):
        house.services.resume_session(ticket)
    with pytest.raises(LoginRefusedError):
        house.unlocked("Борис")
    with pytest.raises(NotFoundError):
        house.services.show_case(only_case(house, house.unlocked("Дана")), by=boris)
    with engine_of(house).engine.begin() as connection:
        row = connection.execute(
            select(tables.accounts).where(tables.accounts.c.name == "Борис")
        ).one()
        assert (row.sealed_vault, row.membership) == (b"", None)
        for table in (tables.case_grants, tables.organisation_key_grants):
            query = select(table).where(table.c.account_id == str(boris.id))
            assert connection.execute(query).all() == []
    assert len(list(identity_files.iterdir())) == before - 1
    for name in ("Айгүл", "Дана", "Ержан"):
        assert titles(house, house.unlocked(name)) == ["Пара"]
    assert {"account_closed", "team_key_replaced", "sync_key_replaced"} <= {
        *audit_kinds(house)
    }
    assert house.operations.check_audit()


def test_the_old_case_key_opens_nothing_more(
    house: House, fake_intake: FakeIntake
) -> None:
    """Every field is under the new key: titles, facts, reports, replies."""
    report(house, fake_intake, "Пара", "Айгүл")
    aigul, boris = house.unlocked("Айгүл"), house.unlocked("Борис")
    case_id = only_case(house, aigul)
    house.answer(case_id, text="Рахмет", state=CaseState.UNDER_REVIEW, by=aigul)
    with house.adapters.store.begin() as unit:
        keys = house.services.show_case.case_keys
        old = keys.load(unit, case_id, by=boris)

    house.operations.remove_account(name="Борис", by=aigul)

    with house.adapters.store.begin() as unit:
        new = keys.load(unit, case_id, by=aigul)
        messages = unit.messages.of_case(case_id)
        replies = unit.replies.of_case(case_id)
    assert new.key.raw != old.key.raw
    stolen = OpenCase(case=new.case, key=old.key)
    records = [
        ("cases", str(case_id), "title", new.case.sealed_title),
        ("cases", str(case_id), "facts", new.case.sealed_facts),
        *(
            ("messages", str(each.id), column, record)
            for each in messages
            for column, record in (
                ("report", each.sealed_report),
                ("verified", each.sealed_verified),
                ("file_key", each.sealed_file_key),
            )
        ),
        *(
            ("replies", str(each.id), column, record)
            for each in replies
            for column, record in (
                ("text", each.sealed_text),
                ("state", each.sealed_state),
            )
        ),
    ]
    assert len(records) == 2 + 3 + 2 * 2
    for table, row, column, record in records:
        assert new.decrypt(table, row, column, record)
        with pytest.raises(DamagedError):
            stolen.decrypt(table, row, column, record)
    page = house.services.show_case(case_id, by=house.unlocked("Ержан"))
    assert [entry.text for entry in page.thread][-1] == "Рахмет"


def test_the_next_team_key_counts_when_the_root_names_it(
    house: House, fake_intake: FakeIntake
) -> None:
    """Until then the present key signs and says who is a member; then the new one."""
    house.operations.remove_account(name="Борис", by=house.unlocked("Айгүл"))
    before = house.directory.team[-1].key
    fake_intake.sync_key = house.operations.replace_keys(by=house.unlocked("Дана")).sync  # type: ignore[assignment]  # there is one

    reporter = report(house, fake_intake, "Между", "Айгүл")
    house.add_directory()
    report(house, fake_intake, "После", "Айгүл")

    directory = house.directory
    assert present_team_key(directory) != before
    assert [each.key for each in directory.team[:-1]] == [before]
    with house.adapters.store.begin() as unit:
        members = members_of(unit, directory)
        assert unit.organisation_keys.find(TEAM) == present_team_key(directory)
        assert unit.organisation_keys.find(NEXT_TEAM) is None
    assert {each.name for each in members} == {"Айгүл", "Дана", "Ержан"}
    assert house.accounts["Борис"].account.signing_key not in {
        each.key for each in directory.reviewers
    }
    # What the old key signed in between still verifies, for the reporter.
    day = house.clock.now().date()
    assert directory.team[0].not_before <= day <= directory.team[0].not_after
    for name in ("Айгүл", "Дана", "Ержан"):
        assert titles(house, house.unlocked(name)) == ["Между", "После"]
    assert reporter.directory.organisation_id == directory.organisation_id


def test_a_leaver_who_restores_their_row_is_no_member_under_the_new_directory(
    house: House,
) -> None:
    """Whoever can write the database and keeps the old team key gets no new case."""
    boris = house.unlocked("Борис")
    with house.adapters.store.begin() as unit:
        old_team_key = open_organisation_key(unit, TEAM, boris)
    house.operations.remove_account(name="Борис", by=house.unlocked("Айгүл"))
    house.add_directory()
    restored = replace(boris.account, closed_on=None)
    membership = sign_membership(restored, old_team_key)
    with engine_of(house).engine.begin() as connection:
        connection.execute(
            update(tables.accounts)
            .where(tables.accounts.c.id == str(boris.id))
            .values(
                closed_on=None,
                membership=membership,
                sealed_vault=boris.account.sealed_vault,
            )
        )

    with house.adapters.store.begin() as unit:
        members = members_of(unit, house.directory)

    assert "Борис" not in {each.name for each in members}


@pytest.mark.parametrize("killed_at", ["team", "sync", "identities", "case"])
def test_a_removal_that_was_killed_goes_on(
    house: House, fake_intake: FakeIntake, killed_at: str
) -> None:
    """The same command ends it, whatever was done before the kill."""
    report(house, fake_intake, "Первый", "Айгүл")
    report(house, fake_intake, "Второй", "Айгүл")
    by = house.unlocked("Дана")
    remove = house.operations.remove_account

    def killing(*_: object, **__: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        where: tuple[type, str] = {
            "team": (type(remove.replace_keys), "_replace_team_key"),
            "sync": (type(remove.replace_keys), "_replace_sync_key"),
            "identities": (type(remove.identities), "destroy_of"),
            "case": (type(remove.take_care), "_care_for"),
        }[killed_at]
        patch.setattr(*where, killing)
        with pytest.raises(Killed):
            remove(name="Борис", by=by)
    with pytest.raises(LoginRefusedError):
        house.unlocked("Борис")  # out, at the very first step

    left = remove(name="Борис", by=by)

    assert (left.rekeyed, left.stale) == (2, 0)
    kinds = audit_kinds(house)
    for once in ("account_closed", "team_key_replaced", "sync_key_replaced"):
        assert kinds.count(once) == 1
    for name in ("Айгүл", "Дана", "Ержан"):
        assert titles(house, house.unlocked(name)) == ["Второй", "Первый"]


def test_cases_of_others_get_their_key_from_others(
    house: House, fake_intake: FakeIntake
) -> None:
    """What the one who removes cannot open waits for a colleague's log-in."""
    report(house, fake_intake, "Пара", "Айгүл")
    dana, case_id = house.unlocked("Дана"), only_case_of(house)
    with house.adapters.store.begin() as unit:
        unit.cases.revoke(case_id, dana.id)

    left = house.operations.remove_account(name="Борис", by=dana)

    assert (left.rekeyed, left.stale) == (0, 1)
    house.services.care_later(by=house.unlocked("Ержан"))
    with house.adapters.store.begin() as unit:
        assert unit.cases.stale() == ()
    assert titles(house, house.unlocked("Дана")) == ["Пара"]


def only_case_of(house: House) -> CaseId:
    """Name the one case without asking whose it is."""
    with house.adapters.store.begin() as unit:
        (case_id,) = unit.cases.all()
    return case_id


def test_a_case_is_not_given_up_by_accident(
    house: House, fake_intake: FakeIntake
) -> None:
    """Held by who leaves alone, without a copy for recovery: only when asked for."""
    report(house, fake_intake, "Пара", "Борис")
    case_id = only_case_of(house)
    by = house.unlocked("Дана")
    with house.adapters.store.begin() as unit:
        for name in ("Айгүл", "Дана", "Ержан"):
            unit.cases.revoke(case_id, house.accounts[name].account.id)
        unit.recovery_grants.remove(case_id)

    with pytest.raises(OrganisationError, match="Борис alone"):
        house.operations.remove_account(name="Борис", by=by)

    assert titles(house, house.unlocked("Борис")) == ["Пара"]  # nothing was done
    house.services.care_later(by=house.unlocked("Борис"))
    assert house.operations.remove_account(name="Борис", by=by).rekeyed == 1


def test_with_a_copy_for_recovery_a_lonely_case_can_be_shared(
    house: House, fake_intake: FakeIntake
) -> None:
    """The recovery identity gives it a new key, and hands it to the members."""
    report(house, fake_intake, "Пара", "Борис")
    case_id = only_case_of(house)
    with house.adapters.store.begin() as unit:
        for name in ("Айгүл", "Дана", "Ержан"):
            unit.cases.revoke(case_id, house.accounts[name].account.id)
    left = house.operations.remove_account(name="Борис", by=house.unlocked("Дана"))
    assert left.stale == 1

    care = house.operations.share_cases(recovery=house.recovery)

    assert (care.granted, care.rekeyed, care.left) == (3, 1, 0)
    assert titles(house, house.unlocked("Ержан")) == ["Пара"]


def test_nobody_takes_themselves_out(house: House) -> None:
    """Nor a stranger anybody; nor is a name guessed."""
    by = house.unlocked("Дана")
    house.operations.add_account(
        name="Чужой", role=Role.COORDINATOR, passphrase=PASSPHRASE
    )

    with pytest.raises(OrganisationError, match="themselves"):
        house.operations.remove_account(name="Дана", by=by)
    with pytest.raises(NotFoundError):
        house.operations.remove_account(name="Никто", by=by)
    with pytest.raises(OrganisationError):
        house.operations.remove_account(name="Дана", by=house.unlocked("Чужой"))


def test_care_that_was_begun_before_somebody_left_gives_them_nothing(
    house: House, fake_intake: FakeIntake
) -> None:
    """Members are asked for in the transaction that gives, not in the one before."""
    report(house, fake_intake, "Пара", "Айгүл")
    dana, boris = house.unlocked("Дана"), house.unlocked("Борис")
    case_id = only_case_of(house)
    with house.adapters.store.begin() as unit:
        unit.cases.revoke(case_id, boris.id)
    take_care = house.services.care_later.take_care
    with house.adapters.store.begin() as unit:
        needs = _needs(unit, house.directory)
    assert case_id in needs.cases

    house.operations.remove_account(name="Борис", by=dana)
    keys = MemberKeys(by=dana, case_keys=take_care.case_keys)
    with house.adapters.store.begin() as unit:
        take_care._care_for(unit, keys, case_id, needs)
        holders = unit.cases.holders(case_id)

    assert boris.id not in holders


def test_a_second_leaver_does_not_keep_the_next_team_key(house: House) -> None:
    """Two leave before a directory was signed: the key both knew is never used."""
    by = house.unlocked("Айгүл")
    first = house.operations.remove_account(name="Борис", by=by).keys
    second = house.operations.remove_account(name="Дана", by=by).keys

    assert first.next_team != second.next_team
    assert first.sync != second.sync
    house.add_directory()
    assert present_team_key(house.directory) == second.next_team


def test_a_directory_that_was_drafted_before_somebody_left_is_refused(
    house: House,
) -> None:
    """Its team key is one that the second leaver knows."""
    by = house.unlocked("Айгүл")
    house.operations.remove_account(name="Борис", by=by)
    draft = house.operations.draft_directory(organisation=house.organisation)
    house.operations.remove_account(name="Дана", by=by)

    signed = sign(draft, house)

    with pytest.raises(OrganisationError, match="draft it on this console"):
        house.operations.add_directory(signed)


def sign(draft: KeyDirectory, house: House) -> SignedDirectory:
    """Sign a draft with the root."""
    return sign_directory(draft, house.root)


def test_a_planted_next_team_key_is_never_drafted(house: House) -> None:
    """Whoever writes the database has no team of their own signed by the root."""
    stranger = SigningKey.generate(system_entropy)
    with house.adapters.store.begin() as unit:
        unit.organisation_keys.add(
            NEXT_TEAM,
            stranger.verification_key,
            endorsement=endorse_next_team_key(stranger.verification_key, stranger),
        )
        for made in house.accounts.values():
            sealed = seal(
                stranger.seed, [made.account.recipient], entropy=system_entropy
            )
            unit.organisation_keys.save_grant(NEXT_TEAM, made.account.id, sealed)
            membership = sign_membership(made.account, stranger)
            unit.accounts.save_next_membership(made.account.id, membership)

    with pytest.raises(OrganisationError, match="not signed by the present one"):
        house.add_directory()

    # Nor does it stand in the way of a sound one, when somebody leaves.
    left = house.operations.remove_account(name="Борис", by=house.unlocked("Дана"))
    house.add_directory()
    assert present_team_key(house.directory) == left.keys.next_team
    assert left.keys.next_team != stranger.verification_key


def test_a_planted_team_key_makes_no_next_one(house: House) -> None:
    """The present key is the directory's, not the database's."""
    stranger = SigningKey.generate(system_entropy)
    dana = house.unlocked("Дана")
    with house.adapters.store.begin() as unit:
        unit.organisation_keys.remove(TEAM)
        unit.organisation_keys.add(TEAM, stranger.verification_key)
        sealed = seal(stranger.seed, [dana.account.recipient], entropy=system_entropy)
        unit.organisation_keys.save_grant(TEAM, dana.id, sealed)

    house.operations.replace_keys.mark(TEAM, by=dana)
    with pytest.raises(OrganisationError, match="another team key"):
        house.operations.replace_keys(by=dana)


def test_a_referral_that_was_approved_leaves_after_a_new_key(
    house: House, fake_intake: FakeIntake
) -> None:
    """Its content and its manifest are encrypted anew; the approval still holds."""
    case_id = open_case(house, fake_intake)
    referral_id = propose(house, case_id)
    approve(house, referral_id)
    aigul = house.unlocked("Айгүл")
    with house.adapters.store.begin() as unit:
        before = unit.referrals.load(referral_id, visible_to=aigul.id)

    house.operations.remove_account(name="Борис", by=house.unlocked("Ержан"))
    house.services.export_referral(referral_id, by=aigul)

    with house.adapters.store.begin() as unit:
        after = unit.referrals.load(referral_id, visible_to=aigul.id)
    assert after.state is ReferralState.EXPORTED
    assert after.sealed_content != before.sealed_content
    assert after.sealed_manifest != before.sealed_manifest


def test_a_new_key_goes_to_no_stranger_who_had_the_old_one(
    house: House, fake_intake: FakeIntake
) -> None:
    """A grant that somebody planted for an account of no member is dropped."""
    report(house, fake_intake, "Пара", "Айгүл")
    case_id = only_case_of(house)
    made = house.operations.add_account(
        name="Чужой", role=Role.REVIEWER, passphrase=PASSPHRASE
    )
    with house.adapters.store.begin() as unit:
        unit.cases.grant(case_id, made.account.id, b"planted")

    house.operations.remove_account(name="Борис", by=house.unlocked("Дана"))

    with house.adapters.store.begin() as unit:
        holders = set(unit.cases.holders(case_id))
    members = {house.accounts[name].account.id for name in ("Айгүл", "Дана", "Ержан")}
    assert holders == members


def test_a_damaged_case_stops_no_removal(house: House, fake_intake: FakeIntake) -> None:
    """It keeps its old key and is counted; every other case has a new one."""
    report(house, fake_intake, "Первый", "Айгүл")
    report(house, fake_intake, "Второй", "Айгүл")
    damaged = min(_all_cases(house))
    with engine_of(house).engine.begin() as connection:
        connection.execute(
            update(tables.messages)
            .where(tables.messages.c.case_id == str(damaged))
            .values(sealed_report=b"x" * 60)
        )

    left = house.operations.remove_account(name="Борис", by=house.unlocked("Дана"))

    assert (left.rekeyed, left.stale) == (1, 1)
    with house.adapters.store.begin() as unit:
        assert unit.cases.stale() == (damaged,)


def _all_cases(house: House) -> list[CaseId]:
    with house.adapters.store.begin() as unit:
        return list(unit.cases.all())
