"""Patients whom other clinics offer, as to-dos of the clinic that is asked: owner, deputy, until when. No name."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.accounts.models import Member
from referral.accounts.principal import Signed
from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.navigation.clock_words import until
from referral.navigation.states import ToDoView
from referral.patients.moving import OfferRow, offers_to
from referral.referrals.deadlines import calendar_of
from referral.todos.absences import people_away, people_gone

#: In business days of the clinic that is asked: until then it says whether it takes the patient over.
ANSWER_WITHIN_DAYS = 1


@dataclass(frozen=True)
class ArrivingLine:
    """An offered patient as a row. `owner_id`, `deputy_id`: who looks after it now; `until`: in words."""

    offer: OfferRow
    owner_id: UUID | None
    owner_name: str | None
    deputy_id: UUID | None
    deputy_name: str | None
    due_at: datetime
    until: str
    is_late: bool


def arriving_lines(session: ScopedSession, reader: Signed) -> list[ArrivingLine]:
    """Return the patients offered to the reader's clinic, the oldest first.

    The clinic's owner of to-dos answers, or the deputy while they are away. It is no row of `to_do`: until somebody
    takes the patient over, the record is the other clinic's, and answering the offer is what finishes it.
    """
    offers = offers_to(session, reader.member_id)
    if not offers:
        return []
    clinic = session.get_one(Member, reader.member_id)
    owner_id, deputy_id = _who_answers(session, clinic)
    names, now = names_of(session, [each for each in (owner_id, deputy_id) if each]), clock.now()
    days = calendar_of(session, clinic.id)
    lines = []
    for offer in offers:
        due_at = days.add_business_days(offer.offered_at, ANSWER_WITHIN_DAYS)
        people = (owner_id, names.get(owner_id), deputy_id, names.get(deputy_id))
        lines.append(ArrivingLine(offer, *people, due_at, until(due_at, now), due_at < now))
    return lines


def of_view(lines: list[ArrivingLine], view: ToDoView, *, person_id: UUID) -> list[ArrivingLine]:
    """Return those that a view of the list holds: like to-dos, one's own, those one stands in for, or all."""
    if view is ToDoView.ALL:
        return lines
    if view is ToDoView.MINE:
        return [line for line in lines if line.owner_id == person_id]
    stands_in = view is ToDoView.DEPUTY
    return [line for line in lines if stands_in and line.deputy_id == person_id and line.owner_id != person_id]


def _who_answers(session: ScopedSession, clinic: Member) -> tuple[UUID | None, UUID | None]:
    """Return (owner, deputy) for now: whoever is away is stood in for, as with every to-do."""
    owner_id, deputy_id = clinic.owner_person_id, clinic.deputy_person_id
    if deputy_id in people_gone(session, clinic):
        deputy_id = None
    away = people_away(session, clinic)
    if owner_id in away and deputy_id is not None and deputy_id not in away:
        return deputy_id, None
    return owner_id, deputy_id
