"""Commands about people: who joins, leaves, and has lost what opened their keys."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import segno

from crypto.age import HybridIdentity
from crypto.ed25519 import VerificationKey
from crypto.errors import CryptoError
from protocol.fingerprint import Fingerprint
from protocol.languages import Language
from protocol.offline_keys import open_recovery
from review_console.commands.asking import (
    OperatorError,
    add_passphrase,
    ask_new_passphrase,
    ask_passphrase,
    confirm,
)
from review_console.commands.parsing import Commands, add_command
from review_console.domain.account import Role, Unlocked, fold_name
from review_console.domain.errors import LoginRefusedError
from review_console.domain.membership import fingerprint
from review_console.services.accounts import NewAccount
from review_console.services.store import OrganisationKeyKind
from review_console.services.use_cases import Operations

NEW_DIRECTORY: Final = """\
A new key directory is needed:
    debunker console draft-directory --organisation organisation.json --out draft.json
    (offline) debunker keys sign-directory draft.json --root root.json \
--previous directory.json
    debunker console add-directory directory.json
    then somebody logs in and fetches, which publishes it"""

REMOVE: Final = """\
Take a person out. Their account, vault and every copy of a key go at once, and open
sessions end. The team key, the sync key and the key of each case that they could
open are replaced. Interrupted, the same command goes on where it was.

What they have read, they have read; what they copied, they have. Replies and
referrals keep their name.
"""

RESTORE: Final = """\
Give a person new keys and a new second factor, because the passphrase is forgotten
or nobody has the old one. The recovery identity hands over what the account had.
Every member is shown that this was done.
"""

SHARE: Final = """\
Hand out, with the recovery identity, what no member present can: every case to every
member who lacks it, and a new key to cases that somebody who left could open.
"""

RENEW: Final = """\
After a directory with another recovery recipient was added: seal stored reports and
copies of keys to the new one instead of the old one. Each member who has cases that
others have not runs it once.
"""

AFTER_RESTORE: Final = """\
Run it once after a backup was put in place, before anybody logs in. Replies get
numbers that were not used yet, or reporters would not see them; sealed files that the
backup lacks are named; every member is told.
"""

REPLACE: Final = """\
Replace the team key or the sync key, because somebody may know it who must not. A
new team key counts when a new directory names it; a new sync key when it stands in
the intake's settings.
"""


def add_to(commands: Commands) -> None:
    """Add the commands to the console's parser."""
    adding = add_command(commands, "add-user", "add an account", run=_add_user)
    adding.add_argument("--name", required=True, help="to log in with")
    adding.add_argument("--role", required=True, choices=[each.value for each in Role])
    add_passphrase(adding, of="the person's passphrase")

    admitting = add_command(
        commands, "admit", "hand a newcomer the keys, and take them in", run=_admit
    )
    admitting.add_argument("--name", required=True, help="of the newcomer")
    _add_by(admitting)
    _add_yes(admitting)

    removing = add_command(
        commands,
        "remove-user",
        "take a person out, and replace what they could open",
        run=_remove_user,
        about=REMOVE,
    )
    removing.add_argument("--name", required=True, help="who leaves")
    _add_by(removing)
    removing.add_argument(
        "--lose-cases",
        action="store_true",
        help="also if nobody else can open some case any more",
    )
    _add_yes(removing)

    restoring = add_command(
        commands,
        "restore-access",
        "give a person new keys by the recovery identity",
        run=_restore_access,
        about=RESTORE,
    )
    restoring.add_argument("--name", required=True, help="who has lost access")
    _add_recovery(restoring)
    add_passphrase(restoring, of="the person's new passphrase")
    _add_yes(restoring)

    sharing = add_command(
        commands,
        "share-cases",
        "hand out by the recovery identity what members lack",
        run=_share_cases,
        about=SHARE,
    )
    _add_recovery(sharing)

    changing = add_command(
        commands,
        "change-passphrase",
        "seal a person's keys under a new passphrase",
        run=_change_passphrase,
    )
    changing.add_argument("--name", required=True, help="whose")
    add_passphrase(changing, of="the old passphrase")
    add_passphrase(changing, flag="--new-passphrase-file", of="the new passphrase")

    totp = add_command(
        commands,
        "new-totp",
        "give a person who lost it a new second factor",
        run=_new_totp,
    )
    totp.add_argument("--name", required=True, help="whose")
    add_passphrase(totp, of="the person's passphrase")

    replacing = add_command(
        commands,
        "replace-key",
        "replace a key of the organisation that is known to others",
        run=_replace_key,
        about=REPLACE,
    )
    kinds = (OrganisationKeyKind.TEAM, OrganisationKeyKind.SYNC)
    replacing.add_argument("kind", choices=[each.value for each in kinds])
    _add_by(replacing)

    renewing = add_command(
        commands,
        "renew-recovery",
        "seal what is stored to a new recovery recipient",
        run=_renew_recovery,
        about=RENEW,
    )
    _add_by(renewing)

    add_command(
        commands,
        "after-restore",
        "look after a console that was put back from a backup",
        run=_after_restore,
        about=AFTER_RESTORE,
    )

    add_command(commands, "list-users", "show who is who", run=_list_users)


