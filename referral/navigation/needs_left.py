"""Needs that nobody looks after: wanted and open, the last place came to nothing, and nothing leads on from there.

A referral may end in many ways: recalled, withdrawn, cancelled, declined, expired, without help. Whatever ended it, a
need that the patient still wants help with is somebody's to-do, a plan, a question, or offered again on a named day.
"""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from referral.followups.models import Question
from referral.followups.planning import WAITING
from referral.followups.said import NEED_KEY
from referral.kit import clock
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.kit.worker import Turn, one_by_one
from referral.messaging.models import InboundMessage
from referral.navigation.models import ContactPlan
from referral.patients.models import Patient
from referral.prescriptions.models import NeedPlan
from referral.referrals.deadlines import calendar_of
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import TAKEN_STATES, Outcome, ReferralState, Side
from referral.referrals.to_dos import NOBODY_CALLS
from referral.screening.models import Need
from referral.screening.states import NeedStatus, WantsHelp
from referral.todos.actions import NewToDo, finish_needless, make_to_do
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from resources_directory.needs import SENSITIVE

S = ReferralState

#: A place that was asked, and from which no help came or comes.
CAME_TO_NOTHING = (S.DECLINED, S.EXPIRED, S.NOT_COMPLETED, S.WITHDRAWN, S.CANCELLED, S.ENTERED_IN_ERROR)

BATCH = 50
TURN = Turn("watching needs", BATCH)

#: Another record.
_OTHER = aliased(Patient)

_NOT_WANTED = _l("The patient does not want help with this need any more, or it is over.")


def needs_left(session: ScopedSession, *, clinic_id: UUID | None = None, limit: int = BATCH) -> Sequence[Need]:
    """Return the needs that nobody looks after, oldest first; of all clinics when none is named."""
    found = _left()
    if clinic_id is not None:
        found = found.where(Need.clinic_id == clinic_id)
    return session.scalars(found.order_by(Need.created_at, Need.id).limit(limit)).all()


def is_left(session: ScopedSession, need_id: UUID) -> bool:
    """Return True if nobody looks after this need."""
    return session.scalar(_left().where(Need.id == need_id).with_only_columns(Need.id)) is not None


def look_after(session: ScopedSession, need_id: UUID) -> ToDo | None:
    """Return the new to-do for a need that nobody looks after; None for any other. Flushes.

    About a sensitive need nobody is called: they are asked at their next visit, when they are alone.
    """
    need = session.scalar(_left().where(Need.id == need_id))
    if need is None:
        return None
    note = _("No request for this need is under way. Ask whether they still want help, then prescribe it again.")
    return make_to_do(
        session,
        NewToDo(
            clinic_id=need.clinic_id,
            patient_id=need.patient_id,
            reason=ToDoReason.OTHER,
            subject_kind="need",
            subject_id=need.id,
            dedupe_key=f"{NEED_KEY}:{need.id}:{new_id()}",
            due_at=calendar_of(session, need.clinic_id).add_business_days(clock.now(), 1),
            note=str(NOBODY_CALLS) if need.domain in SENSITIVE else note,
        ),
    )


def watch_needs(database: Database) -> int:
    """Make a to-do of each need that nobody looks after, and finish those of needs that are over. Return how many."""
    with database.reading(job_scope("watching")) as session:
        due = _left().with_only_columns(Need.id)
        ids = [row.turn_id for row in TURN.take(database, session, due, Need.created_at, Need.id)]
    with database.job("watching") as session:
        over = select(Need.id).where(~_is_wanted())
        needless = and_(ToDo.subject_kind == "need", ToDo.subject_id.in_(over))
        finished = finish_needless(session, and_(needless, _is_ours()), outcome=_NOT_WANTED)
    return finished + one_by_one("watching", ids, lambda need_id: _one(database, need_id))


def _one(database: Database, need_id: UUID) -> int:
    with database.job("watching") as session:
        return int(look_after(session, need_id) is not None)


