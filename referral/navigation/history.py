"""The story of reaching a patient: attempts, plans, and what went from hand to hand. Also somebody's own minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit.i18n import language_name
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.navigation import words
from referral.navigation.attempts import attempts_of
from referral.navigation.handing_over import hand_overs_of
from referral.navigation.models import ContactAttempt, ContactPlan, HandOver
from referral.navigation.plans import plans_of
from referral.patients.hooks import Section
from referral.patients.models import Patient
from referral.todos.models import ToDo


@dataclass(frozen=True)
class ContactEvent:
    """One line of the story."""

    what: str
    when: datetime
    who: str | None
    detail: str
    state: str


@dataclass(frozen=True)
class DayOfWork:
    """A day of somebody's own log: how many attempts, how many reached, how many minutes were written down."""

    day: date
    attempts: int
    reached: int
    minutes: int


def contact_story(session: ScopedSession, patient_id: UUID) -> list[ContactEvent]:
    """Return every attempt to reach the patient and every plan to, oldest first; what is planned stands last."""
    attempts, plans = attempts_of(session, patient_id), plans_of(session, patient_id)
    names = names_of(session, {*(each.by for each in attempts), *(each.owner_person_id for each in plans)})
    events = [_attempted(attempt, names.get(attempt.by)) for attempt in attempts]
    events += [_planned(plan, names.get(plan.owner_person_id)) for plan in plans]
    return sorted(events, key=lambda event: event.when)


def hand_over_story(session: ScopedSession, to_do: ToDo) -> list[ContactEvent]:
    """Return how a to-do went from person to person, oldest first."""
    rows = hand_overs_of(session, to_do)
    names = names_of(session, {person for row in rows for person in (row.from_person_id, row.to_person_id, row.by)})
    return [_handed_over(row, names) for row in rows]


def contact_section(session: ScopedSession, patient: Patient) -> Section:
    """Return the part of a patient's page that tells how they were reached, and when somebody tries next."""
    return Section(
        _("Contact"), "navigation/patient_section.html", {"contact_events": contact_story(session, patient.id)}
    )


def week_of(session: ScopedSession, person_id: UUID, *, monday: date, timezone_name: str) -> list[DayOfWork]:
    """Return the seven days of a week of somebody's own attempts, on the clock of an IANA zone."""
    zone = zone_of(timezone_name)
    start = datetime.combine(monday, time(), zone)
    end = datetime.combine(monday + timedelta(days=7), time(), zone)
    made = select(ContactAttempt.at, ContactAttempt.reached, ContactAttempt.minutes).where(
        ContactAttempt.by == person_id, ContactAttempt.at >= start, ContactAttempt.at < end
    )
    rows = session.execute(made.order_by(ContactAttempt.at, ContactAttempt.id)).all()
    return [_day(monday + timedelta(days=n), rows, zone) for n in range(7)]


def _day(day: date, rows: Sequence[tuple[datetime, bool, int | None]], zone: ZoneInfo) -> DayOfWork:
    own = [row for row in rows if row[0].astimezone(zone).date() == day]
    return DayOfWork(day, len(own), sum(row[1] for row in own), sum(row[2] or 0 for row in own))


def _attempted(attempt: ContactAttempt, who: str | None) -> ContactEvent:
    how = str(words.CHANNELS[attempt.channel])
    what = _("%(how)s: reached", how=how) if attempt.reached else _("%(how)s: not reached", how=how)
    spoken = language_name(attempt.language) if attempt.language else None
    parts = [
        _("in %(language)s", language=spoken) if spoken else None,
        _("interpreter: %(name)s", name=attempt.interpreter) if attempt.interpreter else None,
        _("%(minutes)s minutes", minutes=attempt.minutes) if attempt.minutes is not None else None,
        attempt.note,
    ]
    detail = " · ".join(part for part in parts if part)
    return ContactEvent(str(what), attempt.at, who, detail, "answered" if attempt.reached else "unknown")


def _planned(plan: ContactPlan, who: str | None) -> ContactEvent:
    how = str(words.PLANNED[plan.channel])
    if plan.taken_back:
        return ContactEvent(_("%(how)s was planned, and taken back", how=how), plan.at, who, plan.note or "", "void")
    if plan.settled_at is None:
        return ContactEvent(_("Next try: %(how)s", how=how), plan.at, who, plan.note or "", "scheduled")
    return ContactEvent(_("%(how)s was planned for now", how=how), plan.at, who, plan.note or "", "done")


def _handed_over(row: HandOver, names: dict[UUID | None, str]) -> ContactEvent:
    giver, taker = names.get(row.from_person_id, ""), names.get(row.to_person_id, "")
    what = _("%(giver)s handed it over to %(taker)s", giver=giver, taker=taker)
    return ContactEvent(what, row.at, names.get(row.by), row.note or "", "in_progress")
