"""The catalogue: kinds of corruption, regions, and where a report can go.

Spec: docs/protocol.md §1.3 (`category`, `region`).

Data, not code: `protocol/data/*.tsv`, with provenance beside it. Sealed reports
carry ids and KATO codes, so a published one never changes its meaning.

Rules:
* A label that is not recorded in a language is shown in the next one
  (kk → ru → en).
* Every row says how far it may be trusted (`status`, `as_of`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources

from protocol.day import parse_day
from protocol.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """A text in the languages in which it is recorded."""

    texts: Mapping[Language, str] = field(hash=False)

    def best(self, language: Language) -> str:
        """Give the text, or the one of the next language, or nothing."""
        texts = (self.texts.get(candidate, "") for candidate in language.fallbacks)
        return next(filter(None, texts), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A kind of corruption in plain words, as the form offers it."""

    id: str
    """Stable; travels in reports."""

    sort: int
    """Place in the form."""

    labels: Labels
    uncac: tuple[str, ...]
    """Articles of the UN Convention against Corruption it may fall under."""

    cc: tuple[str, ...]
    """Articles of the Criminal Code."""

    cao: tuple[str, ...]
    """Articles of the Code of Administrative Offences."""

    status: str
    as_of: date

    def label(self, language: Language) -> str:
        """The words for people."""
        return self.labels.best(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """An oblast, or a city of the same rank."""

    kato: str
    """Nine digits; travels in reports."""

    kind: str
    """`oblast` or `city`."""

    names: Labels
    centres: Labels
    aliases: tuple[str, ...]
    """Old and short names, for search."""

    valid_from: date | None
    carved_from: str | None
    """KATO code of the region that it was a part of before."""

    status: str
    as_of: date

    def name(self, language: Language) -> str:
        """The name for people."""
        return self.names.best(language)

    def centre(self, language: Language) -> str:
        """The seat; empty for a city."""
        return self.centres.best(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """A body that a report can be referred to, or could be once."""

    id: str
    names: Labels
    valid_from: str
    """Year, month or day as far as known; `unknown` or empty if not."""

    valid_to: str
    """Likewise; empty while it exists."""

    role: str
    referral_kind: str
    """`agency`, `administrative`, `journalists`, or `none`."""

    status: str
    note: str
    as_of: date

    def name(self, language: Language) -> str:
        """The name for people."""
        return self.names.best(language)


@cache
def categories() -> tuple[Category, ...]:
    """Load the kinds of corruption in the form's order."""
    rows = (
        Category(
            id=row["id"],
            sort=int(row["sort"]),
            labels=_labels(row, "label"),
            uncac=_split(row["uncac"], ","),
            cc=_split(row["cc"], ","),
            cao=_split(row["cao"], ","),
            status=row["status"],
            as_of=parse_day(row["as_of"]),
        )
        for row in _rows("categories.tsv")
    )
    return tuple(sorted(rows, key=lambda category: category.sort))


@cache
def regions() -> tuple[Region, ...]:
    """Load the regions in the order of their codes."""
    return tuple(
        Region(
            kato=row["kato"],
            kind=row["type"],
            names=_labels(row, "name"),
            centres=_labels(row, "centre"),
            aliases=_split(row["aliases"], ";"),
            valid_from=parse_day(row["valid_from"]) if row["valid_from"] else None,
            carved_from=row["carved_from"] or None,
            status=row["status"],
            as_of=parse_day(row["as_of"]),
        )
        for row in _rows("regions.tsv")
    )


@cache
def institutions() -> tuple[Institution, ...]:
    """Load the institutions, former ones among them."""
    return tuple(
        Institution(
            id=row["id"],
            names=_labels(row, "name"),
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            role=row["role"],
            referral_kind=row["referral_kind"],
            status=row["status"],
            note=row["note"],
            as_of=parse_day(row["as_of"]),
        )
        for row in _rows("institutions.tsv")
    )


def _rows(file_name: str) -> list[dict[str, str]]:
    """Read a table: tab-separated, one header row, no quoting."""
    text = resources.files("protocol.data").joinpath(file_name).read_text("utf-8")
    header, *lines = text.rstrip("\n").split("\n")
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def _labels(row: Mapping[str, str], column: str) -> Labels:
    texts = {language: row[f"{column}_{language.value}"] for language in Language}
    return Labels(texts={language: text for language, text in texts.items() if text})


def _split(cell: str, separator: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(separator) if part)
