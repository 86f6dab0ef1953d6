"""A clinician's own patients: who has something open, and what became of last week's prescriptions, in plain words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import url_for
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import CompoundSelect, Select, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import display_name
from referral.prescriptions.models import NeedPlan, Prescription
from referral.prescriptions.need_plans import plan_words
from referral.referrals.models import Referral
from referral.referrals.states import LIVE_SENT_STATES, TAKEN_STATES, Mode, ReferralState
from referral.screening.models import Need
from referral.screening.queries import LIVE
from referral.screening.saying_when import clinic_zone
from referral.screening.states import NeedStatus, WantsHelp
from referral.screening.words import need_label, place_label

WEEK = timedelta(days=7)
#: The page shows no more of one week; who signs more reads the list of referrals.
MOST_OF_A_WEEK = 200

S = ReferralState

#: What became of it, in the words of the page, by state. What never left or was taken back is no result.
BECAME: dict[str, LazyString] = {
    S.HELD: _l("Waiting"),
    S.SENT: _l("Waiting"),
    S.ACCEPTED: _l("Taken on"),
    S.IN_PROGRESS: _l("Taken on"),
    S.WAITLISTED: _l("Taken on, on a waiting list"),
    S.COMPLETED: _l("Received"),
    S.DECLINED: _l("Did not work out"),
    S.NOT_COMPLETED: _l("Did not work out"),
    S.EXPIRED: _l("Nobody answered"),
    S.WITHDRAWN: _l("The patient does not want it any more"),
}
#: Nobody was asked but the patient: neither silence nor "taken on" would be true.
ON_THEIR_OWN = _l("The patient goes or calls; not known yet")
DIFFER = _l("The two sides say different things")


@dataclass(frozen=True)
class OpenPatient:
    """A patient with what is open, each a sentence."""

    url: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Became:
    """What became of one referral. `state`: for the colour."""

    url: str
    need: str
    service: str
    words: str
    state: str
    simulated: bool


@dataclass(frozen=True)
class WeekOfPatient:
    """A patient with what became of what was prescribed for them."""

    url: str
    name: str
    results: tuple[Became, ...]


def open_patients(session: ScopedSession, person_id: UUID, *, number: int = 1) -> Page[OpenPatient]:
    """Return a page of the person's own patients with something open, those seen last first.

    One's own: whom one prescribed for, confirmed a need with, or registered. Records that were merged are one row, that
    of the record that is kept, with what is open on any of them. Six statements, however many rows.
    """
    found = _open_of(person_id)
    page = page_of(session, found, number, order=(Patient.created_at.desc(), Patient.id))
    kept = _kept_of(session, [patient.id for patient in page.rows])
    ids = list(kept)
    running = _by_patient(session.scalars(_live_referrals(ids)), kept)
    needs = _by_patient(session.scalars(_live_needs(ids)), kept)
    plans = {plan.need_id: plan for plan in session.scalars(_standing(ids))}
    zone = clinic_zone(session, page.rows[0].clinic_id) if page.rows else ""
    return page.showing(
        [
            OpenPatient(
                url=url_for("patients.show_patient", patient_id=patient.id),
                name=display_name(patient),
                lines=(
                    *_referral_lines(running.get(patient.id, [])),
                    *_need_lines(needs.get(patient.id, []), running.get(patient.id, []), plans, zone),
                ),
            )
            for patient in page.rows
        ]
    )


def last_week(session: ScopedSession, person_id: UUID, *, now: datetime) -> list[WeekOfPatient]:
    """Return what became of what the person signed in the last seven days, by patient, the newest first."""
    signed = (
        select(Referral)
        .where(Referral.signed_by == person_id, Referral.signed_at >= now - WEEK, Referral.state.in_(BECAME))
        .where(Referral.erased_at.is_(None))
        .order_by(Referral.signed_at.desc(), Referral.id.desc())
        .limit(MOST_OF_A_WEEK)
    )
    rows_signed = session.scalars(signed).all()
    by_patient = _by_patient(rows_signed, _persons_of(session, {row.patient_id for row in rows_signed}))
    named = select(Patient).where(Patient.id.in_(list(by_patient))).order_by(Patient.id)
    names = {patient.id: display_name(patient) for patient in session.scalars(named)}
    return [
        WeekOfPatient(
            url=url_for("patients.show_patient", patient_id=patient_id),
            name=names.get(patient_id, ""),
            results=tuple(map(_became, rows)),
        )
        for patient_id, rows in by_patient.items()
    ]


def tally(week: Iterable[WeekOfPatient]) -> list[tuple[str, int]]:
    """Return (words, how many) of a week's results, in the order of BECAME; what there is none of is left out."""
    counts: dict[str, int] = {}
    for patient in week:
        for result in patient.results:
            counts[result.words] = counts.get(result.words, 0) + 1
    order = [str(words) for words in (*BECAME.values(), ON_THEIR_OWN, DIFFER)]
    return sorted(counts.items(), key=lambda item: order.index(item[0]))


