"""What a patient's text means: which question it answers, how it was read, and what follows."""

from datetime import timedelta

from sqlalchemy import select

from referral.followups.effects import apply_option, reply_to, tell_clinic, tell_person
from referral.followups.models import Question
from referral.followups.planning import call_instead
from referral.followups.reading import Reading, ReplyKind
from referral.followups.replies import read_reply
from referral.followups.states import QuestionState
from referral.followups.stopping import HOLDING, give_up_questions
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.composing import reply_language
from referral.messaging.inbound import owners_of
from referral.messaging.lexicon import recorded
from referral.messaging.models import InboundMessage
from referral.messaging.pausing import rest_in_doubt
from referral.outbox.queueing import suppress_for_phone
from referral.patients.consents import opt_out
from referral.patients.models import PhoneNumber
from referral.patients.states import OptOutKind, PhoneHolder
from referral.todos.models import ToDoReason

#: A text this soon after a question opened answers the one before it.
TOO_SOON = timedelta(seconds=5)
#: An answer may still be meant for a question that closed this long ago.
LATE_FOR = timedelta(days=7)
#: The same words again within this time are the same answer.
DOUBLED_WITHIN = timedelta(minutes=10)
#: "Nobody watches this number" is said at most this often.
NO_QUESTION_EVERY = timedelta(hours=12)

UNCLEAR = frozenset(
    {ReplyKind.UNCLEAR, ReplyKind.MULTIPLE, ReplyKind.CONTRADICTION, ReplyKind.OUT_OF_RANGE, ReplyKind.EMPTY}
)


def answer_reply(session: ScopedSession, inbound: InboundMessage) -> str:
    """Read a text and do what it means; return its effect in a few fixed words. Fills messaging.hooks.on_inbound_reply.

    Flushes; the caller commits.
    """
    question = _question_for(session, inbound)
    language = (question.language if question else None) or reply_language(session, inbound.phone_number_id)
    reading = read_reply(inbound.body or "", question.options if question else ("9",), language)
    inbound.reading_kind, inbound.reading_value = str(reading.kind), reading.value
    inbound.reading_rule = recorded(reading.rule)
    if question is not None:
        _bind(inbound, question)
    if reading.kind is ReplyKind.CRISIS or ReplyKind.CRISIS in reading.also:
        return _crisis(session, inbound)
    if reading.kind is ReplyKind.WRONG_NUMBER:
        return _wrong_number(session, inbound)
    if reading.kind is ReplyKind.TAPBACK:
        return "ignored"
    if _is_doubled(session, inbound):
        return "duplicate"
    if _rests(session, inbound, reading) and reading.kind is ReplyKind.REVIEW_POSSIBLE_STOP:
        return "possible_stop"
    if reading.value == "9":
        return _call_me(session, inbound, question)
    return _no_question(session, inbound) if question is None else _answered(session, inbound, question, reading)


def _answered(session: ScopedSession, inbound: InboundMessage, question: Question, reading: Reading) -> str:
    if not _is_answerable(session, inbound, question) or (
        question.state not in HOLDING and reading.kind is not ReplyKind.OPTION
    ):
        return _late(session, inbound, question)
    if reading.kind is ReplyKind.OPTION and reading.value is not None:
        return apply_option(session, inbound, question, reading.value)
    return _unclear(session, inbound, question, again=reading.kind in UNCLEAR)


def _rests(session: ScopedSession, inbound: InboundMessage, reading: Reading) -> bool:
    """Let the number rest where the text may ask for no more; what its answer would bring by text waits too."""
    owners = owners_of(session, inbound.phone_number_id)
    doubtful = ReplyKind.REVIEW_POSSIBLE_STOP in (reading.kind, *reading.also)
    if not doubtful or not owners or _has_stopped(session, inbound):
        return False
    if not rest_in_doubt(session, inbound, owners):
        tell_person(session, inbound, ToDoReason.PATIENT_WROTE)  # it rests already: this text is read all the same
    return True


def read_beyond_stop(session: ScopedSession, inbound: InboundMessage) -> None:
    """Tell a person when a STOP says that somebody is in danger too. Fills messaging.hooks.on_opted_out. Flushes."""
    if ReplyKind.CRISIS in read_reply(inbound.body or "", (), "en").also:
        tell_person(session, inbound, ToDoReason.CRISIS, urgent=True)  # "stop texting me, I want to die"


def _question_for(session: ScopedSession, inbound: InboundMessage) -> Question | None:
    """Return the question that holds the phone, else the newest that closed lately.

    A text that comes before the new question could be read, and would answer the one before it, answers that one.
    """
    on_phone = select(Question).where(Question.phone_number_id == inbound.phone_number_id)
    holding = session.scalars(on_phone.where(Question.state.in_(HOLDING))).first()
    since = inbound.received_at - LATE_FOR
    closed = on_phone.where(Question.state.not_in((*HOLDING, QuestionState.SCHEDULED)), Question.opened_at > since)
    earlier = session.scalars(closed.order_by(Question.opened_at.desc(), Question.id).limit(1)).first()
    if holding is None or (earlier is not None and _too_soon(inbound, holding) and _would_answer(inbound, earlier)):
        return earlier
    return holding


