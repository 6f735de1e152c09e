"""Pictures of the running house, for the README and for whoever reads the texts.

    python -m deploy.pictures docs/pictures

Founds a throw-away organisation, starts both apps on loopback, files the
demonstration's reports, lets a reviewer work for a morning, and photographs every
page that a reporter can meet, in each of its states, and the console's: whole, in
three languages, on each screen below, as `STATE-LANGUAGE-SCREEN.png`; the sheet that
a printer would put out as `STATE-LANGUAGE.pdf`. All go to `build/pictures`, those
that the README shows, of one screen's height, to the directory given as well.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from crypto.sealed_secret import INSECURE_TESTING
from deploy import reporter_walk
from deploy.chromium import launch
from deploy.front_door import file_demo_reports
from deploy.house import both_apps
from deploy.lived_in import PATIENCE_MS, SHOWN, log_in, work
from deploy.organisation import LogIn, found
from deploy.reporter_walk import Walk
from protocol.languages import Language

ALL: Final = Path("build/pictures")
IN_THE_README: Final = (
    ("report", Language.RU, "phone"),
    ("console-cases", Language.RU, "desktop"),
    ("console-case", Language.RU, "desktop"),
)
PRINTED: Final = ("report-received", "plain-received", "offline-sealed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A screen, in CSS pixels, and what its owner has set."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    forced_colors: Literal["none", "active"] = "none"


PHONE: Final = Screen(name="phone", width=390, height=844)
DESKTOP: Final = Screen(name="desktop", width=1280, height=800)
SCREENS: Final = (
    PHONE,
    Screen(name="narrow", width=320, height=568),
    Screen(name="night", width=390, height=844, scheme="dark"),
    Screen(name="contrast", width=390, height=844, forced_colors="active"),
    # Of 1280 pixels, at 200 %.
    Screen(name="zoomed", width=640, height=400),
    DESKTOP,
)
CONSOLE_SCREENS: Final = (PHONE, DESKTOP)

Visit = Callable[[Page, str, Language], None]
"""Brings a page of the console to what the picture shows."""


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
            _take_console(browser, console, organisation.log_ins[0], directory)
            for walk in reporter_walk.WITH_SCRIPT:
                _take_walk(browser, walk, intake, directory)
            _take_walk(
                browser, reporter_walk.without_script, intake, directory, script=False
            )
            (Path(place) / "intake" / "directory.json.sig").unlink()
            _take_walk(browser, reporter_walk.closed, intake, directory)
        browser.close()
    return 0


def _take_console(browser: Browser, console: str, who: LogIn, readme: Path) -> None:
    # One session for all: a code works only once.
    with _opened(browser) as page:
        log_in(page, console, who)
        work(page, console)
        for name, visit in CONSOLE_PAGES.items():
            for language in Language:
                visit(page, console, language)
                _take(page, name, language, CONSOLE_SCREENS, readme)


def _take_walk(
    browser: Browser, walk: Walk, intake: str, readme: Path, *, script: bool = True
) -> None:
    for language in Language:
        with _opened(browser, script=script) as page:
            for name in walk(page, intake, language):
                _take(page, name, language, SCREENS, readme)


@contextmanager
def _opened(browser: Browser, *, script: bool = True) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=script)
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def _take(
    page: Page, name: str, language: Language, screens: Sequence[Screen], readme: Path
) -> None:
    for screen in screens:
        page.set_viewport_size({"width": screen.width, "height": screen.height})
        page.emulate_media(
            color_scheme=screen.scheme, forced_colors=screen.forced_colors
        )
        file = f"{name}-{language.value}-{screen.name}.png"
        page.screenshot(path=ALL / file, full_page=True)
        if (name, language, screen.name) in IN_THE_README:
            page.screenshot(path=readme / file)
    if name in PRINTED:
        page.pdf(path=ALL / f"{name}-{language.value}.pdf")
    print(name, language.value)


if __name__ == "__main__":
    raise SystemExit(main())
