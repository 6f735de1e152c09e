"""The list of cases, and the button that fetches new ones."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from protocol.reply import CaseState
from review_console.domain.errors import (
    IntakeRefusedError,
    IntakeUnreachableError,
    OrganisationError,
    SyncRunningError,
)
from review_console.services.cases import CaseList, CaseRow
from review_console.services.sync import SyncOutcome
from review_console.web.access import current, members, services
from review_console.web.catalogue_words import category_label, region_name
from review_console.web.language import gettext as _
from review_console.web.language import language, ngettext
from review_console.web.people import notice_rows

blueprint: Final = Blueprint("cases", __name__)

DONE: Final = "done"
TROUBLE: Final = "trouble"
MAX_DIGITS: Final = 9
"""Of a case's number; no team has a billion cases."""


@blueprint.get("/")
@members
def index() -> ResponseReturnValue:
    """Show the newest cases."""
    state = _state(request.args.get("state"))
    before = _number(request.args.get("before", ""))
    found = services().list_cases(by=current(), state=state, before_number=before)
    _tell_damaged(found.damaged)
    return render_template(
        "cases.html",
        cases=[_row(row) for row in found.rows],
        counts={state.value: count for state, count in found.counts.items()},
        state=None if state is None else state.value,
        can_sync=True,
        last_sync=found.last_sync,
        unreadable_count=found.unreadable_count,
        waiting_count=found.waiting_count,
        keys=services().show_keys(),
        notices=notice_rows(),
        proposed=_proposed(),
        older=_older(found, state),
    )


@blueprint.post("/sync")
@members
def sync() -> ResponseReturnValue:
    """Fetch, open and answer, then show the list."""
    try:
        outcome = services().sync(by=current())
    except IntakeRefusedError:
        sentence = _(
            "The intake refused the request. Ask whoever runs it whether this "
            "console’s sync key is set there and both clocks are right.",
        )
        flash(sentence, TROUBLE)
    except IntakeUnreachableError:
        sentence = _("The intake does not answer. Nothing is lost; try again later.")
        flash(sentence, TROUBLE)
    except SyncRunningError:
        flash(
            _("Another member is fetching just now. Look again in a moment."), TROUBLE
        )
    except OrganisationError:
        sentence = _("Your account has no keys of the organisation yet.")
        flash(sentence, TROUBLE)
    else:
        _tell(outcome)
    return redirect(url_for(".index"), HTTPStatus.SEE_OTHER)


def _tell(outcome: SyncOutcome) -> None:
    """Say what the list itself does not show."""
    if outcome.failed:
        flash(
            ngettext(
                "%(num)s file did not arrive whole. It is still at the intake.",
                "%(num)s files did not arrive whole. They are still at the intake.",
                outcome.failed,
            )
            % {"num": outcome.failed},
            TROUBLE,
        )
    if outcome.replies_gone:
        flash(
            ngettext(
                "%(num)s reply was not delivered: the mailbox was deleted.",
                "%(num)s replies were not delivered: the mailboxes were deleted.",
                outcome.replies_gone,
            )
            % {"num": outcome.replies_gone},
            TROUBLE,
        )


def _tell_damaged(numbers: tuple[int, ...]) -> None:
    """Name the cases that somebody changed behind our back."""
    if numbers:
        sentence = _("Changed from outside, and so not shown. Cases: %(numbers)s")
        flash(sentence % {"numbers": ", ".join(map(str, numbers))}, TROUBLE)


def _state(untrusted: str | None) -> CaseState | None:
    try:
        return None if untrusted is None else CaseState(untrusted)
    except ValueError:
        return None


def _number(untrusted: str) -> int | None:
    """Read a case's number; anything else is no number."""
    is_number = untrusted.isascii() and untrusted.isdecimal()
    return int(untrusted) if is_number and len(untrusted) <= MAX_DIGITS else None


def _older(found: CaseList, state: CaseState | None) -> str | None:
    if found.older_than is None:
        return None
    return url_for(
        ".index",
        before=found.older_than,
        state=None if state is None else state.value,
    )


def _row(row: CaseRow) -> dict[str, object]:
    return {
        "id": row.id,
        "number": row.number,
        "title": row.title,
        "state": row.state.value,
        "received_on": row.received_on,
        "language": row.facts.language.value,
        "category_label": category_label(row.facts.category),
        "region_name": region_name(row.facts.region),
        "has_unread": row.has_unread,
        "attachments_count": row.facts.attachments_count,
    }


def _proposed() -> list[dict[str, object]]:
    return [
        {
            "id": row.referral.id,
            "destination_name": row.destination.name(language()),
            "case_number": row.case_number,
            "case_title": row.case_title,
        }
        for row in services().proposed_referrals(by=current())
    ]
