"""Texts that arrive: stored once, STOP, START and HELP before anything else, the rest handed upward."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging import hooks
from referral.messaging.arrivals import Arrival
from referral.messaging.forgotten import was_forgotten
from referral.messaging.keywords import KeywordKind, read_keyword
from referral.messaging.lexicon import recorded
from referral.messaging.models import InboundMessage
from referral.messaging.pausing import settle_doubt
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel
from referral.patients.actions import phone_number
from referral.patients.consent_models import OptOutEvent
from referral.patients.consents import give_back_by_start, opt_in, stop_number
from referral.patients.models import PatientPhone
from referral.patients.states import OptOutKind, SmsSafety
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason

#: When somebody must have called a patient who asked for help, or for texts on a phone that is not safe.
CALL_WITHIN = timedelta(days=2)


def receive_text(session: ScopedSession, arrival: Arrival) -> InboundMessage | None:
    """Store a text and do what it asks; None when it was stored before, erased since or not. Flushes.

    The caller commits.
    """
    known = select(InboundMessage.id).where(InboundMessage.provider_id == arrival.provider_id)
    if session.scalar(known) is not None or was_forgotten(session, arrival.provider_id):
        return None
    number = phone_number(session, arrival.from_e164)
    owner = newest_owner(session, number.id)
    inbound = InboundMessage(
        provider_id=arrival.provider_id,
        phone_number_id=number.id,
        clinic_id=owner.clinic_id if owner else None,
        patient_id=owner.patient_id if owner else None,
        media_count=arrival.media_count,
        source=arrival.source,
        received_at=arrival.received_at or clock.now(),
    )
    inbound.body = arrival.body.replace("\x00", "")
    session.add(inbound)
    session.flush()
    keyword = read_keyword(inbound.body or "")
    if keyword is None:
        inbound.effect = hooks.on_inbound_reply(session, inbound)
    elif keyword.kind in (KeywordKind.STOP, KeywordKind.START) and _overtaken(session, inbound):
        inbound.reading_kind, inbound.reading_rule = str(keyword.kind), recorded(keyword.rule)
        inbound.effect = "overtaken"
    else:
        inbound.reading_kind, inbound.reading_rule = str(keyword.kind), recorded(keyword.rule)
        inbound.effect = _OBEY[keyword.kind](session, inbound, answered=arrival.provider_answered)
    session.flush()
    return inbound


def newest_owner(session: ScopedSession, phone_number_id: UUID) -> PatientPhone | None:
    """Return whose phone this is: whom we texted there last, else whoever was registered with it last."""
    owners = owners_of(session, phone_number_id)
    spoken = select(Message.patient_id).where(
        Message.phone_number_id == phone_number_id, Message.patient_id.is_not(None), Message.sent_at.is_not(None)
    )
    partner = session.scalar(spoken.order_by(Message.sent_at.desc(), Message.id.desc()).limit(1))
    return next((phone for phone in owners if phone.patient_id == partner), owners[-1] if owners else None)


def owners_of(session: ScopedSession, phone_number_id: UUID) -> list[PatientPhone]:
    """Return what the clinics know of whose phone this is, oldest first."""
    owners = select(PatientPhone).where(
        PatientPhone.phone_number_id == phone_number_id, PatientPhone.retired_at.is_(None)
    )
    return list(session.scalars(owners.order_by(PatientPhone.created_at, PatientPhone.id)))


def answer(session: ScopedSession, inbound: InboundMessage, template: str, *, composer: str, **facts: object) -> None:
    """Queue one answer to a text. A text from nobody we know gets none: there is no clinic to speak for."""
    if inbound.clinic_id is None:
        return
    queue_message(
        session,
        NewMessage(
            channel=Channel.SMS,
            composer=composer,
            template=template,
            clinic_id=inbound.clinic_id,
            patient_id=inbound.patient_id,
            phone_number_id=inbound.phone_number_id,
            subject_kind="inbound_message",
            subject_id=inbound.id,
            dedupe_key=f"inbound:{inbound.id}:{template}",
            facts={"is_reply": True, **facts},
            resend_ok=False,
        ),
    )


def _overtaken(session: ScopedSession, inbound: InboundMessage) -> bool:
    """Return True if somebody said later than this text whether the number may be texted: the last word counts."""
    said_at = func.coalesce(InboundMessage.received_at, OptOutEvent.at)  # a text may be taken in long after it came
    later = (
        select(OptOutEvent.id)
        .join(InboundMessage, InboundMessage.id == OptOutEvent.inbound_message_id, isouter=True)
        .where(OptOutEvent.phone_number_id == inbound.phone_number_id, said_at > inbound.received_at)
    )
    return session.scalar(later.limit(1)) is not None


def _stop(session: ScopedSession, inbound: InboundMessage, *, answered: bool) -> str:
    stop_number(session, inbound.phone_number_id, OptOutKind.STOP, inbound_message_id=inbound.id)
    hooks.on_opted_out(session, inbound)
    if not answered:
        answer(session, inbound, "stop_confirm", composer="keyword_reply")
    return "opted_out"


def _start(session: ScopedSession, inbound: InboundMessage, *, answered: bool) -> str:
    """Lift the block; but where we were told that texting is not safe, anybody may have written this: a person asks."""
    owners = owners_of(session, inbound.phone_number_id)
    if owners and all(phone.sms_ok == SmsSafety.NO for phone in owners):
        _tell_person(session, inbound, "start")
        return "opted_in not_safe"
    opt_in(session, inbound.phone_number_id, OptOutKind.START, inbound_message_id=inbound.id)
    settle_doubt(session, inbound.phone_number_id)
    for phone in owners:
        if phone.sms_ok != SmsSafety.NO:
            give_back_by_start(session, phone)
    if not answered:
        answer(session, inbound, "start_confirm", composer="keyword_reply")
    return "opted_in"


def _help(session: ScopedSession, inbound: InboundMessage, *, answered: bool) -> str:
    if not answered:
        answer(session, inbound, "help", composer="keyword_reply")
    _tell_person(session, inbound, "help")
    return "help_sent"


def _tell_person(session: ScopedSession, inbound: InboundMessage, keyword: str) -> None:
    if inbound.clinic_id is not None and inbound.patient_id is not None:
        make_to_do(
            session,
            NewToDo(
                clinic_id=inbound.clinic_id,
                patient_id=inbound.patient_id,
                reason=ToDoReason.PATIENT_WROTE,
                subject_kind="inbound_message",
                subject_id=inbound.id,
                dedupe_key=f"{keyword}:{inbound.id}",
                due_at=clock.now() + CALL_WITHIN,
                note=inbound.body,
            ),
        )


_OBEY = {KeywordKind.STOP: _stop, KeywordKind.START: _start, KeywordKind.HELP: _help}
