"""A device whose clock is wrong: the page and its worker, which ask the time."""

from datetime import timedelta

from playwright.sync_api import Page, Route

_WRONG = """{
  const Right = Date, wrong = () => Right.now() + %d
  globalThis.Date = class Date extends Right {
    constructor(...parts) { parts.length ? super(...parts) : super(wrong()) }
    static now() { return wrong() }
  }
}
"""


def set_clock(page: Page, ahead: timedelta) -> None:
    """Set the clock of a page that is not open yet, and of its worker."""
    wrong = _WRONG % (ahead / timedelta(milliseconds=1))

    def in_the_worker(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=wrong + answer.text())

    page.add_init_script(wrong)
    page.route("**/static/worker.js", in_the_worker)


def shown_day(page: Page) -> str:
    """Return today as the device has it, as the page writes it."""
    day: str = page.evaluate(
        """() => { const now = new Date(); return [now.getDate(), now.getMonth() + 1,
          now.getFullYear()].map((part) => String(part).padStart(2, '0')).join('.') }"""
    )
    return day
