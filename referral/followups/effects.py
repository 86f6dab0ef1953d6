"""What each digit changes: testimonies, withdrawals, the next question, a person told, one text back."""

from datetime import timedelta
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.followups.models import Question
from referral.followups.planning import ask, move_question
from referral.followups.states import QuestionEvent, QuestionKind
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.inbound import answer
from referral.messaging.models import InboundMessage
from referral.patients.models import PatientPhone
from referral.referrals.models import Referral
from referral.referrals.states import NotCompletedReason, Outcome, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony, testify
from referral.screening.models import Need
from referral.screening.states import NeedStatus
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason

WITHIN_A_DAY = timedelta(days=1)
WITHIN_THE_HOUR = timedelta(hours=1)

#: What got in the way, by digit; the same digits in every language.
REASONS = {
    "4": NotCompletedReason.COULD_NOT_REACH,
    "5": NotCompletedReason.NOT_ELIGIBLE_AFTER_INTAKE,
    "6": NotCompletedReason.OTHER,
    "7": NotCompletedReason.WAITED_TOO_LONG,
    "8": NotCompletedReason.OTHER,
}

#: Words for the navigator where the reason alone says too little.
REASON_NOTES: dict[str, LazyString] = {
    "6": _l("It is too far, or there is no ride."),
    "8": _l("There is another reason."),
}


def apply_option(session: ScopedSession, inbound: InboundMessage, question: Question, digit: str) -> str:
    """Record the answer and do what the digit means for this question; return "applied …". Flushes."""
    move_question(question, QuestionEvent.ANSWER)
    question.answer, question.answered_at, question.inbound_message_id = digit, inbound.received_at, inbound.id
    session.flush()
    referral = session.get_one(Referral, question.referral_id)
    if digit == "3":
        _no_longer_needed(session, inbound, referral)
    else:
        _MEANING[QuestionKind(question.kind)](session, inbound, referral, digit)
    return f"applied {question.kind} {digit}"


def reply_to(
    session: ScopedSession, inbound: InboundMessage, template: str, *, composer: str = "patient_text", **facts: object
) -> None:
    """Queue one text in answer."""
    answer(session, inbound, template, composer=composer, **facts)


def tell_person(
    session: ScopedSession,
    inbound: InboundMessage,
    reason: ToDoReason,
    *,
    urgent: bool = False,
    referral_id: UUID | None = None,
) -> None:
    """Give a text to a person. A text from nobody we know has no clinic; it stays in the list of texts."""
    if inbound.clinic_id is None or inbound.patient_id is None:
        return
    make_to_do(
        session,
        NewToDo(
            clinic_id=inbound.clinic_id,
            patient_id=inbound.patient_id,
            reason=reason,
            subject_kind="referral" if referral_id else "inbound_message",
            subject_id=referral_id or inbound.id,
            dedupe_key=f"inbound:{inbound.id}:{reason}",
            due_at=clock.now() + (WITHIN_THE_HOUR if urgent else WITHIN_A_DAY),
            note=inbound.body,
            urgent=urgent,
        ),
    )


def tell_clinic(session: ScopedSession, inbound: InboundMessage, phone: PatientPhone, reason: ToDoReason) -> None:
    """Make one clinic's urgent to-do about a text from a phone that it knows."""
    make_to_do(
        session,
        NewToDo(
            clinic_id=phone.clinic_id,
            patient_id=phone.patient_id,
            reason=reason,
            subject_kind="inbound_message",
            subject_id=inbound.id,
            dedupe_key=f"inbound:{inbound.id}:{reason}:{phone.patient_id}",
            due_at=clock.now() + WITHIN_THE_HOUR,
            note=inbound.body,
            urgent=True,
        ),
    )


def _no_longer_needed(session: ScopedSession, inbound: InboundMessage, referral: Referral) -> None:
    _testify(session, inbound, referral, Outcome.NO_LONGER_WANTED, reason=NotCompletedReason.NO_LONGER_WANTED)
    _set_need(session, referral, NeedStatus.GONE)
    reply_to(session, inbound, "closed_declined", date=_date(referral))


def _contacted(session: ScopedSession, inbound: InboundMessage, referral: Referral, digit: str) -> None:
    if digit == "2":
        tell_person(session, inbound, ToDoReason.ORGANIZATION_SILENT, referral_id=referral.id)
        reply_to(session, inbound, "chw_will_call")


def _outcome(session: ScopedSession, inbound: InboundMessage, referral: Referral, digit: str) -> None:
    if digit == "1":
        _testify(session, inbound, referral, Outcome.RECEIVED)
        _set_need(session, referral, NeedStatus.MET)
        reply_to(session, inbound, "closed_met", date=_date(referral))
        return
    _testify(session, inbound, referral, Outcome.NOT_RECEIVED)  # a "no" never closes: it brings more help
    ask(session, referral, QuestionKind.REASON, clock.now())


def _reason(session: ScopedSession, inbound: InboundMessage, referral: Referral, digit: str) -> None:
    note = str(REASON_NOTES[digit]) if digit in REASON_NOTES else None
    _testify(session, inbound, referral, Outcome.NOT_RECEIVED, reason=REASONS[digit], note=note)
    tell_person(session, inbound, ToDoReason.NOT_HELPED, referral_id=referral.id)
    reply_to(session, inbound, "chw_will_call")


def _other_place(session: ScopedSession, inbound: InboundMessage, referral: Referral, digit: str) -> None:
    """They want another place: a person shows it to them, with the organization named, and takes consent."""
    tell_person(session, inbound, ToDoReason.PATIENT_ASKED_FOR_CALL, referral_id=referral.id)
    reply_to(session, inbound, "chw_will_call")


def _keeps_place(session: ScopedSession, inbound: InboundMessage, referral: Referral, digit: str) -> None:
    """They stay on the list: nothing changes."""


_MEANING = {
    QuestionKind.CHECK_CONTACT: _contacted,
    QuestionKind.CHECK_OUTCOME: _outcome,
    QuestionKind.REASON: _reason,
    QuestionKind.NEXT_STEP: _other_place,
    QuestionKind.OTHER_PLACE: _other_place,
    QuestionKind.WAITLISTED: _keeps_place,
}


def _testify(
    session: ScopedSession,
    inbound: InboundMessage,
    referral: Referral,
    outcome: Outcome,
    *,
    reason: NotCompletedReason | None = None,
    note: str | None = None,
) -> None:
    testify(
        session,
        referral,
        GivenTestimony(
            side=Side.PATIENT,
            outcome=outcome,
            reason=reason,
            channel=TestimonyChannel.TEXT,
            inbound_message_id=inbound.id,
            note=note,
        ),
    )


def _set_need(session: ScopedSession, referral: Referral, status: NeedStatus) -> None:
    session.get_one(Need, referral.need_id).status = status
    session.flush()


def _date(referral: Referral) -> str:
    return (referral.signed_at or referral.created_at).isoformat()
