"""The register of legal demands: recorded, answered in words, never deleted, seen by nobody else, listing nobody."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from referral.accounts.roles import Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.crypto import DataKey
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.privacy.demand_models import LegalDemand, LegalDemandStep, RegisterIsKept
from referral.privacy.demand_states import Demander, DemandKind, DemandScope, DemandState, DemandStep
from referral.privacy.demands import NewDemand, StepTaken, record_demand, take_step
from resources_directory.db import new_id
from tests.factories import Town
from tests.privacy.conftest import Clinic
from tests.sign_in import sign_in

TODAY = clock.now().date()
ASKED = "All Arabic speakers of ZIP 93701."
FORM = {
    "demander": "immigration",
    "demander_name": "Field office, Officer Doe",
    "kind": "request",
    "reference": "26-1177",
    "received_on": TODAY.isoformat(),
    "due_on": (TODAY + timedelta(days=7)).isoformat(),
    "about": "many",
    "asked": ASKED,
}
ANSWER = "There is no such list, and this product makes none."


def demand_of(session: ScopedSession, clinic: Clinic) -> LegalDemand:
    new = NewDemand(Demander.POLICE, DemandKind.SUBPOENA, DemandScope.MANY, received_on=TODAY, asked=ASKED)
    demand = record_demand(session, new, clinic_id=clinic.member.id, by=clinic.officer.id, demand_id=new_id())
    session.flush()
    return demand


def step(session: ScopedSession, demand: LegalDemand, what: DemandStep, seen: int, clinic: Clinic) -> None:
    take_step(session, demand, StepTaken(what, TODAY, "Words."), seen=seen, by=clinic.officer.id)


def test_a_demand_for_a_list_is_recorded_and_answered_in_words(
    client: FlaskClient, session: ScopedSession, clinic: Clinic
) -> None:
    sign_in(client, clinic.officer)
    path = client.post("/privacy/demands/new", data=FORM).headers["Location"]

    answer = {"step": "answer", "done_on": TODAY.isoformat(), "words": ANSWER, "seen": "1"}
    assert client.post(f"{path}/steps", data=answer).status_code == 303

    page = client.get(path).text
    for words in (ASKED, ANSWER, "Immigration authorities", "26-1177", "It was answered.", "Many people, or a list"):
        assert words in page
    session.rollback()
    kinds = [AuditKind.DEMAND_RECORDED, AuditKind.DEMAND_ANSWERED]
    rows = session.scalars(select(AuditEvent).where(AuditEvent.kind.in_(kinds)).order_by(AuditEvent.at)).all()
    assert [(row.kind, row.clinic_id, row.patient_id) for row in rows] == [(k, clinic.member.id, None) for k in kinds]


def test_the_page_says_that_no_list_is_made_and_what_to_do(client: FlaskClient, clinic: Clinic) -> None:
    sign_in(client, clinic.officer)

    page = client.get("/privacy/demands").text

    assert "This product makes no list of people by language" in page
    assert "Call your counsel before you answer." in page


def test_recording_one_reads_no_patient(client: FlaskClient, session: ScopedSession, clinic: Clinic) -> None:
    sign_in(client, clinic.officer)
    path = client.post("/privacy/demands/new", data=FORM).headers["Location"]
    client.get(path)
    client.get("/privacy/demands")
    session.rollback()

    assert session.scalar(select(func.count()).where(AuditEvent.kind == AuditKind.READ)) == 0


@pytest.mark.parametrize(
    "role",
    [Role.CLINIC_ADMINISTRATOR, Role.CLINICIAN, Role.NAVIGATOR, Role.ANALYST, Role.DIRECTORY_EDITOR],
)
def test_no_other_role_sees_that_one_exists(
    town: Town, client: FlaskClient, session: ScopedSession, clinic: Clinic, role: Role
) -> None:
    demand = demand_of(session, clinic)
    somebody = town.person(clinic.member, role)
    town.commit()
    sign_in(client, somebody)

    for path in ("/privacy/demands", "/privacy/demands/new", f"/privacy/demands/{demand.id}"):
        assert client.get(path).status_code == 404
    assert client.post(f"/privacy/demands/{demand.id}/steps", data={}).status_code == 404


def test_another_clinics_officer_sees_nothing_of_it(
    town: Town, client: FlaskClient, session: ScopedSession, clinic: Clinic
) -> None:
    demand = demand_of(session, clinic)
    other = town.person(clinic.elsewhere, Role.PRIVACY_OFFICER)
    town.commit()
    sign_in(client, other)

    assert client.get(f"/privacy/demands/{demand.id}").status_code == 404
    assert "No demand has come." in client.get("/privacy/demands").text


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], DemandState.OPEN),
        ([DemandStep.ASK_COUNSEL, DemandStep.NARROW], DemandState.OPEN),
        ([DemandStep.ASK_COUNSEL, DemandStep.ANSWER], DemandState.ANSWERED),
        ([DemandStep.REFUSE, DemandStep.ASK_COUNSEL, DemandStep.ANSWER], DemandState.ANSWERED),
        ([DemandStep.CLOSE_IN_ERROR], DemandState.CLOSED),
    ],
)
def test_steps_lead_on(session: ScopedSession, clinic: Clinic, steps: list[DemandStep], state: DemandState) -> None:
    demand = demand_of(session, clinic)

    for number, what in enumerate(steps, 1):
        step(session, demand, what, number, clinic)

    assert demand.state == state


@pytest.mark.parametrize("last", [DemandStep.ANSWER, DemandStep.CLOSE_IN_ERROR])
def test_what_is_over_takes_no_step(session: ScopedSession, clinic: Clinic, last: DemandStep) -> None:
    demand = demand_of(session, clinic)
    step(session, demand, last, 1, clinic)

    with pytest.raises(IllegalMove):
        step(session, demand, DemandStep.REFUSE, 2, clinic)


def test_a_step_added_meanwhile_is_read_first(session: ScopedSession, clinic: Clinic) -> None:
    demand = demand_of(session, clinic)
    step(session, demand, DemandStep.ASK_COUNSEL, 1, clinic)

    with pytest.raises(Conflict):
        step(session, demand, DemandStep.ANSWER, 1, clinic)


def test_neither_a_demand_nor_its_history_is_deleted_or_changed(session: ScopedSession, clinic: Clinic) -> None:
    demand = demand_of(session, clinic)
    history = session.scalars(select(LegalDemandStep)).one()
    history.done_on = TODAY - timedelta(days=1)

    with pytest.raises(RegisterIsKept):
        session.flush()
    session.rollback()
    demand = demand_of(session, clinic)
    session.delete(demand)
    with pytest.raises(RegisterIsKept):
        session.flush()


def test_the_words_outlive_the_erasure_of_the_patient(session: ScopedSession, town: Town, clinic: Clinic) -> None:
    demand = demand_of(session, clinic)
    demand.about_patient_id = clinic.rosa.id
    town.commit()
    session.execute(delete(DataKey).where(DataKey.owner_id == clinic.rosa.id))
    session.info.pop("key_ring", None)
    session.expire_all()

    assert demand.asked == ASKED


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"asked": ""}, "Write a few words."),
        ({"due_on": (TODAY - timedelta(days=1)).isoformat()}, "The answer cannot be due before the demand came."),
        ({"received_on": (TODAY + timedelta(days=9)).isoformat(), "due_on": ""}, "This day has not come yet."),
        ({"demander": "nobody"}, "cannot be chosen here"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(
    client: FlaskClient, session: ScopedSession, clinic: Clinic, facts: dict[str, str], words: str
) -> None:
    sign_in(client, clinic.officer)

    answer = client.post("/privacy/demands/new", data=FORM | facts)

    assert answer.status_code == 422
    assert words in answer.text
    assert "Field office, Officer Doe" in answer.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(LegalDemand)) == 0


def test_from_a_patients_page_it_is_about_that_patient(
    client: FlaskClient, session: ScopedSession, clinic: Clinic
) -> None:
    sign_in(client, clinic.officer)
    assert "It is about Rosa Molina." in client.get(f"/privacy/demands/new?about_patient={clinic.rosa.id}").text

    client.post(f"/privacy/demands/new?about_patient={clinic.rosa.id}", data=FORM)

    session.rollback()
    demand = session.scalars(select(LegalDemand)).one()
    assert (demand.about_patient_id, demand.about) == (clinic.rosa.id, DemandScope.ONE_PATIENT)


def test_another_clinics_patient_is_nobody_here(
    town: Town, client: FlaskClient, session: ScopedSession, clinic: Clinic
) -> None:
    stranger = town.patient(clinic.elsewhere, given_name="Hidden")
    town.commit()
    sign_in(client, clinic.officer)

    assert "Hidden" not in client.post(f"/privacy/demands/new?about_patient={stranger.id}", data=FORM).text

    session.rollback()
    assert session.scalars(select(LegalDemand.about_patient_id)).one() is None


def test_a_step_sent_twice_is_one(client: FlaskClient, session: ScopedSession, clinic: Clinic) -> None:
    sign_in(client, clinic.officer)
    path = client.post("/privacy/demands/new", data=FORM).headers["Location"]
    answer = {"step": "answer", "done_on": TODAY.isoformat(), "words": ANSWER, "seen": "1"}

    assert [client.post(f"{path}/steps", data=answer).status_code for _press in range(2)] == [303, 422]

    session.rollback()
    assert session.scalar(select(func.count()).select_from(LegalDemandStep)) == 2  # recorded, answered


def test_sent_twice_it_is_one_entry(client: FlaskClient, session: ScopedSession, clinic: Clinic) -> None:
    sign_in(client, clinic.officer)
    form = FORM | {"form_id": "01990000-0000-7000-8000-0000000000aa"}

    for _twice in range(2):
        assert client.post("/privacy/demands/new", data=form).status_code == 303

    session.rollback()
    assert session.scalar(select(func.count()).select_from(LegalDemand)) == 1
