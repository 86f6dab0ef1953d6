"""Answering a patient's texts by hand: with a text of the catalog, through the gate of every other text, or by a call.

Nobody types words of their own: a text is reviewed in each language before it leaves (45 CFR 92.201(c)(3)), and says
nothing of needs, places or illness. What needs words of one's own is a call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.messaging.segments import Segments, measure
from referral.messaging.words import reason_words
from referral.outbox import hooks as outbox_hooks
from referral.outbox.hooks import Composed, Postponed
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import MESSAGE_MACHINE, Channel
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason
from resources_directory.db import new_id

#: Who makes the words: the key under which wiring knows followups.by_hand.compose_by_hand.
COMPOSER = "by_hand"

#: A text that a person sends this long after the phone wrote is an answer: it does not count among the phone's texts.
ANSWERS_WITHIN = timedelta(hours=24)

#: It would be stale after that.
LASTS = timedelta(days=2)

CALL_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Offered:
    """A text that may be sent by hand. `label`: what it says; `call_within`: what it promises becomes a to-do."""

    label: LazyString
    call_within: timedelta | None = None


OFFERED: Mapping[str, Offered] = MappingProxyType(
    {
        "callback_ack": Offered(_l("We call you by the next business day"), timedelta(days=1)),
        "chw_will_call": Offered(_l("A health worker calls within 2 business days"), timedelta(days=2)),
        "help": Offered(_l("Who we are, and how to reach us or stop texts")),
    }
)


@dataclass(frozen=True)
class Preview:
    """A text as the gate would let it go now. Without `words` it would not go at all; `held` says why it waits or not.

    `goes_at`: story time; None for at once. `language`: BCP 47.
    """

    key: str
    label: str
    words: str | None
    language: str | None
    size: Segments | None
    held: str | None
    goes_at: datetime | None
    promises_call: bool


def previews(session: ScopedSession, patient: Patient) -> list[Preview]:
    """Return each text that may be sent by hand, as the gate sees it now: the very words, or why it is held."""
    return [_preview(session, patient, key) for key in OFFERED]


def answer_by_hand(session: ScopedSession, patient: Patient, key: str, *, by: UUID, filling_id: UUID) -> Preview:
    """Queue a text of OFFERED and return how it goes; what it promises becomes a to-do. Flushes; the caller commits.

    `filling_id`: the form's id; sent twice, it is one text. Raises InvalidInput where it would not go at all.
    """
    seen = _preview(session, patient, key)
    if seen.words is None:
        why_not = _l("This text cannot go: %(reason)s. Make a to-do to call instead.", reason=seen.held)
        raise InvalidInput(why_not, "text")
    message = _message(session, patient, key, by=by)
    queue_message(
        session,
        NewMessage(
            channel=Channel.SMS,
            composer=COMPOSER,
            template=key,
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            phone_number_id=message.phone_number_id,
            subject_kind=message.subject_kind,
            subject_id=message.subject_id,
            dedupe_key=f"by_hand:{filling_id}",
            facts=message.facts,
            not_before=seen.goes_at,
            expires_at=(seen.goes_at or clock.now()) + LASTS,
            resend_ok=False,
        ),
    )
    promised = OFFERED[key].call_within
    if promised is not None:
        ask_for_call(session, patient, within=promised, filling_id=filling_id)
    return seen


def ask_for_call(
    session: ScopedSession, patient: Patient, *, filling_id: UUID, within: timedelta = CALL_WITHIN
) -> None:
    """Make the to-do to call a patient, because of what they wrote or because no text may go. Flushes.

    `filling_id`: the form's id; sent twice, it is one to-do.
    """
    make_to_do(
        session,
        NewToDo(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            reason=ToDoReason.PATIENT_WROTE,
            subject_kind="patient",
            subject_id=patient.id,
            dedupe_key=f"by_hand:{filling_id}:call",
            due_at=clock.now() + within,
        ),
    )


def _preview(session: ScopedSession, patient: Patient, key: str) -> Preview:
    message, now = _message(session, patient, key, by=None), clock.now()
    found = outbox_hooks.compose(session, message, now)
    goes_at = None
    held = None if isinstance(found, Composed) else reason_words(found.reason)
    if isinstance(found, Postponed):
        goes_at = found.until
        found = outbox_hooks.compose(session, message, goes_at)  # how it will read when it goes
    words = found if isinstance(found, Composed) else None
    if words is None and goes_at is not None:
        held, goes_at = reason_words(found.reason), None  # type: ignore[union-attr]  # it is no Composed
    return Preview(
        key=key,
        label=str(OFFERED[key].label),
        words=words.body if words else None,
        language=words.language if words else None,
        size=measure(words.body) if words else None,
        held=held,
        goes_at=goes_at,
        promises_call=OFFERED[key].call_within is not None,
    )


def _message(session: ScopedSession, patient: Patient, key: str, *, by: UUID | None) -> Message:
    """Return the message as it would stand in the outbox; it is in no session."""
    route, now = texting_route(session, patient), clock.now()
    facts: dict[str, Any] = {"by": str(by)} if by else {}
    answers = _just_wrote(session, patient, route.phone_number_id)
    return Message(
        id=new_id(),
        channel=Channel.SMS,
        composer=COMPOSER,
        template=key,
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        phone_number_id=route.phone_number_id,
        subject_kind="patient",
        subject_id=patient.id,
        state=MESSAGE_MACHINE.initial,
        facts=facts | ({"answers": str(answers)} if answers else {}),
        created_at=now,
        not_before=now,
    )


def _just_wrote(session: ScopedSession, patient: Patient, phone_number_id: UUID | None) -> UUID | None:
    """Return the id of the newest text from the phone, if it came lately enough to be answered."""
    if phone_number_id is None:
        return None
    lately = select(InboundMessage.id).where(
        InboundMessage.phone_number_id == phone_number_id,
        InboundMessage.patient_id == patient.id,
        InboundMessage.received_at > clock.now() - ANSWERS_WITHIN,
    )
    return session.scalar(lately.order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc()).limit(1))
