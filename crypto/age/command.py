"""`debunker age`: seal and open files with the flags of the `age` command.

    debunker age -r age1pq1… [-o OUTPUT] [INPUT]
    debunker age -d -i KEY_FILE [-o OUTPUT] [INPUT]

So that a reviewer with nothing but this project opens any file of ours, hybrid ones
too. Not here: passphrases, plugins, SSH keys and ASCII armor.

Rules:
* Secrets come from files, never from the command line, which others can see.
* A file named by `-o` appears when it is whole and authentic, or not at all, and
  an older one of that name stays until then. (`age` leaves what it had opened
  so far: half a dossier looks like a dossier.) Standard output cannot be taken
  back: there the exit status tells.
* Every failure is one line on standard error, and exit status 1.
"""

import argparse
import codecs
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

from crypto.age.files import Destination
from crypto.age.hybrid import HybridIdentity, HybridRecipient
from crypto.age.keys import parse_identities, parse_recipient, parse_recipients
from crypto.age.stream import open_stream, seal_stream
from crypto.age.x25519 import X25519Identity, X25519Recipient
from crypto.entropy import system_entropy
from crypto.errors import CryptoError, MalformedError

_STANDARD: Final = "-"  # standard input or output
_NOT_TO_TERMINAL: Final = "not writing binary to a terminal; -o - does it anyway"
_MAX_KEY_FILE_BYTES: Final = 16 * 1024 * 1024


class _UsageError(Exception):
    """The command line makes no sense."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: What follows `debunker age`; None for the process's own.

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
        _run(options)
    except (CryptoError, _UsageError) as error:
        return _fail(str(error))
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _fail(f"{name}{error.strerror or error}")
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
    add("-r", "--recipient", action="append", default=[], metavar="RECIPIENT",
        help="seal to age1pq1… or age1… (repeatable)")  # fmt: skip
    add("-R", "--recipients-file", action="append", default=[], metavar="FILE",
        help="seal to the recipients that FILE lists (repeatable)")  # fmt: skip
    add("-i", "--identity", action="append", default=[], metavar="FILE",
        help="open with its identities, or -e: seal to them (repeatable)")  # fmt: skip
    add("input", nargs="?", default=_STANDARD, metavar="INPUT",
        help="what to read; standard input by default")  # fmt: skip
    return parser


def _check(options: argparse.Namespace) -> None:
    """Refuse what contradicts itself."""
    if options.encrypt and options.decrypt:
        raise _UsageError("-e and -d exclude each other")
    if options.decrypt:
        if options.recipient or options.recipients_file:
            raise _UsageError("-r and -R are for sealing; a file knows its recipients")
        if not options.identity:
            raise _UsageError("opening needs an identity file: -i FILE")
    elif options.identity and not options.encrypt:
        raise _UsageError("-i needs -d to open, or -e to seal to the identity itself")
    elif not (options.recipient or options.recipients_file or options.identity):
        raise _UsageError("sealing needs a recipient: -r RECIPIENT or -R FILE")
    if options.output is not None and _is_same(options.input, options.output):
        raise _UsageError("input and output are the same file")
    sources = [options.input, *options.recipients_file, *options.identity]
    if sources.count(_STANDARD) > 1:
        raise _UsageError("standard input can be read only once")


def _run(options: argparse.Namespace) -> None:
    identities = [key for path in options.identity for key in _identities(path)]
    if options.decrypt:
        with (
            _source(options.input) as source,
            _destination(options.output, is_binary=False) as destination,
        ):
            open_stream(source, destination, identities)
        return
    recipients = [
        *map(parse_recipient, options.recipient),
        *(key for path in options.recipients_file for key in _recipients(path)),
        *(identity.recipient for identity in identities),
    ]
    with (
        _source(options.input) as source,
        _destination(options.output, is_binary=True) as destination,
    ):
        seal_stream(source, destination, recipients, entropy=system_entropy)


def _identities(path: str) -> tuple[HybridIdentity | X25519Identity, ...]:
    try:
        return parse_identities(_key_file(path))
    except MalformedError as error:
        raise MalformedError(f"{path}: {error}") from None


def _recipients(path: str) -> tuple[HybridRecipient | X25519Recipient, ...]:
    try:
        return parse_recipients(_key_file(path))
    except MalformedError as error:
        raise MalformedError(f"{path}: {error}") from None


def _key_file(path: str) -> str:
    with _source(path) as source:
        data = source.read(_MAX_KEY_FILE_BYTES + 1)
    if len(data) > _MAX_KEY_FILE_BYTES:
        raise MalformedError("too long for a key file")
    return data.decode(errors="replace")


@contextmanager
def _source(path: str) -> Iterator[BinaryIO]:
    if path == _STANDARD:
        yield sys.stdin.buffer
    else:
        with Path(path).open("rb") as source:
            yield source


@contextmanager
def _destination(path: str | None, *, is_binary: bool) -> Iterator[Destination]:
    """Open the output; a regular file only appears if the block succeeds."""
    if path is None and sys.stdout.isatty():
        if is_binary:
            raise _UsageError(_NOT_TO_TERMINAL)
        yield _Terminal(sys.stdout.buffer)
        sys.stdout.buffer.flush()
    elif path is None or path == _STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif _is_special(path):
        with Path(path).open("wb") as special:
            yield special
    else:
        with _whole_file(Path(path).resolve()) as file:
            yield file


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write beside `path`, readable by the owner only, and rename at the end."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class _Terminal:
    """A terminal as a destination: text passes, the rest could command it."""

    def __init__(self, destination: BinaryIO) -> None:
        self._destination = destination
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def write(self, data: bytes | memoryview, /) -> int:
        try:
            text = self._decoder.decode(bytes(data))
        except UnicodeDecodeError:
            raise _UsageError(_NOT_TO_TERMINAL) from None
        if not all(letter.isprintable() or letter in "\n\t" for letter in text):
            raise _UsageError(_NOT_TO_TERMINAL)
        return self._destination.write(data)


def _is_same(source: str, destination: str) -> bool:
    there = Path(source).is_file() and Path(destination).is_file()
    return there and Path(source).samefile(destination)


def _is_special(path: str) -> bool:
    """Is it there and no regular file, as /dev/null or a pipe?"""
    return Path(path).exists() and not stat.S_ISREG(Path(path).stat().st_mode)


def _fail(reason: str) -> int:
    sys.stderr.write(f"debunker age: error: {reason}\n")
    return 1
