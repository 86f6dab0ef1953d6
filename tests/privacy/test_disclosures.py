"""The accounting of disclosures: six years, in words, kept after recall and erasure, printable for the patient."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from referral.accounts.roles import Role
from referral.kit import clock
from referral.kit.crypto import DataKey
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure
from referral.patients.disclosures import record_disclosure
from referral.patients.states import SharedField
from referral.privacy.demand_states import Demander, DemandKind, DemandScope, DemandStep
from referral.privacy.demands import NewDemand, StepTaken, record_demand, take_step
from referral.privacy.disclosures import COVERED, given_of
from referral.records.erasing import erase_record
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from resources_directory.needs import NeedDomain
from tests.factories import Town
from tests.privacy.conftest import Clinic
from tests.sign_in import sign_in


def give(town: Town, clinic: Clinic, domain: str = "food") -> Referral:
    """Have Larkmead Larder read Rosa's name and phone on the page behind its link."""
    organization = town.organization(name="Larkmead Larder")
    consent = town.sharing_consent(clinic.rosa, organization.id)
    consent.taken_by = clinic.nadia.id
    receiver = town.member(name="Larkmead Larder")
    referral = town.referral(town.need(clinic.rosa, domain), town.service(organization), receiver_id=receiver.id)
    record_disclosure(
        town.session,
        consent,
        fields=[SharedField.NAME, SharedField.PHONE],
        referral_id=referral.id,
        receiver_id=receiver.id,
        channel="link",
        recipient="Lia at the desk",
    )
    town.commit()
    return referral


def hand_over(town: Town, clinic: Clinic, **facts: object) -> None:
    """Have Rosa's address handed to the police on a warrant, yesterday."""
    new = NewDemand(
        Demander.POLICE,
        DemandKind.WARRANT,
        DemandScope.ONE_PATIENT,
        received_on=clock.now().date() - timedelta(days=3),
        asked="The address of Rosa Molina.",
        demander_name="Fresno County Sheriff",
        about_patient_id=clinic.rosa.id,
    )
    by = clinic.officer.id
    demand = record_demand(town.session, new, clinic_id=clinic.member.id, by=by, demand_id=clinic.rosa.id)
    yesterday = clock.now().date() - timedelta(days=1)
    answer = StepTaken(DemandStep.ANSWER, yesterday, "By letter.", handed_over="Her ZIP code.", **facts)  # type: ignore[arg-type]  # the one date
    take_step(town.session, demand, answer, seen=1, by=by)
    town.commit()


def test_a_disclosure_says_when_to_whom_what_why_and_under_which_permission(
    town: Town, client: FlaskClient, clinic: Clinic
) -> None:
    give(town, clinic)
    sign_in(client, clinic.officer)

    page = client.get(f"/privacy/patients/{clinic.rosa.id}/disclosures").text

    for words in ("Larkmead Larder", "Lia at the desk", "name, phone", "that was prescribed: Food", "taken by Nadia"):
        assert words in page


