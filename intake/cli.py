"""`debunker intake …`: what an operator does with the intake."""

import argparse
import os
import sys
from collections.abc import Sequence

from intake.config import Config, SettingError
from intake.server import MEMORY_SETTINGS, NotMigratedError, serve
from intake.storage.database import connect
from intake.storage.migrate import migrate


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Without the program's name.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = _parser().parse_args(words)
    # The database and its log are for this account alone.
    os.umask(0o077)
    environment = dict(os.environ)  # noqa: TID251  # handed to Config.from_env
    try:
        if arguments.command == "migrate":
            engine = connect(Config.database_from_env(environment))
            migrate(engine)
            engine.dispose()
        else:
            _restart_with_memory_settings(environment, words)
            serve(environment, bind=arguments.bind, workers=arguments.workers)
    except (SettingError, NotMigratedError) as error:
        print(f"debunker intake: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="debunker intake", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="make or update the database")
    serving = commands.add_parser("serve", help="serve reporters and the console")
    serving.add_argument("--bind", default="127.0.0.1:0", metavar="HOST:PORT")
    serving.add_argument("--workers", type=int, default=1, metavar="N")
    return parser


def _restart_with_memory_settings(
    environment: dict[str, str], words: Sequence[str]
) -> None:
    if MEMORY_SETTINGS.items() <= environment.items():
        return
    command = [sys.executable, "-m", "intake.cli", *words]
    os.execve(sys.executable, command, environment | MEMORY_SETTINGS)  # noqa: S606  # ourselves, once, with the same words


if __name__ == "__main__":
    raise SystemExit(main())
