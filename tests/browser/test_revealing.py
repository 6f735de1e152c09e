"""What in the typed words can point to their writer is said before it is sealed."""

import pytest

from protocol.codename import Codename
from tests.browser.conftest import Visit

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

SUBMIT = "#report button[type=submit]"
PHONE = "+7 (700) 000-00-45"
IIN = "990101100000"
"""Of somebody born in 1899."""

TELLING = f"Меня зовут Имярек, ИИН {IIN}, тел. {PHONE}, a@example.kz"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", ("Сіздікі болса", "Өзіңіз туралы")),
        ("ru", ("Если он ваш", "Слова о себе")),
        ("en", ("If it is yours", "Words about yourself")),
    ],
)
def test_what_points_to_the_writer_is_told_while_it_is_typed(
    visit: Visit, language: str, words: tuple[str, str]
) -> None:
    """In the page alone: no request goes out for it."""
    visit.open(f"/{language}/report")
    before = list(visit.requests)
    visit.page.fill("#text", "Директор взял деньги, БИН 700552477314.")
    assert visit.page.is_hidden("#revealing")

    visit.page.fill("#text", TELLING)

    told = visit.shown("#revealing")
    for each in (*words, IIN, PHONE, "a@example.kz", "Меня зовут"):
        assert each in told
    visit.page.fill("#text", "Директор взял деньги.")
    assert visit.page.is_hidden("#revealing")
    assert visit.requests == before
    assert visit.complaints == []


def test_it_is_asked_once_before_sealing(visit: Visit) -> None:
    """Only the reporter knows whose number it is; nothing is forbidden."""
    visit.open("/ru/report")
    visit.page.fill("#text", f"Он звонил с номера {PHONE}")
    visit.page.click(SUBMIT)

    assert "Ничего не отправлено" in visit.shown("#revealing")
    assert visit.page.evaluate("document.activeElement.id") == "revealing"
    assert visit.sent("/uploads") == []
    visit.page.fill("#do_not_use", f"мой ИИН {IIN}")
    visit.page.click(SUBMIT)
    assert IIN in visit.shown("#revealing-list")
    assert visit.sent("/uploads") == []
    visit.page.click(SUBMIT)
    visit.shown("#received")
    assert visit.page.inner_text("#revealing-list") == ""


def test_a_message_is_looked_at_too(visit: Visit) -> None:
    """Most give themselves away in the second message, not in the first."""
    visit.open("/ru/mailbox")
    codename = Codename(bytes(range(12)))
    visit.page.fill("#codename", codename.characters())
    visit.page.press("#codename", "Enter")
    visit.shown("#message")
    visit.page.fill("#text", f"Позвоните: {PHONE}")
    visit.page.click("#message button[type=submit]")

    assert PHONE in visit.shown("#revealing")
    assert visit.sent("/uploads") == []
    visit.page.fill("#text", "Позвонить нельзя.")
    visit.page.click("#message button[type=submit]")
    visit.shown("#message-sent")