def _add_by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by", required=True, metavar="NAME", help="the member who does it"
    )
    add_passphrase(parser, of="that member's passphrase")


def _add_recovery(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--recovery",
        type=Path,
        required=True,
        metavar="recovery.json",
        help="the sealed recovery identity of the ceremony",
    )
    add_passphrase(
        parser,
        flag="--recovery-passphrase-file",
        of="the recovery file's passphrase",
    )


def _add_yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask once more")


def _add_user(operations: Operations, arguments: argparse.Namespace) -> None:
    made = operations.add_account(
        name=arguments.name,
        role=Role(arguments.role),
        passphrase=ask_new_passphrase(arguments.passphrase_file),
    )
    _show_totp(made)
    print(f"recipient {made.account.recipient}")
    print(f"signing-key {made.account.signing_key}")
    _show_key(made.account.signing_key)
    print(f"account {fingerprint(made.account)}")


def _admit(operations: Operations, arguments: argparse.Namespace) -> None:
    by = _unlock(operations, arguments.by, arguments.passphrase_file)
    newcomer = next(
        (
            row.account
            for row in operations.list_accounts()
            if fold_name(row.account.name) == fold_name(arguments.name)
        ),
        None,
    )
    if newcomer is not None:
        # Between add-user and admit, the row could have been swapped.
        print(f"{newcomer.name}, {newcomer.role.value}")
        print(f"account {fingerprint(newcomer)}")
        if not arguments.yes:
            confirm("Is this the account line that add-user printed for them?")
    granted = operations.admit_account(name=arguments.name, by=by)
    print(f"cases {granted}")
    print("Cases that you do not have follow by themselves when colleagues log in.")
    if newcomer is not None and newcomer.role is Role.REVIEWER:
        print(f"Reports reach {newcomer.name} under a new directory.")
        print(NEW_DIRECTORY)


def _remove_user(operations: Operations, arguments: argparse.Namespace) -> None:
    by = _unlock(operations, arguments.by, arguments.passphrase_file)
    if not arguments.yes:
        confirm(f"{arguments.name} is taken out, and cannot be put back.")
    left = operations.remove_account(
        name=arguments.name,
        by=by,
        may_lose_cases=arguments.lose_cases,
    )
    print(f"removed {left.account.name}")
    print(f"rekeyed {left.rekeyed}")
    print(f"waiting {left.stale}")
    if left.stale:
        print(
            f"{left.stale} cases are not yours to open. They get a new key when a "
            "colleague who has them logs in, or by share-cases."
        )
    if not left.is_reviewer_left:
        print("No reviewer is left: add and admit one before the next directory.")
    print("Who is a member now (take out whoever you do not know):")
    _list_users(operations, arguments)
    _tell_sync_key(left.keys.sync)
    _tell_next_team_key(left.keys.next_team)


def _restore_access(operations: Operations, arguments: argparse.Namespace) -> None:
    recovery = _open_recovery(arguments)
    if not arguments.yes:
        confirm(f"{arguments.name} gets new keys; the old passphrase opens nothing.")
    restored = operations.restore_access(
        name=arguments.name,
        recovery=recovery,
        passphrase=ask_new_passphrase(
            arguments.passphrase_file,
            f"New passphrase of {arguments.name}: ",
        ),
    )
    _show_totp(restored.new)
    print(f"cases {restored.cases}")
    print(f"missing {restored.missing}")
    if restored.missing:
        print("The missing ones follow when a colleague who has them logs in.")
    if restored.needs_directory:
        _show_key(restored.new.account.signing_key)
        print(NEW_DIRECTORY)


def _share_cases(operations: Operations, arguments: argparse.Namespace) -> None:
    care = operations.share_cases(recovery=_open_recovery(arguments))
    print(f"granted {care.granted}")
    print(f"rekeyed {care.rekeyed}")
    print(f"left {care.left}")


def _change_passphrase(operations: Operations, arguments: argparse.Namespace) -> None:
    by = _unlock(
        operations,
        arguments.name,
        arguments.passphrase_file,
        prompt=f"Old passphrase of {arguments.name}: ",
    )
    operations.change_passphrase(
        by=by,
        passphrase=ask_new_passphrase(
            arguments.new_passphrase_file, "New passphrase: "
        ),
    )
    print(f"passphrase changed: open sessions of {by.account.name} have ended")


