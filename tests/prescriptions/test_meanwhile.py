"""What happens between two pages of prescribing: an organization is barred, a service goes, the undo comes too late."""

import html

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from referral.patients.consent_models import SharingConsent
from referral.patients.models import Patient
from referral.prescriptions.actions import Signer, sign_prescription
from referral.prescriptions.gone import BARRED, GONE
from referral.prescriptions.models import Prescription
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.states import ReferralEvent
from tests.prescriptions.conftest import MakeOrder, another, filled, page_of
from tests.prescriptions.test_actions import only_referral
from tests.prescriptions.test_one_page import bar
from tests.referrals.conftest import Place


def signed_count(place: Place) -> int:
    """Return how many prescriptions there are."""
    place.town.session.rollback()
    return place.town.session.scalar(select(func.count()).select_from(Prescription)) or 0


@pytest.mark.parametrize("step", ["sign", "review"])
def test_an_organization_that_was_barred_meanwhile_is_said_with_what_to_do(
    offered: Place, nurse: FlaskClient, step: str
) -> None:
    second = offered.town.need(offered.patient, "food")
    other = another(offered, "Blue Bowl")
    bar(offered)
    rest = {"lines-1-need_id": str(second.id), "lines-1-service": str(other.id), "lines-1-mode": "self_directed"}
    rest |= {"lines-1-answer": "yes", "lines-1-note": "Has a stairs problem."}

    answer = nurse.post(page_of(offered), data=filled(offered, **rest) | {"step": step})

    page = html.unescape(answer.text)
    assert answer.status_code == 409
    assert str(BARRED) in page
    assert "Not a valid choice" not in page
    assert f'value="{other.id}"' in page
    assert "Has a stairs problem." in page
    assert signed_count(offered) == 0


def test_a_service_that_left_the_directory_is_said_without_a_reason(offered: Place, nurse: FlaskClient) -> None:
    offered.service.status = "defunct"
    offered.town.commit()

    answer = nurse.post(page_of(offered), data=filled(offered))

    assert answer.status_code == 409
    assert str(GONE) in html.unescape(answer.text)
    assert "wants nothing to do" not in answer.text


def undone_late(place: Place, nurse: FlaskClient, order: MakeOrder, signer: Signer) -> TestResponse:
    """Press undo after the referral has left."""
    session = place.town.session
    prescription = sign_prescription(session, order(), by=signer)
    move(session, only_referral(session), ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    path = f"/prescriptions/{prescription.id}"
    session.rollback()
    return nurse.post(f"{path}/undo")


def test_an_undo_that_comes_too_late_leads_to_the_step_that_is_left(
    place: Place, nurse: FlaskClient, order: MakeOrder, signer: Signer
) -> None:
    answer = undone_late(place, nurse, order, signer)

    assert answer.status_code == 409
    assert "It is too late to undo" in answer.text
    assert "It left on" in answer.text
    assert f'href="/referrals/{only_referral(place.town.session).id}"' in answer.text
    assert "Time left to undo" not in answer.text
    assert "Somebody else changed this first" not in answer.text


def test_the_step_that_is_left_is_there_for_the_script_at_zero(
    place: Place, nurse: FlaskClient, order: MakeOrder, signer: Signer
) -> None:
    prescription = sign_prescription(place.town.session, order(), by=signer)
    place.town.commit()

    page = nurse.get(f"/prescriptions/{prescription.id}").text

    then = page[page.index("data-then hidden") :]
    assert "Signed. It leaves now." in then
    assert "/referrals/" in then


HMONG = {"spoken_language": "hmn", "written_language": "none"}


def speaks(place: Place, **languages: str) -> Patient:
    """Let the patient speak and read these languages."""
    for name, code in languages.items():
        setattr(place.patient, name, code)
    place.town.commit()
    return place.patient


def test_words_in_another_language_are_not_signed_without_an_interpreter_or_a_reason(
    offered: Place, nurse: FlaskClient
) -> None:
    speaks(offered, **HMONG)

    answer = nurse.post(page_of(offered), data=filled(offered, **{"lines-0-note": "Third floor."}))

    page = answer.text
    assert answer.status_code == 422
    assert 'href="#interpreter"' in page
    assert 'id="interpreter-error"' in page
    assert 'aria-describedby="interpreter-error"' in page
    assert "Third floor." in page
    assert signed_count(offered) == 0


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"interpreter": "Line 4711"}, "Line 4711"),
        ({"no_interpreter": "understands"}, "Nobody: the patient understands the language of the words"),
        ({"no_interpreter": "staff"}, "Nobody: staff said the words in the patient's language"),
    ],
)
def test_who_interpreted_or_why_nobody_did_is_kept_with_the_consent(
    offered: Place, nurse: FlaskClient, said: dict[str, str], kept: str
) -> None:
    speaks(offered, **HMONG)

    assert nurse.post(page_of(offered), data=filled(offered, **said)).status_code == 303

    assert offered.town.session.scalars(select(SharingConsent)).one().interpreter == kept


@pytest.mark.parametrize("blank", ["", "   "])
def test_blanks_are_no_interpreter(offered: Place, nurse: FlaskClient, blank: str) -> None:
    speaks(offered, **HMONG)

    assert nurse.post(page_of(offered), data=filled(offered, interpreter=blank)).status_code == 422


@pytest.mark.parametrize("facts", [{"lines-0-mode": "self_directed"}, {}])
def test_nobody_is_asked_where_nothing_is_sent_or_the_words_are_the_patients(
    offered: Place, nurse: FlaskClient, facts: dict[str, str]
) -> None:
    speaks(offered, **(HMONG if facts else {"spoken_language": "es", "written_language": "es"}))

    review = nurse.post(page_of(offered), data=filled(offered, **facts) | {"step": "review"}).text
    assert ("If nobody interpreted" in review) is False
    assert nurse.post(page_of(offered), data=filled(offered, **facts)).status_code == 303


def test_who_interpreted_stays_when_something_is_changed(offered: Place, nurse: FlaskClient) -> None:
    speaks(offered, **HMONG)

    page = nurse.post(page_of(offered), data=filled(offered, interpreter="Line 4711") | {"step": "change"}).text

    assert 'name="interpreter" value="Line 4711"' in page
