"""`debunker console …`: what an operator does with the review console.

Passphrases come from a prompt, or from the first line of a file that only its
owner can read; never from the command line, where every user of the machine
could see them.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from crypto.entropy import system_entropy
from crypto.errors import CryptoError
from crypto.process import harden_process
from crypto.sealed_secret import RFC_9106_LOW_MEMORY
from protocol.errors import ProtocolError
from review_console.app import make_operations
from review_console.clock import SystemClock
from review_console.commands import directories, organisation, people
from review_console.commands.asking import OperatorError
from review_console.config import Config, ConfigError, OperatorConfig
from review_console.domain.errors import ConsoleError
from review_console.server import CannotServeError, NotMigratedError, serve
from review_console.services.use_cases import Operations
from review_console.storage.database import make_engine
from review_console.storage.schema import is_current, upgrade

PRIVATE_UMASK: Final = 0o077
"""The database, its journal and every key are the console's user's alone."""

SERVE_SETTINGS: Final = (
    "Reads DEBUNKER_CONSOLE_DATABASE, DEBUNKER_CONSOLE_DATA, "
    "DEBUNKER_CONSOLE_ROOT_KEY, DEBUNKER_CONSOLE_INTAKE and, unless it listens on "
    "loopback, DEBUNKER_CONSOLE_ORIGIN from the environment."
)

INTERRUPTED: Final = 130
"""As a shell tells that a program ended by SIGINT."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Without the program's name.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = _parser().parse_args(words)
    harden_process()  # vaults and the team key pass through here
    os.umask(PRIVATE_UMASK)
    environment = dict(os.environ)  # noqa: TID251  # handed to Config
    try:
        match arguments.command:
            case "serve":
                serve(environment, bind=arguments.bind)
            case "migrate":
                engine = make_engine(Config.database_from_env(environment))
                upgrade(engine)
                engine.dispose()
            case _:
                arguments.run(_operations(environment), arguments)
    except (
        CannotServeError,
        ConfigError,
        ConsoleError,
        CryptoError,
        OperatorError,
        OSError,
        ProtocolError,
    ) as error:
        print(f"debunker console: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("debunker console: interrupted", file=sys.stderr)
        return INTERRUPTED
    except SQLAlchemyError as error:
        # Its text would quote the statement; the kind is enough to look further.
        kind = type(error).__name__
        print(f"debunker console: the database: {kind}", file=sys.stderr)
        return 1
    return 0


def _operations(environment: dict[str, str]) -> Operations:
    config = OperatorConfig.from_env(environment)
    engine = make_engine(config.database)
    is_shaped = is_current(engine)
    engine.dispose()
    if not is_shaped:
        raise NotMigratedError("run `debunker console migrate` first")
    return make_operations(
        config,
        clock=SystemClock(),
        entropy=system_entropy,
        profile=RFC_9106_LOW_MEMORY,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="debunker console", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser(
        "migrate",
        help="make or update the database",
        description="Make the database, or bring it to the shape of this version.",
        epilog="Reads DEBUNKER_CONSOLE_DATABASE from the environment.",
    )
    serving = commands.add_parser(
        "serve",
        help="serve the console to its members",
        description="Serve the console until a signal ends it.",
        epilog=SERVE_SETTINGS,
    )
    serving.add_argument(
        "--bind",
        default="127.0.0.1:0",
        metavar="HOST:PORT",
        help="where to listen; port 0 takes a free one",
    )
    for module in (organisation, people, directories):
        module.add_to(commands)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
