"""Search for inputs that break a promise: `python -m tests.fuzz.run [NAME…]`.

Coverage guides the search (atheris, libFuzzer). What it learns and what it finds stays
under `build/fuzz/NAME`, so the next run goes on from there. A finding belongs into the
corpus, as `corpus/NAME/found-…`, with the mend.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.corpus_files import CORPUS
from tests.fuzz.targets import target_names

ROOT: Final = Path(__file__).resolve().parents[2]
KEPT: Final = ROOT / "build" / "fuzz"
SLOWEST_SECONDS: Final = 10
"""No input of a few kilobytes may take longer."""

MEMORY_MB: Final = 1_024
_EXECUTIONS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_COVERED = re.compile(r"cov: (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one target."""

    name: str
    executions: int
    covered: int
    """Edges of byte code that were reached."""

    findings: tuple[Path, ...]
    ended_well: bool
    """Whether the fuzzer ran to its end without complaint."""

    @property
    def verdict(self) -> str:
        """Say it in words."""
        if self.ended_well:
            return "holds"
        if self.findings:
            return f"BROKEN by {self.findings[-1].relative_to(ROOT)}"
        return f"DID NOT RUN, see {(KEPT / self.name / 'log').relative_to(ROOT)}"


def search(name: str, seconds: int) -> Outcome:
    """Run one target in a process of its own."""
    folder = KEPT / name
    learnt, findings = folder / "learnt", folder / "findings"
    for each in (learnt, findings):
        each.mkdir(parents=True, exist_ok=True)
    before = set(findings.iterdir())
    command = [
        sys.executable, "-m", "tests.fuzz.engine", name,
        str(learnt), str(CORPUS / name),
        f"-max_total_time={seconds}", f"-timeout={SLOWEST_SECONDS}",
        f"-rss_limit_mb={MEMORY_MB}", f"-artifact_prefix={findings}/",
        "-print_final_stats=1",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    log = done.stdout.decode(errors="replace")
    (folder / "log").write_text(log)
    executions = _EXECUTIONS.findall(log)
    return Outcome(
        name=name,
        executions=int(executions[-1]) if executions else 0,
        covered=max(map(int, _COVERED.findall(log)), default=0),
        findings=tuple(sorted(set(findings.iterdir()) - before)),
        ended_well=done.returncode == 0 and bool(executions),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the targets and print a table.

    Args:
        argv: Names of targets, all if none, and how long for each.

    Returns:
        0 if every promise held.
    """
    parser = argparse.ArgumentParser(
        description="search for inputs that break a promise"
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="targets; all if none")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    jobs = os.cpu_count() or 1
    parser.add_argument("--jobs", type=int, default=jobs, help="how many at once")
    arguments = parser.parse_args(argv)
    names = arguments.names or target_names()
    if unknown := set(names) - set(target_names()):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    print(f"{'target':<20}{'executions':>14}{'branches':>10}  verdict")
    all_well = True
    with ThreadPoolExecutor(arguments.jobs) as pool:
        outcomes = pool.map(lambda name: search(name, arguments.seconds), names)
        for outcome in outcomes:
            counts = f"{outcome.executions:>14,}{outcome.covered:>10,}"
            print(f"{outcome.name:<20}{counts}  {outcome.verdict}", flush=True)
            all_well = all_well and outcome.ended_well
    print("every promise held" if all_well else "a promise is broken: see above")
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
