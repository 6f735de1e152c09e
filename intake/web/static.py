"""Pages and files without a single byte that depends on the request.

What everyone gets alike can be checked from outside, byte by byte. Pages are
rendered once for each key directory (they name the organisation), files are
read once; then all lie in memory.
"""

import gzip
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

import brotli
from flask import Blueprint, Response, abort, request

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
    "sealed": "sealed.html",
}
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """Bytes that everyone gets alike, also in compressed form.

    Compression is safe here alone: where a secret stands beside what somebody
    else chose, the length of the compressed answer would tell it (BREACH).
    """

    content: bytes = field(repr=False)
    packed: tuple[tuple[str, bytes], ...] = field(repr=False)
    """By Content-Encoding, the smallest first."""

    media_type: str

    @classmethod
    def make(cls, content: bytes, media_type: str) -> "Asset":
        """Compress once; the same bytes give the same bytes."""
        return cls(content, _pack(content), media_type)

    def answer(self) -> Response:
        """Answer in the smallest form that the browser understands."""
        response = Response(self.content, mimetype=self.media_type)
        for encoding, packed in self.packed:
            if request.accept_encodings.quality(encoding) > 0:
                response = Response(packed, mimetype=self.media_type)
                response.headers["Content-Encoding"] = encoding
                break
        response.headers["Vary"] = "Accept-Encoding"
        return response


@lru_cache(maxsize=64)
def _pack(content: bytes) -> tuple[tuple[str, bytes], ...]:
    # A third of a second for the largest file. Browsers ask for Brotli over TLS
    # alone: from an onion address they get gzip.
    return ("br", brotli.compress(content)), ("gzip", gzip.compress(content, mtime=0))


def read_files(directory: Path = FILES) -> dict[str, Asset]:
    """Read every file that may be served."""
    return {
        path.name: Asset.make(path.read_bytes(), _MEDIA_TYPES[path.suffix])
        for path in sorted(directory.iterdir())
        if path.suffix in _MEDIA_TYPES
    }


def make_blueprint(pages: Pages) -> Blueprint:
    """Make the routes; files are read now, pages when the organisation is known."""
    blueprint = Blueprint("static_pages", __name__)
    files = read_files()
    rendered: dict[tuple[str, Language, str], Asset] = {}

    def render(template: str, language: Language, page: str) -> Response:
        organisation = services().organisation_name(language)
        key = (organisation, language, template)
        if key not in rendered:
            text = pages.render(
                language, template, organisation=organisation, page=page
            )
            rendered[key] = Asset.make(text.encode(), "text/html")
        return rendered[key].answer()

    @blueprint.get("/")
    @declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
    def choose() -> Response:
        """Let a person choose a language."""
        return render("choose.html", Language.KK, "")

    # Without a slash, too: a redirect would repeat whatever Host was sent.
    @blueprint.get(
        "/<any(kk, ru, en):code>/", defaults={"page": ""}, strict_slashes=False
    )
    @blueprint.get("/<any(kk, ru, en):code>/<any(report, mailbox, help, sealed):page>")
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
        return files[name].answer()

    return blueprint
