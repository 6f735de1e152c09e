"""`make bench-intake-minute`: 32 reporters for a minute, none turned away, none lost.

Each report that was told *received* must lie in the database and on the disk, with
the SHA-256 that its row names; every hundredth is opened and its text compared.
"""

import argparse
import hashlib
import sqlite3
from typing import Final

from bench.http_load import TEXT
from bench.intake import MOST, SERVE, bar, founded
from bench.intake_house import House, running
from bench.intake_text import load, show
from protocol.mailbox import MailboxId
from protocol.report import ReportReader

SECONDS: Final = 60.0
OPENED: Final = 100
"""One of so many is opened."""


def main() -> None:
    """Send, stop the server, and look at what it kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    seconds = parser.parse_args().seconds
    with founded() as house:
        with running(house.settings(), *SERVE) as server:
            found = load(server, MOST, seconds)
        show(f"{MOST} connections for {seconds:.0f} s", found)
        whole, opened = _count_whole(house)
    print(f"told received: {found.answers}; whole on disk: {whole}; opened: {opened}")
    bar("intake_endurance_errors", found.errors, "errors", 0, at_most=True)
    lost = found.answers - whole
    bar("intake_endurance_lost", lost, "reports", 0, at_most=True)


def _count_whole(house: House) -> tuple[int, int]:
    """Return how many reports are whole, and how many of them were opened."""
    database = sqlite3.connect(house.database)
    rows = database.execute("SELECT id, mailbox, sha256 FROM deposits").fetchall()
    database.close()
    whole = opened = 0
    for number, (name, mailbox, sha256) in enumerate(rows):
        with (house.data / "deposits" / name).open("rb") as sealed:
            if hashlib.file_digest(sealed, "sha256").digest() != sha256:
                continue
            if number % OPENED == 0:
                sealed.seek(0)
                came_under = MailboxId(mailbox)
                reader = ReportReader(sealed, [house.identity], came_under=came_under)
                reader.verify_all()
                if reader.report.text != TEXT:
                    continue
                opened += 1
        whole += 1
    return whole, opened


if __name__ == "__main__":
    main()
