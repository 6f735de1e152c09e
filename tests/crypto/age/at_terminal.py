"""Run a program with a terminal of its own, and type answers there."""

import os
import pty
import select
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_SECONDS: Final = 60
# A session's leader that opens a terminal is controlled by it from then on.
_LAUNCH: Final = 'exec 3<>"$0"; exec "$@" 3>&-'


class FakeTerminal:
    """Gives the answers that it was told, in order, and remembers what it was asked."""

    def __init__(self, *answers: str) -> None:
        """Take the answers."""
        self.answers = list(answers)
        self.asked: list[str] = []
        self.told: list[str] = []

    def ask(self, question: str, /) -> str:
        """Answer."""
        self.asked.append(question)
        return self.answers.pop(0)

    def tell(self, text: str, /) -> None:
        """Remember."""
        self.told.append(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended."""

    status: int
    """Its exit status."""

    output: bytes
    """What it wrote to standard output."""

    shown: bytes
    """What its terminal showed."""


def at_terminal(
    command: Sequence[str | Path],
    answers: Sequence[bytes],
    *,
    data: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Ended:
    """Run a command; type each answer when a question has appeared.

    Args:
        command: To run, in the present directory.
        answers: What is typed, line by line, with its line feed; not typed if nobody
            asks.
        data: Standard input; it and the output must fit into a pipe.
        env: Its environment; None for the present one.

    Returns:
        How it ended.
    """
    master, slave = pty.openpty()
    shown = b""
    with subprocess.Popen(
        ["sh", "-c", _LAUNCH, os.ttyname(slave), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=env,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(data)
        process.stdin.close()
        for answer in answers:
            shown += _until_question(master, process.stdout)
            os.write(master, answer)
        output = process.stdout.read()
        status = process.wait(_SECONDS)
    os.close(slave)
    shown += _rest(master)
    os.close(master)
    return Ended(status=status, output=output, shown=shown)


def _until_question(master: int, output: IO[bytes]) -> bytes:
    """Read what is shown until it looks like a question, or the program goes on."""
    shown = b""
    while not shown.endswith(b": "):
        ready, _, _ = select.select([master, output.fileno()], [], [], _SECONDS)
        assert ready, shown
        if master not in ready:
            break
        shown += os.read(master, 4096)
    return shown


def _rest(master: int) -> bytes:
    shown = b""
    try:
        while piece := os.read(master, 4096):
            shown += piece
    except OSError:  # Linux's way to say that nobody writes any more
        pass
    return shown
