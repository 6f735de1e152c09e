"""Who opens the keys of the house: a member, or the recovery identity.

Every key lies in the database as sealed copies: one for each member who was given
it, one for each recovery recipient of the directory. What is done with an opened
key (granting it, replacing it) does not ask who opened it.

Rules:
* A key is held against what it opens before anything is done with it: whoever
  writes the database could have sealed one of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from crypto.age import HybridIdentity, HybridRecipient, open_sealed, seal
from crypto.ed25519 import SigningKey
from crypto.entropy import Entropy
from crypto.errors import CryptoError
from crypto.records import RecordKey
from protocol.directory import KeyDirectory, Role
from review_console.domain.account import Unlocked
from review_console.domain.case import OpenCase
from review_console.domain.errors import (
    DamagedError,
    NotFoundError,
    OrganisationError,
)
from review_console.domain.ids import AccountId, CaseId
from review_console.domain.recovery import recipient_sha256
from review_console.services.case_keys import CaseKeys
from review_console.services.organisation import open_organisation_key
from review_console.services.store import OrganisationKeyKind, Unit


class KeyHolder(Protocol):
    """Opens keys of the house."""

    @property
    def account_id(self) -> AccountId | None:
        """Name the member; `None` for the recovery identity."""
        ...

    def case(self, unit: Unit, case_id: CaseId) -> OpenCase:
        """Open a case; raises `NotFoundError` if its key is not theirs."""
        ...

    def organisation_key(self, unit: Unit, kind: OrganisationKeyKind) -> SigningKey:
        """Open a key of the organisation; raises `OrganisationError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberKeys:
    """What was granted to a member who is unlocked."""

    by: Unlocked
    case_keys: CaseKeys

    @property
    def account_id(self) -> AccountId | None:
        """Name the member."""
        return self.by.id

    def case(self, unit: Unit, case_id: CaseId) -> OpenCase:
        """Open a case that was granted to them."""
        return self.case_keys.load(unit, case_id, by=self.by)

    def organisation_key(self, unit: Unit, kind: OrganisationKeyKind) -> SigningKey:
        """Open their copy of a key of the organisation."""
        return open_organisation_key(unit, kind, self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryKeys:
    """What is sealed to the recovery identity."""

    identity: HybridIdentity = field(repr=False)

    @property
    def account_id(self) -> AccountId | None:
        """Name nobody: the recovery identity belongs to no account."""
        return None

    def case(self, unit: Unit, case_id: CaseId) -> OpenCase:
        """Open any case that has a copy of its key for recovery.

        Args:
            unit: The transaction.
            case_id: Which case.

        Returns:
            The case with its key.

        Raises:
            NotFoundError: There is no copy for this identity.
            DamagedError: The copy does not open, or is another case's key.
        """
        sealed = unit.recovery_grants.find(case_id, self.identity.recipient)
        if sealed is None:
            raise NotFoundError("no copy for recovery")
        try:
            key = RecordKey(open_sealed(sealed, [self.identity]))
        except CryptoError:
            raise DamagedError("a copy for recovery does not open") from None
        opened = OpenCase(case=unit.cases.load_any(case_id), key=key)
        _ = opened.facts  # damage, if it is not the key of this case
        return opened

    def organisation_key(self, unit: Unit, kind: OrganisationKeyKind) -> SigningKey:
        """Open the copy for recovery of a key of the organisation.

        Args:
            unit: The transaction.
            kind: Which key.

        Returns:
            The key.

        Raises:
            OrganisationError: There is no such key, or no copy for this identity.
            DamagedError: The copy does not open, or is another key.
        """
        public = unit.organisation_keys.find(kind)
        sealed = unit.recovery_grants.find(kind.value, self.identity.recipient)
        if public is None or sealed is None:
            raise OrganisationError(
                f"there is no copy of the {kind.value} key for this recovery identity; "
                "copies are made when a member logs in after the directory was added",
            )
        try:
            key = SigningKey.from_seed(open_sealed(sealed, [self.identity]))
        except (CryptoError, ValueError):
            raise DamagedError(f"the {kind.value} key does not open") from None
        if key.verification_key != public:
            raise DamagedError(f"the {kind.value} key is another")
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCopies:
    """Seals keys to the recovery recipients."""

    entropy: Entropy

    def make(
        self,
        unit: Unit,
        name: str,
        raw: bytes,
        recipients: Sequence[HybridRecipient],
    ) -> None:
        """Seal a key to exactly these recipients; older copies go.

        Args:
            unit: The transaction.
            name: A case's id, or the kind of a key of the organisation.
            raw: The key.
            recipients: Of the newest directory.
        """
        unit.recovery_grants.remove(name)
        for recipient in recipients:
            sealed = seal(raw, [recipient], entropy=self.entropy)
            unit.recovery_grants.save(name, recipient, sealed)


def recovery_of(directory: KeyDirectory) -> tuple[HybridRecipient, ...]:
    """List the recovery recipients of a directory, also past their end."""
    # Also of an expired one: sealed to nobody, keys and files could be lost.
    return tuple(
        each.recipient for each in directory.recipients if each.role is Role.RECOVERY
    )


def wanting_copies(unit: Unit, directory: KeyDirectory) -> frozenset[str]:
    """Name the keys whose copies are not for just the directory's recipients."""
    wanted = {recipient_sha256(each) for each in recovery_of(directory)}
    names: set[str] = {*unit.cases.all()}
    for kind in OrganisationKeyKind:
        if unit.organisation_keys.find(kind) is not None:
            names.add(kind.value)
    there = unit.recovery_grants.names()
    return frozenset(each for each in names if there.get(each, set()) != wanted)
