"""`debunker console …`: what an operator does with the review console.

Passphrases come from a prompt, or from the first line of a file that only its
owner can read; never from the command line, where every user of the machine
could see them.
"""

import argparse
import os
import stat
import sys
from collections.abc import Sequence
from getpass import getpass
from hmac import compare_digest
from pathlib import Path
from typing import Final

import segno
from sqlalchemy.exc import SQLAlchemyError

from crypto.age import HybridRecipient, parse_recipient
from crypto.entropy import system_entropy
from crypto.errors import CryptoError
from crypto.process import harden_process
from crypto.sealed_secret import RFC_9106_LOW_MEMORY
from protocol.languages import Language
from review_console.app import make_operations
from review_console.clock import SystemClock
from review_console.config import Config, ConfigError
from review_console.domain.account import Role
from review_console.domain.destination import DestinationKind
from review_console.domain.errors import ConsoleError
from review_console.server import NotMigratedError, serve
from review_console.services.accounts import NewAccount
from review_console.services.organisation import (
    OfflineKeys,
    open_recovery,
    open_root,
)
from review_console.services.use_cases import Operations
from review_console.storage.database import make_engine
from review_console.storage.schema import upgrade

PRIVATE_FILE: Final = 0o600
PRIVATE_UMASK: Final = 0o077
"""The database, its journal and every key are the console's user's alone."""


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


class OperatorError(Exception):
    """What the operator gave cannot be used."""


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
        ConfigError,
        ConsoleError,
        CryptoError,
        NotMigratedError,
        OperatorError,
        OSError,
    ) as error:
        print(f"debunker console: {error}", file=sys.stderr)
        return 1
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
        database=Config.database_from_env(environment),
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
        _add_passphrase(making)
        making.set_defaults(run=run)
    _add_open_recovery(commands)
    adding = commands.add_parser("add-user", help="add an account")
    adding.add_argument("--name", required=True)
    adding.add_argument("--role", required=True, choices=[each.value for each in Role])
    _add_passphrase(adding)
    adding.set_defaults(run=_add_user)
    admitting = commands.add_parser("admit", help="hand a newcomer the keys")
    admitting.add_argument("--name", required=True, help="of the newcomer")
    admitting.add_argument("--by", required=True, help="a member who has the keys")
    _add_passphrase(admitting)
    admitting.set_defaults(run=_admit)
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
    _add_passphrase(opening)
    opening.set_defaults(run=_open_recovery)


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE")


def _add_names(parser: argparse.ArgumentParser) -> None:
    for language in Language:
        parser.add_argument(f"--name-{language.value}", required=True)


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root-key", type=Path, required=True, metavar="FILE")
    _add_passphrase(parser)
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
    sealed, public = keys.make_root(_new_passphrase(arguments))
    _write_new(arguments.out, sealed)
    print(f"root {public}")


def _make_recovery(keys: OfflineKeys, arguments: argparse.Namespace) -> None:
    sealed, public = keys.make_recovery(_new_passphrase(arguments))
    _write_new(arguments.out, sealed)
    print(f"recovery {public}")


def _open_recovery(_keys: OfflineKeys, arguments: argparse.Namespace) -> None:
    sealed = arguments.file.read_bytes()
    identity = open_recovery(sealed, _passphrase(arguments))
    lines = (f"# public key: {identity.recipient}", identity.encode(), "")
    _write_new(arguments.out, "\n".join(lines).encode())
    print(f"recovery {identity.recipient}")
    print(
        f"Whoever has {arguments.out} opens every report. Keep it off the network, "
        "and destroy it when you have done.",
        file=sys.stderr,
    )


def _add_user(operations: Operations, arguments: argparse.Namespace) -> None:
    made = operations.add_account(
        name=arguments.name,
        role=Role(arguments.role),
        passphrase=_new_passphrase(arguments),
    )
    _show(made)


def _show(made: NewAccount) -> None:
    """Show the second factor once, and what the directory needs."""
    print(f"totp {made.totp_uri}")
    segno.make(made.totp_uri, micro=False).terminal(compact=True)
    print(f"recipient {made.account.recipient}")
    print(f"signing-key {made.account.signing_key}")


def _admit(operations: Operations, arguments: argparse.Namespace) -> None:
    by = operations.unlock(name=arguments.by, passphrase=_passphrase(arguments))
    granted = operations.admit_account(name=arguments.name, by=by)
    print(f"cases {granted}")


def _make_keys(operations: Operations, _arguments: argparse.Namespace) -> None:
    made = operations.make_organisation_keys()
    print(f"team {made.team}")
    print(f"sync {made.sync}")


def _make_directory(operations: Operations, arguments: argparse.Namespace) -> None:
    recovery = parse_recipient(arguments.recovery)
    if not isinstance(recovery, HybridRecipient):
        raise OperatorError("the recovery recipient begins with age1pq1")
    root = open_root(arguments.root_key.read_bytes(), _passphrase(arguments))
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


def _passphrase(arguments: argparse.Namespace) -> str:
    path: Path | None = arguments.passphrase_file
    if path is None:
        return getpass("Passphrase: ")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise OperatorError("the passphrase file is open to others (chmod 600)")
    return path.read_text(encoding="utf-8").partition("\n")[0]


def _new_passphrase(arguments: argparse.Namespace) -> str:
    passphrase = _passphrase(arguments)
    is_typed = arguments.passphrase_file is None
    again = getpass("Once more: ") if is_typed else passphrase
    if not compare_digest(again.encode(), passphrase.encode()):
        raise OperatorError("the passphrases differ")
    return passphrase


def _write_new(path: Path, content: bytes) -> None:
    """Write a private file that must not be there yet."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)


if __name__ == "__main__":
    raise SystemExit(main())
