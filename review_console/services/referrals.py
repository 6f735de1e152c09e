"""Referrals: proposed, approved by another, withdrawn, looked at.

Spec: docs/protocol.md §7.

Rules:
* Consent is checked when it is proposed, approved and exported.
* The approver signs the manifest's exact bytes with a key that only their
  passphrase opens: a row in the database is no approval.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from crypto import sshsig
from crypto.ed25519 import VerificationKey
from crypto.entropy import Entropy
from protocol.day import day_of
from review_console.domain.account import Role, Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.destination import is_permitted
from review_console.domain.errors import ReferralError
from review_console.domain.ids import CaseId, DestinationId, ReferralId
from review_console.domain.package import Manifest, ManifestEntry, Source
from review_console.domain.referral import (
    Dossier,
    Referral,
    ReferralContent,
    ReferralState,
    Released,
)
from review_console.services.case_keys import CaseKeys
from review_console.services.effects import Clock
from review_console.services.files import SealedFiles
from review_console.services.organisation import members_of, newest_directory
from review_console.services.packages import (
    PackageParts,
    letterhead_of,
    sources,
    written_sources,
)
from review_console.services.store import Store, Unit
from review_console.services.stored_reports import consent_of

APPROVAL_NAMESPACE: Final = "debunker-approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralDraft:
    """What a reviewer proposes."""

    destination: DestinationId
    dossier: Dossier
    released: tuple[Released, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReferral:
    """A referral, opened, with what its package is made of."""

    referral: Referral
    parts: PackageParts
    manifest: Manifest
    """As it was proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralPage:
    """A referral as its page shows it."""

    opened: OpenReferral
    case_title: str
    dossier_text: str
    entries: tuple[ManifestEntry, ...]
    blocks: tuple[str, ...]
    """Why the asking account may not approve, or export; short ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrals:
    """What the use cases of referrals share."""

    store: Store
    files: SealedFiles
    case_keys: CaseKeys
    clock: Clock
    entropy: Entropy
    root: VerificationKey

    def load(
        self,
        unit: Unit,
        referral_id: ReferralId,
        *,
        by: Unlocked,
    ) -> OpenReferral:
        """Load and open a referral of a case that the account was granted."""
        referral = unit.referrals.load(referral_id, visible_to=by.id)
        opened = self.case_keys.load(unit, referral.case, by=by)

        def decrypted(column: str, record: bytes) -> bytes:
            return opened.decrypt("referrals", referral.id, column, record)

        messages = {each.id: each for each in unit.messages.of_case(referral.case)}
        content = ReferralContent.parse(decrypted("content", referral.sealed_content))
        manifest = Manifest.parse(decrypted("manifest", referral.sealed_manifest))
        parts = PackageParts(
            opened=opened,
            content=content,
            destination=unit.destinations.load(content.destination),
            letterhead=letterhead_of(unit, root=self.root),
            messages=messages,
            consent=consent_of(opened, messages.values()),
        )
        return OpenReferral(referral=referral, parts=parts, manifest=manifest)

    def record(
        self,
        unit: Unit,
        kind: AuditKind,
        referral: Referral,
        *,
        by: Unlocked,
    ) -> None:
        """Append an entry with the manifest's hash."""
        unit.audit.append(
            AuditEntry(
                kind=kind,
                at=self.clock.now(),
                by=by.id,
                case=referral.case,
                sha256=referral.manifest_sha256,
            ),
        )

    def check_consent(self, parts: PackageParts) -> None:
        """Refuse what the reporter did not agree to; raises `ReferralError`."""
        if not is_permitted(parts.destination.kind, parts.consent.to):
            raise ReferralError("consent")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeReferral:
    """A member writes a dossier and proposes to send it."""

    referrals: Referrals

    def __call__(
        self,
        case_id: CaseId,
        draft: ReferralDraft,
        *,
        by: Unlocked,
    ) -> ReferralId:
        """Build the package once, to know its manifest, and keep both.

        Args:
            case_id: Which case.
            draft: The reviewer's words and releases.
            by: Who proposes.

        Returns:
            The referral's id.
        """
        own = self.referrals
        now = own.clock.now()
        with own.store.begin() as unit:
            parts = self._parts(unit, case_id, draft, by)
        own.check_consent(parts)
        manifest = Manifest.of(sources(parts, own.files))
        with own.store.begin() as unit:
            # Opened again: meanwhile the case may have got a new key.
            opened = own.case_keys.load(unit, case_id, by=by)
            referral = self._referral(replace(parts, opened=opened), manifest, by)
            unit.referrals.add(replace(referral, proposed_at=now))
            own.record(unit, AuditKind.REFERRAL_PROPOSED, referral, by=by)
        return referral.id

    def _parts(
        self,
        unit: Unit,
        case_id: CaseId,
        draft: ReferralDraft,
        by: Unlocked,
    ) -> PackageParts:
        own = self.referrals
        opened = own.case_keys.load(unit, case_id, by=by)
        messages = {each.id: each for each in unit.messages.of_case(case_id)}
        consent = consent_of(opened, messages.values())
        content = ReferralContent(
            destination=draft.destination,
            prepared_month=day_of(own.clock.now()).strftime("%Y-%m"),
            secrecy=consent.secrecy,
            dossier=draft.dossier,
            released=draft.released,
        )
        return PackageParts(
            opened=opened,
            content=content,
            destination=unit.destinations.load(draft.destination),
            letterhead=letterhead_of(unit, root=own.root),
            messages=messages,
            consent=consent,
        )

    def _referral(
        self,
        parts: PackageParts,
        manifest: Manifest,
        by: Unlocked,
    ) -> Referral:
        own = self.referrals
        referral_id = ReferralId.generate(own.entropy)

        def sealed(column: str, plaintext: bytes) -> bytes:
            return parts.opened.encrypt(
                "referrals",
                referral_id,
                column,
                plaintext,
                entropy=own.entropy,
            )

        return Referral(
            id=referral_id,
            case=parts.opened.case.id,
            state=ReferralState.PROPOSED,
            proposed_by=by.id,
            proposed_at=own.clock.now(),
            approved_by=None,
            approved_at=None,
            approval=None,
            manifest_sha256=manifest.sha256,
            sealed_content=sealed("content", parts.content.to_json()),
            sealed_manifest=sealed("manifest", manifest.to_json()),
            exported_at=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReferral:
    """A member reads exactly what would leave."""

    referrals: Referrals

    def __call__(self, referral_id: ReferralId, *, by: Unlocked) -> ReferralPage:
        """Open a referral for reading; the evidence is not read again here."""
        own = self.referrals
        with own.store.begin() as unit:
            opened = own.load(unit, referral_id, by=by)
        written = written_sources(opened.parts)
        return ReferralPage(
            opened=opened,
            case_title=opened.parts.opened.title,
            dossier_text=b"".join(written[1].open()).decode(),
            entries=opened.manifest.entries,
            blocks=tuple(_blocks(opened, written, by)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveReferral:
    """A coordinator who did not propose it approves these bytes."""

    referrals: Referrals

    def __call__(
        self,
        referral_id: ReferralId,
        *,
        manifest_sha256: str,
        by: Unlocked,
    ) -> None:
        """Measure the package again and sign its manifest.

        Args:
            referral_id: Which.
            manifest_sha256: Of what the coordinator has read, hexadecimal.
            by: The coordinator.

        Raises:
            ReferralError: A rule forbids it, or the bytes are other ones.
        """
        own = self.referrals
        with own.store.begin() as unit:
            opened = own.load(unit, referral_id, by=by)
            members = members_of(unit, newest_directory(unit, root=own.root))
        if by.id not in {each.id for each in members}:
            raise ReferralError("not_coordinator")
        blocks = _blocks(opened, written_sources(opened.parts), by)
        if blocks:
            raise ReferralError(blocks[0])
        manifest = Manifest.of(sources(opened.parts, own.files))
        expected = {opened.referral.manifest_sha256, opened.manifest.sha256}
        if expected != {manifest.sha256} or manifest_sha256 != manifest.sha256:
            raise ReferralError("bytes_changed")
        approval = sshsig.sign(
            manifest.to_json(),
            by.vault.signing_key,
            namespace=APPROVAL_NAMESPACE,
        )
        with own.store.begin() as unit:
            referral = unit.referrals.load(referral_id, visible_to=by.id)
            if referral.state is not ReferralState.PROPOSED:
                raise ReferralError("not_proposed")
            approved = replace(
                referral,
                state=ReferralState.APPROVED,
                approved_by=by.id,
                approved_at=own.clock.now(),
                approval=approval,
            )
            unit.referrals.save(approved)
            own.record(unit, AuditKind.REFERRAL_APPROVED, approved, by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawReferral:
    """The proposer or a coordinator takes a referral back before it leaves."""

    referrals: Referrals

    def __call__(self, referral_id: ReferralId, *, by: Unlocked) -> None:
        """Withdraw it.

        Args:
            referral_id: Which.
            by: Who asks.

        Raises:
            ReferralError: It has left, or is not theirs to withdraw.
        """
        own = self.referrals
        with own.store.begin() as unit:
            referral = unit.referrals.load(referral_id, visible_to=by.id)
            if not may_withdraw(referral, by):
                raise ReferralError("not_withdrawable")
            withdrawn = replace(referral, state=ReferralState.WITHDRAWN)
            unit.referrals.save(withdrawn)
            own.record(unit, AuditKind.REFERRAL_WITHDRAWN, withdrawn, by=by)


def may_withdraw(referral: Referral, by: Unlocked) -> bool:
    """Tell whether an account may take a referral back."""
    is_open = referral.state in {ReferralState.PROPOSED, ReferralState.APPROVED}
    is_theirs = referral.proposed_by == by.id or by.account.role is Role.COORDINATOR
    return is_open and is_theirs


def _blocks(
    opened: OpenReferral,
    written: tuple[Source, ...],
    by: Unlocked,
) -> list[str]:
    """List why an account may not approve; for an approved one, not export."""
    referral, parts = opened.referral, opened.parts
    blocks = []
    if referral.state is ReferralState.PROPOSED:
        if referral.proposed_by == by.id:
            blocks.append("own_proposal")
        if by.account.role is not Role.COORDINATOR:
            blocks.append("not_coordinator")
    elif referral.state is not ReferralState.APPROVED:
        blocks.append("not_proposed")
    if not is_permitted(parts.destination.kind, parts.consent.to):
        blocks.append("consent_withdrawn")
    if not _is_as_proposed(opened.manifest, written):
        blocks.append("bytes_changed")
    return blocks


def _is_as_proposed(manifest: Manifest, written: tuple[Source, ...]) -> bool:
    """Hold what is rendered now against what was proposed."""
    proposed = {entry.name: entry.sha256 for entry in manifest.entries}
    return all(
        proposed.get(source.name) == sha256(b"".join(source.open())).hexdigest()
        for source in written
    )
