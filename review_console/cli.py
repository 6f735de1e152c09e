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

from crypto.age import parse_recipient
from crypto.entropy import system_entropy
from crypto.errors import CryptoError
from crypto.process import harden_process
from crypto.sealed_secret import RFC_9106_LOW_MEMORY
from protocol.errors import ProtocolError
from protocol.languages import Language
from review_console.app import make_operations
from review_console.clock import SystemClock
from review_console.commands import directories, people
from review_console.commands.asking import (
    OperatorError,
)
from review_console.config import Config, ConfigError, OperatorConfig
from review_console.domain.destination import DestinationKind
from review_console.domain.errors import ConsoleError
from review_console.server import CannotServeError, serve
from review_console.services.use_cases import Operations
from review_console.storage.database import make_engine
from review_console.storage.schema import upgrade

PRIVATE_UMASK: Final = 0o077
"""The database, its journal and every key are the console's user's alone."""


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
    return make_operations(
        OperatorConfig.from_env(environment),
        clock=SystemClock(),
        entropy=system_entropy,
        profile=RFC_9106_LOW_MEMORY,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="debunker console", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="make or update the database")
    serving = commands.add_parser("serve", help="serve the console to its members")
    serving.add_argument("--bind", default="127.0.0.1:0", metavar="HOST:PORT")
    people.add_to(commands)
    directories.add_to(commands)
    keys = commands.add_parser("make-keys", help="make team and sync key")
    keys.set_defaults(run=_make_keys)
    _add_destination(commands.add_parser("add-destination", help="register a body"))
    checking = commands.add_parser("check-audit", help="follow the audit chain")
    checking.set_defaults(run=_check_audit)
    return parser


def _add_names(parser: argparse.ArgumentParser) -> None:
    for language in Language:
        parser.add_argument(f"--name-{language.value}", required=True)


def _add_destination(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--institution", metavar="ID")
    _add_names(parser)
    kinds = [each.value for each in DestinationKind]
    parser.add_argument("--kind", required=True, choices=kinds)
    parser.add_argument("--recipient", required=True, metavar="age1…")
    parser.set_defaults(run=_register)


def _make_keys(operations: Operations, _arguments: argparse.Namespace) -> None:
    made = operations.make_organisation_keys()
    print(f"team {made.team}")
    print(f"sync {made.sync}")


def _register(operations: Operations, arguments: argparse.Namespace) -> None:
    destination = operations.add_destination(
        names=_names(arguments),
        kind=DestinationKind(arguments.kind),
        recipient=parse_recipient(arguments.recipient),
        institution=arguments.institution,
    )
    print(f"destination {destination.id}")


def _check_audit(operations: Operations, _arguments: argparse.Namespace) -> None:
    if not operations.check_audit():
        raise OperatorError("the audit chain is broken")
    print("audit intact")


def _names(arguments: argparse.Namespace) -> dict[Language, str]:
    return {each: getattr(arguments, f"name_{each.value}") for each in Language}


if __name__ == "__main__":
    raise SystemExit(main())
