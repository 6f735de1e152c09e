"""`debunker`: one door, and each room behind it."""

import pytest

from deploy.cli import COMMANDS, main


def test_without_a_command_it_says_what_there_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever types `debunker` alone learns what to type next."""
    status = main([])

    assert status == 2
    told = capsys.readouterr().err
    assert all(name in told for name in COMMANDS)


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Asking is right."""
    assert main(["--help"]) == 0
    assert "usage: debunker" in capsys.readouterr().out


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A typing mistake does nothing."""
    assert main(["intaek", "serve"]) == 2
    told = capsys.readouterr().err
    assert "no command 'intaek'" in told
    assert "usage: debunker" in told


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`debunker COMMAND --help` ends well and says how the command is used."""
    with pytest.raises(SystemExit) as end:
        raise SystemExit(main([name, "--help"]))

    assert not end.value.code
    assert f"debunker {name}" in capsys.readouterr().out
