"""When the patient wants help with a need: now, later, not at all, or somewhere else already."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.remembering import remembered
from referral.kit.scope import ScopedSession
from referral.kit.zones import FALLBACK_ZONE, zone_of
from referral.prescriptions.models import NeedPlan
from referral.prescriptions.running import withdraw_running
from referral.referrals.actors import Actor, ActorKind
from referral.screening.actions import confirm_need
from referral.screening.models import Need
from referral.screening.queries import LIVE
from referral.screening.states import NeedStatus, WantsHelp
from referral.screening.words import WANTS

#: On the morning of the day, by the clinic's clock, help is offered again.
MORNING = time(8, 0)
#: Nobody plans further ahead.
FARTHEST = timedelta(days=2 * 365)


@dataclass(frozen=True)
class NeedAnswer:
    """What the patient says about one need. `again_on`: a day of the clinic's calendar, of "not now"."""

    need_id: UUID
    wants: WantsHelp
    again_on: date | None = None
    helped_by: str | None = field(default=None, repr=False)
    #: Requests for the need that the patient wants withdrawn with this answer.
    withdraw: tuple[UUID, ...] = ()


def standing_plans(session: ScopedSession, patient_id: UUID) -> dict[UUID, NeedPlan]:
    """Return need to what was last said about when, of the patient's needs."""
    plans = select(NeedPlan).where(NeedPlan.patient_id == patient_id, NeedPlan.ended_at.is_(None))
    in_order = plans.order_by(NeedPlan.stated_at, NeedPlan.id)
    found = remembered(session, "standing plans", patient_id, lambda: session.scalars(in_order).all())
    return {plan.need_id: plan for plan in found}


def record_answers(
    session: ScopedSession, answers: Sequence[NeedAnswer], *, form_id: UUID, by: UUID | None, by_name: str | None = None
) -> int:
    """Write down what the patient says about each need, and withdraw what they want withdrawn; return what was news.

    The same form sent twice writes once. Raises InvalidInput (field `lines-<n>-again_on`, n counting the answers) for
    a day that is not ahead, Conflict when a need is over, or when somebody else wrote at the same moment. Flushes.
    """
    news = sum(_record(session, number, answer, form_id, by) for number, answer in enumerate(answers))
    actor = Actor(ActorKind.MEMBERSHIP, by, by_name)
    return news + sum(withdraw_running(session, each.need_id, each.withdraw, by=actor) for each in answers)


def is_news(need: Need, plan: NeedPlan | None, answer: NeedAnswer, *, zone: str) -> bool:
    """Return True if the answer says anything that is not written down already. `zone`: the clinic's."""
    if need.status == NeedStatus.UNCONFIRMED or need.wants_help != answer.wants:
        return True
    if answer.wants not in (WantsHelp.NOT_NOW, WantsHelp.ALREADY):
        return False
    known = (plan.offer_again_at, plan.helped_by) if plan is not None else (None, None)
    return known != (morning_of(answer.again_on, zone), answer.helped_by)


def morning_of(day: date | None, zone: str) -> datetime | None:
    """Return the moment (aware) at which help is offered again on a day of the clinic's calendar; None for none."""
    return datetime.combine(day, MORNING, zone_of(zone)) if day else None


def plan_words(need: Need, plan: NeedPlan | None, zone: str) -> str:
    """Return what the patient said about when, with the day or who helps; days are the clinic's."""
    if plan is not None and plan.wants == need.wants_help:
        if plan.offer_again_at is not None:
            day = format_date(plan.offer_again_at.astimezone(zone_of(zone)).date(), "medium")
            return str(_("Not now; to be asked again on %(day)s", day=day))
        if plan.helped_by:
            return str(_("Already getting help: %(who)s", who=plan.helped_by))
    return str(WANTS[need.wants_help])


def clinic_zone(session: ScopedSession, clinic_id: UUID) -> str:
    """Return the IANA zone of a clinic."""
    return session.scalar(select(Member.timezone_name).where(Member.id == clinic_id)) or FALLBACK_ZONE


def clinic_day(zone: str) -> date:
    """Return today by the clinic's clock."""
    return clock.now().astimezone(zone_of(zone)).date()


def check_day(answer: NeedAnswer, zone: str, *, number: int) -> None:
    """Raise InvalidInput (field `lines-<number>-again_on`) where "not now" names no day, or one that is not ahead."""
    if answer.wants is not WantsHelp.NOT_NOW:
        return
    today = clinic_day(zone)
    if answer.again_on is None or not today < answer.again_on <= today + FARTHEST:
        raise InvalidInput(
            _l("Say when to ask again: a day after today, within two years."), f"lines-{number}-again_on"
        )


def _record(session: ScopedSession, number: int, answer: NeedAnswer, form_id: UUID, by: UUID | None) -> bool:
    plan_id = uuid5(form_id, answer.need_id.hex)
    need = session.scalar(select(Need).where(Need.id == answer.need_id))
    if need is None or session.scalar(select(NeedPlan.id).where(NeedPlan.id == plan_id)) is not None:
        return False
    zone = clinic_zone(session, need.clinic_id)
    standing = standing_plans(session, need.patient_id).get(need.id)
    if need.status in LIVE and not is_news(need, standing, answer, zone=zone):
        return False
    check_day(answer, zone, number=number)
    try:
        confirm_need(session, need, answer.wants, by=by)
    except StaleDataError as error:
        raise Conflict(_AT_ONCE) from error
    if standing is not None:
        standing.ended_at = clock.now()
        session.flush()
    plan = NeedPlan(
        id=plan_id,
        clinic_id=need.clinic_id,
        patient_id=need.patient_id,
        need_id=need.id,
        wants=answer.wants,
        offer_again_at=morning_of(answer.again_on, zone),
        stated_at=clock.now(),
        taken_by=by,
    )
    plan.helped_by = answer.helped_by
    _add(session, plan)
    return True


def _add(session: ScopedSession, plan: NeedPlan) -> None:
    try:
        with session.begin_nested():
            session.add(plan)
            session.flush()
    except IntegrityError as error:
        raise Conflict(_AT_ONCE) from error


_AT_ONCE = _l("Somebody wrote down another answer for this need at the same moment. Send the form again to see it.")
