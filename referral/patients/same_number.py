"""A phone that two people give as their own: whose it is, and that it counts as shared until otherwise said."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from referral.kit.crypto import vault_of
from referral.kit.scope import ScopedSession
from referral.patients.corrections import note_corrections
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.queries import name_words
from referral.patients.states import PhoneHolder

#: Why rows of other clinics, and of patients who barred whoever acts, are looked at. Nothing of them is told.
ACROSS = "phone of two people"


def owners_of_number(session: ScopedSession, e164: str | None) -> list[Patient]:
    """Return the people who give this number as their own, as far as they may be seen here, oldest first."""
    index = vault_of(session).index("phone", e164) if e164 else None
    found = session.scalar(select(PhoneNumber.id).where(PhoneNumber.number_index == index)) if index else None
    return owners_of_numbers(session, [found]).get(found, []) if found else []


def owners_of_numbers(session: ScopedSession, number_ids: Iterable[UUID]) -> dict[UUID, list[Patient]]:
    """Return number id to the people who give it as their own, as far as they may be seen here, oldest first.

    A record that was merged is the one that is kept. Left out: who died, who moved away, erased records. Two
    statements, whatever is found.
    """
    found: dict[UUID, list[Patient]] = {}
    kept = select(func.coalesce(Patient.merged_into_id, Patient.id), PatientPhone.phone_number_id).where(
        PatientPhone.patient_id == Patient.id,
        PatientPhone.phone_number_id.in_(sorted(number_ids)),
        PatientPhone.retired_at.is_(None),
        PatientPhone.holder == PhoneHolder.SELF,
    )
    pairs = {(patient_id, number_id) for patient_id, number_id in session.execute(kept)}
    people = select(Patient).where(
        Patient.id.in_(sorted({patient_id for patient_id, _number_id in pairs})),
        Patient.erased_at.is_(None),
        Patient.deceased_at.is_(None),
        Patient.moved_at.is_(None),
        Patient.merged_into_id.is_(None),
    )
    for patient in session.scalars(people.order_by(Patient.created_at, Patient.id)):
        for number_id in sorted(number for patient_id, number in pairs if patient_id == patient.id):
            found.setdefault(number_id, []).append(patient)
    return found


def count_as_shared(session: ScopedSession, patient: Patient, phone: PatientPhone, *, own: bool, e164: str) -> None:
    """Let a phone that somebody else gives as theirs too count as shared, here and there. Flushes.

    `own`: somebody has said that it is this patient's alone: then it counts as shared only there. The same person at
    another clinic, by name and birth date, is nobody else.
    """
    with session.widened(ACROSS):
        owners = owners_of_numbers(session, [phone.phone_number_id]).get(phone.phone_number_id, [])
        others = [each for each in owners if not _is_same_person(each, patient)]
        theirs = select(PatientPhone).where(
            PatientPhone.patient_id.in_(_records(session, others)),
            PatientPhone.phone_number_id == phone.phone_number_id,
            PatientPhone.retired_at.is_(None),
            PatientPhone.is_shared.is_(False),
        )
        rows = session.scalars(theirs.order_by(PatientPhone.created_at, PatientPhone.id)).all() if others else []
        for each in rows:
            before, each.is_shared = stored_phone(e164, each), True
            note_corrections(
                session, each, before={"phone": before}, after={"phone": stored_phone(e164, each)}, by=None
            )
        session.flush()
    if others and not own:
        phone.is_shared = True


def stored_phone(e164: str, phone: PatientPhone) -> str:
    """Return what is known of a phone as the history keeps it."""
    return " ".join((e164, phone.holder, "shared" if phone.is_shared else "own", phone.sms_ok))


def _records(session: ScopedSession, people: Iterable[Patient]) -> list[UUID]:
    kept = sorted(each.id for each in people)
    merged = select(Patient.id).where(Patient.merged_into_id.in_(kept))
    return [*kept, *session.scalars(merged.order_by(Patient.id))]


def _is_same_person(one: Patient, other: Patient) -> bool:
    if one.id in (other.id, other.merged_into_id) or one.merged_into_id == other.id:
        return True
    same_day = one.birth_date_text is not None and one.birth_date_text == other.birth_date_text
    return one.clinic_id != other.clinic_id and same_day and _name(one) == _name(other)


def _name(patient: Patient) -> list[str]:
    return name_words(patient.given_name, patient.family_name, patient.second_family_name)
