"""The directory as visitors get it, and the newest that was ever seen.

Spec: docs/protocol.md §4, 4.1.

A page remembers nothing: it cannot see that it is given an older directory than
yesterday's, which brings back a key that was removed. The auditor remembers.

Rules:
* Verified as every client does, before anything of it is compared.
* The newest version that was seen never gets lower.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from crypto import sshsig
from crypto.ed25519 import VerificationKey
from crypto.errors import CryptoError
from deploy.audit_site import texts
from deploy.audit_site.judging import Sentence, say
from deploy.keys.texts import Reason, Text
from protocol.day import day_of, format_day
from protocol.directory import (
    IdentityList,
    KeyDirectory,
    SignedDirectory,
    current_certificates,
    report_recipients,
    verify_directory,
)
from protocol.directory.signed import DIRECTORY_NAMESPACE
from protocol.errors import MalformedError, ProtocolError
from protocol.key_text import parse_verification_key
from protocol.mailbox import OrganisationId
from protocol.sha256_text import is_sha256
from protocol.strict_json import parse_document, serialize

STATE_FORMAT: Final = "debunker-audit-state/1"
MAX_STATE_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The newest directory that was ever seen."""

    root: VerificationKey
    version: int
    sha256: str

    def to_json(self) -> bytes:
        """Write the state file."""
        return serialize(
            {
                "format": STATE_FORMAT,
                "root": str(self.root),
                "version": self.version,
                "sha256": self.sha256,
            }
        )

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read the state file.

        Args:
            untrusted: Any bytes.

        Returns:
            What was seen.

        Raises:
            MalformedError: It does not follow the format.
            UnknownFormatError: It is of another format.
        """
        if len(untrusted) > MAX_STATE_BYTES:
            raise MalformedError("state_too_long")
        members = parse_document(untrusted, format_name=STATE_FORMAT)
        seen = cls(
            root=members.parsed("root", parse_verification_key),
            version=members.integer("version", minimum=1),
            sha256=members.string("sha256", limit_characters=64),
        )
        members.finish()
        if not is_sha256(seen.sha256):
            raise MalformedError("sha256_wrong")
        return seen

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """Read it from a file; None if there is none yet."""
        try:
            return cls.parse(path.read_bytes())
        except FileNotFoundError:
            return None

    def save(self, path: Path) -> None:
        """Replace the file; a kill leaves the old one or the new one."""
        begun = path.with_name(f".{path.name}.new")
        begun.write_bytes(self.to_json())
        begun.replace(path)


class DirectoryWatch:
    """Judges every directory that a visitor gets, and remembers the newest."""

    def __init__(
        self,
        root: VerificationKey,
        organisation_id: OrganisationId,
        seen: Seen | None,
    ) -> None:
        """Take whom to believe, whose site it is, and what was seen before."""
        self._root = root
        self._organisation_id = organisation_id
        self.seen = seen

    def is_signed(self, untrusted: SignedDirectory) -> bool:
        """Say whether the root made its first signature."""
        try:
            sshsig.verify(
                untrusted.signature,
                untrusted.directory,
                [self._root],
                namespace=DIRECTORY_NAMESPACE,
            )
        except CryptoError:
            return False
        return True

    def judge(
        self, untrusted: SignedDirectory, now: datetime
    ) -> tuple[KeyDirectory | None, Sentence]:
        """Judge a directory.

        Args:
            untrusted: As a visitor got it.
            now: With its time zone.

        Returns:
            The directory if it is good, and a sentence about it.
        """
        try:
            directory = verify_directory(
                untrusted, root=self._root, newest_seen=0, now=now
            )
        except ProtocolError as error:
            return None, say(Reason.of(error.reason).value)
        wrong = self._compare(directory, untrusted.sha256)
        if wrong is not None:
            return None, wrong
        self.seen = Seen(
            root=self._root, version=directory.version, sha256=untrusted.sha256
        )
        expires = format_day(day_of(directory.expires))
        good = say(texts.DIRECTORY_GOOD, version=directory.version, expires=expires)
        return directory, good

    def _compare(self, directory: KeyDirectory, sha256: str) -> Sentence | None:
        if directory.organisation_id != self._organisation_id:
            return say(texts.OTHER_ORGANISATION)
        if self.seen is None:
            return None
        problem: Text | None = None
        if directory.version < self.seen.version:
            problem = texts.ROLLED_BACK
        elif directory.version == self.seen.version and sha256 != self.seen.sha256:
            problem = texts.TWO_OF_ONE_VERSION
        elif (
            directory.version == self.seen.version + 1
            and directory.previous != self.seen.sha256
        ):
            problem = texts.CHAIN_BROKEN
        if problem is None:
            return None
        values = {"version": directory.version, "newest": self.seen.version}
        return say(problem, **values)


def judge_identities(
    directory: KeyDirectory, untrusted: bytes, now: datetime
) -> tuple[bool, Sentence]:
    """Judge the list of identities that reports are sealed to.

    Args:
        directory: Good.
        untrusted: `identities.json`, as a visitor got it.
        now: With its time zone.

    Returns:
        Whether it is good, and a sentence about it.
    """
    try:
        listed = IdentityList.parse(untrusted)
        report_recipients(directory, listed, now)
    except ProtocolError as error:
        return False, say(Reason.of(error.reason).value)
    current = current_certificates(directory, listed, now)
    end = max(certificate.not_after for _, certificate in current)
    return True, say(
        texts.IDENTITIES_GOOD, count=len(current), end=format_day(day_of(end))
    )
