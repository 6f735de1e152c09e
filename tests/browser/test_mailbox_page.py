"""The mailbox's page: the codename is checked here, replies are verified here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Route

from crypto.age import HybridRecipient
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.day import day_of
from protocol.languages import Language
from protocol.mailbox import ReporterKeys, build_mailbox_answer
from protocol.reply import CaseState, Reply, seal_reply
from tests.browser.conftest import Visit

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

TODAY = day_of(datetime.now(UTC))  # noqa: TID251  # the browser asks its own clock
OPEN = "#open-mailbox button[type=submit]"


@pytest.fixture
def codename() -> Codename:
    """Give somebody's codename."""
    return Codename.generate(system_entropy)


def _open(visit: Visit, typed: str, *, language: str = "ru") -> None:
    visit.open(f"/{language}/mailbox")
    visit.page.fill("#codename", typed)
    visit.page.click(OPEN)


def _swap_word(spelt: str) -> str:
    """Swap the first two neighbours that differ."""
    words = spelt.split(" ")
    at = next(n for n in range(len(words) - 1) if words[n] != words[n + 1])
    words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


@pytest.mark.parametrize(
    ("mistype", "named"),
    [
        (lambda _: "", ""),
        (lambda spelt: spelt.rpartition(" ")[0], "10"),
        (lambda spelt: spelt.rpartition(" ")[0] + " ъйцукен", "ъйцукен"),
        (_swap_word, ""),
    ],
    ids=["nothing", "a word short", "a word that is none", "two words swapped"],
)
def test_a_mistyped_codename_is_caught_before_anything_is_sent(
    visit: Visit, codename: Codename, mistype: Callable[[str], str], named: str
) -> None:
    """An unknown mailbox looks like an empty one, so the check must be here."""
    spelt = codename.words(Language.RU)

    _open(visit, mistype(spelt))

    assert named in visit.shown("#error-codename")
    assert named in visit.page.inner_text("#error-summary")
    assert visit.sent("/mailbox") == []


@pytest.mark.parametrize(
    ("language", "spelling"),
    [
        ("kk", "russian"),
        ("ru", "characters"),
        ("en", "english"),
        ("ru", "english"),
        ("ru", "starts"),
    ],
)
def test_a_mailbox_opens_with_any_spelling(
    visit: Visit, codename: Codename, language: str, spelling: str
) -> None:
    """Whoever has one spelling of the codename needs no other."""
    typed = {
        "russian": codename.words(Language.RU).upper().replace("Е", "Ё"),
        "english": codename.words(Language.EN),
        "starts": " ".join(w[:4] for w in codename.words(Language.RU).split()),
        "characters": codename.characters().lower().replace("-", " "),
    }[spelling]

    _open(visit, typed, language=language)

    visit.shown("#no-replies")
    assert visit.page.is_hidden("#sent-on")
    assert visit.page.is_hidden("#acknowledged")
    assert visit.page.input_value("#codename") == ""
    assert visit.complaints == []


def test_replies_are_shown_in_order_and_bad_ones_counted(
    visit: Visit, codename: Codename
) -> None:
    """A forged, a foreign and a repeated reply are skipped, not shown."""
    organisation = visit.organisation
    keys = ReporterKeys.derive(codename, organisation.id)
    other = ReporterKeys.derive(Codename.generate(system_entropy), organisation.id)
    recipient = keys.identity.recipient

    def content(number: int, state: CaseState, text: str) -> Reply:
        return Reply(
            mailbox=keys.mailbox,
            number=number,
            day=TODAY,
            language=Language.RU,
            state=state,
            text=text,
        )

    def sealed(
        reply: Reply,
        *,
        key: SigningKey = organisation.team,
        to: HybridRecipient = recipient,
    ) -> bytes:
        return seal_reply(reply, to, team_key=key, entropy=system_entropy)

    elsewhere = replace(content(4, CaseState.CLOSED, "другому"), mailbox=other.mailbox)

    answer = build_mailbox_answer(
        [
            sealed(content(2, CaseState.MORE_NEEDED, "<b>Когда\nэто было?</b>")),
            sealed(content(1, CaseState.RECEIVED, "")),
            sealed(content(3, CaseState.CLOSED, "чужой"), key=organisation.root),
            sealed(elsewhere),
            sealed(content(5, CaseState.CLOSED, "не нам"), to=other.identity.recipient),
            sealed(content(2, CaseState.CLOSED, "тот же номер")),
        ],
        entropy=system_entropy,
    )
    visit.page.route("**/mailbox", _answering(answer))

    _open(visit, codename.characters())

    visit.shown("#replies")
    replies = visit.page.query_selector_all("#reply-list li")
    assert len(replies) == 2
    assert TODAY.strftime("%d.%m.%Y") in replies[0].inner_text()
    assert "<b>Когда\nэто было?</b>" in replies[1].inner_text()
    assert visit.page.is_visible("#acknowledged")
    assert "4" in visit.page.inner_text("#unreadable")
    assert visit.page.is_hidden("#no-replies")


