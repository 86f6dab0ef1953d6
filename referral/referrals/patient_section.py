"""The part of a patient's page that lists their referrals, and leads to prescribing."""

from flask import g
from flask_babel import gettext as _

from referral.kit.scope import ScopedSession
from referral.patients.hooks import Section
from referral.patients.models import Patient
from referral.patients.queries import may_be_contacted, records_of_person
from referral.referrals.pages import referral_rows
from referral.referrals.queries import referrals_of_patient
from referral.referrals.states import SIGN, ReferralState


def referral_section(session: ScopedSession, patient: Patient) -> Section:
    """Return the patient's referrals, newest first; of a record that is kept, those of the merged ones after them.

    A signature that was undone is no referral here: the list of referrals keeps it.
    """
    records = records_of_person(session, patient.id) if patient.merged_into_id is None else [patient.id]
    found = [row for each in records for row in referrals_of_patient(session, each)]
    rows = referral_rows(session, [row for row in found if row.state != ReferralState.DRAFT])
    may_prescribe = g.principal is not None and g.principal.allows(SIGN) and may_be_contacted(patient)
    context = {"referral_rows": rows, "referral_patient_id": patient.id, "may_prescribe": may_prescribe}
    return Section(_("Referrals"), "referrals/patient_section.html", context)
