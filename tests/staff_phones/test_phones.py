"""Staff phones: consent to exact words, a code that proves them, and every way in which texts end."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.accounts.models import Person
from referral.accounts.roles import Role
from referral.kit import clock
from referral.messaging.arrivals import Arrival
from referral.messaging.caps import full_until
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundMessage, InboundSource
from referral.outbox.models import Message
from referral.patients.models import PatientPhone, PhoneNumber
from referral.staff_phones.codes import digits_of
from referral.staff_phones.consent_words import TEXTING_WORDS, WORDS_VERSION
from referral.staff_phones.models import StaffPhone, StaffPhoneConsent, StaffText
from tests.sign_in import sign_in
from tests.staff_phones.conftest import OLGA, StaffDesk


@pytest.fixture
def browser(desk: StaffDesk, client: FlaskClient) -> FlaskClient:
    """Olga's browser."""
    with desk.database.job("tests") as session:
        olga = session.get_one(Person, desk.olga_id)
    sign_in(client, olga)
    return client


def name_phone(browser: FlaskClient, number: str = "559-555-0188", **typed: str) -> int:
    form = {"phone": number, "agrees": "y", "words": "en"} | typed
    return browser.post("/staff-phones", data=form).status_code


def code_of(desk: StaffDesk) -> str:
    """Return the code as the phone got it."""
    desk.work()
    return desk.texts()[-1].split("your code is ")[1][:8]


def test_a_phone_is_named_proven_by_its_code_and_told_that_texts_come(browser: FlaskClient, desk: StaffDesk) -> None:
    assert TEXTING_WORDS["en"] in browser.get("/staff-phones").text.replace("&#39;", "'")
    assert name_phone(browser) == 303
    code = code_of(desk)

    assert browser.post("/staff-phones/confirm", data={"code": f"{code[:4]} {code[4:]}"}).status_code == 303

    desk.work()
    assert "we text this phone when a referral waits" in desk.texts()[-1]
    assert "Is told of referrals" in browser.get("/staff-phones").text


def test_a_code_sent_twice_proves_the_phone_once(browser: FlaskClient, desk: StaffDesk) -> None:
    name_phone(browser)
    code = code_of(desk)

    answers = [browser.post("/staff-phones/confirm", data={"code": code}).status_code for _ in range(2)]

    desk.work()
    assert (answers, len(desk.texts())) == ([303, 303], 2)


def test_the_consent_keeps_the_exact_words_who_took_them_and_when(browser: FlaskClient, desk: StaffDesk) -> None:
    name_phone(browser, words="es")

    with desk.database.job("tests") as session:
        consent = session.scalars(select(StaffPhoneConsent)).one()
        assert (consent.words, consent.words_version) == (TEXTING_WORDS["es"], WORDS_VERSION)
        assert (consent.given, consent.way, consent.taken_by) == (True, "page", desk.olga_id)
        assert clock.now() - consent.at < timedelta(minutes=5)


def test_without_a_yes_nothing_is_kept_and_nothing_is_sent(browser: FlaskClient, desk: StaffDesk) -> None:
    assert name_phone(browser, agrees="") == 422

    desk.work()
    with desk.database.job("tests") as session:
        assert session.scalar(select(func.count()).select_from(StaffPhone)) == 0
    assert desk.texts() == []


def test_a_form_sent_twice_is_one_phone_and_one_code(browser: FlaskClient, desk: StaffDesk) -> None:
    name_phone(browser)
    name_phone(browser)

    desk.work()
    assert len(desk.texts()) == 1


