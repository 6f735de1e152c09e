"""The way back: from sheets of paper to a sealed file, and from it to open reports.

Spec: docs/protocol.md §9.

Rules:
* What the sheets give back is compared with what the organisation's file names,
  before anything is written.
* The open identity is the one file without a passphrase; the screen says so.
"""

from pathlib import Path

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from deploy.keys import texts
from deploy.keys.ceremony import seal_checked
from deploy.keys.desk import Desk, refuse_unwritable
from deploy.keys.files import PRIVATE, write_new
from deploy.keys.sheets import collect
from deploy.keys.texts import KeysError
from protocol.offline_keys import OrganisationFile


def recover_root(
    desk: Desk, out: Path, organisation: OrganisationFile, source: Path
) -> None:
    """Bring the root back from sheets, into a new file under a new passphrase.

    Args:
        desk: Where the holders come to.
        out: The new file.
        organisation: Names the right root.
        source: Where that stands.

    Raises:
        KeysError: The sheets give another key back, or do not belong together.
    """
    _begin(desk, out, texts.ROOT_NAME)
    root = SigningKey.from_seed(collect(desk, texts.ROOT_NAME))
    if root.verification_key != organisation.root:
        raise KeysError(texts.NOT_OF_ORGANISATION, path=source)
    _write(desk, out, root, texts.ROOT_NAME)


def recover_recovery(
    desk: Desk, out: Path, organisation: OrganisationFile, source: Path
) -> None:
    """Bring the recovery identity back; as `recover_root`.

    Args:
        desk: Where the holders come to.
        out: The new file.
        organisation: Names the right recipient.
        source: Where that stands.

    Raises:
        KeysError: The sheets give another key back, or do not belong together.
    """
    _begin(desk, out, texts.RECOVERY_NAME)
    identity = HybridIdentity.from_seed(collect(desk, texts.RECOVERY_NAME))
    if identity.recipient != organisation.recovery:
        raise KeysError(texts.NOT_OF_ORGANISATION, path=source)
    _write(desk, out, identity, texts.RECOVERY_NAME)


def open_recovery(desk: Desk, sealed: Path, out: Path) -> None:
    """Write the recovery identity as an age identity file, without a passphrase."""
    refuse_unwritable(out)
    identity = desk.open_with_passphrase(
        sealed, texts.ASK_RECOVERY, desk.mode.open_recovery
    )
    content = f"{identity.encode()}\n".encode()
    desk.write(out, lambda: write_new(out, content, mode=PRIVATE))
    desk.say(texts.IDENTITY_WRITTEN, path=out)


def _begin(desk: Desk, out: Path, name: texts.Text) -> None:
    refuse_unwritable(out)
    desk.say(texts.RECOVER_INTRO, name=desk.words(name))
    desk.wait()


def _write(
    desk: Desk, out: Path, secret: SigningKey | HybridIdentity, name: texts.Text
) -> None:
    desk.say(texts.RECOVERED)
    passphrase = desk.new_passphrase(name)
    sealed = seal_checked(desk, secret, passphrase)
    desk.write(out, lambda: write_new(out, sealed, mode=PRIVATE))
    desk.line(texts.WRITTEN, directory=out.parent)
    desk.terminal.show(f"  {out.name}\n")
