"""An operator at a pseudo-terminal: reads, types, keeps all that was shown."""

import codecs
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

PATIENCE_SECONDS: Final = 30
CHEAP: Final = """
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))  # becomes the controlling terminal
from crypto.process import harden_process
from crypto.sealed_secret import INSECURE_TESTING
from deploy.keys.command import main
harden_process()
raise SystemExit(main(sys.argv[1:], profile=INSECURE_TESTING))
"""
"""`debunker keys` with passphrases that cost nothing to try."""

_PRIVATE: Final = re.compile(
    r"\x1b\[\?1049h.*?\x1b\[2J\x1b\[3J\x1b\[H\x1b\[\?1049l", re.DOTALL
)
ONLINE: Final = "--i-know-this-machine-is-online"
SWAPPED: Final = "--i-know-memory-may-be-swapped"


class Operator:
    """One run of a command, from the first screen to the exit status."""

    def __init__(self, process: "subprocess.Popen[bytes]", terminal: int) -> None:
        """Take a command that has just started."""
        self.process = process
        self._terminal = terminal
        self.shown = ""
        self._read_to = 0
        self._is_gone = False
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    @classmethod
    @contextmanager
    def at(
        cls, *words: str, place: Path, program: Sequence[str] = ("-c", CHEAP)
    ) -> Iterator[Self]:
        """Start a command in a directory; it is ended on leaving."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, *program, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=place,
            env={"PYTHONPATH": str(Path(__file__).parents[3]), "TERM": "linux"},
            start_new_session=True,
        )
        os.close(theirs)
        operator = cls(process, ours)
        try:
            yield operator
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            operator.go_away()

    def expect(self, text: str) -> str:
        """Wait until a text is shown; return what was shown up to it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            # Sentences are wrapped to the screen's width.
            flat = _flat(self.shown[self._read_to :])
            at = flat.find(_flat(text))
            if at >= 0:
                before = flat[: at + len(_flat(text))]
                self._skip(len(before.replace(" ", "")))
                return before
            if not self._read(until):
                raise AssertionError(f"{text!r} was not shown, but: {flat[-2000:]}")

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._terminal, f"{line}\n".encode())

    def answer(self, text: str, line: str) -> str:
        """Wait for a question and answer it."""
        before = self.expect(text)
        self.type(line)
        return before

    def press(self, control: str) -> None:
        """Press Ctrl with a letter."""
        os.write(self._terminal, bytes([ord(control.upper()) - 64]))

    def go_away(self) -> None:
        """Close the terminal's window; the kernel hangs up."""
        if not self._is_gone:
            os.close(self._terminal)
        self._is_gone = True

    def leave(self) -> int:
        """Read to the end; return the exit status."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._read(until):
            pass
        return self.process.wait(PATIENCE_SECONDS)

    @property
    def left_on_screen(self) -> str:
        """All that was shown outside of screens that were cleared."""
        return _PRIVATE.sub("\n[cleared]\n", self.shown)

    def _read(self, until: float) -> bool:
        ready, _, _ = select.select(
            [self._terminal], [], [], max(0, until - time.monotonic())
        )
        if not ready:
            return False
        try:
            piece = os.read(self._terminal, 65_536)
        except OSError:  # the other end is closed
            return False
        self.shown += self._decoder.decode(piece)
        return bool(piece)

    def _skip(self, letters: int) -> None:
        """Go on behind so many letters that are no white space."""
        seen = 0
        while seen < letters:
            rest = self.shown[self._read_to :]
            control = re.match(r"\x1b\[[?0-9;]*[A-Za-z]", rest)
            if control:
                self._read_to += control.end()
                continue
            seen += not rest[0].isspace()
            self._read_to += 1


def _flat(text: str) -> str:
    """Without control sequences, and with single spaces."""
    return " ".join(re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", " ", text).split())


def words_on(sheet: str) -> dict[int, str]:
    """Read the numbered words of one secret off a sheet."""
    found = re.findall(r"\b(\d{1,2}) ([a-z]{3,8})\b", sheet)
    return {int(number): word for number, word in found}
