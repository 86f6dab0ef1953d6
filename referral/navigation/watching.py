"""Referrals that nobody watches: live, and neither a clock, a question, a to-do nor a plan leads on from here.

By design there is none: signing starts the clocks, moves plan questions, silence and stuck texts become to-dos. What is
left is a to-do that was finished with nothing put in its place. The list shows these at once, and the worker makes a
to-do of each, so that no such referral stays without an owner and a due time.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from referral.followups.models import Question
from referral.followups.planning import WAITING
from referral.kit import clock
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.kit.worker import Turn, one_by_one
from referral.navigation.models import ContactPlan
from referral.patients.models import Patient
from referral.referrals.models import Referral
from referral.referrals.states import TAKEN_STATES, ReferralState
from referral.referrals.to_dos import NOBODY_CALLS, need_a_person
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from resources_directory.needs import SENSITIVE

#: A clock this late will not come by itself any more: the worker stands still.
LATE = timedelta(minutes=30)

BATCH = 50
TURN = Turn("watching", BATCH)


def unwatched(session: ScopedSession, *, clinic_id: UUID | None = None, limit: int = BATCH) -> Sequence[Referral]:
    """Return live referrals from which nothing leads on, oldest first; of all clinics when none is named."""
    found = _unwatched()
    if clinic_id is not None:
        found = found.where(Referral.clinic_id == clinic_id)
    return session.scalars(found.order_by(Referral.created_at, Referral.id).limit(limit)).all()


def is_unwatched(session: ScopedSession, referral: Referral) -> bool:
    """Return True if nothing leads on from this referral."""
    return session.scalar(_unwatched().where(Referral.id == referral.id).with_only_columns(Referral.id)) is not None


def watch(session: ScopedSession, referral: Referral, *, by_hand: bool = False) -> ToDo | None:
    """Return the new to-do that looks after a referral from which nothing leads on. Flushes.

    The worker makes one for each day; whoever takes it up by hand gets one even so. About a sensitive need nobody is
    called: the survivor alone reports.
    """
    if referral.domain in SENSITIVE:
        note = str(NOBODY_CALLS)
    else:
        note = _("Nothing is planned for this referral. Find out how it stands, plan the next try, or close it.")
    which = new_id() if by_hand else clock.now().date().isoformat()
    return need_a_person(session, referral, ToDoReason.OTHER, key=f"unwatched:{which}", note=note)


def watch_referrals(database: Database) -> int:
    """Make a to-do of each referral that nobody watches; return how many were made."""
    with database.reading(job_scope("watching")) as session:
        due = _unwatched().with_only_columns(Referral.id)
        ids = [row.turn_id for row in TURN.take(database, session, due, Referral.created_at, Referral.id)]
    return one_by_one("watching", ids, lambda referral_id: _watch_one(database, referral_id))


def _watch_one(database: Database, referral_id: UUID) -> int:
    with database.job("watching") as session:
        referral = session.get_one(Referral, referral_id)
        return int(is_unwatched(session, referral) and watch(session, referral) is not None)


def _unwatched() -> Select[Referral]:
    now = clock.now()
    has_clock = and_(
        Referral.state.in_((ReferralState.HELD, ReferralState.SENT)),
        Referral.next_clock_step.is_not(None),
        Referral.next_clock_at > now - LATE,
    )
    asked = exists().where(
        Question.referral_id == Referral.id, Question.state.in_(WAITING), Question.due_at.is_not(None)
    )
    return (
        select(Referral)
        .join(Patient, Patient.id == Referral.patient_id)
        .where(Referral.state.in_((ReferralState.HELD, ReferralState.SENT, *TAKEN_STATES)))
        .where(Referral.erased_at.is_(None), Patient.erased_at.is_(None), Patient.deceased_at.is_(None))
        .where(~has_clock, ~asked, ~_about(ToDo, ToDo.done_at.is_(None)))
        .where(~_about(ContactPlan, ContactPlan.settled_at.is_(None)))
    )


def _about(kind: type[ToDo] | type[ContactPlan], waiting: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that something of `kind` waits about the referral, or about one of its questions."""
    questions = select(Question.id).where(Question.referral_id == Referral.id).correlate(Referral)
    subject = or_(
        and_(kind.subject_kind == "referral", kind.subject_id == Referral.id),
        and_(kind.subject_kind == "question", kind.subject_id.in_(questions)),
    )
    return exists().where(kind.clinic_id == Referral.clinic_id, waiting, subject)
