"""What the worker does for navigators: planned contacts become to-dos or texts when their hour has come."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from referral.kit import clock
from referral.kit.transaction import Database
from referral.kit.worker import Turn, one_by_one
from referral.navigation.models import ContactPlan
from referral.navigation.plans import keep_plan

TURN = Turn("contact plans", 50)


def keep_contact_plans(database: Database) -> int:
    """Do what is planned for now, each plan in a transaction of its own; return how many were done."""
    with database.job("contact plans") as session:
        due = select(ContactPlan.id).where(ContactPlan.settled_at.is_(None), ContactPlan.at <= clock.now())
        ids = [row.turn_id for row in TURN.take(database, session, due, ContactPlan.at, ContactPlan.id)]
    return one_by_one("contact plans", ids, lambda plan_id: _keep(database, plan_id))


def _keep(database: Database, plan_id: UUID) -> int:
    try:
        with database.job("contact plans") as session:
            plan = session.get(ContactPlan, plan_id)
            if plan is None or plan.settled_at is not None:
                return 0
            keep_plan(session, plan)
            return 1
    except StaleDataError:
        return 0  # somebody took it back at this very moment
