"""The part of a patient's page that leads to the whole record, for those who may do something with it."""

from flask_babel import gettext as _

from referral.accounts.principal import Signed
from referral.kit.scope import ScopedSession
from referral.patients.hooks import Section
from referral.patients.models import Patient
from referral.records.holds import is_held
from referral.records.policies import RecordPermission


def record_section(session: ScopedSession, patient: Patient, reader: Signed) -> list[Section]:
    """Return the section, or none for whoever may do nothing with whole records."""
    may = {str(name) for name in RecordPermission if reader.allows(name)}
    if not may:
        return []
    context = {"patient_id": patient.id, "may": may, "held": is_held(session, patient.id)}
    return [Section(_("Record"), "records/section.html", context)]
