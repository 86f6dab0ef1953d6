"""Letting texts rest and go again, each with the to-do that a person has because of it.

A pause is looked at where every text passes: patients.consents.texting_route. The phone hears nothing of it.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.messaging.models import InboundMessage
from referral.patients.models import Patient, PatientPhone
from referral.patients.pause_models import TextingPause
from referral.patients.pauses import NewPause, end_doubt, end_pauses, pause_number, pause_texts
from referral.todos.actions import NewToDo, finish_needless, make_to_do
from referral.todos.models import ToDo, ToDoReason

#: What a to-do about a pause is about.
SUBJECT = TextingPause.__tablename__

#: A person decides what a text meant within this time.
DECIDE_WITHIN = timedelta(days=1)

#: When a day of looking begins, on the clinic's clock.
IN_THE_MORNING = time(9)

#: The first day offered for looking again, and the last that may be chosen.
LOOK_AFTER, LOOK_BEFORE = timedelta(days=7), timedelta(days=90)

_DECIDED = _l("Somebody decided about the texts.")
_THEY_SAID = _l("The patient said by text what they want.")


def pause(session: ScopedSession, patient: Patient, new: NewPause, *, by: UUID) -> TextingPause:
    """Return the pause of all texts to a patient; somebody looks at it on its day. Raises InvalidInput. Flushes."""
    clinic = session.get_one(Member, patient.clinic_id)
    today = clock.now().astimezone(zone_of(clinic.timezone_name)).date()
    if not today < new.look_on <= today + LOOK_BEFORE:
        raise InvalidInput(_l("Choose a day after today, within 90 days."), "look_on")
    made = pause_texts(session, patient, new, by=by)
    with speaking(STAFF_LANGUAGE):
        note = _("Texts are paused. Decide on the page of their texts whether they may go again.")
        if made.why:
            note = _("%(note)s Why: %(why)s", note=note, why=made.why)
    make_to_do(session, _to_do(made, ToDoReason.OTHER, note, due_at=_morning(made.look_on, clinic.timezone_name)))
    return made


def resume(session: ScopedSession, patient: Patient, *, by: UUID) -> int:
    """Let texts go again, as a person decided; return how many pauses ended. Flushes."""
    return _finish(session, end_pauses(session, patient, by=by), by=by)


def rest_in_doubt(session: ScopedSession, inbound: InboundMessage, phones: Iterable[PatientPhone]) -> int:
    """Let the number rest from which a text may have asked for no more, until a person of each clinic decides. Flushes.

    `phones`: what the clinics know of whose phone it is. Return how many pauses began.
    """
    begun = 0
    for phone in phones:
        clinic = session.get_one(Member, phone.clinic_id)
        due_at = clock.now() + DECIDE_WITHIN
        look_on = due_at.astimezone(zone_of(clinic.timezone_name)).date()
        made = pause_number(session, phone, inbound_message_id=inbound.id, look_on=look_on)
        if made is None:
            continue
        begun += 1
        with speaking(STAFF_LANGUAGE):
            note = _("They may want no more texts, so none go until you decide on the page of their texts.")
            note = _("%(note)s They wrote: %(words)s", note=note, words=inbound.body or "")
        make_to_do(session, _to_do(made, ToDoReason.PATIENT_WROTE, note, due_at=due_at))
    return begun


def settle_doubt(session: ScopedSession, phone_number_id: UUID) -> None:
    """End what rested in doubt, because the phone or staff now say STOP, or the phone says START. Flushes."""
    _finish(session, end_doubt(session, phone_number_id), by=None)


def _finish(session: ScopedSession, ended: list[UUID], *, by: UUID | None) -> int:
    about = and_(ToDo.subject_kind == SUBJECT, ToDo.subject_id.in_(ended))
    finish_needless(session, about, outcome=_DECIDED if by else _THEY_SAID, by=by)
    return len(ended)


def _to_do(made: TextingPause, reason: ToDoReason, note: str, *, due_at: datetime) -> NewToDo:
    return NewToDo(
        clinic_id=made.clinic_id,
        patient_id=made.patient_id,
        reason=reason,
        subject_kind=SUBJECT,
        subject_id=made.id,
        dedupe_key=f"{SUBJECT}:{made.id}",
        due_at=due_at,
        note=note,
    )


def _morning(day: date, timezone_name: str) -> datetime:
    return datetime.combine(day, IN_THE_MORNING, zone_of(timezone_name))
