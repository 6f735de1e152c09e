"""What the documents and the screens tell people to type."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cli import main
from deploy.keys import texts
from deploy.keys.texts import Text

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"debunker (keys [a-z][a-z-]+|audit-site|release)\b([^`\n]*)")
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def told() -> Iterator[tuple[str, str, str]]:
    """Every command of ours in a document or on a screen: where, which, flags."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for command, rest in COMMAND.findall(page.read_text()):
            yield page.name, command, rest
    for name, text in vars(texts).items():
        if isinstance(text, Text):
            for spelt in (text.en, text.ru, text.kk):
                for command, rest in COMMAND.findall(spelt):
                    yield name, command, rest


def options_of(command: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """All options that a command knows."""
    with pytest.raises(SystemExit) as end:
        main([*command.split(), "--help"])
    assert end.value.code == 0, f"there is no `debunker {command}`"
    return set(FLAG.findall(capsys.readouterr().out))


def test_every_command_that_is_told_exists(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Commands and options; a person at an offline machine cannot look them up."""
    found = list(told())
    known = {
        command: options_of(command, capsys) for command in {each[1] for each in found}
    }
    wrong = [
        (where, command, flag)
        for where, command, rest in found
        for flag in FLAG.findall(rest)
        if flag not in known[command]
    ]

    assert {command for _, command, _ in found} >= {"keys init", "audit-site"}
    assert not wrong
