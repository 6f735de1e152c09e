"""Promises of `protocol.catalogue`."""

import re
import unicodedata
from importlib import resources

import pytest

from protocol.catalogue import categories, institutions, regions
from protocol.languages import Language


def test_the_catalogue_is_whole() -> None:
    """17 kinds, 17 oblasts with 3 cities, 8 institutions."""
    assert len(categories()) == 17
    assert [region.kind for region in regions()].count("city") == 3
    assert len(regions()) == 20
    assert len(institutions()) == 8


def test_ids_are_unique() -> None:
    """A report's category, region and institution mean one row."""
    for ids in (
        [category.id for category in categories()],
        [region.kato for region in regions()],
        [institution.id for institution in institutions()],
    ):
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("language", Language)
def test_everything_has_a_name_in_every_language(language: Language) -> None:
    """Nobody meets an empty choice, recorded or not."""
    assert all(category.label(language) for category in categories())
    assert all(region.name(language) for region in regions())
    assert all(institution.name(language) for institution in institutions())


def test_a_missing_name_comes_from_the_next_language() -> None:
    """No Kazakh name is recorded for this one: the Russian one is shown."""
    agency = next(each for each in institutions() if each.id == "acsaca")

    assert agency.name(Language.KK) == agency.name(Language.RU)
    assert agency.name(Language.EN) != agency.name(Language.RU)


def test_a_city_has_no_centre() -> None:
    """An empty text, not an error."""
    cities = [region for region in regions() if region.kind == "city"]

    assert [city.centre(Language.KK) for city in cities] == ["", "", ""]


def test_a_kato_code_is_nine_digits() -> None:
    """Two ISO digits and seven zeros."""
    assert all(re.fullmatch(r"[1-9][0-9]0{7}", region.kato) for region in regions())


def test_a_new_region_names_its_parent() -> None:
    """Old documents name the region that it was a part of."""
    abai = next(region for region in regions() if region.kato == "100000000")

    assert abai.valid_from is not None
    assert abai.carved_from in {region.kato for region in regions()}


def test_categories_stand_in_the_form_s_order() -> None:
    """*Other* comes last."""
    assert categories()[-1].id == "other"
    assert categories()[0].cc == ("366",)


@pytest.mark.parametrize("name", ["categories.tsv", "regions.tsv", "institutions.tsv"])
def test_a_table_is_as_its_readme_says(name: str) -> None:
    """NFC, LF, tabs, no quoting, as many cells in every row."""
    text = resources.files("protocol.data").joinpath(name).read_bytes().decode("utf-8")

    assert text == unicodedata.normalize("NFC", text)
    assert "\r" not in text
    assert len({line.count("\t") for line in text.splitlines()}) == 1
    readme = resources.files("protocol.data").joinpath("README.md").read_text("utf-8")
    assert name in readme
