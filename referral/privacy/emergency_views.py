"""Pages of emergency access on the clinic's side: the list, one with everything read during it, the review."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts.glass_models import BreakGlass, Finding, GlassEnd
from referral.accounts.principal import current_person
from referral.kit.errors import Conflict
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.privacy.emergencies import emergencies_of, end_now, one_emergency, read_during, review, shown
from referral.privacy.forms import FindingForm
from referral.privacy.frame import own_clinic, page, page_number
from referral.privacy.policies import PrivacyPermission

blueprint = Blueprint("privacy_emergency", __name__, url_prefix="/privacy/emergency", template_folder="templates")

ENDS = {
    GlassEnd.BY_PERSON: _l("They ended it themselves."),
    GlassEnd.TIME_UP: _l("Its 60 minutes were over."),
    GlassEnd.SIGNED_OUT: _l("They signed out, or could not sign in any more."),
    GlassEnd.BY_OFFICER: _l("A privacy officer ended it."),
}
FINDINGS = {Finding.APPROPRIATE: _l("Appropriate"), Finding.NOT_APPROPRIATE: _l("Not appropriate")}


@blueprint.get("")
@requires(PrivacyPermission.AUDIT)
def index() -> ResponseReturnValue:
    """List the clinic's emergency accesses, newest first."""
    waiting_only = request.args.get("show") == "waiting"
    found = emergencies_of(request_session(), own_clinic(), waiting_only=waiting_only, number=page_number())
    return page("privacy/emergencies.html", page=found, waiting_only=waiting_only, findings=FINDINGS)


@blueprint.get("/<uuid:break_glass_id>")
@requires(PrivacyPermission.AUDIT, load=one_emergency)
def show(glass: BreakGlass) -> ResponseReturnValue:
    """Show one emergency access: who, why, and everything that was read."""
    return _page(glass, FindingForm(formdata=None))


@blueprint.post("/<uuid:break_glass_id>/review")
@requires(PrivacyPermission.REVIEW, load=one_emergency)
def judge(glass: BreakGlass) -> ResponseReturnValue:
    """Write what the officer found."""
    form = FindingForm()
    if not form.validate():
        return _page(glass, form), 422
    try:
        review(
            request_session(),
            glass,
            Finding(form.finding.data),
            words=form.words.data,
            by=current_person().person_id,
        )
    except Conflict as error:
        form.form_errors.append(error.message)
        return _page(glass, form), error.status
    flash(_("Your finding is written down."), "success")
    return redirect(url_for(".show", break_glass_id=glass.id), 303)


@blueprint.post("/<uuid:break_glass_id>/end")
@requires(PrivacyPermission.REVIEW, load=one_emergency)
def end(glass: BreakGlass) -> ResponseReturnValue:
    """End an emergency access that is still open."""
    end_now(request_session(), glass)
    flash(_("The access is ended. It opens nothing from the next page on."), "success")
    return redirect(url_for(".show", break_glass_id=glass.id), 303)


def _page(glass: BreakGlass, form: FindingForm) -> str:
    session = request_session()
    emergency, own = shown(session, [glass])[0], glass.person_id == current_person().person_id
    if own or emergency.is_open or emergency.reviewed_at:  # nobody is asked for a finding
        form.say_above()
    return page(
        "privacy/emergency.html",
        emergency=emergency,
        page=read_during(session, glass, number=page_number()),
        own=own,
        form=form,
        ends=ENDS,
        findings=FINDINGS,
    )
