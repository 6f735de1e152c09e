"""`debunker keys …`: the command line of the ceremony.

Nothing secret is an argument. Every command but `verify-directory` needs a terminal,
and looks at the machine before it asks for anything secret.
"""

import argparse
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, NoReturn

from crypto.ed25519 import VerificationKey
from crypto.entropy import system_entropy
from crypto.errors import CryptoError
from crypto.sealed_secret import Argon2idProfile
from deploy.clock import system_now
from deploy.keys import texts
from deploy.keys.ceremony import (
    Sharing,
    Wishes,
    init,
    load_organisation,
    rotate_recovery,
    rotate_root,
)
from deploy.keys.desk import Desk
from deploy.keys.machine import examine
from deploy.keys.mode import OFFLINE_PROFILE, REAL, REHEARSAL
from deploy.keys.recovering import open_recovery, recover_recovery, recover_root
from deploy.keys.releases import sign_release
from deploy.keys.signing import DirectoryOrder, sign_directory
from deploy.keys.terminal import (
    NoTerminalError,
    OperatorTerminal,
    StoppedError,
    open_terminal,
)
from deploy.keys.texts import KeysError
from deploy.keys.verifying import verify
from protocol.languages import Language

GOOD: Final = 0
REFUSED: Final = 1
NOT_DONE: Final = 2
STOPPED: Final = 130  # as a shell counts Ctrl-C


def main(
    arguments: Sequence[str], *, profile: Argon2idProfile = OFFLINE_PROFILE
) -> int:
    """Run one command.

    Args:
        arguments: Without `debunker keys`.
        profile: What one guess at a passphrase costs.

    Returns:
        0 when it is done; 1 when it was refused; 2 when it could not be done;
        130 when somebody stopped it.
    """
    options = _parser().parse_args(arguments)
    language = Language(options.language) if options.language else None
    try:
        if options.command == "verify-directory":
            return _verify(options, language or Language.EN)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, _stop)
        # Put into the background, it would leave a sheet on the screen.
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        sys.excepthook = partial(_tell_bug, language or Language.EN)
        with open_terminal() as terminal:
            return _sit_down(terminal, options, language, profile)
    except KeysError as error:  # of `verify-directory`
        _complain(error.text.into(language or Language.EN, **error.values))
    except NoTerminalError:
        _complain(texts.NO_TERMINAL.into(language or Language.EN))
    return NOT_DONE


def _sit_down(
    terminal: OperatorTerminal,
    options: argparse.Namespace,
    language: Language | None,
    profile: Argon2idProfile,
) -> int:
    """Run a command with a person in front; every end is a sentence."""
    try:
        language = language or _ask_language(terminal)
        desk = Desk(
            terminal=terminal,
            language=language,
            mode=REHEARSAL if options.rehearsal else REAL,
            entropy=system_entropy,
            now=system_now,
            profile=profile,
        )
        desk.terminal.show("")
        desk.banner()
        desk.look_at(
            examine(),
            may_be_online=options.online,
            may_swap=options.swapped,
        )
        options.run(desk, options)
    except (KeyboardInterrupt, StoppedError):
        with suppress(StoppedError):
            terminal.show("\n")
            terminal.say(texts.STOPPED.into(language or Language.EN))
        return STOPPED
    except KeysError as error:
        terminal.show("")
        terminal.say(error.text.into(language or Language.EN, **error.values))
        return REFUSED
    return GOOD


def _ask_language(terminal: OperatorTerminal) -> Language:
    by_number = dict(zip(("1", "2", "3"), Language, strict=True))
    while True:
        answer = terminal.ask(f"{texts.CHOOSE_LANGUAGE} :").strip()
        if answer in by_number:
            return by_number[answer]


def _verify(options: argparse.Namespace, language: Language) -> int:
    verdict = verify(
        options.directory,
        options.identities,
        root=options.root_key,
        language=language,
        now=system_now(),
    )
    print("\n".join(verdict.lines))
    return GOOD if verdict.is_good else REFUSED


# --- What each command does with its arguments -----------------------------------


def _init(desk: Desk, options: argparse.Namespace) -> None:
    init(desk, _wishes(options))


def _rotate_root(desk: Desk, options: argparse.Namespace) -> None:
    organisation = load_organisation(desk, options.organisation)
    rotate_root(desk, _wishes(options), organisation)


def _rotate_recovery(desk: Desk, options: argparse.Namespace) -> None:
    organisation = load_organisation(desk, options.organisation)
    rotate_recovery(desk, _wishes(options), organisation)


def _recover(desk: Desk, options: argparse.Namespace) -> None:
    organisation = load_organisation(desk, options.organisation)
    recover = {"root": recover_root, "recovery": recover_recovery}[options.key]
    recover(desk, options.out, organisation, options.organisation)


def _open_recovery(desk: Desk, options: argparse.Namespace) -> None:
    open_recovery(desk, options.sealed, options.out)


