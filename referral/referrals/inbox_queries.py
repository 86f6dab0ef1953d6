"""Questions of an organization about what was sent to it: pages of its inbox, counts, numbers, whose each is."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select

from referral.kit.paging import PAGE_SIZE, Page, nearest_page, page_of
from referral.kit.scope import ScopedSession
from referral.patients.states import SharedField
from referral.referrals.desk_models import Assignment
from referral.referrals.disclosing import permitted_of
from referral.referrals.inbox_filters import NOBODY, VIEWS, InboxFilters, Order
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.states import Mode, ReferralState

#: Need and language stand sealed in each request, so so many at most are looked into for a filter by them.
LOOKED_INTO = 2000


def inbox_page(session: ScopedSession, member_id: UUID, filters: InboxFilters, number: int) -> Page[Referral]:
    """Return a page of what was sent to the organization, as filtered; what waits stands before what does not."""
    found = _narrowed(_received(member_id), filters)
    order = _order(filters)
    if filters.need is None and filters.language is None:
        return page_of(session, found, number, order=order)
    ids = _telling(session, found.order_by(*order).limit(LOOKED_INTO), filters)
    number = nearest_page(number, len(ids), PAGE_SIZE)
    wanted = ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    rows = session.scalars(select(Referral).where(Referral.id.in_(wanted)).order_by(*order)).all()
    return Page(rows, number, len(ids))


def inbox_rows(session: ScopedSession, member_id: UUID, filters: InboxFilters, most: int) -> Sequence[Referral]:
    """Return at most `most` of the requests as filtered, in the order of the pages: for a file."""
    found = _narrowed(_received(member_id), filters).order_by(*_order(filters))
    if filters.need is not None or filters.language is not None:
        ids = _telling(session, found.limit(LOOKED_INTO), filters)[:most]
        found = select(Referral).where(Referral.id.in_(ids)).order_by(*_order(filters))
    return session.scalars(found.limit(most)).all()


def counts_by_view(session: ScopedSession, member_id: UUID) -> dict[str, int]:
    """Return how many requests each view of the inbox holds."""
    counted = _received(member_id).with_only_columns(Referral.state, func.count())
    rows = session.execute(counted.group_by(Referral.state).order_by(Referral.state))
    by_state = {ReferralState(row[0]): int(row[1]) for row in rows}
    return {view: sum(by_state.get(state, 0) for state in states or tuple(by_state)) for view, states in VIEWS.items()}


def received(session: ScopedSession, member_id: UUID, referral_ids: Iterable[UUID]) -> dict[UUID, Referral]:
    """Return those of the referrals that were sent to the organization, by id."""
    found = _received(member_id).where(Referral.id.in_(list(referral_ids))).order_by(Referral.id)
    return {referral.id: referral for referral in session.scalars(found)}


def ids_by_number(session: ScopedSession, member_id: UUID) -> dict[str, list[UUID]]:
    """Return the organization's request numbers, each with the requests that have it; nearly always one."""
    ids = session.scalars(_received(member_id).with_only_columns(Referral.id).order_by(Referral.id))
    numbered: dict[str, list[UUID]] = {}
    for referral_id in ids:
        numbered.setdefault(short_number(referral_id), []).append(referral_id)
    return numbered


def assignments_of(session: ScopedSession, referral_ids: Iterable[UUID]) -> dict[UUID, Assignment]:
    """Return referral id to who looks after it at the organization."""
    wanted = Assignment.referral_id.in_(list(referral_ids))
    rows = session.scalars(select(Assignment).where(wanted).order_by(Assignment.id))
    return {row.referral_id: row for row in rows}


def _received(member_id: UUID) -> Select[Referral]:
    return select(Referral).where(
        Referral.receiver_id == member_id, Referral.mode == Mode.SENT, Referral.erased_at.is_(None)
    )


def _narrowed(found: Select[Referral], filters: InboxFilters) -> Select[Referral]:
    if filters.states:
        found = found.where(Referral.state.in_(filters.states))
    if filters.need is not None:
        found = found.where(Referral.domain == filters.need)
    if filters.assigned is None:
        return found
    of_somebody = select(Assignment.referral_id).where(Assignment.person_id.is_not(None))
    if filters.assigned == NOBODY:
        return found.where(Referral.id.not_in(of_somebody))
    return found.where(Referral.id.in_(of_somebody.where(Assignment.person_id == filters.person_id)))


def _telling(session: ScopedSession, found: Select[Referral], filters: InboxFilters) -> list[UUID]:
    """Return the ids of requests whose first page tells what is asked for: what was not shared is never found by it."""
    wanted = {SharedField.NEED: filters.need, SharedField.SPOKEN_LANGUAGE: filters.language}
    with session.widened("inbox filter"):  # looked into by the product; what is shown is read and written down apart
        rows = session.scalars(found).all()
        told = permitted_of(session, rows)
        return [
            row.id
            for row in rows
            if row.id in told
            and all(told[row.id].values.get(field) == value for field, value in wanted.items() if value is not None)
        ]


def _order(filters: InboxFilters) -> tuple[Any, ...]:
    waits_first = case((Referral.state == ReferralState.SENT, 0), else_=1)
    if filters.order is Order.NEWEST:
        return (waits_first, Referral.sent_at.desc(), Referral.id.desc())
    return (waits_first, Referral.sent_at, Referral.id)
