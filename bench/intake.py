"""`make bench-intake`: how fast the intake takes reports in, one worker, real disk.

Text reports without JavaScript, on the disk as it is, on one that needs 10 ms longer
for each sync, and beside many uploads that stand still; a file of 100 MB through
the form and in pieces by tus; memory for a file of 1 GB; reading mailboxes. The
limit beside each is the same server with a handler that reads and forgets.

On a machine that does other work, look at the ratios and at the processor's time.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.intake_files import measure_form, measure_memory, measure_pieces
from bench.intake_house import House, running
from bench.intake_mailbox import fill, measure_difference, measure_mailboxes
from bench.intake_text import SLOW_UPLOADS, Load, load, show, slow_uploads

CONNECTIONS: Final = (1, 8, 32)
MOST: Final = CONNECTIONS[-1]
LARGE_BYTES: Final = 10**9
SERVE: Final = ("intake.cli", "serve")
BARE: Final = "bench.intake_bare"
SLOW_DISK: Final = "bench.intake_slow_disk"

REPORTS_BOUND: Final = 400
LATE_BOUND_MS: Final = 150
SLOW_DISK_BOUND: Final = 200
BESIDE_SLOW_BOUND_MS: Final = 1000
FORM_BOUND: Final = 300
PIECES_BOUND: Final = 350
MEMORY_BOUND: Final = 16
MAILBOX_BOUND_MS: Final = 10
TELLS_BOUND_MS: Final = 0.1
"""Two answers over Tor differ by some hundred times as much anyway."""


def main() -> None:
    """Measure and print; the last lines are the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--large-bytes", type=int, default=LARGE_BYTES)
    arguments = parser.parse_args()
    loads = _measure_text(arguments.seconds)
    with (
        founded() as house,
        running(house.settings(), *SERVE) as server,
        running(house.settings(), BARE) as bare,
    ):
        form_speed = measure_form(server, bare)
    with (
        founded() as house,
        running(house.settings(), *SERVE) as server,
        running(house.settings(), BARE) as bare,
    ):
        pieces_speed = measure_pieces(house, server, bare)
    with founded() as house, running(house.settings(), *SERVE) as server:
        growth = measure_memory(server, arguments.large_bytes)
    with founded() as house:
        mailboxes = fill(house)
        with running(house.settings(), *SERVE) as server:
            mailbox = measure_mailboxes(server, mailboxes)
            difference = measure_difference(server, mailboxes)
    most, beside, slow = loads[f"{MOST}"], loads["beside"], loads["slow"]
    errors = sum(each.errors for each in loads.values())
    bar("intake_text_reports_32", most.rate, "reports/s", REPORTS_BOUND)
    _bar_late("intake_text_report_32_p99", most, LATE_BOUND_MS)
    bar("intake_text_reports_32_slow_disk", slow.rate, "reports/s", SLOW_DISK_BOUND)
    _bar_late("intake_text_report_beside_slow_p99", beside, BESIDE_SLOW_BOUND_MS)
    bar("intake_text_report_errors", errors, "errors", 0, at_most=True)
    bar("intake_file_100MB", form_speed, "MB/s", FORM_BOUND)
    bar("intake_tus_pieces", pieces_speed, "MB/s", PIECES_BOUND)
    bar("intake_memory_growth_1GB", growth, "MB", MEMORY_BOUND, at_most=True)
    bar("intake_mailbox", mailbox, "ms", MAILBOX_BOUND_MS, at_most=True)
    bar("intake_mailbox_tells", difference, "ms", TELLS_BOUND_MS, at_most=True)


def bar(
    name: str, value: float, unit: str, bound: float, *, at_most: bool = False
) -> None:
    """Print one bar: `BAR name value unit bound ok|short`."""
    fits = value <= bound if at_most else value >= bound
    sign = "<=" if at_most else ">="
    print(f"BAR {name} {value:.2f} {unit} {sign}{bound} {'ok' if fits else 'short'}")


def _bar_late(name: str, found: Load, bound_ms: float) -> None:
    bar(name, found.late_seconds * 1000, "ms", bound_ms, at_most=True)


@contextmanager
def founded() -> Iterator[House]:
    """Make a house in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as place:
        house = House(root=Path(place))
        house.found()
        yield house


def _measure_text(seconds: float) -> dict[str, Load]:
    loads: dict[str, Load] = {}
    with (
        founded() as house,
        running(house.settings(), *SERVE) as server,
        running(house.settings(), BARE) as bare,
    ):
        for connections in CONNECTIONS:
            limit = load(bare, connections, seconds / 4, bare=True)
            found = load(server, connections, seconds)
            show(f"{connections:>2} connections", found, limit)
            loads[f"{connections}"] = found
        with slow_uploads(server):
            loads["beside"] = load(server, MOST, seconds)
        show(f"{MOST} beside {SLOW_UPLOADS} slow uploads", loads["beside"])
    with founded() as house, running(house.settings(), SLOW_DISK) as server:
        loads["slow"] = load(server, MOST, seconds)
        show(f"{MOST} on a slow disk", loads["slow"])
    return loads


if __name__ == "__main__":
    main()
