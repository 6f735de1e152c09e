"""Where the corpus lies: a folder for each target, a file for each input."""

from pathlib import Path
from typing import Final

CORPUS: Final = Path(__file__).parent / "corpus"
FINDING: Final = "found-"
"""Begins the name of an input that once broke a promise: it stays for good."""

LEARNT: Final = "learnt-"
"""Begins the name of one that the fuzzer found to reach further; see `minimise`."""


def corpus(target: str) -> dict[str, bytes]:
    """Read a target's inputs, by name."""
    files = sorted((CORPUS / target).glob("*"))
    return {file.name: file.read_bytes() for file in files}
