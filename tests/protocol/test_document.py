"""Promises of docs/protocol.md: a second implementation finds there what it needs."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.errors import (
    ProtocolError,
    UnusableDirectoryError,
)
from tests.protocol.test_errors import all_below
from tests.vectors.case import VECTORS, Case

_ROOT = Path(__file__).parents[2]
_DOCUMENT = (_ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
_REASONS = _DOCUMENT.partition("## 11. Reasons")[2]
_SOURCES = {
    path.relative_to(_ROOT).as_posix(): path.read_text(encoding="utf-8")
    for package in ("protocol", "review_console", "crypto")
    for path in sorted((_ROOT / package).rglob("*.py"))
}
_OF_A_MEMBER = ("_missing", "_wrong", "_out_of_range", "_too_long")
_NOT_TOLD = {
    "debunker-console/1",
    "debunker-vault/1",
    "debunker-member/1",
    "debunker-next-team/1",
    "debunker-referral-content/1",
}


def _listed(reason: str) -> bool:
    return f"`{reason}`" in _REASONS


def _named_in_code() -> Iterator[str]:
    for path, source in _SOURCES.items():
        if path.startswith("protocol/"):
            yield from re.findall(
                r'(?:Malformed|Unreadable|UnusableDirectory)Error\("(\w+)"\)', source
            )


@pytest.mark.parametrize("reason", sorted(set(_named_in_code())))
def test_every_reason_in_the_code_is_listed(reason: str) -> None:
    """By its name, or as what is wrong with a member of a document."""
    assert _listed(reason) or reason.endswith(_OF_A_MEMBER)


@pytest.mark.parametrize("error", list(all_below(ProtocolError)))
def test_every_error_is_listed(error: type[ProtocolError]) -> None:
    """Abstract ones aside, which nobody raises."""
    reasons = {error.reason}
    if error is UnusableDirectoryError:
        reasons = {
            *UnusableDirectoryError.reasons,
            *UnusableDirectoryError.offline_reasons,
        }
    is_named_by_its_place = error.reason in {"protocol", "codename", "directory"}

    assert is_named_by_its_place or all(map(_listed, reasons))


def test_every_reason_of_a_vector_is_listed() -> None:
    """Whoever fails a vector finds out what it is about."""
    reasons = {Case.load(path).reason for path in VECTORS.glob("*/*.json")} - {None}

    unlisted = {
        reason
        for reason in map(str, reasons)
        if not _listed(reason) and not reason.endswith(_OF_A_MEMBER)
    }

    assert reasons
    assert not unlisted


def test_no_reason_is_listed_that_nobody_gives() -> None:
    """The table is of this program, not of an older one."""
    listed = set(re.findall(r"`([a-z][a-z0-9_]+)`", _reason_column()))
    code = "\n".join(_SOURCES.values())

    unknown = {reason for reason in listed if f'"{reason}"' not in code}

    assert listed
    assert unknown <= {"altered", "malformed"}


def _reason_column() -> str:
    """The cells of the tables that hold reasons."""
    lines = [line.split("|") for line in _REASONS.splitlines() if line.startswith("|")]
    return "\n".join(cells[1] if len(cells) == 4 else cells[2] for cells in lines)


@pytest.mark.parametrize(
    "format_name",
    sorted(
        {
            name
            for source in _SOURCES.values()
            for name in re.findall(r"debunker-[a-z-]+/[0-9]+", source)
        }
        - _NOT_TOLD
    ),
)
def test_every_format_is_described(format_name: str) -> None:
    """Those that never leave the console aside."""
    assert format_name in _DOCUMENT


@pytest.mark.parametrize(
    "namespace",
    sorted(
        {
            name
            for source in _SOURCES.values()
            for name in re.findall(r'NAMESPACE: Final = "([a-z-]+)"', source)
        }
    ),
)
def test_every_namespace_is_in_the_table(namespace: str) -> None:
    """A signature of an unlisted use would be one that nobody can check."""
    assert f"| `{namespace}` |" in _DOCUMENT
