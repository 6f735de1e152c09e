"""What all tests share: programs beside Python, and one browser."""

import os
import shutil
from collections.abc import Iterator
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

from deploy.chromium import launch


def leave_out(reason: str) -> NoReturn:
    """Leave the test out, for this machine lacks what it needs; in CI it fails."""
    if os.environ.get("CI"):  # noqa: TID251 (only here: is this CI?)
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out where its program is missing."""
    for marker in item.iter_markers("needs"):
        missing = [name for name in marker.args if shutil.which(name) is None]
        if missing:
            names = ", ".join(missing)
            leave_out(f"not installed: {names} (see tests/system_programs.sh)")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all: a second driver does not start beside the first."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
