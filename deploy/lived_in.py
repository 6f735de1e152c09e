"""A console that looks lived in: what a reviewer does on a first morning.

Used for pictures. Every step is made on the console's own pages, so what a
picture shows has happened: titles, states, a signed reply, a proposed referral.
All affairs are those of the demonstration's synthetic reports.
"""

from dataclasses import dataclass
from typing import Final

import pyotp
from playwright.sync_api import Page

from deploy.organisation import LogIn

PATIENCE_MS: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is done with one case."""

    beginning: str
    """Of the report's text; the list shows it until the case has a title."""

    title: str
    state: str
    reply: str = ""


SHOWN: Final = "Ремонт школы № 999: акт подписан, работ нет"
"""The title of the case whose page is photographed."""

MORNING: Final = (
    Work(
        beginning="Дорога-призрак",
        title="Подъездная дорога, Северный Казахстан",
        state="under_review",
    ),
    Work(
        beginning="Сәлеметсіздер ме. Анама",
        title="Аурухана, Қызылорда: ота кезегі үшін ақша",
        state="more_needed",
        reply="Хабарламаңызды алдық. Бұл қай айда болғанын жазсаңыз, жеткілікті.",
    ),
    Work(
        beginning='The "Ertegi" customs post',
        title="Customs post, Zhambyl region",
        state="closed",
    ),
    Work(
        beginning="Здравствуйте. В июне",
        title=SHOWN,
        state="under_review",
        reply=(
            "Мы прочитали ваше сообщение и сверили лот с порталом закупок. "
            "Видел ли подписанный акт кто-то ещё, кроме двух ваших коллег? "
            "Имён не называйте."
        ),
    ),
)

REFERRAL: Final = {
    "subject": "Капитальный ремонт школы в Карагандинской области",
    "summary": (
        "Предположительно, работы по договору о капитальном ремонте школы приняты "
        "по акту и оплачены, хотя часть их не выполнена."
    ),
    "what": "Акт о выполненных работах предположительно не соответствует фактам.",
    "verified": "Лот и сумма договора: портал государственных закупок.",
    "not_known": "Кто распорядился оплатой.",
}


def log_in(page: Page, console: str, who: LogIn) -> None:
    """Log in with passphrase and the present code, and fetch what waits."""
    page.goto(f"{console}/login")
    page.fill("[name=name]", who.name)
    page.fill("[name=passphrase]", who.passphrase)
    page.fill("[name=code]", pyotp.TOTP(who.totp_secret).now())
    page.click("main form button")
    page.click("#sync button", timeout=PATIENCE_MS)
    page.wait_for_selector(".sync-result", timeout=PATIENCE_MS)


def work(page: Page, console: str) -> None:
    """Do a morning's work, and propose a referral of the last case."""
    for each in MORNING:
        page.goto(console)
        page.click(f"main a[href^='/cases/']:has-text({each.beginning!r})")
        page.click("details.rename summary")
        page.fill("[name=title]", each.title)
        page.click("form[action$='/title'] button")
        page.wait_for_selector(f"h1:has-text({each.title!r})", timeout=PATIENCE_MS)
        if each.reply:
            _reply(page, each)
        else:
            page.click("details.rename summary")
            page.select_option("#case-state", each.state)
            page.click("form[action$='/state'] button")
            page.wait_for_load_state()
    _propose(page)


def _reply(page: Page, case: Work) -> None:
    page.fill("#reply [name=text]", case.reply)
    page.check(f"#reply [name=state][value={case.state}]")
    page.click("#reply button.primary")
    page.click("dialog[open] button[value=yes]")
    page.wait_for_selector(f"main :text({case.reply!r})", timeout=PATIENCE_MS)


def _propose(page: Page) -> None:
    page.click("a[href$='/referrals/new']")
    page.check("[name=destination] >> nth=0")
    for name, text in REFERRAL.items():
        page.fill(f"[name={name}] >> nth=0", text)
    page.select_option("[name=label] >> nth=0", "hearsay")
    page.check("[name=source_safe]")
    page.click("#referral button.primary")
    page.wait_for_url("**/referrals/*", timeout=PATIENCE_MS)
