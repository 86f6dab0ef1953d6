"""What organizations say about room in their services: by link, signed in or by phone, by a named person each time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from uuid import UUID

from flask_babel import LazyString, format_date, get_timezone, ngettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.referrals.actors import Actor, ActorKind
from resources_directory.capacity import SaidCapacity, holds, newest_words, say_capacity
from resources_directory.models.capacity import CapacityStatus, CapacityWord
from resources_directory.models.service import Service

#: The four codes in plain words, as the organization says them.
ROOM_WORDS: Mapping[str, LazyString] = {
    CapacityStatus.CAPACITY: _l("We have room"),
    CapacityStatus.NO_CAPACITY: _l("We are full"),
    CapacityStatus.WAITLIST: _l("We only have a waiting list"),
    CapacityStatus.ASSESSMENT_REQUIRED: _l("We must speak with the person first"),
}

_HOW = {ActorKind.LINK: "link", ActorKind.MEMBERSHIP: "account", ActorKind.PHONE: "phone"}


@dataclass(frozen=True)
class SaidRoom:
    """One word about room in a service. `until`: the last day on which it holds. `given_id`: of the filled form."""

    service_id: UUID
    status: CapacityStatus
    timezone_name: str
    given_id: UUID
    until: date | None = None
    note: str | None = None
    actor: Actor = field(default_factory=lambda: Actor(ActorKind.MEMBERSHIP), repr=False)


@dataclass(frozen=True)
class RoomLine:
    """A service with the newest word about its room; `word` is None where nobody has said anything that holds."""

    service_id: UUID
    service_name: str
    word: CapacityWord | None


def say_room(session: ScopedSession, said: SaidRoom) -> CapacityWord:
    """Return the stored word, seen with its age by whoever chooses a service. It lowers no rank. Flushes.

    Raises InvalidInput for a last day that is over.
    """
    now = clock.now()
    if said.until is not None and said.until < now.astimezone(zone_of(said.timezone_name)).date():
        raise InvalidInput(_l("This day is over. Choose the last day on which this holds."), "until")
    return say_capacity(
        session,
        SaidCapacity(
            service_id=said.service_id,
            status=said.status,
            said_by=said.actor.name or "",
            how=_HOW[ActorKind(said.actor.kind)],
            until=said.until,
            note=said.note,
            word_id=said.given_id,
        ),
        now=now,
    )


def room_lines(session: ScopedSession, organization_id: UUID | None, timezone_name: str) -> list[RoomLine]:
    """Return the living services of an organization with what was last said about their room, by name."""
    if organization_id is None:
        return []
    found = select(Service.id, Service.name).where(
        Service.organization_id == organization_id, Service.retired_at.is_(None)
    )
    services = session.execute(found.order_by(Service.name, Service.id)).all()
    words = newest_words(session, [row.id for row in services])
    today = clock.now().astimezone(zone_of(timezone_name)).date()
    return [RoomLine(row.id, row.name, _holding(words.get(row.id), today)) for row in services]


def said_on(said_at: datetime, *, zone: tzinfo | None = None, length: str = "medium") -> str:
    """Return the day on which something was said and, from the next day on, its age in days of the calendar.

    `zone`: None for the reader's. `length`: Babel's, of the date.
    """
    zone = zone or get_timezone()
    said_day = said_at.astimezone(zone).date()
    day = format_date(said_day, length)
    days = (clock.now().astimezone(zone).date() - said_day).days
    if days < 1:
        return str(day)
    return str(ngettext("%(day)s (%(num)s day ago)", "%(day)s (%(num)s days ago)", days, day=day))


def _holding(word: CapacityWord | None, today: date) -> CapacityWord | None:
    return word if word is not None and holds(word, now=clock.now(), today=today) else None
