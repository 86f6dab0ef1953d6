"""What ends because of a bar when two records become one, and what of it comes back when they are taken apart.

The patient withdraws nothing by it: a person joins the records, and another record bars the organization. So it stands
in the history, with the name of who joined them. Nothing ends that was not shown before (merge_compare.html).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.patients import hooks
from referral.patients.barring import BarRow, barred_organizations, barred_people, bars_of
from referral.patients.consent_models import SharingConsent
from referral.patients.consent_words import WORDS_VERSION
from referral.patients.consents import ConsentTaken, record_sharing_consent, sharing_consents_of
from referral.patients.models import Patient
from referral.patients.need_words import NEEDS
from referral.patients.proxies import OPEN_TO_OTHERS, Proxy, private_domains_of, proxies_of
from referral.patients.queries import records_of_person
from referral.patients.record_models import PatientMerge
from referral.patients.states import ConsentMethod, SharedField
from referral.patients.wish_models import PatientBar
from resources_directory.models.organization import Organization

#: Who spoke, of a permission that ended without a word of the patient's.
BY_THE_CLINIC = "clinic"

_BARRED_ELSEWHERE = _l("Ended by joining two records: the other record bars this organization.")


@dataclass(frozen=True)
class Ends:
    """What a merge ends. `id`: of the request or the consent; `what`: in words; `patient_id`: whose record."""

    id: UUID
    patient_id: UUID
    what: str


@dataclass(frozen=True)
class Ended:
    """What a merge has ended. `comes_back`: with taking the two apart, because nothing hangs on it any more."""

    patient_id: UUID
    what: str
    comes_back: bool = False


@dataclass(frozen=True)
class Wishes:
    """What a record says of a patient's wishes: whom they bar, who speaks for them, needs they keep to themselves."""

    bars: list[BarRow]
    proxies: list[Proxy]
    private: list[LazyString]


def wishes_of(session: ScopedSession, patient_id: UUID) -> Wishes:
    """Return the wishes that stand on a record, for the page that compares two."""
    private = private_domains_of(session, patient_id)
    kept = [NEEDS[domain] for domain in OPEN_TO_OTHERS if domain in private]
    return Wishes(bars_of(session, patient_id), proxies_of(session, patient_id), kept)


def what_bars_end(session: ScopedSession, kept_id: UUID, merged_id: UUID) -> list[Ends]:
    """Return the live requests and permissions of either record that a merge would end because one of them bars.

    Requests first; of each the kept record's first.
    """
    records = {*records_of_person(session, kept_id), merged_id}
    barred = barred_organizations(session, kept_id) | barred_organizations(session, merged_id)
    requests = [row for row in hooks.sent_requests(session, records) if row.organization_id in barred]
    given = _given_to(session, records, barred)
    names = _names(session, {each.organization_id for each in given})
    ends = [Ends(row.id, row.patient_id, _request_words(row.need, row.place)) for row in requests]
    ends += [Ends(each.id, each.patient_id, _consent_words(each, names)) for each in given]
    return ends


def end_what_is_barred(session: ScopedSession, merge: PatientMerge, *, by: UUID) -> None:
    """Let what was barred on one record of a person count for all, now that they are one. Flushes.

    To-dos of a barred person are somebody else's. Sharing with a barred organization ends, and with it its requests:
    it is told to discard what it knows, and not why.
    """
    records = records_of_person(session, merge.patient_id)
    for person_id in sorted(barred_people(session, merge.patient_id)):
        for record_id in records:
            hooks.on_person_barred(session, record_id, person_id)
    barred = barred_organizations(session, merge.patient_id)
    for given in _given_to(session, records, barred):
        with speaking(STAFF_LANGUAGE):
            words = str(_BARRED_ELSEWHERE)
        taken = ConsentTaken(
            words,
            STAFF_LANGUAGE,
            WORDS_VERSION,
            ConsentMethod.BY_JOINING_RECORDS,
            by,
            in_whose_name=BY_THE_CLINIC,
            event_id=_ending_of(merge, given),
        )
        patient = session.get_one(Patient, given.patient_id)
        record_sharing_consent(session, patient, given.organization_id, fields=[], taken=taken)
    hooks.end_barred_requests(session, records, barred, by)


def what_ended(session: ScopedSession, merge: PatientMerge) -> list[Ended]:
    """Return what a merge in force has ended: requests, which stay ended, then permissions."""
    ended = _requests_ended(session, merge)
    requests = [Ended(row.patient_id, _request_words(row.need, row.place)) for row in ended]
    told = {(row.patient_id, row.organization_id) for row in ended if row.was_out}
    given = _endings(session, merge)
    names = _names(session, {each.organization_id for each in given})
    return [*requests, *(
        Ended(each.patient_id, _consent_words(each, names), comes_back=_comes_back(session, merge, each, told))
        for each in given
    )]  # fmt: skip


