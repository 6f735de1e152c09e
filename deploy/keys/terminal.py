"""The operator's terminal: what is shown, asked, and cleared again.

Talks to `/dev/tty`, never to standard input: what is typed comes from a person, and
a pipe or a history file cannot feed or keep it.

Rules:
* A passphrase is typed without an echo, and what was typed ahead is thrown away.
* Secrets are shown on a screen of their own that is cleared, with what can be
  scrolled back to, before anything else happens, also when it is interrupted.
* The end of input is the wish to stop, like Ctrl-C.
"""

import os
import termios
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol

WIDTH: Final = 78
CLEARED: Final = "\x1b[2J\x1b[3J\x1b[H"
"""Clears the screen and, where there is one, what can be scrolled back to."""

_OWN_SCREEN: Final = "\x1b[?1049h"
_FORMER_SCREEN: Final = "\x1b[?1049l"
_READ_BYTES: Final = 4096
_LINE_LIMIT_BYTES: Final = 65_536


class StoppedError(Exception):
    """The operator wants to stop (Ctrl-D), or has gone."""


class NoTerminalError(Exception):
    """There is no terminal to ask at."""


class Terminal(Protocol):
    """Where the operator sits."""

    def say(self, text: str = "") -> None:
        """Show paragraphs, wrapped."""

    def show(self, text: str) -> None:
        """Show text as it is."""

    def ask(self, prompt: str) -> str:
        """Ask for a line; what is typed can be seen."""

    def ask_secret(self, prompt: str) -> str:
        """Ask for a line; what is typed cannot be seen."""

    @contextmanager
    def own_screen(self) -> Iterator[None]:
        """Show what the block shows on a screen that is cleared behind it."""


class OperatorTerminal:
    """The terminal that controls this process."""

    def __init__(self, descriptor: int) -> None:
        """Take an open terminal."""
        self._descriptor = descriptor

    def say(self, text: str = "") -> None:
        """Show paragraphs, wrapped."""
        self.show(wrapped(text))

    def show(self, text: str) -> None:
        """Show text as it is."""
        self._write(text + "\n")

    def ask(self, prompt: str) -> str:
        """Ask for a line; what is typed can be seen."""
        self._write(f"{prompt} ")
        return self._read_line()

    def ask_secret(self, prompt: str) -> str:
        """Ask for a line; what is typed cannot be seen."""
        former = self._mode()
        silent = [*former]
        silent[3] &= ~(termios.ECHO | termios.ECHONL)
        try:
            termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, silent)
            self._write(f"{prompt} ")
            return self._read_line()
        finally:
            with suppress(termios.error):  # it is gone
                termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, former)
            self._write("\n")

    @contextmanager
    def own_screen(self) -> Iterator[None]:
        """Show what the block shows on a screen that is cleared behind it."""
        self._write(_OWN_SCREEN + CLEARED)
        try:
            yield
        finally:
            # Some terminals have one screen only: cleared before and behind.
            self._write(CLEARED + _FORMER_SCREEN)

    def _mode(self) -> list[Any]:
        try:
            return termios.tcgetattr(self._descriptor)
        except termios.error:
            raise StoppedError("the terminal is gone") from None

    def _write(self, text: str) -> None:
        data = text.encode()
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            raise StoppedError("the terminal is gone") from None

    def _read_line(self) -> str:
        line = b""
        while not line.endswith(b"\n"):
            try:
                piece = os.read(self._descriptor, _READ_BYTES)
            except OSError:
                raise StoppedError("the terminal is gone") from None
            if not piece or len(line) > _LINE_LIMIT_BYTES:
                self._write("\n")
                raise StoppedError("end of input")
            line += piece
        return line.decode(errors="replace").rstrip("\r\n")


@contextmanager
def open_terminal() -> Iterator[OperatorTerminal]:
    """Open the terminal that controls this process.

    Yields:
        The terminal.

    Raises:
        NoTerminalError: There is none.
    """
    try:
        descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        raise NoTerminalError("no terminal") from None
    try:
        yield OperatorTerminal(descriptor)
    finally:
        os.close(descriptor)


def wrapped(text: str) -> str:
    """Wrap paragraphs; a line that begins with `• ` or a space keeps its indent."""
    return "\n".join(map(_wrap_line, text.split("\n")))


def _wrap_line(line: str) -> str:
    body = line.lstrip(" •")
    indent = " " * (len(line) - len(body))
    return textwrap.fill(
        line,
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
