"""What use cases ask of the database: one unit of work, and rows by kind.

Everything inside a `with store.begin() as unit` happens or nothing does. What
belongs to a case is loaded *visible to* an account: a case that was not granted
is not found.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from crypto.age import HybridRecipient
from crypto.ed25519 import VerificationKey
from protocol.directory import SignedDirectory
from protocol.mailbox import MailboxId
from protocol.reply import CaseState
from protocol.sync import DepositId, ReplyId
from review_console.domain.account import Account
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.case import Case, Delivery, Message, StoredReply
from review_console.domain.deposit import Deposit, DepositState
from review_console.domain.destination import Destination
from review_console.domain.ids import (
    AccountId,
    CaseId,
    DestinationId,
    IntakeIdentityId,
    MessageId,
    ReferralId,
)
from review_console.domain.intake_identity import IntakeIdentity
from review_console.domain.publication import Publication
from review_console.domain.referral import Referral, ReferralState


class OrganisationKeyKind(Enum):
    """A key that the organisation has, not a person."""

    TEAM = "team"
    """Signs replies and referrals."""

    SYNC = "sync"
    """Signs requests to the intake."""

    NEXT_TEAM = "next_team"
    """Takes the team key's place when a directory names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A key as one account has it: by its recipient, or its vault key."""

    sealed: bytes | None = field(repr=False)
    """An age file to the account's recipient."""

    under_vault: bytes | None = field(repr=False)
    """A record under its vault key; made at the first use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRun:
    """The counts of one sync."""

    at: datetime
    arrived: int
    opened: int
    unreadable: int
    replies_sent: int


class Accounts(Protocol):
    """People."""

    def add(self, account: Account) -> None:
        """Add; the name must be new."""
        ...

    def all(self) -> Sequence[Account]:
        """List by name."""
        ...

    def find(self, name: str) -> Account | None:
        """Find by log-in name, in any case of its letters."""
        ...

    def load(self, account_id: AccountId) -> Account:
        """Load; raises `NotFoundError`."""
        ...

    def save_membership(self, account_id: AccountId, membership: str) -> None:
        """Keep the team's signature over an account."""
        ...

    def save_next_membership(self, account_id: AccountId, membership: str) -> None:
        """Keep the next team key's signature over an account."""
        ...

    def take_next_memberships(self) -> None:
        """Put the next team key's signatures in the place of the present one's."""
        ...

    def save_keys(self, account: Account) -> None:
        """Put new keys under an old account, without a membership."""
        ...

    def save_vault(
        self,
        account_id: AccountId,
        sealed_vault: bytes,
        *,
        is_totp_new: bool,
    ) -> None:
        """Keep a vault that was sealed anew; a new secret's codes are unused."""
        ...

    def close(self, account_id: AccountId, on: date) -> None:
        """Take a person out: nothing is left that they could open."""
        ...

    def notices_seen(self, account_id: AccountId) -> int:
        """Tell up to which place of the audit log somebody has read notices."""
        ...

    def save_notices_seen(self, account_id: AccountId, place: int) -> None:
        """Remember up to which place somebody has read notices."""
        ...

    def use_totp_step(self, account_id: AccountId, step: int) -> bool:
        """Take a step that is newer than the last; false if it is not."""
        ...


class OrganisationKeys(Protocol):
    """Keys of the organisation, wrapped to each account."""

    def add(
        self,
        kind: OrganisationKeyKind,
        key: VerificationKey,
        *,
        endorsement: str | None = None,
    ) -> None:
        """Remember the public half of a new key, and who vouches for it."""
        ...

    def endorsement(self, kind: OrganisationKeyKind) -> str | None:
        """Find the signature that vouches for a key."""
        ...

    def remove(self, kind: OrganisationKeyKind) -> None:
        """Forget a key and every copy of it; forgetting none is no error."""
        ...

    def take_next_team_key(self) -> None:
        """Put the next team key in the place of the present one."""
        ...

    def mark_stale(self, kind: OrganisationKeyKind) -> None:
        """Remember that somebody who left could open it."""
        ...

    def is_stale(self, kind: OrganisationKeyKind) -> bool:
        """Tell whether it must be replaced."""
        ...

    def find(self, kind: OrganisationKeyKind) -> VerificationKey | None:
        """Find the public half of the newest key."""
        ...

    def find_grant(
        self,
        kind: OrganisationKeyKind,
        account_id: AccountId,
    ) -> bytes | None:
        """Find the seed, sealed to an account."""
        ...

    def save_grant(
        self,
        kind: OrganisationKeyKind,
        account_id: AccountId,
        sealed: bytes,
    ) -> None:
        """Keep the seed, sealed to an account, in the place of an older copy."""
        ...

    def remove_grant(self, kind: OrganisationKeyKind, account_id: AccountId) -> None:
        """Forget an account's copy."""
        ...


