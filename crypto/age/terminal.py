"""Ask the person at the terminal; never a pipe, and never with an echo.

For passphrases: whatever standard input and output are connected to, question and
answer go to the terminal that controls the process (`/dev/tty`). Where there is none,
as under cron, that is an error: a passphrase that a script knows protects nothing.
"""

import getpass
import warnings
from pathlib import Path
from typing import Final, Protocol

_TERMINAL: Final = Path("/dev/tty")


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

    def ask(self, question: str, /) -> str:
        """Ask for a secret.

        Args:
            question: Without a colon behind it.

        Returns:
            What was typed, without its line feed.

        Raises:
            TerminalError: There is no terminal, the answer is no text, or none came.
        """
        _require()
        try:
            with warnings.catch_warnings():
                # It would fall back to standard input, and show what is typed.
                warnings.simplefilter("error", getpass.GetPassWarning)
                return getpass.getpass(f"{question}: ")
        except (EOFError, getpass.GetPassWarning):
            raise TerminalError("no answer came from the terminal") from None
        except UnicodeDecodeError:
            raise TerminalError("what was typed is no text") from None

    def tell(self, text: str, /) -> None:
        """Show one line.

        Raises:
            TerminalError: There is no terminal.
        """
        _require()
        with _TERMINAL.open("w") as terminal:
            terminal.write(f"{text}\n")


def _require() -> None:
    """Refuse a process without a terminal.

    Raises:
        TerminalError: It has none.
    """
    try:
        _TERMINAL.open("rb", buffering=0).close()
    except OSError:
        raise TerminalError("a passphrase is asked for at a terminal") from None