def _is_ours() -> ColumnElement[bool]:
    return ToDo.dedupe_key.startswith(f"{NEED_KEY}:")


def _is_wanted() -> ColumnElement[bool]:
    confirmed = Need.confirmed_at.is_not(None)
    return and_(Need.wants_help == WantsHelp.YES, Need.status == NeedStatus.OPEN, confirmed)


def _left() -> Select[Need]:
    out = Referral.state.in_((S.HELD, S.SENT, *TAKEN_STATES))
    live = exists().where(Referral.need_id == Need.id, out)
    helped = and_(Referral.state == S.COMPLETED, ~Referral.answers_differ, Referral.closed_at > Need.created_at)
    theirs = and_(Referral.patient_id == _OTHER.id, _OTHER.id != Patient.id, _is_same_person())
    elsewhere = exists().where(Referral.domain == Need.domain, or_(out, helped), theirs)
    again = exists().where(
        NeedPlan.need_id == Need.id,
        NeedPlan.ended_at.is_(None),
        NeedPlan.offered_at.is_(None),
        NeedPlan.offer_again_at > clock.now(),
    )
    asked = exists().where(
        Question.referral_id.in_(_referrals()), Question.state.in_(WAITING), Question.due_at.is_not(None)
    )
    return (
        select(Need)
        .join(Patient, Patient.id == Need.patient_id)
        .where(_is_wanted(), _came_to_nothing(), ~live, ~elsewhere, ~again, ~asked)
        .where(Patient.erased_at.is_(None), Patient.deceased_at.is_(None), Patient.moved_at.is_(None))
        .where(~_about(ToDo, ToDo.done_at.is_(None)), ~_about(ContactPlan, ContactPlan.settled_at.is_(None)))
    )


def _is_same_person() -> ColumnElement[bool]:
    """Return the condition that another record is of the same person: of two that were merged one request goes on."""
    return or_(
        _OTHER.merged_into_id == Patient.id,
        _OTHER.id == Patient.merged_into_id,
        _OTHER.merged_into_id == Patient.merged_into_id,
    )


def _came_to_nothing() -> ColumnElement[bool]:
    """Return the condition that a place was asked in vain, and that none has helped since.

    What the patient said they no longer want was not in vain.
    """
    tried, helped = aliased(Referral), aliased(Referral)
    since = exists().where(
        helped.need_id == tried.need_id,
        helped.state == S.COMPLETED,
        helped.answers_differ.is_(False),
        helped.created_at > tried.created_at,
    )
    not_wanted = exists().where(
        Testimony.referral_id == tried.id,
        Testimony.side == Side.PATIENT,
        Testimony.outcome == Outcome.NO_LONGER_WANTED,
    )
    in_vain = or_(tried.state.in_(CAME_TO_NOTHING), and_(tried.state == S.COMPLETED, tried.answers_differ.is_(True)))
    return exists().where(tried.need_id == Need.id, tried.erased_at.is_(None), in_vain, ~since, ~not_wanted)


def _referrals() -> Select[UUID]:
    return select(Referral.id).where(Referral.need_id == Need.id).correlate(Need)


def _about(kind: type[ToDo] | type[ContactPlan], waiting: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that something of `kind` waits about the need, or about anything asked for it."""
    questions = select(Question.id).where(Question.referral_id.in_(_referrals())).correlate(Need)
    texts = select(InboundMessage.id).where(InboundMessage.question_id.in_(questions)).correlate(Need)
    subject = or_(
        and_(kind.subject_kind == "need", kind.subject_id == Need.id),
        and_(kind.subject_kind == "referral", kind.subject_id.in_(_referrals())),
        and_(kind.subject_kind == "question", kind.subject_id.in_(questions)),
        and_(kind.subject_kind == "inbound_message", kind.subject_id.in_(texts)),
    )
    return exists().where(kind.patient_id == Need.patient_id, waiting, subject)
