"""Why a patient's page is off, if it is: whoever asks for it from outside is told the same, whatever the reason."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import may_be_contacted, texting_privacy
from referral.patients.states import PrivacyLevel
from referral.screening.queries import safety_concern_stands


class WhyOff(StrEnum):
    """Why the page opens for nobody."""

    SAFETY = "safety"
    NO_CONTACT = "no_contact"
    PRIVACY = "privacy"


#: What staff are told, with what to do next.
WHY_OFF: Mapping[str, LazyString] = {
    WhyOff.SAFETY: _l(
        "It is off because a concern for the patient's safety stands: whoever holds the phone or the paper could open "
        "it. Talk to the patient when they are alone."
    ),
    WhyOff.NO_CONTACT: _l("It is off because nobody contacts this patient from here any more."),
    WhyOff.PRIVACY: _l("It is off because the patient wants no texts and no traces. Call instead."),
}


def why_off(session: ScopedSession, patient: Patient) -> WhyOff | None:
    """Return why the patient's page is off, or None while it may be opened."""
    if patient.erased_at is not None or not may_be_contacted(patient):
        return WhyOff.NO_CONTACT
    if texting_privacy(session, patient.id) is PrivacyLevel.NONE:
        return WhyOff.PRIVACY
    return WhyOff.SAFETY if safety_concern_stands(session, patient.id) else None