def _became(referral: Referral) -> Became:
    words, state = BECAME[referral.state], str(referral.state)
    if referral.state == S.IN_PROGRESS and referral.mode != Mode.SENT:
        words = ON_THEIR_OWN
    if referral.answers_differ:
        words, state = DIFFER, "answers_differ"
    return Became(
        url=url_for("referrals.show", referral_id=referral.id),
        need=str(need_label(referral.domain)),
        service=place_label(referral.domain, referral.service_facts.get("service_name")),
        words=str(words),
        state=state,
        simulated=referral.simulated,
    )


def _mine(person_id: UUID) -> CompoundSelect[UUID]:
    confirmed = or_(Need.confirmed_by == person_id, Need.created_by == person_id)
    return union(
        select(Prescription.patient_id).where(Prescription.signed_by == person_id),
        select(Need.patient_id).where(confirmed),
        select(Patient.id).where(Patient.created_by == person_id),
    )


def _open_of(person_id: UUID) -> Select[Patient]:
    record = aliased(Patient)
    person = func.coalesce(record.merged_into_id, record.id)
    running = exists().where(
        Referral.patient_id == record.id, or_(Referral.state.in_(LIVE_SENT_STATES), Referral.answers_differ)
    )
    wanted = exists().where(
        Need.patient_id == record.id,
        Need.status.in_(LIVE),
        or_(Need.wants_help.in_((WantsHelp.YES, WantsHelp.NOT_NOW)), Need.status == NeedStatus.UNCONFIRMED),
    )
    return select(Patient).where(
        Patient.id.in_(select(person).where(record.id.in_(_mine(person_id)))),
        Patient.id.in_(select(person).where(or_(running, wanted))),
        Patient.merged_into_id.is_(None),
        Patient.erased_at.is_(None),
        Patient.deceased_at.is_(None),
    )


def _kept_of(session: ScopedSession, kept_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the id of each record of these people to that of the record that is kept."""
    merged = select(Patient.id, Patient.merged_into_id).where(Patient.merged_into_id.in_(kept_ids))
    rows = session.execute(merged.order_by(Patient.id)).all()
    return {**{each: each for each in kept_ids}, **{row[0]: row[1] for row in rows if row[1] is not None}}


def _persons_of(session: ScopedSession, record_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return record to the record that is kept of the same person."""
    found = select(Patient.id, func.coalesce(Patient.merged_into_id, Patient.id)).where(Patient.id.in_(record_ids))
    return {row[0]: row[1] for row in session.execute(found.order_by(Patient.id))}


def _live_referrals(patient_ids: Sequence[UUID]) -> Select[Referral]:
    live = or_(Referral.state.in_(LIVE_SENT_STATES), Referral.answers_differ)
    return select(Referral).where(Referral.patient_id.in_(patient_ids), live).order_by(Referral.created_at, Referral.id)


def _live_needs(patient_ids: Sequence[UUID]) -> Select[Need]:
    live = select(Need).where(Need.patient_id.in_(patient_ids), Need.status.in_(LIVE))
    return live.order_by(Need.created_at, Need.id)


def _standing(patient_ids: Sequence[UUID]) -> Select[NeedPlan]:
    return select(NeedPlan).where(NeedPlan.patient_id.in_(patient_ids), NeedPlan.ended_at.is_(None))


def _referral_lines(referrals: Sequence[Referral]) -> list[str]:
    waiting = sum(row.state in (S.HELD, S.SENT) for row in referrals)
    taken = sum(row.state in TAKEN_STATES and row.mode == Mode.SENT for row in referrals)
    alone = sum(row.state in TAKEN_STATES and row.mode != Mode.SENT for row in referrals)
    differ = sum(row.answers_differ for row in referrals)
    lines = [
        (waiting, ngettext("%(num)s request waits for an answer", "%(num)s requests wait for an answer", waiting)),
        (taken, ngettext("%(num)s request is taken on", "%(num)s requests are taken on", taken)),
        (
            alone,
            ngettext("the patient goes or calls: %(num)s place", "the patient goes or calls: %(num)s places", alone),
        ),
        (differ, _("the two sides say different things: look at both")),
    ]
    return [str(words) for count, words in lines if count]


def _need_lines(
    needs: Sequence[Need], running: Sequence[Referral], plans: dict[UUID, NeedPlan], zone: str
) -> list[str]:
    busy = {row.need_id for row in running}
    unconfirmed = sum(need.status == NeedStatus.UNCONFIRMED for need in needs)
    standing = [need for need in needs if need.status != NeedStatus.UNCONFIRMED]
    free = sum(need.wants_help == WantsHelp.YES and need.id not in busy for need in standing)
    lines = [
        (unconfirmed, ngettext("%(num)s need to confirm", "%(num)s needs to confirm", unconfirmed)),
        (free, ngettext("%(num)s need without a place", "%(num)s needs without a place", free)),
    ]
    later = [
        _("%(need)s: %(words)s", need=need_label(need.domain), words=plan_words(need, plans.get(need.id), zone))
        for need in standing
        if need.wants_help == WantsHelp.NOT_NOW and need.id not in busy
    ]
    return [*(str(words) for count, words in lines if count), *map(str, later)]


def _by_patient(rows: Iterable[Referral | Need], kept: Mapping[UUID, UUID]) -> dict[UUID, list]:  # type: ignore[type-arg]  # of either kind
    found: dict[UUID, list[Referral | Need]] = {}
    for row in rows:
        found.setdefault(kept.get(row.patient_id, row.patient_id), []).append(row)
    return found
