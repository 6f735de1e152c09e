"""Promises of `protocol.languages`."""

from pathlib import Path

import pytest

from protocol.languages import Language, load_translations

_HEADER = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"""


def _write(directory: Path, language: Language, entries: str) -> None:
    path = directory / language.value / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(_HEADER + entries, encoding="utf-8")


def test_languages_keep_their_order() -> None:
    """Every language switch shows Kazakh, Russian, English."""
    assert [language.value for language in Language] == ["kk", "ru", "en"]


@pytest.mark.parametrize("language", Language)
def test_every_language_is_named_in_itself(language: Language) -> None:
    """A switch in a foreign language helps nobody."""
    assert language.own_name


def test_a_missing_text_comes_from_the_next_language(tmp_path: Path) -> None:
    """Kazakh falls back to Russian, Russian to English, English to the id."""
    _write(tmp_path, Language.KK, 'msgid "one"\nmsgstr "бір"\n')
    _write(
        tmp_path,
        Language.RU,
        'msgid "one"\nmsgstr "один"\n\nmsgid "two"\nmsgstr "два"\n',
    )
    _write(tmp_path, Language.EN, 'msgid "three"\nmsgstr "Three!"\n')

    translations = load_translations(tmp_path, Language.KK)

    texts = [translations.gettext(each) for each in ("one", "two", "three", "four")]
    assert texts == ["бір", "два", "Three!", "four"]


def test_english_never_falls_back_to_another_language(tmp_path: Path) -> None:
    """Fallback goes one way, so English shows the id."""
    _write(tmp_path, Language.RU, 'msgid "one"\nmsgstr "один"\n')

    assert load_translations(tmp_path, Language.EN).gettext("one") == "one"


def test_a_fuzzy_translation_counts_as_none(tmp_path: Path) -> None:
    """What nobody has confirmed is not shown to a reporter."""
    _write(tmp_path, Language.KK, '#, fuzzy\nmsgid "one"\nmsgstr "екі"\n')

    assert load_translations(tmp_path, Language.KK).gettext("one") == "one"


def test_plurals_follow_the_language(tmp_path: Path) -> None:
    """Russian has one, few and many."""
    _write(
        tmp_path,
        Language.RU,
        'msgid "%(n)s file"\nmsgid_plural "%(n)s files"\n'
        'msgstr[0] "файл"\nmsgstr[1] "файла"\nmsgstr[2] "файлов"\n',
    )

    translations = load_translations(tmp_path, Language.RU)

    forms = [translations.ngettext("%(n)s file", "%(n)s files", n) for n in (1, 2, 5)]
    assert forms == ["файл", "файла", "файлов"]
