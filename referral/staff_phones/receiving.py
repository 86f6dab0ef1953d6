"""Texts of staff phones: stored once, STOP, START and HELP before anything else, then what their digits answer."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, or_, select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.arrivals import Arrival
from referral.messaging.keywords import KeywordKind, read_keyword
from referral.outbox.models import Message
from referral.outbox.states import MessageState
from referral.patients.actions import phone_number
from referral.patients.consent_models import OptOutEvent
from referral.patients.consents import opt_in, stop_number
from referral.patients.models import PhoneNumber
from referral.patients.states import OptOutKind
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.staff_phones import texts
from referral.staff_phones.answering import Said, answer_referral
from referral.staff_phones.models import StaffNotice, StaffPhone, StaffText
from referral.staff_phones.phones import newest_phone_of, resume_by_start, works_there
from referral.staff_phones.placing import cannot_place
from referral.staff_phones.reading import StaffAnswer, read_staff_answer
from referral.staff_phones.telling import may_know

#: Nobody has said that it left; perhaps it is on the phone all the same.
_MAY_HAVE_LEFT = (MessageState.SUBMITTING, MessageState.UNKNOWN, MessageState.NEEDS_HUMAN)


def receive_staff_text(session: ScopedSession, arrival: Arrival) -> StaffText | None:
    """Store a text that came to the staff sender and do what it says; None when it was stored before. Flushes.

    Fills messaging.hooks.on_staff_text. It never becomes a patient's word, whoever else has the phone.
    """
    known = select(StaffText.id).where(StaffText.provider_id == arrival.provider_id)
    if session.scalar(known) is not None:
        return None
    number = phone_number(session, arrival.from_e164)
    phone = newest_phone_of(session, number.id)
    keyword = read_keyword(arrival.body)
    answer = read_staff_answer(arrival.body) if keyword is None else StaffAnswer()
    text = StaffText(
        provider_id=arrival.provider_id,
        phone_number_id=number.id,
        staff_phone_id=phone.id if phone else None,
        source=arrival.source,
        reading=str(keyword.kind) if keyword else answer.digit or ("nothing" if answer.is_nothing else "words"),
        received_at=arrival.received_at or clock.now(),
    )
    session.add(text)
    session.flush()
    if keyword is not None:
        text.effect = _obey(session, text, number, keyword.kind, answered=arrival.provider_answered)
    elif phone is None or phone.stopped_at is not None or not works_there(session, phone):
        text.effect = "nobody"
    else:
        text.effect = _answered(session, text, phone, answer, arrival.body.replace("\x00", ""))
    session.flush()
    return text


def _obey(session: ScopedSession, text: StaffText, number: PhoneNumber, kind: KeywordKind, *, answered: bool) -> str:
    if kind is KeywordKind.HELP:
        _reply(session, text, texts.HELP, answered=answered)
        return "help_sent"
    if _overtaken(session, text):
        return "overtaken"
    if kind is KeywordKind.STOP:
        stop_number(session, number.id, OptOutKind.STOP)
        _reply(session, text, texts.STOP_CONFIRM, answered=answered)
        return "opted_out"
    if number.opted_out_at is not None:
        opt_in(session, number.id, OptOutKind.START)
    if resume_by_start(session, number.id) is not None:
        _reply(session, text, texts.START_CONFIRM, answered=answered)
    return "opted_in"


def _overtaken(session: ScopedSession, text: StaffText) -> bool:
    """Return True if somebody said later than this text whether the number may be texted: the last word counts."""
    later = select(OptOutEvent.id).where(
        OptOutEvent.phone_number_id == text.phone_number_id, OptOutEvent.at > text.received_at
    )
    return session.scalar(later.limit(1)) is not None


def _answered(session: ScopedSession, text: StaffText, phone: StaffPhone, answer: StaffAnswer, body: str) -> str:
    """Do what a text says to the one referral it can mean; a text that can mean several changes nothing."""
    if answer.is_nothing and answer.number is None:
        return "nothing_said"
    session.take_scope(replace(session.scope, label="staff text", person_id=phone.person_id))
    told = _told(session, phone)
    meant = _meant(session, text, phone, answer, told)
    if meant is None:
        return cannot_place(session, text, phone, told, answer=answer, body=body)
    referral = session.scalar(
        select(Referral).where(Referral.id == meant).with_for_update().execution_options(populate_existing=True)
    )
    if referral is None or not may_know(session, referral, phone):
        return cannot_place(session, text, phone, [], answer=answer, body=body)
    text.referral_id = referral.id
    session.flush()
    done = answer_referral(session, referral, phone, Said(text, answer.digit, body))
    _reply(session, text, done.template, answered=False, code=short_number(referral.id))
    return done.effect


def _told(session: ScopedSession, phone: StaffPhone) -> list[UUID]:
    """Return the ids of the referrals that texts to the phone tell of, also those on their way; the newest last."""
    found = select(StaffNotice.referral_id, func.max(StaffNotice.at)).where(
        StaffNotice.staff_phone_id == phone.id, StaffNotice.message_id.is_not(None)
    )
    rows = session.execute(found.group_by(StaffNotice.referral_id).order_by(func.max(StaffNotice.at)))
    return [row[0] for row in rows]


def _meant(
    session: ScopedSession, text: StaffText, phone: StaffPhone, answer: StaffAnswer, told: list[UUID]
) -> UUID | None:
    """Return the one referral that is meant: by its short number, else by the newest text on the phone."""
    if answer.number is not None:
        named = [each for each in told if short_number(each) == answer.number]
        return named[0] if len(named) == 1 else None
    newest = session.execute(
        select(Message.id, Message.sent_at)
        .where(
            Message.subject_kind == texts.SUBJECT,
            Message.subject_id == phone.id,
            Message.composer == texts.STAFF_NOTICE,
            or_(Message.sent_at.is_not(None), Message.state.in_(_MAY_HAVE_LEFT)),
            func.coalesce(Message.sent_at, Message.not_before) <= text.received_at,
        )
        .order_by(func.coalesce(Message.sent_at, Message.not_before).desc(), Message.id.desc())
        .limit(1)
    ).first()
    if newest is None or newest.sent_at is None:  # perhaps it is there, perhaps not: nobody knows what they read
        return None
    of_it = select(StaffNotice.referral_id).where(
        StaffNotice.staff_phone_id == phone.id, StaffNotice.message_id == newest.id
    )
    meant = set(session.scalars(of_it))
    return meant.pop() if len(meant) == 1 else None


def _reply(session: ScopedSession, text: StaffText, template: str, *, answered: bool, code: str | None = None) -> None:
    """Queue one answer, unless the provider gave one. A phone of nobody gets none: there is nobody to speak for."""
    phone = session.get(StaffPhone, text.staff_phone_id) if text.staff_phone_id else None
    if phone is None or answered:
        return
    texts.queue_staff_text(session, phone, template, key=f"reply:{text.id}", code=code)
