"""Lighthouse on every page of the reporter's site that has an address of its own.

    make lighthouse

In three languages, of both ways. Accessibility below 100 fails; best practices are
printed, with whatever is less than whole. (Lighthouse cannot look where JavaScript is
off, nor at what comes about only by writing and sending: there the tests ask axe-core,
which is what it asks, too.)
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from deploy.chromium import CHROMIUM, QUIET
from protocol.languages import Language
from tests.intake.organisation import Organisation
from tests.intake.server_process import ServerProcess

AUDIT: Final = Path(__file__).parent / "audit.mjs"
PAGES: Final = ("", "help", "report", "mailbox", "sealed", "nowhere")
PLAIN_PAGES: Final = ("plain/report", "plain/mailbox", "plain/sealed")
WHOLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What Lighthouse says of one page."""

    path: str
    accessibility: int
    best_practices: int
    failed: tuple[str, ...]

    @property
    def row(self) -> str:
        """A line of the table."""
        numbers = f"{self.accessibility:>13}{self.best_practices:>16}"
        return f"{self.path:<20}{numbers}  {'; '.join(self.failed)}"


def main() -> int:
    """Print the table; 0 if every page is accessible."""
    print(f"{'page':<20}{'accessibility':>13}{'best practices':>16}")
    with (
        TemporaryDirectory() as place,
        ServerProcess(Path(place) / "intake", Organisation()) as intake,
    ):
        verdicts = []
        for said in _audit([intake.url + path for path in _paths()]):
            verdict = _verdict(said, intake.url)
            print(verdict.row, flush=True)
            verdicts.append(verdict)
    worst = min(verdict.accessibility for verdict in verdicts)
    print(f"{len(verdicts)} pages, accessibility at least {worst}")
    return 0 if worst == WHOLE else 1


def _paths() -> Iterator[str]:
    yield "/"
    for language in Language:
        for page in PAGES + PLAIN_PAGES:
            yield f"/{language.value}/{page}"


def _audit(urls: list[str]) -> Iterator[dict[str, Any]]:
    with subprocess.Popen(
        ["node", str(AUDIT), CHROMIUM, *QUIET],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as audit:
        if audit.stdin is None or audit.stdout is None:
            raise RuntimeError("no pipes")
        json.dump(urls, audit.stdin)
        audit.stdin.close()
        yield from map(json.loads, audit.stdout)
    if audit.returncode:
        raise RuntimeError("Lighthouse did not look at every page")


def _verdict(said: dict[str, Any], origin: str) -> Verdict:
    if said["error"]:
        raise RuntimeError(f"{said['url']}: {said['error']}")
    return Verdict(
        path=said["url"].removeprefix(origin),
        accessibility=round(said["accessibility"] * WHOLE),
        best_practices=round(said["bestPractices"] * WHOLE),
        failed=tuple(
            ": ".join([each["id"], *filter(None, each["items"])])
            for each in said["failed"]
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
