"""Fetch, store, acknowledge, open, answer: whatever happens in between."""

import io
from hashlib import sha256
from typing import BinaryIO

import pytest
from sqlalchemy import delete, insert, select

from crypto.age import HybridIdentity, OpeningReader
from crypto.entropy import system_entropy
from crypto.errors import NoMatchingIdentityError
from protocol.codename import Codename
from protocol.languages import Language
from protocol.mailbox import ReporterKeys
from protocol.reply import CaseState, open_replies
from protocol.report import ConsentTo, Kind, ReportReader
from protocol.sync import DepositId
from review_console.domain.acknowledgement import ACKNOWLEDGEMENTS
from review_console.domain.case import EntryKind
from review_console.domain.deposit import DepositState
from review_console.domain.errors import (
    DamagedError,
    IntakeRefusedError,
    IntakeUnreachableError,
    SyncRunningError,
)
from review_console.storage import tables
from review_console.storage.database import SqlStore
from tests.review_console.fake_intake import FakeIntake, Killed
from tests.review_console.people import House, Reporter

TEXT = "Төрага сатып алуда пара алды."


@pytest.fixture
def reporter(house: House) -> Reporter:
    """Somebody who writes."""
    return house.reporter()


def test_a_report_becomes_a_case(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """Fetched, acknowledged, opened: the same text, one case."""
    fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)

    outcome = house.services.sync(by=house.unlocked("Айгүл"))

    assert (outcome.arrived, outcome.cases, outcome.unreadable) == (1, 1, 0)
    assert not fake_intake.sealed
    rows = house.services.list_cases(by=house.unlocked("Борис")).rows
    page = house.services.show_case(rows[0].id, by=house.unlocked("Борис"))
    assert page.report.text == TEXT
    assert page.title == TEXT


def test_people_have_it_is_said_by_itself(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """The acknowledgement is signed, in the reporter's language."""
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)

    house.services.sync(by=house.unlocked("Айгүл"))

    replies, unreadable = open_replies(
        [sealed for _, sealed in fake_intake.replies.values()],
        reporter.keys.identity,
        mailbox=reporter.keys.mailbox,
        directory=house.directory,
    )
    assert unreadable == 0
    assert [(each.state, each.text) for each in replies] == [
        (CaseState.RECEIVED, ACKNOWLEDGEMENTS[Language.KK]),
    ]


@pytest.mark.parametrize(
    "step",
    ["directory", "identities", "visit", "list", "fetch", "acknowledge", "reply"],
)
def test_a_kill_loses_nothing(
    house: House, fake_intake: FakeIntake, reporter: Reporter, step: str
) -> None:
    """Killed before any step, the next sync has one case of every report."""

    def kill(reached: str) -> None:
        if reached == step:
            raise Killed

    fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)
    fake_intake.at = kill
    with pytest.raises(Killed):
        house.services.sync(by=house.unlocked("Айгүл"))
    fake_intake.at = lambda _step: None

    house.services.sync(by=house.unlocked("Айгүл"))

    rows = house.services.list_cases(by=house.unlocked("Айгүл")).rows
    assert [row.title for row in rows] == [TEXT]
    assert len(fake_intake.replies) == 1
    assert not fake_intake.sealed


