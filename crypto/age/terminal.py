"""Ask the person at the terminal; never a pipe, and never with an echo.

For passphrases: whatever standard input and output are connected to, question and
answer go to the terminal that controls the process (`/dev/tty`). Where there is none,
as under cron, that is an error: a passphrase that a script knows protects nothing.

Rules:
* The echo is off before the question is shown, and what was typed before is dropped:
  nobody's answer is shown, nor taken for one.
* The terminal is left as it was found, whatever happens.
"""

import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

_CONTROLLING: Final = Path("/dev/tty")
_LOCAL_MODES: Final = 3  # where termios keeps them
_PIECE_BYTES: Final = 4096  # what Linux gives of one line at most


class TerminalError(Exception):
    """Nobody can be asked, or no answer came; the message is one line."""


class Terminal(Protocol):
    """A person to ask."""

    def ask(self, question: str, /) -> str:
        """Ask for a secret: one line, not shown."""

    def tell(self, text: str, /) -> None:
        """Show one line that is in no other output."""


class ControllingTerminal:
    """The terminal that controls this process."""

    def __init__(self, path: Path = _CONTROLLING) -> None:
        """Open nothing yet.

        Args:
            path: Of the terminal.
        """
        self._path = path

    def ask(self, question: str, /) -> str:
        """Ask for a secret.

        Args:
            question: Without a colon behind it.

        Returns:
            What was typed, without its line feed.

        Raises:
            TerminalError: There is no terminal, the answer is no text, or none came.
        """
        with self._opened() as terminal, _without_echo(terminal):
            os.write(terminal, f"{question}: ".encode())
            answer = bytearray()
            while not answer.endswith(b"\n"):
                piece = os.read(terminal, _PIECE_BYTES)
                if not piece:
                    raise TerminalError("no answer came from the terminal")
                answer += piece
        try:
            return answer.removesuffix(b"\n").decode()
        except UnicodeDecodeError:
            raise TerminalError("what was typed is no text") from None

    def tell(self, text: str, /) -> None:
        """Show one line.

        Raises:
            TerminalError: There is no terminal.
        """
        with self._opened() as terminal:
            os.write(terminal, f"{text}\n".encode())

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            terminal = os.open(self._path, os.O_RDWR | os.O_NOCTTY)
        except OSError:
            message = "a passphrase is asked for at a terminal, and there is none"
            raise TerminalError(message) from None
        try:
            yield terminal
        finally:
            os.close(terminal)


@contextmanager
def _without_echo(terminal: int) -> Iterator[None]:
    try:
        before = termios.tcgetattr(terminal)
    except termios.error:
        raise TerminalError("what should be the terminal is none") from None
    silent = [*before]
    silent[_LOCAL_MODES] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
        os.write(terminal, b"\n")  # the one that was not shown
