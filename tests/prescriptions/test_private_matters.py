"""A private matter while prescribing: closed, last, and without the names of places until somebody asks to see it."""

import re
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.kit import clock
from referral.patients.record_models import PatientMerge
from referral.prescriptions.actions import Signer, sign_prescription
from referral.prescriptions.models import Prescription
from referral.referrals.models import Referral
from referral.referrals.states import Mode
from referral.screening.models import Need
from resources_directory.models.service import Service
from tests.prescriptions.conftest import MakeOrder, answers, filled, page_of
from tests.referrals.conftest import Place

GATE = "Show it: only while nobody else can see the screen"


@dataclass
class Both(Place):
    """The place, with a private need and a service for it."""

    safety: Need = field(kw_only=True)
    counseling: Service = field(kw_only=True)


@pytest.fixture
def both(offered: Place) -> Both:
    """The patient wants help with their safety, written down first, and with food."""
    offered.need.created_at = clock.now()
    offered.town.commit()
    safety = offered.town.need(offered.patient, "interpersonal_safety", confirmed_at=clock.now())
    safety.created_at = safety.created_at.replace(year=2020)
    counseling = answers(offered, offered.town.service(name="Survivor Counseling"), "interpersonal_safety")
    offered.town.commit()
    return Both(**vars(offered), safety=safety, counseling=counseling)


def private_line(place: Both, **facts: object) -> dict[str, object]:
    """What the browser sends for the private need, asked of the organization."""
    line = {
        "need_id": str(place.safety.id),
        "service": str(place.counseling.id),
        "mode": "self_directed",
        "answer": "yes",
    }
    return {f"lines-1-{name}": value for name, value in (line | facts).items() if value is not None}


def test_a_private_need_is_closed_and_comes_last_while_another_is_prescribed_for(both: Both, nurse: FlaskClient):
    page = nurse.get(f"{page_of(both)}?need={both.need.id}").text

    assert "Safety with other people" not in page
    assert "Survivor Counseling" not in page
    assert page.index("Green Table Boxes") < page.index(">A private matter<") < page.index(GATE)


def test_it_opens_when_somebody_asks_and_keeps_what_was_typed(both: Both, nurse: FlaskClient):
    closed = private_line(both, service=None, answer=None)
    sent = filled(both, step="show", **closed, **{"lines-0-note": "Ring twice."})

    page = nurse.post(page_of(both), data=sent).text

    assert "Survivor Counseling" in page
    assert "Ring twice." in page
    assert "Survivor Counseling" in nurse.get(f"{page_of(both)}?private=1").text


def test_a_closed_private_need_asks_for_no_answer(both: Both, nurse: FlaskClient):
    closed = private_line(both, service=None, answer=None)

    answer = nurse.post(page_of(both), data=filled(both, step="review", **closed))

    assert answer.status_code == 200
    assert "Sign the prescription" in answer.text
    assert "Safety with other people" not in answer.text


def test_the_review_names_it_only_when_asked_and_nobody_signs_it_unseen(both: Both, nurse: FlaskClient):
    sent = filled(both, step="review", **private_line(both))
    closed = nurse.post(page_of(both), data=sent).text
    unseen = nurse.post(page_of(both), data=sent | {"step": "sign"})
    opened = nurse.post(page_of(both), data=sent | {"step": "show-review"}).text

    assert "Survivor Counseling" not in closed
    assert GATE in closed
    assert unseen.status_code == 409
    assert "Look at the private matter before you sign" in unseen.text
    assert "Survivor Counseling" in opened
    assert 'name="private" type="hidden" value="1"' in opened
    assert both.town.session.scalar(select(func.count()).select_from(Prescription)) == 0


def test_hidden_again_it_stays_chosen(both: Both, nurse: FlaskClient):
    sent = filled(both, step="hide", private="1", **private_line(both))

    page = nurse.post(page_of(both), data=sent).text

    assert "Survivor Counseling" not in page
    assert str(both.counseling.id) in page


def test_hidden_with_nothing_chosen_it_stands_in_nobodys_way(both: Both, nurse: FlaskClient):
    opened = private_line(both, service=None)
    hidden = nurse.post(page_of(both), data=filled(both, step="hide", private="1", **opened)).text

    assert re.search(r'name="lines-1-answer"\s+value=""', hidden)


def test_who_helps_with_a_private_need_is_not_named_in_the_list_of_quiet_needs(both: Both, nurse: FlaskClient):
    line = private_line(both, service="none", answer="already", helped_by="Marsh Wren House")
    nurse.post(page_of(both), data=filled(both, private="1", **line))
    page = nurse.get(page_of(both)).text

    assert "A private matter" in page
    assert "Marsh Wren House" not in page


@pytest.fixture
def signed(both: Both, order: MakeOrder, signer: Signer) -> str:
    """A prescription for the private need; where it is shown."""
    both.service.name = "Marsh Wren House Safe Stay"
    both.need = both.safety
    facts = {"need_id": both.safety.id, "mode": Mode.SELF_DIRECTED, "fields": (), "consent": None}
    prescription = sign_prescription(both.town.session, order(**facts), by=signer)
    both.town.commit()
    return f"/prescriptions/{prescription.id}"


def test_no_list_names_the_place_beside_a_private_matter(both: Both, nurse: FlaskClient, signed: str):
    for address in (f"/patients/{both.patient.id}", "/referrals", signed):
        page = nurse.get(address, follow_redirects=True).text
        assert "A private matter" in page, address
        assert "Marsh Wren" not in page, address


def test_the_comparison_of_two_records_names_no_place_of_a_private_matter(both: Both, nurse: FlaskClient, signed: str):
    twin = both.town.patient(both.clinic)
    both.town.commit()

    page = nurse.get(f"/patients/{twin.id}/merge/{both.patient.id}").text

    assert both.town.session.scalars(select(PatientMerge)).all() == []
    assert "A private matter" in page
    assert "Marsh Wren" not in page


def test_the_heading_of_the_referral_does_not_name_the_place_until_asked(both: Both, nurse: FlaskClient, signed: str):
    referral = both.town.session.scalars(select(Referral)).one()

    page = nurse.get(f"/referrals/{referral.id}").text

    assert not re.search(r"<h1[^>]*>[^<]*Marsh Wren", page)
