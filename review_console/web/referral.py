"""Referrals: propose one, read it, approve, withdraw, export, take it away."""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from protocol.day import day_of
from review_console.domain.account import Role
from review_console.domain.destination import is_permitted
from review_console.domain.errors import NotFoundError, ReferralError
from review_console.domain.ids import CaseId, ReferralId
from review_console.domain.package import EVIDENCE_FOLDER
from review_console.domain.referral import ReferralState
from review_console.services.cases import CasePage
from review_console.services.referrals import ReferralPage, may_withdraw
from review_console.web.access import current, members, requires, services
from review_console.web.case_view import case_view
from review_console.web.cases import DONE, TROUBLE
from review_console.web.downloads import package_download
from review_console.web.forms import Errors
from review_console.web.language import gettext as _
from review_console.web.language import language
from review_console.web.referral_form import (
    Invalid,
    evidence_of,
    kept_values,
    parse_referral,
)

blueprint: Final = Blueprint("referral", __name__)

coordinators: Final = requires(Role.COORDINATOR)


@blueprint.get("/cases/<case_id>/referrals/new")
@members
def new(case_id: str) -> ResponseReturnValue:
    """Ask for the dossier."""
    page = services().show_case(CaseId.parse(case_id), by=current())
    return _form(page, values={}, errors={})


@blueprint.post("/cases/<case_id>/referrals/new")
@members
def propose(case_id: str) -> ResponseReturnValue:
    """Propose the dossier, or ask again."""
    page = services().show_case(CaseId.parse(case_id), by=current())
    if request.form.get("more") == "yes":
        values = kept_values(request.form)
        values["allegations"].append({})
        return _form(page, values=values, errors={})
    draft = parse_referral(request.form, page)
    if isinstance(draft, Invalid):
        answer = _form(page, values=draft.values, errors=draft.errors)
        return answer, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        referral_id = services().propose_referral(
            CaseId.parse(case_id),
            draft,
            by=current(),
        )
    except (ReferralError, NotFoundError):  # also of a form that was made by hand
        errors = {"destination": _("The reporter does not agree to this destination.")}
        answer = _form(page, values=kept_values(request.form), errors=errors)
        return answer, HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("Proposed. A coordinator who did not propose it must approve it."), DONE)
    return _back(referral_id)


@blueprint.get("/referrals/<referral_id>")
@members
def show(referral_id: str) -> ResponseReturnValue:
    """Show exactly what would leave."""
    return _referral_page(ReferralId.parse(referral_id), errors={})


@blueprint.post("/referrals/<referral_id>/approve")
@coordinators
def approve(referral_id: str) -> ResponseReturnValue:
    """Approve the bytes that were read."""
    if request.form.get("read") != "yes":
        errors = {"read": _("Read all of it, then tick this.")}
        answer = _referral_page(ReferralId.parse(referral_id), errors=errors)
        return answer, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        services().approve_referral(
            ReferralId.parse(referral_id),
            manifest_sha256=request.form.get("sha256", ""),
            by=current(),
        )
    except ReferralError as error:
        _refuse(error)
    else:
        flash(_("Approved: exactly these bytes."), DONE)
    return _back(referral_id)


@blueprint.post("/referrals/<referral_id>/withdraw")
@members
def withdraw(referral_id: str) -> ResponseReturnValue:
    """Take a referral back before it leaves."""
    try:
        services().withdraw_referral(ReferralId.parse(referral_id), by=current())
    except ReferralError as error:
        _refuse(error)
    else:
        flash(_("The referral is withdrawn."), DONE)
    return _back(referral_id)


@blueprint.post("/referrals/<referral_id>/export")
@members
def export(referral_id: str) -> ResponseReturnValue:
    """Sign the approved bytes and seal them to the destination."""
    try:
        services().export_referral(ReferralId.parse(referral_id), by=current())
    except ReferralError as error:
        _refuse(error)
    else:
        flash(_("Signed and encrypted to the destination."), DONE)
    return _back(referral_id)


@blueprint.get("/referrals/<referral_id>/package")
@members
def package(referral_id: str) -> ResponseReturnValue:
    """Hand out the sealed package."""
    parsed = ReferralId.parse(referral_id)
    try:
        sealed = services().export_referral.open_package(parsed, by=current())
    except ReferralError:
        raise NotFoundError("no package yet") from None
    return package_download(sealed, name=f"referral-{parsed[:8]}.zip.age")


def _form(page: CasePage, *, values: dict[str, Any], errors: Errors) -> str:
    consent = page.consent.to
    destinations = [
        {
            "id": each.id,
            "name": each.name(language()),
            "kind": each.kind.value,
            "allowed": is_permitted(each.kind, consent),
        }
        for each in services().list_destinations()
    ]
    return render_template(
        "referral_new.html",
        destinations=destinations,
        evidence=evidence_of(page),
        values=values,
        errors=errors,
        **case_view(page),
    )


def _referral_page(referral_id: ReferralId, *, errors: Errors) -> str:
    page = services().show_referral(referral_id, by=current())
    names = services().account_names()
    referral, parts = page.opened.referral, page.opened.parts
    approver = referral.approved_by
    return render_template(
        "referral.html",
        referral={
            "id": referral.id,
            "state": referral.state.value,
            "destination_name": parts.destination.name(language()),
            "destination_kind": parts.destination.kind.value,
            "destination_recipient": str(parts.destination.recipient),
            "proposed_by": names.get(referral.proposed_by, ""),
            "proposed_on": day_of(referral.proposed_at),
            "approved_by": None if approver is None else names.get(approver, ""),
            "approved_on": referral.approved_at and day_of(referral.approved_at),
            "sha256": referral.manifest_sha256,
            "size_bytes": sum(entry.size_bytes for entry in page.entries),
        },
        case={
            "id": parts.opened.case.id,
            "number": parts.opened.case.number,
            "title": page.case_title,
        },
        consent=parts.consent,
        dossier_text=page.dossier_text,
        entries=_entries(page),
        blocks=page.blocks,
        errors=errors,
        **_rights(page),
    )


def _entries(page: ReferralPage) -> list[dict[str, object]]:
    """List the package, with the way to each file for whoever looks at it."""
    keys = {
        EVIDENCE_FOLDER + each.neutral_name: f"{each.message}/{each.index}"
        for each in page.opened.parts.content.released
    }
    return [
        {
            "name": entry.name,
            "size_bytes": entry.size_bytes,
            "sha256": entry.sha256,
            "key": keys.get(entry.name),
        }
        for entry in page.entries
    ]


def _rights(page: ReferralPage) -> dict[str, bool]:
    state = page.opened.referral.state
    return {
        "may_approve": state is ReferralState.PROPOSED and not page.blocks,
        "may_withdraw": may_withdraw(page.opened.referral, current()),
        "may_export": state is ReferralState.APPROVED and not page.blocks,
        "has_package": state is ReferralState.EXPORTED,
    }


def _refuse(error: ReferralError) -> None:
    """Say why; the page's own list has the same reasons."""
    sentences = {
        "own_proposal": _("Who proposes a referral does not approve it."),
        "not_coordinator": _("Only a coordinator approves."),
        "consent": _("The reporter does not agree to this destination."),
        "consent_withdrawn": _("The reporter does not agree to this destination."),
        "bytes_changed": _(
            "The package is no longer the one that was read. Nothing left.",
        ),
    }
    general = _("The referral is in a state that does not allow this.")
    flash(sentences.get(error.reason, general), TROUBLE)


def _back(referral_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", referral_id=referral_id), HTTPStatus.SEE_OTHER)