def _too_soon(inbound: InboundMessage, question: Question) -> bool:
    return question.opened_at is not None and inbound.received_at < question.opened_at + TOO_SOON


def _would_answer(inbound: InboundMessage, question: Question) -> bool:
    return read_reply(inbound.body or "", question.options, question.language or "en").kind is ReplyKind.OPTION


def _is_answerable(session: ScopedSession, inbound: InboundMessage, question: Question) -> bool:
    """Whether a reply can still be its answer. After a STOP our last text said that texts have ended: a yes to that
    is no sure yes to the question.
    """
    waiting = question.state in HOLDING or question.state == QuestionState.GIVEN_TO_PERSON
    return waiting and not _has_stopped(session, inbound)


def _has_stopped(session: ScopedSession, inbound: InboundMessage) -> bool:
    return session.get_one(PhoneNumber, inbound.phone_number_id).opted_out_at is not None


def _bind(inbound: InboundMessage, question: Question) -> None:
    inbound.question_id, inbound.patient_id, inbound.clinic_id = question.id, question.patient_id, question.clinic_id


def _is_doubled(session: ScopedSession, inbound: InboundMessage) -> bool:
    """The same words from the same phone, minutes after they were applied: one answer, sent twice."""
    lately = select(InboundMessage).where(
        InboundMessage.phone_number_id == inbound.phone_number_id,
        InboundMessage.id != inbound.id,
        InboundMessage.effect.like("applied%"),
        InboundMessage.received_at > inbound.received_at - DOUBLED_WITHIN,
    )
    words = (inbound.body or "").casefold().split()
    earlier = session.scalars(lately.order_by(InboundMessage.id))
    return any((text.body or "").casefold().split() == words for text in earlier)


def _crisis(session: ScopedSession, inbound: InboundMessage) -> str:
    owners = owners_of(session, inbound.phone_number_id)
    if len(owners) == 1 and not owners[0].is_shared and owners[0].holder == PhoneHolder.SELF:
        reply_to(session, inbound, "crisis")  # where anybody else may read it, people hear of it and the phone does not
    for owner in owners:  # whoever wrote: each clinic that knows this phone must hear of it
        tell_clinic(session, inbound, owner, ToDoReason.CRISIS)
    return "crisis"


def _wrong_number(session: ScopedSession, inbound: InboundMessage) -> str:
    opt_out(session, inbound.phone_number_id, OptOutKind.WRONG_NUMBER, inbound_message_id=inbound.id)
    give_up_questions(session, inbound.phone_number_id)
    tell_person(session, inbound, ToDoReason.WRONG_NUMBER)
    for phone in owners_of(session, inbound.phone_number_id):
        phone.retired_at = clock.now()
    suppress_for_phone(session, inbound.phone_number_id, reason="wrong_number")
    reply_to(session, inbound, "wrong_number", composer="keyword_reply")
    return "number_removed"


def _call_me(session: ScopedSession, inbound: InboundMessage, question: Question | None) -> str:
    reply_to(session, inbound, "callback_ack")
    if question is not None and question.state in HOLDING:
        call_instead(session, question, ToDoReason.PATIENT_ASKED_FOR_CALL, note=inbound.body)
    else:
        tell_person(session, inbound, ToDoReason.PATIENT_ASKED_FOR_CALL)
    return "applied call"


def _no_question(session: ScopedSession, inbound: InboundMessage) -> str:
    said = select(InboundMessage.id).where(
        InboundMessage.phone_number_id == inbound.phone_number_id,
        InboundMessage.effect == "no_question",
        InboundMessage.received_at > inbound.received_at - NO_QUESTION_EVERY,
    )
    if session.scalar(said.limit(1)) is None:
        reply_to(session, inbound, "no_open_question")
    tell_person(session, inbound, ToDoReason.PATIENT_WROTE)
    return "no_question"


def _late(session: ScopedSession, inbound: InboundMessage, question: Question) -> str:
    """The question is closed: what was said is kept for a person and moves nothing."""
    if not _has_stopped(session, inbound):
        reply_to(session, inbound, "to_human")
    tell_person(session, inbound, ToDoReason.LATE_ANSWER, referral_id=question.referral_id)
    return "late"


def _unclear(session: ScopedSession, inbound: InboundMessage, question: Question, *, again: bool) -> str:
    question.unclear_count += 1
    if again and question.unclear_count == 1:
        reply_to(session, inbound, "not_understood", options=list(question.options))
        return "asked_again"
    reply_to(session, inbound, "to_human")
    reason = ToDoReason.UNCLEAR_REPLY if again else ToDoReason.PATIENT_WROTE
    tell_person(session, inbound, reason, referral_id=question.referral_id)
    return "given_to_person"
