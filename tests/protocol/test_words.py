"""Promises of the word lists in `protocol/words`."""

import hashlib
from importlib import resources

import pytest

from protocol.codename import _fold, word_list
from protocol.languages import Language

_LISTED = (Language.EN, Language.RU)
_FILES = resources.files("protocol.words")


@pytest.mark.parametrize("language", _LISTED)
def test_a_list_spells_every_number_once(language: Language) -> None:
    """2,048 words, all different after folding."""
    folded = {_fold(word) for word in word_list(language)}

    assert len(word_list(language)) == 2_048
    assert len(folded) == 2_048


@pytest.mark.parametrize("language", _LISTED)
def test_a_word_is_plain_lower_case(language: Language) -> None:
    """Folding changes no listed word, so what is shown is what is read."""
    assert all(word.isalpha() and _fold(word) == word for word in word_list(language))


@pytest.mark.parametrize("language", _LISTED)
def test_four_letters_are_enough(language: Language) -> None:
    """No two words of a list share their first four letters."""
    assert len({word[:4] for word in word_list(language)}) == 2_048


def test_no_word_means_two_numbers() -> None:
    """A word of one list is in no other one at another index."""
    english, russian = map(word_list, _LISTED)
    shared = set(english) & set(russian)

    assert all(english.index(word) == russian.index(word) for word in shared)


def test_lists_share_no_letter() -> None:
    """One is Latin, one is Cyrillic: a token can belong to one list alone."""
    english, russian = ("".join(word_list(language)) for language in _LISTED)

    assert not set(english) & set(russian)


@pytest.mark.parametrize("name", ["english.txt", "russian.txt"])
def test_a_list_is_the_one_that_its_readme_describes(name: str) -> None:
    """A changed word would change what written codenames mean."""
    digest = hashlib.sha256(_FILES.joinpath(name).read_bytes()).hexdigest()

    assert digest in _FILES.joinpath("README.md").read_text(encoding="utf-8")


def test_the_mended_word_stands_in_its_place() -> None:
    """The source lost a letter here; see the README."""
    words = word_list(Language.RU)

    assert words[1571:1574] == ("сниться", "снова", "снять")


@pytest.mark.parametrize("language", _LISTED)
def test_a_list_is_sorted(language: Language) -> None:
    """As published, so that a person finds a word in print."""
    assert list(word_list(language)) == sorted(word_list(language))
