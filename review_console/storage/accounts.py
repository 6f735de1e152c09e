"""Rows of accounts, of the organisation's keys, and of directories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from crypto.age import HybridRecipient, parse_recipient
from crypto.ed25519 import VerificationKey
from protocol.directory import SignedDirectory
from review_console.domain.account import Account, Role, fold_name
from review_console.domain.errors import DamagedError, NotFoundError
from review_console.domain.ids import AccountId
from review_console.services.store import OrganisationKeyKind
from review_console.storage import tables
from review_console.storage.audit import AuditRows


@dataclass(frozen=True, slots=True)
class AccountRows:
    """Implements `services.store.Accounts`."""

    connection: Connection

    def add(self, account: Account) -> None:
        """Add; the name must be new."""
        self.connection.execute(
            insert(tables.accounts).values(
                id=str(account.id),
                name=account.name,
                folded_name=fold_name(account.name),
                role=account.role.value,
                recipient=str(account.recipient),
                signing_key=str(account.signing_key),
                sealed_vault=account.sealed_vault,
                created_on=account.created_on,
                membership=account.membership,
                next_membership=account.next_membership,
                newest_totp_step=account.newest_totp_step,
                closed_on=account.closed_on,
                notices_seen=AuditRows(self.connection).newest_place(),
            ),
        )

    def all(self) -> Sequence[Account]:
        """List by name."""
        query = select(tables.accounts).order_by(tables.accounts.c.folded_name)
        return tuple(_account(row) for row in self.connection.execute(query))

    def find(self, name: str) -> Account | None:
        """Find by log-in name, in any case of its letters."""
        query = select(tables.accounts).where(
            tables.accounts.c.folded_name == fold_name(name),
        )
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _account(row)

    def load(self, account_id: AccountId) -> Account:
        """Load; raises `NotFoundError`."""
        query = select(tables.accounts).where(tables.accounts.c.id == str(account_id))
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError("no such account")
        return _account(row)

    def save_membership(self, account_id: AccountId, membership: str) -> None:
        """Keep the team's signature over an account."""
        self._update(account_id, membership=membership)

    def save_next_membership(self, account_id: AccountId, membership: str) -> None:
        """Keep the next team key's signature over an account."""
        self._update(account_id, next_membership=membership)

    def take_next_memberships(self) -> None:
        """Put the next team key's signatures in the place of the present one's."""
        columns = tables.accounts.c
        self.connection.execute(
            update(tables.accounts).values(
                membership=columns.next_membership,
                next_membership=None,
            ),
        )

    def save_keys(self, account: Account) -> None:
        """Put new keys under an old account, without a membership."""
        self._update(
            account.id,
            recipient=str(account.recipient),
            signing_key=str(account.signing_key),
            sealed_vault=account.sealed_vault,
            newest_totp_step=account.newest_totp_step,
            membership=None,
            next_membership=None,
        )

    def save_vault(
        self,
        account_id: AccountId,
        sealed_vault: bytes,
        *,
        is_totp_new: bool,
    ) -> None:
        """Keep a vault that was sealed anew; a new secret's codes are unused."""
        values: dict[str, object] = {"sealed_vault": sealed_vault}
        if is_totp_new:
            values["newest_totp_step"] = 0
        self._update(account_id, **values)

    def close(self, account_id: AccountId, on: date) -> None:
        """Take a person out: nothing is left that they could open."""
        self._update(
            account_id,
            closed_on=on,
            sealed_vault=b"",
            membership=None,
            next_membership=None,
        )

    def notices_seen(self, account_id: AccountId) -> int:
        """Tell up to which place of the audit log somebody has read notices."""
        columns = tables.accounts.c
        query = select(columns.notices_seen).where(columns.id == str(account_id))
        return int(self.connection.execute(query).scalar_one())

    def save_notices_seen(self, account_id: AccountId, place: int) -> None:
        """Remember up to which place somebody has read notices."""
        self._update(account_id, notices_seen=place)

    def use_totp_step(self, account_id: AccountId, step: int) -> bool:
        """Take a step that is newer than the last; false if it is not."""
        taken = self.connection.execute(
            update(tables.accounts)
            .where(
                tables.accounts.c.id == str(account_id),
                tables.accounts.c.newest_totp_step < step,
            )
            .values(newest_totp_step=step),
        )
        return taken.rowcount == 1

    def _update(self, account_id: AccountId, **values: object) -> None:
        self.connection.execute(
            update(tables.accounts)
            .where(tables.accounts.c.id == str(account_id))
            .values(**values),
        )


