"""What an organization says by phone beside its answer: the same as by link, written down in its speaker's name."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.referrals.actors import Actor
from referral.referrals.appointments import GivenAppointment, give_appointment, receivers_zone, starts_at
from referral.referrals.asked_back import check_open
from referral.referrals.forms import PhoneAnswerForm
from referral.referrals.models import Referral
from referral.referrals.said_room import SaidRoom, say_room
from referral.referrals.states import TAKEN_STATES, DeclineReason, ReferralEvent
from referral.referrals.thread import Written, ask_clinic, may_write
from resources_directory.models.capacity import CapacityStatus

APPOINTMENT, ASK, ROOM = "appointment", "ask", "room"

_WORDS: dict[str, LazyString] = {
    APPOINTMENT: _l("They give or change the appointment"),
    ASK: _l("They ask something"),
    ROOM: _l("They only say whether they have room"),
}


def beside_by_phone(referral: Referral) -> list[tuple[str, LazyString]]:
    """Return (value, words) of what can be said now beside an answer; nothing of it moves the referral."""
    if not may_write(referral):
        return []
    said = (APPOINTMENT, ASK, ROOM) if referral.state in TAKEN_STATES else (ASK, ROOM)
    return [(value, _WORDS[value]) for value in said]


def is_beside(answer: str | None) -> bool:
    """Return True if what was chosen is no answer that moves the referral."""
    return answer in _WORDS


def check_beside(session: ScopedSession, referral: Referral, form: PhoneAnswerForm) -> None:
    """Raise InvalidInput when something beside the answer cannot be used: nothing is to be half done."""
    answer = form.answer.data
    if answer == APPOINTMENT and not form.appointment.data:
        raise InvalidInput(_l("Choose the day and the time of the appointment."), "appointment")
    if answer == ASK and not form.note.data:
        raise InvalidInput(_l("Type what they ask, so that somebody can answer it."), "note")
    if answer == ROOM and not form.room.data:
        raise InvalidInput(_l("Choose what they say about room."), "room")
    if form.appointment.data and answer in (APPOINTMENT, ReferralEvent.ACCEPT):
        starts_at(session, referral, form.appointment.data)
        check_open(session, referral, form.appointment.data, keep=form.keep_day.data)


def say_beside(session: ScopedSession, referral: Referral, form: PhoneAnswerForm, actor: Actor) -> None:
    """Write down what was said beside the answer: appointment, question, room. Raises InvalidInput. Flushes."""
    answer = form.answer.data
    if form.appointment.data and answer in (APPOINTMENT, ReferralEvent.ACCEPT):
        booked = form.interpreter_booked()
        given = GivenAppointment(form.appointment.data, booked, form.filling_id(), actor=actor)
        give_appointment(session, referral, given)
    if answer == ASK:
        ask_clinic(session, referral, Written(actor, form.filling_id(), form.note.data))
    status = form.room.data or (CapacityStatus.NO_CAPACITY if _full_until(form) else None)
    if status:
        said = SaidRoom(
            service_id=referral.service_id,
            status=CapacityStatus(status),
            timezone_name=receivers_zone(session, referral),
            given_id=form.filling_id(),
            until=form.until.data,
            note=form.room_note.data,
            actor=actor,
        )
        say_room(session, said)


def _full_until(form: PhoneAnswerForm) -> bool:
    declined_full = form.answer.data == ReferralEvent.DECLINE and form.reason.data == DeclineReason.NO_CAPACITY
    return bool(declined_full and form.until.data)
