"""A patient has died: everything that would reach them ends in one transaction. Marked in error, it is taken back."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.outbox.queueing import suppress_for_patient
from referral.patients import hooks
from referral.patients.corrections import note_corrections
from referral.patients.models import Patient, PatientPhone
from referral.patients.moving import open_offer, withdraw_offer
from referral.patients.queries import birth_date_of, kept_record, records_of_person
from referral.patients.states import SmsSafety

#: Under this reason stand the texts that did not go (messaging/words.py, patients/words.py).
REASON = "deceased"


@dataclass(frozen=True)
class Death:
    """What is known. `withdraw`: whatever is under way with organizations is withdrawn, and they are told to stop."""

    on: date | None = None
    withdraw: bool = True


def mark_deceased(session: ScopedSession, patient: Patient, death: Death, *, by: UUID, by_name: str) -> None:
    """Write down that the patient died: texts, questions, to-dos and offers end, on every record of theirs.

    The mark stands on the record that is kept. Marked already, only the date changes. Raises InvalidInput, naming the
    field. Flushes; the caller commits.
    """
    patient = kept_record(session, patient)
    _check(patient, death)
    before = {"deceased": patient.death_date_text if patient.deceased_at else None}
    is_new = patient.deceased_at is None
    patient.deceased_at = patient.deceased_at or clock.now()
    patient.death_date_text = death.on.isoformat() if death.on else None
    after = {"deceased": patient.death_date_text or ("yes" if is_new else before["deceased"])}
    note_corrections(session, patient, before=before, after=after, by=by)
    session.flush()
    for record_id in records_of_person(session, patient.id) if is_new else ():
        if death.withdraw:
            hooks.withdraw_all(session, record_id, by, by_name)
        suppress_for_patient(session, record_id, reason=REASON)
        hooks.on_contact_ended(session, record_id, by)
        offer = open_offer(session, record_id)
        if offer is not None:
            withdraw_offer(session, offer, by=by)
    session.flush()


def take_back_death(session: ScopedSession, patient: Patient, *, by: UUID) -> None:
    """Undo a mark made in error. No text starts by itself: whether a phone is safe is asked anew. Flushes."""
    patient = kept_record(session, patient)
    if patient.deceased_at is None:
        return
    note_corrections(
        session, patient, before={"deceased": patient.death_date_text or "yes"}, after={"deceased": None}, by=by
    )
    patient.deceased_at = patient.death_date_text = None
    phones = select(PatientPhone).where(PatientPhone.patient_id.in_(records_of_person(session, patient.id)))
    for phone in session.scalars(phones.order_by(PatientPhone.id)):
        if phone.sms_ok == SmsSafety.YES:
            phone.sms_ok = SmsSafety.UNKNOWN
    session.flush()
    hooks.on_contact_resumed(session, patient)


def death_date_of(patient: Patient) -> date | None:
    """Return the day of the death, where it is known."""
    return date.fromisoformat(patient.death_date_text) if patient.death_date_text else None


def _check(patient: Patient, death: Death) -> None:
    if death.on is None:
        return
    if death.on > clock.now().date():
        raise InvalidInput(_l("This day is still to come. Check it, or leave it empty."), "died_on")
    born = birth_date_of(patient)
    if born is not None and death.on < born:
        raise InvalidInput(_l("This day is before the birth date. Check both."), "died_on")
