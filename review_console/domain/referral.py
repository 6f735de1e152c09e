"""A referral: proposed by one, approved by another, exported once.

Spec: docs/protocol.md §7.

    proposed ──approve──▶ approved ──export──▶ exported
        └──────withdraw──────┴──▶ withdrawn

Rules:
* Every word of a dossier was written by a reviewer for it; nothing is copied
  from the report.
* Who proposes does not approve, and only a coordinator approves.
* An approval is for one manifest: other bytes void it.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Final, Self

from review_console.domain.content import to_json
from review_console.domain.ids import (
    AccountId,
    CaseId,
    DestinationId,
    MessageId,
    ReferralId,
)

CONTENT_FORMAT: Final = "debunker-referral-content/1"
MAX_SUBJECT_CHARACTERS: Final = 200
MAX_FIELD_CHARACTERS: Final = 10_000
MAX_ALLEGATIONS: Final = 50


class ReferralState(Enum):
    """How far a referral has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    EXPORTED = "exported"
    WITHDRAWN = "withdrawn"


class AllegationLabel(Enum):
    """What an allegation rests on; the signer is liable for the difference."""

    FACT = "fact"
    OPINION = "opinion"
    HEARSAY = "hearsay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allegation:
    """One thing that somebody is said to have done."""

    what: str
    who: str
    position: str
    body: str
    when: str
    where: str
    amount: str
    label: AllegationLabel
    basis: str
    """Annex, public record or statement that it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """An attachment that a reviewer released, under a neutral name."""

    message: MessageId
    index: int
    """From 0, in the report's own order."""

    neutral_name: str
    """What the destination sees; never the reporter's file name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The words of a referral; all of them written by a reviewer."""

    subject: str
    summary: str
    chronology: str
    allegations: tuple[Allegation, ...]
    verified: str
    not_known: str
    contradicting: str
    legal_basis: str
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralContent:
    """What is encrypted of a referral: where it goes and what it says."""

    destination: DestinationId
    prepared_month: str
    """`YYYY-MM`: the dossier says nothing finer."""

    secrecy: bool
    """The source gave this on condition of secrecy."""

    dossier: Dossier
    released: tuple[Released, ...]

    def to_json(self) -> bytes:
        """Serialize for encryption."""
        members = asdict(self, dict_factory=_plain) | {"format": CONTENT_FORMAT}
        return to_json(members)

    @classmethod
    def parse(cls, decrypted: bytes) -> Self:
        """Read what `to_json` wrote; authentic, since it was decrypted."""
        members = json.loads(decrypted)
        if members.pop("format") != CONTENT_FORMAT:
            raise ValueError("unknown format of a referral's content")
        return cls(
            destination=DestinationId(members["destination"]),
            prepared_month=members["prepared_month"],
            secrecy=members["secrecy"],
            dossier=_dossier(members["dossier"]),
            released=tuple(
                Released(**row | {"message": MessageId(row["message"])})
                for row in members["released"]
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A referral as the database holds it."""

    id: ReferralId
    case: CaseId
    state: ReferralState
    proposed_by: AccountId
    proposed_at: datetime
    approved_by: AccountId | None
    approved_at: datetime | None
    approval: str | None = field(repr=False)
    """Armored SSHSIG by the approver over the manifest's exact bytes."""

    manifest_sha256: str
    sealed_content: bytes = field(repr=False)
    sealed_manifest: bytes = field(repr=False)
    exported_at: datetime | None


def _plain(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Turn enums into their values on the way to JSON."""
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in members
    }


def _dossier(members: dict[str, Any]) -> Dossier:
    """Read a dossier back from JSON."""
    allegations = tuple(
        Allegation(**row | {"label": AllegationLabel(row["label"])})
        for row in members.pop("allegations")
    )
    return Dossier(**members, allegations=allegations)
