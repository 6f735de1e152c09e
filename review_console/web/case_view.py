"""What the templates of a case read."""

from protocol.day import day_of
from protocol.reply import CaseState
from protocol.report import ConsentTo
from review_console.domain.audit import AuditEntry
from review_console.domain.case import EntryKind
from review_console.domain.destination import is_permitted
from review_console.services.cases import CasePage, ThreadEntry
from review_console.web.access import current, services
from review_console.web.catalogue_words import category_label, region_name
from review_console.web.language import language


def case_view(page: CasePage, *, seen: int | None = None) -> dict[str, object]:
    """Flatten a case for its templates.

    Args:
        page: The case, opened.
        seen: Entries behind this position are new to the reader, replies too.

    Returns:
        What `case.html` and its kin read.
    """
    return {
        "newest_position": page.case.case.newest_position,
        "case": case_head(page),
        "report": page.report,
        "consent": page.consent,
        "category_label": category_label(page.facts.category),
        "region_name": region_name(page.facts.region),
        "thread": [_entry(entry, page, seen) for entry in page.thread],
        "states": tuple(CaseState),
        "referrals": _referrals(page),
        "refusal": _refusal(page.consent.to),
        "history": [_event(entry, page) for entry in page.history],
    }


def case_head(page: CasePage) -> dict[str, object]:
    """Give what stands above everything about a case."""
    case = page.case.case
    return {
        "id": case.id,
        "number": case.number,
        "title": page.title,
        "state": case.state.value,
        "received_on": case.received_on,
    }


def _entry(entry: ThreadEntry, page: CasePage, seen: int | None) -> dict[str, object]:
    is_unread = entry.is_unread and entry.kind is not EntryKind.REPLY
    came_meanwhile = seen is not None and entry.position > seen
    return {
        "kind": entry.kind.value,
        "number": entry.number,
        "received_on": entry.day,
        "text": entry.text,
        "verified": entry.is_verified,
        "unread": is_unread or came_meanwhile,
        "attachments": _attachments(entry),
        "consent": None if entry.report is None else entry.report.consent,
        "author": None if entry.author is None else page.names.get(entry.author),
        "state": None if entry.state is None else entry.state.value,
        "delivery": None if entry.delivery is None else entry.delivery.value,
    }


def _attachments(entry: ThreadEntry) -> list[dict[str, object]]:
    if entry.report is None:
        return []
    return [
        {
            "message": entry.message,
            "index": index,
            "name": attachment.name,
            "media_type": attachment.media_type,
            "size_bytes": attachment.size_bytes,
        }
        for index, attachment in enumerate(entry.report.attachments)
    ]


def _referrals(page: CasePage) -> list[dict[str, object]]:
    rows = services().case_referrals(page.case.case.id, by=current())
    return [
        {
            "id": row.referral.id,
            "destination_name": row.destination.name(language()),
            "state": row.referral.state.value,
            "proposed_on": day_of(row.referral.proposed_at),
        }
        for row in rows
    ]


def _refusal(consent: ConsentTo) -> str | None:
    """Say why no referral may be proposed at all."""
    if consent is ConsentTo.NONE:
        return "no_consent"
    kinds = {each.kind for each in services().list_destinations()}
    if not any(is_permitted(kind, consent) for kind in kinds):
        return "no_destination"
    return None


def _event(entry: AuditEntry, page: CasePage) -> dict[str, object]:
    return {
        "at": entry.at,
        "by": None if entry.by is None else page.names.get(entry.by),
        "kind": entry.kind.value,
        "subject": (None if entry.subject is None else page.names.get(entry.subject)),
        "detail": None if entry.state is None else entry.state.value,
    }
