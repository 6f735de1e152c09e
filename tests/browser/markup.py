"""html-validate on whole pages: the HTML standard, and what WCAG asks of markup."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

BROWSER = Path(__file__).parents[2] / "browser"
RULES = {
    "root": True,
    "extends": [
        f"html-validate:{preset}" for preset in ("standard", "a11y", "document")
    ],
    "rules": {
        # Of taste alone:
        "doctype-style": "off",
        "no-implicit-button-type": "off",
        "prefer-native-element": "off",
        "require-sri": "off",  # the reporter's page: tests/intake/test_static.py
        # Not in the presets, but in the standard:
        "input-attributes": "error",
    },
}


def mistakes(pages: Mapping[str, str], place: Path) -> list[str]:
    """Return what is wrong with pages: page, line, rule and words.

    Args:
        pages: By any name.
        place: An empty directory.
    """
    (place / "rules.json").write_text(json.dumps(RULES))
    names = {}
    for number, (name, page) in enumerate(pages.items()):
        path = place / f"{number}.html"
        path.write_text(page)
        names[str(path)] = name
    validator = BROWSER / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    # To a file: into a pipe it writes 64 KiB and no more.
    with (place / "found.json").open("w") as found:
        run = subprocess.run(
            ["node", validator, "-f", "json", "--config", "rules.json", *names],
            cwd=place,
            stdout=found,
            check=False,
        )
    assert run.returncode in {0, 1}
    return [
        f"{names[page['filePath']]}:{mistake['line']} {mistake['ruleId']}: "
        f"{mistake['message']}"
        for page in json.loads((place / "found.json").read_text())
        for mistake in page["messages"]
    ]
