"""Pictures of the running house, for the README and for whoever reads the texts.

    python -m deploy.pictures docs/pictures --intake http://127.0.0.1:8480
    python -m deploy.pictures docs/pictures --intake … --console … --demo .demo

Every page is taken in three languages, on a phone and on a desktop, as
`PAGE-LANGUAGE-DEVICE.png`. The pictures of a codename file a real report each.

The console is entered as the first person of the demonstration that `--demo`
names: no secret stands in an argument.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pyotp
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.organisation import LogIn, load
from protocol.languages import Language

CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A screen, in CSS pixels."""

    name: str
    width: int
    height: int
    scale: int


DEVICES: Final = (
    Device(name="phone", width=390, height=844, scale=2),
    Device(name="desktop", width=1280, height=860, scale=1),
)

STORY: Final = {
    Language.KK: "Құрылыс бөлімінде актіге қол қою үшін ақша сұрайды.",
    Language.RU: "В отделе строительства за подпись акта просят деньги.",
    Language.EN: "The building department asks for money for a signature.",
}
"""Invented, as all of the demonstration."""


class PictureError(Exception):
    """An app answered with an error page; the message says which and where."""


Visit = Callable[[Page, str, Language], None]
"""Brings a page of an app to what the picture shows."""


def home(page: Page, origin: str, language: Language) -> None:
    """The first page."""
    page.goto(f"{origin}/{language.value}/")


def help_page(page: Page, origin: str, language: Language) -> None:
    """What the site can do and what not."""
    page.goto(f"{origin}/{language.value}/help")


def report(page: Page, origin: str, language: Language) -> None:
    """The form that seals in the page."""
    page.goto(f"{origin}/{language.value}/report")
    page.wait_for_selector("#report", state="visible", timeout=PATIENCE_MS)


def codename(page: Page, origin: str, language: Language) -> None:
    """The codename of a report that has arrived."""
    report(page, origin, language)
    page.fill("#text", STORY[language])
    page.click("#report button[type=submit]")
    page.wait_for_selector("#received", state="visible", timeout=PATIENCE_MS)
    page.evaluate("scrollTo(0, 0)")


def mailbox(page: Page, origin: str, language: Language) -> None:
    """Where a codename is asked for."""
    page.goto(f"{origin}/{language.value}/mailbox")
    page.wait_for_selector("#open-mailbox", state="visible", timeout=PATIENCE_MS)


def plain_report(page: Page, origin: str, language: Language) -> None:
    """The form without JavaScript, with its notice."""
    page.goto(f"{origin}/{language.value}/plain/report")


SCRIPT_PAGES: Final[dict[str, Visit]] = {
    "home": home,
    "help": help_page,
    "report": report,
    "codename": codename,
    "mailbox": mailbox,
}
PLAIN_PAGES: Final[dict[str, Visit]] = {"plain-report": plain_report}


def console_cases(page: Page, origin: str, language: Language) -> None:
    """The list of cases; its switch keeps the language for the next page."""
    page.goto(f"{origin}/")
    page.click(f".languages button[value={language.value}]")


def console_case(page: Page, origin: str, language: Language) -> None:
    """The first case of the list."""
    console_cases(page, origin, language)
    page.click("main a[href*='/cases/']")
    page.wait_for_load_state()


CONSOLE_PAGES: Final[dict[str, Visit]] = {
    "console-cases": console_cases,
    "console-case": console_case,
}


@contextmanager
def opened(browser: Browser, device: Device, *, script: bool) -> Iterator[Page]:
    """Open a page in a fresh profile, in the light scheme."""
    context = browser.new_context(
        viewport={"width": device.width, "height": device.height},
        device_scale_factor=device.scale,
        java_script_enabled=script,
        color_scheme="light",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def log_in(page: Page, origin: str, who: LogIn) -> None:
    """Log in as a reviewer, and fetch what waits at the intake."""
    page.goto(f"{origin}/login")
    page.fill("[name=name]", who.name)
    page.fill("[name=passphrase]", who.passphrase)
    page.fill("[name=code]", pyotp.TOTP(who.totp_secret).now())
    page.click("main form button")
    page.click("#sync button", timeout=PATIENCE_MS)
    page.wait_for_selector(".sync-result", timeout=PATIENCE_MS)


def take(
    page: Page, where: Path, pages: dict[str, Visit], origin: str, device: Device
) -> None:
    """Take each page in each language.

    Raises:
        PictureError: There is only an error to be seen.
        playwright.sync_api.Error: A page did not come to what it should show.
    """
    statuses: list[int] = []
    page.on("response", lambda response: statuses.append(response.status))
    for name, visit in pages.items():
        for language in Language:
            visit(page, origin, language)
            if max(statuses) >= HTTPStatus.BAD_REQUEST:
                raise PictureError(f"{name} in {language.value}: {max(statuses)}")
            path = where / f"{name}-{language.value}-{device.name}.png"
            page.screenshot(path=path)
            print(path)


def take_console(browser: Browser, where: Path, origin: str, who: LogIn) -> None:
    """Take the console's pages in one session: a code works only once."""
    with opened(browser, DEVICES[-1], script=True) as page:
        log_in(page, origin, who)
        for device in DEVICES:
            page.set_viewport_size({"width": device.width, "height": device.height})
            take(page, where, CONSOLE_PAGES, origin, device)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(prog="deploy.pictures")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--intake", required=True, metavar="URL")
    parser.add_argument("--console", metavar="URL")
    parser.add_argument("--demo", type=Path, default=Path(".demo"), metavar="PLACE")
    options = parser.parse_args(arguments)
    options.directory.mkdir(parents=True, exist_ok=True)
    organisation = load(options.demo) if options.console else None
    if options.console and organisation is None:
        parser.error(f"no demonstration in {options.demo}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(ARGUMENTS)
        )
        # First, so that the reports of our own pictures are not yet in the list.
        if organisation is not None:
            who = organisation.log_ins[0]
            take_console(browser, options.directory, options.console, who)
        for device in DEVICES:
            with opened(browser, device, script=True) as page:
                take(page, options.directory, SCRIPT_PAGES, options.intake, device)
            with opened(browser, device, script=False) as page:
                take(page, options.directory, PLAIN_PAGES, options.intake, device)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
