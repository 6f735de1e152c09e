"""What runs on the offline machine and at auditors' needs none of the apps."""

import subprocess
import sys

import pytest

APPS = {"flask", "sqlalchemy", "gunicorn", "intake", "review_console", "wtforms"}


@pytest.mark.parametrize(
    "command", ["deploy.keys.command", "deploy.audit_site.command"]
)
def test_the_tools_load_no_app(command: str) -> None:
    """`requirements/tools.txt` is enough: less to trust, less to fetch."""
    code = f"import sys, {command}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert command in loaded
    assert not APPS & set(loaded)
