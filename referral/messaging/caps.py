"""The most texts that a phone gets: one a day and three a week, over all clinics and requests.

What answers a text that just came from that phone does not count and is never held. The numbers are those of the
exemption for health care texts (47 CFR 64.1200(a)(9)(iv)), kept although we do not rely on it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.outbox.hooks import Postponed
from referral.outbox.models import Message
from referral.outbox.moves import states_with
from referral.outbox.states import Channel, MessageEvent, MessageState
from referral.patients.models import PhoneNumber

A_DAY, A_WEEK = 1, 3
WEEK = timedelta(days=7)

#: Asked for by the patient while a person talks with them: counted, never held.
ASKED_FOR = frozenset({"questions_link"})

#: They are of one day: every other text of that day makes room for them.
OF_THEIR_DAY = frozenset({"appointment_tomorrow"})

#: May have left, although nobody has said so yet.
_MAY_HAVE_LEFT = (MessageState.SUBMITTING, MessageState.UNKNOWN, MessageState.NEEDS_HUMAN)


def is_reply(message: Message) -> bool:
    """Return True if a text answers one that came from the phone: by itself, or by a person's hand."""
    return _answers(message.facts)


def hold_phone(session: ScopedSession, phone_number_id: UUID, message: Message) -> None:
    """Let no other text to this phone pass the gate until this transaction ends: two at once would both find room.

    A message that is in no session is only looked at, and holds nothing.
    """
    if message not in session:
        return
    session.execute(select(PhoneNumber.id).where(PhoneNumber.id == phone_number_id).with_for_update())


def full_until(
    session: ScopedSession, phone_number_id: UUID, *, now: datetime, timezone_name: str, but: Message | None = None
) -> Postponed | None:
    """Return until when (story time, UTC) the phone has had its texts of the day or the week; None if it has room.

    The day is one of the zone (IANA name), the week the last seven days. `but`: the message that asks, which does not
    count. Of other clinics' texts nothing but their number is looked at.
    """
    moments = _counted(session, phone_number_id, since=now - WEEK, but=but.id if but else None)
    if len(moments) >= A_WEEK:
        return Postponed(moments[-A_WEEK] + WEEK, "week_full")
    local = now.astimezone(zone_of(timezone_name))
    midnight = datetime.combine(local.date(), time(), local.tzinfo)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    first = but is not None and but.template in OF_THEIR_DAY
    if sum(moment >= midnight for moment in moments) >= A_DAY or (
        not first and _makes_room(session, phone_number_id, now=now, tomorrow=tomorrow)
    ):
        return Postponed(tomorrow.astimezone(UTC), "day_full")
    return None


def _makes_room(session: ScopedSession, phone_number_id: UUID, *, now: datetime, tomorrow: datetime) -> bool:
    """Return True if a text waits for the phone that must leave today or not at all."""
    waiting = select(Message.id).where(
        Message.phone_number_id == phone_number_id,
        Message.template.in_(sorted(OF_THEIR_DAY)),
        Message.state.in_(states_with(MessageEvent.CANCEL)),
        Message.not_before < tomorrow,
        Message.expires_at > now,
    )
    with session.widened("texts to a phone counted"):
        return session.scalar(waiting.limit(1)) is not None


def _counted(session: ScopedSession, phone_number_id: UUID, *, since: datetime, but: UUID | None) -> list[datetime]:
    """Return when texts that count left, or may have left, oldest first. Loads no row."""
    moment = func.coalesce(Message.sent_at, Message.not_before)
    left = or_(Message.sent_at.is_not(None), Message.state.in_(_MAY_HAVE_LEFT))
    found = select(Message.id, moment.label("moment"), Message.facts).where(
        Message.phone_number_id == phone_number_id, Message.channel == Channel.SMS, left, moment > since
    )
    with session.widened("texts to a phone counted"):
        rows = session.execute(found.order_by(moment, Message.id)).all()
    return [row.moment for row in rows if row.id != but and not _answers(row.facts)]


def _answers(facts: Mapping[str, Any]) -> bool:
    return bool(facts.get("is_reply") or facts.get("answers"))
