"""Lost passphrases, a lost house, and keys that are replaced by their successors."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from crypto.age import HybridIdentity, open_sealed, seal
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from crypto.errors import CryptoError
from crypto.sealed_secret import INSECURE_TESTING
from protocol.directory import report_recipients, sign_directory
from protocol.passphrase import WeakPassphraseError
from review_console.app import make_operations
from review_console.config import OperatorConfig
from review_console.domain.account import Role, Unlocked
from review_console.domain.audit import AuditKind
from review_console.domain.errors import (
    DamagedError,
    LoginRefusedError,
    NotFoundError,
    OrganisationError,
    SessionEndedError,
)
from review_console.services.organisation import members_of
from review_console.services.store import OrganisationKeyKind
from review_console.storage import tables
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import PASSPHRASE, House, Reporter
from tests.review_console.test_leaving import (
    audit_kinds,
    engine_of,
    only_case_of,
    report,
    titles,
)

ANOTHER = "another six words for the same person"  # opens test keys alone
TOO_SHORT = "short"


@pytest.fixture(autouse=True)
def _copied(house: House) -> None:
    """Somebody has logged in since the directory was added."""
    house.services.care_later(by=house.unlocked("Ержан"))


def renewed(house: House, name: str) -> Unlocked:
    """Open a vault with the new passphrase."""
    return house.operations.unlock(name=name, passphrase=ANOTHER)


def test_a_forgotten_passphrase_loses_nothing(
    house: House, fake_intake: FakeIntake
) -> None:
    """New keys, new second factor, the same cases; the old passphrase opens nothing."""
    report(house, fake_intake, "Пара", "Айгүл")
    old = house.unlocked("Айгүл")
    assert titles(house, old) == ["Пара"]

    restored = house.operations.restore_access(
        name="айгүл", recovery=house.recovery, passphrase=ANOTHER
    )

    assert (restored.cases, restored.missing, restored.needs_directory) == (1, 0, True)
    with pytest.raises(LoginRefusedError):
        house.unlocked("Айгүл")
    new = renewed(house, "Айгүл")
    assert new.vault.identity.recipient != old.vault.identity.recipient
    assert new.vault.totp_secret != old.vault.totp_secret
    assert titles(house, new) == ["Пара"]
    house.services.sync(by=new)  # she has the organisation's keys
    assert "access_restored" in audit_kinds(house)
    assert house.operations.check_audit()


def test_reports_reach_a_restored_reviewer_under_a_new_directory(
    house: House, fake_intake: FakeIntake
) -> None:
    """The old signing key certifies nothing more; the new one does."""
    house.operations.restore_access(
        name="Айгүл", recovery=house.recovery, passphrase=ANOTHER
    )
    house.add_directory()
    by = renewed(house, "Айгүл")
    reporter = Reporter(
        directory=house.directory,
        recipients=report_recipients(
            house.directory,
            house.operations.hand_over_identities(by=[by]),
            house.clock.now(),
        ),
    )
    fake_intake.deposit(reporter.report("Кейін"), reporter.keys.mailbox)

    assert house.services.sync(by=by).cases == 1
    assert house.accounts["Айгүл"].account.signing_key not in {
        each.key for each in house.directory.reviewers
    }
    assert by.account.signing_key in {each.key for each in house.directory.reviewers}


def test_sessions_of_the_old_vault_end(house: House) -> None:
    """Whoever sits at the old session has the old keys; both are over."""
    ticket = house.services.log_in(
        name="Айгүл", passphrase=PASSPHRASE, code=house.code("Айгүл")
    )
    assert house.services.resume_session(ticket).account.name == "Айгүл"

    house.operations.restore_access(
        name="Айгүл", recovery=house.recovery, passphrase=ANOTHER
    )

    with pytest.raises(SessionEndedError):
        house.services.resume_session(ticket)


def test_every_member_is_shown_that_access_was_restored(house: House) -> None:
    """Whoever has the recovery file could make themselves anybody, but not unseen."""
    dana = house.unlocked("Дана")
    assert list(house.services.notices(by=dana)) == []
    house.operations.restore_access(
        name="Айгүл", recovery=house.recovery, passphrase=ANOTHER
    )
    house.operations.remove_account(name="Борис", by=dana)

    shown = house.services.notices(by=dana)

    assert [(each.kind, each.name, each.by) for each in shown] == [
        (AuditKind.ACCESS_RESTORED, "Айгүл", None),
        (AuditKind.ACCOUNT_CLOSED, "Борис", "Дана"),
    ]
    house.services.notices.confirm(shown[0].place, by=dana)
    assert [each.name for each in house.services.notices(by=dana)] == ["Борис"]
    house.services.notices.confirm(10**9, by=dana)  # no further than there is
    assert list(house.services.notices(by=dana)) == []
    assert len(house.services.notices(by=house.unlocked("Ержан"))) == 2
    house.operations.restore_access(
        name="Ержан", recovery=house.recovery, passphrase=ANOTHER
    )
    assert [each.name for each in house.services.notices(by=dana)] == ["Ержан"]


def test_only_the_recovery_identity_of_the_directory_restores(house: House) -> None:
    """A stranger's file, a person who left or never came, a weak passphrase."""
    restore = house.operations.restore_access
    stranger = HybridIdentity.generate(system_entropy)
    with pytest.raises(OrganisationError, match="newest directory"):
        restore(name="Айгүл", recovery=stranger, passphrase=ANOTHER)
    with pytest.raises(NotFoundError):
        restore(name="Никто", recovery=house.recovery, passphrase=ANOTHER)
    with pytest.raises(WeakPassphraseError):
        restore(name="Айгүл", recovery=house.recovery, passphrase=TOO_SHORT)
    house.operations.remove_account(name="Борис", by=house.unlocked("Дана"))
    with pytest.raises(OrganisationError, match="taken out"):
        restore(name="Борис", recovery=house.recovery, passphrase=ANOTHER)
    house.operations.add_account(
        name="Новичок", role=Role.REVIEWER, passphrase=PASSPHRASE
    )
    with pytest.raises(OrganisationError, match="never admitted"):
        restore(name="Новичок", recovery=house.recovery, passphrase=ANOTHER)

    assert house.unlocked("Айгүл").account.name == "Айгүл"  # nothing was done


