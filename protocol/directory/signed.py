"""A key directory as it travels: verified before anything of it is used.

Spec: docs/protocol.md §4.

Whoever changes the directory on its way reads the reports. So nothing of it is
used before the pinned root's signature over its exact bytes is verified, and
nothing that the root does not mean today: not an old one, not an expired one, not
one that leaves out the recovery recipient.

Rules:
* `verify_directory` alone makes a directory that may be sealed to.
* A client MUST remember the version that it accepted; a page cannot.
* An expired directory closes the form. There is no fallback.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

from crypto import sshsig
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.errors import CryptoError
from protocol.directory.content import MAX_DIRECTORY_BYTES, KeyDirectory
from protocol.errors import (
    ExpiredDirectoryError,
    FutureDirectoryError,
    MalformedError,
    NotSignedByRootError,
    StaleDirectoryError,
    UnusableDirectoryError,
)
from protocol.strict_json import parse_document, serialize

SIGNED_DIRECTORY_FORMAT: Final = "debunker-signed-directory/2"
DIRECTORY_NAMESPACE: Final = "debunker-directory"

CLOCK_TOLERANCE: Final = timedelta(days=1)
"""A device's clock may be wrong by this much."""

_SIGNATURE_LIMIT_CHARACTERS: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedDirectory:
    """A directory as it travels: bytes that may or may not be the root's."""

    directory: bytes = field(repr=False)
    """`directory.json`, exactly as signed."""

    signature: str = field(repr=False)
    """`directory.json.sig`, an armored SSHSIG."""

    cross_signature: str | None = field(default=None, repr=False)
    """`directory.json.cross.sig`: the other root's, while one replaces the other."""

    @property
    def sha256(self) -> str:
        """What the next version names as `previous`."""
        return hashlib.sha256(self.directory).hexdigest()

    def to_json(self) -> bytes:
        """Write all of it as one document, for the sync channel."""
        return serialize(
            {
                "format": SIGNED_DIRECTORY_FORMAT,
                "directory": self.directory.decode("utf-8"),
                "signature": self.signature,
                "cross_signature": self.cross_signature,
            }
        )

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read that document.

        Args:
            untrusted: Any bytes.

        Returns:
            All of it, still to be verified.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format or version.
        """
        if len(untrusted) > 2 * MAX_DIRECTORY_BYTES:
            raise MalformedError("directory_too_long")
        members = parse_document(untrusted, format_name=SIGNED_DIRECTORY_FORMAT)
        limit = MAX_DIRECTORY_BYTES
        signed = cls(
            directory=members.string("directory", limit_characters=limit).encode(),
            signature=members.string(
                "signature", limit_characters=_SIGNATURE_LIMIT_CHARACTERS
            ),
            cross_signature=members.string_or_null(
                "cross_signature", limit_characters=_SIGNATURE_LIMIT_CHARACTERS
            ),
        )
        members.finish()
        return signed


def sign_directory(
    directory: KeyDirectory, root: SigningKey, *, cross_root: SigningKey | None = None
) -> SignedDirectory:
    """Sign a directory with the offline root key.

    Args:
        directory: What to sign.
        root: The organisation's root key.
        cross_root: The other root, while pages with either are in use.

    Returns:
        The directory with its signatures.
    """
    content = directory.to_json()
    return SignedDirectory(
        directory=content,
        signature=sshsig.sign(content, root, namespace=DIRECTORY_NAMESPACE),
        cross_signature=None
        if cross_root is None
        else sshsig.sign(content, cross_root, namespace=DIRECTORY_NAMESPACE),
    )


def verify_directory(
    untrusted: SignedDirectory,
    *,
    root: VerificationKey,
    newest_seen: int,
    now: datetime,
) -> KeyDirectory:
    """Check a key directory; the caller MUST then remember its version.

    Args:
        untrusted: As received, any length.
        root: The organisation's key, pinned by the caller.
        newest_seen: Lowest version to accept: the highest one accepted before, or
            one more where only a newer one will do; 0 if none.
        now: With its time zone.

    Returns:
        The directory, safe to seal to.

    Raises:
        NotSignedByRootError: `root` made neither of its signatures.
        MalformedError: It does not follow the format.
        UnknownFormatError: It is of another format or version.
        FutureDirectoryError: This clock is behind by more than a day.
        ExpiredDirectoryError: It is past its end.
        StaleDirectoryError: It has been replaced.
        UnusableDirectoryError: A role that must be present is not, a recipient is
            not hybrid, or it would live too long.

    Spec: docs/protocol.md §4.
    """
    # 1. Signature first: nothing unsigned may steer the steps below.
    directory = signed_content(untrusted, root)
    # 2. A clock that is wrong would make the next step wrong: say so instead.
    if directory.issued - now > CLOCK_TOLERANCE:
        raise FutureDirectoryError("issued in the future")
    # 3. Freeze: a withheld update must not keep an old key alive for ever.
    if now >= directory.expires:
        raise ExpiredDirectoryError("past its end")
    # 4. Rollback: an older directory would bring back a revoked key.
    #    The same version passes: every page load verifies it again.
    if directory.version < newest_seen:
        raise StaleDirectoryError("replaced by a newer version")
    # 5. Sealed to nobody, or to no recovery key, a report may be lost.
    if not any(now < each.not_after for each in directory.reviewers):
        raise UnusableDirectoryError("no_reviewer")
    if not directory.recovery_recipients(now):
        raise UnusableDirectoryError("no_recovery")
    return directory


def signed_content(untrusted: SignedDirectory, root: VerificationKey) -> KeyDirectory:
    """Read what the root has signed, whether or not it may be used now.

    Args:
        untrusted: As received, any length.
        root: The organisation's key, pinned by the caller.

    Returns:
        The directory, whose time may be over.

    Raises:
        NotSignedByRootError: `root` made neither of its signatures.
        MalformedError: It does not follow the format.
        UnknownFormatError: It is of another format or version.
    """
    for signature in (untrusted.signature, untrusted.cross_signature):
        if signature is not None and _is_by(root, signature, untrusted.directory):
            return KeyDirectory.parse(untrusted.directory)
    raise NotSignedByRootError("the root did not sign it")


def _is_by(root: VerificationKey, signature: str, directory: bytes) -> bool:
    try:
        sshsig.verify(signature, directory, [root], namespace=DIRECTORY_NAMESPACE)
    except CryptoError:
        return False
    return True
