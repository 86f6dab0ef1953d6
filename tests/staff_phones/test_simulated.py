"""The simulator's pages of staff phones: shown apart from patients' phones, answered as on the phone."""

from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.staff_phones.models import StaffPhone, StaffText
from tests.staff_phones.conftest import OLGA, StaffDesk


def number_of(desk: StaffDesk, phone_id: UUID) -> UUID:
    with desk.database.job("tests") as session:
        return session.get_one(StaffPhone, phone_id).phone_number_id


def test_a_staff_phone_is_shown_with_its_texts_and_says_that_they_are_simulated(
    desk: StaffDesk, client: FlaskClient
) -> None:
    number_id = number_of(desk, desk.agree())
    desk.refer()
    desk.pass_time(minutes=4)

    home, page = client.get("/simulator").text, client.get(f"/simulator/phones/{number_id}/staff").text

    assert "Olga Ortiz, Green Table" in home
    assert f'/simulator/phones/{number_id}"' not in home
    assert "SIMULATED" in page
    assert "1 new referral waits" in page


def test_a_digit_pressed_there_answers_the_referral(desk: StaffDesk, client: FlaskClient) -> None:
    number_id = number_of(desk, desk.agree())
    referral_id = desk.refer()
    desk.pass_time(minutes=4)

    answer = client.post(f"/simulator/phones/{number_id}/staff", data={"digit": "1", "form_id": str(uuid4())})

    assert (answer.status_code, desk.state(referral_id)) == (303, "accepted")


def test_a_reply_posted_twice_is_one(desk: StaffDesk, client: FlaskClient) -> None:
    number_id = number_of(desk, desk.agree())
    form = {"text": "Hello", "form_id": str(uuid4())}

    answers = [client.post(f"/simulator/phones/{number_id}/staff", data=form).status_code for _ in range(2)]

    with desk.database.job("tests") as session:
        assert session.scalar(select(func.count()).select_from(StaffText)) == 1
    assert answers == [303, 303]


def test_an_empty_reply_says_what_to_do(desk: StaffDesk, client: FlaskClient) -> None:
    number_id = number_of(desk, desk.agree())

    answer = client.post(f"/simulator/phones/{number_id}/staff", data={"text": ""})

    assert (answer.status_code, "Type a text" in answer.text) == (422, True)


def test_a_phone_that_is_both_has_two_pages_with_two_threads(desk: StaffDesk, client: FlaskClient) -> None:
    number_id = number_of(desk, desk.agree())
    desk.patient_with_phone(OLGA)

    patients = client.get(f"/simulator/phones/{number_id}").text
    staffs = client.get(f"/simulator/phones/{number_id}/staff").text

    assert "we text this phone when a referral waits" not in patients
    assert "we text this phone when a referral waits" in staffs
