"""Rows of intake identities' public halves, and of the last publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from crypto.age import HybridRecipient, parse_recipient
from protocol.day import format_moment, parse_moment
from protocol.directory import CertifiedIdentity
from review_console.domain.errors import DamagedError
from review_console.domain.ids import AccountId, IntakeIdentityId
from review_console.domain.intake_identity import IntakeIdentity
from review_console.domain.publication import Publication, PublicationTrouble
from review_console.storage import tables

_identities: Final = tables.intake_identities.c
THE_ONE: Final = 1


@dataclass(frozen=True, slots=True)
class IntakeIdentityRows:
    """Implements `services.store.IntakeIdentities`."""

    connection: Connection

    def add(self, identity: IntakeIdentity) -> None:
        """Add a new one."""
        self.connection.execute(
            insert(tables.intake_identities).values(
                id=str(identity.id),
                account_id=str(identity.account),
                recipient=str(identity.recipient),
                not_before=format_moment(identity.not_before),
                not_after=format_moment(identity.not_after),
                certificate=identity.certified.certificate,
                signature=identity.certified.signature,
                destroyed_on=identity.destroyed_on,
            ),
        )

    def kept(self) -> Sequence[IntakeIdentity]:
        """List those not yet destroyed, the oldest first."""
        query = (
            select(tables.intake_identities)
            .where(_identities.destroyed_on.is_(None))
            .order_by(_identities.not_before, _identities.id)
        )
        return tuple(_identity(row) for row in self.connection.execute(query))

    def mark_destroyed(self, identity_id: IntakeIdentityId, on: date) -> None:
        """Remember that the private half is no more."""
        self.connection.execute(
            update(tables.intake_identities)
            .where(_identities.id == str(identity_id))
            .values(destroyed_on=on),
        )


@dataclass(frozen=True, slots=True)
class PublicationRows:
    """Implements `services.store.Publications`."""

    connection: Connection

    def save(self, publication: Publication) -> None:
        """Remember it in the place of the one before."""
        trouble, clean_at = publication.trouble, publication.clean_at
        self.connection.execute(delete(tables.publications))
        self.connection.execute(
            insert(tables.publications).values(
                sequence=THE_ONE,
                tried_at=format_moment(publication.tried_at),
                trouble=None if trouble is None else trouble.value,
                clean_at=None if clean_at is None else format_moment(clean_at),
                identities_sha256=publication.identities_sha256,
            ),
        )

    def newest(self) -> Publication | None:
        """Find it."""
        row = self.connection.execute(select(tables.publications)).one_or_none()
        if row is None:
            return None
        return Publication(
            tried_at=parse_moment(row.tried_at),
            trouble=None if row.trouble is None else PublicationTrouble(row.trouble),
            clean_at=None if row.clean_at is None else parse_moment(row.clean_at),
            identities_sha256=row.identities_sha256,
        )


def _identity(row: Row[Any]) -> IntakeIdentity:
    recipient = parse_recipient(row.recipient)
    if not isinstance(recipient, HybridRecipient):
        raise DamagedError("an intake identity is not hybrid")
    return IntakeIdentity(
        id=IntakeIdentityId(row.id),
        account=AccountId(row.account_id),
        recipient=recipient,
        not_before=parse_moment(row.not_before),
        not_after=parse_moment(row.not_after),
        certified=CertifiedIdentity(
            certificate=row.certificate,
            signature=row.signature,
        ),
        destroyed_on=row.destroyed_on,
    )