class Directories(Protocol):
    """Every root-signed directory that was accepted."""

    def add(self, version: int, signed: SignedDirectory) -> None:
        """Keep a new one, not yet published."""
        ...

    def newest(self) -> tuple[int, SignedDirectory] | None:
        """Find the one with the highest version."""
        ...

    def unpublished(self) -> tuple[int, SignedDirectory] | None:
        """Find the newest if the intake has not got it from us."""
        ...

    def mark_published(self, version: int, *, is_published: bool = True) -> None:
        """Remember that the intake has it, or that visitors do not get it."""
        ...


class IntakeIdentities(Protocol):
    """The public halves of intake identities, and what became of the private."""

    def add(self, identity: IntakeIdentity) -> None:
        """Add a new one."""
        ...

    def kept(self) -> Sequence[IntakeIdentity]:
        """List those not yet destroyed, the oldest first."""
        ...

    def mark_destroyed(self, identity_id: IntakeIdentityId, on: date) -> None:
        """Remember that the private half is no more."""
        ...


class Publications(Protocol):
    """The last publication of keys."""

    def save(self, publication: Publication) -> None:
        """Remember it in the place of the one before."""
        ...

    def newest(self) -> Publication | None:
        """Find it."""
        ...


class Deposits(Protocol):
    """Sealed files."""

    def add(self, deposit: Deposit) -> None:
        """Add; adding one that is there already changes nothing."""
        ...

    def find(self, deposit_id: DepositId) -> Deposit | None:
        """Find by id."""
        ...

    def count(self, state: DepositState) -> int:
        """Count them, without loading what a flood may have brought."""
        ...

    def count_by_day(self, state: DepositState, reason: str) -> Mapping[date, int]:
        """Count those of one reason by the day on which they came."""
        ...

    def in_state(self, state: DepositState) -> Sequence[Deposit]:
        """List by day."""
        ...

    def untried_by(self, account_id: AccountId) -> Sequence[Deposit]:
        """List those that wait, and may yet open for an account, by day."""
        ...

    def mark_tried(self, deposit_id: DepositId, account_id: AccountId) -> None:
        """Remember that it is sealed to others than this account."""
        ...

    def unnarrowed(self) -> Sequence[Deposit]:
        """List the opened ones whose header still names reviewers."""
        ...

    def mark(
        self,
        deposit_id: DepositId,
        state: DepositState,
        reason: str | None = None,
    ) -> None:
        """Change the state of one that waits; what was opened stays opened."""
        ...

    def mark_narrowed(self, deposit_id: DepositId) -> None:
        """Remember that the header was replaced."""
        ...

    def forget_narrowing(self) -> None:
        """Have the header of every opened file replaced once more."""
        ...


