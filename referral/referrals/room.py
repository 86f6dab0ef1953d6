"""Which services have no room now: they said so themselves, or declined somebody lately for want of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select

from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.referrals.deadlines import calendar_of
from referral.referrals.late_models import LateAnswer
from referral.referrals.models import Referral
from referral.referrals.said_room import said_on
from referral.referrals.states import DeclineReason, ReferralEvent, ReferralState
from resources_directory.capacity import HALF_LIFE, full_since, newest_words
from resources_directory.service_hit import ReasonCode, ServiceHit

#: An answer about room that is older turns nobody away any more.
LATELY = HALF_LIFE


def check_room(session: ScopedSession, referral: Referral, *, now: datetime) -> None:
    """Raise Conflict, with words, for a request to a service that has said it is full, dated after it said so.

    What was signed before keeps its place: the organization answers it. A word without a last day bars for a while
    only (resources_directory/capacity.py): nobody is turned away for good by something said once.
    """
    facts = referral.service_facts
    zone = str(facts.get("timezone_name") or calendar_of(session, referral.clinic_id).timezone_name)
    if helps_after_all(session, referral.service_id, referral.need_id, now=now):
        return
    words = full_words(session, referral.service_id, name=facts.get("service_name"), zone=zone, now=now)
    if words is not None:
        raise Conflict(words)


def helps_after_all(session: ScopedSession, service_id: UUID, need_id: UUID, *, now: datetime) -> bool:
    """Return True if the newest word of a service is that it could help with this need, though it came late.

    It was said of this one request, so it lets nobody else in.
    """
    word = newest_words(session, [service_id]).get(service_id)
    late = (
        select(LateAnswer.event, LateAnswer.at)
        .join(Referral, Referral.id == LateAnswer.referral_id)
        .where(Referral.service_id == service_id, Referral.need_id == need_id, LateAnswer.at <= now)
        .order_by(LateAnswer.at.desc(), LateAnswer.id.desc())
        .limit(1)
    )
    newest = session.execute(late).first()
    return newest is not None and newest.event != ReferralEvent.DECLINE and (word is None or newest.at >= word.said_at)


def full_words(session: ScopedSession, service_id: UUID, *, name: str | None, zone: str, now: datetime) -> str | None:
    """Return why a request signed `now` is refused, since the service said that it is full; None where it is not."""
    today = now.astimezone(zone_of(zone)).date()
    said_at = full_since(session, service_id, now=now, today=today)
    if said_at is None or said_at > now:
        return None
    word = newest_words(session, [service_id])[service_id]
    facts = {
        "service": name or _("This service"),
        "day": said_on(said_at, zone=zone_of(zone), length="long"),
    }
    if word.until is None:
        return str(
            _("%(service)s said on %(day)s that it is full. Choose another place, or that the patient calls.", **facts)
        )
    until = format_date(word.until, "long")
    return str(
        _(
            "%(service)s said on %(day)s that it is full until %(until)s. Choose another place, or that the patient "
            "calls.",
            until=until,
            **facts,
        )
    )


def without_room(session: ScopedSession, found: Sequence[ServiceHit], *, now: datetime) -> frozenset[UUID]:
    """Return which of these ranked services have no room: by their own newest word, or by an answer of the last week.

    A word without a last day counts for a week too.

    The answers to every clinic count: they tell of the service, and nothing of a patient. A later word or a later
    answer that is not "no room" takes it back.
    """
    said_full = {hit.service_id for hit in found if _still_full(hit, now=now)}
    said_at = {hit.service_id: hit.capacity.updated for hit in found if hit.capacity is not None}
    with session.widened("room at services"):
        declined = _newest_answers(session, [hit.service_id for hit in found], now, _DECLINED_FULL)
        other = _newest_answers(session, list(declined), now, ~_DECLINED_FULL)
    lately = {
        service_id
        for service_id, at in declined.items()
        if at > max((each for each in (other.get(service_id), said_at.get(service_id)) if each), default=now - LATELY)
    }
    return frozenset(said_full | lately)


def _still_full(hit: ServiceHit, *, now: datetime) -> bool:
    said = hit.capacity
    full = any(reason.code is ReasonCode.FULL for reason in hit.reasons)
    return full and said is not None and (said.until is not None or said.updated > now - LATELY)


_DECLINED_FULL = (Referral.state == ReferralState.DECLINED) & (Referral.reason == DeclineReason.NO_CAPACITY)


def _newest_answers(
    session: ScopedSession, service_ids: Collection[UUID], now: datetime, which: ColumnElement[bool]
) -> dict[UUID, datetime]:
    answers = select(Referral.service_id, func.max(Referral.answered_at)).where(
        Referral.service_id.in_(sorted(service_ids)), Referral.answered_at >= now - LATELY, which
    )
    return {row[0]: row[1] for row in session.execute(answers.group_by(Referral.service_id)) if row[1] is not None}
