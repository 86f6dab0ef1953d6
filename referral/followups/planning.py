"""What a referral's move means for its patient: questions planned or dropped, news sent, a person told."""

from datetime import datetime, timedelta

from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.policies import CADENCE
from referral.followups.states import OPTIONS, QUESTION_MACHINE, QuestionEvent, QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.queueing import NewMessage, cancel_for_subject, queue_message
from referral.outbox.states import Channel
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import Mode, ReferralEvent
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason
from resources_directory.needs import SENSITIVE

CALL_WITHIN = timedelta(days=1)

WAITING = (QuestionState.SCHEDULED, QuestionState.OPENING, QuestionState.OPEN)

#: News that a move brings, by the event that made it.
NEWS = {
    ReferralEvent.SEND: "sent",
    ReferralEvent.ACCEPT: "accepted",
}

#: Moves after which nothing is asked any more.
ENDS_QUESTIONS = frozenset({ReferralEvent.WITHDRAW, ReferralEvent.CANCEL, ReferralEvent.MARK_ERROR, ReferralEvent.UNDO})
ENDS_SEARCH = frozenset({ReferralEvent.DECLINE, ReferralEvent.EXPIRE})


def follow_move(session: ScopedSession, referral: Referral, move: ReferralMove) -> None:
    """Plan, drop and tell, in the transaction of the move. Fills referrals.hooks.on_referral_moved. Flushes."""
    event = ReferralEvent(move.event)
    with session.widened("effects of a move"):
        cancel_for_subject(session, "referral", referral.id, reason="moved_on", templates=tuple(NEWS.values()))
        if event in (ReferralEvent.SEND, ReferralEvent.BEGIN):
            _plan(session, referral)
        if event in ENDS_QUESTIONS or event in ENDS_SEARCH:
            cancel_questions(session, referral)
        elif event in (ReferralEvent.COMPLETE, ReferralEvent.FAIL):
            cancel_questions(session, referral, only=(QuestionKind.CHECK_CONTACT, QuestionKind.WAITLISTED))
        if event in NEWS:
            _send_news(session, referral, NEWS[event])
        if event is ReferralEvent.WAITLIST:
            ask(session, referral, QuestionKind.WAITLISTED, clock.now())
        if event in ENDS_SEARCH:
            _offer_other_place(session, referral)


def ask(
    session: ScopedSession, referral: Referral, kind: QuestionKind, due_at: datetime, round_no: int = 1
) -> Question:
    """Return the question, planned for `due_at` (story time); after earlier rounds it counts on. Flushes."""
    asked = select(Question).where(Question.referral_id == referral.id, Question.kind == kind)
    earlier = session.scalars(asked.order_by(Question.round_no.desc()).limit(1)).first()
    if earlier is not None:
        if earlier.state in WAITING:
            return earlier
        round_no = max(round_no, earlier.round_no + 1)
    question = Question(
        clinic_id=referral.clinic_id,
        patient_id=referral.patient_id,
        referral_id=referral.id,
        kind=kind,
        round_no=round_no,
        options=list(OPTIONS[kind]),
        state=QUESTION_MACHINE.initial,
        due_at=due_at,
        created_at=clock.now(),
    )
    session.add(question)
    session.flush()
    return question


def move_question(question: Question, event: QuestionEvent) -> None:
    """Move a question by its machine. Raises IllegalMove."""
    question.state = QUESTION_MACHINE.next_state(QuestionState(question.state), event)


def cancel_questions(session: ScopedSession, referral: Referral, only: tuple[QuestionKind, ...] = ()) -> None:
    """Drop the questions still waiting about a referral, and their texts. Flushes."""
    waiting = select(Question).where(Question.referral_id == referral.id, Question.state.in_(WAITING))
    if only:
        waiting = waiting.where(Question.kind.in_(only))
    for question in session.scalars(waiting.order_by(Question.due_at, Question.id)):
        move_question(question, QuestionEvent.CANCEL)
        cancel_for_subject(session, "question", question.id, reason="question_dropped")
    session.flush()


def call_instead(session: ScopedSession, question: Question, reason: ToDoReason, note: str | None = None) -> None:
    """Give a question to a person: they call and ask the same. Flushes."""
    move_question(question, QuestionEvent.GIVE_TO_PERSON)
    cancel_for_subject(session, "question", question.id, reason="given_to_person")
    make_to_do(
        session,
        NewToDo(
            clinic_id=question.clinic_id,
            patient_id=question.patient_id,
            reason=reason,
            subject_kind="referral",
            subject_id=question.referral_id,
            dedupe_key=f"question:{question.id}:{reason}",
            due_at=clock.now() + CALL_WITHIN,
            note=note,
        ),
    )
    session.flush()


def _plan(session: ScopedSession, referral: Referral) -> None:
    for kind, later in CADENCE.plan[Mode(referral.mode)]:
        ask(session, referral, kind, clock.now() + later)


def _news_key(referral: Referral, template: str) -> str:
    """What was signed together leaves together: one text says so, not one for each referral."""
    if template == NEWS[ReferralEvent.SEND]:
        return f"prescription:{referral.prescription_id}:news:{template}:{referral.signed_at}"
    return f"referral:{referral.id}:news:{template}:v{referral.version}"


def _send_news(session: ScopedSession, referral: Referral, template: str) -> None:
    if referral.domain in SENSITIVE or referral.mode != Mode.SENT:
        return
    patient = session.get_one(Patient, referral.patient_id)
    route = texting_route(session, patient)
    if route.phone_number_id is None:
        return  # the planned questions become calls; news alone does not need one
    queue_message(
        session,
        NewMessage(
            channel=Channel.SMS,
            composer="referral_text",
            template=template,
            clinic_id=referral.clinic_id,
            patient_id=referral.patient_id,
            phone_number_id=route.phone_number_id,
            subject_kind="referral",
            subject_id=referral.id,
            subject_version=referral.version,
            dedupe_key=_news_key(referral, template),
            facts={"date": (referral.signed_at or referral.created_at).isoformat()},
            expires_at=clock.now() + timedelta(days=2),
        ),
    )


def _offer_other_place(session: ScopedSession, referral: Referral) -> None:
    """The patient may say what they want; a navigator already has the to-do. Nothing is shared before that."""
    if referral.domain not in SENSITIVE:
        ask(session, referral, QuestionKind.OTHER_PLACE, clock.now())