def give_back(session: ScopedSession, merge: PatientMerge, *, by: UUID) -> None:
    """Let permissions stand again that a merge has ended, as far as it is safe; the rest is somebody's to-do. Flushes.

    Called while the merge stands. Safe: the organization was told nothing, nothing was said of it since, no own bar.
    """
    ended = what_ended(session, merge)
    told = {(row.patient_id, row.organization_id) for row in _requests_ended(session, merge) if row.was_out}
    for given in _endings(session, merge):
        if _comes_back(session, merge, given, told):
            speaker = f"{given.in_whose_name}:{given.proxy_id}" if given.proxy_id else given.in_whose_name
            taken = ConsentTaken(
                given.words or "",
                given.words_language,
                given.words_version,
                ConsentMethod.BY_JOINING_RECORDS,
                by,
                in_whose_name=speaker,
                interpreter=given.interpreter,
            )
            patient, fields = session.get_one(Patient, given.patient_id), [SharedField(each) for each in given.fields]
            record_sharing_consent(session, patient, given.organization_id, fields=fields, taken=taken)
    for record_id in (merge.patient_id, merge.merged_id):
        lost = [each.what for each in ended if each.patient_id == record_id and not each.comes_back]
        if lost:
            hooks.on_ended_for_good(session, session.get_one(Patient, record_id), merge.id, lost)


def _given_to(
    session: ScopedSession, record_ids: Iterable[UUID], organization_ids: Collection[UUID]
) -> list[SharingConsent]:
    """Return the permissions in force of these records for these organizations."""
    found = (consent for record_id in record_ids for consent in sharing_consents_of(session, record_id))
    return [each for each in found if each.given and each.organization_id in organization_ids]


def _ending_of(merge: PatientMerge, given: SharingConsent) -> UUID:
    """Return the id of the event with which a merge ends a permission."""
    return uuid5(merge.id, given.id.hex)


def _endings(session: ScopedSession, merge: PatientMerge) -> list[SharingConsent]:
    """Return the permissions that a merge has ended, as they were given, the oldest first."""
    mine = SharingConsent.patient_id.in_((merge.patient_id, merge.merged_id))
    events = session.scalars(select(SharingConsent).where(mine).order_by(SharingConsent.at, SharingConsent.id)).all()
    known = {each.id for each in events}
    return [each for each in events if each.given and _ending_of(merge, each) in known]


def _comes_back(
    session: ScopedSession, merge: PatientMerge, given: SharingConsent, told: Collection[tuple[UUID, UUID]]
) -> bool:
    if (given.patient_id, given.organization_id) in told:
        return False
    newest = {each.organization_id: each.id for each in sharing_consents_of(session, given.patient_id)}
    if newest.get(given.organization_id) != _ending_of(merge, given):
        return False
    others = set(records_of_person(session, merge.patient_id)) - {merge.merged_id}
    own = {merge.merged_id} if given.patient_id == merge.merged_id else others
    bar = select(PatientBar.id).where(
        PatientBar.patient_id.in_(own),
        PatientBar.organization_id == given.organization_id,
        PatientBar.lifted_at.is_(None),
    )
    return session.scalar(bar.limit(1)) is None


def _requests_ended(session: ScopedSession, merge: PatientMerge) -> list[hooks.EndedRequest]:
    later = select(PatientMerge.merged_at).where(
        PatientMerge.patient_id == merge.patient_id, PatientMerge.merged_at > merge.merged_at
    )
    until: datetime | None = session.scalar(later.order_by(PatientMerge.merged_at).limit(1))
    return hooks.ended_by_joining(session, {merge.patient_id, merge.merged_id}, merge.merged_at, until)


def _request_words(need: str, place: str) -> str:
    if need == place:  # a private matter names no place, and is not named twice
        return str(_("The request: %(need)s", need=need))
    return str(_("The request to %(place)s: %(need)s", place=place, need=need))


def _consent_words(given: SharingConsent, names: Mapping[UUID, str]) -> str:
    name = names.get(given.organization_id) or _("an organization that is no longer listed")
    day = format_date(given.at, "medium")
    return str(_("The permission to share with %(name)s, given on %(day)s", name=name, day=day))


def _names(session: ScopedSession, organization_ids: Collection[UUID]) -> dict[UUID, str]:
    listed = select(Organization.id, Organization.name).where(Organization.id.in_(organization_ids))
    return {row.id: row.name for row in session.execute(listed.order_by(Organization.id))}
