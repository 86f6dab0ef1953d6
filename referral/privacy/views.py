"""Pages of the privacy officer: who looked at the clinic's patients, all of them or one."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import current_person
from referral.audit.models import AuditKind
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import display_name, patient_by_id
from referral.privacy.policies import PrivacyPermission
from referral.privacy.queries import looks_at

blueprint = Blueprint("privacy", __name__, url_prefix="/privacy", template_folder="templates")

KINDS = {
    AuditKind.READ: _l("Looked at"),
    AuditKind.CREATED: _l("Wrote"),
    AuditKind.CHANGED: _l("Changed"),
    AuditKind.DELETED: _l("Deleted"),
    AuditKind.DENIED: _l("Was refused"),
}


@blueprint.get("/")
@requires(PrivacyPermission.AUDIT)
def latest_reads() -> ResponseReturnValue:
    """Show who looked at or changed whose record in the clinic, newest first."""
    page = looks_at(request_session(), current_person().member_id, number=request.args.get("page", 1, type=int))
    return render_template("privacy/reads.html", page=page, kinds=KINDS, patient_name=None)


@blueprint.get("/patients/<uuid:patient_id>/reads")
@requires(PrivacyPermission.AUDIT, load=patient_by_id)
def patient_reads(patient: Patient) -> ResponseReturnValue:
    """Show who looked at or changed one patient's record, newest first."""
    number = request.args.get("page", 1, type=int)
    page = looks_at(request_session(), current_person().member_id, patient_id=patient.id, number=number)
    return render_template("privacy/reads.html", page=page, kinds=KINDS, patient_name=display_name(patient))
