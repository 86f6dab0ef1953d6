"""Arriving at a patient's own page: one neutral field and a button; then a cookie.

A GET sets no cookie and changes nothing, so scanners and previews may open it. It is the same for every code; the
address names the language (plan/door.py). A wrong year, an unknown code and a page that is off get the same answer.
"""

from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from referral.accounts.link_sessions import link_secret_of, set_link_cookie
from referral.kit.errors import Throttled
from referral.kit.limits import PLAN_CALLERS, limited
from referral.kit.patient_language import PatientLanguage, patient_languages
from referral.kit.policy import public
from referral.kit.transaction import current_settings
from referral.plan.door import enter_by
from referral.plan.entering import DOES_NOT_OPEN, open_plan, try_to_open
from referral.plan.forms import OpenForm
from referral.plan.headers import keep_quiet
from referral.referrals.arriving import refuse_other_sites

blueprint = Blueprint("plan_entry", __name__, url_prefix="/p", template_folder="templates")
blueprint.before_request(refuse_other_sites)
blueprint.after_request(keep_quiet)

#: What the wait is told in.
HOUR = timedelta(hours=1)

#: Last parts of addresses that forms are sent to: reloaded, they lead back to the page.
STEPS = frozenset(
    {"open", "close", "call", "language", "word", "rate", "stop-sharing", "stop-texts", "other-place", "not-so"}
)


@blueprint.errorhandler(Throttled)
def too_many(error: Throttled) -> ResponseReturnValue:
    """Say when it can be tried again, and whom to call meanwhile, in the language of the door."""
    form = OpenForm()
    door = enter_by(form.language.data or "")
    hours = -(-(error.wait or HOUR) // HOUR)
    return render_template("plan/too_many.html", door=door, hours=hours), HTTPStatus.TOO_MANY_REQUESTS


@blueprint.get("/<code>")
@public("the address of a patient's own page; the same for every code. Scanners open it too")
def show(code: str) -> ResponseReturnValue:
    """Ask for the year of birth or the word. Changes nothing."""
    if code in STEPS:
        return redirect(url_for("plan.show"))
    language = request.args.get("language", "")
    door = enter_by(language)
    return _entry(OpenForm(formdata=None, code=code, language=language), door)


@blueprint.post("/open")
@limited(PLAN_CALLERS)
@public("the code and something that the patient knows, in the body; they are exchanged for a cookie")
def open_page() -> ResponseReturnValue:
    """Open the page, or say the one thing that is said whatever is wrong."""
    form = OpenForm()
    door = enter_by(form.language.data or "")
    valid = form.validate()
    owner = try_to_open(form.code.data or "", form.answer.data or "") if valid else None
    if owner is None:
        form.form_errors.append(DOES_NOT_OPEN)
        form.answer.data = ""
        return _entry(form, door), 422
    settings = current_settings()
    secret = open_plan(owner, form.code.data or "", instead_of=link_secret_of(request, settings))
    response = redirect(url_for("plan.show"), 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    set_link_cookie(response, settings, secret)
    return response


def _entry(form: OpenForm, door: PatientLanguage | None) -> str:
    return render_template("plan/entry.html", form=form, languages=patient_languages(), door=door)
