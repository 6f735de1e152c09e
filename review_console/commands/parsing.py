"""How a command is declared: what it is for, and which settings it reads."""

import argparse
from collections.abc import Callable
from typing import Final, TypeAlias

from review_console.services.use_cases import Operations

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # has no public name
Run: TypeAlias = Callable[[Operations, argparse.Namespace], None]

SETTINGS: Final = (
    "Reads DEBUNKER_CONSOLE_DATABASE, DEBUNKER_CONSOLE_DATA and "
    "DEBUNKER_CONSOLE_ROOT_KEY from the environment."
)


def add_command(
    commands: Commands,
    name: str,
    what: str,
    *,
    run: Run,
    about: str = "",
) -> argparse.ArgumentParser:
    """Declare a command of the operator's.

    Args:
        commands: Of the console's parser.
        name: As typed.
        what: In a few words, for the list of commands.
        run: What it does.
        about: More, for its own help.

    Returns:
        Its parser, for the options.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=what,
        description=about or f"{what[0].upper()}{what[1:]}.",
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser
