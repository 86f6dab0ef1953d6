"""Who agrees to what, need by need, beside the words; and whether an organization can reach the patient."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit import clock
from referral.patients.consent_models import SharingConsent
from referral.patients.keeping_private import keep_private
from referral.patients.models import PatientPhone
from referral.patients.proxies import NewProxy, record_proxy
from referral.patients.states import PhoneHolder, ProxyRelation, Reach
from resources_directory.needs import NeedDomain
from tests.prescriptions.conftest import answers, filled, page_of
from tests.referrals.conftest import Place


def review(nurse: FlaskClient, place: Place, **facts: object) -> str:
    return nurse.post(page_of(place), data=filled(place, step="review", **facts)).text


@pytest.fixture
def mother(offered: Place) -> str:
    """A mother may agree for food and housing and holds the phone; food is kept from her. How she is named."""
    session = offered.town.session
    new = NewProxy("Marta", ProxyRelation.PARENT, {NeedDomain.FOOD: Reach.CONSENT, NeedDomain.HOUSING: Reach.CONSENT})
    proxy = record_proxy(session, offered.patient, new, by=offered.navigator.id)
    keep_private(session, offered.patient, [NeedDomain.FOOD], by=offered.navigator.id)
    session.scalars(select(PatientPhone)).one().holder = PhoneHolder.PARENT
    offered.town.commit()
    return f"parent:{proxy.id}"


def test_the_words_do_not_name_a_phone_that_is_withheld(offered: Place, nurse: FlaskClient, mother: str):
    page = review(nurse, offered)
    nurse.post(page_of(offered), data=filled(offered))

    consent = offered.town.session.scalars(select(SharingConsent)).one()
    assert "teléfono" not in page
    assert "Somebody else holds the phone" in page
    assert consent.fields == ["name", "need"]
    assert "teléfono" not in consent.words


def test_the_reason_why_somebody_may_not_agree_is_the_true_one(offered: Place, nurse: FlaskClient, mother: str):
    answer = nurse.post(page_of(offered), data=filled(offered, **{"lines-0-in_whose_name": mother}))

    assert answer.status_code == 422
    assert "Nobody is recorded" not in answer.text
    assert "keeps this need to themselves" in answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]


def test_each_need_has_its_own_answer_to_who_agreed(offered: Place, nurse: FlaskClient, mother: str):
    housing = offered.town.need(offered.patient, "housing", confirmed_at=clock.now())
    roof = answers(offered, offered.town.service(offered.town.organization(email="a@roof.example")), "housing")
    offered.town.commit()
    line = {"need_id": str(housing.id), "service": str(roof.id), "mode": "sent", "answer": "yes", "agreed": "y"}
    line |= {"fields_shared": ["name"], "in_whose_name": mother}
    sent = filled(offered) | {f"lines-1-{name}": value for name, value in line.items()}

    page = nurse.post(page_of(offered), data=sent | {"step": "review"}).text
    answer = nurse.post(page_of(offered), data=sent)

    said = {consent.in_whose_name for consent in offered.town.session.scalars(select(SharingConsent))}
    assert answer.status_code == 303
    assert said == {"patient", "parent"}
    assert page.count("Marta (") == 1


def test_what_is_shared_stands_open_beside_the_words(offered: Place, nurse: FlaskClient):
    page = review(nurse, offered)

    before_words = page[page.index("<main") : page.index("<blockquote")]
    assert "<details" not in before_words
    assert 'name="lines-0-fields_shared"' in before_words


@pytest.mark.parametrize(
    ("fields", "says"),
    [(["name", "phone"], None), (["name"], "cannot call the patient"), ([], "cannot reach the patient")],
)
def test_the_review_says_when_they_cannot_reach_the_patient(offered: Place, nurse: FlaskClient, fields, says):
    chosen = {"lines-0-fields_shared": fields, "lines-0-offered_for": str(offered.service.id)}
    pages = [review(nurse, offered, **chosen)]
    pages.append(nurse.post(page_of(offered), data=filled(offered, step="change", **chosen)).text)

    for page in pages:
        assert ("cannot call the patient" in page, "cannot reach the patient" in page) == (
            says == "cannot call the patient",
            says == "cannot reach the patient",
        )


def test_the_slip_does_not_promise_a_call_that_nobody_can_make(offered: Place, nurse: FlaskClient):
    offered.patient.written_language = offered.patient.spoken_language = "en"
    offered.town.commit()
    chosen = {"lines-0-fields_shared": ["name"], "lines-0-offered_for": str(offered.service.id)}
    shown = nurse.post(page_of(offered), data=filled(offered, **chosen)).location

    page = nurse.get(f"{shown}/slip").text

    assert "We ask them to contact you" not in page
    assert re.search(r"They do not have your phone number", page)


@pytest.mark.parametrize("method", ["by_text", "on_plan_page"])
def test_a_way_in_which_nobody_can_have_agreed_is_not_offered_and_not_recorded(
    offered: Place, nurse: FlaskClient, method: str
):
    page = review(nurse, offered)
    answer = nurse.post(page_of(offered), data=filled(offered, method=method))

    assert 'value="on_paper"' in page
    assert f'value="{method}"' not in page
    assert answer.status_code == 422
    assert offered.town.session.scalars(select(SharingConsent)).all() == []