def _sign_directory(desk: Desk, options: argparse.Namespace) -> None:
    default = options.root.with_name(f"{desk.mode.prefix}organisation.json")
    sign_directory(
        desk,
        DirectoryOrder(
            draft=options.draft,
            root=options.root,
            cross=options.cross,
            previous=options.previous,
            organisation=options.organisation or default,
            out=options.out,
        ),
    )


def _sign_release(desk: Desk, options: argparse.Namespace) -> None:
    sign_release(desk, options.manifest, options.root, options.previous)


def _wishes(options: argparse.Namespace) -> Wishes:
    sharing = Sharing.parse(options.shares) if options.shares else None
    return Wishes(
        out=options.out, sharing=sharing, prints_sheets=options.print_secret_sheets
    )


# --- The command line ----------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="debunker keys", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    making = _offline(commands, "init", "make root and recovery identity", _init)
    _add_folder(making, default="organisation")
    _add_sharing(making)
    for name, purpose, run in (
        ("rotate-root", "make a new root for the same organisation", _rotate_root),
        ("rotate-recovery", "make a new recovery identity", _rotate_recovery),
    ):
        rotating = _offline(commands, name, purpose, run)
        _add_organisation(rotating)
        _add_folder(rotating, default=name.replace("-", "d-"))
        _add_sharing(rotating)

    signing = _offline(
        commands, "sign-directory", "read a draft and sign it", _sign_directory
    )
    signing.add_argument("draft", type=Path, help="draft.json, as the console wrote it")
    signing.add_argument("--root", type=Path, required=True, help="the sealed root")
    signing.add_argument(
        "--cross", type=Path, help="the other root, while pages name either"
    )
    signing.add_argument(
        "--previous", type=Path, help="the directory before it, to show what changes"
    )
    signing.add_argument(
        "--organisation",
        type=Path,
        help="organisation.json; beside the root if left out",
    )
    signing.add_argument(
        "--out", type=Path, help="a new folder; named after the version if left out"
    )

    releasing = _offline(
        commands, "sign-release", "read a release manifest and sign it", _sign_release
    )
    releasing.add_argument("manifest", type=Path, help="release.json")
    releasing.add_argument("--root", type=Path, required=True, help="the sealed root")
    releasing.add_argument("--previous", type=Path, help="the manifest before it")

    recovering = _offline(
        commands, "recover", "bring a key back from sheets of paper", _recover
    )
    recovering.add_argument(
        "key", choices=("root", "recovery"), help="which of the two the sheets hold"
    )
    _add_organisation(recovering)
    recovering.add_argument(
        "--out", type=Path, required=True, help="a new file for the sealed key"
    )

    opening = _offline(
        commands,
        "open-recovery",
        "write the recovery identity for `debunker age -d -i`",
        _open_recovery,
    )
    opening.add_argument("sealed", type=Path, help="recovery.json")
    opening.add_argument(
        "--out", type=Path, required=True, help="a new file, which opens everything"
    )

    verifying = commands.add_parser(
        "verify-directory", help="judge a directory; needs no terminal"
    )
    verifying.add_argument(
        "directory", type=Path, help="directory.json; its signature lies beside it"
    )
    verifying.add_argument(
        "--root-key", type=_key, required=True, help="the root, `ssh-ed25519 AAAA…`"
    )
    verifying.add_argument(
        "--identities", type=Path, help="identities.json: judge these as well"
    )
    _add_language(verifying)
    return parser


def _offline(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    purpose: str,
    run: Callable[[Desk, argparse.Namespace], None],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=purpose, description=purpose)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--rehearsal", action="store_true", help="practise; nothing real comes of it"
    )
    parser.add_argument(
        "--i-know-this-machine-is-online",
        dest="online",
        action="store_true",
        help="for a demonstration: keys made on such a machine protect nobody",
    )
    parser.add_argument(
        "--i-know-memory-may-be-swapped",
        dest="swapped",
        action="store_true",
        help="for a demonstration: the disk may keep what was in memory",
    )
    _add_language(parser)
    return parser


def _add_organisation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--organisation", type=Path, required=True, help="organisation.json"
    )


def _add_folder(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(default),
        help="a new folder; %(default)s if left out",
    )


def _add_sharing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--shares", metavar="K-of-N", help="sheets of paper; asked for if left out"
    )
    parser.add_argument(
        "--print-secret-sheets",
        action="store_true",
        help="also write the sheets as text files, which anyone can read",
    )


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language",
        choices=[each.value for each in Language],
        help="kk, ru or en; asked for, or en, if left out",
    )


def _key(text: str) -> VerificationKey:
    try:
        return VerificationKey.parse(text)
    except CryptoError:
        raise argparse.ArgumentTypeError("not an ssh-ed25519 key") from None


def _complain(sentence: str) -> None:
    print(f"debunker keys: {sentence}", file=sys.stderr)


def _tell_bug(
    language: Language,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Name a bug by its kind and place: its message could quote what was typed."""
    del error
    frames = traceback.extract_tb(trace)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    _complain(texts.BUG.into(language, kind=kind.__name__, place=place))


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