def test_a_changed_row_is_not_signed_by_the_way(house: House) -> None:
    """A reviewer whom somebody made a coordinator, or gave another name."""
    for values in ({"role": "coordinator"}, {"signing_key": str(house.sync_key)}):
        with engine_of(house).engine.begin() as connection:
            connection.execute(
                update(tables.accounts)
                .where(tables.accounts.c.name == "Борис")
                .values(**values)
            )
        with pytest.raises(OrganisationError, match="behind the team's back"):
            house.operations.restore_access(
                name="Борис", recovery=house.recovery, passphrase=ANOTHER
            )


def test_what_the_recovery_identity_lacks_follows_from_colleagues(
    house: House, fake_intake: FakeIntake
) -> None:
    """A case without a copy for recovery is lost to nobody who has colleagues."""
    report(house, fake_intake, "Пара", "Айгүл")
    case_id = only_case_of(house)
    house.services.care_later(by=house.unlocked("Борис"))
    with house.adapters.store.begin() as unit:
        unit.recovery_grants.remove(case_id)

    restored = house.operations.restore_access(
        name="Айгүл", recovery=house.recovery, passphrase=ANOTHER
    )

    assert (restored.cases, restored.missing) == (0, 1)
    new = renewed(house, "Айгүл")
    assert titles(house, new) == []
    house.services.care_later(by=house.unlocked("Борис"))
    assert titles(house, new) == ["Пара"]


def test_a_planted_copy_for_recovery_is_found(
    house: House, fake_intake: FakeIntake
) -> None:
    """A key of the host's, sealed to the recovery recipient, is not the case's."""
    report(house, fake_intake, "Пара", "Айгүл")
    house.services.care_later(by=house.unlocked("Айгүл"))
    stranger = SigningKey.generate(system_entropy)
    for planted, restores in ((bytes(32), True), (stranger.seed, False)):
        name = only_case_of(house) if restores else "team"
        sealed = seal(planted, [house.recovery.recipient], entropy=system_entropy)
        with house.adapters.store.begin() as unit:
            unit.recovery_grants.save(name, house.recovery.recipient, sealed)
        if not restores:
            with pytest.raises(DamagedError):
                house.operations.restore_access(
                    name="Дана", recovery=house.recovery, passphrase=ANOTHER
                )
            continue
        restored = house.operations.restore_access(
            name="Ержан", recovery=house.recovery, passphrase=ANOTHER
        )
        assert (restored.cases, restored.missing) == (0, 1)
    assert house.unlocked("Дана").account.name == "Дана"