def test_nothing_is_acknowledged_before_it_is_stored(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """When the acknowledgement goes out, file and row are there."""
    deposit_id = fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    seen: list[bool] = []

    def look(step: str) -> None:
        if step == "acknowledge":
            with house.adapters.store.begin() as unit:
                row = unit.deposits.find(deposit_id)
            seen.append(row is not None and house.adapters.files.holds(deposit_id))

    fake_intake.at = look

    house.services.sync(by=house.unlocked("Айгүл"))

    assert seen == [True]


def test_a_changed_file_stays_at_the_intake(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """What is not the announced file is neither kept nor acknowledged."""
    other = house.reporter()
    bad = fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    fake_intake.deposit(other.report("Другое дело"), other.keys.mailbox)
    fake_intake.tampered.add(bad)

    outcome = house.services.sync(by=house.unlocked("Айгүл"))

    assert (outcome.arrived, outcome.failed, outcome.cases) == (1, 1, 1)
    assert set(fake_intake.sealed) == {bad}
    assert not house.adapters.files.holds(bad)
    assert not list((house.config.data / "sealed").glob("*.partial"))


def test_an_unreadable_file_is_kept_with_its_reason(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """Anyone may send anything; nothing that came is thrown away."""
    other = house.reporter()
    sealed = other.report("в чужой ящик")
    moved = fake_intake.deposit(sealed, reporter.keys.mailbox)
    garbage = fake_intake.deposit(bytes(70_000), reporter.keys.mailbox)

    outcome = house.services.sync(by=house.unlocked("Айгүл"))

    assert outcome.unreadable == 2
    kept = {each.id: each for each in house.services.list_sealed()}
    assert kept[moved].reason == "other_mailbox"
    assert kept[garbage].reason == "not_an_age_file"
    with house.adapters.files.open_sealed(moved) as stored:
        assert sha256(stored.read()).hexdigest() == sha256(sealed).hexdigest()


def test_a_coordinator_leaves_new_reports_to_reviewers(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """What is sealed to others waits; the next reviewer opens it."""
    fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)

    first = house.services.sync(by=house.unlocked("Дана"))
    second = house.services.sync(by=house.unlocked("Борис"))

    assert (first.waiting, first.cases) == (1, 0)
    assert (second.waiting, second.cases) == (0, 1)
    rows = house.services.list_cases(by=house.unlocked("Дана")).rows
    assert [row.title for row in rows] == [TEXT]


def test_messages_join_their_case(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """Signed by the mailbox's key or not, and shown as such; in any order."""
    stranger = ReporterKeys.derive(
        Codename.generate(system_entropy), house.directory.organisation_id
    )
    for sealed in (
        reporter.report(TEXT),
        reporter.message("Это я."),
        reporter.message("Это не я.", keys=stranger),
    ):
        fake_intake.deposit(sealed, reporter.keys.mailbox)

    outcome = house.services.sync(by=house.unlocked("Айгүл"))

    assert (outcome.cases, outcome.messages) == (1, 2)
    rows = house.services.list_cases(by=house.unlocked("Айгүл")).rows
    page = house.services.show_case(rows[0].id, by=house.unlocked("Айгүл"))
    said = {entry.text: entry.is_verified for entry in page.thread if entry.report}
    assert said == {TEXT: True, "Это я.": True, "Это не я.": False}


def test_a_message_waits_for_its_report(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """A message without a case is kept until the report is here."""
    fake_intake.deposit(reporter.message("Раньше."), reporter.keys.mailbox)
    first = house.services.sync(by=house.unlocked("Айгүл"))
    fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)

    second = house.services.sync(by=house.unlocked("Айгүл"))

    assert (first.waiting, first.cases, first.messages) == (1, 0, 0)
    assert (second.waiting, second.cases, second.messages) == (0, 1, 1)


def test_an_opened_file_opens_for_recovery_alone(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """A reviewer who is excluded later cannot open it from their own stanza."""
    deposit_id = fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Айгүл"))

    with house.adapters.files.open_sealed(deposit_id) as stored:
        sealed = stored.read()

    for name in ("Айгүл", "Борис"):
        with pytest.raises(NoMatchingIdentityError):
            OpeningReader(io.BytesIO(sealed), [house.unlocked(name).vault.identity])
    reader = ReportReader(
        io.BytesIO(sealed), [house.recovery], came_under=reporter.keys.mailbox
    )
    reader.verify_all()
    assert reader.report.text == TEXT


def test_a_kill_before_the_header_is_narrowed_is_made_good(
    house: House,
    fake_intake: FakeIntake,
    reporter: Reporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next sync replaces the header that was left."""
    deposit_id = fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(type(house.adapters.files), "replace_header", killed)
        with pytest.raises(Killed):
            house.services.sync(by=house.unlocked("Айгүл"))

    house.services.sync(by=house.unlocked("Борис"))

    with (
        house.adapters.files.open_sealed(deposit_id) as stored,
        pytest.raises(NoMatchingIdentityError),
    ):
        OpeningReader(
            io.BytesIO(stored.read()), [house.unlocked("Айгүл").vault.identity]
        )


def test_an_intake_that_is_away_is_told(house: House, fake_intake: FakeIntake) -> None:
    """No answer is an error of its own, and changes nothing."""
    fake_intake.is_reachable = False

    with pytest.raises(IntakeUnreachableError):
        house.services.sync(by=house.unlocked("Айгүл"))


def test_a_key_that_the_intake_does_not_know_is_refused(
    house: House, fake_intake: FakeIntake
) -> None:
    """A refused signature is told apart from an intake that is away."""
    fake_intake.sync_key = house.root.verification_key

    with pytest.raises(IntakeRefusedError):
        house.services.sync(by=house.unlocked("Айгүл"))


def test_the_directory_is_published_once(house: House, fake_intake: FakeIntake) -> None:
    """A new directory goes out with the next sync, and not again."""
    house.services.sync(by=house.unlocked("Айгүл"))
    house.services.sync(by=house.unlocked("Айгүл"))

    assert fake_intake.directories == [house.signed_directory]


def test_pages_are_followed_to_the_end(house: House, fake_intake: FakeIntake) -> None:
    """More deposits than a page holds all arrive."""
    fake_intake.page_size = 2
    for number in range(5):
        reporter = house.reporter()
        fake_intake.deposit(reporter.report(f"Дело {number}"), reporter.keys.mailbox)

    outcome = house.services.sync(by=house.unlocked("Айгүл"))

    assert outcome.arrived == outcome.cases == 5


def test_a_field_moved_to_another_case_does_not_open(
    house: House, fake_intake: FakeIntake
) -> None:
    """Whoever edits the database can break a case, not dress it as another."""
    for number in range(2):
        reporter = house.reporter()
        fake_intake.deposit(reporter.report(f"Дело {number}"), reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    first, second = house.services.list_cases(by=by).rows
    with house.adapters.store.begin() as unit:
        theirs, _ = unit.cases.load(second.id, visible_to=by.id)
        unit.cases.save_title(first.id, theirs.sealed_title)

    with pytest.raises(DamagedError):
        house.services.show_case(first.id, by=by)


def test_a_damaged_file_is_shown_not_lost(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """A bit that flips on our own disk is found when the file is opened."""
    deposit_id = fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Дана"))
    payload = house.config.data / "sealed" / f"{deposit_id}.payload"
    content = bytearray(payload.read_bytes())
    content[len(content) // 2] ^= 1
    payload.write_bytes(content)

    outcome = house.services.sync(by=house.unlocked("Айгүл"))

    assert outcome.unreadable == 1
    with house.adapters.store.begin() as unit:
        kept = unit.deposits.in_state(DepositState.UNREADABLE)
    assert [each.id for each in kept] == [deposit_id]


def test_hybrid_identities_of_strangers_open_nothing(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """A file at rest gives nothing to a key that was never named."""
    deposit_id = fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Дана"))

    with (
        house.adapters.files.open_sealed(deposit_id) as stored,
        pytest.raises(NoMatchingIdentityError),
    ):
        OpeningReader(stored, [HybridIdentity.generate(system_entropy)])


def test_a_recorded_file_that_comes_again_is_kept_apart(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """A hostile intake deposits what it recorded; the case does not grow."""
    report, message = reporter.report(TEXT), reporter.message("Это я.")
    for sealed in (report, message):
        fake_intake.deposit(sealed, reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)

    for sealed in (report, message):
        fake_intake.deposit(sealed, reporter.keys.mailbox)
    outcome = house.services.sync(by=by)

    assert (outcome.messages, outcome.unreadable) == (0, 2)
    assert {each.reason for each in house.services.list_sealed()} == {"repeated"}
    row = house.services.list_cases(by=by).rows[0]
    page = house.services.show_case(row.id, by=by)
    assert len([each for each in page.thread if each.report]) == 2


def test_who_sends_again_with_more_loses_nothing(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """A second report of the same codename is appended, with its files."""
    fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    more = reporter.report(
        "И вот доказательство", files=[("a.pdf", b"x")], to=ConsentTo.NONE
    )
    fake_intake.deposit(more, reporter.keys.mailbox)

    house.services.sync(by=by)

    row = house.services.list_cases(by=by).rows[0]
    page = house.services.show_case(row.id, by=by)
    said = [each for each in page.thread if each.report]
    assert [each.kind for each in said] == [EntryKind.REPORT, EntryKind.REPORT]
    assert all(each.is_verified for each in said)
    assert page.consent.to is ConsentTo.NONE


def test_nobody_else_makes_a_report_under_a_mailbox(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """Made by whoever runs the intake, it is unreadable, and takes nothing over."""
    forger = house.reporter()
    fake_intake.deposit(forger.report("Подделка"), reporter.keys.mailbox)
    fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)
    by = house.unlocked("Айгүл")

    outcome = house.services.sync(by=by)

    assert (outcome.cases, outcome.unreadable) == (1, 1)
    assert house.services.list_cases(by=by).rows[0].title == TEXT


def test_one_sync_at_a_time(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """A second member is told; no thread waits."""
    fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)
    refused: list[bool] = []

    def press_too(step: str) -> None:
        if step == "fetch":
            with pytest.raises(SyncRunningError):
                house.services.sync(by=house.unlocked("Борис"))
            refused.append(True)

    fake_intake.at = press_too

    assert house.services.sync(by=house.unlocked("Айгүл")).cases == 1
    assert refused == [True]
    assert house.services.sync(by=house.unlocked("Борис")).cases == 0


def test_a_listing_that_goes_round_ends(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """A page must go on where the last one ended."""
    bad = fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    fake_intake.tampered.add(bad)
    fake_intake.goes_round = True

    with pytest.raises(IntakeUnreachableError):
        house.services.sync(by=house.unlocked("Айгүл"))


def test_what_was_opened_stays_opened(
    house: House, fake_intake: FakeIntake, reporter: Reporter
) -> None:
    """A slower look at the same file cannot take it back."""
    deposit_id = fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Айгүл"))

    with house.adapters.store.begin() as unit:
        unit.deposits.mark(deposit_id, DepositState.WAITING, "not_sealed_to_us")
        found = unit.deposits.find(deposit_id)

    assert found is not None
    assert found.state is DepositState.OPENED


def test_a_strangers_message_to_no_case_is_not_read_whole(
    house: House,
    fake_intake: FakeIntake,
    reporter: Reporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Anybody may upload one; it must not make every sync slow."""
    read_whole: list[Kind] = []
    verify_all = ReportReader.verify_all

    def counted(reader: ReportReader) -> None:
        read_whole.append(reader.report.kind)
        verify_all(reader)

    monkeypatch.setattr(ReportReader, "verify_all", counted)
    fake_intake.deposit(reporter.message("Никуда."), reporter.keys.mailbox)
    by = house.unlocked("Айгүл")

    house.services.sync(by=by)
    house.services.sync(by=by)
    assert read_whole == []

    fake_intake.deposit(reporter.report(TEXT), reporter.keys.mailbox)
    house.services.sync(by=by)
    assert read_whole == [Kind.REPORT, Kind.MESSAGE]


def test_what_is_sealed_to_others_is_tried_once(
    house: House, fake_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of strangers' files costs one try an account, not one a fetch."""
    reporter = house.reporter()
    reporter.recipients = [HybridIdentity.generate(system_entropy).recipient]
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    by = house.unlocked("Айгүл")
    tried: list[DepositId] = []
    open_sealed = house.adapters.files.open_sealed

    def counted(deposit_id: DepositId) -> BinaryIO:
        tried.append(deposit_id)
        return open_sealed(deposit_id)

    monkeypatch.setattr(house.adapters.files, "open_sealed", counted)

    waiting = [house.services.sync(by=by).waiting for _ in range(3)]
    house.services.sync(by=house.unlocked("Борис"))

    assert waiting == [1, 0, 0]
    assert len(tried) == 2
    assert house.services.list_cases(by=by).waiting_count == 1


def test_a_message_of_a_case_that_is_not_granted_is_tried_again(
    house: House, fake_intake: FakeIntake
) -> None:
    """Its reader lacks the case today, and may be given it tomorrow."""
    reporter = house.reporter()
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Айгүл"))
    dana, boris = house.unlocked("Дана"), house.unlocked("Борис")
    fake_intake.deposit(reporter.message(), reporter.keys.mailbox)
    assert house.services.sync(by=dana).waiting == 1  # sealed to others, for Dana
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        taken = connection.execute(
            select(tables.case_grants).where(
                tables.case_grants.c.account_id == str(boris.id)
            )
        ).one()
        connection.execute(
            delete(tables.case_grants).where(
                tables.case_grants.c.account_id == str(boris.id)
            )
        )
    assert house.services.sync(by=boris).waiting == 1  # opens, but has no place
    with store.engine.begin() as connection:
        connection.execute(insert(tables.case_grants).values(**taken._mapping))

    assert house.services.sync(by=boris).messages == 1
