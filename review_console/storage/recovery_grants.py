"""Rows of keys that are sealed to the recovery recipients."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from crypto.age import HybridRecipient
from review_console.domain.recovery import recipient_sha256
from review_console.storage import tables

_grants: Final = tables.recovery_grants.c


@dataclass(frozen=True, slots=True)
class RecoveryGrantRows:
    """Implements `services.store.RecoveryGrants`."""

    connection: Connection

    def names(self) -> Mapping[str, Collection[str]]:
        """Name every key with the SHA-256 of the recipients that have it."""
        found: dict[str, set[str]] = {}
        query = select(_grants.name, _grants.recipient_sha256)
        for name, recipient_hash in self.connection.execute(query):
            found.setdefault(name, set()).add(recipient_hash)
        return found

    def save(self, name: str, recipient: HybridRecipient, sealed: bytes) -> None:
        """Keep a key for a recipient, in the place of an older copy."""
        recipient_hash = recipient_sha256(recipient)
        self.connection.execute(
            delete(tables.recovery_grants).where(
                _grants.name == name,
                _grants.recipient_sha256 == recipient_hash,
            ),
        )
        self.connection.execute(
            insert(tables.recovery_grants).values(
                name=name,
                recipient_sha256=recipient_hash,
                sealed=sealed,
            ),
        )

    def find(self, name: str, recipient: HybridRecipient) -> bytes | None:
        """Find a key, sealed to a recipient."""
        query = select(_grants.sealed).where(
            _grants.name == name,
            _grants.recipient_sha256 == recipient_sha256(recipient),
        )
        return self.connection.execute(query).scalar_one_or_none()

    def remove(self, name: str) -> None:
        """Forget every copy of a key."""
        table = tables.recovery_grants
        self.connection.execute(delete(table).where(_grants.name == name))

    def rename(self, old: str, new: str) -> None:
        """Let the copies of one key be those of another."""
        self.remove(new)
        table = tables.recovery_grants
        query = update(table).where(_grants.name == old).values(name=new)
        self.connection.execute(query)
