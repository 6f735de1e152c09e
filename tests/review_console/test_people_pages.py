"""What members read about each other, and how one changes one's own keys."""

import re

import pytest

from protocol.fingerprint import Fingerprint
from protocol.languages import Language
from review_console.domain.audit import AuditKind
from review_console.web import access
from tests.review_console.browser import Browser
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import PASSPHRASE, House
from tests.review_console.test_leaving import report

ANOTHER = "another six words for the same person"  # opens test keys alone


@pytest.fixture
def dana(house: House) -> Browser:
    """A coordinator who is logged in; copies for recovery are there."""
    app = house.app()
    app.extensions[access.SERVICES] = house.services
    browser = Browser(app)
    browser.follow(browser.log_in(house, "Дана"))
    return browser


def place_in(page: str) -> str:
    """Find up to where the notice on a page goes."""
    found = re.search(r'name="place" value="(\d+)"', page)
    assert found
    return found[1]


def test_every_member_reads_who_was_restored(dana: Browser, house: House) -> None:
    """On the first page, until they say that they have read it."""
    assert 'id="notices"' not in dana.get("/").text
    house.operations.restore_access(
        name="Айгүл", recovery=house.recovery, passphrase=ANOTHER
    )
    house.operations.remove_account(name="Борис", by=house.unlocked("Ержан"))

    page = dana.get("/").text

    notice = page[page.index('id="notices"') :]
    assert "Доступ восстановлен ключом восстановления" in notice
    assert notice.index("Айгүл") < notice.index("Борис") < notice.index("Ержан")
    dana.follow(dana.post("/notices", place=place_in(page)))
    assert 'id="notices"' not in dana.page
    for odd in ("", "x", "-1", "9" * 20, "٣"):
        assert dana.post("/notices", place=odd).status_code == 303


def test_a_new_passphrase_keeps_the_session_and_ends_the_others(
    dana: Browser, house: House
) -> None:
    """Both factors are asked for again; the other browser is logged out."""
    other = Browser(dana.app)
    other.follow(other.log_in(house, "Дана"))
    house.clock.advance(seconds=60)
    dana.get("/account")

    answer = dana.post(
        "/account",
        old=PASSPHRASE,
        code=house.code("Дана"),
        new=ANOTHER,
        again=ANOTHER,
    )

    assert dana.follow(answer).status_code == 200
    assert "новая парольная фраза" in dana.page
    assert other.get("/").headers["Location"].endswith("/login")
    house.operations.unlock(name="Дана", passphrase=ANOTHER)


def test_a_new_second_factor_is_shown_once(dana: Browser, house: House) -> None:
    """As a picture and as text; the passphrase may stay the same."""
    house.clock.advance(seconds=60)
    old_code = house.code("Дана")
    dana.get("/account")

    answer = dana.post(
        "/account", old=PASSPHRASE, code=old_code, new="", again="", new_totp="yes"
    )

    secret = house.unlocked("Дана").vault.totp_secret
    assert answer.status_code == 200
    assert '<svg class="qr"' in answer.text
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", answer.text)
    assert shown
    assert len(shown[1].replace(" ", "")) == 32
    assert secret != house.accounts["Дана"].totp_secret
    assert shown[1] not in dana.get("/account").text


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"old": "not the passphrase at all"}, 422, "Нынешняя парольная фраза или код"),
        ({"code": "000000"}, 422, "Нынешняя парольная фраза или код"),
        ({"again": ANOTHER + "x"}, 422, "не совпадают"),
        ({"new": "short", "again": "short"}, 422, "не меньше 20"),
        ({"new": "", "again": ""}, 422, "не меньше 20"),
    ],
)
def test_nothing_is_changed_by_a_mistake(
    dana: Browser, house: House, changes: dict[str, str], status: int, sentence: str
) -> None:
    """It is told beside the field, and no passphrase comes back in the page."""
    house.clock.advance(seconds=60)
    right = {"old": PASSPHRASE, "code": house.code("Дана")}
    new = {"new": ANOTHER, "again": ANOTHER}
    dana.get("/account")

    answer = dana.post("/account", **{**right, **new, **changes})

    assert answer.status_code == status
    assert sentence in answer.text
    assert ANOTHER not in answer.text
    assert PASSPHRASE not in answer.text
    assert house.unlocked("Дана").account.name == "Дана"


def test_an_open_session_does_not_guess_passphrases(dana: Browser) -> None:
    """After some failures the next try has to wait, as at the log-in."""
    dana.get("/account")
    wrong = {"old": "not the passphrase", "code": "000000"}
    new = {"new": ANOTHER, "again": ANOTHER}

    statuses = [dana.post("/account", **wrong, **new).status_code for _ in range(5)]

    assert statuses[:3] == [422, 422, 422]
    assert statuses[-1] == 429


def test_a_used_code_changes_nothing(dana: Browser, house: House) -> None:
    """The code of the log-in, read over a shoulder, is worth nothing here."""
    dana.get("/account")

    answer = dana.post(
        "/account", old=PASSPHRASE, code=house.code("Дана"), new=ANOTHER, again=ANOTHER
    )

    assert answer.status_code == 422


def removal_of(house: House, name: str) -> str:
    """Give the address of the page that takes somebody out."""
    return f"/team/{house.accounts[name].account.id}/remove"


