"""Needs that nobody looks after: who may say so, why, and the to-do that makes them somebody's.

However it came to that, a need that the patient still wants help with is somebody's to-do, a plan, a question, or
offered again on a named day (needs_rule.py).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, or_, select

from referral.accounts.models import Member
from referral.accounts.roles import HEARS_PATIENTS, MemberKind
from referral.followups.said import NEED_KEY
from referral.kit import clock
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.kit.worker import Turn, one_by_one
from referral.navigation.need_grace import grace_ended
from referral.navigation.needs_rule import is_wanted, nobodys_needs
from referral.prescriptions.models import Prescription
from referral.referrals.deadlines import calendar_of
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from referral.referrals.to_dos import NOBODY_CALLS
from referral.screening.models import Need
from referral.screening.states import NeedStatus
from referral.todos.absences import people_at_work
from referral.todos.actions import NewToDo, finish_needless, make_to_do
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from resources_directory.needs import SENSITIVE

BATCH = 50
TURN = Turn("watching needs", BATCH)


class WhyLeft(StrEnum):
    """How it came that nobody looks after a need."""

    #: Nobody has confirmed it with the patient.
    UNCONFIRMED = "unconfirmed"
    #: No place was ever asked.
    NEVER_ASKED = "never_asked"
    #: The signature for it was taken back.
    TAKEN_BACK = "taken_back"
    #: Help came, and they still want help: a part of it was missing, or they said so since.
    STILL_WANTED = "still_wanted"
    #: The place that was asked came to nothing.
    IN_VAIN = "in_vain"


@dataclass(frozen=True)
class _Newest:
    """The newest request for a need, as far as it says why nobody looks after the need."""

    state: str
    signed_by: UUID | None


_NOTES: Mapping[WhyLeft, LazyString] = {
    WhyLeft.UNCONFIRMED: _l("Nobody has asked the patient about this need yet. Ask, and write down what they say."),
    WhyLeft.NEVER_ASKED: _l("No place has been asked for this need. Prescribe it, or write down what they say."),
    WhyLeft.TAKEN_BACK: _l("The signature for this need was taken back. Prescribe it, or write down what they say."),
    WhyLeft.STILL_WANTED: _l("Help came, but they still want help. Ask what is missing, then prescribe it again."),
    WhyLeft.IN_VAIN: _l(
        "No request for this need is under way. Ask whether they still want help, then prescribe it again."
    ),
}
_NOT_WANTED = _l("The patient does not want help with this need any more, or it is over.")


def needs_left(session: ScopedSession, *, clinic_id: UUID | None = None, limit: int = BATCH) -> Sequence[Need]:
    """Return the needs that nobody looks after, oldest first; of all clinics when none is named."""
    found = _left(session, [clinic_id] if clinic_id is not None else _clinics(session))
    return session.scalars(found.order_by(Need.created_at, Need.id).limit(limit)).all()


def is_left(session: ScopedSession, need_id: UUID) -> bool:
    """Return True if nobody looks after this need."""
    return _left_one(session, need_id) is not None


def whys_left(session: ScopedSession, needs: Collection[Need]) -> dict[UUID, WhyLeft]:
    """Return need to how it came that nobody looks after it; one statement for any number of them."""
    newest = _newest_requests(session, needs)
    return {need.id: _why(need, newest.get(need.id)) for need in needs}


def look_after(session: ScopedSession, need_id: UUID) -> ToDo | None:
    """Return the new to-do for a need that nobody looks after; None for any other. Flushes.

    Whoever wrote the need down or took the signature back owns it, while they work there, and the clinic's owner stands
    in; else it is the clinic's owner's.
    About a sensitive need nobody is called: they are asked at their next visit, when they are alone.
    """
    need = _left_one(session, need_id)
    if need is None:
        return None
    newest = _newest_requests(session, [need]).get(need.id)
    why = _why(need, newest)
    own = _owner(session, need, newest, why)
    clinics = session.scalar(select(Member.owner_person_id).where(Member.id == need.clinic_id))
    return make_to_do(
        session,
        NewToDo(
            clinic_id=need.clinic_id,
            patient_id=need.patient_id,
            reason=ToDoReason.CONFIRM_NEED if why is WhyLeft.UNCONFIRMED else ToDoReason.OTHER,
            subject_kind="need",
            subject_id=need.id,
            dedupe_key=f"{NEED_KEY}:{need.id}:{why}:{new_id()}",
            due_at=_due_at(session, need),
            note=str(NOBODY_CALLS if need.domain in SENSITIVE else _NOTES[why]),
            owner_person_id=own,
            deputy_person_id=clinics if own not in (None, clinics) else None,
        ),
    )


def _due_at(session: ScopedSession, need: Need) -> datetime:
    """Return the next business day: clocks make it at any hour, it is due when somebody is there."""
    now, calendar = clock.now(), calendar_of(session, need.clinic_id)
    return calendar.in_working_hours(calendar.add_business_days(now, 1), now=now)


def watch_needs(database: Database) -> int:
    """Make a to-do of each need that nobody looks after, and finish those of needs that are over. Return how many."""
    with database.reading(job_scope("watching")) as session:
        due = _left(session, _clinics(session)).with_only_columns(Need.id)
        ids = [row.turn_id for row in TURN.take(database, session, due, Need.created_at, Need.id)]
    with database.job("watching") as session:
        finished = finish_needless(session, and_(_is_ours(), _is_needless()), outcome=_NOT_WANTED)
    return finished + one_by_one("watching", ids, lambda need_id: _one(database, need_id))


def _one(database: Database, need_id: UUID) -> int:
    with database.job("watching") as session:
        return int(look_after(session, need_id) is not None)


def _is_ours() -> ColumnElement[bool]:
    return and_(ToDo.subject_kind == "need", ToDo.dedupe_key.startswith(f"{NEED_KEY}:"))


def _is_needless() -> ColumnElement[bool]:
    """Return the condition that the need of a to-do is over, or is confirmed where it was to be confirmed."""
    over = ToDo.subject_id.in_(select(Need.id).where(~is_wanted()))
    confirmed = ToDo.subject_id.in_(select(Need.id).where(Need.status != NeedStatus.UNCONFIRMED))
    return or_(over, and_(ToDo.reason == ToDoReason.CONFIRM_NEED, confirmed))


def _left(session: ScopedSession, clinic_ids: Iterable[UUID]) -> Select[Need]:
    return nobodys_needs(grace_ended(session, clinic_ids))


def _left_one(session: ScopedSession, need_id: UUID) -> Need | None:
    clinic_id = session.scalar(select(Need.clinic_id).where(Need.id == need_id))
    return session.scalar(_left(session, [clinic_id]).where(Need.id == need_id)) if clinic_id is not None else None


def _clinics(session: ScopedSession) -> Sequence[UUID]:
    return session.scalars(select(Member.id).where(Member.kind == MemberKind.CLINIC).order_by(Member.id)).all()


def _newest_requests(session: ScopedSession, needs: Collection[Need]) -> dict[UUID, _Newest]:
    found = select(Referral.need_id, Referral.state, Prescription.signed_by).join(
        Prescription, Prescription.id == Referral.prescription_id
    )
    found = found.where(Referral.need_id.in_(sorted(need.id for need in needs)), Referral.erased_at.is_(None))
    rows = session.execute(found.order_by(Referral.created_at, Referral.id)).all() if needs else ()
    return {need_id: _Newest(state, signed_by) for need_id, state, signed_by in rows}


def _why(need: Need, newest: _Newest | None) -> WhyLeft:
    if need.status == NeedStatus.UNCONFIRMED:
        return WhyLeft.UNCONFIRMED
    if newest is None:
        return WhyLeft.NEVER_ASKED
    known = {ReferralState.DRAFT: WhyLeft.TAKEN_BACK, ReferralState.COMPLETED: WhyLeft.STILL_WANTED}
    return known.get(ReferralState(newest.state), WhyLeft.IN_VAIN)


def _owner(session: ScopedSession, need: Need, newest: _Newest | None, why: WhyLeft) -> UUID | None:
    """Return whose the need was while nothing had left the clinic, if they still work there; None: the clinic's."""
    if why in (WhyLeft.IN_VAIN, WhyLeft.STILL_WANTED):
        return None
    own = (newest.signed_by if newest is not None else None) or need.confirmed_by or need.created_by
    return own if own in people_at_work(session, need.clinic_id, roles=HEARS_PATIENTS) else None
