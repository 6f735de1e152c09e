"""Publishing keys: at log-in, by the hour, with each fetch; and looking back."""

from dataclasses import replace
from datetime import timedelta
from threading import Event, get_ident

import pytest

from protocol.directory import (
    MAX_IDENTITY_LIFETIME,
    IdentityList,
    SignedDirectory,
    sign_directory,
)
from review_console.domain.account import Role
from review_console.domain.errors import IntakeRefusedError
from review_console.domain.intake_identity import (
    ABSENT_GRACE,
    OWN_GRACE,
    RENEWED_WITH,
)
from review_console.domain.publication import Publication, PublicationTrouble
from review_console.storage.threads import ThreadBackground
from tests.review_console.browser import Browser
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import PASSPHRASE, House


def last(house: House) -> Publication:
    """Find what is remembered of the last publication."""
    with house.adapters.store.begin() as unit:
        newest = unit.publications.newest()
    assert newest is not None
    return newest


def english(house: House) -> Browser:
    """Open a browser whose owner reads English."""
    browser = Browser(house.app())
    browser.get("/login")
    browser.post("/language", language="en")
    return browser


def publish(house: House, name: str = "Айгүл") -> None:
    """Publish as the button does."""
    house.services.keep_identities(by=house.unlocked(name), at_once=True)


def test_a_log_in_renews_and_publishes(house: House, fake_intake: FakeIntake) -> None:
    """Without a fetch: directory and identities are there, and looked at."""
    browser = english(house)

    browser.log_in(house, "Айгүл")

    assert fake_intake.directories == [house.signed_directory]
    assert fake_intake.identities == [house.identities]
    assert last(house).trouble is None
    assert last(house).clean_at == house.clock.now()


def test_what_is_there_is_not_published_again(
    house: House, fake_intake: FakeIntake
) -> None:
    """A second log-in asks nothing of the intake, until something is new."""
    browser = english(house)
    browser.log_in(house, "Айгүл")
    browser.log_in(house, "Борис")
    assert len(fake_intake.identities) == 1

    house.clock.advance(days=6)
    browser.log_in(house, "Борис")

    assert len(fake_intake.identities) == 2
    assert len(fake_intake.directories) == 1


def test_a_log_in_does_not_hang_on_the_intake(
    house: House, fake_intake: FakeIntake
) -> None:
    """It is away: one is logged in all the same, and the page says what is wrong."""
    fake_intake.is_reachable = False
    browser = english(house)

    browser.follow(browser.log_in(house, "Айгүл"))

    assert 'href="/keys"' in browser.page
    assert "need attention" in browser.get("/").text
    assert last(house).trouble is PublicationTrouble.UNREACHABLE
    fake_intake.is_reachable = True
    browser.log_in(house, "Айгүл")
    assert last(house).trouble is None


def test_a_session_looks_once_an_hour(house: House, fake_intake: FakeIntake) -> None:
    """Whoever stays logged in over a midnight gets a new key within the hour."""
    house.clock.moment = house.clock.now().replace(hour=18, minute=0)  # 23:00 there
    browser = english(house)
    browser.log_in(house, "Айгүл")
    house.clock.advance(days=4)  # the session ends; the next begins before midnight
    browser.log_in(house, "Айгүл")
    for _ in range(6):
        house.clock.advance(minutes=9)
        browser.get("/help")
    before = len(fake_intake.identities)
    house.clock.advance(minutes=9)

    browser.get("/help")

    assert (before, len(fake_intake.identities)) == (1, 2)


def test_a_fetch_publishes_each_time(house: House, fake_intake: FakeIntake) -> None:
    """An intake that was set up anew gets everything with the next fetch."""
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    fake_intake.directories.clear()
    fake_intake.identities.clear()

    house.services.sync(by=by)
    assert last(house).trouble is PublicationTrouble.OTHER_DIRECTORY
    house.services.sync(by=by)

    assert fake_intake.directories == [house.signed_directory]
    assert last(house).trouble is None


