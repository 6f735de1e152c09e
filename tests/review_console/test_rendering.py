"""Promises of review_console/web/rendering.py: days, sizes, text of strangers."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st

from review_console.web.rendering import Piece, install, pieces

NARROW = "\u202f"
FIXED = "\u00a0"


@pytest.fixture(name="app", scope="module")
def make_app() -> Flask:
    """An app with nothing but our filters."""
    app = Flask(__name__)
    install(app)
    return app


def rendered(app: Flask, template: str, value: object, language: str = "ru") -> str:
    """Render one expression as a page would."""
    with app.app_context():
        return render_template_string(template, value=value, language=language)


@given(text=st.text())
def test_nothing_is_lost_or_added(text: str) -> None:
    """Every character is in one piece, in order; hidden ones stand for themselves."""
    found = pieces(text)

    original = "".join(
        chr(int(piece.text.removeprefix("U+"), 16)) if piece.hidden else piece.text
        for piece in found
    )
    assert original == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("\u202e", "U+202E"),  # right-to-left override: exe.fdp reads pdf.exe
        ("\u2066", "U+2066"),  # isolate
        ("\u200b", "U+200B"),  # zero-width space: breaks a search
        ("\u200d", "U+200D"),
        ("\ufeff", "U+FEFF"),
        ("\u00ad", "U+00AD"),  # soft hyphen
        ("\u3164", "U+3164"),  # Hangul filler: a letter that looks like nothing
        ("\x1b", "U+001B"),  # escape: commands to a terminal
        ("\r", "U+000D"),  # alone it overwrites a line in a terminal
        ("\x00", "U+0000"),
        ("\u2028", "U+2028"),
        ("\ud800", "U+D800"),
        ("\ue000", "U+E000"),
        ("\U000e0041", "U+E0041"),  # tag: smuggles a second text
        ("\U000e0100", "U+E0100"),
        ("\ufe00", "U+FE00"),
    ],
)
def test_what_is_not_seen_is_shown_as_its_code(character: str, code: str) -> None:
    """A reviewer sees that something is there."""
    assert pieces(f"a{character}b") == (
        Piece(text="a", hidden=False),
        Piece(text=code, hidden=True),
        Piece(text="b", hidden=False),
    )


@pytest.mark.parametrize(
    "text",
    [
        "Әрі қарай: ғ қ ң ө ұ ү һ і",
        "1 234\u00a0567\u202f₸",
        "a\nb\tc",
        "e\u0301",
        "❤\ufe0f",
        "٧",
    ],
)
def test_ordinary_text_stays_one_piece(text: str) -> None:
    """Letters, spaces, marks and emoji of any language are left alone."""
    assert pieces(text) == (Piece(text=text, hidden=False),)


def test_windows_line_ends_are_line_ends() -> None:
    """A form sends CR LF; nobody needs to see that."""
    assert pieces("a\r\nb") == (Piece(text="a\nb", hidden=False),)


def test_markup_of_strangers_is_escaped(app: Flask) -> None:
    """Pieces are text: the template escapes them like any other."""
    template = "{% for piece in value | pieces %}{{ piece.text }}{% endfor %}"

    assert rendered(app, template, "<b>\u200b") == "&lt;b&gt;U+200B"


@pytest.mark.parametrize(
    ("language", "written", "short"),
    [
        ("kk", "2026 ж. 4 қыркүйек", "04.09.2026"),
        ("ru", "4 сентября 2026 г.", "04.09.2026"),
        ("en", "4 September 2026", "4 Sept 2026"),
    ],
)
def test_days_are_written_as_each_language_does(
    app: Flask, language: str, written: str, short: str
) -> None:
    """Long in text, short in lists."""
    day = date(2026, 9, 4)

    text = rendered(app, "{{ value | day }}|{{ value | short_day }}", day, language)

    assert text.replace(NARROW, " ").replace(FIXED, " ") == f"{written}|{short}"


def test_moments_are_told_in_the_zone_of_kazakhstan(app: Flask) -> None:
    """UTC+5: an evening in UTC is the next day."""
    late = datetime(2026, 9, 4, 19, 30, tzinfo=UTC)

    assert rendered(app, "{{ value | moment }}", late) == "05.09.2026 00:30"


@pytest.mark.parametrize(
    ("size_bytes", "language", "written"),
    [
        (0, "en", "0 bytes"),
        (999, "ru", "999 байт"),
        (1000, "ru", "1 кБ"),
        (2_345_678, "ru", "2,3 МБ"),
        (2_345_678, "en", "2.3 MB"),
        (2_147_483_648, "kk", "2,1 ГБ"),
        (5_000_000_000_000, "en", "5,000 GB"),
    ],
)
def test_sizes_have_few_digits_and_a_unit(
    app: Flask, size_bytes: int, language: str, written: str
) -> None:
    """One decimal at most, in the language's own writing, and never broken."""
    text = rendered(app, "{{ value | file_size }}", size_bytes, language)

    assert text == written.replace(" ", FIXED)


def test_numbers_are_grouped(app: Flask) -> None:
    """A hundred thousand cases can be read at a glance."""
    text = rendered(app, "{{ value | number }}", 100_000)

    assert text.replace(NARROW, " ").replace(FIXED, " ") == "100 000"
