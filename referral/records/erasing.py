"""Erasing a patient's record: what is under way ends first, then the key is destroyed and the rows are emptied."""

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Update, func, select, update

from referral.accounts.links import end_links
from referral.accounts.models import LinkPurpose
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.followups.models import Question
from referral.followups.planning import move_question
from referral.followups.states import QuestionEvent, QuestionState
from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.navigation.models import ContactAttempt
from referral.outbox.models import Message
from referral.outbox.moves import states_with
from referral.outbox.queueing import suppress_for_patient
from referral.outbox.states import Channel, MessageEvent
from referral.patients.merging import release_merged
from referral.patients.models import Patient, PatientPhone
from referral.patients.moving import open_offer, withdraw_offer
from referral.records.holds import is_held, lock_record
from referral.records.models import Erasure
from referral.records.scrubbing import scrub
from referral.referrals.actions import withdraw
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral
from referral.referrals.states import REFERRAL_MACHINE
from referral.screening.models import Answer, Need
from referral.todos.models import ToDo

_ON_HOLD = _l("A legal hold stands on this record. Nothing can be erased until two persons have lifted it.")

_WAITING = (QuestionState.SCHEDULED, QuestionState.OPENING, QuestionState.OPEN)


@dataclass(frozen=True)
class WhatGoes:
    """How many rows of each kind a patient has, for the page that says what goes and what stays."""

    phones: int
    texts_sent: int
    texts_received: int
    answers: int
    needs: int
    referrals: int
    live_referrals: int
    to_dos: int
    attempts: int


def what_goes(session: ScopedSession, patient_id: UUID) -> WhatGoes:
    """Return the counts that the page of an erasure names."""
    count = {
        model: session.scalar(select(func.count()).select_from(model).where(model.patient_id == patient_id)) or 0
        for model in (PatientPhone, Message, InboundMessage, Answer, Need, Referral, ToDo, ContactAttempt)
    }
    return WhatGoes(
        phones=count[PatientPhone],
        texts_sent=count[Message],
        texts_received=count[InboundMessage],
        answers=count[Answer],
        needs=count[Need],
        referrals=count[Referral],
        live_referrals=len(_live_referrals(session, patient_id)),
        to_dos=count[ToDo],
        attempts=count[ContactAttempt],
    )


def erasure_of(session: ScopedSession, patient_id: UUID) -> Erasure | None:
    """Return the erasure of a patient's record, if it was erased."""
    return session.scalar(select(Erasure).where(Erasure.patient_id == patient_id))


def erase_record(session: ScopedSession, patient_id: UUID, *, reason: str, by: UUID) -> Erasure:
    """Return the entry in the list of erasures; the record is gone when the caller commits.

    Live referrals are withdrawn, and the organizations told by the product's own mail. Raises NotFound when absent,
    erased or not theirs, Conflict while a legal hold stands. Flushes; the caller commits.
    """
    patient = lock_record(session, patient_id)
    if is_held(session, patient_id):
        raise Conflict(_ON_HOLD)
    now = clock.now()
    entry = Erasure(
        clinic_id=patient.clinic_id, patient_id=patient_id, erased_by=by, erased_at=now, hold_checked_at=now
    )
    entry.reason = reason
    session.add(entry)
    _erase(session, patient, by=by)
    return entry


def erase_again(session: ScopedSession, entry: Erasure) -> bool:
    """Erase what a restored copy brought back; False when there is nothing to erase. Raises Conflict while on hold.

    `entry` is in the session. Flushes; the caller commits.
    """
    found = select(Patient.id).where(Patient.id == entry.patient_id, Patient.erased_at.is_(None))
    if session.scalar(found) is None:
        return False
    if is_held(session, entry.patient_id):
        raise Conflict(_ON_HOLD)
    _erase(session, lock_record(session, entry.patient_id), by=None)
    entry.replayed_at = clock.now()
    entry.compacted_at = None
    session.flush()
    return True


def _erase(session: ScopedSession, patient: Patient, *, by: UUID | None) -> None:
    patient_id, clinic_id, now = patient.id, patient.clinic_id, clock.now()
    _end_what_is_under_way(session, patient_id, by)
    patient.erased_at = now
    session.flush()
    with session.widened("erasure"):  # numbers and unmatched texts belong to no clinic
        scrub(session, patient_id)
    record(session, AuditKind.ERASED, clinic_id=clinic_id, patient_id=patient_id)


def _end_what_is_under_way(session: ScopedSession, patient_id: UUID, by: UUID | None) -> None:
    actor = Actor(ActorKind.MEMBERSHIP, by)
    release_merged(session, patient_id, by=by)
    offer = open_offer(session, patient_id)
    if offer is not None:
        withdraw_offer(session, offer, by=by)
    for referral in _live_referrals(session, patient_id):
        withdraw(session, referral, actor, note=_("The patient's record was erased."))
    own = Referral.patient_id == patient_id
    for referral_id in session.scalars(select(Referral.id).where(own).order_by(Referral.id)).all():
        end_links(session, LinkPurpose.REFERRAL_ANSWER, referral_id)
    waiting = select(Question).where(Question.patient_id == patient_id, Question.state.in_(_WAITING))
    for question in session.scalars(waiting.order_by(Question.due_at, Question.id)).all():
        move_question(question, QuestionEvent.CANCEL)
    suppress_for_patient(session, patient_id, reason="patient_gone")
    now = clock.now()
    open_to_dos = (ToDo.patient_id == patient_id, ToDo.done_at.is_(None))
    _set(session, update(ToDo).where(*open_to_dos).values(done_at=now, done_by=by))
    # The mails that tell organizations to stop hold nothing of the patient; sent later, they need no key of theirs.
    still_to_go = (Message.channel == Channel.EMAIL, Message.state.in_(states_with(MessageEvent.CANCEL)))
    _set(session, update(Message).where(Message.patient_id == patient_id, *still_to_go).values(patient_id=None))
    _set(session, update(Referral).where(own).values(erased_at=now))


def _set(session: ScopedSession, statement: Update) -> None:
    """Change rows past the session's copies of them; `scrub` lets go of those."""
    session.flush()
    session.execute(statement, execution_options={"synchronize_session": False})


def _live_referrals(session: ScopedSession, patient_id: UUID) -> list[Referral]:
    live = select(Referral).where(Referral.patient_id == patient_id, Referral.state.in_(REFERRAL_MACHINE.live_states()))
    return list(session.scalars(live.order_by(Referral.created_at, Referral.id)))