def test_what_waits_is_told_by_day(visit: Visit, codename: Codename) -> None:
    """No person has it yet, which is neither an answer nor an empty mailbox."""
    days = [date(2026, 11, 23), date(2026, 11, 24)]
    answer = build_mailbox_answer([], sent_on=days, entropy=system_entropy)
    visit.page.route("**/mailbox", _answering(answer))

    _open(visit, codename.characters())

    assert "23.11.2026, 24.11.2026" in visit.shown("#sent-on")
    assert visit.page.is_hidden("#no-replies")
    assert visit.page.is_hidden("#acknowledged")


def _answering(answer: bytes) -> Callable[[Route], None]:
    def handle(route: Route) -> None:
        if "authorization" in route.request.headers:
            route.fulfill(body=answer, content_type="application/zip")
        else:
            route.continue_()

    return handle


@pytest.mark.parametrize("answer", [b"", b"nothing like an archive" * 10_000])
def test_a_broken_answer_is_told(
    visit: Visit, codename: Codename, answer: bytes
) -> None:
    """The person can try again, with the codename still typed."""
    visit.page.route("**/mailbox", _answering(answer))

    _open(visit, codename.characters())

    visit.shown("#trouble")
    assert visit.page.is_visible("#open-mailbox")


def test_enter_opens_the_mailbox(visit: Visit, codename: Codename) -> None:
    """The field has room for ten words, and is one line all the same."""
    visit.open("/ru/mailbox")
    visit.page.fill("#codename", codename.words(Language.RU))
    visit.page.press("#codename", "Enter")

    visit.shown("#replies")
    assert visit.complaints == []


def test_a_message_is_sent_and_another_one_can_be(
    visit: Visit, codename: Codename, photo: Path
) -> None:
    """Errors and success stand by the message's own form."""
    _open(visit, codename.characters())
    visit.shown("#message")
    visit.page.click("#message button[type=submit]")
    visit.shown("#error-summary")
    for count in (1, 2):
        visit.page.fill("#text", "ещё одно")
        visit.page.set_input_files("#attachments", [photo])
        visit.page.wait_for_selector("#chosen-files[aria-busy=true]", state="detached")
        visit.page.click("#message button[type=submit]")
        visit.page.wait_for_selector("#message-sent:not([hidden])")
        assert len([r for r in visit.requests if r == "POST /uploads"]) == count
    assert visit.page.is_hidden("#no-replies")
    assert visit.page.is_visible("#message")
    assert visit.complaints == []


def test_a_mailbox_is_deleted_only_after_a_question(
    visit: Visit, codename: Codename
) -> None:
    """DELETE goes out with the second press, and the page forgets."""
    _open(visit, codename.characters())
    visit.shown("#mailbox-actions")
    visit.page.click("#delete-mailbox")
    visit.page.click("#confirm-delete [data-part=back]")
    assert "DELETE /mailbox" not in visit.requests
    visit.page.click("#delete-mailbox")
    visit.page.click("#confirm-delete [data-part=confirm]")

    visit.shown("#mailbox-deleted")
    assert "DELETE /mailbox" in visit.requests
    assert visit.page.is_hidden("#message")


def test_leaving_goes_to_the_first_page(visit: Visit, codename: Codename) -> None:
    """Nothing of the mailbox is left, not even to go back to."""
    _open(visit, codename.characters())
    visit.shown("#mailbox-actions")
    visit.page.click("#leave")

    visit.page.wait_for_url("**/ru/")
