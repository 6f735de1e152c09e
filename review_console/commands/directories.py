"""Commands about key directories, and about what only the recovery identity opens.

The root never comes here: `draft-directory` writes what the next directory should
say, `debunker keys sign-directory` signs it on a machine apart, and
`add-directory` takes it only if the pinned root signed it.
"""

import argparse
from collections import Counter
from pathlib import Path
from typing import Final

from crypto.age import HybridRecipient, parse_recipient
from crypto.errors import CryptoError
from protocol.day import format_moment
from protocol.directory import KeyDirectory, SignedDirectory
from protocol.errors import ProtocolError
from protocol.languages import Language
from protocol.offline_keys import OrganisationFile, open_recovery
from review_console.commands.asking import (
    OperatorError,
    add_passphrase,
    ask_passphrase,
    write_new,
)
from review_console.commands.parsing import Commands, add_command
from review_console.services.opening import Opened
from review_console.services.use_cases import Operations

NEXT_STEP: Final = """\
On the machine that holds the root, read and sign it:
    debunker keys sign-directory {draft} --root root.json --previous directory.json
Then here:
    debunker console add-directory directory.json"""

DRAFT: Final = """\
Write what the next key directory should say, from the present members. Unsigned it
is worth nothing.
"""

ADD: Final = """\
Take a directory that the root has signed: FILE, with FILE.sig and, while one root
replaces another, FILE.cross.sig beside it. The next fetch, or the next log-in,
publishes it.
"""

OPEN: Final = """\
Open every sealed report that waits on the console, with the recovery identity: what
was sealed to identities that are destroyed, or to people who are gone. Each becomes
a case that all members have.
"""


def add_to(commands: Commands) -> None:
    """Add the commands to the console's parser."""
    drafting = add_command(
        commands,
        "draft-directory",
        "write the next key directory, unsigned",
        run=_draft,
        about=DRAFT,
    )
    drafting.add_argument(
        "--organisation",
        type=Path,
        required=True,
        metavar="FILE",
        help="organisation.json of `debunker keys init`",
    )
    for language in Language:
        drafting.add_argument(
            f"--name-{language.value}",
            help="the organisation's name; left out, that of the last directory",
        )
    drafting.add_argument(
        "--recovery",
        metavar="age1pq1…",
        help="another recovery recipient than the file's",
    )
    drafting.add_argument(
        "--after",
        type=Path,
        metavar="FILE",
        help="the directory that the intake serves, FILE.sig beside it, if this "
        "console was put back from an older backup",
    )
    drafting.add_argument("--out", type=Path, required=True, metavar="FILE")

    adding = add_command(
        commands,
        "add-directory",
        "take a directory that the root has signed",
        run=_add,
        about=ADD,
    )
    adding.add_argument("file", type=Path, metavar="FILE")

    opening = add_command(
        commands,
        "open-waiting",
        "open with the recovery identity what nobody else can",
        run=_open_waiting,
        about=OPEN,
    )
    opening.add_argument(
        "--recovery",
        type=Path,
        required=True,
        metavar="FILE",
        help="the recovery identity, sealed by its passphrase",
    )
    add_passphrase(
        opening,
        flag="--recovery-passphrase-file",
        of="the recovery identity's passphrase",
    )
    opening.add_argument("--by", required=True, help="a member who has the keys")
    add_passphrase(opening, of="the member's passphrase")


def _draft(operations: Operations, arguments: argparse.Namespace) -> None:
    draft = operations.draft_directory(
        organisation=_organisation(arguments.organisation),
        names=_names(arguments),
        recovery=_recipient(arguments.recovery),
        after=None if arguments.after is None else _signed(arguments.after),
    )
    write_new(arguments.out, draft.to_json())
    _show(draft)
    print(NEXT_STEP.format(draft=arguments.out))


def _add(operations: Operations, arguments: argparse.Namespace) -> None:
    _show(operations.add_directory(_signed(arguments.file)))
    print("The next log-in or fetch publishes it.")


def _open_waiting(operations: Operations, arguments: argparse.Namespace) -> None:
    by = operations.unlock(
        name=arguments.by,
        passphrase=ask_passphrase(
            arguments.passphrase_file, f"Passphrase of {arguments.by}: "
        ),
    )
    sealed = arguments.recovery.read_bytes()
    passphrase = ask_passphrase(
        arguments.recovery_passphrase_file, "Passphrase of the recovery identity: "
    )
    try:
        recovery = open_recovery(sealed, passphrase)
    except CryptoError:
        raise OperatorError(
            "wrong passphrase, or this file holds no recovery identity"
        ) from None
    outcomes = Counter(operations.open_waiting(by=by, recovery=recovery))
    for outcome in Opened:
        print(f"{outcome.value} {outcomes[outcome]}")


def _signed(path: Path) -> SignedDirectory:
    """Read a directory with the signatures beside it; nothing is verified here."""
    signature = path.with_name(path.name + ".sig")
    cross = path.with_name(path.name + ".cross.sig")
    if not signature.is_file():
        raise OperatorError(f"the root's signature is missing: {signature}")
    try:
        return SignedDirectory(
            directory=path.read_bytes(),
            signature=signature.read_text(encoding="ascii"),
            cross_signature=(
                cross.read_text(encoding="ascii") if cross.is_file() else None
            ),
        )
    except UnicodeDecodeError:
        raise OperatorError(f"no signature: {signature}") from None


def _show(directory: KeyDirectory) -> None:
    print(f"version {directory.version}")
    print(f"reviewers {len(directory.reviewers)}")
    print(f"expires {format_moment(directory.expires)}")


def _organisation(path: Path) -> OrganisationFile:
    try:
        return OrganisationFile.parse(path.read_bytes())
    except ProtocolError as error:
        raise OperatorError(
            f"{path} is no organisation.json of `debunker keys init`: {error.reason}"
        ) from None


def _recipient(text: str | None) -> HybridRecipient | None:
    if text is None:
        return None
    try:
        recipient = parse_recipient(text)
    except CryptoError:
        recipient = None
    if not isinstance(recipient, HybridRecipient):
        raise OperatorError(
            "--recovery takes the recipient that `debunker keys` printed; it begins "
            "with age1pq1"
        )
    return recipient


def _names(arguments: argparse.Namespace) -> dict[Language, str] | None:
    names = {each: getattr(arguments, f"name_{each.value}") for each in Language}
    given = {each: name for each, name in names.items() if name}
    if not given:
        return None
    if len(given) != len(names):
        raise OperatorError("give the name in all three languages, or in none")
    return given
