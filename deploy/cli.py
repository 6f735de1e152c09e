"""The `debunker` command: one door to everything that an operator does.

Each part of the house brings its own sub-command; this module only opens the
right door, and loads nothing of the others: a reviewer's `debunker age` needs
neither app. No command may leave its memory behind in a core file: each can hold
keys or a report.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Final, cast

from crypto.process import harden_process

COMMANDS: Final = {
    "age": ("crypto.age.command", "seal and open files, with the age command's flags"),
    "intake": ("intake.cli", "run and look after the anonymous intake"),
    "console": ("review_console.cli", "run and look after the review console"),
    "keys": ("deploy.keys.command", "make and use root and recovery, offline"),
    "release": ("deploy.release", "list every byte that all visitors of a site get"),
    "offline-pages": ("deploy.offline_pages", "make the files that need no network"),
    "audit-site": ("deploy.audit_site.command", "hold a site against that list"),
    "demo": ("deploy.demo", "try the whole house on this machine"),
}
"""Sub-command: the module whose `main(arguments)` it is, and what it is for."""

USAGE: Final = "\n".join(
    [
        "usage: debunker COMMAND [ARGUMENTS]",
        "",
        *(f"  {name:<13} {purpose}" for name, (_, purpose) in COMMANDS.items()),
        "",
        "`debunker COMMAND --help` tells more.",
    ]
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command.

    Args:
        arguments: Without the program's name; those of the process if None.

    Returns:
        The exit status: that of the sub-command, or 2 if there is none such.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in {"-h", "--help", "help"}:
        print(USAGE)
        return 0
    if not words or words[0] not in COMMANDS:
        if words:
            print(f"debunker: there is no command {words[0]!r}", file=sys.stderr)
        print(USAGE, file=sys.stderr)
        return 2
    harden_process()
    module = importlib.import_module(COMMANDS[words[0]][0])
    command = cast("Callable[[Sequence[str]], int]", module.main)
    return command(words[1:])


if __name__ == "__main__":
    raise SystemExit(main())
