"""Names of categories and regions in the page's language."""

from functools import cache

from protocol.catalogue import Category, Region, categories, regions
from review_console.web.language import language


@cache
def _categories() -> dict[str, Category]:
    return {each.id: each for each in categories()}


@cache
def _regions() -> dict[str, Region]:
    return {each.kato: each for each in regions()}


def category_label(category: str | None) -> str | None:
    """Name a category; one of a newer catalogue is shown by its id."""
    known = _categories().get(category or "")
    return category if known is None else known.label(language())


def region_name(kato: str | None) -> str | None:
    """Name a region; an unknown code is shown as it is."""
    known = _regions().get(kato or "")
    return kato if known is None else known.name(language())
