"""`debunker console …`: what an operator does with the review console.

Passphrases come from a prompt, or from the first line of a file that only its
owner can read; never from the command line, where every user of the machine
could see them.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from crypto.age import HybridRecipient, parse_recipient
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
    add_passphrase,
    ask_new_passphrase,
    ask_passphrase,
    write_new,
)
from review_console.config import Config, ConfigError, OperatorConfig
from review_console.domain.destination import DestinationKind
from review_console.domain.errors import ConsoleError
from review_console.server import CannotServeError, serve
from review_console.services.organisation import (
    OfflineKeys,
    open_recovery,
    open_root,
)
from review_console.services.use_cases import Operations
from review_console.storage.database import make_engine
from review_console.storage.schema import upgrade

PRIVATE_UMASK: Final = 0o077
"""The database, its journal and every key are the console's user's alone."""


INTERRUPTED: Final = 130
"""As a shell tells that a program ended by SIGINT."""

OFFLINE: Final = ("make-root", "make-recovery", "open-recovery")
"""Run on a machine apart, which has no database."""

OPEN_RECOVERY: Final = """\
Write the recovery identity as an age identity file, to open reports when nobody
else can. Do it on a machine without a network, and destroy what was written
afterwards: whoever has that file opens every report that the organisation keeps.

A report lies in the console's data directory as two files, header and payload.
Joined they are an age file again:

    cat sealed/ID.header sealed/ID.payload > report.age
    debunker age -d -i IDENTITY.txt -o report.zip report.age
    unzip report.zip

age from 1.3 on opens it with the same flags.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Without the program's name.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = _parser().parse_args(words)
    harden_process()  # root, vaults and the team key pass through here
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
            case command if command in OFFLINE:
                arguments.run(_offline_keys(), arguments)
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


def _offline_keys() -> OfflineKeys:
    return OfflineKeys(entropy=system_entropy, profile=RFC_9106_LOW_MEMORY)


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
    for name, what, run in (
        ("make-root", "make the root key, sealed in a file", _make_root),
        ("make-recovery", "make the recovery identity", _make_recovery),
    ):
        making = commands.add_parser(name, help=what)
        making.add_argument("--out", type=Path, required=True, metavar="FILE")
        add_passphrase(making)
        making.set_defaults(run=run)
    _add_open_recovery(commands)
    people.add_to(commands)
    directories.add_to(commands)
    keys = commands.add_parser("make-keys", help="make team and sync key")
    keys.set_defaults(run=_make_keys)
    _add_directory(commands.add_parser("make-directory", help="sign a directory"))
    _add_destination(commands.add_parser("add-destination", help="register a body"))
    checking = commands.add_parser("check-audit", help="follow the audit chain")
    checking.set_defaults(run=_check_audit)
    return parser


def _add_open_recovery(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    opening = commands.add_parser(
        "open-recovery",
        help="write the recovery identity for `debunker age -d`",
        description=OPEN_RECOVERY,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    opening.add_argument("file", type=Path, metavar="FILE", help="of make-recovery")
    opening.add_argument("--out", type=Path, required=True, metavar="IDENTITY.txt")
    add_passphrase(opening)
    opening.set_defaults(run=_open_recovery)


def _add_names(parser: argparse.ArgumentParser) -> None:
    for language in Language:
        parser.add_argument(f"--name-{language.value}", required=True)


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root-key", type=Path, required=True, metavar="FILE")
    add_passphrase(parser)
    parser.add_argument("--recovery", required=True, metavar="age1pq1…")
    _add_names(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="and FILE.sig")
    parser.set_defaults(run=_make_directory)


def _add_destination(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--institution", metavar="ID")
    _add_names(parser)
    kinds = [each.value for each in DestinationKind]
    parser.add_argument("--kind", required=True, choices=kinds)
    parser.add_argument("--recipient", required=True, metavar="age1…")
    parser.set_defaults(run=_register)


def _make_root(keys: OfflineKeys, arguments: argparse.Namespace) -> None:
    sealed, public = keys.make_root(ask_new_passphrase(arguments.passphrase_file))
    write_new(arguments.out, sealed)
    print(f"root {public}")


def _make_recovery(keys: OfflineKeys, arguments: argparse.Namespace) -> None:
    sealed, public = keys.make_recovery(ask_new_passphrase(arguments.passphrase_file))
    write_new(arguments.out, sealed)
    print(f"recovery {public}")


def _open_recovery(_keys: OfflineKeys, arguments: argparse.Namespace) -> None:
    sealed = arguments.file.read_bytes()
    identity = open_recovery(sealed, ask_passphrase(arguments.passphrase_file))
    lines = (f"# public key: {identity.recipient}", identity.encode(), "")
    write_new(arguments.out, "\n".join(lines).encode())
    print(f"recovery {identity.recipient}")
    print(
        f"Whoever has {arguments.out} opens every report. Keep it off the network, "
        "and destroy it when you have done.",
        file=sys.stderr,
    )


def _make_keys(operations: Operations, _arguments: argparse.Namespace) -> None:
    made = operations.make_organisation_keys()
    print(f"team {made.team}")
    print(f"sync {made.sync}")


def _make_directory(operations: Operations, arguments: argparse.Namespace) -> None:
    recovery = parse_recipient(arguments.recovery)
    if not isinstance(recovery, HybridRecipient):
        raise OperatorError("the recovery recipient begins with age1pq1")
    root = open_root(
        arguments.root_key.read_bytes(), ask_passphrase(arguments.passphrase_file)
    )
    signed = operations.make_directory(
        root=root,
        recovery=recovery,
        names=_names(arguments),
    )
    if arguments.out is not None:
        arguments.out.write_bytes(signed.directory)
        signature = arguments.out.with_name(arguments.out.name + ".sig")
        signature.write_text(signed.signature, encoding="ascii")
    print(f"directory {signed.sha256}")


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
