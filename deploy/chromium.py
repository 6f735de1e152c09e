"""Debian's Chromium, headless and quiet: for pictures and for tests.

It asks nobody but the servers on this machine; nothing is downloaded.
"""

from typing import Final

from playwright.sync_api import Browser, Playwright

CHROMIUM: Final = "/usr/bin/chromium"
QUIET: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """Start it with an empty profile."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
