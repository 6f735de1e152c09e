"""Export: the approved bytes, signed by the team, sealed to the destination.

Spec: docs/protocol.md §7.

Steps:
    1. the approval holds: a member who is a coordinator and not the proposer
       signed this manifest, with the key that the team took them in with
    2. the team signs the manifest, and the sums of all entries
    3. the zip streams into an age file; every entry is held against the manifest
    4. only a whole file is kept, and only then does the state change
"""

import io
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

from crypto import sshsig
from crypto.age import SealingWriter
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.errors import CryptoError
from review_console.domain.account import Role, Unlocked
from review_console.domain.audit import AuditKind
from review_console.domain.errors import ReferralError
from review_console.domain.ids import ReferralId
from review_console.domain.package import SIGNATURE_NAMESPACE, write_package
from review_console.domain.referral import ReferralState
from review_console.services.organisation import (
    members_of,
    newest_directory,
    open_organisation_key,
)
from review_console.services.packages import sources
from review_console.services.referrals import (
    APPROVAL_NAMESPACE,
    OpenReferral,
    Referrals,
)
from review_console.services.store import OrganisationKeyKind, Unit

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReferral:
    """A member makes the sealed package of an approved referral."""

    referrals: Referrals
    one_at_a_time: Lock = field(default_factory=Lock)
    """Pressed twice at once, the second finds it exported."""

    def __call__(self, referral_id: ReferralId, *, by: Unlocked) -> None:
        """Sign, zip, seal and keep the package.

        Args:
            referral_id: Which.
            by: Whose copy of the team key signs.

        Raises:
            ReferralError: It is not approved, or no longer these bytes.
        """
        with self.one_at_a_time:
            self._export(referral_id, by)

    def _export(self, referral_id: ReferralId, by: Unlocked) -> None:
        own = self.referrals
        with own.store.begin() as unit:
            opened = own.load(unit, referral_id, by=by)
            if opened.referral.state is not ReferralState.APPROVED:
                raise ReferralError("not_approved")
            _verify_approval(unit, opened, root=own.root)
            team_key = open_organisation_key(unit, OrganisationKeyKind.TEAM, by)
        own.check_consent(opened.parts)
        write = _PackageWriter(referrals=own, opened=opened, team_key=team_key)
        own.files.write_package(referral_id, write)
        with own.store.begin() as unit:
            referral = unit.referrals.load(referral_id, visible_to=by.id)
            if referral.state is not ReferralState.APPROVED:
                raise ReferralError("not_approved")
            exported = replace(
                referral,
                state=ReferralState.EXPORTED,
                exported_at=own.clock.now(),
            )
            unit.referrals.save(exported)
            own.record(unit, AuditKind.REFERRAL_EXPORTED, exported, by=by)

    def open_package(self, referral_id: ReferralId, *, by: Unlocked) -> BinaryIO:
        """Open the sealed package to take it away.

        Args:
            referral_id: Which.
            by: Who asks.

        Returns:
            The age file.

        Raises:
            ReferralError: It was not exported.
        """
        own = self.referrals
        with own.store.begin() as unit:
            referral = unit.referrals.load(referral_id, visible_to=by.id)
            if referral.state is not ReferralState.EXPORTED:
                raise ReferralError("not_exported")
            own.record(unit, AuditKind.PACKAGE_DOWNLOADED, referral, by=by)
        return own.files.open_package(referral_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PackageWriter:
    """Writes the sealed package to wherever it is kept."""

    referrals: Referrals
    opened: OpenReferral
    team_key: SigningKey

    def __call__(self, out: BinaryIO) -> None:
        parts = self.opened.parts
        recipients = [parts.destination.recipient]
        entropy = self.referrals.entropy
        with SealingWriter(out, recipients, entropy=entropy) as sealing:
            write_package(
                _Unseekable(sealing),  # type: ignore[arg-type]  # zipfile needs write and flush alone
                sources(parts, self.referrals.files),
                manifest=self.opened.manifest,
                sign=self._sign,
            )

    def _sign(self, message: bytes) -> str:
        return sshsig.sign(message, self.team_key, namespace=SIGNATURE_NAMESPACE)


class _Unseekable(io.RawIOBase):
    """A sealing writer as a file that only grows."""

    def __init__(self, sealing: SealingWriter) -> None:
        super().__init__()
        self._sealing = sealing

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        return self._sealing.write(memoryview(data))


def _verify_approval(
    unit: Unit,
    opened: OpenReferral,
    *,
    root: VerificationKey,
) -> None:
    """Hold the approval against people and bytes; raises `ReferralError`."""
    referral = opened.referral
    if referral.approved_by is None or referral.approval is None:
        raise ReferralError("not_approved")
    members = members_of(unit, newest_directory(unit, root=root))
    approver = next((each for each in members if each.id == referral.approved_by), None)
    if approver is None or approver.role is not Role.COORDINATOR:
        raise ReferralError("not_approved")
    if approver.id == referral.proposed_by:
        raise ReferralError("not_approved")
    try:
        sshsig.verify(
            referral.approval,
            opened.manifest.to_json(),
            [approver.signing_key],
            namespace=APPROVAL_NAMESPACE,
        )
    except CryptoError:
        raise ReferralError("bytes_changed") from None
