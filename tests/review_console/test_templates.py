"""Promises of review_console/templates: what no page may hold.

They are read as source, since a page with one bad branch would pass any number
of renderings that do not take it.
"""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

CONSOLE = Path(__file__).parents[2] / "review_console"
TEMPLATES = sorted((CONSOLE / "templates").glob("**/*.html"))
NAMES = [path.name for path in TEMPLATES]
each_template = pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)


def parsed(path: Path) -> nodes.Template:
    """The template as Jinja understands it."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    return environment.parse(path.read_text())


@each_template
def test_text_is_always_escaped(path: Path) -> None:
    """No filter, block or call turns a stranger's text into markup."""
    template = parsed(path)

    filters = {node.name for node in template.find_all(nodes.Filter)}
    assert filters.isdisjoint({"safe", "forceescape", "xmlattr", "urlize"})
    assert not list(
        template.find_all((nodes.ScopedEvalContextModifier, nodes.MarkSafe))
    )
    assert not any(node.name == "Markup" for node in template.find_all(nodes.Name))


@each_template
def test_nothing_is_inline_or_from_elsewhere(path: Path) -> None:
    """The CSP forbids it; a page that needed it would break in silence."""
    source = path.read_text()

    assert not re.search(r"<style|\sstyle=|<script(?! src=)|javascript:", source)
    assert not re.search(r"\son[a-z]+=", source)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", source)


@each_template
def test_every_change_carries_a_token(path: Path) -> None:
    """A form that posts without one would be refused, or worse, accepted."""
    forms = re.findall(
        r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL
    )

    assert all("ui.csrf()" in form for form in forms)


@each_template
def test_titles_tell_no_content(path: Path) -> None:
    """A page's title ends in the browser's history, on the reviewer's disk."""
    titles = re.findall(r"\{% block title %\}(.*?)\{% endblock %\}", path.read_text())

    for title in titles:
        told = set(re.findall(r"\{\{ *(\w+\.\w+)", title))
        assert told <= {"case.number", "headings.get"}  # the latter are our words


def test_every_question_of_the_script_exists() -> None:
    """A form that asks before it sends names a dialog that is there."""
    for path in TEMPLATES:
        source = path.read_text()
        for dialog in re.findall(r'data-confirm="([^"]+)"', source):
            assert f'<dialog id="{dialog}"' in source, path.name


def test_the_script_makes_no_markup_and_stores_nothing() -> None:
    """Trusted Types would stop the one, and nothing on disk may hold the other."""
    script = (CONSOLE / "static" / "console.js").read_text()

    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function"
        r"|localStorage|sessionStorage|indexedDB|document\.cookie|caches\.",
        script,
    )
    assert re.findall(r"fetch\((\w+)", script) == ["alive"]


def test_the_style_sheet_loads_only_our_own() -> None:
    """No font, image or sheet from elsewhere tells anybody who reads what."""
    sheet = (CONSOLE / "static" / "console.css").read_text()

    assert set(re.findall(r"url\(\"?([^\")]+)", sheet)) <= {"clip.svg"}
    assert "@import" not in sheet
