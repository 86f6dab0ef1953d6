"""Where to go, whether it is open today, what to bring and whom to ask for: read for all requests at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from babel.dates import format_skeleton
from flask_babel import format_date, format_time, get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.closed_days import ClosedDay
from referral.kit import clock
from referral.kit.i18n import comma
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.prescriptions.service_facts import facts_of
from referral.prescriptions.slip import bring_words, hours_lines
from referral.referrals.appointments import appointments_of
from referral.referrals.desk_models import Appointment
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import ReferralEvent
from resources_directory.hours import Opening, is_whole_day, openings_on
from resources_directory.search import get_services
from resources_directory.service_hit import ReasonCode, ServiceHit

#: An appointment is shown until so long after its beginning.
IT_MAY_LAST = timedelta(hours=2)


@dataclass(frozen=True)
class Place:
    """How to get to a service. `phone`: E.164; `phone_words`: as people read it. `hours_of_day`: of `day`, or empty.

    `day`: the day on which this was written, in words: a copy is read later. `bring`: what to bring, in one line.
    `room_said_at`: when they said last that they have room, where that is the newest they said.
    `appointment`: one that is not over, in words, on the clock of the place.
    """

    address: str | None
    phone: str | None
    phone_words: str | None
    website: str | None
    day: str
    hours_of_day: str
    hours: tuple[str, ...]
    bring: str
    ask_for: str | None
    appointment: str | None = None
    room_said_at: datetime | None = None


#: Of a request that is told as a private matter.
NOWHERE = Place(None, None, None, None, "", "", (), "", None)


@dataclass(frozen=True)
class _Known:
    """What was read for all requests at once."""

    names: Mapping[UUID, str]
    appointments: Mapping[UUID, Appointment]
    closed: frozenset[tuple[UUID | None, date]]
    timezone_name: str


def places_of(
    session: ScopedSession, referrals: Sequence[Referral], *, timezone_name: str, near: str | None
) -> dict[UUID, Place]:
    """Return referral id to how to get there, from the directory as it is today; a private place has no address.

    What the directory no longer knows stands as it was at signing. `timezone_name`: of places that name no zone.
    `near`: the patient's ZIP code: of several places it is the nearest, as when the service was prescribed.
    """
    wanted = {referral.service_id for referral in referrals}
    hits = get_services(session, wanted, near=near, now=clock.now())
    ids = [referral.id for referral in referrals]
    known_of = _Known(_who_said_yes(session, ids), _coming(session, ids), _closed(session, referrals), timezone_name)
    return {referral.id: _place(referral, hits.get(referral.service_id), known_of) for referral in referrals}


def _place(referral: Referral, hit: ServiceHit | None, known: _Known) -> Place:
    facts: Mapping[str, Any] = facts_of(hit) if hit else referral.service_facts
    zone = zone_of((hit.timezone_name if hit else None) or known.timezone_name)
    today = clock.now().astimezone(zone).date()
    closed = (referral.receiver_id, today) in known.closed
    coming = known.appointments.get(referral.id)
    phone = facts.get("phone")
    return Place(
        address=facts.get("place"),
        phone=phone,
        phone_words=show_phone(phone) if phone else None,
        website=facts.get("website"),
        day=day_words(today),
        hours_of_day=str(_("Closed.")) if closed else _open_on(hit, today) if hit else "",
        hours=tuple(hours_lines(facts.get("hours") or ())),
        bring=bring_words(facts.get("documents") or ()),
        ask_for=known.names.get(referral.id),
        appointment=_appointment_words(coming, zone) if coming else None,
        room_said_at=_room_said_at(hit),
    )


def day_words(day: date) -> str:
    """Return a day with its weekday and without its year, in the language now spoken."""
    return str(format_skeleton("MMMMEEEEd", day, locale=get_locale()))


def _room_said_at(hit: ServiceHit | None) -> datetime | None:
    has_room = hit is not None and any(reason.code is ReasonCode.HAS_ROOM for reason in hit.reasons)
    return hit.capacity.updated if hit is not None and hit.capacity is not None and has_room else None


def _who_said_yes(session: ScopedSession, referral_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return referral id to the name that was given with the yes, the newest one."""
    said = select(ReferralMove).where(
        ReferralMove.referral_id.in_(sorted(referral_ids)), ReferralMove.event == ReferralEvent.ACCEPT
    )
    moves = session.scalars(said.order_by(ReferralMove.at, ReferralMove.id))
    return {move.referral_id: move.actor_name for move in moves if move.actor_name}


def _coming(session: ScopedSession, referral_ids: Sequence[UUID]) -> dict[UUID, Appointment]:
    """Return referral id to its appointment, as long as it is not over."""
    newest = appointments_of(session, sorted(referral_ids))
    return {each: row for each, row in newest.items() if row.starts_at > clock.now() - IT_MAY_LAST}


def _closed(session: ScopedSession, referrals: Sequence[Referral]) -> frozenset[tuple[UUID | None, date]]:
    """Return (member, day) on which those who were asked have said that they are closed, near today."""
    members = sorted({row.receiver_id for row in referrals if row.receiver_id is not None})
    today = clock.now().date()
    near = ClosedDay.day.between(today - timedelta(days=1), today + timedelta(days=1))  # the zones around midnight
    found = select(ClosedDay.member_id, ClosedDay.day).where(ClosedDay.member_id.in_(members), near)
    return frozenset((row.member_id, row.day) for row in session.execute(found.order_by(ClosedDay.id)))


def _appointment_words(row: Appointment, zone: tzinfo) -> str:
    local = row.starts_at.astimezone(zone)
    day, at = format_date(local.date(), "full"), format_time(local.time(), "short")
    if row.interpreter_booked:
        return str(_("%(day)s, %(time)s. An interpreter is booked.", day=day, time=at))
    return str(_("%(day)s, %(time)s", day=day, time=at))


def _open_on(hit: ServiceHit, day: date) -> str:
    rows = openings_on(hit.hours, day)
    if rows is None:
        return str(_("We do not know whether they are open. Call first.")) if hit.hours else ""
    times = [words for row in rows if (words := _times(row))]
    if times:
        return str(_("Open: %(times)s", times=comma().join(times)))
    return str(_("Open. Call for the hours.")) if rows else _not_open(hit.opens_next)


def _times(row: Opening) -> str | None:
    if row.opens_at is None or row.closes_at is None:
        return None
    if is_whole_day(row.opens_at, row.closes_at):
        return str(_("all day"))
    opens, closes = format_time(row.opens_at, "short"), format_time(row.closes_at, "short")
    return str(_("%(opens)s to %(closes)s", opens=opens, closes=closes))


def _not_open(opens_next: datetime | None) -> str:
    if opens_next is None:
        return str(_("Closed."))
    day, at = day_words(opens_next.date()), format_time(opens_next.time(), "short")
    return str(_("Closed. It opens on %(day)s at %(time)s.", day=day, time=at))
