"""A house for each test, and an intake in memory."""

from pathlib import Path

import pytest

from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import House, build_house, copy_house


@pytest.fixture
def fake_intake(plain_house: House) -> FakeIntake:
    """An intake that pins the house's sync key."""
    return FakeIntake(sync_key=plain_house.sync_key)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house that was founded and never used."""
    return build_house(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def plain_house(founded: House, tmp_path: Path) -> House:
    """A house of its own, whose intake does not answer."""
    return copy_house(founded, tmp_path)


@pytest.fixture
def house(plain_house: House, fake_intake: FakeIntake) -> House:
    """A house that is wired to the intake in memory."""
    return plain_house.with_intake(fake_intake)
