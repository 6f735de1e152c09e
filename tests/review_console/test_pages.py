"""What each page does with what it is given, right or wrong."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import update

from protocol.reply import CaseState
from protocol.report import Answers, ConsentTo, Paid
from review_console.domain.case import MAX_REPLY_CHARACTERS, MAX_TITLE_CHARACTERS
from review_console.storage import tables
from review_console.storage.database import SqlStore
from review_console.web import access
from review_console.web.downloads import neutral_name
from review_console.web.errors import report_bug
from tests.review_console.browser import Browser
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import House, Reporter
from tests.review_console.test_journey import dossier_form

TEXT = "Утром я видел, как начальник отдела взял деньги у подрядчика в кабинете."

Opener = Callable[[str], Browser]


@pytest.fixture
def member(house: House) -> Opener:
    """Give a browser in which somebody is logged in."""
    app = house.app()
    app.extensions[access.SERVICES] = house.services

    def make(name: str) -> Browser:
        browser = Browser(app)
        browser.follow(browser.log_in(house, name))
        return browser

    return make


def with_case(  # noqa: PLR0913  # three of them are options by name
    browser: Browser,
    house: House,
    intake: FakeIntake,
    *,
    to: ConsentTo = ConsentTo.AGENCY,
    answers: Answers | None = None,
    reporter: Reporter | None = None,
) -> str:
    """Let a report arrive, fetch it, and give the address of its case."""
    reporter = reporter or house.reporter()
    files = [("мой файл.pdf", b"%PDF"), ("b.PNG", b"png")]
    sealed = reporter.report(TEXT, files=files, to=to, answers=answers)
    intake.deposit(sealed, reporter.keys.mailbox)
    browser.follow(browser.post("/sync"))
    found = re.search(r'href="(/cases/[a-z2-7]{32})"', browser.page)
    assert found
    browser.get(found[1])
    return found[1]


def test_title_and_state_are_changed(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """Each by its own form; the history says who did what, not what it said."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)

    browser.follow(browser.post(f"{path}/title", title="  Закупка в районе "))
    browser.follow(browser.post(f"{path}/state", state="under_review"))
    browser.follow(browser.post(f"{path}/state", state="under_review"))

    assert "Закупка в районе" in browser.page
    page = house.services.list_cases(by=house.unlocked("Борис"))
    assert page.rows[0].title == "Закупка в районе"
    assert page.counts == {CaseState.UNDER_REVIEW: 1}
    case = house.services.show_case(page.rows[0].id, by=house.unlocked("Борис"))
    kinds = [entry.kind.value for entry in case.history]
    assert kinds == ["case_opened", "reply_written", "title_changed", "state_changed"]


@pytest.mark.parametrize(
    ("where", "fields"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * (MAX_TITLE_CHARACTERS + 1)}),
        ("state", {"state": "won"}),
        ("state", {}),
        ("replies", {"text": " ", "state": "closed"}),
        ("replies", {"text": "x" * (MAX_REPLY_CHARACTERS + 1), "state": "closed"}),
        ("replies", {"text": "kept words", "state": "won"}),
    ],
)
def test_a_wrong_form_comes_back_with_words(
    house: House,
    fake_intake: FakeIntake,
    member: Opener,
    where: str,
    fields: dict[str, str],
) -> None:
    """422, an error summary, what was typed is kept, and nothing is changed."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)

    answer = browser.post(f"{path}/{where}", **fields)

    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text
    for name in fields.keys() - {"state"}:
        assert fields[name].strip() in answer.text
    assert len(fake_intake.replies) == 1


def test_a_reply_can_be_edited_before_it_is_sent(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """Back on the page, the words are kept."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    browser.post(f"{path}/replies", text="Первый вариант", state="closed")

    again = browser.post(
        f"{path}/replies", text="Первый вариант", state="closed", edit="yes"
    )

    assert again.status_code == 200
    assert "Первый вариант</textarea>" in again.text
    assert len(fake_intake.replies) == 1


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "yes"}])
def test_who_answers_second_is_told_before_it_is_sent(
    house: House,
    fake_intake: FakeIntake,
    member: Opener,
    confirmed: dict[str, str],
) -> None:
    """The text is kept, the first answer is shown, and once more sends."""
    first, second = member("Айгүл"), member("Борис")
    path = with_case(first, house, fake_intake)
    second.get(path)
    send = {"state": "closed", "confirmed": "yes"}
    first.follow(first.post(f"{path}/replies", text="Первый ответ", **send))

    told = second.post(
        f"{path}/replies", text="Второй ответ", state="under_review", **confirmed
    )

    assert told.status_code == 409
    assert 'id="error-summary"' in told.text
    assert "Второй ответ</textarea>" in told.text
    assert "Первый ответ" in told.text
    assert told.text.count('class="chip chip-new"') == 1
    assert len(fake_intake.replies) == 2  # the acknowledgement, and the first
    second.follow(second.post(f"{path}/replies", text="Второй ответ", **send))
    assert len(fake_intake.replies) == 3


