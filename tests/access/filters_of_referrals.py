"""What belongs to one clinic and is only counted: referrals by state, and the facts of reports."""

from collections.abc import Iterator

from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
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


def _referral(session: ScopedSession, tenant: Tenant) -> Referral:
    town, patient = Town(session), session.get_one(Patient, tenant.rows["patient", ""])
    return town.referral(town.need(patient), session.get_one(Service, tenant.service_id))


#: Each is asked with rows of its own, of which nothing stays written.
CHECKS = (_states, _reports)
