"""Pages and files without a single byte that depends on the request.

What everyone gets alike can be checked from outside, byte by byte. Pages are
rendered once for each key directory (they name the organisation), files are
read once; then all lie in memory.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort

from intake.web.pages import Pages
from intake.web.routing import NO_BODY, Access, declare
from intake.web.services import services
from protocol.languages import Language

FILES: Final = Path(__file__).parent.parent / "static"
PAGES: Final = {
    "": "home.html",
    "report": "report.html",
    "mailbox": "mailbox.html",
    "help": "help.html",
}
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain",
}


def read_files(directory: Path = FILES) -> dict[str, tuple[bytes, str]]:
    """Read every file that may be served, with its media type."""
    return {
        path.name: (path.read_bytes(), _MEDIA_TYPES[path.suffix])
        for path in sorted(directory.iterdir())
        if path.suffix in _MEDIA_TYPES
    }


def make_blueprint(pages: Pages) -> Blueprint:
    """Make the routes; files are read now, pages when the organisation is known."""
    blueprint = Blueprint("static_pages", __name__)
    files = read_files()
    rendered: dict[tuple[str, Language, str], str] = {}

    def render(template: str, language: Language, page: str) -> Response:
        organisation = services().organisation_name(language)
        key = (organisation, language, template)
        if key not in rendered:
            rendered[key] = pages.render(
                language, template, organisation=organisation, page=page
            )
        return Response(rendered[key], mimetype="text/html")

    @blueprint.get("/")
    @declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
    def choose() -> Response:
        """Let a person choose a language."""
        return render("choose.html", Language.KK, "")

    @blueprint.get("/<any(kk, ru, en):code>/", defaults={"page": ""})
    @blueprint.get("/<any(kk, ru, en):code>/<any(report, mailbox, help):page>")
    @declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
    def show(code: str, page: str) -> Response:
        """Show a page in a language."""
        return render(PAGES[page], Language(code), page)

    @blueprint.get("/static/<name>")
    @declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
    def file(name: str) -> Response:
        """Serve a file of the page."""
        if name not in files:
            abort(HTTPStatus.NOT_FOUND)
        content, media_type = files[name]
        return Response(content, mimetype=media_type)

    return blueprint