def test_a_coordinator_takes_somebody_out(dana: Browser, house: House) -> None:
    """With both factors typed again; the page ends with what is left to do."""
    page = removal_of(house, "Борис")
    assert page in dana.get("/team").text
    assert "Отменить это нельзя" in dana.get(page).text
    house.clock.advance(seconds=60)

    done = dana.post(page, passphrase=PASSPHRASE, code=house.code("Дана"))

    assert done.status_code == 200
    assert 'DEBUNKER_INTAKE_SYNC_KEY="ssh-ed25519 ' in done.text
    keys = house.operations.replace_keys(by=house.unlocked("Айгүл"))
    assert str(keys.next_team) in done.text
    assert "Выведен из команды" in dana.get("/team").text
    assert dana.get(page).status_code == 404  # once is enough


@pytest.mark.parametrize(
    "wrong", [{"passphrase": "not hers, but as long"}, {"code": "000000"}]
)
def test_an_unwatched_session_takes_nobody_out(
    dana: Browser, house: House, wrong: dict[str, str]
) -> None:
    """Neither factor may be missing, and neither comes back in the page."""
    page = removal_of(house, "Борис")
    dana.get(page)
    house.clock.advance(seconds=60)
    right = {"passphrase": PASSPHRASE, "code": house.code("Дана")}

    refused = dana.post(page, **{**right, **wrong})

    assert refused.status_code == 422
    assert "Нынешняя парольная фраза или код" in refused.text
    assert PASSPHRASE not in refused.text
    assert house.unlocked("Борис").account.closed_on is None


def test_only_coordinators_take_people_out(dana: Browser, house: House) -> None:
    """Reviewers see the list, without the way; nobody finds their own page."""
    own = removal_of(house, "Дана")
    assert own not in dana.get("/team").text
    assert dana.get(own).status_code == 404
    assert dana.get(f"/team/{'a' * 32}/remove").status_code == 404
    aigul = Browser(dana.app)
    aigul.follow(aigul.log_in(house, "Айгүл"))
    page = removal_of(house, "Борис")

    assert "/remove" not in aigul.get("/team").text
    assert aigul.get(page).status_code == 403
    assert aigul.post(page, passphrase=PASSPHRASE, code="1").status_code == 403


def test_a_case_is_not_lost_from_the_page(
    dana: Browser, house: House, fake_intake: FakeIntake
) -> None:
    """Where somebody alone has a case, the page says so and does nothing."""
    report(house, fake_intake, "Пара", "Борис")
    with house.adapters.store.begin() as unit:
        (case_id,) = unit.cases.all()
        for name in ("Айгүл", "Дана", "Ержан"):
            unit.cases.revoke(case_id, house.accounts[name].account.id)
        unit.recovery_grants.remove(case_id)
    page = removal_of(house, "Борис")
    dana.get(page)
    house.clock.advance(seconds=60)

    refused = dana.post(page, passphrase=PASSPHRASE, code=house.code("Дана"))

    assert refused.status_code == 409
    assert "может открыть только этот участник" in refused.text
    assert house.unlocked("Борис").account.closed_on is None


def test_one_reads_out_ones_own_key(dana: Browser, house: House) -> None:
    """As the root's holders see it when they sign a directory."""
    key = Fingerprint.of_key(house.accounts["Дана"].account.signing_key)

    page = dana.get("/account").text

    assert str(key) in page
    assert key.words(Language.RU) in page
    assert str(key) in dana.get("/team").text


@pytest.mark.parametrize("way", ["log in", "fetch"])
def test_a_log_in_and_a_fetch_hand_over_what_is_lacking(
    house: House, fake_intake: FakeIntake, way: str
) -> None:
    """Nobody has to press anything for a colleague's cases."""
    report(house, fake_intake, "Пара", "Айгүл")
    dana = house.accounts["Дана"].account.id
    with house.adapters.store.begin() as unit:
        (case_id,) = unit.cases.all()
        unit.cases.revoke(case_id, dana)

    if way == "log in":
        app = house.app()
        app.extensions[access.SERVICES] = house.services
        browser = Browser(app)
        browser.follow(browser.log_in(house, "Ержан"))
    else:
        house.services.sync(by=house.unlocked("Ержан"))

    page = house.services.show_case(case_id, by=house.unlocked("Ержан"))
    granted = [each for each in page.history if each.kind is AuditKind.CASE_GRANTED]
    assert [each.subject for each in granted] == [dana]
    with house.adapters.store.begin() as unit:
        assert dana in unit.cases.holders(case_id)
        assert unit.recovery_grants.find(case_id, house.recovery.recipient)


def test_the_history_of_a_case_says_to_whom_it_was_handed(
    dana: Browser, house: House, fake_intake: FakeIntake
) -> None:
    """And that it got a new key, when somebody left."""
    report(house, fake_intake, "Пара", "Айгүл")
    with house.adapters.store.begin() as unit:
        (case_id,) = unit.cases.all()
        unit.cases.revoke(case_id, house.accounts["Ержан"].account.id)
    house.services.care_later(by=house.unlocked("Айгүл"))
    house.operations.remove_account(name="Борис", by=house.unlocked("Дана"))

    history = " ".join(dana.get(f"/cases/{case_id}").text.split())

    assert "Дело передано коллеге: <bdi>Ержан</bdi>" in history
    assert "Дело зашифровано заново: кто-то ушёл из команды" in history
