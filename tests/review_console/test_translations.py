"""Promises of review_console/translations: all is said in all three languages."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from protocol.languages import Language, load_translations

CONSOLE = Path(__file__).parents[2] / "review_console"
TRANSLATIONS = CONSOLE / "translations"
LANGUAGES = ("kk", "ru")
FILES = "%(num)s sealed file could not"
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]|\{\w+\}")

# Beginnings of words that accuse the named or belittle whoever reported, from the
# glossary's columns of words to avoid; "слух" stands there only against hearsay.
AVOIDED = {
    "ru": (
        "отчёт отчет донос кляуз информатор осведомител стукач заявител инкогнито"
        " доказан следовател проверяющ месть мести преступник коррупционер сплетн мэр"
    ),
    "kk": (
        "есеп есебі өсек жансыз тыңшы сатқын арызқой дәлелденді тергеуші қылмыскер"
        " жемқор"
    ),
}
# Corruption is our subject, only "жемқор" is an insult; "есептік жазба" is an account.
ALLOWED = {"ru": (), "kk": ("жемқорлық", "есептік")}


def catalogue(language: str) -> Catalog:
    """The committed catalogue of one language."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        return read_po(source, locale=language)


def english(message: Message) -> tuple[str, ...]:
    """The message in English: one text, or singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def translated(language: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Each message of a catalogue and all its forms; fuzzy ones count as none."""
    forms: dict[tuple[str, ...], tuple[str, ...]] = {}
    for message in catalogue(language):
        if message.id and not message.fuzzy:
            text = message.string
            forms[english(message)] = (
                (text,) if isinstance(text, str) else tuple(text or ())
            )
    return forms


def said() -> set[str]:
    """The English texts of templates and code, as they are now."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]  # as babel.cfg
    keywords = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(CONSOLE, methods, keywords=keywords)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_console_is_translated(language: str) -> None:
    """No reviewer meets a sentence in a language that is not theirs."""
    known = {ids[0] for ids, forms in translated(language).items() if all(forms)}

    assert said() - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_is_not_said(language: str) -> None:
    """A text that left the pages leaves the catalogues too."""
    assert {ids[0] for ids in translated(language)} - said() == set()
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_named_values_survive_translation(language: str) -> None:
    """What a page fills in is filled in, in every language and number."""
    for ids, forms in translated(language).items():
        expected = sorted(PLACEHOLDER.findall(ids[-1]))

        for form in forms:
            assert sorted(PLACEHOLDER.findall(form)) == expected, form


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_ends_as_its_sentence_does(language: str) -> None:
    """A colon before a value, and the end of a sentence, are not lost."""
    for ids, forms in translated(language).items():
        end = re.findall(r"[.:?…]$", ids[-1])

        for form in forms:
            assert re.findall(r"[.:?…]$", form) == end, form


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_accuses_or_belittles(language: str) -> None:
    """The words that the glossary tells us to avoid occur in no form."""
    avoided, allowed = tuple(AVOIDED[language].split()), ALLOWED[language]

    for forms in translated(language).values():
        for word in re.findall(r"\w+", " ".join(forms).lower()):
            assert not word.startswith(avoided) or word.startswith(allowed), word


def test_kazakh_words_hide_no_latin_letters() -> None:
    """A Latin look-alike in a Kazakh word would break every search for it."""
    mixed = re.compile(r"[а-яёәғқңөұүһі][a-z]|[a-z][а-яёәғқңөұүһі]", re.IGNORECASE)

    for forms in translated("kk").values():
        for form in forms:
            assert not mixed.search(form), form


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1 зашифрованный файл."),
        (2, "2 зашифрованных файла."),
        (5, "5 зашифрованных файлов."),
    ],
)
def test_russian_numbers_take_their_form_of_the_noun(number: int, words: str) -> None:
    """One, two to four, and many are three different forms."""
    one, many = next(ids for ids in translated("ru") if ids[0].startswith(FILES))
    russian = load_translations(TRANSLATIONS, Language.RU)

    assert words in russian.ngettext(one, many, number) % {"num": number}
