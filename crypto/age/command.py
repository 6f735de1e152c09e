"""`debunker age`: seal and open files with the flags of the `age` command.

    debunker age -r age1pq1… [-a] [-o OUTPUT] [INPUT]
    debunker age -p [-a] [-o OUTPUT] [INPUT]
    debunker age -d [-i KEY_FILE] [-o OUTPUT] [INPUT]

So that a reviewer with nothing but this project opens any file of ours, hybrid ones
too. Armor, files sealed with a passphrase, and identity files that are sealed with one
are noticed without a flag. Not here: plugins and SSH keys.

Where it differs from `age` on purpose:
* A file named by `-o` appears when it is whole and authentic, or not at all, and an
  older one of that name stays until then. (`age` leaves what it had opened so far:
  half a dossier looks like a dossier.) Standard output cannot be taken back: there the
  exit status tells.
* An empty passphrase makes one of 24 letters and digits, where `age` makes ten words;
  it is shown at the terminal and not on standard error, which may be a log.
* White space before armor is noticed as armor's; `age` reads it in its library only.
* A passphrase beside other recipients is refused, whichever identity would open it.

Rules:
* Secrets come from files and from the terminal, never from the command line or the
  environment, which others can see.
* Every failure is one line on standard error, and exit status 1.
"""

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn, cast

from crypto.age.armor import ArmorWriter, without_armor
from crypto.age.asked import (
    AskedPassphrase,
    RefusedPassphrase,
    SealedIdentityFile,
    ask_new_passphrase,
    is_sealed,
)
from crypto.age.hybrid import HybridIdentity, HybridRecipient
from crypto.age.keys import (
    Identity,
    Recipient,
    parse_identities,
    parse_recipient,
    parse_recipients,
)
from crypto.age.output import STANDARD, NotForTerminalsError, is_same, open_output
from crypto.age.scrypt import DEFAULT_WORK_FACTOR, ScryptRecipient
from crypto.age.stream import open_stream, seal_stream
from crypto.age.terminal import ControllingTerminal, Terminal, TerminalError
from crypto.age.x25519 import X25519Identity, X25519Recipient
from crypto.entropy import system_entropy
from crypto.errors import CryptoError, MalformedError

_TERMINAL: Final = ControllingTerminal()
_MAX_KEY_FILE_BYTES: Final = 16 * 1024 * 1024


class _UsageError(Exception):
    """The command line makes no sense."""


def main(
    argv: Sequence[str] | None = None,
    *,
    terminal: Terminal = _TERMINAL,
    work_factor: int = DEFAULT_WORK_FACTOR,
) -> int:
    """Run the command.

    Args:
        argv: What follows `debunker age`; None for the process's own.
        terminal: Where passphrases are asked for.
        work_factor: What a guess at a passphrase shall cost, when sealing.

    Returns:
        The exit status: 0, or 1 after an error.
    """
    try:
        parser = _parser()
        options = parser.parse_args(argv)
        if options.help:
            sys.stdout.write(parser.format_help())
            return 0
        _check(options)
        if options.decrypt:
            _open(options, terminal)
        else:
            _seal(options, terminal, work_factor)
    except (CryptoError, NotForTerminalsError, TerminalError, _UsageError) as error:
        return _fail(str(error))
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _fail(f"{name}{error.strerror or error}")
    except MemoryError:
        return _fail("not enough memory for what this passphrase costs")
    except KeyboardInterrupt:
        return _fail("interrupted")
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _UsageError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="debunker age",
        description="Seal and open age files. Without -d it seals.",
        add_help=False,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("-h", "--help", action="store_true", help="show this")
    add("-e", "--encrypt", action="store_true", help="seal INPUT (the default)")
    add("-d", "--decrypt", action="store_true", help="open INPUT")
    add(
        "-o", "--output", metavar="OUTPUT", help="where to write; - for standard output"
    )
    add("-a", "--armor", action="store_true", help="seal into text")
    add("-p", "--passphrase", action="store_true",
        help="seal with a passphrase, asked for at the terminal")  # fmt: skip
    add("-r", "--recipient", action="append", default=[], metavar="RECIPIENT",
        help="seal to age1pq1… or age1… (repeatable)")  # fmt: skip
    add("-R", "--recipients-file", action="append", default=[], metavar="FILE",
        help="seal to the recipients that FILE lists (repeatable)")  # fmt: skip
    add("-i", "--identity", action="append", default=[], metavar="FILE",
        help="open with its identities, or -e: seal to them (repeatable); FILE may "
        "itself be sealed with a passphrase")  # fmt: skip
    add("input", nargs="?", default=STANDARD, metavar="INPUT",
        help="what to read; standard input by default")  # fmt: skip
    return parser