def test_it_stays_after_the_referral_is_recalled(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    referral = give(town, clinic)
    referral.state = ReferralState.ENTERED_IN_ERROR
    town.commit()
    sign_in(client, clinic.officer)

    page = client.get(f"/privacy/patients/{clinic.rosa.id}/disclosures").text

    assert "Larkmead Larder" in page
    assert "Recalled: they were asked to discard it" in page


def test_it_stays_when_the_patients_key_is_destroyed(town: Town, session: ScopedSession, clinic: Clinic) -> None:
    give(town, clinic)
    session.execute(delete(DataKey).where(DataKey.owner_id == clinic.rosa.id))
    town.commit()
    session.info.pop("key_ring", None)
    session.expire_all()

    (row,) = given_of(session, clinic.rosa.id).rows

    assert (row.organization, row.recipient, row.fields) == ("Larkmead Larder", None, ("name", "phone"))


def test_six_years_are_covered_and_no_more(town: Town, session: ScopedSession, clinic: Clinic) -> None:
    give(town, clinic)
    row = session.scalars(select(Disclosure)).one()
    counted = []
    for age in (COVERED - timedelta(minutes=1), COVERED + timedelta(minutes=1)):
        row.at = clock.now() - age
        session.flush()
        counted.append(given_of(session, clinic.rosa.id).total)

    assert counted == [1, 0]


@pytest.mark.parametrize(("asked", "named"), [("", False), ("?with=sensitive", True)])
def test_on_paper_a_sensitive_need_stands_only_if_asked(
    town: Town, client: FlaskClient, clinic: Clinic, asked: str, named: bool
) -> None:
    give(town, clinic, NeedDomain.INTERPERSONAL_SAFETY)
    sign_in(client, clinic.officer)

    page = client.get(f"/privacy/patients/{clinic.rosa.id}/disclosures/printed{asked}").text

    assert "Larkmead Larder" in page
    assert "Rosa Molina" in page
    assert ("Safety with other people" in page) is named


def test_what_the_law_demanded_stands_there_and_on_paper(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    hand_over(town, clinic)
    sign_in(client, clinic.officer)

    for path in ("disclosures", "disclosures/printed"):
        page = client.get(f"/privacy/patients/{clinic.rosa.id}/{path}").text
        assert "Fresno County Sheriff" in page
        assert "Her ZIP code." in page
        assert "Warrant" in page


def test_what_the_patient_must_not_be_told_yet_is_not_on_the_paper(
    town: Town, client: FlaskClient, clinic: Clinic
) -> None:
    hand_over(town, clinic, untold_until=clock.now().date() + timedelta(days=30))
    sign_in(client, clinic.officer)
    path = f"/privacy/patients/{clinic.rosa.id}/disclosures"

    assert "Not on the printed list until" in client.get(path).text
    assert "Fresno County Sheriff" not in client.get(f"{path}/printed").text


def test_nothing_given_is_said_in_words(client: FlaskClient, clinic: Clinic) -> None:
    sign_in(client, clinic.officer)
    path = f"/privacy/patients/{clinic.rosa.id}/disclosures"

    assert "Nothing about this patient was given to an organization" in client.get(path).text
    assert "We gave no facts about you to any organization" in client.get(f"{path}/printed").text


def test_it_is_told_after_the_record_was_erased_and_reached_from_the_list_of_erasures(
    town: Town, client: FlaskClient, clinic: Clinic
) -> None:
    give(town, clinic)
    sign_in(client, clinic.officer)
    patient_id = clinic.rosa.id
    erase_record(town.session, patient_id, reason="They asked.", by=clinic.officer.id)
    town.commit()
    path = f"/privacy/patients/{patient_id}"

    pages = {way: client.get(f"{path}/{way}").text for way in ("disclosures", "disclosures/printed", "reads")}

    assert all("Erased record" in page and "Rosa" not in page for page in pages.values())
    assert "Larkmead Larder" in pages["disclosures"]
    assert "Larkmead Larder" in pages["disclosures/printed"]
    assert f"/records/{patient_id}" in client.get("/records/").text
    assert f"{path}/disclosures" in client.get(f"/records/{patient_id}").text
    assert "/records/#erased" in client.get("/privacy/patients/").text


@pytest.mark.parametrize("role", [Role.CLINIC_ADMINISTRATOR, Role.NAVIGATOR, Role.CLINICIAN])
def test_nobody_but_the_privacy_officer_opens_what_an_erased_record_left(
    role: Role, town: Town, client: FlaskClient, clinic: Clinic
) -> None:
    person = town.person(clinic.member, role)
    town.commit()
    sign_in(client, person)
    patient_id = clinic.rosa.id
    erase_record(town.session, patient_id, reason="They asked.", by=clinic.officer.id)
    town.commit()

    pages = [f"/privacy/patients/{patient_id}/{way}" for way in ("disclosures", "disclosures/printed", "reads")]

    assert {client.get(page).status_code for page in pages} == {404}
