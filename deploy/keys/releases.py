"""Signing a release: the list of bytes that every visitor gets.

Spec: docs/protocol.md §10.

Nobody can read a hash. What people at this machine can do is to compare: the
manifest's fingerprint with that of somebody who built it from the same source, and
the addresses that change with those that should.

Rules:
* The exact bytes of the file are signed, so that every build has one signature.
"""

from pathlib import Path

from crypto import sshsig
from crypto.ed25519 import VerificationKey
from deploy.keys import texts
from deploy.keys.changes import Step
from deploy.keys.desk import Desk, read_file, refuse_unwritable
from deploy.keys.files import PUBLIC, write_new
from deploy.keys.signing import (
    SIGNATURE,
    STEPS,
    is_signed,
    read_text,
    show_fingerprint,
)
from deploy.keys.terminal import StoppedError
from deploy.keys.texts import KeysError
from protocol.errors import ProtocolError
from protocol.fingerprint import Fingerprint
from protocol.release import ReleaseManifest


def sign_release(desk: Desk, manifest: Path, root: Path, previous: Path | None) -> None:
    """Show a release manifest, ask, sign its exact bytes.

    Args:
        desk: Where the people sit who decide.
        manifest: `release.json`; the signature is written beside it.
        root: The root's sealed file.
        previous: The manifest before it, to tell what changes.

    Raises:
        KeysError: It is no manifest, or the root does not open.
        StoppedError: Somebody does not agree.
    """
    content, release = _load_release(manifest)
    before = None if previous is None else _load_release(previous)
    signature_path = manifest.with_name(manifest.name + SIGNATURE)
    refuse_unwritable(signature_path)
    _show_release(desk, content, release, before[1] if before else None)
    if not desk.is_agreed(texts.SIGN_IT):
        raise StoppedError("not agreed")
    key = desk.open_with_passphrase(root, texts.ASK_ROOT, desk.mode.open_root)
    if before is not None and previous is not None:
        _refuse_unsigned(desk, previous, before[0], key.verification_key)
    signature = sshsig.sign(content, key, namespace=desk.mode.release_namespace)
    desk.write(
        signature_path,
        lambda: write_new(signature_path, signature.encode(), mode=PUBLIC),
    )
    desk.say(texts.SIGNED_RELEASE, path=signature_path, manifest=manifest)


def _load_release(path: Path) -> tuple[bytes, ReleaseManifest]:
    content = read_file(path)
    try:
        release = ReleaseManifest.parse(content)
    except ProtocolError as error:
        raise KeysError(texts.NOT_A_RELEASE, path=path, reason=error.reason) from None
    return content, release


def _refuse_unsigned(
    desk: Desk, path: Path, content: bytes, root: VerificationKey
) -> None:
    signature = read_text(path.with_name(path.name + SIGNATURE))
    if not is_signed(signature, content, {root}, desk.mode.release_namespace):
        raise KeysError(texts.PREVIOUS_RELEASE_NOT_SIGNED, path=path)


def _show_release(
    desk: Desk,
    content: bytes,
    release: ReleaseManifest,
    previous: ReleaseManifest | None,
) -> None:
    desk.banner()
    desk.say(texts.SIGN_INTRO)
    desk.say(
        texts.RELEASE_HEAD,
        version=release.version,
        files=len(release.files),
        size=sum(file.size_bytes for file in release.files),
        uncovered=len(release.not_covered),
    )
    old = {} if previous is None else {file.path: file for file in previous.files}
    new = {file.path: file for file in release.files}
    if previous is not None:
        desk.line(texts.CHANGES_HEAD, version=previous.version)
    for path in sorted(old.keys() | new.keys()):
        step = _step(path in old, path in new, old.get(path) == new.get(path))
        if step is not None:
            desk.terminal.show(f"{desk.words(STEPS[step])}{path}")
    desk.terminal.show("")
    desk.line(texts.RELEASE_REBUILD)
    show_fingerprint(desk, Fingerprint.of_bytes(content))
    desk.terminal.show("")


def _step(was: bool, is_now: bool, is_same: bool) -> Step | None:  # noqa: FBT001  # three facts in a row
    if was and is_now:
        return None if is_same else Step.CHANGES
    return Step.JOINS if is_now else Step.LEAVES
