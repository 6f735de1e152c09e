"""Rows of destinations and referrals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, insert, select, update

from crypto.age import parse_recipient
from protocol.day import format_moment, parse_moment
from review_console.domain.destination import Destination, DestinationKind
from review_console.domain.errors import NotFoundError
from review_console.domain.ids import AccountId, CaseId, DestinationId, ReferralId
from review_console.domain.referral import Referral, ReferralState
from review_console.storage import tables

_destinations: Final = tables.destinations.c
_referrals: Final = tables.referrals.c
_grants: Final = tables.case_grants.c


@dataclass(frozen=True, slots=True)
class DestinationRows:
    """Implements `services.store.Destinations`."""

    connection: Connection

    def add(self, destination: Destination) -> None:
        """Add."""
        self.connection.execute(
            insert(tables.destinations).values(
                id=str(destination.id),
                institution=destination.institution,
                name_kk=destination.name_kk,
                name_ru=destination.name_ru,
                name_en=destination.name_en,
                kind=destination.kind.value,
                recipient=str(destination.recipient),
                added_on=destination.added_on,
            ),
        )

    def all(self) -> Sequence[Destination]:
        """List by name."""
        query = select(tables.destinations).order_by(_destinations.name_ru)
        return tuple(_destination(row) for row in self.connection.execute(query))

    def load(self, destination_id: DestinationId) -> Destination:
        """Load; raises `NotFoundError`."""
        query = select(tables.destinations).where(
            _destinations.id == str(destination_id),
        )
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError("no such destination")
        return _destination(row)


@dataclass(frozen=True, slots=True)
class ReferralRows:
    """Implements `services.store.Referrals`."""

    connection: Connection

    def add(self, referral: Referral) -> None:
        """Add."""
        self.connection.execute(
            insert(tables.referrals).values(
                id=str(referral.id),
                case_id=str(referral.case),
                proposed_by=str(referral.proposed_by),
                proposed_at=format_moment(referral.proposed_at),
                manifest_sha256=referral.manifest_sha256,
                sealed_content=referral.sealed_content,
                sealed_manifest=referral.sealed_manifest,
                **_changing(referral),
            ),
        )

    def load(self, referral_id: ReferralId, *, visible_to: AccountId) -> Referral:
        """Load; raises `NotFoundError` also if its case was not granted."""
        query = _visible(visible_to).where(_referrals.id == str(referral_id))
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError("no such referral")
        return _referral(row)

    def of_case(self, case_id: CaseId) -> Sequence[Referral]:
        """List in order."""
        query = select(tables.referrals).where(_referrals.case_id == str(case_id))
        return self._list(query)

    def in_state(
        self,
        state: ReferralState,
        *,
        visible_to: AccountId,
    ) -> Sequence[Referral]:
        """List in order."""
        return self._list(
            _visible(visible_to).where(_referrals.state == state.value),
        )

    def save_rekeyed(self, referral: Referral) -> None:
        """Keep what was encrypted under the case's new key."""
        self.connection.execute(
            update(tables.referrals)
            .where(_referrals.id == str(referral.id))
            .values(
                sealed_content=referral.sealed_content,
                sealed_manifest=referral.sealed_manifest,
            ),
        )

    def save(self, referral: Referral) -> None:
        """Change state, approval and export."""
        self.connection.execute(
            update(tables.referrals)
            .where(_referrals.id == str(referral.id))
            .values(**_changing(referral)),
        )

    def _list(self, query: Select[Any]) -> Sequence[Referral]:
        ordered = query.order_by(_referrals.proposed_at, _referrals.id)
        return tuple(_referral(row) for row in self.connection.execute(ordered))


def _visible(account_id: AccountId) -> Select[Any]:
    return (
        select(tables.referrals)
        .join(tables.case_grants, _grants.case_id == _referrals.case_id)
        .where(_grants.account_id == str(account_id))
    )


def _changing(referral: Referral) -> dict[str, str | None]:
    by = referral.approved_by
    return {
        "state": referral.state.value,
        "approved_by": None if by is None else str(by),
        "approved_at": _text(referral.approved_at),
        "approval": referral.approval,
        "exported_at": _text(referral.exported_at),
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else format_moment(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else parse_moment(text)


def _destination(row: Row[Any]) -> Destination:
    return Destination(
        id=DestinationId(row.id),
        institution=row.institution,
        name_kk=row.name_kk,
        name_ru=row.name_ru,
        name_en=row.name_en,
        kind=DestinationKind(row.kind),
        recipient=parse_recipient(row.recipient),
        added_on=row.added_on,
    )


def _referral(row: Row[Any]) -> Referral:
    by = row.approved_by
    return Referral(
        id=ReferralId(row.id),
        case=CaseId(row.case_id),
        state=ReferralState(row.state),
        proposed_by=AccountId(row.proposed_by),
        proposed_at=parse_moment(row.proposed_at),
        approved_by=None if by is None else AccountId(by),
        approved_at=_moment(row.approved_at),
        approval=row.approval,
        manifest_sha256=row.manifest_sha256,
        sealed_content=row.sealed_content,
        sealed_manifest=row.sealed_manifest,
        exported_at=_moment(row.exported_at),
    )