def test_a_wrong_code_is_counted_and_the_fifth_ends_the_code(browser: FlaskClient, desk: StaffDesk) -> None:
    name_phone(browser)
    code = code_of(desk)
    wrong = "00000000" if code != "00000000" else "11111111"

    answers = [browser.post("/staff-phones/confirm", data={"code": wrong}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [422] * 5
    assert "This is not the code" in answers[0].text
    assert "This code is over" in answers[-1].text
    assert browser.post("/staff-phones/confirm", data={"code": code}).status_code == 422


def test_a_code_works_once_and_for_ten_minutes(desk: StaffDesk, browser: FlaskClient) -> None:
    name_phone(browser)
    with desk.database.job("tests") as session:
        phone = session.scalars(select(StaffPhone)).one()
        phone.code_expires_at = clock.wall()

        assert digits_of(session, phone) is None


def test_three_codes_an_hour_and_then_none(browser: FlaskClient, desk: StaffDesk) -> None:
    name_phone(browser)
    answers = []
    for _ in range(3):
        with desk.database.job("tests") as session:  # half a minute went by
            phone = session.scalars(select(StaffPhone)).one()
            assert phone.code_expires_at is not None
            phone.code_expires_at -= timedelta(seconds=30)
        answers.append(browser.post("/staff-phones/code").status_code)

    assert answers == [303, 303, 429]


def test_stopped_on_the_page_nothing_goes_any_more(browser: FlaskClient, desk: StaffDesk) -> None:
    phone_id = desk.agree()
    desk.refer()

    assert browser.post("/staff-phones/stop").status_code == 303
    before = desk.texts()
    desk.pass_time(minutes=4)

    assert (desk.phone(phone_id), desk.texts()) == ((False, "page"), before)


def test_an_administrator_stops_the_phone_of_a_colleague_and_others_cannot(
    desk: StaffDesk, browser: FlaskClient
) -> None:
    phone_id = desk.agree()
    boss_id = desk.colleague("Berta", Role.ORGANIZATION_ADMINISTRATOR)
    refused = browser.post(f"/staff-phones/{phone_id}/stop").status_code
    with desk.database.job("tests") as session:
        boss = session.get_one(Person, boss_id)
    sign_in(browser, boss)

    assert (refused, browser.post(f"/staff-phones/{phone_id}/stop").status_code) == (404, 303)
    assert desk.phone(phone_id) == (False, "page")


@pytest.mark.parametrize("word", ["STOP", "please stop texting me", "no más", "Unsubscribe"])
def test_stop_from_the_phone_ends_texts_at_once_also_while_one_is_queued(desk: StaffDesk, word: str) -> None:
    phone_id = desk.agree()
    desk.refer()

    assert desk.say(word) == "opted_out"
    before = desk.texts()
    desk.pass_time(minutes=4)

    assert (desk.phone(phone_id), desk.texts()) == ((False, "text"), before)
    assert "you get no more texts" in before[-1]


def test_start_gives_back_what_stop_took_and_says_so(desk: StaffDesk) -> None:
    phone_id = desk.agree()
    desk.say("STOP")

    assert desk.say("START") == "opted_in"

    desk.refer()
    desk.pass_time(minutes=4)
    assert desk.phone(phone_id) == (True, None)
    assert "1 new referral waits" in desk.texts()[-1]


def test_start_gives_nothing_back_that_was_stopped_on_the_page(desk: StaffDesk, browser: FlaskClient) -> None:
    phone_id = desk.agree()
    browser.post("/staff-phones/stop")

    desk.say("START")

    assert desk.phone(phone_id) == (False, "page")


def test_stop_to_the_staff_sender_stops_patients_texts_to_that_phone_and_start_there_does_not_give_them_back(
    desk: StaffDesk,
) -> None:
    desk.agree()
    patient_phone_id = desk.patient_with_phone(OLGA)

    desk.say("STOP")
    desk.say("START")

    with desk.database.job("tests") as session:
        phone = session.get_one(PatientPhone, patient_phone_id)
        assert session.get_one(PhoneNumber, phone.phone_number_id).opted_out_at is None
        assert desk.texting_consent(session, phone) is False


def test_stop_to_the_patients_sender_stops_staff_texts_too(desk: StaffDesk) -> None:
    phone_id = desk.agree()
    desk.patient_with_phone(OLGA)
    with desk.app.test_request_context(), desk.database.job("webhook") as session:
        receive_text(session, Arrival("SM-patient", OLGA, "STOP", InboundSource.WEBHOOK))

    assert desk.phone(phone_id) == (False, "text")


def test_a_text_to_one_sender_is_never_read_as_one_to_the_other(desk: StaffDesk) -> None:
    desk.agree()
    desk.patient_with_phone(OLGA)
    referral_id = desk.refer()
    desk.pass_time(minutes=4)
    with desk.app.test_request_context(), desk.database.job("webhook") as session:
        receive_text(session, Arrival("SM-patient", OLGA, "1", InboundSource.WEBHOOK))
    state_after_patients = desk.state(referral_id)

    desk.say("1")

    assert (state_after_patients, desk.state(referral_id)) == ("sent", "accepted")
    with desk.database.job("tests") as session:
        assert session.scalar(select(func.count()).select_from(InboundMessage)) == 1
        assert session.scalar(select(func.count()).select_from(StaffText)) == 1


def test_staff_texts_use_up_no_room_of_a_patient_on_the_same_phone(desk: StaffDesk) -> None:
    desk.agree()
    desk.refer()
    desk.pass_time(minutes=4)

    with desk.database.job("tests") as session:
        number_id = session.scalars(select(StaffPhone.phone_number_id)).one()
        assert full_until(session, number_id, now=clock.now(), timezone_name="America/Los_Angeles") is None
        assert session.scalar(select(func.count()).where(Message.phone_number_id == number_id)) == 3


def test_a_number_that_somebody_else_proves_is_no_longer_the_first_ones(desk: StaffDesk) -> None:
    first = desk.agree()
    bea_id = desk.colleague("Bea")

    second = desk.agree(bea_id)

    assert (desk.phone(first), desk.phone(second)) == ((False, "replaced"), (True, None))


def test_help_says_what_this_is(desk: StaffDesk) -> None:
    desk.agree()

    assert desk.say("HELP") == "help_sent"
    assert "texts about referrals to your group" in desk.texts()[-1]
