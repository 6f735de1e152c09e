"""The registry of outside bodies that a case may be referred to."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from crypto.age import HybridRecipient, X25519Recipient
from protocol.languages import Language
from protocol.report import ConsentTo
from review_console.domain.ids import DestinationId


class DestinationKind(Enum):
    """What a destination does with a dossier."""

    AGENCY = "agency"
    """Detects and investigates."""

    ADMINISTRATIVE = "administrative"
    """Supervises, audits or sees to ethics."""

    JOURNALISTS = "journalists"
    """Checks and may publish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """An outside body, and the key that its packages are sealed to."""

    id: DestinationId
    institution: str | None
    """Its row in the catalogue, if it has one."""

    name_kk: str
    name_ru: str
    name_en: str
    kind: DestinationKind
    recipient: X25519Recipient | HybridRecipient
    added_on: date

    def name(self, language: Language) -> str:
        """Name it in the reader's language."""
        return {
            Language.KK: self.name_kk,
            Language.RU: self.name_ru,
            Language.EN: self.name_en,
        }[language]


def is_permitted(kind: DestinationKind, consent: ConsentTo) -> bool:
    """Tell whether the reporter agreed to this kind of destination."""
    match consent:
        case ConsentTo.ANY:
            return True
        case ConsentTo.NONE:
            return False
        case ConsentTo.AGENCY:  # an administrative body is an authority too
            return kind is not DestinationKind.JOURNALISTS
        case ConsentTo.JOURNALISTS:
            return kind is DestinationKind.JOURNALISTS
