"""A house for each test, and an intake in memory."""

from pathlib import Path

import pytest

from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import House, build_house


@pytest.fixture
def fake_intake(plain_house: House) -> FakeIntake:
    """An intake that pins the house's sync key."""
    return FakeIntake(sync_key=plain_house.sync_key)


@pytest.fixture
def plain_house(tmp_path: Path) -> House:
    """A house whose intake does not answer."""
    return build_house(tmp_path)


@pytest.fixture
def house(plain_house: House, fake_intake: FakeIntake) -> House:
    """A house that is wired to the intake in memory."""
    return plain_house.with_intake(fake_intake)
