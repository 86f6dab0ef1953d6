"""What the household page shows of each person: the open needs that may stand there, each with its next step."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import or_, select

from referral.accounts.principal import Signed
from referral.kit.scope import ScopedSession
from referral.navigation.households import Household
from referral.patients.models import Patient
from referral.patients.proxies import private_domains
from referral.patients.queries import display_name
from referral.prescriptions.models import NeedPlan
from referral.prescriptions.need_plans import plan_words
from referral.referrals.models import Referral
from referral.referrals.policies import ReferralPermission
from referral.referrals.states import LIVE_SENT_STATES, SIGN
from referral.referrals.words import STATES
from referral.screening.models import Need
from referral.screening.policies import ScreeningPermission
from referral.screening.queries import LIVE
from referral.screening.saying_when import clinic_zone
from referral.screening.states import NeedStatus, WantsHelp
from referral.screening.words import NEEDS
from resources_directory.needs import SENSITIVE, NeedDomain


@dataclass(frozen=True)
class Step:
    """What is next for one need. `url`: where the reader does it, or looks; empty where they may do neither."""

    need: str
    words: str
    url: str


@dataclass(frozen=True)
class MemberRow:
    """One person of the household with what is open for them."""

    patient_id: UUID
    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Ground:
    """What is known of everybody's open needs. `running`: need to its newest live referral."""

    needs: dict[UUID, list[Need]]
    running: dict[UUID, Referral]
    plans: dict[UUID, NeedPlan]
    hidden: dict[UUID, frozenset[NeedDomain]]
    zone: str


def member_rows(session: ScopedSession, patient: Patient, household: Household, *, reader: Signed) -> list[MemberRow]:
    """Return a row for the patient, then for everybody else in the household, in their order.

    A need that is sensitive, or that somebody keeps to themselves, has no row. Five statements for any number of rows.
    """
    ground = _ground(session, household, patient.clinic_id)
    return [
        MemberRow(
            patient_id=each.id,
            name=display_name(each),
            steps=tuple(
                step
                for need in ground.needs[each.id]
                if need.domain not in ground.hidden[each.id] and (step := _step(need, ground, reader))
            ),
        )
        for each in (patient, *household.others)
    ]


def _ground(session: ScopedSession, household: Household, clinic_id: UUID) -> _Ground:
    records = household.records
    needs: dict[UUID, list[Need]] = defaultdict(list)
    live = select(Need).where(Need.patient_id.in_(list(records)), Need.status.in_(LIVE), Need.domain.not_in(SENSITIVE))
    for need in session.scalars(live.order_by(Need.created_at, Need.id)):
        needs[records[need.patient_id]].append(need)
    ids = [need.id for each in needs.values() for need in each]
    plans = select(NeedPlan).where(NeedPlan.need_id.in_(ids), NeedPlan.ended_at.is_(None)).order_by(NeedPlan.id)
    running = select(Referral).where(
        Referral.need_id.in_(ids), or_(Referral.state.in_(LIVE_SENT_STATES), Referral.answers_differ)
    )
    newest_last = session.scalars(running.order_by(Referral.created_at, Referral.id))
    return _Ground(
        needs,
        {each.need_id: each for each in newest_last},
        {each.need_id: each for each in session.scalars(plans)},
        _hidden(session, records),
        clinic_zone(session, clinic_id),
    )


def _hidden(session: ScopedSession, records: Mapping[UUID, UUID]) -> dict[UUID, frozenset[NeedDomain]]:
    """Return person to the needs that never stand here, whichever of their records says so."""
    hidden = dict.fromkeys(records.values(), SENSITIVE)
    found = select(Patient).where(Patient.id.in_(list(records))).order_by(Patient.id)
    for record in session.scalars(found):
        hidden[records[record.id]] |= private_domains(record)
    return hidden


def _step(need: Need, ground: _Ground, reader: Signed) -> Step | None:
    """Return what is next for a need; None where nothing is open."""
    label, running = str(NEEDS[need.domain]), ground.running.get(need.id)
    if running is not None:
        facts = {"service": running.service_facts.get("service_name", ""), "state": STATES[running.state]}
        words = _("%(service)s: %(state)s", **facts)
        if running.answers_differ:
            words = _("%(service)s: the two sides say different things", service=facts["service"])
        url = url_for("referrals.show", referral_id=running.id) if reader.allows(ReferralPermission.VIEW) else ""
        return Step(label, str(words), url)
    if need.status == NeedStatus.UNCONFIRMED:
        url = url_for("screening.confirm_page", need_id=need.id)
        return Step(label, str(_("Ask, and confirm it")), url if reader.allows(ScreeningPermission.CONFIRM) else "")
    if need.wants_help == WantsHelp.YES:
        url = url_for("prescriptions.prescribe", patient_id=need.patient_id, need=need.id)
        return Step(label, str(_("No place yet: prescribe")), url if reader.allows(SIGN) else "")
    if need.wants_help == WantsHelp.NOT_NOW:
        return Step(label, plan_words(need, ground.plans.get(need.id), ground.zone), "")
    return None
