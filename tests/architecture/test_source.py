"""Promises about the source itself, that no linter keeps."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("crypto", "protocol", "intake", "review_console", "deploy", "bench")
SECRET_NAMES: Final = re.compile(r"(^|_)(secret|token|mac|passphrase|seed)s?$")


def modules() -> Iterator[Path]:
    """Every module of the product."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def sections(page: Path) -> set[str]:
    """The numbers of the sections of a page of docs/."""
    headings = re.findall(r"^#+ (\d+(?:\.\d+)*)\.? ", page.read_text(), re.MULTILINE)
    return set(headings)


def test_spec_lines_point_at_sections_that_exist() -> None:
    """A `Spec:` line leads an auditor to a page and section that is there."""
    dangling = []
    for module in modules():
        for page, number in re.findall(
            r"Spec: (docs/\S+\.md)(?: §([\d.]*\d))?", module.read_text()
        ):
            known = (ROOT / page).exists()
            if not known or (number and number not in sections(ROOT / page)):
                dangling.append(f"{module.relative_to(ROOT)}: {page} §{number}")

    assert not dangling


def test_secrets_are_never_compared_with_an_operator() -> None:
    """A comparison that ends early tells how much of a secret was right."""
    careless = []
    for module in modules():
        for node in ast.walk(ast.parse(module.read_text())):
            if not isinstance(node, ast.Compare):
                continue
            if not any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
                continue
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) for side in sides):
                continue
            names = [
                side.id if isinstance(side, ast.Name) else side.attr
                for side in sides
                if isinstance(side, ast.Name | ast.Attribute)
            ]
            if any(SECRET_NAMES.search(name) for name in names):
                careless.append(f"{module.relative_to(ROOT)}:{node.lineno}")

    assert not careless


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_called_after_nothing(package: str) -> None:
    """Modules are named for their idea; these names have none."""
    nameless = {"utils.py", "helpers.py", "common.py", "misc.py"}

    assert not [p for p in (ROOT / package).rglob("*.py") if p.name in nameless]


def test_templates_never_mark_markup_as_safe() -> None:
    """What a reporter wrote is text, on every page."""
    unescaped = [
        str(page.relative_to(ROOT))
        for app in ("intake", "review_console")
        for page in (ROOT / app).rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape\s+false", page.read_text())
    ]

    assert not unescaped