def test_copies_are_made_by_whoever_logs_in(
    house: House, fake_intake: FakeIntake
) -> None:
    """A house from before there were copies gets them, cases and keys alike."""
    report(house, fake_intake, "Пара", "Айгүл")
    with engine_of(house).engine.begin() as connection:
        connection.execute(tables.recovery_grants.delete())

    house.services.care_later(by=house.unlocked("Ержан"))

    with house.adapters.store.begin() as unit:
        names = set(unit.recovery_grants.names())
    assert names == {only_case_of(house), "team", "sync"}


def test_a_new_passphrase_opens_the_same_keys(
    house: House, fake_intake: FakeIntake
) -> None:
    """The old one opens nothing; sessions end; the second factor stays."""
    report(house, fake_intake, "Пара", "Айгүл")
    by = house.unlocked("Айгүл")
    ticket = house.services.log_in(
        name="Айгүл", passphrase=PASSPHRASE, code=house.code("Айгүл")
    )

    house.operations.change_passphrase(by=by, passphrase=ANOTHER)

    with pytest.raises(LoginRefusedError):
        house.unlocked("Айгүл")
    with pytest.raises(SessionEndedError):
        house.services.resume_session(ticket)
    new = renewed(house, "Айгүл")
    assert new.vault.totp_secret == by.vault.totp_secret
    assert titles(house, new) == ["Пара"]
    with pytest.raises(LoginRefusedError):  # the code was used before
        house.services.log_in(
            name="Айгүл", passphrase=ANOTHER, code=house.code("Айгүл")
        )


def test_the_old_vault_is_in_no_file_of_the_database(house: House) -> None:
    """Whoever knew the old passphrase finds nothing to open with it on the disk."""
    by = house.unlocked("Айгүл")
    old = by.account.sealed_vault
    database = Path(house.config.database.removeprefix("sqlite:///"))

    def on_disk() -> bytes:
        return b"".join(
            each.read_bytes() for each in database.parent.glob(f"{database.name}*")
        )

    assert old[:200] in on_disk()

    house.operations.change_passphrase(by=by, passphrase=ANOTHER)

    assert old[:200] not in on_disk()


def test_a_lost_second_factor_is_replaced(house: House) -> None:
    """By the passphrase alone, at the command line; the old codes are refused."""
    by = house.unlocked("Айгүл")

    made = house.operations.change_passphrase(
        by=by, passphrase=PASSPHRASE, new_totp=True
    )

    code = made.totp_code(int(house.clock.now().timestamp()))
    with pytest.raises(LoginRefusedError):
        house.services.log_in(
            name="Айгүл", passphrase=PASSPHRASE, code=house.code("Айгүл")
        )
    house.clock.advance(seconds=20)
    assert house.services.log_in(name="Айгүл", passphrase=PASSPHRASE, code=code)


def header_opens(house: House, identity: HybridIdentity) -> list[bool]:
    """Tell which stored files an identity opens from their own headers."""
    opened = []
    for header in sorted((house.config.data / "sealed").glob("*.header")):
        payload = header.with_suffix(".payload")
        sealed = header.read_bytes() + payload.read_bytes()
        try:
            open_sealed(sealed, [identity])
            opened.append(True)
        except CryptoError:
            opened.append(False)
    return opened


def test_a_new_recovery_identity_replaces_the_old_one(
    house: House, fake_intake: FakeIntake
) -> None:
    """Headers and copies name the new one; the old one opens nothing that is kept."""
    report(house, fake_intake, "Первый", "Айгүл")
    report(house, fake_intake, "Второй", "Айгүл")
    new = HybridIdentity.generate(system_entropy)
    assert header_opens(house, house.recovery) == [True, True]
    draft = house.operations.draft_directory(
        organisation=house.organisation, recovery=new.recipient
    )
    house.operations.add_directory(sign_directory(draft, house.root))

    renewal = house.operations.renew_recovery(by=house.unlocked("Дана"))

    assert (renewal.headers, renewal.headers_left, renewal.sealed_left) == (2, 0, 0)
    assert (renewal.copies, renewal.copies_left) == (2 + 2, 0)
    assert header_opens(house, house.recovery) == [False, False]
    assert header_opens(house, new) == [True, True]
    with pytest.raises(OrganisationError):
        house.operations.restore_access(
            name="Айгүл", recovery=house.recovery, passphrase=ANOTHER
        )
    restored = house.operations.restore_access(
        name="Айгүл", recovery=new, passphrase=ANOTHER
    )
    assert (restored.cases, restored.missing) == (2, 0)
    assert "recovery_renewed" in audit_kinds(house)


