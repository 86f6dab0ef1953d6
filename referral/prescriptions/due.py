"""The worker's part of prescribing: who said "not now" is offered help again on the day they named."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from referral.kit import clock
from referral.kit.business_days import WORK_ENDS
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.kit.worker import Turn, one_by_one
from referral.kit.zones import zone_of
from referral.patients.models import Patient
from referral.patients.queries import kept_record, may_be_contacted
from referral.prescriptions.models import NeedPlan
from referral.referrals.models import Referral
from referral.referrals.states import LIVE_SENT_STATES
from referral.screening.models import Need
from referral.screening.queries import LIVE
from referral.screening.saying_when import clinic_zone
from referral.screening.states import WantsHelp
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason

TURN = Turn("offers", 100)


def offer_again(database: Database) -> int:
    """Make a to-do for each patient who asked to be asked again by now; return how many were looked at."""
    with database.reading(job_scope("offers")) as session:
        runs = exists().where(Referral.need_id == NeedPlan.need_id, Referral.state.in_(LIVE_SENT_STATES))
        # While a request is under way there is nothing to offer anew; it waits until that one is over.
        due = select(NeedPlan.id).where(NeedPlan.offer_again_at <= clock.now(), NeedPlan.offered_at.is_(None), ~runs)
        ids = [row.turn_id for row in TURN.take(database, session, due, NeedPlan.offer_again_at, NeedPlan.id)]
    return one_by_one("offers", ids, lambda plan_id: _offer_one(database, plan_id))


def _offer_one(database: Database, plan_id: UUID) -> int:
    with database.job("offers") as session:
        plan = session.get_one(NeedPlan, plan_id, with_for_update=True)
        if plan.offered_at is None:
            plan.offered_at = clock.now()
            if _still_wanted(session, plan):
                _make_to_do(session, plan)
        return 1


def _still_wanted(session: ScopedSession, plan: NeedPlan) -> bool:
    """Return False where the patient has said something else since, the need is over, or nobody may be asked."""
    need, patient = session.get_one(Need, plan.need_id), session.get_one(Patient, plan.patient_id)
    stands = plan.ended_at is None and need.wants_help == WantsHelp.NOT_NOW and need.status in LIVE
    return stands and may_be_contacted(kept_record(session, patient)) and patient.erased_at is None


def _make_to_do(session: ScopedSession, plan: NeedPlan) -> None:
    assert plan.offer_again_at is not None  # noqa: S101 - the query asked for it
    make_to_do(
        session,
        NewToDo(
            clinic_id=plan.clinic_id,
            patient_id=plan.patient_id,
            reason=ToDoReason.OFFER_AGAIN,
            subject_kind="need",
            subject_id=plan.need_id,
            dedupe_key=f"offer_again:{plan.id}",
            due_at=_evening_of(plan.offer_again_at, zone_of(clinic_zone(session, plan.clinic_id))),
        ),
    )


def _evening_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return when the working hours of that day end: the to-do is there in the morning, and due by then."""
    return datetime.combine(moment.astimezone(zone).date(), WORK_ENDS, zone)
