"""Lists of the privacy officer over the whole clinic: who looked at whom, what left, what was refused."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from referral.accounts.principal import current_person
from referral.accounts.roles import MemberKind
from referral.audit.models import AuditKind
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.privacy.forms import FilterForm, filter_form
from referral.privacy.frame import own_clinic, page, page_number
from referral.privacy.network import clinic_numbers
from referral.privacy.policies import PrivacyPermission
from referral.privacy.queries import (
    EXPORT_KINDS,
    RECORD_KINDS,
    SIGN_IN_KINDS,
    Wanted,
    failed_sign_ins,
    looks_at,
    people_to_choose,
)

blueprint = Blueprint("privacy", __name__, url_prefix="/privacy", template_folder="templates")

#: The two views of what was refused, as they stand in the address.
REFUSED_PAGES, REFUSED_SIGN_INS = "pages", "sign-ins"


@blueprint.get("/")
@requires(PrivacyPermission.AUDIT)
def latest_reads() -> ResponseReturnValue:
    """Show who looked at or changed whose record in the clinic; to a network's officer, numbers of its clinics."""
    session = request_session()
    if current_person().member_kind is not MemberKind.CLINIC:
        return render_template("privacy/network.html", rows=clinic_numbers(session))
    form, wanted = _asked(RECORD_KINDS, usual_since=True)
    found = looks_at(session, own_clinic(), wanted, number=page_number())
    return page("privacy/reads.html", page=found, form=form, patient=None)


@blueprint.get("/exports")
@requires(PrivacyPermission.AUDIT)
def exports() -> ResponseReturnValue:
    """Show what was taken away: exports of patients, lists, reports."""
    form, wanted = _asked(EXPORT_KINDS)
    found = looks_at(request_session(), own_clinic(), wanted, number=page_number())
    return page("privacy/exports.html", page=found, form=form)


@blueprint.get("/denials")
@requires(PrivacyPermission.AUDIT)
def denials() -> ResponseReturnValue:
    """Show what the clinic's people were refused: pages, or signing in."""
    sign_ins = request.args.get("show") == REFUSED_SIGN_INS
    form, wanted = _asked(SIGN_IN_KINDS if sign_ins else (AuditKind.DENIED,))
    ask = failed_sign_ins if sign_ins else looks_at
    found = ask(request_session(), own_clinic(), wanted, number=page_number())
    return page("privacy/denials.html", page=found, form=form, sign_ins=sign_ins)


def _asked(kinds: tuple[AuditKind, ...], *, usual_since: bool = False) -> tuple[FilterForm, Wanted]:
    """Return the filter as the address says, and what it asks of the audit. An unreadable filter asks everything."""
    signed = current_person()
    form = filter_form(request.args, usual_since=usual_since)
    form.offer(people_to_choose(request_session(), own_clinic(), form.chosen_person()), kinds)
    form.validate()
    since, before = form.times(signed.timezone_name)
    return form, Wanted(form.chosen_kinds(kinds), person_id=form.chosen_person(), since=since, before=before)
