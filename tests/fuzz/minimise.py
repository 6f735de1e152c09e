"""Keep some of what the fuzzer learnt: `python -m tests.fuzz.minimise [NAME…]`.

libFuzzer keeps the smallest inputs that reach what no other does. A few of them, from
the short ones to the long ones, join the corpus as `learnt-…`, so that the tests, too,
go where the search got to.
"""

import sys
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from tests.fuzz.corpus_files import CORPUS, LEARNT, corpus
from tests.fuzz.run import KEPT
from tests.fuzz.targets import target_names

MOST_FILES: Final = 12
MOST_BYTES: Final = 12_288
"""For each target: a corpus is read with every run of the tests."""


def minimise(name: str) -> int:
    """Replace what one target had learnt before.

    Args:
        name: Of the target.

    Returns:
        How many inputs are kept.
    """
    for old in (CORPUS / name).glob(f"{LEARNT}*"):
        old.unlink()
    learnt = {file.read_bytes() for file in (KEPT / name / "learnt").glob("*")}
    found = sorted(
        learnt - set(corpus(name).values()), key=lambda data: (len(data), data)
    )
    step = max(1, len(found) // MOST_FILES)
    kept, left_bytes = 0, MOST_BYTES
    for data in found[step - 1 :: step][:MOST_FILES]:
        left_bytes -= len(data)
        if left_bytes < 0:
            break
        label = LEARNT + sha256(data).hexdigest()[:8]
        (CORPUS / name / label).write_bytes(data)
        kept += 1
    return kept


def main(argv: Sequence[str]) -> None:
    """Do it for all targets, or for those that are named."""
    for name in argv or target_names():
        print(f"{name:<20}{minimise(name):>4} learnt")


if __name__ == "__main__":
    main(sys.argv[1:])
