"""The three languages, and translations with a fallback between them.

Spec: docs/protocol.md §1.3 (`language`).

A text that has no Kazakh translation yet appears in Russian, then in English,
which is the language of the message ids. Catalogues are kept as `.po` only and
compiled in memory, so that no stale `.mo` can be served.

Rules:
* The order KK, RU, EN is the order in every interface.
* A fuzzy translation counts as none.
"""

import gettext
import io
from enum import Enum
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


class Language(Enum):
    """A language of the interface; the value is its ISO 639-1 code."""

    KK = "kk"
    RU = "ru"
    EN = "en"

    @property
    def own_name(self) -> str:
        """The language's name in itself, as a language switch shows it."""
        return _OWN_NAMES[self]

    @property
    def fallbacks(self) -> tuple["Language", ...]:
        """This language and those to try after it, in order."""
        return tuple(Language)[tuple(Language).index(self) :]


_OWN_NAMES = {Language.KK: "қазақ тілі", Language.RU: "русский", Language.EN: "English"}


def load_translations(directory: Path, language: Language) -> gettext.NullTranslations:
    """Load a language's catalogue, with the later languages behind it.

    Args:
        directory: Holds `<language>/LC_MESSAGES/messages.po`; what is missing is
            skipped.
        language: The language wanted.

    Returns:
        Translations whose last resort is the message id itself.
    """
    first = gettext.NullTranslations()
    for candidate in language.fallbacks:
        path = directory / candidate.value / "LC_MESSAGES" / "messages.po"
        if path.is_file():
            first.add_fallback(_compile(path, candidate))
    return first


def _compile(path: Path, language: Language) -> gettext.GNUTranslations:
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language.value)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
