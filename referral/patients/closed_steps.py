"""Steps that begin something new for a patient, where nothing may be begun: said at once, with what can be done."""

from flask import render_template
from flask.typing import ResponseReturnValue

from referral.accounts.principal import current_person
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.policies import PatientPermission
from referral.patients.queries import display_name, kept_record, may_be_contacted
from referral.patients.whole_page import standing_of

#: Endpoints of the pages on which something new begins. Their forms refuse by themselves: nothing typed is lost there.
STEPS = ("prescriptions.prescribe", "screening.start_screening", "screening.new_need")


def closed_step(patient: Patient) -> ResponseReturnValue | None:
    """Return the page that says why nothing new is begun with this record; None where it may be."""
    if may_be_contacted(patient):
        return None
    session, person = request_session(), current_person()
    kept = kept_record(session, patient)
    return render_template(
        "patients/closed_step.html",
        patient=patient,
        name=display_name(patient),
        kept=kept if kept is not patient else None,
        standing=standing_of(session, patient, reader_id=person.person_id),
        may_change_death=person.allows(PatientPermission.MARK_DECEASED),
        may_look_back=person.allows(PatientPermission.CORRECT),
    )
