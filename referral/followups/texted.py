"""Which news about a request a patient's phone holds: what was texted, and what may have left without our knowing."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from referral.kit.scope import ScopedSession
from referral.outbox.gateway.base import OutcomeKind
from referral.outbox.models import Message, MessageAttempt
from referral.outbox.states import MessageState
from referral.referrals.models import Referral

M = MessageState

#: Who makes the words of news: the keys under which wiring knows `news.compose_referral_text`, `news.compose_together`.
NEWS_COMPOSER = "referral_text"
TOGETHER_COMPOSER = "news_together"

#: The news that a request was taken back, because it should never have been sent.
RECALLED = "recalled"

_LEFT = (M.ACCEPTED, M.SENT, M.DELIVERED, M.UNCONFIRMED)
#: Nobody can say: it is under way, or its end was never learned.
_MAY_HAVE_LEFT = (M.SUBMITTING, M.UNKNOWN, M.NEEDS_HUMAN)
#: Never left by what is known now, unless an earlier attempt did whose end was never learned.
_STOPPED = (M.PENDING, M.CLAIMED, M.RETRY_WAIT, M.CANCELED, M.SUPPRESSED, M.EXPIRED)


def holds_news(session: ScopedSession, referral: Referral, phone_number_id: UUID | None) -> bool:
    """Return True if this phone got news of the referral, alone or with others', or may have got it."""
    texted = select(Message).where(
        Message.patient_id == referral.patient_id,
        Message.phone_number_id == phone_number_id,
        Message.template != RECALLED,
        or_(
            and_(Message.composer == NEWS_COMPOSER, Message.subject_id == referral.id),
            Message.composer == TOGETHER_COMPOSER,
        ),
        or_(Message.state.in_((*_LEFT, *_MAY_HAVE_LEFT)), and_(Message.state.in_(_STOPPED), _in_doubt())),
    )
    found = session.scalars(texted.order_by(Message.created_at, Message.id))
    return any(each.composer == NEWS_COMPOSER or _tells_of(each, referral.id) for each in found)


def _tells_of(together: Message, referral_id: UUID) -> bool:
    news: dict[str, str] = together.facts.get("news", {})
    return news.get(str(referral_id), RECALLED) != RECALLED


def _in_doubt() -> ColumnElement[bool]:
    """Return the condition that nobody has learned what became of an attempt to send it."""
    doubted = or_(MessageAttempt.outcome.is_(None), MessageAttempt.outcome == OutcomeKind.UNKNOWN)
    return exists().where(MessageAttempt.message_id == Message.id, doubted)