def test_a_reply_pressed_twice_is_sent_once(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """The second press answers a thread that has grown by the first."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    form = browser.page
    send = {"text": "Ответ", "state": "closed", "confirmed": "yes"}

    browser.post(f"{path}/replies", **send)
    browser.page = form
    again = browser.post(f"{path}/replies", **send)

    assert again.status_code == 409
    assert len(fake_intake.replies) == 2


def test_a_message_that_came_meanwhile_is_read_first(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """Also what the reporter wrote can change the answer."""
    reader, colleague = member("Айгүл"), member("Борис")
    reporter = house.reporter()
    path = with_case(reader, house, fake_intake, reporter=reporter)
    fake_intake.deposit(reporter.message("Уже неважно."), reporter.keys.mailbox)
    colleague.follow(colleague.post("/sync"))

    told = reader.post(f"{path}/replies", text="Ответ", state="closed", seen="2")

    assert told.status_code == 409
    assert "Уже неважно." in told.text
    for nonsense in ("", "x", "-1", "9" * 20):
        send = {"text": "Ответ", "state": "closed", "confirmed": "yes"}
        again = reader.post(f"{path}/replies", seen=nonsense, **send)
        assert again.status_code == 409


def test_a_reply_that_waits_and_one_that_nobody_reads_are_told(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """The page says how far it came."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    send = {"text": "Ответ", "state": "closed", "confirmed": "yes"}

    fake_intake.is_reachable = False
    browser.follow(browser.post(f"{path}/replies", **send))
    assert "delivery-waiting" in browser.page
    fake_intake.is_reachable = True
    fake_intake.deleted.update(fake_intake.mailboxes.values())
    browser.follow(browser.post("/sync"))
    assert 'class="notice trouble"' in browser.page
    browser.get(path)
    assert "delivery-gone" in browser.page


def test_an_intake_in_trouble_is_told(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """Away, refusing, sending other files, or busy: four sentences."""
    browser = member("Айгүл")
    told = set()
    fake_intake.is_reachable = False
    browser.follow(browser.post("/sync"))
    told.add(trouble(browser.page))
    fake_intake.is_reachable = True
    pinned, fake_intake.sync_key = fake_intake.sync_key, house.root.verification_key
    browser.follow(browser.post("/sync"))
    told.add(trouble(browser.page))
    fake_intake.sync_key = pinned
    reporter = house.reporter()
    bad = fake_intake.deposit(reporter.report(), reporter.keys.mailbox)
    fake_intake.tampered.add(bad)
    browser.follow(browser.post("/sync"))
    told.add(trouble(browser.page))

    with house.services.sync.one_at_a_time:
        browser.follow(browser.post("/sync"))
    told.add(trouble(browser.page))

    assert len(told) == 4


def trouble(page: str) -> str:
    """Read the sentence of a notice."""
    found = re.search(r'notice trouble" role="alert"><p>([^<]+)<', page)
    assert found, page
    return found[1]


def test_a_case_that_was_changed_hides_no_other(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """The list shows the rest and names the number; the case itself is an error."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    with_case(browser, house, fake_intake)
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        connection.execute(
            update(tables.cases)
            .where(tables.cases.c.number == 1)
            .values(sealed_facts=b"x" * 80)
        )

    browser.get("/")

    assert browser.page.count('class="row-number"') == 1
    assert trouble(browser.page).endswith(": 1")
    assert browser.get(path).status_code == 500


def test_the_list_is_filtered_by_state(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """A state that is none is no filter."""
    browser = member("Айгүл")
    with_case(browser, house, fake_intake)

    def rows(query: str) -> int:
        return browser.get(f"/?{query}").text.count('class="row-number"')

    assert rows("state=received") == 1
    assert rows("state=closed") == 0
    assert rows("state=nonsense") == 1
    assert rows("before=1") == 0
    assert rows("before=nonsense") == 1
    assert rows("before=" + "9" * 30) == 1


def test_a_page_speaks_the_chosen_language(member: Opener) -> None:
    """Kept in the session; only a path of our own is followed."""
    browser = member("Айгүл")
    browser.get("/help")

    for code in ("kk", "en", "ru"):
        browser.follow(browser.post("/language", language=code, next="/help"))
        assert f'<html lang="{code}">' in browser.page
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", ""):
        answer = browser.post("/language", language="xx", next=elsewhere)
        assert answer.headers["Location"] == "/"


def test_what_is_kept_sealed_is_shown(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """With its reason; the registry shows the keys."""
    browser = member("Айгүл")
    reporter = house.reporter()
    fake_intake.deposit(bytes(70_000), reporter.keys.mailbox)
    browser.follow(browser.post("/sync"))

    assert "not_an_age_file" in browser.get("/unreadable").text
    page = browser.get("/destinations").text
    assert str(house.agency.recipient) in page
    assert str(house.newsroom.recipient) in page


def test_an_attachment_that_is_not_there_is_not_found(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """Neither another index nor another message."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    link = re.search(rf"{path}/attachments/[a-z2-7]{{32}}", browser.page)
    assert link

    assert browser.get(f"{link[0]}/2").status_code == 404
    assert browser.get(f"{path}/attachments/{'a' * 32}/0").status_code == 404


def test_a_download_is_bytes_to_save(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """It runs nothing, is sniffed as nothing, and has a neutral name."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    link = re.search(rf"{path}/attachments/[a-z2-7]{{32}}/1", browser.page)
    assert link

    answer = browser.get(link[0])

    assert answer.data == b"png"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "application/octet-stream"
    disposition = answer.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="case-1-1-2.png"'


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("a.pdf", "n.pdf"),
        ("a.PDF", "n.pdf"),
        ("a.exe", "n.bin"),
        ("a", "n.bin"),
        ('a.p"df', "n.bin"),
        ("fdp.exe\u202e", "n.bin"),
    ],
)
def test_of_a_strangers_file_name_a_known_ending_is_kept(
    theirs: str, ours: str
) -> None:
    """Enough to choose a program; nothing else."""
    assert neutral_name("n", theirs) == ours


def test_a_coordinator_alone_may_approve_over_http(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """The route declares it; the page does not even offer it."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    browser.get(f"{path}/referrals/new")
    form = dossier_form(house, browser.page)
    answer = browser.post(f"{path}/referrals/new", **form)
    referral = answer.headers["Location"]
    browser.follow(answer)

    assert "/approve" not in browser.page
    refused = browser.post(f"{referral}/approve", read="yes", sha256="0" * 64)
    assert refused.status_code == 403
    assert browser.get(f"{referral}/package").status_code == 404
    browser.get(referral)
    browser.follow(browser.post(f"{referral}/export"))
    assert trouble(browser.page)
    browser.follow(browser.post(f"{referral}/withdraw"))
    browser.follow(browser.post(f"{referral}/withdraw"))
    assert trouble(browser.page)


def test_an_approver_must_say_that_they_have_read_it(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """And approves the digest of the page that they read."""
    browser, coordinator = member("Айгүл"), member("Дана")
    path = with_case(browser, house, fake_intake)
    browser.get(f"{path}/referrals/new")
    form = dossier_form(house, browser.page)
    referral = browser.post(f"{path}/referrals/new", **form).headers["Location"]
    assert referral in coordinator.get("/").text
    coordinator.get(referral)

    unread = coordinator.post(f"{referral}/approve", sha256="0" * 64)
    assert unread.status_code == 422
    coordinator.follow(
        coordinator.post(f"{referral}/approve", sha256="0" * 64, read="yes")
    )
    assert trouble(coordinator.page)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"destination": ""}, "destination"),
        ({"subject": ""}, "subject"),
        ({"summary": ""}, "summary"),
        ({"summary": TEXT}, "summary"),
        ({"chronology": "x" * 10_001}, "chronology"),
        ({"what": [""], "who": ["кто-то"]}, "what-0"),
        ({"what": [TEXT]}, "what-0"),
        ({"label": [""]}, "label-0"),
        ({"source_safe": ""}, "source_safe"),
        ({"paid_warning": ""}, "paid_warning"),
    ],
)
def test_a_referral_with_a_fault_comes_back(
    house: House,
    fake_intake: FakeIntake,
    member: Opener,
    changes: dict[str, object],
    field: str,
) -> None:
    """Each fault at its field; nothing is proposed."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake, answers=Answers(paid=Paid.YES))
    browser.get(f"{path}/referrals/new")
    right = {"paid_warning": "yes"}

    answer = browser.post(
        f"{path}/referrals/new",
        **dossier_form(house, browser.page, **(right | changes)),
    )

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert not house.services.proposed_referrals(by=house.unlocked("Дана"))


@pytest.mark.parametrize(
    ("name", "is_clean"),
    [("мой файл.pdf", True), ("Мой.pdf", True), ("../x.pdf", True), ("ok.pdf", False)],
)
def test_evidence_leaves_under_a_neutral_name_and_looked_at(
    house: House,
    fake_intake: FakeIntake,
    member: Opener,
    name: str,
    is_clean: bool,  # noqa: FBT001  # a parameter of the table
) -> None:
    """Not the reporter's name, no path, and somebody has seen its metadata."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    browser.get(f"{path}/referrals/new")
    form = dossier_form(house, browser.page)
    key = next(iter(form["release"]))  # type: ignore[call-overload]  # a list of keys
    form[f"name:{key}"] = name
    if not is_clean:
        del form[f"clean:{key}"]

    answer = browser.post(f"{path}/referrals/new", **form)

    assert answer.status_code == 422
    assert f'href="#{"name" if is_clean else "clean"}:{key}"' in answer.text


def test_two_files_of_one_name_are_refused(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """One would hide the other when the package is unpacked."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    browser.get(f"{path}/referrals/new")
    keys = re.findall(r'value="([a-z2-7]{32}/\d+)"', browser.page)
    form = dossier_form(house, browser.page, release=keys)
    form |= {f"name:{key}": "Annex.pdf" for key in keys}
    form |= {f"clean:{key}": "yes" for key in keys}

    answer = browser.post(f"{path}/referrals/new", **form)

    assert answer.status_code == 422
    assert f'href="#name:{keys[1]}"' in answer.text


def test_one_more_allegation_keeps_what_was_typed(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """The page grows; nothing is proposed and nothing is scolded."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    browser.get(f"{path}/referrals/new")

    answer = browser.post(
        f"{path}/referrals/new", **dossier_form(house, browser.page, more="yes")
    )

    assert answer.status_code == 200
    assert answer.text.count('class="allegation"') == 2
    assert "Получено вознаграждение" in answer.text
    assert 'id="error-summary"' not in answer.text


def test_a_form_cannot_talk_its_way_past_consent(
    house: House, fake_intake: FakeIntake, member: Opener
) -> None:
    """A destination that the page did not offer is refused, and one that is none."""
    browser = member("Айгүл")
    path = with_case(browser, house, fake_intake)
    browser.get(f"{path}/referrals/new")

    for destination in (house.newsroom.id, "a" * 32):
        form = dossier_form(house, browser.page, destination=destination)
        answer = browser.post(f"{path}/referrals/new", **form)
        assert answer.status_code == 422
        assert 'href="#destination"' in answer.text


@pytest.mark.parametrize("to", [ConsentTo.NONE, ConsentTo.JOURNALISTS])
def test_a_case_says_when_no_referral_is_possible(
    house: House, fake_intake: FakeIntake, member: Opener, to: ConsentTo
) -> None:
    """Consent to nobody, or to a kind that nobody registered."""
    store = house.adapters.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        connection.execute(
            tables.destinations.delete().where(
                tables.destinations.c.kind == "journalists"
            )
        )
    browser = member("Айгүл")

    with_case(browser, house, fake_intake, to=to)

    assert "/referrals/new" not in browser.page


def test_what_is_too_large_has_its_own_page(member: Opener) -> None:
    """A form of more than a mebibyte is refused before it is read."""
    browser = member("Айгүл")
    browser.get("/help")

    answer = browser.post("/language", language="x" * (2 << 20))

    assert answer.status_code == 413


def test_a_bug_shows_no_value(
    house: House, member: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kind and place on standard error; a plain page for the person."""
    browser = member("Айгүл")

    def broken() -> str:
        raise KeyError("СЕКРЕТ")

    browser.app.view_functions["registry.help_page"] = access.members(broken)

    answer = browser.get("/help")

    assert answer.status_code == 500
    assert "СЕКРЕТ" not in answer.text
    written = capsys.readouterr().err
    assert written.startswith("console: KeyError at ")
    assert "СЕКРЕТ" not in written
    report_bug(ValueError("СЕКРЕТ"))
    assert capsys.readouterr().err == "console: ValueError\n"
    assert house.operations.check_audit()


def test_the_alive_signal_keeps_a_session_open(house: House, member: Opener) -> None:
    """Somebody who types for an hour does not lose the text."""
    browser = member("Айгүл")

    for _ in range(6):
        house.clock.advance(minutes=10)
        assert browser.get("/alive").status_code == 204
    assert browser.get("/").status_code == 200
    house.clock.advance(minutes=15)
    assert browser.get("/alive").status_code == 401
