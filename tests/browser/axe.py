"""axe-core on a page as it stands: wide and light, narrow and dark.

It finds what a machine can find: names, roles, contrast, order of headings.
"""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "browser" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS: tuple[dict[str, Any], ...] = (
    {"width": 1280, "height": 800, "colors": "light"},
    {"width": 320, "height": 640, "colors": "dark"},
)


def violations(page: Page) -> list[str]:
    """Return what is wrong: rule, screen and element."""
    found = []
    # By the debugger: the content policy lets no foreign script in.
    page.evaluate(AXE.read_text())
    for screen in SCREENS:
        page.set_viewport_size({"width": screen["width"], "height": screen["height"]})
        page.emulate_media(color_scheme=screen["colors"], reduced_motion="reduce")
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        found += [
            f"{violation['id']} ({screen['width']}, {screen['colors']}): {node['html']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]
    return found


def open_all(page: Page) -> None:
    """Open every part that folds."""
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => { d.open = true })"
    )
