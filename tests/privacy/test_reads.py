"""Who looked at a patient: the page of the privacy officer."""

import pytest
from flask.testing import FlaskClient

from referral.accounts.roles import Role
from tests.factories import Town
from tests.sign_in import sign_in


def test_a_look_is_shown_with_who_and_where(town: Town, client: FlaskClient) -> None:
    clinic = town.clinic()
    patient = town.patient(clinic)
    nadia = town.person(clinic, Role.NAVIGATOR, "Nadia Reyes")
    officer = town.person(clinic, Role.PRIVACY_OFFICER)
    town.commit()
    sign_in(client, nadia)
    client.get(f"/patients/{patient.id}")
    sign_in(client, officer)

    page = client.get(f"/privacy/patients/{patient.id}/reads").text

    for words in ("Nadia Reyes", "patients.show_patient", "Looked at", "Rosa Molina"):
        assert words in page


def test_another_clinics_looks_stay_there(town: Town, client: FlaskClient) -> None:
    clinic, other = town.clinic(), town.clinic()
    patient = town.patient(other, given_name="Hidden")
    nadia = town.person(other, Role.NAVIGATOR, "Nadia Reyes")
    officer = town.person(clinic, Role.PRIVACY_OFFICER)
    town.commit()
    sign_in(client, nadia)
    client.get(f"/patients/{patient.id}")
    sign_in(client, officer)

    assert "Nadia Reyes" not in client.get("/privacy/").text
    assert client.get(f"/privacy/patients/{patient.id}/reads").status_code == 404


@pytest.mark.parametrize("role", [Role.NAVIGATOR, Role.CLINIC_ADMINISTRATOR, Role.ANALYST])
def test_others_do_not_see_who_looked(town: Town, client: FlaskClient, role: Role) -> None:
    somebody = town.person(town.clinic(), role)
    town.commit()
    sign_in(client, somebody)

    assert client.get("/privacy/").status_code == 404
