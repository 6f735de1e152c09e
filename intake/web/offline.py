"""The offline pages: files for a stick, handed out as they were built.

Spec: docs/protocol.md §4.2.

They are built by `debunker offline-pages` and listed in the release. Served here
they are for saving, not for showing: the site's own policy would not let their
script run, and whoever writes on the site should use its form.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flask import Blueprint, Response

from intake.web.routing import NO_BODY, Access, declare
from intake.web.static import Asset
from protocol.languages import Language

_MEDIA_TYPE: Final = "text/html"

OfflinePages = Mapping[Language, Asset]
"""The pages that this installation hands out; perhaps none."""


def file_name(language: Language) -> str:
    """Name the file of a language."""
    return f"offline-{language.value}.html"


def read_offline_pages(directory: Path | None) -> OfflinePages:
    """Read the pages of all languages.

    Returns:
        The pages; none if there is no directory.

    Raises:
        OSError: One is missing.
    """
    if directory is None:
        return {}
    return {
        language: Asset.make(
            (directory / file_name(language)).read_bytes(), _MEDIA_TYPE
        )
        for language in Language
    }


def make_blueprint(pages: OfflinePages) -> Blueprint:
    """Make the route, if there is something to hand out."""
    blueprint = Blueprint("offline_pages", __name__)
    if not pages:
        return blueprint

    @blueprint.get("/<any(kk, ru, en):code>/offline.html")
    @declare(access=Access.PUBLIC, limit_bytes=NO_BODY)
    def save(code: str) -> Response:
        """Hand out a page to be saved."""
        language = Language(code)
        response = pages[language].answer()
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{file_name(language)}"'
        )
        return response

    return blueprint