@pytest.mark.parametrize(
    ("what", "trouble"),
    [
        ("directory", PublicationTrouble.OTHER_DIRECTORY),
        ("identities", PublicationTrouble.OTHER_IDENTITIES),
    ],
)
def test_an_intake_that_serves_what_is_old_is_found_out(
    house: House, fake_intake: FakeIntake, what: str, trouble: PublicationTrouble
) -> None:
    """It took the new and gives visitors the old: seen, and said on the pages."""
    publish(house)
    old = {
        "directory": fake_intake.directories[-1].directory,
        "identities": fake_intake.identities[-1].to_json(),
    }
    fake_intake.serves = lambda name, body: old[name] if name == what else body
    house.clock.advance(days=6)
    house.add_directory()
    before = last(house).clean_at

    house.services.sync(by=house.unlocked("Айгүл"))

    assert last(house).trouble is trouble
    assert last(house).clean_at == before
    browser = english(house)
    browser.log_in(house, "Дана")
    assert "set back to an older state" in browser.get("/keys").text


def test_a_console_that_was_put_back_is_told(
    house: House, fake_intake: FakeIntake
) -> None:
    """The intake has a newer directory and refuses ours; identities come through."""
    publish(house)
    draft = house.operations.draft_directory(organisation=house.organisation)
    newer = sign_directory(draft, house.root)
    fake_intake.directories.append(newer)
    with house.adapters.store.begin() as unit:
        unit.directories.mark_published(1, is_published=False)

    class Keeping(FakeIntake):
        def put_directory(self, signed: SignedDirectory) -> None:
            """Keep the newer one, as the real one does."""
            assert signed == house.signed_directory
            raise IntakeRefusedError(409)

    keeping = Keeping(**vars(fake_intake))
    publish(house.with_intake(keeping))

    assert last(house).trouble is PublicationTrouble.NEWER_DIRECTORY
    assert len(fake_intake.identities) == 2
    house.operations.add_directory(newer)
    publish(house)
    assert last(house).trouble is None


def test_a_closed_door_is_another_directory(
    house: House, fake_intake: FakeIntake
) -> None:
    """Visitors who get no directory at all cannot write: the pages say so."""

    def closed(_what: str, _body: bytes) -> bytes:
        raise IntakeRefusedError(503)

    fake_intake.serves = closed

    publish(house)

    assert last(house).trouble is PublicationTrouble.OTHER_DIRECTORY


def test_an_intake_that_refuses_the_keys_still_gives_reports(
    house: House, fake_intake: FakeIntake
) -> None:
    """Publishing fails and is remembered; the fetch goes on."""
    refused: list[IdentityList] = []

    class Refusing(FakeIntake):
        def put_identities(self, identities: IdentityList) -> None:
            refused.append(identities)
            raise IntakeRefusedError(422)

    refusing = Refusing(sync_key=fake_intake.sync_key)
    strict = house.with_intake(refusing)
    reporter = house.reporter()
    refusing.deposit(reporter.report(), reporter.keys.mailbox)

    outcome = strict.services.sync(by=house.unlocked("Айгүл"))

    assert outcome.cases == 1
    assert len(refused) == 1
    assert last(house).trouble is PublicationTrouble.REFUSED


def test_without_any_identity_nothing_is_sent(
    house: House, fake_intake: FakeIntake
) -> None:
    """An empty list would close the form; that no reviewer was here is said instead."""
    house.clock.advance(days=30)

    publish(house, "Дана")

    assert not fake_intake.identities
    assert last(house).trouble is PublicationTrouble.NO_IDENTITY


def test_whoever_has_no_keys_publishes_nothing(
    house: House, fake_intake: FakeIntake
) -> None:
    """A newcomer logs in as well; nothing is made in their name."""
    house.accounts["Новичок"] = house.operations.add_account(
        name="Новичок", role=Role.REVIEWER, passphrase=PASSPHRASE
    )
    browser = english(house)

    browser.follow(browser.log_in(house, "Новичок"))
    answer = browser.follow(browser.post("/keys/renew"))

    assert "no keys of the organisation yet" in answer.text
    assert not fake_intake.identities


