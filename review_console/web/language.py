"""The language of a page: chosen by the person, kept in their session.

Words of views are looked up here, those of templates by Jinja with the same two
functions, so that one request speaks one language.
"""

import gettext as gnu
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, current_app, redirect, request, session
from flask.typing import ResponseReturnValue

from protocol.languages import Language, load_translations
from review_console.web.access import LANGUAGE, current_or_none, public

DEFAULT: Final = Language.RU
TRANSLATIONS: Final = "debunker-translations"
FOLDER: Final = Path(__file__).parent.parent / "translations"

blueprint: Final = Blueprint("language", __name__)


def language() -> Language:
    """Give the language of this request."""
    try:
        return Language(session.get(LANGUAGE, DEFAULT.value))
    except ValueError:
        return DEFAULT


def gettext(message: str) -> str:
    """Translate a sentence."""
    return _translations().gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a sentence with a number in it."""
    return _translations().ngettext(singular, plural, count)


def _translations() -> gnu.NullTranslations:
    known: Mapping[Language, gnu.NullTranslations] = current_app.extensions[
        TRANSLATIONS
    ]
    return known[language()]


@blueprint.post("/language")
@public
def choose() -> ResponseReturnValue:
    """Keep a language and go back to the page."""
    try:
        session[LANGUAGE] = Language(request.form.get("language", "")).value
    except ValueError:
        session[LANGUAGE] = DEFAULT.value
    return redirect(_local(request.form.get("next", "/")), 303)


def _local(untrusted: str) -> str:
    """Accept a path of our own; anything else leads home, not elsewhere."""
    is_local = untrusted.startswith("/") and not untrusted.startswith(("//", "/\\"))
    return untrusted if is_local and untrusted.isprintable() else "/"


def _context() -> dict[str, object]:
    unlocked = current_or_none()
    query = request.query_string.decode("ascii", errors="replace")
    return {
        "language": language().value,
        "languages": tuple(Language),
        "account": None if unlocked is None else unlocked.account,
        "path": f"{request.path}?{query}" if query else request.path,
    }


def install(app: Flask) -> None:
    """Teach the app and its templates the three languages."""
    app.extensions[TRANSLATIONS] = {
        each: load_translations(FOLDER, each) for each in Language
    }
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    install_callables = getattr(environment, "install_gettext_callables")  # noqa: B009  # added by the extension
    install_callables(gettext, ngettext, newstyle=True)
    app.context_processor(_context)
    app.register_blueprint(blueprint)
