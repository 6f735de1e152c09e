"""Signing a directory with the root: it is read before it is signed.

Spec: docs/protocol.md §4.

The console drafts, this machine signs. A console in a thief's hands could draft a
directory with a recovery recipient of its own, and would read everything from then
on. So the draft is held against the organisation's own file and the directory before
it, and what changes is shown in words to the people who decide.

Rules:
* A recovery recipient that neither the organisation's file nor the directory before
  it names is refused, whatever the operator says.
* What is signed is written anew from what was parsed and shown.
* The result is verified as every client verifies it, before it is written.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto import sshsig
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.errors import CryptoError
from deploy.keys import texts
from deploy.keys.ceremony import load_organisation
from deploy.keys.changes import (
    Kind,
    NameChange,
    Step,
    key_changes,
    name_changes,
    recovery_of,
    unchanged,
)
from deploy.keys.desk import Desk, read_file, refuse_unwritable
from deploy.keys.files import PUBLIC, write_set
from deploy.keys.terminal import StoppedError
from deploy.keys.texts import KeysError, Reason
from protocol.day import day_of, format_day
from protocol.directory import KeyDirectory, SignedDirectory, verify_directory
from protocol.errors import ProtocolError
from protocol.fingerprint import Fingerprint
from protocol.offline_keys import OrganisationFile

SIGNATURE: Final = ".sig"
CROSS_SIGNATURE: Final = ".cross.sig"

STEPS: Final = {
    Step.JOINS: texts.JOINS,
    Step.LEAVES: texts.LEAVES,
    Step.CHANGES: texts.CHANGES,
}
_KINDS: Final = {
    Kind.RECOVERY: texts.A_RECOVERY,
    Kind.REVIEWER: texts.A_REVIEWER,
    Kind.OFFLINE: texts.AN_OFFLINE,
    Kind.TEAM: texts.A_TEAM_KEY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryOrder:
    """What `sign-directory` was asked to do."""

    draft: Path
    root: Path
    cross: Path | None
    previous: Path | None
    organisation: Path
    out: Path | None


def sign_directory(desk: Desk, order: DirectoryOrder) -> None:
    """Show a draft, ask, sign it, and write it with its signatures.

    Args:
        desk: Where the people sit who decide.
        order: Which files.

    Raises:
        KeysError: The draft must not be signed, or the root does not open.
        StoppedError: Somebody does not agree.
    """
    organisation = load_organisation(desk, order.organisation)
    draft = _load_draft(order.draft)
    out = order.out or Path(f"{desk.mode.prefix}directory-{draft.version}")
    refuse_unwritable(out)
    before = None if order.previous is None else load_signed(order.previous)
    previous = _parse_previous(desk, order, organisation, draft, before)
    _hold_against(desk, order, organisation, draft, previous)
    _show(desk, draft, previous, has_previous_file=order.previous is not None)
    if not desk.is_agreed(texts.SIGN_IT):
        raise StoppedError("not agreed")

    root = desk.open_with_passphrase(order.root, texts.ASK_ROOT, desk.mode.open_root)
    if root.verification_key != organisation.root:
        raise KeysError(
            texts.OTHER_ROOT, path=order.root, organisation=order.organisation
        )
    cross = (
        None
        if order.cross is None
        else desk.open_with_passphrase(order.cross, texts.ASK_ROOT, desk.mode.open_root)
    )
    if cross is not None and before is not None and order.previous is not None:
        roots = {root.verification_key, cross.verification_key}
        _refuse_strangers(desk, order.previous, before, roots)
    signed = _sign(desk, draft, root, cross)
    name = f"{desk.mode.prefix}directory.json"
    files = {
        name: signed.directory,
        name + SIGNATURE: signed.signature.encode(),
        **(
            {}
            if signed.cross_signature is None
            else {name + CROSS_SIGNATURE: signed.cross_signature.encode()}
        ),
    }
    desk.write(out, lambda: write_set(out, files, mode=PUBLIC))
    done = texts.SIGNED_REHEARSAL if desk.mode.is_rehearsal else texts.SIGNED
    desk.say(done, directory=out, file=out / name)


def load_signed(path: Path) -> SignedDirectory:
    """Read a directory and the signatures that lie beside it.

    Args:
        path: `directory.json`.

    Returns:
        All of it, still to be verified.

    Raises:
        KeysError: A file cannot be read.
    """
    cross = path.with_name(path.name + CROSS_SIGNATURE)
    return SignedDirectory(
        directory=read_file(path),
        signature=read_text(path.with_name(path.name + SIGNATURE)),
        cross_signature=read_text(cross) if cross.exists() else None,
    )


# --- Before anything is asked ---------------------------------------------------


def _load_draft(path: Path) -> KeyDirectory:
    try:
        return KeyDirectory.parse(read_file(path))
    except ProtocolError as error:
        raise KeysError(texts.NOT_A_DRAFT, path=path, reason=error.reason) from None


def _parse_previous(
    desk: Desk,
    order: DirectoryOrder,
    organisation: OrganisationFile,
    draft: KeyDirectory,
    signed: SignedDirectory | None,
) -> KeyDirectory | None:
    """Read the directory before the draft, which the draft must follow."""
    if signed is None or order.previous is None:
        return None
    if order.cross is None:  # else once the old root is open, which signed it
        _refuse_strangers(desk, order.previous, signed, {organisation.root})
    try:
        previous = KeyDirectory.parse(signed.directory)
    except ProtocolError as error:
        raise KeysError(
            texts.NOT_A_DRAFT, path=order.previous, reason=error.reason
        ) from None
    follows = (
        draft.previous == hashlib.sha256(signed.directory).hexdigest()
        and draft.version > previous.version
    )
    if not follows:
        raise KeysError(texts.NOT_THE_NEXT, path=order.previous, version=draft.version)
    return previous


def _refuse_strangers(
    desk: Desk, path: Path, signed: SignedDirectory, roots: set[VerificationKey]
) -> None:
    namespace = desk.mode.directory_namespace
    signatures = (signed.signature, signed.cross_signature)
    if not any(
        is_signed(signature, signed.directory, roots, namespace)
        for signature in signatures
    ):
        raise KeysError(texts.PREVIOUS_NOT_SIGNED, path=path)


def _hold_against(
    desk: Desk,
    order: DirectoryOrder,
    organisation: OrganisationFile,
    draft: KeyDirectory,
    previous: KeyDirectory | None,
) -> None:
    """Refuse what no operator should be asked about."""
    if desk.mode.is_rehearsal:
        return  # real drafts are practised with, which name the real organisation
    if draft.organisation_id != organisation.organisation_id:
        raise KeysError(texts.OTHER_ORGANISATION, path=order.organisation)
    named = recovery_of(draft)
    if organisation.recovery not in named:
        raise KeysError(texts.MISSING_RECOVERY, path=order.organisation)
    for strange in named - recovery_of(previous) - {organisation.recovery}:
        raise KeysError(
            texts.STRANGE_RECOVERY, fingerprint=Fingerprint.of_recipient(strange)
        )


# --- What is shown ---------------------------------------------------------------


def _show(
    desk: Desk,
    draft: KeyDirectory,
    previous: KeyDirectory | None,
    *,
    has_previous_file: bool,
) -> None:
    today = day_of(desk.now())
    desk.banner()
    desk.say(texts.SIGN_INTRO)
    names = " / ".join(_clean(name) for name in draft.organisation.values())
    desk.line(texts.DIRECTORY_HEAD, version=draft.version, names=names)
    desk.say(
        texts.DIRECTORY_DATES,
        issued=format_day(day_of(draft.issued)),
        expires=format_day(day_of(draft.expires)),
        days=(day_of(draft.expires) - today).days,
        today=format_day(today),
    )
    if previous is not None:
        desk.line(texts.CHANGES_HEAD, version=previous.version)
    elif draft.version == 1 and not has_previous_file:
        desk.line(texts.FIRST_HEAD)
    else:
        desk.line(texts.EVERYTHING_HEAD)
    changes = key_changes(previous, draft)
    renamed = name_changes(previous, draft)
    for change in changes:
        what = desk.words(
            _KINDS[change.entry.kind], start=change.entry.start, end=change.entry.end
        )
        desk.terminal.show(f"{desk.words(STEPS[change.step])}{what}")
        show_fingerprint(desk, change.entry.fingerprint)
    for name in renamed:
        desk.terminal.show(f"{desk.words(STEPS[Step.CHANGES])}{_name(desk, name)}")
    if not changes and not renamed:
        desk.line(texts.NO_CHANGES)
    if previous is not None:
        counts = unchanged(previous, draft)
        desk.line(
            texts.STAYS,
            reviewers=counts[Kind.REVIEWER],
            recovery=counts[Kind.RECOVERY],
            offline=counts[Kind.OFFLINE],
            team=counts[Kind.TEAM],
        )
    desk.terminal.show("")
    joining = {change.entry.kind for change in changes if change.step is Step.JOINS}
    if joining:
        desk.say(texts.COMPARE_NEW)
    if Kind.RECOVERY in joining:
        desk.say(texts.NEW_RECOVERY)
    if Kind.TEAM in joining:
        desk.say(texts.NEW_TEAM_KEY)


def show_fingerprint(desk: Desk, fingerprint: Fingerprint) -> None:
    """Show a fingerprint in letters and in words."""
    words = fingerprint.words(desk.language).split()
    half = len(words) // 2
    desk.terminal.show(f"              {fingerprint}")
    desk.terminal.show(f"              {' '.join(words[:half])}")
    desk.terminal.show(f"              {' '.join(words[half:])}")


def _name(desk: Desk, change: NameChange) -> str:
    return desk.words(
        texts.A_NAME,
        tongue=change.language.own_name,
        old=_clean(change.old),
        new=_clean(change.new),
    )


# --- Signing and checking ----------------------------------------------------------


def _sign(
    desk: Desk, draft: KeyDirectory, root: SigningKey, cross: SigningKey | None
) -> SignedDirectory:
    namespace = desk.mode.directory_namespace
    content = draft.to_json()
    signed = SignedDirectory(
        directory=content,
        signature=sshsig.sign(content, root, namespace=namespace),
        cross_signature=None
        if cross is None
        else sshsig.sign(content, cross, namespace=namespace),
    )
    if not desk.mode.is_rehearsal:
        roots = [key.verification_key for key in (root, cross) if key is not None]
        for key in roots:
            _verify(desk, signed, key, draft.version)
    return signed


def _verify(
    desk: Desk, signed: SignedDirectory, root: VerificationKey, version: int
) -> None:
    """Check the result as every client will."""
    try:
        verify_directory(signed, root=root, newest_seen=version, now=desk.now())
    except ProtocolError as error:
        sentence = desk.words(Reason.of(error.reason).value)
        raise KeysError(texts.VERDICT_BAD, sentence=sentence) from None


def is_signed(
    signature: str | None, content: bytes, keys: set[VerificationKey], namespace: str
) -> bool:
    """Say whether one of the keys signed something; no signature is none."""
    if signature is None:
        return False
    try:
        sshsig.verify(signature, content, keys, namespace=namespace)
    except CryptoError:
        return False
    return True


def read_text(path: Path) -> str:
    """Read a signature that somebody brought."""
    return read_file(path).decode(errors="replace")


def _clean(text: str) -> str:
    """Keep a text of the draft from commanding the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
