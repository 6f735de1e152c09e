"""Promises of intake/translations: all is said in all three languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from protocol.languages import Language, load_translations

INTAKE = Path(__file__).parents[2] / "intake"
TRANSLATIONS = INTAKE / "translations"
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]|\{\w+\}")

# Words that frighten or judge; the glossary of the project says what to say instead.
AVOIDED = {
    "ru": (
        "отчёт отчет донос кляуза информатор осведомитель доносчик стукач заявитель"
        " инкогнито чек доказано следователь проверяющий месть преступник коррупционер"
        " слух сплетня мэр мэрия"
    ),
    "kk": (
        "есеп өсек жансыз тыңшы сатқын арызқой чек дәлелденді тергеуші кек қылмыскер"
        " жемқор"
    ),
}
LANGUAGES = sorted(AVOIDED)


def catalogue(language: str) -> Catalog:
    """The committed catalogue of one language."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        return read_po(source, locale=language)


def messages(language: str) -> Iterator[tuple[Message, tuple[str, ...]]]:
    """Every message with all its translated forms."""
    for message in catalogue(language):
        if message.id:
            text = message.string
            yield message, (text,) if isinstance(text, str) else tuple(text or ())


def english(message: Message) -> tuple[str, ...]:
    """The message in English: one text, or singular and plural."""
    texts = message.id if isinstance(message.id, list | tuple) else [message.id]
    return tuple(texts)


def extracted() -> set[str]:
    """The texts of templates and code, as they are now."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]  # as babel.cfg
    keywords = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(INTAKE, methods, keywords=keywords)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_pages_is_translated(language: str) -> None:
    """Nobody meets a sentence in a language that is not theirs."""
    known = {
        english(message)[0]
        for message, forms in messages(language)
        if forms and all(forms) and not message.fuzzy
    }

    assert extracted() - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_is_not_said(language: str) -> None:
    """A text that left the pages leaves the catalogues too."""
    known = {english(message)[0] for message, _ in messages(language)}

    assert known - extracted() == set()
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_named_values_survive_translation(language: str) -> None:
    """What a page fills in is filled in, in every language and number."""
    for message, forms in messages(language):
        expected = sorted(PLACEHOLDER.findall(english(message)[-1]))

        for form in forms:
            assert sorted(PLACEHOLDER.findall(form)) == expected, form


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_frightens_or_judges(language: str) -> None:
    """The words that the glossary tells us to avoid do not occur."""
    avoided = set(AVOIDED[language].split())

    for _, forms in messages(language):
        for form in forms:
            assert avoided.isdisjoint(re.findall(r"\w+", form.lower())), form


def test_a_number_takes_the_right_form_of_its_noun() -> None:
    """Russian has three forms; 21 takes that of 1, and 11 that of 5."""
    russian = load_translations(TRANSLATIONS, Language.RU)
    plurals = [english(m) for m, _ in messages("ru") if m.pluralizable]

    for one, many in plurals:
        forms = {n: russian.ngettext(one, many, n) for n in (1, 2, 5, 11, 21, 22)}

        assert forms[1] == forms[21]
        assert forms[2] == forms[22]
        assert forms[5] == forms[11]
        assert len(set(forms.values())) == 3
    assert plurals


def test_kazakh_nouns_stay_singular_after_a_number() -> None:
    """Both Kazakh forms are one text."""
    for message, forms in messages("kk"):
        assert not message.pluralizable or len(set(forms)) == 1


def test_kazakh_is_spelt_with_cyrillic_letters_only() -> None:
    """No Latin look-alike hides in a Kazakh word, where a search would miss it."""
    mixed = re.compile(r"[а-яёәғқңөұүһі][a-z]|[a-z][а-яёәғқңөұүһі]", re.IGNORECASE)

    for _, forms in messages("kk"):
        for form in forms:
            assert not mixed.search(form), form
