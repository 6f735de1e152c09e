"""Templates in three languages.

One Jinja environment a language, so that a template's texts cannot depend on
what another request is doing. Undefined names fail instead of showing nothing.

Every page names script and style by their hash: whoever holds a page against the
release has held these against it, too, and half an update runs nowhere.
"""

import base64
import hashlib
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from protocol.catalogue import categories, institutions, regions
from protocol.languages import Language, load_translations

_PACKAGE: Final = Path(__file__).parent.parent


class Pages:
    """Renders templates and translates sentences."""

    def __init__(
        self, *, root_key: str, limit_bytes: int, has_offline_pages: bool = False
    ) -> None:
        """Load templates and catalogues.

        Args:
            root_key: As the reporter's page needs it, `ssh-ed25519 AAAA…`.
            limit_bytes: Of an archive before it is sealed.
            has_offline_pages: Whether there are any to hand out.
        """
        self._translations = {
            language: _translations(language) for language in Language
        }
        constants = {
            "languages": tuple(Language),
            "root_key": root_key,
            "limit_bytes": limit_bytes,
            "has_offline_pages": has_offline_pages,
            "categories": categories(),
            "regions": regions(),
            "institutions": institutions(),
            "integrity": _integrity(),
        }
        self._environments = {
            language: self._environment(language, constants) for language in Language
        }

    def _environment(
        self, language: Language, constants: dict[str, Any]
    ) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(_PACKAGE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            auto_reload=False,
        )
        translations = self._translations[language]
        environment.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
            translations.gettext, translations.ngettext, newstyle=True
        )
        environment.globals.update(constants, language=language)
        return environment

    def preload(self) -> None:
        """Compile every template now: workers that fork later share them."""
        for environment in self._environments.values():
            for name in environment.list_templates(extensions=["html"]):
                environment.get_template(name)

    def render(self, language: Language, template: str, **context: object) -> str:
        """Return a page."""
        return self._environments[language].get_template(template).render(**context)

    def translate(self, language: Language, sentence: str) -> str:
        """Return a sentence in a language; the sentence itself is the key."""
        return self._translations[language].gettext(sentence)


def _integrity() -> dict[str, str]:
    """Return the hash of each script and style, as its element names it."""
    return {
        path.name: "sha384-"
        + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
        for path in sorted((_PACKAGE / "static").iterdir())
        if path.suffix in {".js", ".css"}
    }


@cache
def _translations(language: Language) -> NullTranslations:
    return load_translations(_PACKAGE / "translations", language)


def N_(  # noqa: N802  # the name that the extraction looks for
    sentence: str,
) -> str:
    """Name a sentence that is translated later; the extraction finds it here."""
    return sentence
