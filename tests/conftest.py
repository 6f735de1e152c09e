"""What all tests share: programs beside Python, and one browser."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from deploy.chromium import launch


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out where its program is missing; in CI that is a failure."""
    for marker in item.iter_markers("needs"):
        missing = [name for name in marker.args if shutil.which(name) is None]
        if not missing:
            continue
        reason = f"not installed: {', '.join(missing)} (see tests/system_programs.sh)"
        if os.environ.get("CI"):  # noqa: TID251 (only here: is this CI?)
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all: a second driver does not start beside the first."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
