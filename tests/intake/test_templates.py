"""Promises of intake/templates: what a reporter meets, on every page."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from intake.web.pages import Pages
from intake.web.report_form import MESSAGE_FIELDS, REPORT_FIELDS
from intake.web.traps import Origins
from protocol.languages import Language
from protocol.reply import CaseState

STYLE = Path(__file__).parents[2] / "intake" / "static" / "intake.css"
ROOT_KEY = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"
)
CHARACTERS = "7KQ2-M4XV-0T9R-PDW3H-Z6JCE"
WORDS = "abandon ribbon canal legal winner thank year wave sausage worth"
HOSTILE = "<script>alert(1)</script>\u202e \"quoted\" 'it' &amp;"

SCRIPT_PAGES = ("report.html", "mailbox.html", "sealed.html")
STILL_PAGES = (
    "choose.html",
    "home.html",
    "help.html",
    "closed.html",
    "error.html",
    "trap.html",
)
PLAIN_PAGES = (
    "plain/report.html",
    "plain/received.html",
    "plain/mailbox_login.html",
    "plain/mailbox.html",
    "plain/mailbox_delete.html",
    "plain/mailbox_deleted.html",
    "plain/sent.html",
    "plain/sealed.html",
    "plain/sealed_received.html",
)
ALL_PAGES = (*SCRIPT_PAGES, *STILL_PAGES, *PLAIN_PAGES)
OFFLINE_PAGE = "offline.html"
"""A file of its own: it carries inline what pages of the site may not."""

FOUND_BY_THE_SCRIPT = {
    "report.html": (
        "preparing trouble trouble-words trouble-mend trouble-plain confirm-leave "
        "error-summary report "
        "chosen-files chosen-file"
        " texts codename codename-words codename-words-block codename-characters"
        " sending progress progress-text progress-file progress-pace cancel retry"
        " received codename-spelt codename-parts by-hand-words by-hand-characters"
        " paper paper-ways paper-begin print paper-end paper-show"
        " paper-right paper-wrong"
        " revealing revealing-list revealing-ask"
    ),
    "mailbox.html": (
        "preparing trouble trouble-words trouble-mend trouble-plain confirm-leave "
        "error-summary open-mailbox "
        "opening replies"
        " reply-list reply-template no-replies sent-on unreadable acknowledged message"
        " chosen-files chosen-file texts sending progress progress-text"
        " progress-file progress-pace cancel retry"
        " message-sent mailbox-actions leave delete-mailbox confirm-delete"
        " mailbox-deleted message-closed revealing revealing-list revealing-ask"
    ),
    "offline.html": (
        "preparing trouble trouble-words trouble-mend keys keys-old keys-facts"
        " keys-version keys-issued keys-until newer-keys keys-answer"
        " error-summary report"
        " chosen-files chosen-file revealing revealing-list revealing-ask sealing"
        " progress codename codename-words codename-words-block codename-characters"
        " codename-spelt codename-parts by-hand-words by-hand-characters"
        " paper paper-ways paper-begin print paper-end paper-show"
        " paper-right paper-wrong"
        " sealed save saved saved-name waiting texts embedded-directory"
    ),
    "sealed.html": (
        "trouble trouble-words trouble-mend error-summary sealed-file texts"
        " sending progress progress-text progress-file progress-pace cancel retry"
        " received waiting"
    ),
}


@dataclass
class Element:
    """A start tag, with its place in the page."""

    tag: str
    attributes: dict[str, str]
    position: int
    inside: tuple[str, ...]
    labelled: bool


@dataclass
class Reading(HTMLParser):
    """What a page consists of."""

    page: str
    elements: list[Element] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the page."""
        super().__init__()
        self.feed(self.page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        attributes = {name: value or "" for name, value in attrs}
        element = Element(
            tag,
            attributes,
            len(self.elements),
            tuple(self._open),
            "label" in self._open,
        )
        self.elements.append(element)
        if tag not in {"meta", "link", "input", "br", "img"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        assert self._open.pop() == tag

    def all(self, *tags: str) -> Iterator[Element]:
        """Every element with one of these tags."""
        return (element for element in self.elements if element.tag in tags)

    def ids(self) -> list[str]:
        """Every id, in order."""
        return [e.attributes["id"] for e in self.elements if "id" in e.attributes]

    def names(self) -> set[str]:
        """The names of all controls."""
        controls = self.all("input", "select", "textarea")
        return {e.attributes["name"] for e in controls if "name" in e.attributes}


PAGES = Pages(root_key=ROOT_KEY, limit_bytes=2**31)


def render(template: str, language: Language = Language.EN, **changes: object) -> str:
    """Render a page as the views do, or with something else in it."""
    reply = SimpleNamespace(
        number=1,
        day=date(2026, 11, 24),
        language=language,
        state=CaseState.RECEIVED,
        text=HOSTILE,
    )
    context: dict[str, object] = {
        "organisation": "Zhanaru",
        "page": template.removesuffix(".html"),
        "csrf_token": "token",
        "shown": "tag",
        "values": {},
        "errors": {},
        "codename_characters": CHARACTERS,
        "codename_words": None if language is Language.KK else WORDS,
        "replies": [reply],
        "unreadable": 2,
        "sent_on_days": "23.11.2026",
        "heading": "No such page",
        "sentence": "It is gone.",
        "status": 404,
        "no_identity": False,
        "typed": "",
        "trap": "intermediary",
        "origins": Origins((f"http://{'a' * 56}.onion", "https://report.example")),
        "is_open": True,
        "is_right": None,
        "policy": "default-src 'none'",
        "style": "",
        "script": "",
        "carried": [("directory", ""), ("words", "")],
    }
    return PAGES.render(language, template, **{**context, **changes})


def read(template: str, language: Language = Language.EN, **changes: object) -> Reading:
    """Render a page and read it."""
    return Reading(render(template, language, **changes))


every_page = pytest.mark.parametrize("template", ALL_PAGES)
every_language = pytest.mark.parametrize("language", list(Language))


@every_page
def test_every_element_is_closed_and_every_id_is_unique(template: str) -> None:
    """A page means the same to every browser."""
    ids = read(template).ids()

    assert len(ids) == len(set(ids))


@every_page
def test_nothing_comes_from_elsewhere_or_stands_inline(template: str) -> None:
    """No other host learns of a visit, and the content policy can forbid all else."""
    reading = read(template)

    for element in reading.all("script", "link", "img"):
        source = element.attributes.get("src") or element.attributes["href"]
        assert source.startswith("/static/")
    for element in reading.elements:
        assert element.tag != "style"
        assert not [n for n in element.attributes if n == "style" or n.startswith("on")]


@pytest.mark.parametrize("template", [*ALL_PAGES, OFFLINE_PAGE])
def test_no_page_is_offered_for_translation(template: str) -> None:
    """A browser that translates sends the page, answers included, to somebody else."""
    reading = read(template)

    assert [e.attributes.get("translate") for e in reading.all("html")] == ["no"]
    assert "notranslate" in [e.attributes.get("content") for e in reading.all("meta")]


@pytest.mark.parametrize("template", SCRIPT_PAGES)
def test_a_form_with_a_script_is_never_sent_by_the_browser_itself(
    template: str,
) -> None:
    """Even if its form is brought to light without the script."""
    policies = [
        element.attributes["content"]
        for element in read(template).all("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    ]

    assert policies == ["form-action 'none'"]


@every_page
def test_links_stay_here_but_for_the_one_to_leave(template: str) -> None:
    """The only way out is the one that a reporter asks for."""
    outside = [
        element
        for element in read(template).all("a")
        if not element.attributes["href"].startswith(("/", "#"))
    ]

    assert {element.attributes["class"] for element in outside} <= {"exit"}


@every_page
def test_every_control_is_labelled_and_every_description_exists(template: str) -> None:
    """Whoever cannot see the page can fill it in."""
    reading = read(template, errors={"text": "Write it.", "codename": "Type it."})
    ids = reading.ids()
    labels = {element.attributes.get("for") for element in reading.all("label")}

    for control in reading.all("input", "select", "textarea"):
        if control.attributes.get("type") != "hidden":
            assert control.labelled or control.attributes["id"] in labels
        for described_by in control.attributes.get("aria-describedby", "").split():
            assert described_by in ids


@every_language
def test_both_ways_ask_the_same_questions(language: Language) -> None:
    """Neither way can be told from the other by what was asked."""
    in_the_page = read("report.html", language).names()
    without_script = read("plain/report.html", language).names()

    assert in_the_page == REPORT_FIELDS | {"attachments"}
    assert without_script == in_the_page | {"csrf_token", "shown"}
    assert read("plain/mailbox.html").names() == MESSAGE_FIELDS | {
        "attachments",
        "csrf_token",
    }


@pytest.mark.parametrize("template", PLAIN_PAGES)
def test_the_token_comes_first_in_every_form(template: str) -> None:
    """Nothing is sealed before the server knows that the form is its own."""
    reading = read(template)

    for form in reading.all("form"):
        following = reading.elements[form.position + 1]
        assert following.attributes["name"] == "csrf_token"


@pytest.mark.parametrize(
    "template", ["plain/report.html", "plain/mailbox_login.html", "plain/mailbox.html"]
)
def test_the_cost_of_no_script_is_told_before_anything_is_typed(template: str) -> None:
    """The notice stands before the first control that a person can fill."""
    reading = read(template)
    notice = next(e for e in reading.elements if e.attributes.get("role") == "note")
    typed = next(
        element
        for element in reading.all("input", "select", "textarea")
        if element.attributes.get("type") != "hidden"
    )

    assert notice.position < typed.position


@pytest.mark.parametrize("template", [*SCRIPT_PAGES, OFFLINE_PAGE])
def test_the_script_finds_every_part_and_each_is_hidden_before(template: str) -> None:
    """Without the script no form stands there that would send in the clear."""
    reading = read(template)

    assert set(FOUND_BY_THE_SCRIPT[template].split()) <= set(reading.ids())
    for form in reading.all("form"):
        assert "hidden" in form.attributes
    for button in reading.all("button"):
        # Text browsers show what is hidden; a button that does nothing sends nothing.
        assert ("disabled" in button.attributes) is (
            button.attributes["type"] == "submit"
        )
    assert any(element.tag == "noscript" for element in reading.elements)


def test_codename_is_asked_for_but_never_given_back() -> None:
    """A wrong codename may be a right one with a slip: it stays out of the page."""
    page = read("plain/mailbox_login.html", values={"codename": CHARACTERS}).page

    assert CHARACTERS not in page


@every_language
def test_codename_is_spelt_as_the_language_allows(language: Language) -> None:
    """Kazakh shows characters alone; no Kazakh word list exists yet."""
    page = render("plain/report.html", language)

    assert CHARACTERS in page
    assert (WORDS in page) == (language is not Language.KK)


def test_answers_come_back_with_an_error_and_cannot_break_out() -> None:
    """What was typed is kept, as text and nothing else."""
    values = {"text": HOSTILE, "place": HOSTILE, "ongoing": "no", "category": "abuse"}

    page = render("plain/report.html", values=values, errors={"text": HOSTILE})

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4
    assert 'value="no" checked' in page
    assert 'value="abuse" selected' in page
    assert 'href="#text"' in page
    assert 'aria-invalid="true"' in page


def test_a_reply_is_shown_as_text() -> None:
    """Whoever holds a team key still cannot put markup before a reporter."""
    assert "<script>alert" not in render("plain/mailbox.html")


@pytest.mark.parametrize("template", ALL_PAGES)
def test_titles_tell_nothing_to_a_history(template: str) -> None:
    """The word corruption, or the organisation's name, is not in a tab's title."""
    for language in Language:
        title = render(template, language).split("<title>")[1].split("</title>")[0]

        assert len(title) < 30
        assert not any(
            word in title.lower()
            for word in ("corrupt", "коррупц", "жемқор", "zhanaru", "report")
        )


@every_language
def test_reporters_page_is_small_without_script(language: Language) -> None:
    """At most 30 kB on the wire, uncompressed, style sheet included."""
    page = render("plain/report.html", language).encode()

    assert len(page) + STYLE.stat().st_size <= 30_000
    assert STYLE.stat().st_size <= 10_000


@every_language
def test_each_page_offers_the_other_languages(language: Language) -> None:
    """The switch leads to the same page, in the order kk, ru, en."""
    reading = read("report.html", language)

    targets = [
        element.attributes["href"]
        for element in reading.all("a")
        if "hreflang" in element.attributes
    ]

    assert targets == ["/kk/report", "/ru/report", "/en/report"]
