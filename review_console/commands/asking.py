"""What a command asks of the person at the terminal, and writes for them.

Passphrases come from a prompt, or from the first line of a file that only its
owner can read; never from the command line, where every user of the machine could
see them.
"""

import argparse
import os
import stat
from getpass import getpass
from hmac import compare_digest
from pathlib import Path
from typing import Final

PRIVATE_FILE: Final = 0o600


class OperatorError(Exception):
    """What the operator gave cannot be used; the sentence says what can."""


def add_passphrase(
    parser: argparse.ArgumentParser,
    *,
    flag: str = "--passphrase-file",
    of: str = "the passphrase",
) -> None:
    """Let a command take a passphrase from a file instead of the prompt.

    Args:
        parser: Of the command.
        flag: The option's name.
        of: Whose passphrase, for `--help`.
    """
    parser.add_argument(
        flag,
        type=Path,
        metavar="FILE",
        help=f"{of}, on the first line of a file of mode 600; asked for if left out",
    )


def ask_passphrase(path: Path | None, prompt: str = "Passphrase: ") -> str:
    """Read a passphrase from a file, or from the person.

    Args:
        path: Of the file; `None` asks.
        prompt: What the person is asked.

    Returns:
        The passphrase.

    Raises:
        OperatorError: The file is open to others or no text; or there is nobody to
            ask.
    """
    if path is None:
        return _typed(prompt)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise OperatorError(
            f"the passphrase file is open to others: chmod 600 {path}",
        )
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].removesuffix("\r")
    except UnicodeDecodeError:
        raise OperatorError(f"{path} is no text in UTF-8") from None


def ask_new_passphrase(path: Path | None, prompt: str = "Passphrase: ") -> str:
    """Read a passphrase that will seal something: typed ones twice.

    Args:
        path: Of the file; `None` asks.
        prompt: What the person is asked first.

    Returns:
        The passphrase.

    Raises:
        OperatorError: The two differ; nothing was made.
    """
    passphrase = ask_passphrase(path, prompt)
    again = _typed("Once more: ") if path is None else passphrase
    if not compare_digest(again.encode(), passphrase.encode()):
        raise OperatorError("the passphrases differ: nothing was made, try again")
    return passphrase


def confirm(question: str) -> None:
    """Ask for a yes; raises `OperatorError` at anything else."""
    try:
        answer = input(f"{question} Type yes: ")
    except EOFError:
        answer = ""
    if answer.strip().casefold() != "yes":
        raise OperatorError("not confirmed: nothing was changed")


def write_new(path: Path, content: bytes) -> None:
    """Write a private file that must not be there yet."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)


def _typed(prompt: str) -> str:
    try:
        return getpass(prompt)
    except EOFError:
        raise OperatorError("nothing was typed: nothing was done") from None
