"""The language of the door to a patient's page: the one that its address was printed in, whoever's it is.

Nothing about a patient is read: a code that nobody has, one that is off and one that opens have the same door.
"""

from referral.kit.i18n import LANGUAGES
from referral.kit.patient_language import PatientLanguage, patient_language, speak_to_patient


def enter_by(code: str) -> PatientLanguage | None:
    """Speak the language that an address names, if it may be used, and return it; None for one that we do not know."""
    speak_to_patient(code)
    return patient_language(code) if code in LANGUAGES else None
