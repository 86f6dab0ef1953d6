"""When the patient wants help with a need: now, later, not at all, or somewhere else already."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from referral.kit import clock
from referral.kit.business_days import WORK_BEGINS
from referral.kit.errors import Conflict
from referral.kit.remembering import remembered
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.prescriptions.models import NeedPlan
from referral.prescriptions.running import running_requests, withdraw_running
from referral.referrals.actors import Actor, ActorKind
from referral.screening.actions import confirm_need
from referral.screening.hooks import NeedAnswer, Taken
from referral.screening.models import Need
from referral.screening.queries import LIVE
from referral.screening.saying_when import check_day, clinic_zone
from referral.screening.states import NeedStatus, WantsHelp
from referral.screening.words import WANTS, is_private_matter


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
    return datetime.combine(day, WORK_BEGINS, zone_of(zone)) if day else None


def plan_words(need: Need, plan: NeedPlan | None, zone: str) -> str:
    """Return what the patient said about when, with the day or who helps; days are the clinic's."""
    if plan is not None and plan.wants == need.wants_help:
        if plan.offer_again_at is not None:
            day = format_date(plan.offer_again_at.astimezone(zone_of(zone)).date(), "medium")
            return str(_("Not now; to be asked again on %(day)s", day=day))
        if plan.helped_by:
            return str(_("Already getting help: %(who)s", who=plan.helped_by))
    return str(WANTS[need.wants_help])


def listed_words(need: Need, plan: NeedPlan | None, zone: str) -> str:
    """Return what the patient said of a need, for a list: who helps with a private matter is not named."""
    private = is_private_matter(need.domain) and need.wants_help == WantsHelp.ALREADY
    return str(WANTS[need.wants_help]) if private else plan_words(need, plan, zone)


def words_of_needs(session: ScopedSession, needs: Sequence[Need]) -> Mapping[UUID, str]:
    """Return need to `listed_words`, of one patient's needs. Fills screening.hooks.words_of_needs."""
    if not needs:
        return {}
    plans, zone = standing_plans(session, needs[0].patient_id), clinic_zone(session, needs[0].clinic_id)
    return {need.id: listed_words(need, plans.get(need.id), zone) for need in needs}


def follow_answer(session: ScopedSession, need: Need, answer: NeedAnswer, taken: Taken) -> None:
    """Let an answer count that is written on the need already. Fills screening.hooks.on_need_answered.

    Raises Conflict when somebody else wrote at the same moment, and as `move`. Flushes.
    """
    if not was_answered(session, taken.form_id, need.id):
        _plan(session, need, answer, taken.form_id, taken.person_id)
    actor = Actor(ActorKind.MEMBERSHIP, taken.person_id, taken.name)
    withdraw_running(session, need.id, answer.withdraw, by=actor)


def is_said_already(session: ScopedSession, need: Need, answer: NeedAnswer) -> bool:
    """Return True if an answer is written down, and no request waits to be withdrawn by it.

    Fills screening.hooks.is_said_already.
    """
    plan, zone = standing_plans(session, need.patient_id).get(need.id), clinic_zone(session, need.clinic_id)
    if is_news(need, plan, answer, zone=zone):
        return False
    running = running_requests(session, need.patient_id, [need]).get(need.id, ()) if answer.withdraw else ()
    return not {each.referral_id for each in running} & set(answer.withdraw)


def was_answered(session: ScopedSession, form_id: UUID, need_id: UUID) -> bool:
    """Return True if this filling of a form was written down for the need. Fills screening.hooks.was_answered."""
    return session.scalar(select(NeedPlan.id).where(NeedPlan.id == _plan_id(form_id, need_id))) is not None


def _plan_id(form_id: UUID, need_id: UUID) -> UUID:
    return uuid5(form_id, need_id.hex)


def _record(session: ScopedSession, number: int, answer: NeedAnswer, form_id: UUID, by: UUID | None) -> bool:
    need = session.scalar(select(Need).where(Need.id == answer.need_id))
    if need is None or was_answered(session, form_id, answer.need_id):
        return False
    zone = clinic_zone(session, need.clinic_id)
    standing = standing_plans(session, need.patient_id).get(need.id)
    if need.status in LIVE and not is_news(need, standing, answer, zone=zone):
        return False
    check_day(answer, zone, field=f"lines-{number}-again_on")
    try:
        confirm_need(session, need, answer.wants, by=by)
    except StaleDataError as error:
        raise Conflict(_AT_ONCE) from error
    _plan(session, need, answer, form_id, by)
    return True


def _plan(session: ScopedSession, need: Need, answer: NeedAnswer, form_id: UUID, by: UUID | None) -> None:
    """Let the answer stand instead of what was said before about when."""
    standing = standing_plans(session, need.patient_id).get(need.id)
    if standing is not None:
        standing.ended_at = clock.now()
        session.flush()
    plan = NeedPlan(
        id=_plan_id(form_id, need.id),
        clinic_id=need.clinic_id,
        patient_id=need.patient_id,
        need_id=need.id,
        wants=answer.wants,
        offer_again_at=morning_of(answer.again_on, clinic_zone(session, need.clinic_id)),
        stated_at=clock.now(),
        taken_by=by,
    )
    plan.helped_by = answer.helped_by
    _add(session, plan)


def _add(session: ScopedSession, plan: NeedPlan) -> None:
    try:
        with session.begin_nested():
            session.add(plan)
            session.flush()
    except IntegrityError as error:
        raise Conflict(_AT_ONCE) from error


_AT_ONCE = _l("Somebody wrote down another answer for this need at the same moment. Send the form again to see it.")
