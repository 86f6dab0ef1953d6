"""Who looked: the clinic's list and one patient's, their filters, and finding the patient."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.roles import Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.patients.actions import PatientFacts, register_patient
from referral.privacy.forms import USUAL_DAYS
from referral.privacy.queries import PAGE_SIZE
from tests.factories import Town
from tests.privacy.conftest import Clinic
from tests.sign_in import sign_in


def event(town: Town, clinic: Clinic, **facts: object) -> None:
    """Write one look at Rosa, a minute ago unless said otherwise."""
    values = {
        "at": clock.now() - timedelta(minutes=1),
        "kind": AuditKind.READ,
        "actor": "membership",
        "person_id": clinic.nadia.id,
        "clinic_id": clinic.member.id,
        "patient_id": clinic.rosa.id,
        "place": "patients.show_patient",
        "detail": {"tables": ["patient", "need"]},
    } | facts
    town.session.add(AuditEvent(**values))
    town.session.flush()


def test_a_look_is_shown_with_who_what_and_where_in_words(client: FlaskClient, clinic: Clinic) -> None:
    sign_in(client, clinic.nadia)
    client.get(f"/patients/{clinic.rosa.id}")
    sign_in(client, clinic.officer)

    page = client.get(f"/privacy/patients/{clinic.rosa.id}/reads").text

    for words in ("Nadia Reyes", "Looked at", "name, birth date and other facts", "The patient&#39;s page", "Rosa"):
        assert words in page
    assert "patients.show_patient" not in page


def test_another_clinics_looks_stay_there(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    stranger = town.patient(clinic.elsewhere, given_name="Hidden")
    lea = town.person(clinic.elsewhere, Role.NAVIGATOR, "Lea Elsewhere")
    town.commit()
    sign_in(client, lea)
    client.get(f"/patients/{stranger.id}")
    sign_in(client, clinic.officer)

    assert "Lea Elsewhere" not in client.get("/privacy/").text
    for page in ("reads", "disclosures", "disclosures/printed"):
        assert client.get(f"/privacy/patients/{stranger.id}/{page}").status_code == 404


@pytest.mark.parametrize("role", [Role.NAVIGATOR, Role.CLINIC_ADMINISTRATOR, Role.ANALYST, Role.CLINICIAN])
def test_others_do_not_see_the_officers_pages(town: Town, client: FlaskClient, clinic: Clinic, role: Role) -> None:
    somebody = town.person(clinic.member, role)
    town.commit()
    sign_in(client, somebody)

    paths = ("", "exports", "denials", "emergency", "demands", "demands/new", "patients/")
    assert {path: client.get(f"/privacy/{path}").status_code for path in paths} == dict.fromkeys(paths, 404)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", True),
        ("?person={nadia}", True),
        ("?person={olga}", False),
        ("?kind=read", True),
        ("?kind=changed", False),
        ("?since={tomorrow}", False),
        ("?until={yesterday}&since=", False),
        ("?since={yesterday}&until={tomorrow}", True),
        ("?person=nonsense&kind=nonsense&since=nonsense&until=", True),
    ],
)
def test_the_filter_in_the_address_decides(
    town: Town, client: FlaskClient, clinic: Clinic, asked: str, shown: bool
) -> None:
    event(town, clinic)
    town.commit()
    days = {"yesterday": clock.now() - timedelta(days=2), "tomorrow": clock.now() + timedelta(days=2)}
    people = {"nadia": clinic.nadia.id, "olga": clinic.officer.id}
    sign_in(client, clinic.officer)

    page = client.get("/privacy/" + asked.format(**people, **{name: day.date() for name, day in days.items()})).text

    assert ("<td" in page and "Nadia Reyes</bdi>" in page) is shown


def test_the_whole_clinics_list_begins_a_month_ago_and_says_so(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    event(town, clinic, at=clock.now() - timedelta(days=USUAL_DAYS + 3))
    town.commit()
    sign_in(client, clinic.officer)

    page = client.get("/privacy/").text

    assert "Nadia Reyes</bdi>" not in page
    assert f'value="{(clock.now() - timedelta(days=USUAL_DAYS)).date()}"' in page
    assert "Nadia Reyes</bdi>" in client.get("/privacy/?since=").text
    assert "Nadia Reyes</bdi>" in client.get(f"/privacy/patients/{clinic.rosa.id}/reads").text


def test_the_pages_keep_the_filter(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    for _n in range(PAGE_SIZE + 1):
        event(town, clinic)
    town.commit()
    sign_in(client, clinic.officer)

    page = client.get(f"/privacy/?person={clinic.nadia.id}&kind=read&since=").text

    assert f"Page 1 of 2, {PAGE_SIZE + 1} in all" in page
    assert f"person={clinic.nadia.id}" in page.split('rel="next"')[1][:300]


def test_a_name_in_the_list_leads_to_what_they_did_in_the_same_days(
    town: Town, client: FlaskClient, clinic: Clinic
) -> None:
    event(town, clinic)
    town.commit()
    sign_in(client, clinic.officer)

    page = client.get("/privacy/?since=2020-01-01&kind=read").text

    assert f'href="/privacy/?person={clinic.nadia.id}&amp;kind=read&amp;since=2020-01-01"' in page


def test_somebody_elses_people_can_be_chosen_by_their_name(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    guest = town.person(clinic.elsewhere, Role.CLINICIAN, "Gita Guest")
    event(town, clinic, person_id=guest.id)
    town.commit()
    sign_in(client, clinic.officer)

    page = client.get(f"/privacy/?person={guest.id}").text

    assert f'<option selected value="{guest.id}">Gita Guest</option>' in page


@pytest.mark.parametrize(
    ("typed", "status", "found"),
    [
        ({"words": "Rosa Molina", "birth_date": "1990-04-02"}, 200, True),
        ({"words": "molina", "birth_date": "1990-04-02"}, 200, True),
        ({"record_number": "hg 17"}, 200, True),
        ({"words": "Mol", "birth_date": "1990-04-02"}, 200, False),
        ({"words": "Rosa Molina", "birth_date": "1990-04-03"}, 200, False),
        ({"words": "Rosa Molina"}, 422, False),
        ({"birth_date": "1990-04-02"}, 422, False),
        ({}, 422, False),
    ],
)
def test_one_patient_is_found_by_exactly_who_they_are(
    town: Town, client: FlaskClient, clinic: Clinic, typed: dict[str, str], status: int, found: bool
) -> None:
    facts = PatientFacts(
        given_name="Rosa", family_name="Molina", birth_date=clock.now().date().replace(1990, 4, 2), record_number="HG17"
    )
    patient = register_patient(town.session, facts, clinic_id=clinic.member.id, by=clinic.nadia.id)
    town.commit()
    sign_in(client, clinic.officer)

    answer = client.post("/privacy/patients/", data=typed)

    assert answer.status_code == status
    assert (f"/privacy/patients/{patient.id}/reads" in answer.text) is found


def test_looking_somebody_up_is_recorded_too(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    sign_in(client, clinic.officer)
    client.get(f"/privacy/patients/{clinic.rosa.id}/disclosures")
    town.session.rollback()

    looked = select(AuditEvent).where(
        AuditEvent.person_id == clinic.officer.id, AuditEvent.patient_id == clinic.rosa.id
    )
    assert [each.kind for each in town.session.scalars(looked)] == [AuditKind.READ]


@pytest.mark.parametrize("asked", ["until=9999-12-31", "since=0001-01-01", "until=9999-12-30&since=9999-12-31"])
@pytest.mark.parametrize("place", ["/privacy/", "/privacy/patients/{}/reads", "/privacy/exports", "/privacy/denials"])
def test_a_year_that_nobody_means_is_named_and_shows_the_list(
    asked: str, place: str, client: FlaskClient, clinic: Clinic
) -> None:
    sign_in(client, clinic.officer)

    answer = client.get(f"{place.format(clinic.rosa.id)}?{asked}")

    assert answer.status_code == 200
    assert "Check the year of this date" in answer.text


def test_a_page_number_beyond_every_list_shows_the_last(client: FlaskClient, clinic: Clinic) -> None:
    sign_in(client, clinic.officer)

    answers = [client.get(f"/privacy/?page={number}") for number in ("9" * 30, "9" * 5000, "-1", "x")]

    assert {answer.status_code for answer in answers} == {200}


def test_a_note_that_was_moved_spoils_no_list_and_is_logged(
    town: Town, client: FlaskClient, clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    event(town, clinic, note_sealed=b"moved" * 10)
    event(town, clinic, place="patients.index")
    town.commit()
    sign_in(client, clinic.officer)

    page = client.get("/privacy/")

    assert page.status_code == 200
    assert "cannot be opened" in page.text
    assert "note of the audit cannot be opened" in [record.msg for record in caplog.records]
