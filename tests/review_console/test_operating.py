"""docs/operating.md: what an operator is told to type is what the program takes."""

import re
import shlex
from pathlib import Path

import pytest

from deploy.keys import command as keys_command
from intake import cli as intake_cli
from review_console import cli

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
PARSERS = {
    "console": cli._parser,
    "intake": intake_cli._parser,
    "keys": keys_command._parser,
}


def typed() -> list[str]:
    """Find every command of the page, in blocks and in sentences."""
    text = OPERATING.read_text(encoding="utf-8")
    blocks = re.findall(r"^ {4,}(debunker .*)$", text, re.MULTILINE)
    inline = re.findall(r"`(debunker [a-z]+ [a-z-]+ [^`]+)`", text)
    lines = [each.partition("#")[0].strip() for each in (*blocks, *inline)]
    return [each for each in lines if each.split()[1] in PARSERS]


@pytest.mark.parametrize("line", sorted({*typed()}))
def test_each_command_is_one_that_the_program_takes(line: str) -> None:
    """Every word of it: a runbook that fails is read at the worst moment."""
    _, app, *words = shlex.split(line.replace("…", "x"))
    PARSERS[app]().parse_args(words)


def test_each_command_of_the_console_is_explained() -> None:
    """None is left out, and each says which settings it reads or needs none."""
    text = OPERATING.read_text(encoding="utf-8")
    named = set(re.findall(r"debunker console ([a-z-]+)", text))
    named |= set(re.findall(r"`([a-z]+-[a-z-]+)`", text))
    (commands,) = cli._parser()._subparsers._group_actions  # type: ignore[union-attr]  # argparse

    assert set(commands.choices or ()) - named == set()
