"""A signature taken back, or a page reached with Back: what was filled in comes again, and nothing happens twice."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.prescriptions.models import Prescription
from referral.referrals.models import Referral
from tests.prescriptions.conftest import another, filled, page_of
from tests.prescriptions.test_under_way import checked
from tests.referrals.conftest import Place


@pytest.fixture
def undone(offered: Place, nurse: FlaskClient) -> str:
    """A prescription that was signed with a note and two fields, then undone; its page."""
    sent = filled(offered, urgency="soon", **{"lines-0-fields_shared": ["name"], "lines-0-note": "Ring twice."})
    shown = nurse.post(page_of(offered), data=sent).location
    nurse.post(f"{shown}/undo")
    return shown


def test_after_undo_the_form_comes_back_as_it_was_signed(offered: Place, nurse: FlaskClient, undone: str):
    for name in ("Aster", "Begonia", "Clover", "Dahlia"):
        another(offered, name)
    offered.town.commit()

    link = re.search(r'href="([^"]*prescribe[^"]*again=[^"]*)"', nurse.get(undone).text)[1]
    page = nurse.get(link.replace("&amp;", "&")).text

    assert checked(page, "lines-0-service") == [str(offered.service.id)]
    assert checked(page, "lines-0-mode") == ["sent"]
    assert checked(page, "urgency") == ["soon"]
    assert "Ring twice." in page
    assert re.findall(r'name="lines-0-fields_shared"\s+value="(\w+)"', page) == ["name"]
    assert "lines-0-agreed" not in page


def test_what_somebody_else_signed_or_that_left_fills_no_form(offered: Place, nurse: FlaskClient):
    shown = nurse.post(page_of(offered), data=filled(offered, **{"lines-0-note": "Ring twice."})).location
    number = shown.rsplit("/", 1)[1]

    assert "Ring twice." not in nurse.get(f"{page_of(offered)}?again={number}").text


@pytest.mark.parametrize("step", ["review", "sign", "change"])
def test_a_form_that_was_signed_leads_to_its_prescription(offered: Place, nurse: FlaskClient, step: str):
    sent = filled(offered)
    shown = nurse.post(page_of(offered), data=sent).location

    answer = nurse.post(page_of(offered), data=sent | {"step": step})

    assert (answer.status_code, answer.location) == (303, shown)
    assert "signed already" in nurse.get(answer.location).text
    assert offered.town.session.scalar(select(func.count()).select_from(Referral)) == 1


def test_going_back_after_signing_shows_that_it_was_signed(offered: Place, nurse: FlaskClient):
    sent = filled(offered)
    review = nurse.post(page_of(offered), data=sent | {"step": "review"}).text
    address = re.search(r'data-back="([^"]*)"', review)[1]
    shown = nurse.post(page_of(offered), data=sent).location

    page = nurse.get(address).text

    assert "signed already" in page
    assert f'href="{shown}"' in page
    assert offered.town.session.scalar(select(func.count()).select_from(Prescription)) == 1


def test_the_form_of_another_patient_is_not_named(offered: Place, nurse: FlaskClient):
    shown = nurse.post(page_of(offered), data=filled(offered)).location
    other = offered.town.patient(offered.clinic)
    offered.town.commit()

    page = nurse.get(f"/patients/{other.id}/prescribe?filling={shown.rsplit('/', 1)[1]}").text

    assert "signed already" not in page
