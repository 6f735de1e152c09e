"""Documents that name a test name one that exists."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = (
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
_PYTHON = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_TYPESCRIPT = re.compile(r"`(browser/test/\w+\.test\.ts)::([^`]+)`")
_THREATS: Final = ROOT / "docs" / "threat-model.md"


@cache
def functions(module: Path) -> frozenset[str]:
    """The names of a module's tests."""
    tree = ast.parse(module.read_text())
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_named_test_exists(page: Path) -> None:
    """A promise whose test was renamed or removed is no promise any more."""
    text = page.read_text()
    missing = [
        f"{path}::{name}"
        for path, name in _PYTHON.findall(text)
        if not (ROOT / path).exists() or name not in functions(ROOT / path)
    ]
    missing += [
        f"{path}::{title}"
        for path, title in _TYPESCRIPT.findall(text)
        if not (ROOT / path).exists() or title not in (ROOT / path).read_text()
    ]

    assert not missing


def test_every_row_of_the_threat_model_names_its_test() -> None:
    """What holds against an attacker is shown, or is not listed."""
    page = _THREATS.read_text()
    rows = re.findall(r"^\| (?!---|what holds)(.+) \|$", page, re.MULTILINE)

    assert rows
    assert not [
        row for row in rows if not (_PYTHON.search(row) or _TYPESCRIPT.search(row))
    ]