class Cases(Protocol):
    """Cases, grants of their keys, and what each account has seen."""

    def next_number(self) -> int:
        """Give the number of the next case."""
        ...

    def add(self, case: Case) -> None:
        """Add a new case."""
        ...

    def all(self) -> Sequence[CaseId]:
        """List every case by number, whoever may see it."""
        ...

    def load_any(self, case_id: CaseId) -> Case:
        """Load a case for whoever has its key on another way than a grant."""
        ...

    def load(self, case_id: CaseId, *, visible_to: AccountId) -> tuple[Case, Grant]:
        """Load; raises `NotFoundError` also if it was not granted."""
        ...

    def find_by_mailbox(self, mailbox: MailboxId) -> CaseId | None:
        """Find the case of a mailbox."""
        ...

    def visible(
        self,
        account_id: AccountId,
        state: CaseState | None,
        before_number: int | None,
        limit: int,
    ) -> Sequence[tuple[Case, Grant, int]]:
        """List the newest first, with the last position that was seen."""
        ...

    def counts(self, account_id: AccountId) -> Mapping[CaseState, int]:
        """Count the visible ones by state."""
        ...

    def granted(self, account_id: AccountId) -> Sequence[CaseId]:
        """List the cases that an account has a key of."""
        ...

    def holders(self, case_id: CaseId) -> Sequence[AccountId]:
        """List the accounts that have a key of a case."""
        ...

    def replace_grant(
        self,
        case_id: CaseId,
        account_id: AccountId,
        sealed: bytes,
    ) -> None:
        """Give the case's new key to an account that had the old one."""
        ...

    def revoke(self, case_id: CaseId, account_id: AccountId) -> None:
        """Take the case key from an account."""
        ...

    def mark_stale(self, case_id: CaseId) -> None:
        """Remember that somebody who left could open the case."""
        ...

    def stale(self) -> Sequence[CaseId]:
        """List the cases whose key must be replaced."""
        ...

    def save_rekeyed(self, case: Case) -> None:
        """Keep what was encrypted under the case's new key."""
        ...

    def grant(self, case_id: CaseId, account_id: AccountId, sealed: bytes) -> None:
        """Give the case key to an account."""
        ...

    def move_grant(
        self,
        case_id: CaseId,
        account_id: AccountId,
        under_vault: bytes,
    ) -> None:
        """Keep the key under the account's vault key instead."""
        ...

    def ungranted(self, account_id: AccountId) -> Sequence[CaseId]:
        """List the cases that an account has no key of."""
        ...

    def next_position(self, case_id: CaseId) -> int:
        """Take the next place in the thread."""
        ...

    def save_title(self, case_id: CaseId, sealed_title: bytes) -> None:
        """Change the title."""
        ...

    def save_state(self, case_id: CaseId, state: CaseState) -> None:
        """Change the state."""
        ...

    def mark_seen(self, case_id: CaseId, account_id: AccountId, position: int) -> None:
        """Remember how far an account has read."""
        ...

    def seen(self, case_id: CaseId, account_id: AccountId) -> int:
        """Tell how far an account has read."""
        ...


class RecoveryGrants(Protocol):
    """Keys of cases and of the organisation, sealed to recovery recipients."""

    def names(self) -> Mapping[str, Collection[str]]:
        """Name every key with the SHA-256 of the recipients that have it."""
        ...

    def save(self, name: str, recipient: HybridRecipient, sealed: bytes) -> None:
        """Keep a key for a recipient, in the place of an older copy."""
        ...

    def find(self, name: str, recipient: HybridRecipient) -> bytes | None:
        """Find a key, sealed to a recipient."""
        ...

    def remove(self, name: str) -> None:
        """Forget every copy of a key."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Let the copies of one key be those of another."""
        ...


class Messages(Protocol):
    """Reports and messages inside cases."""

    def save_rekeyed(self, message: Message) -> None:
        """Keep what was encrypted under the case's new key."""
        ...

    def add(self, message: Message) -> None:
        """Add."""
        ...

    def of_case(self, case_id: CaseId) -> Sequence[Message]:
        """List in order."""
        ...

    def find_by_deposit(self, deposit_id: DepositId) -> Message | None:
        """Find what a sealed file became."""
        ...

    def load(self, message_id: MessageId, *, case: CaseId) -> Message:
        """Load; raises `NotFoundError`."""
        ...