def _new_totp(operations: Operations, arguments: argparse.Namespace) -> None:
    passphrase = ask_passphrase(
        arguments.passphrase_file, f"Passphrase of {arguments.name}: "
    )
    by = _opened(operations, arguments.name, passphrase)
    made = operations.change_passphrase(by=by, passphrase=passphrase, new_totp=True)
    _show_totp(made)
    print(f"second factor changed: open sessions of {by.account.name} have ended")


def _replace_key(operations: Operations, arguments: argparse.Namespace) -> None:
    by = _unlock(operations, arguments.by, arguments.passphrase_file)
    kind = OrganisationKeyKind(arguments.kind)
    operations.replace_keys.mark(kind, by=by)
    keys = operations.replace_keys(by=by)
    if kind is OrganisationKeyKind.SYNC:
        _tell_sync_key(keys.sync)
        return
    _tell_next_team_key(keys.next_team)


def _renew_recovery(operations: Operations, arguments: argparse.Namespace) -> None:
    by = _unlock(operations, arguments.by, arguments.passphrase_file)
    renewed = operations.renew_recovery(by=by)
    print(f"headers {renewed.headers}")
    print(f"headers-left {renewed.headers_left}")
    print(f"copies {renewed.copies}")
    print(f"copies-left {renewed.copies_left}")
    print(f"sealed-left {renewed.sealed_left}")
    print("The rest names the recovery recipient of the newest directory, alone.")
    if renewed.headers_left or renewed.copies_left:
        print("What is left belongs to cases that you do not have: a colleague next.")
    if renewed.sealed_left:
        print(
            f"{renewed.sealed_left} sealed reports were opened by nobody: keep the old "
            "recovery identity until they are."
        )


def _after_restore(operations: Operations, _arguments: argparse.Namespace) -> None:
    found = operations.after_restore()
    print(f"cases {found.cases}")
    print(f"missing {len(found.missing)}")
    for each in found.missing:
        print(f"    sealed/{each}.header, sealed/{each}.payload")
    if not found.is_audit_intact:
        raise OperatorError("the audit chain is broken")


def _list_users(operations: Operations, _arguments: argparse.Namespace) -> None:
    for row in operations.list_accounts():
        words: Sequence[str] = (
            row.account.name,
            row.account.role.value,
            row.standing.value,
            f"cases {row.cases}",
            f"lacks {row.lacks}",
            f"key {Fingerprint.of_key(row.account.signing_key)}",
            f"account {fingerprint(row.account)}",
        )
        print("\t".join(words))
    if operations.replace_keys.is_due():
        print("A removal was interrupted: run the same remove-user once more.")


def _tell_sync_key(key: VerificationKey | None) -> None:
    if key is None:
        return
    print(f"sync {key}")
    print(
        "The intake must know it, or it refuses to be fetched from. In its settings,\n"
        f'then restart it:\n    DEBUNKER_INTAKE_SYNC_KEY="{key}"'
    )


def _tell_next_team_key(key: VerificationKey | None) -> None:
    if key is not None:
        print(f"next-team {key}")
        _show_key(key)
        print("The team key that sign-directory shows as joining must be this one.")
    print(NEW_DIRECTORY)


def _show_key(key: VerificationKey) -> None:
    """Show a key as the root's holders see it when they sign a directory."""
    print(f"key {Fingerprint.of_key(key)}")
    print(f"words {Fingerprint.of_key(key).words(Language.EN)}")


def _show_totp(made: NewAccount) -> None:
    """Show the second factor, this once."""
    print(f"totp {made.totp_uri}")
    segno.make(made.totp_uri, micro=False).terminal(compact=True)


def _unlock(
    operations: Operations,
    name: str,
    path: Path | None,
    *,
    prompt: str | None = None,
) -> Unlocked:
    passphrase = ask_passphrase(path, prompt or f"Passphrase of {name}: ")
    return _opened(operations, name, passphrase)


def _opened(operations: Operations, name: str, passphrase: str) -> Unlocked:
    try:
        return operations.unlock(name=name, passphrase=passphrase)
    except LoginRefusedError:
        raise OperatorError(
            f"there is no account {name!r}, or this is not its passphrase; "
            "list-users shows the names",
        ) from None


def _open_recovery(arguments: argparse.Namespace) -> HybridIdentity:
    passphrase = ask_passphrase(
        arguments.recovery_passphrase_file, "Passphrase of the recovery file: "
    )
    try:
        return open_recovery(arguments.recovery.read_bytes(), passphrase)
    except CryptoError:
        raise OperatorError(
            f"{arguments.recovery} is no recovery file, or this is not its passphrase",
        ) from None
