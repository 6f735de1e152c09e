"""The ceremony: root and recovery identity are made, sealed and shared.

Spec: docs/protocol.md §9; docs/ceremony.md.

Rules:
* Nothing is written before everybody has what they need, and then all at once.
* What was sealed is opened again, and must give the same public keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.slip39 import split_secret
from deploy.keys import texts
from deploy.keys.desk import Desk, read_file, refuse_unwritable
from deploy.keys.files import (
    PRIVATE,
    is_open_to_others,
    write_set,
)
from deploy.keys.qr import qr_code
from deploy.keys.sheets import Sheet, hand_out, lay_out, make_sheets, secret_file_names
from deploy.keys.texts import KeysError, Text
from protocol.errors import ProtocolError
from protocol.fingerprint import Fingerprint
from protocol.languages import Language
from protocol.mailbox import ORGANISATION_ID_BYTES, OrganisationId
from protocol.offline_keys import OrganisationFile

MAX_SHEETS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Into how many sheets, and how many are needed; none if `count` is 0."""

    threshold: int
    count: int

    @classmethod
    def parse(cls, text: str) -> "Sharing":
        """Read `2-of-3`.

        Returns:
            The numbers.

        Raises:
            KeysError: It is written in another way, or makes no sense.
        """
        needed, _, count = text.partition("-of-")
        if not (needed.isdecimal() and count.isdecimal()):
            raise KeysError(texts.BAD_SHARES)
        sharing = cls(threshold=int(needed), count=int(count))
        if not 2 <= sharing.threshold <= sharing.count <= MAX_SHEETS:  # noqa: PLR2004  # one sheet must never open
            raise KeysError(texts.BAD_SHARES)
        return sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """What one ceremony makes; None is what it leaves as it is."""

    organisation: OrganisationFile
    root: SigningKey | None = field(repr=False)
    recovery: HybridIdentity | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the command line asked for."""

    out: Path
    sharing: Sharing | None
    """None: ask."""

    prints_sheets: bool
    """Also write the sheets as text files, which are secret."""


def init(desk: Desk, wishes: Wishes) -> None:
    """Make root and recovery identity of a new organisation."""
    root = SigningKey.generate(desk.entropy)
    recovery = HybridIdentity.generate(desk.entropy)
    organisation = OrganisationFile(
        organisation_id=OrganisationId(desk.entropy(ORGANISATION_ID_BYTES)),
        root=root.verification_key,
        recovery=recovery.recipient,
    )
    keys = _Keys(organisation=organisation, root=root, recovery=recovery)
    _hold(desk, wishes, keys, texts.INIT_INTRO)


def rotate_root(desk: Desk, wishes: Wishes, organisation: OrganisationFile) -> None:
    """Make a new root for an organisation; all else stays."""
    root = SigningKey.generate(desk.entropy)
    renewed = OrganisationFile(
        organisation_id=organisation.organisation_id,
        root=root.verification_key,
        recovery=organisation.recovery,
    )
    keys = _Keys(organisation=renewed, root=root, recovery=None)
    _hold(desk, wishes, keys, texts.ROTATE_ROOT_INTRO)


def rotate_recovery(desk: Desk, wishes: Wishes, organisation: OrganisationFile) -> None:
    """Make a new recovery identity for an organisation; all else stays."""
    recovery = HybridIdentity.generate(desk.entropy)
    renewed = OrganisationFile(
        organisation_id=organisation.organisation_id,
        root=organisation.root,
        recovery=recovery.recipient,
    )
    keys = _Keys(organisation=renewed, root=None, recovery=recovery)
    _hold(desk, wishes, keys, texts.ROTATE_RECOVERY_INTRO)


def load_organisation(desk: Desk, path: Path) -> OrganisationFile:
    """Read `organisation.json`.

    Args:
        desk: Says whether a rehearsal's is wanted.
        path: Of the file.

    Returns:
        What it says.

    Raises:
        KeysError: It is none, or one of the other mode.
    """
    try:
        return desk.mode.read_organisation(read_file(path))
    except ProtocolError as error:
        raise KeysError(
            texts.NOT_AN_ORGANISATION, path=path, reason=error.reason
        ) from None


def _hold(desk: Desk, wishes: Wishes, keys: _Keys, intro: Text) -> None:
    refuse_unwritable(wishes.out)
    desk.say(intro)
    desk.wait()
    sealed = _seal_all(desk, keys)
    sheets = _share(desk, wishes, keys)
    root_print = str(Fingerprint.of_key(keys.organisation.root))
    hand_out(desk, sheets, root_print)

    desk.say(texts.WRITING)
    prefix = desk.mode.prefix
    public = {
        f"{prefix}organisation.json": desk.mode.write_organisation(keys.organisation),
        f"{prefix}organisation.txt": poster(desk, keys.organisation).encode(),
    }
    printed = {
        str(name): (lay_out(desk, sheet, root_print) + "\n").encode()
        for name, sheet in zip(secret_file_names(sheets, prefix), sheets, strict=True)
        if wishes.prints_sheets
    }
    made = {**sealed, **public, **printed}
    desk.write(wishes.out, lambda: write_set(wishes.out, made, mode=PRIVATE))
    _tell_what_is_there(desk, wishes.out, list(made), keys)


def _seal_all(desk: Desk, keys: _Keys) -> Mapping[str, bytes]:
    """Ask for passphrases, seal, and open again what was sealed."""
    sealed: dict[str, bytes] = {}
    of_root = None
    if keys.root is not None:
        of_root = desk.new_passphrase(texts.ROOT_NAME)
        sealed["root.json"] = seal_checked(desk, keys.root, of_root)
    if keys.recovery is not None:
        passphrase = desk.new_passphrase(texts.RECOVERY_NAME, unlike=of_root)
        sealed["recovery.json"] = seal_checked(desk, keys.recovery, passphrase)
    return {desk.mode.prefix + name: content for name, content in sealed.items()}


def seal_checked(
    desk: Desk, secret: SigningKey | HybridIdentity, passphrase: str
) -> bytes:
    """Seal a secret, and make sure that the passphrase opens it.

    Args:
        desk: Mode, cost and randomness.
        secret: Root or recovery identity.
        passphrase: As typed.

    Returns:
        The sealed file.

    Raises:
        RuntimeError: Another key came out: the machine is broken.
    """
    sealed = desk.mode.seal(
        secret, passphrase, profile=desk.profile, entropy=desk.entropy
    )
    if isinstance(secret, SigningKey):
        is_same = (
            desk.mode.open_root(sealed, passphrase).verification_key
            == secret.verification_key
        )
    else:
        is_same = (
            desk.mode.open_recovery(sealed, passphrase).recipient == secret.recipient
        )
    if not is_same:
        raise RuntimeError("what was sealed does not open as itself")
    return sealed


def _share(desk: Desk, wishes: Wishes, keys: _Keys) -> tuple[Sheet, ...]:
    desk.say(texts.SHEETS_STEP)
    sharing = wishes.sharing or _ask_sharing(desk)
    if sharing.count == 0:
        desk.say(texts.NO_SHEETS)
        return ()
    desk.say(texts.SHEETS, count=sharing.count, threshold=sharing.threshold)
    secrets = {
        desk.words(texts.ROOT_NAME): keys.root,
        desk.words(texts.RECOVERY_NAME): keys.recovery,
    }
    return make_sheets({
        name: split_secret(
            secret.seed,
            threshold=sharing.threshold,
            count=sharing.count,
            is_rehearsal=desk.mode.is_rehearsal,
        )
        for name, secret in secrets.items()
        if secret is not None
    })  # fmt: skip


def _ask_sharing(desk: Desk) -> Sharing:
    while True:
        count = desk.ask_number(texts.HOW_MANY_SHEETS, range(MAX_SHEETS + 1))
        if count != 1:
            break
        desk.line(texts.BAD_NUMBER)
    if count == 0:
        return Sharing(threshold=0, count=0)
    threshold = desk.ask_number(texts.HOW_MANY_NEEDED, range(2, count + 1), count=count)
    return Sharing(threshold=threshold, count=count)


def poster(desk: Desk, organisation: OrganisationFile) -> str:
    """Write what belongs on posters: the root, in every form, in three languages."""
    root = str(organisation.root)
    fingerprint = Fingerprint.of_key(organisation.root)
    lines = [
        *([desk.words(texts.REHEARSAL_BANNER)] if desk.mode.is_rehearsal else []),
        "DEBUNKER",
        *(texts.ROOT_PUBLIC.into(language) for language in Language),
        "",
        root,
        "",
        str(fingerprint),
        *fingerprint.hexadecimal,
        "",
        *_in_lines(fingerprint.words(Language.RU)),
        "",
        *_in_lines(fingerprint.words(Language.EN)),
        "",
        f"organisation_id {organisation.organisation_id}",
        "",
        qr_code(root, on_paper=True),
        "",
    ]
    return "\n".join(lines)


def _in_lines(words: str) -> list[str]:
    split = words.split()
    return [" ".join(split[at : at + 4]) for at in range(0, len(split), 4)]


def _tell_what_is_there(desk: Desk, out: Path, names: list[str], keys: _Keys) -> None:
    about = {
        "root.json": texts.ABOUT_ROOT_FILE,
        "recovery.json": texts.ABOUT_RECOVERY_FILE,
        "organisation.json": texts.ABOUT_ORGANISATION_FILE,
        "organisation.txt": texts.ABOUT_POSTER_FILE,
    }
    desk.banner()
    desk.line(texts.WRITTEN, directory=out)
    for name in names:
        text = about.get(name.removeprefix(desk.mode.prefix), texts.ABOUT_SECRET_SHEETS)
        desk.terminal.show(f"  {name}\n      {desk.words(text)}")
    desk.terminal.show("")
    if any(is_open_to_others(out / name) for name in names):
        desk.say(texts.OPEN_TO_OTHERS, directory=out)
    desk.wait(texts.TO_THE_KEY)
    show_root(desk, keys.organisation)
    recovery = Fingerprint.of_recipient(keys.organisation.recovery)
    desk.line(texts.RECOVERY_PUBLIC)
    desk.terminal.show(f"  {recovery}\n")
    desk.wait(texts.TO_THE_END)
    if desk.mode.is_rehearsal:
        desk.say(texts.REHEARSAL_NEXT)
    else:
        desk.say(_next_steps(keys), directory=out)


def _next_steps(keys: _Keys) -> Text:
    if keys.recovery is None:
        return texts.ROTATED_ROOT_NEXT
    return texts.ROTATED_RECOVERY_NEXT if keys.root is None else texts.INIT_NEXT


def show_root(desk: Desk, organisation: OrganisationFile) -> None:
    """Show the root's public key in every form, for eyes, ears and telephones."""
    fingerprint = Fingerprint.of_key(organisation.root)
    desk.line(texts.ROOT_PUBLIC)
    desk.terminal.show(
        f"\n  {organisation.root}\n\n{qr_code(str(organisation.root))}\n"
    )
    desk.terminal.show(f"  {desk.words(texts.FINGERPRINT)}: {fingerprint}")
    for line in fingerprint.hexadecimal:
        desk.terminal.show(f"    {line}")
    desk.terminal.show(f"  {desk.words(texts.IN_WORDS)}:")
    for line in _in_lines(fingerprint.words(desk.language)):
        desk.terminal.show(f"    {line}")
    desk.terminal.show("")
