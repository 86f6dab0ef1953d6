"""What a referral's move means for its patient: questions planned or dropped, news sent, a person told."""

from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_, select

from referral.followups.models import Question
from referral.followups.policies import CADENCE
from referral.followups.states import OPTIONS, QUESTION_MACHINE, QuestionEvent, QuestionKind, QuestionState
from referral.followups.texted import NEWS_COMPOSER, RECALLED, holds_news
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.queueing import NewMessage, cancel_for_subject, queue_message
from referral.outbox.states import Channel
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.patients.proxies import may_go_to
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.numbering import named_in_texts
from referral.referrals.rerouting import may_offer_by_itself
from referral.referrals.states import Mode, ReferralEvent, ReferralState
from referral.todos.actions import NewToDo, finish_needless, make_to_do
from referral.todos.models import ToDo, ToDoReason
from resources_directory.needs import SENSITIVE

CALL_WITHIN = timedelta(days=1)

WAITING = (QuestionState.SCHEDULED, QuestionState.OPENING, QuestionState.OPEN)

#: News that a move brings, by the event that made it.
NEWS = {
    ReferralEvent.SEND: "sent",
    ReferralEvent.ACCEPT: "accepted",
    ReferralEvent.MARK_ERROR: RECALLED,
}

#: Moves after which nothing is asked any more.
ENDS_QUESTIONS = frozenset({ReferralEvent.WITHDRAW, ReferralEvent.CANCEL, ReferralEvent.MARK_ERROR, ReferralEvent.UNDO})
ENDS_SEARCH = frozenset({ReferralEvent.DECLINE, ReferralEvent.EXPIRE})

#: What a move makes needless to ask, though the referral may be asked about further.
ENDS_SOME = {
    ReferralEvent.COMPLETE: (QuestionKind.CHECK_CONTACT, QuestionKind.WAITLISTED),
    ReferralEvent.FAIL: (QuestionKind.CHECK_CONTACT, QuestionKind.WAITLISTED),
    ReferralEvent.START: (QuestionKind.WAITLISTED,),
}

#: States in which nothing is asked about a referral.
NOTHING_TO_ASK = (
    ReferralState.DRAFT,
    ReferralState.WITHDRAWN,
    ReferralState.CANCELLED,
    ReferralState.ENTERED_IN_ERROR,
)

#: Not over: waiting, or asked by a person.
UNANSWERED = (*WAITING, QuestionState.GIVEN_TO_PERSON)

#: They ask whether the patient wants another place.
ABOUT_OTHER_PLACES = (QuestionKind.OTHER_PLACE, QuestionKind.NEXT_STEP)

_OVER = _l("It is not to be asked any more: the request has moved on.")


def follow_move(session: ScopedSession, referral: Referral, move: ReferralMove) -> None:
    """Plan, drop and tell, in the transaction of the move. Fills referrals.hooks.on_referral_moved. Flushes."""
    event = ReferralEvent(move.event)
    with session.widened("effects of a move"):
        cancel_for_subject(session, "referral", referral.id, reason="moved_on", templates=tuple(NEWS.values()))
        if event in (ReferralEvent.SEND, ReferralEvent.BEGIN):
            _plan(session, referral)
            _offer_no_more(session, referral)
        if event in ENDS_QUESTIONS or event in ENDS_SEARCH:
            cancel_questions(session, referral)
        elif event in ENDS_SOME:
            cancel_questions(session, referral, only=ENDS_SOME[event])
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


def is_asking(session: ScopedSession, referral_id: UUID) -> bool:
    """Return True if a question about the referral is planned or open. Fills referrals.hooks.is_being_asked."""
    waiting = select(Question.id).where(Question.referral_id == referral_id, Question.state.in_(WAITING))
    return session.scalar(waiting.limit(1)) is not None


def move_question(question: Question, event: QuestionEvent) -> None:
    """Move a question by its machine. Raises IllegalMove."""
    question.state = QUESTION_MACHINE.next_state(QuestionState(question.state), event)


