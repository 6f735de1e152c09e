"""What all tests share: programs that a test needs beside Python."""

import os
import shutil

import pytest


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
