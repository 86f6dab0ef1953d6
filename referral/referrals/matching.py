"""The best services for one need of one patient, with the reasons for and against each."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import birth_date_of
from referral.referrals.states import Mode
from resources_directory.needs import NeedDomain
from resources_directory.ranking import Wishes, rank
from resources_directory.search import find_services, get_service
from resources_directory.service_hit import ServiceHit

#: How many of the nearest are weighed against each other, and how many are offered.
WEIGHED = 60
OFFERED = 3
DAYS_OF_A_YEAR = 365.25


@dataclass(frozen=True)
class PatientWishes:
    """What counts for a match: ZIP code, language (ISO 639 code), age in years; and what the patient has barred."""

    zip_code: str | None = None
    language: str | None = None
    age: float | None = None
    barred_services: frozenset[UUID] = frozenset()


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


def best_services(
    session: ScopedSession,
    need: NeedDomain | str,
    wishes: PatientWishes,
    *,
    now: datetime,
    limit: int = OFFERED,
) -> list[ServiceHit]:
    """Return up to `limit` services for the need, the best fit first, each with its reasons.

    What a person is too old or too young for by the service's own words is left out, and so is what the patient barred.
    """
    found = find_services(session, need=need, near=wishes.zip_code, now=now, age=wishes.age, limit=WEIGHED)
    allowed = [hit for hit in found if hit.service_id not in wishes.barred_services]
    return rank(allowed, _ranking_wishes(wishes), now=now)[:limit]


def chosen_service(
    session: ScopedSession, service_id: UUID, wishes: PatientWishes, *, now: datetime
) -> ServiceHit | None:
    """Return one service with the reasons for this patient, or None when it is gone or barred."""
    hit = get_service(session, service_id, now)
    if hit is None or hit.service_id in wishes.barred_services:
        return None
    return rank([hit], _ranking_wishes(wishes), now=now)[0]


def modes_for(hit: ServiceHit, *, reachable: bool) -> tuple[Mode, ...]:
    """Return the modes a service allows: a confidential one only a call made together; "sent" needs an address."""
    if hit.confidential:
        return (Mode.PHONE_HAND_OVER,)
    return tuple(mode for mode in Mode if reachable or mode is not Mode.SENT)


def _ranking_wishes(wishes: PatientWishes) -> Wishes:
    return Wishes(language=wishes.language, age=wishes.age, has_place=wishes.zip_code is not None)
