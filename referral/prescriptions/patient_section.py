"""The part of a patient's page that shows what was prescribed."""

from flask import url_for
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import current_person
from referral.kit.scope import ScopedSession
from referral.patients.hooks import Section
from referral.patients.models import Patient
from referral.prescriptions.policies import PrescriptionPermission
from referral.referrals.pages import referral_rows
from referral.referrals.queries import referrals_of_patient


def prescriptions_section(session: ScopedSession, patient: Patient) -> Section:
    """Return the patient's referrals, newest first, with the button that prescribes."""
    alive = patient.deceased_at is None
    return Section(
        title=_l("Prescribed help"),
        template="prescriptions/patient_section.html",
        context={
            "rows": referral_rows(session, referrals_of_patient(session, patient.id)),
            "may_prescribe": alive and current_person().allows(PrescriptionPermission.SIGN),
            "prescribe_url": url_for("prescriptions.prescribe", patient_id=patient.id),
        },
    )
