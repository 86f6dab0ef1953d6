"""Times without texts: which stand for a patient and for a number, how one begins and how it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient, PatientPhone
from referral.patients.pause_models import TextingPause
from referral.patients.queries import records_of_person
from referral.patients.states import PauseCause


@dataclass(frozen=True)
class NewPause:
    """A pause of all texts to a patient. `pause_id`: the form's id, so that sending it twice makes one."""

    why: str | None = field(repr=False)
    look_on: date
    pause_id: UUID


@dataclass(frozen=True)
class Paused:
    """What rests for a patient: every text, or those to the numbers with these ids."""

    everything: bool
    number_ids: frozenset[UUID]


def what_rests(session: ScopedSession, patient_id: UUID) -> Paused:
    """Return what is paused on any record of the person. Loads no row."""
    rows = session.execute(select(TextingPause.phone_number_id).where(_standing(session, patient_id))).all()
    numbers = {row.phone_number_id for row in rows}
    return Paused(None in numbers, frozenset(each for each in numbers if each is not None))


def rests_by_staff(session: ScopedSession, phone_number_id: UUID) -> bool:
    """Return True if staff of any clinic paused all texts to somebody who has this phone. Loads no row."""
    having_it = select(PatientPhone.patient_id).where(
        PatientPhone.phone_number_id == phone_number_id, PatientPhone.retired_at.is_(None)
    )
    paused = select(TextingPause.id).where(
        TextingPause.patient_id.in_(having_it),
        TextingPause.cause == PauseCause.STAFF,
        TextingPause.ended_at.is_(None),
    )
    return session.scalar(paused.limit(1)) is not None


def pauses_of(session: ScopedSession, patient_id: UUID) -> Sequence[TextingPause]:
    """Return the pauses that stand for a patient, the oldest first."""
    found = select(TextingPause).where(_standing(session, patient_id))
    return session.scalars(found.order_by(TextingPause.paused_at, TextingPause.id)).all()


def pause_texts(session: ScopedSession, patient: Patient, new: NewPause, *, by: UUID) -> TextingPause:
    """Return the pause of every text to a patient; where staff paused already, that one. Flushes.

    Two who press at once make one: the second waits for the patient's row, and then finds the first one's.
    """
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    standing = [pause for pause in pauses_of(session, patient.id) if pause.cause == PauseCause.STAFF]
    known = session.scalar(select(TextingPause).where(TextingPause.id == new.pause_id))
    if standing or known is not None:
        return standing[0] if standing else known  # type: ignore[return-value]  # one of the two is there
    pause = TextingPause(
        id=new.pause_id,
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        cause=PauseCause.STAFF,
        look_on=new.look_on,
        paused_by=by,
        paused_at=clock.now(),
    )
    pause.why = new.why
    session.add(pause)
    session.flush()
    return pause


def pause_number(
    session: ScopedSession, phone: PatientPhone, *, inbound_message_id: UUID, look_on: date
) -> TextingPause | None:
    """Return the pause of one number of a patient, because a text from it may have asked for no more; None if it rests.

    Flushes; the caller commits.
    """
    rests = select(TextingPause.id).where(
        TextingPause.patient_id == phone.patient_id,
        TextingPause.phone_number_id == phone.phone_number_id,
        TextingPause.ended_at.is_(None),
    )
    if session.scalar(rests.limit(1)) is not None:
        return None
    pause = TextingPause(
        clinic_id=phone.clinic_id,
        patient_id=phone.patient_id,
        phone_number_id=phone.phone_number_id,
        cause=PauseCause.POSSIBLE_STOP,
        inbound_message_id=inbound_message_id,
        look_on=look_on,
        paused_at=clock.now(),
    )
    session.add(pause)
    session.flush()
    return pause


def end_pauses(session: ScopedSession, patient: Patient, *, by: UUID) -> list[UUID]:
    """End what stands for a patient, because a person decided; return the ids of what ended. Flushes."""
    pauses = pauses_of(session, patient.id)
    for pause in pauses:
        pause.ended_at, pause.ended_by = clock.now(), by
    session.flush()
    return [pause.id for pause in pauses]


def end_doubt(session: ScopedSession, phone_number_id: UUID) -> list[UUID]:
    """End what stands because a text may have been a STOP: now the person said STOP or START. All clinics. Flushes.

    Return the ids of what ended. What staff paused stays.
    """
    found = select(TextingPause).where(TextingPause.phone_number_id == phone_number_id, TextingPause.ended_at.is_(None))
    pauses = session.scalars(found.order_by(TextingPause.id)).all()
    for pause in pauses:
        pause.ended_at = clock.now()
    session.flush()
    return [pause.id for pause in pauses]


def _standing(session: ScopedSession, patient_id: UUID) -> ColumnElement[bool]:
    records = records_of_person(session, patient_id) or [patient_id]
    return TextingPause.patient_id.in_(records) & TextingPause.ended_at.is_(None)
