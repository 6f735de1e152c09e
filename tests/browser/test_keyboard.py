"""Whoever has no mouse and no touch: where the keyboard is can be seen, everywhere."""

from typing import Any

import pytest

from tests.browser.axe import open_all
from tests.browser.conftest import Visit

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

FOCUS = """() => {
    const element = document.activeElement
    if (element === document.body) return null
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    const across = [0.1, 0.5, 0.9].map(part => box.left + part * box.width)
    const down = [0.1, 0.5, 0.9].map(part => box.top + part * box.height)
    const seen = across.some(x => down.some(y => {
        const top = document.elementFromPoint(x, y)
        return top !== null && (element.contains(top) || top.contains(element))
    }))
    const all = [...document.querySelectorAll('*')]
    return {
        what: element.outerHTML.slice(0, 80),
        place: all.indexOf(element),
        marked: outlineStyle !== 'none' && parseFloat(outlineWidth) > 1,
        seen,
    }
}"""
"""The focused element: whether it is marked, and not wholly covered or out of sight."""


def _walk(visit: Visit) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    while True:
        visit.page.keyboard.press("Tab")
        step = visit.page.evaluate(FOCUS)
        if step is None or (steps and step["place"] == steps[0]["place"]):
            return steps
        steps.append(step)
        assert len(steps) < 200


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    "path", ["/", "/ru/", "/ru/help", "/ru/report", "/ru/mailbox", "/ru/sealed"]
)
def test_the_keyboard_goes_through_a_page_in_order_and_in_sight(
    visit: Visit, path: str, width: int
) -> None:
    """Each stop is marked, in the page's order, and nothing lies over it."""
    visit.page.set_viewport_size({"width": width, "height": 640})
    visit.page.goto(visit.origin + path)
    visit.page.wait_for_load_state("networkidle")
    visit.page.wait_for_selector("#preparing", state="hidden")
    open_all(visit.page)

    steps = _walk(visit)

    assert len(steps) >= 3
    assert [step["what"] for step in steps if not step["marked"]] == []
    assert [step["what"] for step in steps if not step["seen"]] == []
    places = [step["place"] for step in steps]
    assert places == sorted(places)


def test_a_report_is_written_sent_and_compared_by_keyboard_alone(visit: Visit) -> None:
    """From the skip link to the words that the paper is right."""
    page = visit.page
    visit.open("/ru/report")
    page.wait_for_selector("#report")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    _tab_to(visit, "#text")
    page.keyboard.type("В отделе просят деньги.")
    _tab_to(visit, "#report button[type=submit]")
    page.keyboard.press("Enter")
    visit.shown("#received")
    codename = (page.text_content("#codename-characters") or "")[-5:]
    page.focus("#codename")
    _tab_to(visit, "#by-hand summary")
    page.keyboard.press("Enter")
    visit.shown("#codename-parts")
    _tab_to(visit, "#paper-begin")
    page.keyboard.press("Enter")
    page.keyboard.type(codename)
    page.keyboard.press("Enter")

    visit.shown("#paper-right")
    assert visit.complaints == []


def _tab_to(visit: Visit, selector: str) -> None:
    for _ in range(60):
        if visit.page.evaluate(
            "selector => document.activeElement?.matches(selector)", selector
        ):
            return
        visit.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")
