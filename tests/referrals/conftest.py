"""Fixtures of referrals: a clinic with its people, a patient with a need, a service with an address, and a referral."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member, Person
from referral.accounts.roles import MemberKind, Role
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import Mode, ReferralState
from referral.screening.models import Need
from resources_directory.models.service import Service
from tests.factories import Town
from tests.sign_in import sign_in

#: Tuesday, 10:00 in Los Angeles; no holiday for a fortnight.
TUESDAY = datetime.fromisoformat("2026-06-02T17:00:00+00:00")


@dataclass
class Place:
    """A clinic, who works there, whom it looks after, and where help is."""

    town: Town
    clinic: Member
    navigator: Person
    clinician: Person
    patient: Patient
    need: Need
    service: Service
    organization: Member
    staff: Person
    actors: dict[ActorKind, Actor] = field(default_factory=dict)

    def referral(self, state: ReferralState = ReferralState.SENT, **facts: Any) -> Referral:
        """A referral in any state, as if it had got there; sent ones are shared with the organization."""
        now = clock.now()
        if state not in (ReferralState.DRAFT, ReferralState.HELD):
            facts = {"receiver_id": self.organization.id, "sent_at": now} | facts
        fields = ["need", "name", "phone", "spoken_language", "zip_code"]
        facts = {"state": state, "mode": Mode.SENT, "shared_fields": fields} | facts
        names = {"service_name": self.service.name, "organization_name": self.organization.name}
        facts = {"service_facts": names | {"phone": "+15595550177", "timezone_name": "America/Los_Angeles"}} | facts
        referral = self.town.referral(self.need, self.service, by=self.clinician, **facts)
        consent = self.town.sharing_consent(self.patient, self.service.organization_id)
        consent.fields = list(referral.shared_fields)
        referral.sharing_consent_id = consent.id
        referral.snapshot = (
            '{"need": "food", "name": "Rosa Molina", "phone": "+15595550123",'
            ' "spoken_language": "es", "zip_code": "93702"}'
        )
        self.town.session.flush()
        return referral


@pytest.fixture
def place(town: Town) -> Place:
    clinic = town.clinic(name="Hazel Grove Clinic")
    navigator = town.person(clinic, Role.NAVIGATOR, "Nadia")
    clinician = town.person(clinic, Role.CLINICIAN, "Clara")
    patient = town.patient(clinic)
    town.phone(patient)
    need = town.need(patient, "food", confirmed_at=clock.now(), confirmed_by=navigator.id)
    listing = town.organization(name="Green Table", email="desk@greentable.example")
    service = town.service(listing, name="Green Table Boxes")
    organization = town.member(
        MemberKind.ORGANIZATION, name="Green Table", email="desk@greentable.example", listing_id=listing.id
    )
    staff = town.person(organization, Role.ORGANIZATION_STAFF, "Olga")
    actors = {
        ActorKind.MEMBERSHIP: Actor(ActorKind.MEMBERSHIP, navigator.id, "Nadia"),
        ActorKind.LINK: Actor(ActorKind.LINK, name="Olga"),
        ActorKind.PHONE: Actor(ActorKind.PHONE, navigator.id, "Olga"),
        ActorKind.TEXT: Actor(ActorKind.TEXT),
        ActorKind.STAFF_TEXT: Actor(ActorKind.STAFF_TEXT, staff.id, "Olga"),
        ActorKind.PLAN_PAGE: Actor(ActorKind.PLAN_PAGE),
        ActorKind.CLOCK: Actor(ActorKind.CLOCK),
    }
    return Place(town, clinic, navigator, clinician, patient, need, service, organization, staff, actors)


@pytest.fixture
def nurse(client: FlaskClient, place: Place) -> FlaskClient:
    """The clinic's navigator at a browser. Call `place.town.commit()` before using it."""
    place.town.commit()
    sign_in(client, place.navigator)
    return client


def moves_of(session: ScopedSession, referral: Referral) -> list[ReferralMove]:
    """Return the history of a referral, oldest first."""
    found = select(ReferralMove).where(ReferralMove.referral_id == referral.id)
    return list(session.scalars(found.order_by(ReferralMove.at, ReferralMove.id)))