def test_the_button_renews_and_tells(house: House, fake_intake: FakeIntake) -> None:
    """A reviewer presses it the day after: a new identity, published, looked at."""
    browser = english(house)
    browser.log_in(house, "Айгүл")
    house.clock.advance(days=1)
    browser.log_in(house, "Айгүл")
    browser.get("/keys")

    answer = browser.follow(browser.post("/keys/renew"))

    assert "Visitors get the newest keys" in answer.text
    assert len(fake_intake.identities[-1].identities) == 3


def test_background_work_runs_on_a_thread_of_its_own() -> None:
    """Whoever starts it goes on at once."""
    began, go_on, ended = Event(), Event(), Event()
    where: list[int] = []

    def task() -> None:
        began.set()
        where.append(get_ident())
        go_on.wait(10)
        ended.set()

    ThreadBackground().start(task)

    assert began.wait(10)
    assert not ended.is_set()
    go_on.set()
    assert ended.wait(10)
    assert where != [get_ident()]


def test_the_keys_page_says_how_long_the_form_stays_open(house: House) -> None:
    """The newest identity's end, capped by the directory's; each reviewer's own."""
    publish(house)
    house.clock.advance(days=6)
    publish(house, "Борис")

    keys = house.services.show_keys()

    assert keys is not None
    ends = {each.name: each.sealed_to_until for each in keys.reviewers}
    assert ends["Айгүл"] is not None
    assert ends["Борис"] == keys.open_until == ends["Айгүл"] + timedelta(days=6)
    assert not keys.needs_attention
    assert (keys.version, keys.for_recovery) == (1, 0)


@pytest.mark.parametrize(
    ("days", "warnings"),
    [(8, set()), (10, {"closes"}), (61, {"expires", "closes", "closed"})],
)
def test_the_pages_warn_in_time(house: House, days: int, warnings: set[str]) -> None:
    """Thirty days before the directory ends, five before the form closes."""
    publish(house)
    house.clock.advance(days=days)

    keys = house.services.show_keys()

    assert keys is not None
    assert keys.expires_soon is ("expires" in warnings)
    assert keys.closes_soon is ("closes" in warnings)
    assert (keys.open_until is None) is ("closed" in warnings)
    assert keys.needs_attention is bool(warnings)


def test_a_reviewer_of_the_directory_who_is_no_member_is_shown(house: House) -> None:
    """After somebody left and before the next directory, the page says so."""
    with house.adapters.store.begin() as unit:
        boris = house.accounts["Борис"].account.id
        unit.accounts.save_membership(boris, "void")

    keys = house.services.show_keys()

    assert keys is not None
    assert [each.name for each in keys.reviewers] == ["Айгүл", None]
    assert keys.reviewers[1].sealed_to_until is None


def test_the_page_names_the_real_graces(house: House) -> None:
    """Its figures are those that the code keeps."""
    browser = english(house)
    browser.log_in(house, "Дана")

    page = browser.get("/keys").text

    assert f"live for {MAX_IDENTITY_LIFETIME.days} days" in page
    assert f"has {RENEWED_WITH.days} days left" in page
    assert f"destroyed {OWN_GRACE.days} days after its end" in page
    assert f"at the latest {ABSENT_GRACE.days} days after its end" in page


def test_without_a_directory_the_page_says_what_to_do(house: House) -> None:
    """Of another root, or none at all."""
    other = replace(house.services.show_keys, root=house.sync_key)

    assert other() is None


def test_reports_that_only_recovery_opens_are_counted(
    house: House, fake_intake: FakeIntake
) -> None:
    """They wait for nobody any more, and the page names the command."""
    reporter = house.reporter()
    house.clock.advance(days=50)
    for name in ("Айгүл", "Борис"):
        house.services.sync(by=house.unlocked(name))
    fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    fake_intake.day += timedelta(days=2)
    house.services.sync(by=house.unlocked("Айгүл"))
    browser = english(house)
    browser.log_in(house, "Айгүл")

    cases, page = browser.get("/").text, browser.get("/keys").text

    assert "1 sealed report waits for the recovery key" in cases
    assert "waits for a colleague" not in cases
    assert "1 sealed report came when keys held that nobody has" in page
    assert "debunker console open-waiting" in page
