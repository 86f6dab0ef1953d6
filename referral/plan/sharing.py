"""Which organizations may know what of a patient, as their own page tells it: only those that it names anyway."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure, SharingConsent
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.consents import sharing_consents_of
from referral.patients.disclosures import only_mailed_to
from referral.patients.models import Patient
from referral.patients.states import SharedField
from referral.plan.words import day_of
from referral.referrals.disclosing import FIRST_PAGE, TAKEN_BACK
from referral.referrals.models import Referral
from referral.referrals.queries import referrals_of_patient
from referral.referrals.states import Mode, ReferralState
from resources_directory.models.organization import Organization


@dataclass(frozen=True)
class Shared:
    """What one organization may know. `fields`: words; `since`: day in words. Stopped: it was told to discard it.

    Of one that was told to discard it `fields` is what it had been shown, as written down; empty where it was nothing.

    `requests`: names of the services for which it may know it, as far as the page names them. `unopened`: it answered,
    or did not, without ever looking at who the patient is, and can look no more.
    """

    organization_id: UUID
    organization: str
    fields: tuple[str, ...]
    since: str
    stopped: bool
    requests: tuple[str, ...] = ()
    unopened: bool = False

    def key_for(self, patient_id: UUID) -> str:
        """Return what stands for it in an address: it tells nobody which organization it is."""
        return uuid5(patient_id, self.organization_id.hex).hex


def had_left(referral: Referral) -> bool:
    """Return True for a request by which an organization was asked: it was told something, whatever became of it."""
    return referral.mode == Mode.SENT and referral.sent_at is not None


def asked_with_facts(session: ScopedSession, patient: Patient) -> list[Referral]:
    """Return the requests by which an organization may know something of the patient still, newest first."""
    return [
        row
        for row in referrals_of_patient(session, patient.id)
        if row.mode == Mode.SENT and row.state not in (*TAKEN_BACK, ReferralState.DRAFT, ReferralState.HELD)
    ]


def still_know(session: ScopedSession, patient: Patient) -> frozenset[UUID]:
    """Return the organizations that may know something of the patient, because a request and a permission stand."""
    given = {each.organization_id for each in sharing_consents_of(session, patient.id) if each.given}
    return frozenset(row.organization_id for row in asked_with_facts(session, patient)) & given


def shared_with(session: ScopedSession, patient: Patient, named: Sequence[Referral]) -> tuple[Shared, ...]:
    """Return who may know what, newest first. `named`: the requests that the page names."""
    wanted = {row.organization_id for row in named if row.mode == Mode.SENT}
    consents = [each for each in sharing_consents_of(session, patient.id) if each.organization_id in wanted]
    names = _organization_names(session, {each.organization_id for each in consents})
    knowing, shown = asked_with_facts(session, patient), _shown_to(session, patient, wanted)
    mailed = only_mailed_to(session, patient.id)
    found = []
    for each in consents:
        told = _About(names.get(each.organization_id, ""), shown.get(each.organization_id, frozenset()))
        found.append((each, _shared(each, told, named, knowing)))
    return tuple(
        replace(each, unopened=consent.organization_id in mailed and _never_opened(consent, each, knowing))
        for consent, each in found
    )


@dataclass(frozen=True)
class _About:
    """An organization: its name, and what it was ever shown."""

    name: str
    shown: frozenset[str]


def _shared(consent: SharingConsent, about: _About, named: Sequence[Referral], knowing: Sequence[Referral]) -> Shared:
    theirs = [row for row in knowing if row.organization_id == consent.organization_id]
    stopped = not consent.given or not theirs
    fields = [field for field in SharedField if field in about.shown] if stopped else consent.fields
    told = {row.id for row in named}
    return Shared(
        organization_id=consent.organization_id,
        organization=about.name,
        fields=tuple(str(FIELD_LABELS[SharedField(field)]) for field in fields),
        since=day_of(_told_to_discard(consent, named) if stopped else consent.at),
        stopped=stopped,
        requests=tuple(str(row.service_facts.get("service_name") or "") for row in theirs if row.id in told),
    )


def _never_opened(consent: SharingConsent, shared: Shared, knowing: Sequence[Referral]) -> bool:
    """Return True if there was more to see than the first page, and no request is left because of which it could be."""
    theirs = [row for row in knowing if row.organization_id == consent.organization_id]
    over = all(row.state in (ReferralState.DECLINED, ReferralState.EXPIRED) for row in theirs)
    return over and not shared.stopped and bool({*consent.fields} - {*FIRST_PAGE})


def _shown_to(
    session: ScopedSession, patient: Patient, organization_ids: Collection[UUID]
) -> dict[UUID, frozenset[str]]:
    """Return organization to the fields that it was ever shown of the patient, as they were written down."""
    found = select(Disclosure.organization_id, Disclosure.fields).where(
        Disclosure.patient_id == patient.id, Disclosure.organization_id.in_(sorted(organization_ids))
    )
    shown: dict[UUID, frozenset[str]] = {}
    for organization_id, fields in session.execute(found.order_by(Disclosure.at, Disclosure.id)):
        shown[organization_id] = shown.get(organization_id, frozenset()) | frozenset(fields)
    return shown


def _told_to_discard(consent: SharingConsent, named: Sequence[Referral]) -> datetime:
    """Return when an organization was told: with the word that stopped it, or as its last request was taken back."""
    if not consent.given:
        return consent.at
    theirs = [row for row in named if row.organization_id == consent.organization_id and row.mode == Mode.SENT]
    return max((row.closed_at for row in theirs if row.closed_at is not None), default=consent.at)


def _organization_names(session: ScopedSession, ids: Collection[UUID]) -> dict[UUID, str]:
    found = select(Organization.id, Organization.name).where(Organization.id.in_(sorted(ids)))
    return {row.id: row.name for row in session.execute(found.order_by(Organization.id))}
