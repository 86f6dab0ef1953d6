"""The reminder on the day before an appointment: neutral, once, for the newest word about when it is.

Where no text may go, a person calls: whoever cannot be texted must not miss it for that.
"""

from datetime import datetime, time, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from referral.kit import clock
from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.messaging.words import reason_words
from referral.outbox.queueing import NewMessage, cancel_for_subject, queue_message
from referral.outbox.states import Channel
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.referrals.appointments import appointments_of, receivers_zone
from referral.referrals.desk_models import Appointment
from referral.referrals.desk_page import appointment_words
from referral.referrals.models import Referral
from referral.referrals.states import TAKEN_STATES
from referral.todos.actions import NewToDo, make_to_do, mark_done
from referral.todos.models import ToDo, ToDoReason
from resources_directory.needs import SENSITIVE

#: Who makes the words: the key under which wiring knows `composing.compose_appointment_text`.
COMPOSER = "appointment_text"
TEMPLATE = "appointment_tomorrow"
SUBJECT = "appointment"

#: When the day before begins to be a good time, on the organization's clock. Quiet hours may make it later.
IN_THE_MORNING = time(10)


def remind_of(session: ScopedSession, referral: Referral, appointment: Appointment) -> None:
    """Queue the reminder, and take back those of earlier words. Fills referrals.hooks.on_appointment_given. Flushes.

    None for a sensitive need, and for an appointment of today; where no text may go it becomes a call to make.
    """
    with session.widened("appointment given"):
        of_it = select(Appointment.id).where(Appointment.referral_id == referral.id, Appointment.id != appointment.id)
        for earlier in session.scalars(of_it.order_by(Appointment.said_at, Appointment.id)).all():
            cancel_for_subject(session, SUBJECT, earlier, reason="moved_on")
            _call_no_more(session, earlier)
        local = appointment.starts_at.astimezone(zone_of(receivers_zone(session, referral)))
        midnight = datetime.combine(local.date(), time(), local.tzinfo)
        patient = session.get_one(Patient, referral.patient_id)
        route = texting_route(session, patient)
        if referral.domain in SENSITIVE or clock.now() >= midnight:
            return
        in_time = datetime.combine(local.date() - timedelta(days=1), IN_THE_MORNING, local.tzinfo)
        if route.phone_number_id is None:
            _call_instead(session, referral, appointment, due_at=max(in_time, clock.now()))
            return
        queue_message(
            session,
            NewMessage(
                channel=Channel.SMS,
                composer=COMPOSER,
                template=TEMPLATE,
                clinic_id=referral.clinic_id,
                patient_id=referral.patient_id,
                phone_number_id=route.phone_number_id,
                subject_kind=SUBJECT,
                subject_id=appointment.id,
                dedupe_key=f"appointment:{appointment.id}",
                facts={"date": appointment.starts_at.isoformat()},
                not_before=in_time,
                expires_at=midnight,
            ),
        )


def awaited(session: ScopedSession, appointment: Appointment) -> Referral | None:
    """Return the referral of an appointment that still stands; None once it was changed or the referral is over."""
    referral = session.get(Referral, appointment.referral_id)
    newest = appointments_of(session, [appointment.referral_id]).get(appointment.referral_id)
    still = referral is not None and referral.state in TAKEN_STATES and newest is not None
    return referral if still and newest is not None and newest.id == appointment.id else None


def call_key(appointment_id: UUID) -> str:
    """Return the business identity of the to-do to tell the patient of an appointment by phone."""
    return f"appointment:{appointment_id}:call"


def _call_instead(session: ScopedSession, referral: Referral, appointment: Appointment, *, due_at: datetime) -> None:
    with speaking(STAFF_LANGUAGE):
        when = appointment_words(appointment, receivers_zone(session, referral))
        note = _("Tell them when they are expected: %(when)s.", when=when)
    make_to_do(
        session,
        NewToDo(
            clinic_id=referral.clinic_id,
            patient_id=referral.patient_id,
            reason=ToDoReason.CALL_INSTEAD_OF_TEXT,
            subject_kind="referral",
            subject_id=referral.id,
            dedupe_key=call_key(appointment.id),
            due_at=due_at,
            note=note,
        ),
    )


def _call_no_more(session: ScopedSession, appointment_id: UUID) -> None:
    waiting = select(ToDo).where(ToDo.dedupe_key == call_key(appointment_id), ToDo.done_at.is_(None))
    for to_do in session.scalars(waiting).all():
        mark_done(session, to_do, by=None, outcome=reason_words("moved_on"))