def cancel_questions(session: ScopedSession, referral: Referral, only: tuple[QuestionKind, ...] = ()) -> None:
    """Drop the questions about a referral that nobody has answered, their texts, and the calls to ask them. Flushes."""
    asked = Question.referral_id == referral.id
    drop_questions(session, and_(asked, Question.kind.in_(only)) if only else asked)


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


def drop_questions(
    session: ScopedSession, which: ColumnElement[bool], *, states: tuple[QuestionState, ...] = UNANSWERED
) -> None:
    """Drop the questions that fit, with their texts and the to-dos of whoever was to ask them by phone. Flushes."""
    found = select(Question).where(which, Question.state.in_(states)).order_by(Question.due_at, Question.id)
    for question in session.scalars(found).all():
        drop_question(session, question)
    session.flush()


def drop_question(session: ScopedSession, question: Question) -> None:
    """Drop one question that nobody has answered, with its text and the call to ask it. Flushes."""
    move_question(question, QuestionEvent.CANCEL)
    cancel_for_subject(session, "question", question.id, reason="question_dropped")
    call_no_more(session, question, outcome=_OVER)


def call_no_more(session: ScopedSession, question: Question, *, outcome: LazyString) -> None:
    """Finish the to-dos of whoever was to call and ask this; who asked for a call gets one all the same. Flushes."""
    to_ask = or_(
        ToDo.dedupe_key.startswith(f"question:{question.id}:"),
        and_(ToDo.reason == ToDoReason.NEXT_CONTACT, ToDo.subject_kind == "question", ToDo.subject_id == question.id),
    )
    wanted = ToDo.reason == ToDoReason.PATIENT_ASKED_FOR_CALL
    finish_needless(session, and_(ToDo.patient_id == question.patient_id, to_ask, ~wanted), outcome=outcome)


def _plan(session: ScopedSession, referral: Referral) -> None:
    for kind, later in CADENCE.plan(referral.mode, domain=referral.domain, urgency=referral.urgency):
        ask(session, referral, kind, clock.now() + later)


def _send_news(session: ScopedSession, referral: Referral, template: str) -> None:
    if referral.domain in SENSITIVE or referral.mode != Mode.SENT:
        return
    patient = session.get_one(Patient, referral.patient_id)
    route = texting_route(session, patient)
    if route.phone_number_id is None:
        return  # the planned questions become calls; news alone does not need one
    if not may_go_to(session, patient, route, referral.domain):
        return  # somebody else holds the phone, and must not hear of it
    if template == RECALLED and not holds_news(session, referral, route.phone_number_id):
        return  # nobody there waits for a call
    queue_message(
        session,
        NewMessage(
            channel=Channel.SMS,
            composer=NEWS_COMPOSER,
            template=template,
            clinic_id=referral.clinic_id,
            patient_id=referral.patient_id,
            phone_number_id=route.phone_number_id,
            subject_kind="referral",
            subject_id=referral.id,
            subject_version=referral.version,
            dedupe_key=f"referral:{referral.id}:news:{template}:v{referral.version}",
            facts=named_in_texts(session, referral),
            expires_at=clock.now() + timedelta(days=2),
        ),
    )


def _offer_other_place(session: ScopedSession, referral: Referral) -> None:
    """The patient may say what they want; a navigator already has the to-do. Nothing is shared before that."""
    if may_offer_by_itself(session, referral):
        ask(session, referral, QuestionKind.OTHER_PLACE, clock.now())


def _offer_no_more(session: ScopedSession, referral: Referral) -> None:
    """Another place is tried now: nobody is asked any more whether they want one."""
    earlier = select(Referral.id).where(Referral.need_id == referral.need_id, Referral.id != referral.id)
    drop_questions(session, and_(Question.kind.in_(ABOUT_OTHER_PLACES), Question.referral_id.in_(earlier)))