def _check(options: argparse.Namespace) -> None:
    """Refuse what contradicts itself."""
    if options.encrypt and options.decrypt:
        raise _UsageError("-e and -d exclude each other")
    if options.decrypt:
        _check_opening(options)
    else:
        _check_sealing(options)
    if options.output is not None and is_same(options.input, options.output):
        raise _UsageError("input and output are the same file")
    sources = [options.input, *options.recipients_file, *options.identity]
    if sources.count(STANDARD) > 1:
        raise _UsageError("standard input can be read only once")


def _check_opening(options: argparse.Namespace) -> None:
    if options.recipient or options.recipients_file:
        raise _UsageError("-r and -R are for sealing; a file knows its recipients")
    if options.passphrase or options.armor:
        raise _UsageError("-p and -a are for sealing; opening notices both")


def _check_sealing(options: argparse.Namespace) -> None:
    keys = options.recipient or options.recipients_file or options.identity
    if options.passphrase and keys:
        raise _UsageError("-p stands alone, without -r, -R and -i")
    if options.identity and not options.encrypt:
        raise _UsageError("-i needs -d to open, or -e to seal to the identity itself")
    if not keys and not options.passphrase:
        raise _UsageError("sealing needs a recipient: -r RECIPIENT, -R FILE or -p")


def _open(options: argparse.Namespace, terminal: Terminal) -> None:
    identities: list[Identity] = [AskedPassphrase(terminal)]
    if options.identity:
        identities = [RefusedPassphrase()]
        for path in options.identity:
            identities += _identities(path, terminal)
    with (
        _open_source(options.input) as source,
        open_output(options.output, is_binary=False) as destination,
    ):
        open_stream(without_armor(source), destination, identities)


def _seal(options: argparse.Namespace, terminal: Terminal, work_factor: int) -> None:
    recipients: list[Recipient] = [
        *map(parse_recipient, options.recipient),
        *(key for path in options.recipients_file for key in _recipients(path)),
    ]
    for path in options.identity:
        for identity in _identities(path, terminal):
            opened = (
                identity.open()
                if isinstance(identity, SealedIdentityFile)
                else (identity,)
            )
            recipients += (key.recipient for key in opened)
    if options.passphrase:
        passphrase = ask_new_passphrase(terminal, entropy=system_entropy)
        recipients.append(ScryptRecipient(passphrase, work_factor))
    with (
        _open_source(options.input) as source,
        open_output(options.output, is_binary=not options.armor) as destination,
    ):
        if options.armor:
            with ArmorWriter(destination) as armor:
                seal_stream(source, armor, recipients, entropy=system_entropy)
        else:
            seal_stream(source, destination, recipients, entropy=system_entropy)


def _identities(
    path: str, terminal: Terminal
) -> tuple[HybridIdentity | X25519Identity | SealedIdentityFile, ...]:
    try:
        contents = _key_file(path)
        if is_sealed(contents):
            return (SealedIdentityFile(contents, path=path, terminal=terminal),)
        return parse_identities(contents.decode(errors="replace"))
    except MalformedError as error:
        raise MalformedError(f"{path}: {error}") from None


def _recipients(path: str) -> tuple[HybridRecipient | X25519Recipient, ...]:
    try:
        return parse_recipients(_key_file(path).decode(errors="replace"))
    except MalformedError as error:
        raise MalformedError(f"{path}: {error}") from None


def _key_file(path: str) -> bytes:
    with _open_source(path) as source:
        data = source.read(_MAX_KEY_FILE_BYTES + 1)
    if len(data) > _MAX_KEY_FILE_BYTES:
        raise MalformedError("too long for a key file")
    return data


@contextmanager
def _open_source(path: str) -> Iterator[io.BufferedReader]:
    if path == STANDARD:
        # Buffered, unless somebody has put another object there.
        yield cast("io.BufferedReader", sys.stdin.buffer)
    else:
        with Path(path).open("rb") as source:
            yield source


def _fail(reason: str) -> int:
    sys.stderr.write(f"debunker age: error: {reason}\n")
    return 1
