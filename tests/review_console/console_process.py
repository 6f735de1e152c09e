"""The real console as a process of its own, on loopback."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from review_console.config import PREFIX
from tests.review_console.people import House

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class ConsoleProcess:
    """A console that runs."""

    url: str
    pid: int
    errors: Path


@contextmanager
def running_console(
    house: House,
    folder: Path,
    *,
    intake: str = "http://127.0.0.1:9",
    wrapper: Sequence[str] = (),
) -> Iterator[ConsoleProcess]:
    """Run `debunker console serve` over a house's database until the block ends."""
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251  # a test starts a program
        "PYTHONPATH": str(ROOT),
        f"{PREFIX}DATABASE": house.config.database,
        f"{PREFIX}DATA": str(house.config.data),
        f"{PREFIX}ROOT_KEY": str(house.config.root_key),
        f"{PREFIX}INTAKE": intake,
    }
    errors = folder / "errors.txt"
    with errors.open("wb") as standard_error:
        process = subprocess.Popen(
            [*wrapper, sys.executable, "-m", "review_console.cli", "serve"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=standard_error,
            cwd=folder,
            start_new_session=True,
        )
    if process.stdout is None:
        raise RuntimeError("no output")
    try:
        line = process.stdout.readline().decode()
        if not line.startswith("console http://"):
            raise RuntimeError(f"did not start: {errors.read_text()}")
        yield ConsoleProcess(url=line.split()[1], pid=process.pid, errors=errors)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(STOP_SECONDS)
        process.stdout.close()
