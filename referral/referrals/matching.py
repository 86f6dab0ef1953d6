"""The best services for one need of one patient, with the reasons for and against each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from referral.kit.scope import ScopedSession
from referral.patients.barring import barred_organizations
from referral.patients.models import Patient
from referral.patients.queries import birth_date_of
from referral.referrals.states import Mode
from resources_directory.needs import NeedDomain
from resources_directory.ranking import Wishes, rank, score
from resources_directory.search import (
    ServiceQuery,
    find_for_needs,
    find_services,
    get_service,
    get_services,
    run_query,
)
from resources_directory.service_hit import ServiceHit

#: How many of the nearest are weighed against each other, and how many are offered.
WEIGHED = 60
OFFERED = 3
DAYS_OF_A_YEAR = 365.25


@dataclass(frozen=True)
class PatientWishes:
    """What counts for a match: ZIP code, language (ISO 639 code), age in years; and what the patient has barred.

    `barred_organizations`: ids in the directory.
    """

    zip_code: str | None = None
    language: str | None = None
    age: float | None = None
    barred_services: frozenset[UUID] = frozenset()
    barred_organizations: frozenset[UUID] = frozenset()

    def bars(self, hit: ServiceHit) -> bool:
        """Return True if the patient wants nothing to do with the service or its organization."""
        return hit.service_id in self.barred_services or hit.organization_id in self.barred_organizations


def wishes_of(patient: Patient, today: date) -> PatientWishes:
    """Return what counts for a match of this patient. The spoken language comes before the written one."""
    language = patient.spoken_language or patient.written_language
    born = birth_date_of(patient)
    return PatientWishes(
        zip_code=patient.zip_code,
        # Directories know languages by ISO 639, without script or country: "zh" of "zh-Hans".
        language=language.split("-")[0] if language and language != "none" else None,
        age=(today - born).days / DAYS_OF_A_YEAR if born else None,
    )


def wishes_for(session: ScopedSession, patient: Patient, *, now: datetime) -> PatientWishes:
    """Return what counts for a match of this patient, with the organizations that they have barred."""
    barred = barred_organizations(session, patient.id)
    return replace(wishes_of(patient, now.date()), barred_organizations=barred)


def best_services(
    session: ScopedSession, need: NeedDomain | str, wishes: PatientWishes, *, now: datetime, limit: int = OFFERED
) -> list[ServiceHit]:
    """Return up to `limit` services for the need, the best fit first, each with its reasons.

    What a person is too old or too young for by the service's own words is left out, and so is what the patient barred.
    """
    fitting = fitting_services(session, need, wishes, now=now)
    return [hit for hit in fitting if not wishes.bars(hit)][:limit]


def best_of_needs(
    session: ScopedSession, needs: Iterable[NeedDomain | str], wishes: PatientWishes, *, now: datetime
) -> dict[str, list[ServiceHit]]:
    """Return each need to its services, at most WEIGHED, in the order of `best_services`; read together."""
    found = find_for_needs(session, needs, near=wishes.zip_code, now=now, age=wishes.age, limit=WEIGHED)
    ranked = {need: rank(hits, _ranking_wishes(wishes), now=now) for need, hits in found.items()}
    return {need: [hit for hit in hits if not wishes.bars(hit)] for need, hits in ranked.items()}


def fitting_services(
    session: ScopedSession, need: NeedDomain | str, wishes: PatientWishes, *, now: datetime
) -> list[ServiceHit]:
    """Return the nearest services for the need, at most WEIGHED, the best fit first; barred ones are among them."""
    found = find_services(session, need=need, near=wishes.zip_code, now=now, age=wishes.age, limit=WEIGHED)
    return rank(found, _ranking_wishes(wishes), now=now)


def chosen_service(
    session: ScopedSession, service_id: UUID, wishes: PatientWishes, *, now: datetime
) -> ServiceHit | None:
    """Return one service with the reasons for this patient, or None when it is gone or barred."""
    hit = get_service(session, service_id, now)
    if hit is None or wishes.bars(hit):
        return None
    return rank([hit], _ranking_wishes(wishes), now=now)[0]


def chosen_services(
    session: ScopedSession, service_ids: Collection[UUID], wishes: PatientWishes, *, now: datetime
) -> dict[UUID, ServiceHit]:
    """Return each id to its service with the reasons for this patient; those that are gone or barred are left out."""
    found = get_services(session, service_ids, near=wishes.zip_code, now=now)
    ranked = {hit.service_id: hit for hit in rank(found.values(), _ranking_wishes(wishes), now=now)}
    pairs = ((asked, ranked[hit.service_id]) for asked, hit in found.items())
    return {asked: hit for asked, hit in pairs if not wishes.bars(hit)}


def services_by_words(
    session: ScopedSession, need: NeedDomain | str | None, words: str, wishes: PatientWishes, *, now: datetime
) -> list[ServiceHit]:
    """Return the services for the need with all the words, at most WEIGHED, the best fit first; of any age.

    Without a need every service is looked through. Barred ones are left out.
    """
    query = ServiceQuery(need=need, text=words, near=wishes.zip_code)
    found = run_query(session, query, now=now, limit=WEIGHED)
    return [hit for hit in rank(found, _ranking_wishes(wishes), now=now) if not wishes.bars(hit)]


def confidential_services(
    session: ScopedSession, need: NeedDomain | str, wishes: PatientWishes, *, now: datetime
) -> list[ServiceHit]:
    """Return the confidential services for the need, those with a place to go first, then the best fit first.

    Their places are private and stand at no distance, so that a search for the nearest may leave them all out.
    """
    query = ServiceQuery(need=need, near=wishes.zip_code, age=wishes.age, confidential=True)
    found = rank(run_query(session, query, now=now, limit=WEIGHED), _ranking_wishes(wishes), now=now)
    return sorted((hit for hit in found if not wishes.bars(hit)), key=lambda hit: not hit.private)


def usual_first(hits: Iterable[ServiceHit], usual: Collection[UUID], *, now: datetime) -> list[ServiceHit]:
    """Return ranked services with, of equals, the clinic's usual ones first."""
    return sorted(hits, key=lambda hit: fit_then_usual(hit, usual, now=now))


def fit_then_usual(hit: ServiceHit, usual: Collection[UUID], *, now: datetime) -> tuple[float, bool]:
    """Return the key that puts the best fit first, and of equals the clinic's usual one.

    Equal is what has the same points to one decimal: about the length of a walk round the block.
    """
    return -round(score(hit.reasons, now=now), 1), hit.service_id not in usual


def modes_for(hit: ServiceHit, *, reachable: bool) -> tuple[Mode, ...]:
    """Return the modes a service allows: a confidential one only a call made together; "sent" needs an address."""
    if hit.confidential:
        return (Mode.PHONE_HAND_OVER,)
    return tuple(mode for mode in Mode if reachable or mode is not Mode.SENT)


def _ranking_wishes(wishes: PatientWishes) -> Wishes:
    return Wishes(language=wishes.language, age=wishes.age, has_place=wishes.zip_code is not None, somebody=True)
