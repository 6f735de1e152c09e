"""Promises of the vectors themselves."""

import pytest

from tests.vectors.case import VECTORS, Case
from tests.vectors.encoding import from_segments, to_segments
from tests.vectors.make import all_cases

_MADE = {f"{case.folder}/{case.name}": case for case in all_cases()}


@pytest.mark.parametrize("name", _MADE)
def test_a_kept_vector_is_as_it_is_made(name: str) -> None:
    """Nobody edits a vector by hand, and none is out of date."""
    assert _MADE[name].path.read_text(encoding="utf-8") == _MADE[name].to_text()


@pytest.mark.parametrize("name", [n for n, case in _MADE.items() if case.sealed])
def test_a_kept_sealed_file_is_as_it_is_made(name: str) -> None:
    """It still opens to what it should hold, so it was not made anew."""
    assert Case.load(_MADE[name].path).sealed == _MADE[name].sealed


def test_no_other_vector_is_kept() -> None:
    """A case that is no longer made proves nothing."""
    kept = {f"{path.parent.name}/{path.stem}" for path in VECTORS.glob("*/*.json")}

    assert kept == set(_MADE)


def test_names_are_unique() -> None:
    """One file, one case."""
    assert len(_MADE) == len(list(all_cases()))


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 63, b"\0" * 64, b"a" + b"\0" * 900 + b"b", b"\0" * 99 + b"c"]
)
def test_segments_read_back(data: bytes) -> None:
    """Counting zeros loses none."""
    assert from_segments(to_segments(data)) == data