def test_each_holder_renews_what_they_hold(
    house: House, fake_intake: FakeIntake
) -> None:
    """A case that one cannot open is told, and left to the next."""
    report(house, fake_intake, "Пара", "Айгүл")
    dana, case_id = house.unlocked("Дана"), only_case_of(house)
    with house.adapters.store.begin() as unit:
        unit.cases.revoke(case_id, dana.id)
    new = HybridIdentity.generate(system_entropy)
    draft = house.operations.draft_directory(
        organisation=house.organisation, recovery=new.recipient
    )
    house.operations.add_directory(sign_directory(draft, house.root))

    first = house.operations.renew_recovery(by=dana)
    second = house.operations.renew_recovery(by=house.unlocked("Ержан"))

    assert (first.headers, first.headers_left, first.copies_left) == (0, 1, 1)
    assert (second.headers, second.headers_left, second.copies_left) == (1, 0, 0)


def test_a_new_root_is_taken_with_either_pin(
    house: House, fake_intake: FakeIntake
) -> None:
    """Cross-signed it serves both; the reporter's mailbox stays what it was."""
    reporter = report(house, fake_intake, "Пара", "Айгүл")
    mailbox = reporter.keys.mailbox
    new_root = SigningKey.generate(system_entropy)
    organisation = replace(house.organisation, root=new_root.verification_key)
    draft = house.operations.draft_directory(organisation=organisation)
    signed = replace(
        sign_directory(draft, new_root),
        cross_signature=sign_directory(draft, house.root).signature,
    )

    house.operations.add_directory(signed)  # pins the old root

    moved = replace(house.config, root_key=new_root.verification_key)
    operations = make_operations(
        OperatorConfig(
            database=moved.database, data=moved.data, root_key=moved.root_key
        ),
        clock=house.clock,
        entropy=system_entropy,
        profile=INSECURE_TESTING,
    )
    later = operations.draft_directory(organisation=organisation)
    operations.add_directory(sign_directory(later, new_root))
    directory = later
    assert directory.organisation_id == reporter.directory.organisation_id
    again = Reporter(
        directory=directory,
        recipients=reporter.recipients,
        codename=reporter.codename,
    )
    assert again.keys.mailbox == mailbox
    with pytest.raises(OrganisationError):
        house.operations.add_directory(sign_directory(later, new_root))


def test_a_replaced_sync_key_is_the_only_one(
    house: House, fake_intake: FakeIntake
) -> None:
    """The thief's key is refused as soon as the intake pins the new one."""
    by = house.unlocked("Айгүл")
    old = fake_intake.sync_key
    house.operations.replace_keys.mark(OrganisationKeyKind.SYNC, by=by)

    keys = house.operations.replace_keys(by=by)

    assert keys.sync is not None
    assert keys.sync != old
    assert keys.next_team is None
    fake_intake.sync_key = keys.sync
    house.services.sync(by=by)
    house.services.sync(by=house.unlocked("Ержан"))


def test_a_replaced_team_key_waits_for_the_root(house: House) -> None:
    """A compromised reviewer's team key ends with the next directory."""
    by = house.unlocked("Айгүл")
    before = house.directory.team[-1]
    house.operations.replace_keys.mark(OrganisationKeyKind.TEAM, by=by)
    keys = house.operations.replace_keys(by=by)

    house.add_directory()

    old, new = house.directory.team
    assert new.key == keys.next_team
    assert old.key == before.key
    assert old.not_after < before.not_after


def test_one_who_is_restored_while_a_team_key_waits_stays_a_member(
    house: House, fake_intake: FakeIntake
) -> None:
    """Signed by the present key and by the next: the new directory loses nobody."""
    report(house, fake_intake, "Пара", "Айгүл")
    house.operations.remove_account(name="Борис", by=house.unlocked("Дана"))
    house.operations.restore_access(
        name="Айгүл", recovery=house.recovery, passphrase=ANOTHER
    )
    house.operations.add_account(
        name="Новичок", role=Role.REVIEWER, passphrase=PASSPHRASE
    )
    house.operations.admit_account(name="Новичок", by=renewed(house, "Айгүл"))

    house.add_directory()

    with house.adapters.store.begin() as unit:
        members = {each.name for each in members_of(unit, house.directory)}
    assert members == {"Айгүл", "Дана", "Ержан", "Новичок"}
    newcomer = house.unlocked("Новичок")
    assert {each.key for each in house.directory.reviewers} == {
        renewed(house, "Айгүл").account.signing_key,
        newcomer.account.signing_key,
    }
    assert titles(house, newcomer) == ["Пара"]
