"""html-validate on whole pages: the HTML standard, and some of what WCAG asks."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

BROWSER = Path(__file__).parents[2] / "browser"
RULES = {
    "root": True,
    "extends": ["html-validate:recommended", "html-validate:document"],
    "rules": {"doctype-style": ["error", {"style": "lowercase"}]},
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
    run = subprocess.run(
        ["node", validator, "-f", "json", "--config", "rules.json", *names],
        cwd=place,
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.returncode in {0, 1}, run.stderr
    return [
        f"{names[page['filePath']]}:{mistake['line']} {mistake['ruleId']}: "
        f"{mistake['message']}"
        for page in json.loads(run.stdout)
        for mistake in page["messages"]
    ]
