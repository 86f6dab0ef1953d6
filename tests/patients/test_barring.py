"""A patient bars a person or an organization: below the views, in lists and searches, in to-dos and in offers."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from referral.accounts.models import Member, Person
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import Scope, ScopedSession, ScopeKind
from referral.patients.barring import (
    bar_organization,
    bar_person,
    barred_organizations,
    barred_people,
    lift_bar,
    patients_who_barred,
)
from referral.patients.consents import ConsentTaken
from referral.patients.merging import merge_records
from referral.patients.models import Patient
from referral.patients.states import ConsentMethod
from referral.patients.wish_models import PatientBar
from referral.prescriptions.actions import OrderLine, PrescriptionOrder, Signer, sign_prescription
from referral.referrals.matching import best_services, wishes_for
from referral.referrals.states import Mode
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town
from tests.sign_in import sign_in


class Case:
    """A patient who barred somebody: Carla, a clinician of the same clinic."""

    def __init__(self, app: Flask, town: Town, clinic: Member) -> None:
        self.app, self.town, self.session, self.clinic = app, town, town.session, clinic
        self.nurse = town.person(clinic, Role.NAVIGATOR, "Nina Nurse")
        self.carla = town.person(clinic, Role.CLINICIAN, "Carla Clinician")
        self.rosa = town.patient(clinic)

    def bar(self, person: Person | None = None) -> PatientBar:
        return bar_person(self.session, self.rosa, (person or self.carla).id, why="An aunt.", by=self.nurse.id)

    def browser_of(self, person: Person) -> FlaskClient:
        self.town.commit()
        client = self.app.test_client()
        sign_in(client, person)
        return client

    def to_do(self) -> ToDo:
        task = NewToDo(
            clinic_id=self.clinic.id,
            patient_id=self.rosa.id,
            reason=ToDoReason.NO_REPLY,
            subject_kind="patient",
            subject_id=self.rosa.id,
            dedupe_key=f"test:{uuid4()}",
            due_at=clock.now(),
        )
        made = make_to_do(self.session, task)
        assert made is not None
        return made

    def taken(self) -> ConsentTaken:
        return ConsentTaken("Never them.", "en", "1", ConsentMethod.IN_PERSON, self.nurse.id)


@pytest.fixture
def case(app: Flask, town: Town, clinic: Member) -> Case:
    return Case(app, town, clinic)


def test_a_barred_person_gets_404_everywhere(case: Case) -> None:
    need = case.town.need(case.rosa)
    referral = case.town.referral(need, case.town.service())
    to_do = case.to_do()
    case.bar()

    browser = case.browser_of(case.carla)

    for address in (
        f"/patients/{case.rosa.id}",
        f"/patients/{case.rosa.id}/edit",
        f"/patients/{case.rosa.id}/history",
        f"/patients/{case.rosa.id}/bars",
        f"/patients/{case.rosa.id}/prescribe",
        f"/referrals/{referral.id}",
        f"/to-dos/{to_do.id}",
    ):
        assert browser.get(address).status_code == 404, address


def test_a_barred_person_finds_the_patient_in_no_list_and_no_search(case: Case) -> None:
    case.town.referral(case.town.need(case.rosa), case.town.service())
    case.to_do()
    case.bar()

    browser = case.browser_of(case.carla)

    pages = [browser.get("/patients/"), browser.post("/patients/", data={"words": "rosa"})]
    pages += [browser.get("/referrals"), browser.get("/to-dos/?show=all")]
    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    assert all("Molina" not in page.text for page in pages)


def test_a_bar_sent_again_is_answered_as_the_first_time_and_is_one(case: Case) -> None:
    nurse, address = case.browser_of(case.nurse), f"/patients/{case.rosa.id}/bars"
    same = {"person": str(case.carla.id), "person_why": "An aunt."}

    answers = [nurse.post(f"{address}/person", data=sent) for sent in (same, same, same | {"person_why": "A cousin."})]

    assert [each.status_code for each in answers] == [303, 303, 422]
    assert [each.location for each in answers[:2]] == [address, address]
    assert "A cousin." in answers[2].text
    assert case.session.scalars(select(PatientBar)).one().why == "An aunt."


def test_everybody_else_sees_the_patient_as_before(case: Case) -> None:
    case.bar()

    assert case.browser_of(case.nurse).get(f"/patients/{case.rosa.id}").status_code == 200


def test_below_the_views_a_barred_scope_gets_no_row(case: Case) -> None:
    case.town.need(case.rosa)
    case.bar()
    case.town.commit()
    barred = patients_who_barred(case.session, case.carla.id, case.clinic.id)
    scope = Scope(ScopeKind.MEMBERSHIP, "membership", frozenset({case.clinic.id}), barred=barred)

    with case.app.extensions["database"].reading(scope) as session:
        assert _everything(session) == []


def _everything(session: Session) -> list[UUID]:
    from referral.screening.models import Need

    return [*session.scalars(select(Patient.id)), *session.scalars(select(Need.id))]


def test_a_bar_holds_for_all_records_of_the_person(case: Case) -> None:
    kept = case.town.patient(case.clinic, given_name="Rosalía")
    merge_records(case.session, kept.id, case.rosa.id, why=None, by=case.nurse.id)
    case.bar()

    assert patients_who_barred(case.session, case.carla.id, case.clinic.id) == {kept.id, case.rosa.id}
    assert barred_people(case.session, kept.id) == {case.carla.id}


def test_a_lifted_bar_lets_them_in_again(case: Case) -> None:
    lift_bar(case.session, case.bar(), by=case.nurse.id)

    assert case.browser_of(case.carla).get(f"/patients/{case.rosa.id}").status_code == 200


def test_to_dos_of_a_barred_person_move_to_the_deputy(case: Case) -> None:
    case.clinic.owner_person_id, case.clinic.deputy_person_id = case.carla.id, case.nurse.id
    mine = case.to_do()

    case.bar()

    assert mine.owner_person_id == case.nurse.id
    assert case.to_do().owner_person_id == case.nurse.id, "and so do those made later"


def test_with_nobody_else_named_the_to_do_goes_to_anybody_who_may_see_it(case: Case) -> None:
    case.clinic.owner_person_id = case.carla.id
    mine = case.to_do()

    case.bar()

    assert mine.owner_person_id is not None
    assert mine.owner_person_id != case.carla.id


def test_the_last_administrator_stays_possible_and_is_told_and_audited(case: Case) -> None:
    boss = case.town.person(case.clinic, Role.CLINIC_ADMINISTRATOR, "Ada Admin")
    case.bar(boss)

    page = case.browser_of(boss).get(f"/patients/{case.rosa.id}")

    assert page.status_code == 200
    assert "does not want you to see this" in page.text
    looks = select(AuditEvent).where(AuditEvent.kind == "read", AuditEvent.person_id == boss.id)
    assert case.rosa.id in {look.patient_id for look in case.session.scalars(looks)}


def test_an_administrator_who_is_not_the_last_is_barred_as_everybody(case: Case) -> None:
    boss = case.town.person(case.clinic, Role.CLINIC_ADMINISTRATOR)
    case.town.person(case.clinic, Role.CLINIC_ADMINISTRATOR)
    case.bar(boss)

    assert case.browser_of(boss).get(f"/patients/{case.rosa.id}").status_code == 404


def test_emergency_access_stays_possible_and_is_audited(case: Case) -> None:
    case.town.person(case.clinic, Role.PRIVACY_OFFICER)
    case.bar()
    browser = case.browser_of(case.carla)

    opened = browser.post(
        "/emergency-access", data={"clinic": str(case.clinic.id), "reason": "She lies unconscious here."}
    )
    page = browser.get(f"/patients/{case.rosa.id}")

    assert opened.status_code == 303
    assert page.status_code == 200
    looks = select(AuditEvent).where(AuditEvent.kind == "read", AuditEvent.actor == "break-glass")
    assert case.rosa.id in {look.patient_id for look in case.session.scalars(looks)}


def test_a_barred_organization_is_never_offered(case: Case) -> None:
    service = case.town.service(name="Food pantry")
    before = _offered(case)

    bar_organization(case.session, case.rosa, service.organization_id, why=None, taken=case.taken())

    assert service.id not in _offered(case)
    assert barred_organizations(case.session, case.rosa.id) == {service.organization_id}
    assert isinstance(before, set)


def _offered(case: Case) -> set[UUID]:
    wishes = wishes_for(case.session, case.rosa, now=clock.now())
    return {hit.service_id for hit in best_services(case.session, "food", wishes, now=clock.now())}


def test_signing_to_a_barred_organization_is_refused_with_words(case: Case) -> None:
    service = case.town.service()
    need = case.town.need(case.rosa)
    bar_organization(case.session, case.rosa, service.organization_id, why=None, taken=case.taken())
    order = PrescriptionOrder(case.rosa.id, uuid4(), (OrderLine(need.id, service.id, Mode.SELF_DIRECTED),))

    with pytest.raises(InvalidInput, match="does not want this organization"):
        sign_prescription(case.session, order, by=Signer(case.nurse.id))


def test_barring_an_organization_takes_its_permission_back_and_withdraws(case: Case) -> None:
    service = case.town.service()
    consent = case.town.sharing_consent(case.rosa, service.organization_id)
    referral = case.town.referral(case.town.need(case.rosa), service, sharing_consent_id=consent.id)

    bar_organization(case.session, case.rosa, service.organization_id, why=None, taken=case.taken())

    assert referral.state == "withdrawn"


def test_the_pages_bar_and_lift(browser: FlaskClient, session: ScopedSession, case: Case) -> None:
    organization = case.town.organization(name="Pantry of the East")
    address, person_id = f"/patients/{case.rosa.id}/bars", str(case.carla.id)
    patient_page = f"/patients/{case.rosa.id}"
    case.town.commit()
    said = {"organization_name": "pantry", "method": "in_person", "in_whose_name": "patient"}

    browser.post(f"{address}/person", data={"person": person_id, "person_why": "An aunt."})
    asked = browser.post(f"{address}/organization", data=said)
    browser.post(f"{address}/organization", data=said | {"organization": str(organization.id)})

    assert asked.status_code == 422
    assert "Choose the one you mean" in asked.text
    page = browser.get(patient_page).text
    assert "Barred by the patient: Carla Clinician, Pantry of the East" in page
    bar_ids = session.scalars(select(PatientBar.id)).all()
    session.commit()
    for bar_id in bar_ids:
        assert browser.post(f"{address}/{bar_id}/lift").status_code == 303
    assert "Barred by the patient" not in browser.get(patient_page).text


def test_an_organization_that_is_not_listed_is_told(browser: FlaskClient, case: Case) -> None:
    address = f"/patients/{case.rosa.id}/bars/organization"
    case.town.commit()

    response = browser.post(
        address, data={"organization_name": "Nowhere", "method": "in_person", "in_whose_name": "patient"}
    )

    assert response.status_code == 422
    assert "No organization of this name" in response.text
