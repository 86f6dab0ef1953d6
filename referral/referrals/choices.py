"""Which other places a patient wants: chosen, and asked by nobody since; and the one to-do that tells of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, or_, select, update

from referral.accounts.models import Member
from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.referrals.models import Referral
from referral.referrals.rerouting_models import RerouteAlternative
from referral.referrals.states import ReferralState
from referral.referrals.to_dos import need_a_person
from referral.screening.models import Need
from referral.todos.actions import finish_needless
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id

R = ToDoReason

#: They ask for another place; who has chosen one needs none offered.
_OFFERING = (R.ORGANIZATION_DECLINED, R.REFERRAL_EXPIRED)

_CHOSEN = _l("They chose another place.")
_TAKEN_BACK = _l("They do not want the place any more that they had chosen.")


@dataclass(frozen=True)
class Choice:
    """A place that the patient wants for a need. `at`: when they said so last."""

    service_id: UUID
    service_name: str
    organization_name: str
    at: datetime


def standing_choices(session: ScopedSession, need_ids: Collection[UUID]) -> dict[UUID, list[Choice]]:
    """Return need to the places that were chosen for it and not asked since, the oldest choice first; two statements.

    A choice is used up once its place was asked, whatever came of it, and once help for the need came from elsewhere.
    """
    if not need_ids:
        return {}
    wanted = sorted(need_ids)
    chosen = select(RerouteAlternative, RerouteAlternative.chosen_at, Referral.need_id)
    chosen = chosen.join(Referral, Referral.id == RerouteAlternative.referral_id)
    chosen = chosen.where(Referral.need_id.in_(wanted), RerouteAlternative.chosen_at.is_not(None))
    rows = session.execute(chosen.order_by(RerouteAlternative.chosen_at, RerouteAlternative.id)).all()
    asked = select(Referral.need_id, Referral.service_id, Referral.state, Referral.closed_at).where(
        Referral.need_id.in_(wanted), Referral.state != ReferralState.DRAFT
    )
    requests = session.execute(asked.order_by(Referral.id)).all() if rows else ()
    found: dict[UUID, dict[UUID, Choice]] = {}
    for row, chosen_at, need_id in rows:
        if chosen_at is None:
            continue
        of_need = found.setdefault(need_id, {})
        of_need.pop(row.service_id, None)
        after = [each for each in requests if each.need_id == need_id and _is_after(each.closed_at, chosen_at)]
        used = any(each.service_id == row.service_id or each.state == ReferralState.COMPLETED for each in after)
        if not used:
            of_need[row.service_id] = _choice(row, chosen_at)
    return {need_id: list(of_need.values()) for need_id, of_need in found.items() if of_need}


def take_back(session: ScopedSession, referral: Referral, service_id: UUID) -> None:
    """Forget that the patient chose a place for the referral's need; whoever was to ask it is told. Flushes."""
    session.execute(
        update(RerouteAlternative)
        .where(RerouteAlternative.referral_id.in_(_of_need(referral)), RerouteAlternative.service_id == service_id)
        .values(chosen_at=None, chosen_by_kind=None, chosen_by=None)
        .execution_options(synchronize_session="fetch")
    )
    tell_of_choices(session, referral)


def lock_need(session: ScopedSession, referral: Referral) -> None:
    """Let choices for one need come one after the other, so that one to-do tells of all of them."""
    session.execute(select(Need.id).where(Need.id == referral.need_id).with_for_update(key_share=True))


def tell_of_choices(session: ScopedSession, referral: Referral) -> None:
    """Keep one to-do for the need, which names what was chosen in its order; none chosen, another place is looked for.

    Flushes; the caller commits.
    """
    choices = standing_choices(session, [referral.need_id]).get(referral.need_id, [])
    about = and_(ToDo.subject_kind == "referral", ToDo.subject_id.in_(_of_need(referral)))
    waiting = and_(about, ToDo.reason == R.CHOSE_OTHER_PLACE)
    if not choices:
        if finish_needless(session, waiting, outcome=_TAKEN_BACK):
            declined = referral.state == ReferralState.DECLINED
            need_a_person(session, referral, _OFFERING[0] if declined else _OFFERING[1], key=str(new_id()))
        return
    note = _note(session, referral, choices)
    open_one = session.scalars(select(ToDo).where(waiting, ToDo.done_at.is_(None)).order_by(ToDo.id).limit(1)).first()
    if open_one is not None:
        open_one.note = note
        session.flush()
    else:
        need_a_person(session, referral, R.CHOSE_OTHER_PLACE, key=str(new_id()), note=note)
    offering = and_(about, ToDo.reason.in_(_OFFERING))
    left = and_(ToDo.subject_kind == "need", ToDo.subject_id == referral.need_id, ToDo.reason == R.OTHER)
    finish_needless(session, or_(offering, left), outcome=_CHOSEN)


def _is_after(closed_at: datetime | None, chosen_at: datetime) -> bool:
    """Return True for a request that was under way, or closed, since a place was chosen."""
    return closed_at is None or closed_at >= chosen_at


def _of_need(referral: Referral) -> Select[UUID]:
    return select(Referral.id).where(Referral.need_id == referral.need_id)


def _choice(row: RerouteAlternative, chosen_at: datetime) -> Choice:
    facts = row.facts or {}
    names = str(facts.get("service_name") or ""), str(facts.get("organization_name") or "")
    return Choice(row.service_id, *names, chosen_at)


def _note(session: ScopedSession, referral: Referral, choices: Sequence[Choice]) -> str:
    """Return what was chosen, a line each, the oldest first, on the clinic's clock."""
    zone = zone_of(session.get_one(Member, referral.clinic_id).timezone_name)
    with speaking(STAFF_LANGUAGE):
        lines = [
            _(
                "%(moment)s: they chose %(service)s of %(organization)s.",
                moment=format_datetime(each.at.astimezone(zone), "medium", rebase=False),
                service=each.service_name,
                organization=each.organization_name,
            )
            for each in choices
        ]
    return "\n".join(map(str, lines))
