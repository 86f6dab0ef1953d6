"""A patient who has a page of their own, a request on it, and a browser that opens it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from referral.accounts.models import Member, Person
from referral.accounts.plan_codes import plan_address
from referral.accounts.roles import MemberKind, Role
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.referrals.models import Referral
from referral.referrals.rerouting_models import RerouteAlternative
from referral.screening.models import Need
from resources_directory.models.organization import Organization
from resources_directory.models.service import NeedOrigin, Service, ServiceNeed
from tests.factories import Town

YEAR = "1984"


@dataclass
class Home:
    """A patient of a clinic whose pantry was asked, and their browser. Everything is committed by `open`."""

    town: Town
    session: ScopedSession
    client: FlaskClient
    clinic: Member
    clinician: Person
    patient: Patient
    organization: Organization
    service: Service
    desk: Member
    need: Need
    referral: Referral

    @property
    def address(self) -> str:
        return plan_address(self.session, self.patient.id, clinic_id=self.clinic.id)

    @property
    def code(self) -> str:
        return urlsplit(self.address).path.rsplit("/", 1)[1]

    def try_to_open(self, answer: str = YEAR, *, code: str | None = None, language: str = "") -> TestResponse:
        """Type something at the entry, all that was made being stored."""
        code = code or self.code
        self.town.commit()
        return self.client.post("/p/open", data={"code": code, "answer": answer, "language": language})

    def open(self, answer: str = YEAR) -> str:
        """Return the page, opened."""
        assert self.try_to_open(answer).status_code == 303
        return self.page()

    def page(self) -> str:
        """Return the page as it is now; the test's own session lets the database go."""
        self.session.rollback()
        found = self.client.get("/p/")
        assert found.status_code == 200, found.text
        return found.text

    def press(self, step: str, **fields: Any) -> TestResponse:
        """Press a button of the opened page."""
        self.session.rollback()
        return self.client.post(f"/p/{step}", data=fields)

    def fresh(self, model: type[Any], row_id: UUID) -> Any:
        """Return a row as it is stored now."""
        self.session.rollback()
        return self.session.get(model, row_id, populate_existing=True)

    def request_for(self, domain: str, name: str, **facts: Any) -> Referral:
        """Return another request of the patient, to an organization of its own."""
        need = self.town.need(self.patient, domain)
        service = self.town.service(self.town.organization(name=name), name=f"{name} service")
        facts = {"service_facts": {"service_name": service.name, "organization_name": name}} | facts
        return self.town.referral(need, service, by=self.clinician, **facts)


@pytest.fixture
def home(session: ScopedSession, town: Town, client: FlaskClient) -> Home:
    """A patient born in 1984 whose pantry was asked with their consent."""
    clinic = town.clinic(name="Hill Clinic")
    clinician = town.person(clinic, Role.CLINICIAN, "Carla")
    patient = town.patient(clinic, birth_date_text=f"{YEAR}-05-06", written_language="en")
    town.phone(patient)
    organization = town.organization(name="Open Table")
    service = town.service(organization, name="Food boxes")
    desk = town.member(MemberKind.ORGANIZATION, name="Open Table", listing_id=organization.id)
    need = town.need(patient)
    consent = town.sharing_consent(patient, organization.id)
    facts = {"service_name": "Food boxes", "organization_name": "Open Table", "phone": "+15595550188"}
    referral = town.referral(
        need, service, by=clinician, service_facts=facts, receiver_id=desk.id, sharing_consent_id=consent.id
    )
    return Home(town, session, client, clinic, clinician, patient, organization, service, desk, need, referral)


def refused(home: Home, referral: Referral | None = None, state: str = "declined") -> list[Service]:
    """Let a request be refused, or run out; return the two other places that were found for it."""
    referral = referral or home.referral
    session, town, now = home.session, home.town, clock.now()
    names = (f"Maple Hall {referral.domain}", f"Willow Hall {referral.domain}")
    services = [town.service(town.organization(name=name), name=f"{name} help") for name in names]
    needs = [ServiceNeed(service_id=each.id, need=referral.domain, origin=NeedOrigin.STATED) for each in services]
    referral.state, referral.answered_at, referral.closed_at = state, now, now
    own = {"clinic_id": home.clinic.id, "patient_id": home.patient.id, "referral_id": referral.id, "offered_at": now}
    found = [
        RerouteAlternative(rank=rank, service_id=each.id, organization_id=each.organization_id, **own)
        for rank, each in enumerate(services, start=1)
    ]
    for row in found:
        row.facts = {}
    session.add_all([*needs, *found])
    session.flush()
    return services
