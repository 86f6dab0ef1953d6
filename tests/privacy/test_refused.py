"""What was refused, and what was taken away: the pages of denials, failed sign-ins and exports."""

import pytest
from flask.testing import FlaskClient

from referral.accounts.passwords import hash_password
from referral.accounts.roles import MemberKind, Role
from referral.audit.actions import record
from referral.audit.models import AuditKind
from tests.factories import Town
from tests.privacy.conftest import Clinic
from tests.sign_in import sign_in

_HASH = hash_password("seven tame otters juggle")


def test_a_refused_page_is_shown_with_who_and_which(client: FlaskClient, clinic: Clinic) -> None:
    sign_in(client, clinic.nadia)
    assert client.get("/members").status_code == 404
    sign_in(client, clinic.officer)

    page = client.get("/privacy/denials").text

    for words in ("Nadia Reyes", "Was refused", "The list of members"):
        assert words in page


@pytest.mark.parametrize("role", [Role.ANALYST, Role.DIRECTORY_EDITOR])
def test_who_sees_no_patients_is_told_of_to_their_own_officer_too(
    town: Town, client: FlaskClient, clinic: Clinic, role: Role
) -> None:
    somebody = town.person(clinic.member, role, "Anna Curious")
    town.commit()
    sign_in(client, somebody)
    client.get("/patients/")
    sign_in(client, clinic.officer)

    assert "Anna Curious</bdi>" in client.get("/privacy/denials").text


def test_what_was_refused_elsewhere_is_elsewheres(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    stranger = town.person(clinic.elsewhere, Role.NAVIGATOR, "Lea Elsewhere")
    town.commit()
    sign_in(client, stranger)
    client.get("/members")
    sign_in(client, clinic.officer)

    assert "Lea Elsewhere" not in client.get("/privacy/denials").text


def test_a_wrong_password_is_shown_to_the_officer_of_whoever_it_was(
    town: Town, client: FlaskClient, clinic: Clinic
) -> None:
    clinic.nadia.password_hash = _HASH
    stranger = town.person(clinic.elsewhere, Role.NAVIGATOR, "Lea Elsewhere")
    stranger.password_hash = _HASH
    town.commit()
    for person in (clinic.nadia, stranger):
        client.post("/sign-in", data={"email": person.email, "password": "wrong and wrong again", "next": ""})
    sign_in(client, clinic.officer)

    page = client.get("/privacy/denials?show=sign-ins").text

    assert "Nadia Reyes</bdi>" in page
    assert "Gave a wrong password" in page
    assert "Lea Elsewhere" not in page


def test_an_export_is_shown_with_its_purpose_and_patient(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    record(
        town.session,
        AuditKind.EXPORTED,
        note="The patient asked for it at the desk.",
        person_id=clinic.nadia.id,
        clinic_id=clinic.member.id,
        patient_id=clinic.rosa.id,
    )
    town.commit()
    sign_in(client, clinic.officer)

    page = client.get("/privacy/exports").text

    for words in ("Took a copy away", "Nadia Reyes", "Rosa Molina", "The patient asked for it at the desk."):
        assert words in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("exports", "Nothing was taken away in that time."),
        ("denials", "Nobody of this clinic was refused a page in that time."),
        ("denials?show=sign-ins", "Nobody of this clinic failed to sign in in that time."),
        ("emergency", "Nobody has opened the records of this clinic in an emergency."),
        ("demands", "No demand has come."),
    ],
)
def test_an_empty_list_says_so(client: FlaskClient, clinic: Clinic, path: str, words: str) -> None:
    sign_in(client, clinic.officer)

    assert words in client.get(f"/privacy/{path}").text


def test_a_networks_officer_sees_numbers_of_clinics_and_no_record(
    town: Town, client: FlaskClient, clinic: Clinic
) -> None:
    olaf = town.person(town.member(MemberKind.NETWORK), Role.PRIVACY_OFFICER, "Olaf Network")
    town.commit()
    sign_in(client, clinic.nadia)
    client.get(f"/patients/{clinic.rosa.id}")
    client.get("/members")
    sign_in(client, olaf)

    page = client.get("/privacy/").text

    assert "Records belong to clinics" in page
    assert "Hazel Grove" in page
    assert "None: invite one" in page
    assert "Rosa" not in page
    assert "Nadia" not in page


def test_a_networks_officer_has_no_clinics_pages(town: Town, client: FlaskClient, clinic: Clinic) -> None:
    olaf = town.person(town.member(MemberKind.NETWORK), Role.PRIVACY_OFFICER)
    town.commit()
    sign_in(client, olaf)

    paths = ("exports", "denials", "emergency", "demands", "patients/", f"patients/{clinic.rosa.id}/reads")
    assert {path: client.get(f"/privacy/{path}").status_code for path in paths} == dict.fromkeys(paths, 404)
