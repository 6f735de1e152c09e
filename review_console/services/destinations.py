"""The registry of destinations, kept by the operator."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.age import HybridRecipient, X25519Recipient
from crypto.entropy import Entropy
from protocol.day import day_of
from protocol.languages import Language
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.destination import Destination, DestinationKind
from review_console.domain.ids import DestinationId
from review_console.services.effects import Clock
from review_console.services.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDestination:
    """The operator registers an outside body and its key."""

    store: Store
    clock: Clock
    entropy: Entropy

    def __call__(
        self,
        *,
        names: dict[Language, str],
        kind: DestinationKind,
        recipient: X25519Recipient | HybridRecipient,
        institution: str | None = None,
    ) -> Destination:
        """Register it.

        Args:
            names: In the three languages.
            kind: What consent must allow.
            recipient: What its packages are sealed to.
            institution: Its row in the catalogue, if it has one.

        Returns:
            The new row.
        """
        now = self.clock.now()
        destination = Destination(
            id=DestinationId.generate(self.entropy),
            institution=institution,
            name_kk=names[Language.KK],
            name_ru=names[Language.RU],
            name_en=names[Language.EN],
            kind=kind,
            recipient=recipient,
            added_on=day_of(now),
        )
        with self.store.begin() as unit:
            unit.destinations.add(destination)
            unit.audit.append(
                AuditEntry(kind=AuditKind.DESTINATION_ADDED, at=now, by=None),
            )
        return destination


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDestinations:
    """A member looks at the registry."""

    store: Store

    def __call__(self) -> Sequence[Destination]:
        """List all."""
        with self.store.begin() as unit:
            return unit.destinations.all()