@dataclass(frozen=True, slots=True)
class OrganisationKeyRows:
    """Implements `services.store.OrganisationKeys`."""

    connection: Connection

    def add(
        self,
        kind: OrganisationKeyKind,
        key: VerificationKey,
        *,
        endorsement: str | None = None,
    ) -> None:
        """Remember the public half of a new key, and who vouches for it."""
        self.connection.execute(
            insert(tables.organisation_keys).values(
                kind=kind.value,
                public_key=str(key),
                endorsement=endorsement,
                is_stale=False,
            ),
        )

    def remove(self, kind: OrganisationKeyKind) -> None:
        """Forget a key and every copy of it; forgetting none is no error."""
        grants = tables.organisation_key_grants
        self.connection.execute(delete(grants).where(grants.c.kind == kind.value))
        keys = tables.organisation_keys
        self.connection.execute(delete(keys).where(keys.c.kind == kind.value))

    def take_next_team_key(self) -> None:
        """Put the next team key in the place of the present one."""
        team, next_team = OrganisationKeyKind.TEAM, OrganisationKeyKind.NEXT_TEAM
        self.remove(team)
        keys, grants = tables.organisation_keys, tables.organisation_key_grants
        query = select(keys).where(keys.c.kind == next_team.value)
        row = self.connection.execute(query).one()
        self.add(team, VerificationKey.parse(row.public_key))
        self.connection.execute(
            update(grants)
            .where(grants.c.kind == next_team.value)
            .values(kind=team.value),
        )
        if row.is_stale:
            self.mark_stale(team)
        self.remove(next_team)

    def mark_stale(self, kind: OrganisationKeyKind) -> None:
        """Remember that somebody who left could open it."""
        self.connection.execute(
            update(tables.organisation_keys)
            .where(tables.organisation_keys.c.kind == kind.value)
            .values(is_stale=True),
        )

    def is_stale(self, kind: OrganisationKeyKind) -> bool:
        """Tell whether it must be replaced."""
        query = select(tables.organisation_keys.c.is_stale).where(
            tables.organisation_keys.c.kind == kind.value,
        )
        return bool(self.connection.execute(query).scalar_one_or_none())

    def endorsement(self, kind: OrganisationKeyKind) -> str | None:
        """Find the signature that vouches for a key."""
        query = select(tables.organisation_keys.c.endorsement).where(
            tables.organisation_keys.c.kind == kind.value,
        )
        return self.connection.execute(query).scalar_one_or_none()

    def find(self, kind: OrganisationKeyKind) -> VerificationKey | None:
        """Find the public half of the newest key."""
        query = select(tables.organisation_keys.c.public_key).where(
            tables.organisation_keys.c.kind == kind.value,
        )
        text = self.connection.execute(query).scalar_one_or_none()
        return None if text is None else VerificationKey.parse(text)

    def find_grant(
        self,
        kind: OrganisationKeyKind,
        account_id: AccountId,
    ) -> bytes | None:
        """Find the seed, sealed to an account."""
        grants = tables.organisation_key_grants.c
        query = select(grants.sealed).where(
            grants.kind == kind.value,
            grants.account_id == str(account_id),
        )
        return self.connection.execute(query).scalar_one_or_none()

    def save_grant(
        self,
        kind: OrganisationKeyKind,
        account_id: AccountId,
        sealed: bytes,
    ) -> None:
        """Keep the seed, sealed to an account, in the place of an older copy."""
        self.remove_grant(kind, account_id)
        self.connection.execute(
            insert(tables.organisation_key_grants).values(
                kind=kind.value,
                account_id=str(account_id),
                sealed=sealed,
            ),
        )

    def remove_grant(self, kind: OrganisationKeyKind, account_id: AccountId) -> None:
        """Forget an account's copy."""
        grants = tables.organisation_key_grants
        self.connection.execute(
            delete(grants).where(
                grants.c.kind == kind.value,
                grants.c.account_id == str(account_id),
            ),
        )


@dataclass(frozen=True, slots=True)
class DirectoryRows:
    """Implements `services.store.Directories`."""

    connection: Connection

    def add(self, version: int, signed: SignedDirectory) -> None:
        """Keep a new one, not yet published."""
        self.connection.execute(
            insert(tables.directories).values(
                version=version,
                directory=signed.directory,
                signature=signed.signature,
                cross_signature=signed.cross_signature,
                is_published=False,
            ),
        )

    def newest(self) -> tuple[int, SignedDirectory] | None:
        """Find the one with the highest version."""
        row = self._newest()
        return None if row is None else _directory(row)

    def unpublished(self) -> tuple[int, SignedDirectory] | None:
        """Find the newest if the intake has not got it from us."""
        row = self._newest()
        return None if row is None or row.is_published else _directory(row)

    def mark_published(self, version: int, *, is_published: bool = True) -> None:
        """Remember that the intake has it, or that visitors do not get it."""
        self.connection.execute(
            update(tables.directories)
            .where(tables.directories.c.version == version)
            .values(is_published=is_published),
        )

    def _newest(self) -> Row[Any] | None:
        query = (
            select(tables.directories)
            .order_by(tables.directories.c.version.desc())
            .limit(1)
        )
        return self.connection.execute(query).one_or_none()


def _account(row: Row[Any]) -> Account:
    recipient = parse_recipient(row.recipient)
    if not isinstance(recipient, HybridRecipient):
        raise DamagedError("an account's recipient is not hybrid")
    return Account(
        id=AccountId(row.id),
        name=row.name,
        role=Role(row.role),
        recipient=recipient,
        signing_key=VerificationKey.parse(row.signing_key),
        sealed_vault=row.sealed_vault,
        created_on=row.created_on,
        membership=row.membership,
        next_membership=row.next_membership,
        newest_totp_step=row.newest_totp_step,
        closed_on=row.closed_on,
    )


def _directory(row: Row[Any]) -> tuple[int, SignedDirectory]:
    signed = SignedDirectory(
        directory=row.directory,
        signature=row.signature,
        cross_signature=row.cross_signature,
    )
    return row.version, signed
