"""The words of news about a referral: when they are true and may go, and one text for the news of several."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from referral.followups.due import phone_is_free
from referral.followups.models import Question
from referral.followups.planning import NEWS
from referral.followups.states import QuestionKind, QuestionState
from referral.followups.texted import NEWS_COMPOSER, RECALLED, TOGETHER_COMPOSER, holds_news
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.composing import compose_patient_text
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.outbox.moves import states_with
from referral.outbox.queueing import NewMessage, cancel_for_subject, queue_message
from referral.outbox.states import Channel, MessageEvent
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.patients.proxies import may_go_to
from referral.referrals.models import Referral
from referral.referrals.numbering import named_in_texts
from referral.referrals.states import ReferralState
from resources_directory.needs import SENSITIVE

#: The text for several that were moved alike, by the text that one of them gets; and for all others.
ALIKE = {"sent": "several_sent", "accepted": "several_accepted"}
OTHERWISE = "several_moved"

#: While the news of a move is still true.
TRUE_WHILE = {
    "sent": (ReferralState.SENT,),
    "accepted": (ReferralState.ACCEPTED, ReferralState.IN_PROGRESS),
    RECALLED: (ReferralState.ENTERED_IN_ERROR,),
}

_LASTS = timedelta(days=2)

#: So soon news looks again whether the question before it has left.
_SOON = timedelta(minutes=10)


def compose_referral_text(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the words of news about a referral, or why they do not go: also when one text tells of several."""
    referral = session.scalar(select(Referral).where(Referral.id == message.subject_id))
    if referral is None or not _is_true(session, message, referral, message.template):
        return Suppressed("moved_on", needs_person=False)
    words = words_of_news(session, message, referral, now)
    if isinstance(words, Composed) and _told_together(session, message):
        return Suppressed("told_together", needs_person=False)
    return words


def compose_together(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the words that several requests have moved, or why they do not go.

    Where one of them has moved on since, the news of the others is queued anew, each by itself.
    """
    told: dict[str, str] = message.facts.get("news", {})
    known = select(Referral).where(Referral.id.in_([UUID(each) for each in told])).order_by(Referral.id)
    standing = [
        each
        for each in session.scalars(known)
        if _is_true(session, message, each, told[str(each.id)]) and _why_untold(session, each) is None
    ]
    if not standing or len(standing) < len(told):
        for each in standing:
            queue_message(session, _by_itself(session, message, each, told[str(each.id)]))
        return Suppressed("moved_on", needs_person=False)
    return words_of_news(session, message, standing[0], now)


def words_of_news(
    session: ScopedSession, message: Message, referral: Referral, now: datetime
) -> Composed | Postponed | Suppressed:
    """Return the words of news about a referral, or why they do not go: its questions reach a person all the same."""
    why_not = _why_untold(session, referral)
    if why_not is not None:
        return Suppressed(why_not, needs_person=False)
    if _gives_way(session, message, now):
        return Postponed(now + _SOON, "day_full")
    words = compose_patient_text(session, message, now)
    return Suppressed(words.reason, needs_person=False) if isinstance(words, Suppressed) else words


def _is_true(session: ScopedSession, message: Message, referral: Referral, template: str) -> bool:
    """Return True while the news holds; that a request was taken back is news only to a phone that heard of it."""
    if referral.state not in TRUE_WHILE[template]:
        return False
    return template != RECALLED or holds_news(session, referral, message.phone_number_id)


def _gives_way(session: ScopedSession, message: Message, now: datetime) -> bool:
    """Return True if the question about another place can leave now: of the one text of a day it comes before news."""
    if message.phone_number_id is None or message.composer not in (NEWS_COMPOSER, TOGETHER_COMPOSER):
        return False
    waiting = select(Question).where(
        Question.patient_id == message.patient_id,
        Question.kind == QuestionKind.OTHER_PLACE,
        Question.state == QuestionState.SCHEDULED,
        Question.due_at <= now,
    )
    patient = session.get_one(Patient, message.patient_id)
    asked = session.scalars(waiting.order_by(Question.due_at, Question.id)).all()
    return any(phone_is_free(session, each, patient, message.phone_number_id) for each in asked)


def _why_untold(session: ScopedSession, referral: Referral) -> str | None:
    """Return why nothing about a referral is texted whatever the hour, or None."""
    if referral.domain in SENSITIVE:
        return "sensitive_need"
    patient = session.get_one(Patient, referral.patient_id)
    reaches = may_go_to(session, patient, texting_route(session, patient), referral.domain)
    return None if reaches else "private_need"


def _told_together(session: ScopedSession, message: Message) -> bool:
    """Queue one text for this news and all that waits beside it, and take those back; False where nothing waits.

    The gate holds the phone (messaging/caps.py), so that no other worker passes with one of them meanwhile.
    """
    others = _waiting_beside(session, message)
    if not others:
        return False
    news = {str(key): template for key, template in sorted({message.subject_id: message.template, **others}.items())}
    kinds = set(news.values())
    queued = queue_message(
        session,
        NewMessage(
            channel=Channel.SMS,
            composer=TOGETHER_COMPOSER,
            template=ALIKE.get(message.template, OTHERWISE) if len(kinds) == 1 else OTHERWISE,
            clinic_id=message.clinic_id,
            patient_id=message.patient_id,
            phone_number_id=message.phone_number_id,
            subject_kind="message",
            subject_id=message.id,
            dedupe_key=f"message:{message.id}:together",
            facts={"news": news, "count": len(news)},
            expires_at=clock.now() + _LASTS,
        ),
    )
    if queued is None:
        return False
    for referral_id in others:
        cancel_for_subject(session, "referral", referral_id, reason="told_together", templates=tuple(NEWS.values()))
    return True


def _by_itself(session: ScopedSession, together: Message, referral: Referral, template: str) -> NewMessage:
    """Return the news of one request that was to be told with others."""
    return NewMessage(
        channel=Channel.SMS,
        composer=NEWS_COMPOSER,
        template=template,
        clinic_id=together.clinic_id,
        patient_id=together.patient_id,
        phone_number_id=together.phone_number_id,
        subject_kind="referral",
        subject_id=referral.id,
        subject_version=referral.version,
        dedupe_key=f"message:{together.id}:alone:{referral.id}",
        facts=named_in_texts(session, referral),
        expires_at=together.expires_at,
    )


def _waiting_beside(session: ScopedSession, message: Message) -> dict[UUID, str]:
    """Return other referrals whose news waits for the same phone, and is true and may be told: id to its text."""
    waiting = select(Message.subject_id, Message.template).where(
        Message.composer == NEWS_COMPOSER,
        Message.patient_id == message.patient_id,
        Message.phone_number_id == message.phone_number_id,
        Message.subject_id != message.subject_id,
        Message.state.in_(states_with(MessageEvent.CANCEL)),
    )
    news = {row.subject_id: row.template for row in session.execute(waiting.order_by(Message.created_at, Message.id))}
    found = session.scalars(select(Referral).where(Referral.id.in_(news)).order_by(Referral.id))
    return {
        each.id: news[each.id]
        for each in found
        if _is_true(session, message, each, news[each.id]) and _why_untold(session, each) is None
    }
