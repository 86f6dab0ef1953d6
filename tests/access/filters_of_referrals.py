"""What belongs to one clinic and is counted or listed whole: referrals by state, facts of reports, patients."""

from collections.abc import Iterator

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.navigation.queries import _living_in
from referral.patients.models import Patient
from referral.patients.queries import all_patients
from referral.referrals.models import Referral
from referral.referrals.queries import count_by_state
from referral.reports.periods import ALL_TIME, Period
from referral.reports.queries import referral_facts
from resources_directory.models.service import Service
from tests.access.growing import count_faults
from tests.access.tenants import Tenant
from tests.access.world import World
from tests.factories import Town

Finding = Iterator[str]


def _states(world: World, session: ScopedSession) -> Finding:
    own = world.own.clinic_id
    yield from count_faults(
        world,
        "count_by_state",
        lambda: sum(count_by_state(session, own).values()),
        lambda tenant: _referral(session, tenant),
    )


def _reports(world: World, session: ScopedSession) -> Finding:
    own = world.own.clinic_id
    yield from count_faults(
        world,
        "referral_facts",
        lambda: len(referral_facts(session, [own], Period(ALL_TIME))),
        lambda tenant: _referral(session, tenant),
    )


def _patients(world: World, session: ScopedSession) -> Finding:
    everybody, _number = all_patients(session, clinic_id=world.own.clinic_id, limit=1000)
    if {patient.clinic_id for patient in everybody} != {world.own.clinic_id}:
        yield "all_patients lists patients of another clinic"


def _neighbours(world: World, session: ScopedSession) -> Finding:
    found = [each for digit in "0123456789" for each in _living_in(session, world.own.clinic_id, digit)]
    clinics = set(session.scalars(select(Patient.clinic_id).where(Patient.id.in_(found))))
    if clinics != {world.own.clinic_id}:
        yield "who lives in a neighbourhood is looked for at other clinics"


def _referral(session: ScopedSession, tenant: Tenant) -> Referral:
    town, patient = Town(session), session.get_one(Patient, tenant.rows["patient", ""])
    return town.referral(town.need(patient), session.get_one(Service, tenant.service_id))


#: Each is asked with rows of its own, of which nothing stays written.
CHECKS = (_states, _reports, _patients, _neighbours)
