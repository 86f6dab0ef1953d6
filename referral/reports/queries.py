"""Facts for the rates: referrals of named clinics in a period, without a name, date of birth or place."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from referral.accounts.models import Member
from referral.accounts.roles import MemberKind
from referral.kit.i18n import NO_WRITTEN_LANGUAGE
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import Outcome, ReferralState, Side
from referral.reports.measures import ReferralFact, Said
from referral.reports.periods import Period
from referral.screening.models import Need
from referral.screening.states import NeedStatus

REASON = "report"


def clinics_of(session: ScopedSession, member_id: UUID, kind: MemberKind) -> list[UUID]:
    """Return the clinics a member's reports are about: its own, or every one for the network. Ordered by name."""
    clinics = select(Member.id).where(Member.kind == MemberKind.CLINIC).order_by(Member.name, Member.id)
    if kind is not MemberKind.NETWORK:
        clinics = clinics.where(Member.id == member_id)
    return list(session.scalars(clinics))


def referral_facts(session: ScopedSession, clinic_ids: Collection[UUID], period: Period) -> list[ReferralFact]:
    """Return one fact for each referral of the clinics signed in the period; drafts count by the day they were begun.

    It reads past the session's scope, because analysts see no rows of patients: only what it hands out leaves here.
    """
    wanted = _wanted(clinic_ids, period)
    with session.widened(REASON):
        rows = session.execute(
            select(
                Referral.id,
                Referral.state,
                Referral.signed_at,
                Referral.answers_differ,
                Referral.simulated,
                Need.status,
                func.coalesce(Patient.spoken_language, func.nullif(Patient.written_language, NO_WRITTEN_LANGUAGE)),
            )
            .join(Need, Need.id == Referral.need_id)
            .join(Patient, Patient.id == Referral.patient_id)
            .where(*wanted)
            .order_by(Referral.id)
        ).all()
        said = _said(session, wanted)
    return [
        ReferralFact(
            state=ReferralState(state),
            signed=signed_at is not None,
            said=tuple(said[referral_id]),
            contradicted=differ,
            need_status=NeedStatus(status),
            simulated=simulated,
            language=language,
        )
        for referral_id, state, signed_at, differ, simulated, status, language in rows
    ]


def _said(session: ScopedSession, wanted: Sequence[ColumnElement[bool]]) -> dict[UUID, list[Said]]:
    found: dict[UUID, list[Said]] = defaultdict(list)
    rows = session.execute(
        select(Testimony.referral_id, Testimony.side, Testimony.outcome, Testimony.reason)
        .join(Referral, Referral.id == Testimony.referral_id)
        .where(*wanted)
        .order_by(Testimony.at, Testimony.id)
    )
    for referral_id, side, outcome, reason in rows:
        found[referral_id].append(Said(Side(side), Outcome(outcome), reason))
    return found


def _wanted(clinic_ids: Collection[UUID], period: Period) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Referral.clinic_id.in_(sorted(clinic_ids))]
    moment = func.coalesce(Referral.signed_at, Referral.created_at)
    if period.start is not None:
        conditions.append(moment >= period.start)
    if period.end is not None:
        conditions.append(moment < period.end)
    return conditions
