"""What crypto.age.terminal promises, at a terminal that is one."""

import os
import pty
import termios
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crypto.age.terminal import ControllingTerminal, TerminalError


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """The two ends of a terminal: the person's, and the program's."""
    person, program = pty.openpty()
    yield person, program
    os.close(person)
    os.close(program)


def asked(ends: tuple[int, int], typed: bytes) -> tuple[str, bytes]:
    """Ask, and type when the question is there; give answer and all that was shown."""
    person, program = ends
    terminal = ControllingTerminal(Path(os.ttyname(program)))
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(terminal.ask, "Who")
        shown = os.read(person, 4096)
        os.write(person, typed)
        text = answer.result()
    return text, shown + os.read(person, 4096)


def test_an_answer_is_read_and_not_shown(ends: tuple[int, int]) -> None:
    """Any text, without its line feed; the terminal is as it was."""
    before = termios.tcgetattr(ends[1])

    for text in ("", "қос сөз", "x" * 4000, "  spaces "):
        answer, shown = asked(ends, f"{text}\n".encode())
        assert answer == text
        assert shown == b"Who: \r\n"

    assert termios.tcgetattr(ends[1]) == before


def test_an_answer_in_two_pieces_is_one(ends: tuple[int, int]) -> None:
    """Ctrl-D in the midst of a line only hands it over."""
    assert asked(ends, b"one \x04 piece\n")[0] == "one  piece"


@pytest.mark.parametrize("typed", [b"\x04", b"\xff\xfe\n"])
def test_an_answer_that_is_none_is_an_error(
    ends: tuple[int, int], typed: bytes
) -> None:
    """The terminal's end, or no text; the terminal is as it was, all the same."""
    before = termios.tcgetattr(ends[1])

    with pytest.raises(TerminalError):
        asked(ends, typed)

    assert termios.tcgetattr(ends[1]) == before


def test_what_is_told_is_shown(ends: tuple[int, int]) -> None:
    """One line."""
    ControllingTerminal(Path(os.ttyname(ends[1]))).tell("Сәлем")

    assert os.read(ends[0], 4096) == "Сәлем\r\n".encode()


def test_what_is_no_terminal_is_an_error(tmp_path: Path) -> None:
    """Neither nothing nor a file."""
    file = tmp_path / "file"
    with pytest.raises(TerminalError):
        ControllingTerminal(file).ask("Who")
    file.write_bytes(b"an answer\n")
    with pytest.raises(TerminalError):
        ControllingTerminal(file).ask("Who")
