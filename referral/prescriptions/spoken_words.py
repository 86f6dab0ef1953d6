"""Whether the patient understood the words of consent: in their language, by an interpreter, or why without one."""

from flask_babel import lazy_gettext as _l

from referral.kit.errors import InvalidInput
from referral.patients.models import Patient
from referral.patients.understood import heard_by
from referral.prescriptions.forms import PrescribeForm
from referral.prescriptions.sheets import Sheet


def needs_interpreter(patient: Patient) -> bool:
    """Return True if the words of consent stand in another language than the one that the patient understands."""
    return heard_by(patient).own is not None


def is_understood(sheet: Sheet, form: PrescribeForm) -> bool:
    """Return False, having said so beside the field, where nobody has said how the patient understood the words."""
    sent = any(form.lines[number].form.is_sent for number in form.chosen())
    if not sent or not needs_interpreter(sheet.patient) or form.interpreter.data or form.no_interpreter.data:
        return True
    text = _l("Type who interpreted, or choose below why nobody had to.")
    form.blame(InvalidInput(text, form.interpreter.short_name))
    return False
