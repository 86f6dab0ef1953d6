"""A clinic's usual services: starred by anybody, first among equals only, and said."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.accounts.roles import Role
from referral.kit.scope import ScopedSession
from referral.prescriptions.favourites import favourites_of, star
from referral.prescriptions.models import FavouriteService
from resources_directory.models.language import Language
from tests.prescriptions.conftest import another, filled, page_of
from tests.referrals.conftest import Place
from tests.sign_in import sign_in


def order_on(page: str, *names: str) -> list[str]:
    return sorted((name for name in names if name in page), key=page.index)


def test_among_equals_the_usual_one_stands_first_and_says_so(offered: Place, session: ScopedSession, nurse):
    another(offered, "Zinnia Pantry")
    offered.town.commit()
    assert order_on(nurse.get(page_of(offered)).text, "Green Table Boxes", "Zinnia Pantry")[0] == "Green Table Boxes"

    zinnia = session.scalars(select(type(offered.service)).filter_by(name="Zinnia Pantry")).one()
    star(session, zinnia.id, clinic_id=offered.clinic.id, by=offered.clinician.id)
    offered.town.commit()

    page = nurse.get(page_of(offered)).text
    assert order_on(page, "Green Table Boxes", "Zinnia Pantry")[0] == "Zinnia Pantry"
    assert "Your clinic's usual." in page


def test_a_usual_one_never_outranks_what_fits_better(offered: Place, session: ScopedSession, nurse):
    zinnia = another(offered, "Zinnia Pantry")
    session.add(Language(service_id=offered.service.id, code="es", name="Spanish"))
    star(session, zinnia.id, clinic_id=offered.clinic.id, by=offered.clinician.id)
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert order_on(page, "Green Table Boxes", "Zinnia Pantry")[0] == "Green Table Boxes"


def test_a_usual_one_that_is_not_among_the_three_stands_after_them(offered: Place, session: ScopedSession, nurse):
    zinnia = another(offered, "Zinnia Pantry")
    for name in ("Aster", "Begonia", "Clover"):
        session.add(Language(service_id=another(offered, name).id, code="es", name="Spanish"))
    star(session, zinnia.id, clinic_id=offered.clinic.id, by=offered.clinician.id)
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert order_on(page, "Clover", "others fit this patient better", "Zinnia Pantry")[-1] == "Zinnia Pantry"


def test_starred_by_two_at_once_it_is_starred_once(place: Place, session: ScopedSession):
    for _press in range(2):
        star(session, place.service.id, clinic_id=place.clinic.id, by=place.clinician.id)

    assert session.scalar(select(func.count()).select_from(FavouriteService)) == 1


def test_a_star_given_while_prescribing_keeps_what_was_typed(offered: Place, nurse: FlaskClient):
    sent = filled(offered, step=f"star-{offered.service.id}", **{"lines-0-note": "Ring twice."})

    answer = nurse.post(page_of(offered), data=sent)

    assert answer.status_code == 200
    assert "Ring twice." in answer.text
    offered.town.session.rollback()
    assert favourites_of(offered.town.session, offered.clinic.id) == {offered.service.id}


def test_the_list_says_who_and_when_and_takes_the_star_away(offered: Place, nurse: FlaskClient):
    assert "No service has a star yet" in nurse.get("/usual-services/").text

    nurse.post(f"/usual-services/{offered.service.id}/star")
    page = nurse.get("/usual-services/").text
    nurse.post(f"/usual-services/{offered.service.id}/unstar")

    assert "Green Table Boxes" in page
    assert "Nadia" in page
    assert "No service has a star yet" in nurse.get("/usual-services/").text


def test_stars_are_the_clinics_own(offered: Place, session: ScopedSession, client: FlaskClient):
    star(session, offered.service.id, clinic_id=offered.clinic.id, by=offered.clinician.id)
    stranger = offered.town.person(offered.town.clinic(), Role.CLINICIAN)
    offered.town.commit()
    sign_in(client, stranger)

    assert "Green Table Boxes" not in client.get("/usual-services/").text


@pytest.mark.parametrize("role", [Role.CLINIC_ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.ANALYST])
def test_only_who_prescribes_gives_stars_and_has_patients_of_their_own(offered: Place, client: FlaskClient, role: Role):
    person = offered.town.person(offered.clinic, role)
    offered.town.commit()
    sign_in(client, person)

    pages = [client.get("/usual-services/"), client.get("/my-patients")]
    presses = [client.post(f"/usual-services/{offered.service.id}/{verb}") for verb in ("star", "unstar")]

    assert {answer.status_code for answer in (*pages, *presses)} == {404}
