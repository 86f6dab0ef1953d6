"""The gate of a text that a person sends by hand: that of every text, and none while a concern for safety stands."""

from datetime import datetime

from referral.kit.scope import ScopedSession
from referral.messaging.composing import compose_patient_text
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.screening.queries import safety_concern_stands


def compose_by_hand(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the words, or why they do not go; then a person calls."""
    patient = session.get_one(Patient, message.patient_id)
    if safety_concern_stands(session, patient.id):
        return Suppressed("sensitive_need")
    if texting_route(session, patient).held_by_other:
        return Suppressed("private_need")
    words = compose_patient_text(session, message, now)
    return Suppressed(words.reason) if isinstance(words, Suppressed) else words