class Replies(Protocol):
    """Replies, waiting and sent."""

    def save_rekeyed(self, reply: StoredReply) -> None:
        """Keep what was encrypted under the case's new key."""
        ...

    def add(self, reply: StoredReply) -> None:
        """Add."""
        ...

    def of_case(self, case_id: CaseId) -> Sequence[StoredReply]:
        """List in order."""
        ...

    def next_number(self, case_id: CaseId) -> int:
        """Give the next number within the mailbox."""
        ...

    def skip_numbers(self, count: int) -> int:
        """Give no number below so many more; in every case that there is."""
        ...

    def waiting(self) -> Sequence[StoredReply]:
        """List what the intake has not got, oldest first."""
        ...

    def mark(self, reply_id: ReplyId, delivery: Delivery) -> None:
        """Change the delivery and drop the sealed copy."""
        ...


class Destinations(Protocol):
    """The registry."""

    def add(self, destination: Destination) -> None:
        """Add."""
        ...

    def all(self) -> Sequence[Destination]:
        """List by name."""
        ...

    def load(self, destination_id: DestinationId) -> Destination:
        """Load; raises `NotFoundError`."""
        ...


class Referrals(Protocol):
    """Referrals."""

    def save_rekeyed(self, referral: Referral) -> None:
        """Keep what was encrypted under the case's new key."""
        ...

    def add(self, referral: Referral) -> None:
        """Add."""
        ...

    def load(self, referral_id: ReferralId, *, visible_to: AccountId) -> Referral:
        """Load; raises `NotFoundError` also if its case was not granted."""
        ...

    def of_case(self, case_id: CaseId) -> Sequence[Referral]:
        """List in order."""
        ...

    def in_state(
        self,
        state: ReferralState,
        *,
        visible_to: AccountId,
    ) -> Sequence[Referral]:
        """List in order."""
        ...

    def save(self, referral: Referral) -> None:
        """Change state, approval and export."""
        ...


class Audit(Protocol):
    """What was done."""

    def append(self, entry: AuditEntry) -> None:
        """Add an entry, chained to the last."""
        ...

    def of_case(self, case_id: CaseId) -> Sequence[AuditEntry]:
        """List in order."""
        ...

    def after(
        self,
        sequence: int,
        kinds: Collection[AuditKind],
    ) -> Sequence[tuple[int, AuditEntry]]:
        """List entries of some kinds that came after a place in the log."""
        ...

    def newest_place(self) -> int:
        """Tell how many entries there are."""
        ...

    def is_intact(self) -> bool:
        """Check the whole chain."""
        ...


class SyncRuns(Protocol):
    """The last sync."""

    def add(self, run: SyncRun) -> None:
        """Remember."""
        ...

    def newest(self) -> SyncRun | None:
        """Find the last."""
        ...


class Unit(Protocol):
    """One transaction."""

    @property
    def accounts(self) -> Accounts:
        """Reach the accounts."""
        ...

    @property
    def organisation_keys(self) -> OrganisationKeys:
        """Reach the keys of the organisation."""
        ...

    @property
    def directories(self) -> Directories:
        """Reach the directories."""
        ...

    @property
    def intake_identities(self) -> IntakeIdentities:
        """Reach the intake identities."""
        ...

    @property
    def publications(self) -> Publications:
        """Reach the last publication."""
        ...

    @property
    def deposits(self) -> Deposits:
        """Reach the deposits."""
        ...

    @property
    def cases(self) -> Cases:
        """Reach the cases."""
        ...

    @property
    def recovery_grants(self) -> RecoveryGrants:
        """Reach what the recovery identity opens."""
        ...

    @property
    def messages(self) -> Messages:
        """Reach the messages."""
        ...

    @property
    def replies(self) -> Replies:
        """Reach the replies."""
        ...

    @property
    def destinations(self) -> Destinations:
        """Reach the destinations."""
        ...

    @property
    def referrals(self) -> Referrals:
        """Reach the referrals."""
        ...

    @property
    def audit(self) -> Audit:
        """Reach the audit."""
        ...

    @property
    def sync_runs(self) -> SyncRuns:
        """Reach the syncs."""
        ...


class Store(Protocol):
    """The database."""

    def begin(self) -> AbstractContextManager[Unit]:
        """Begin a transaction; commit at the end, undo on an exception."""
        ...

    def forget_replaced(self) -> None:
        """Let go of what rows held before, as far as the database can."""
        ...
