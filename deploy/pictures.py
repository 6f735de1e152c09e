"""Pictures of the running house, for the README and for whoever reads the texts.

    python -m deploy.pictures docs/pictures

Founds a throw-away organisation, starts both apps on loopback, files the
demonstration's reports, lets a reviewer work for a morning, and photographs the
pages in three languages, on a phone and on a desktop, as
`PAGE-LANGUAGE-DEVICE.png`. All go to `build/pictures`, those that the README
shows to the directory given as well.
"""

import argparse
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from crypto.sealed_secret import INSECURE_TESTING
from deploy.chromium import launch
from deploy.front_door import file_demo_reports
from deploy.house import both_apps
from deploy.lived_in import PATIENCE_MS, SHOWN, log_in, work
from deploy.organisation import LogIn, found
from protocol.languages import Language

ALL: Final = Path("build/pictures")
IN_THE_README: Final = (
    "report-ru-phone",
    "console-cases-ru-desktop",
    "console-case-ru-desktop",
)


class PictureError(Exception):
    """An app answered with an error page; the message says which and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A screen, in CSS pixels."""

    name: str
    width: int
    height: int
    scale: int


DEVICES: Final = (
    Device(name="phone", width=390, height=844, scale=2),
    Device(name="desktop", width=1200, height=680, scale=1),
)

STORY: Final = {
    Language.KK: "Құрылыс бөлімінде актіге қол қою үшін ақша сұрайды.",
    Language.RU: "В отделе строительства за подпись акта просят деньги.",
    Language.EN: "The building department asks for money for a signature.",
}
"""Invented, as all of the demonstration."""

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
    page.wait_for_selector("#report", timeout=PATIENCE_MS)


def codename(page: Page, origin: str, language: Language) -> None:
    """The codename of a report that has arrived."""
    report(page, origin, language)
    page.fill("#text", STORY[language])
    page.click("#report button[type=submit]")
    page.wait_for_selector("#received", timeout=PATIENCE_MS)
    page.evaluate("scrollTo(0, 0)")


def mailbox(page: Page, origin: str, language: Language) -> None:
    """Where a codename is asked for."""
    page.goto(f"{origin}/{language.value}/mailbox")
    page.wait_for_selector("#open-mailbox", timeout=PATIENCE_MS)


def plain_report(page: Page, origin: str, language: Language) -> None:
    """The form without JavaScript, with its notice."""
    page.goto(f"{origin}/{language.value}/plain/report")


def console_cases(page: Page, origin: str, language: Language) -> None:
    """The list of cases."""
    page.goto(origin)
    page.click(f".languages button[value={language.value}]")
    page.wait_for_load_state()


def console_case(page: Page, origin: str, language: Language) -> None:
    """A case with a thread and a referral."""
    console_cases(page, origin, language)
    page.click(f"main a:has-text({SHOWN!r})")
    page.wait_for_selector("#reply", timeout=PATIENCE_MS)


def console_keys(page: Page, origin: str, language: Language) -> None:
    """How the organisation's keys stand."""
    console_cases(page, origin, language)
    page.goto(f"{origin}/keys")


SCRIPT_PAGES: Final[dict[str, Visit]] = {
    "home": home,
    "help": help_page,
    "report": report,
    "codename": codename,
    "mailbox": mailbox,
}
PLAIN_PAGES: Final[dict[str, Visit]] = {"plain-report": plain_report}
CONSOLE_PAGES: Final[dict[str, Visit]] = {
    "console-cases": console_cases,
    "console-case": console_case,
    "console-keys": console_keys,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(prog="deploy.pictures", description=__doc__)
    parser.add_argument("directory", type=Path, help="of the README's pictures")
    directory: Path = parser.parse_args(arguments).directory
    directory.mkdir(parents=True, exist_ok=True)
    ALL.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place, sync_playwright() as playwright:
        organisation = found(Path(place), profile=INSECURE_TESTING)
        browser = launch(playwright)
        with both_apps(organisation) as (intake, console):
            for _ in file_demo_reports(intake):
                pass
            _take_console(browser, console, organisation.log_ins[0])
            _take_intake(browser, intake)
        browser.close()
    for name in IN_THE_README:
        shutil.copyfile(ALL / f"{name}.png", directory / f"{name}.png")
    return 0


def _take_console(browser: Browser, console: str, who: LogIn) -> None:
    # One session for all: a code works only once.
    with _opened(browser, DEVICES[-1], script=True) as page:
        log_in(page, console, who)
        work(page, console)
        for device in DEVICES:
            page.set_viewport_size({"width": device.width, "height": device.height})
            _take(page, CONSOLE_PAGES, console, device)


def _take_intake(browser: Browser, intake: str) -> None:
    for device in DEVICES:
        with _opened(browser, device, script=True) as page:
            _take(page, SCRIPT_PAGES, intake, device)
        with _opened(browser, device, script=False) as page:
            _take(page, PLAIN_PAGES, intake, device)


@contextmanager
def _opened(browser: Browser, device: Device, *, script: bool) -> Iterator[Page]:
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


def _take(page: Page, pages: dict[str, Visit], origin: str, device: Device) -> None:
    statuses: list[int] = []
    page.on("response", lambda response: statuses.append(response.status))
    for name, visit in pages.items():
        for language in Language:
            visit(page, origin, language)
            if max(statuses) >= HTTPStatus.BAD_REQUEST:
                raise PictureError(f"{name} in {language.value}: {max(statuses)}")
            path = ALL / f"{name}-{language.value}-{device.name}.png"
            page.screenshot(path=path)
            print(path)


if __name__ == "__main__":
    raise SystemExit(main())
