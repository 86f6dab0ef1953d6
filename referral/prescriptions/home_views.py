"""Where a clinician's work starts: their own patients."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from referral.accounts.principal import current_person
from referral.kit import clock
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.prescriptions.home import last_week, open_patients, tally
from referral.prescriptions.policies import PrescriptionPermission

blueprint = Blueprint("clinician", __name__, template_folder="templates")


@blueprint.get("/my-patients")
@requires(PrescriptionPermission.FOLLOW)
def home() -> ResponseReturnValue:
    """Show my patients that have something open, and what became of last week's prescriptions."""
    session, person_id = request_session(), current_person().person_id
    week = last_week(session, person_id, now=clock.now())
    return render_template(
        "prescriptions/home.html",
        page=open_patients(session, person_id, number=request.args.get("page", 1, type=int)),
        week=week,
        tally=tally(week),
    )
