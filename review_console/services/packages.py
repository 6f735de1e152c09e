"""From a referral's content to the entries of its package, each time anew.

The words are rendered again and the evidence is read again whenever a package is
measured or written, so there is no second copy that could differ.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from crypto.ed25519 import VerificationKey
from protocol.errors import ProtocolError
from protocol.report import Consent, ReportReader
from review_console.domain.case import Message, OpenCase
from review_console.domain.destination import Destination
from review_console.domain.dossier import dossier_json, dossier_text
from review_console.domain.errors import (
    DamagedError,
    NotFoundError,
    OrganisationError,
    ReferralError,
)
from review_console.domain.ids import MessageId
from review_console.domain.package import EVIDENCE_FOLDER, Source, chunks_of, fixed
from review_console.domain.package_texts import READ_ME
from review_console.domain.referral import ReferralContent, Released
from review_console.services.files import SealedFiles
from review_console.services.organisation import newest_directory
from review_console.services.store import OrganisationKeyKind, Unit
from review_console.services.stored_reports import file_key_of, was_verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who signs a package."""

    organisation: str
    """Its name in the three languages, as in the directory."""

    team: VerificationKey

    @property
    def fingerprint(self) -> str:
        """Spell the team's key as `ssh-keygen -l` does, to be compared."""
        digest = sha256(self.team.blob).digest()
        return f"SHA256:{b64encode(digest).decode().rstrip('=')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageParts:
    """Everything that a package is made of."""

    opened: OpenCase
    content: ReferralContent
    destination: Destination
    letterhead: Letterhead
    messages: Mapping[MessageId, Message]
    consent: Consent
    """The strictest of the case's verified reports."""


def letterhead_of(unit: Unit, *, root: VerificationKey) -> Letterhead:
    """Load who signs; raises `OrganisationError`."""
    team = unit.organisation_keys.find(OrganisationKeyKind.TEAM)
    if team is None:
        raise OrganisationError("no team key")
    names = newest_directory(unit, root=root).organisation
    organisation = " / ".join(dict.fromkeys(names.values()))
    return Letterhead(organisation=organisation, team=team)


def written_sources(parts: PackageParts) -> tuple[Source, Source, Source]:
    """Render what is written: `dossier.json`, `dossier.txt`, `READ-ME.txt`."""
    organisation = parts.letterhead.organisation
    content, destination = parts.content, parts.destination
    read_me = READ_ME.format(fingerprint=parts.letterhead.fingerprint).encode()
    return (
        fixed(
            "dossier.json",
            dossier_json(content, destination, organisation=organisation),
        ),
        fixed(
            "dossier.txt",
            dossier_text(content, destination, organisation=organisation),
        ),
        fixed("READ-ME.txt", read_me),
    )


def sources(parts: PackageParts, files: SealedFiles) -> tuple[Source, ...]:
    """List a package's entries in their order.

    Args:
        parts: What it is made of.
        files: Where the evidence lies.

    Returns:
        What `Manifest.of` and `write_package` read.
    """
    as_json, as_text, read_me = written_sources(parts)
    evidence = (_evidence(parts, files, each) for each in parts.content.released)
    return (as_json, as_text, *evidence, read_me)


def _evidence(parts: PackageParts, files: SealedFiles, released: Released) -> Source:
    message = parts.messages.get(released.message)
    if message is None:
        raise NotFoundError("no such message")
    if not was_verified(parts.opened, message):
        raise ReferralError("unverified_evidence")

    def pieces() -> Iterator[bytes]:
        with files.open_sealed(message.deposit) as sealed:
            try:
                reader = ReportReader.with_file_key(
                    sealed,
                    file_key_of(parts.opened, message),
                    came_under=parts.opened.case.mailbox,
                )
                entry = reader.report.attachments[released.index].entry
                yield from chunks_of(reader.open_attachment(entry))
            except ProtocolError:
                raise DamagedError("a stored report was changed") from None

    return Source(name=EVIDENCE_FOLDER + released.neutral_name, open=pieces)
