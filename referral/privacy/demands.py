"""Keeping the register of legal demands. Nothing here finds, counts or lists patients."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.privacy.demand_models import LegalDemand, LegalDemandStep
from referral.privacy.demand_states import DEMAND_MACHINE, Demander, DemandKind, DemandScope, DemandState, DemandStep

#: What the audit calls these steps; the others stand there as rows written.
_AUDITED = {DemandStep.ANSWER, DemandStep.REFUSE}


@dataclass(frozen=True)
class NewDemand:
    """A demand as it was received."""

    demander: Demander
    kind: DemandKind
    about: DemandScope
    received_on: date
    asked: str = field(repr=False)
    demander_name: str | None = field(default=None, repr=False)
    reference: str | None = field(default=None, repr=False)
    due_on: date | None = None
    about_patient_id: UUID | None = None


@dataclass(frozen=True)
class StepTaken:
    """What was done about a demand. `handed_over` and `untold_until` belong to an answer."""

    step: DemandStep
    done_on: date
    words: str = field(repr=False)
    handed_over: str | None = field(default=None, repr=False)
    untold_until: date | None = None


def record_demand(session: ScopedSession, new: NewDemand, *, clinic_id: UUID, by: UUID, demand_id: UUID) -> LegalDemand:
    """Return the new entry of the register. `demand_id` is the form's id: sent twice, it is one entry.

    Raises InvalidInput. Flushes; the caller commits.
    """
    known = session.get(LegalDemand, demand_id)
    if known is not None:
        return known
    if new.received_on > clock.now().date() + timedelta(days=1):  # somewhere it is tomorrow already
        raise InvalidInput(_l("This day has not come yet. Say when the demand came."), "received_on")
    if new.due_on is not None and new.due_on < new.received_on:
        raise InvalidInput(_l("The answer cannot be due before the demand came. Check both dates."), "due_on")
    demand = LegalDemand(
        id=demand_id,
        clinic_id=clinic_id,
        demander=new.demander,
        demander_name=new.demander_name,
        kind=new.kind,
        about=DemandScope.ONE_PATIENT if new.about_patient_id else new.about,
        about_patient_id=new.about_patient_id,
        received_on=new.received_on,
        due_on=new.due_on,
        asked=new.asked,
        reference=new.reference,
        recorded_by=by,
        recorded_at=clock.now(),
    )
    session.add(demand)
    session.flush()
    _write(session, demand, StepTaken(DemandStep.RECORDED, new.received_on, ""), by=by)
    _audit(session, AuditKind.DEMAND_RECORDED, demand)
    return demand


def take_step(session: ScopedSession, demand: LegalDemand, taken: StepTaken, *, seen: int, by: UUID) -> None:
    """Add a step to a demand's history. `seen`: how many steps the page showed.

    Raises InvalidInput, IllegalMove, and Conflict when somebody was faster. Flushes; the caller commits.
    """
    session.execute(select(LegalDemand.id).where(LegalDemand.id == demand.id).with_for_update())
    if len(steps_of(session, demand)) != seen:
        raise Conflict(_l("Somebody else has added a step since you opened the page. Read it, then add yours."))
    if taken.done_on < demand.received_on:
        raise InvalidInput(_l("This cannot have been done before the demand came. Check the date."), "done_on")
    demand.state = DEMAND_MACHINE.next_state(DemandState(demand.state), taken.step)
    _write(session, demand, taken, by=by)
    if taken.step in _AUDITED:
        _audit(session, AuditKind.DEMAND_ANSWERED, demand)


def demands_of(session: ScopedSession, clinic_id: UUID, state: DemandState | None, number: int) -> Page[LegalDemand]:
    """Return a page of the clinic's demands, newest first; only those in `state` if given."""
    found = select(LegalDemand).where(LegalDemand.clinic_id == clinic_id)
    if state is not None:
        found = found.where(LegalDemand.state == state)
    return page_of(session, found, number, order=(LegalDemand.received_on.desc(), LegalDemand.id.desc()))


def one_demand(session: ScopedSession, demand_id: UUID) -> LegalDemand | None:
    """Return the demand, or None when absent or not theirs."""
    return session.scalar(select(LegalDemand).where(LegalDemand.id == demand_id))


def steps_of(session: ScopedSession, demand: LegalDemand) -> list[LegalDemandStep]:
    """Return the history of a demand, oldest first."""
    rows = session.scalars(
        select(LegalDemandStep)
        .where(LegalDemandStep.demand_id == demand.id)
        .order_by(LegalDemandStep.at, LegalDemandStep.id)
    )
    return list(rows)


def handed_over_about(session: ScopedSession, patient_id: UUID) -> list[tuple[LegalDemand, LegalDemandStep]]:
    """Return what was handed over about a patient because the law demanded it, newest first."""
    rows = session.execute(
        select(LegalDemand, LegalDemandStep)
        .join(LegalDemandStep, LegalDemandStep.demand_id == LegalDemand.id)
        .where(
            LegalDemand.about_patient_id == patient_id,
            LegalDemand.state != DemandState.CLOSED,
            LegalDemandStep.step == DemandStep.ANSWER,
            LegalDemandStep.handed_over_sealed.is_not(None),
        )
        .order_by(LegalDemandStep.done_on.desc(), LegalDemandStep.id.desc())
    )
    return [(demand, step) for demand, step in rows]


def _write(session: ScopedSession, demand: LegalDemand, taken: StepTaken, *, by: UUID) -> None:
    row = LegalDemandStep(
        clinic_id=demand.clinic_id,
        demand_id=demand.id,
        step=taken.step,
        words=taken.words or None,
        done_on=taken.done_on,
        handed_over=taken.handed_over if taken.step is DemandStep.ANSWER else None,
        untold_until=taken.untold_until if taken.step is DemandStep.ANSWER else None,
        person_id=by,
        at=clock.now(),
    )
    session.add(row)
    session.flush()


def _audit(session: ScopedSession, kind: AuditKind, demand: LegalDemand) -> None:
    """Write it down without naming the patient: the patient's copy of the record must not tell what a judge sealed."""
    named = LegalDemand.__tablename__
    record(session, kind, clinic_id=demand.clinic_id, subject_kind=named, subject_id=demand.id)
