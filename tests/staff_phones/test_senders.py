"""Two senders at the provider: each has its own way out, rests alone, and what comes to one is never the other's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from referral.kit import clock
from referral.kit.installation import installation
from referral.kit.settings import Settings, SettingsError
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage
from referral.outbox.gateway.choose import choose_gateways
from referral.outbox.models import Message, SenderStanding
from referral.outbox.queries import queue_health
from referral.outbox.senders import rest
from referral.outbox.states import Channel
from referral.staff_phones.models import StaffText
from referral.tasks import story_tasks
from tests.fakes.twilio_faults import Fault
from tests.fakes.twilio_server import FakeTwilio
from tests.staff_phones.conftest import OLGA, StaffDesk

STAFF = "MG" + "1" * 32
STAFF_NUMBER = "+15005550007"
STAFF_URL = "http://localhost/sms/staff/inbound"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio(other_services={STAFF: STAFF_NUMBER}) as fake:
        yield fake


@pytest.fixture
def settings(settings: Settings, twilio: FakeTwilio) -> Settings:
    return replace(
        settings,
        message_gateway="twilio",
        twilio_account_sid=twilio.account_sid,
        twilio_auth_token=twilio.auth_token,
        twilio_messaging_service_sid=twilio.messaging_service_sid,
        twilio_staff_messaging_service_sid=STAFF,
        twilio_base_url=twilio.base_url,
        text_segments_per_second="1000",
    )


@pytest.fixture
def desk(desk: StaffDesk) -> StaffDesk:
    """The desk of a real installation: what is sent leaves."""
    with desk.database.job("tests") as session:
        installation(session).demo = False
    return desk


def post(app: Flask, twilio: FakeTwilio, body: str, url: str = STAFF_URL, **more: str) -> int:
    request = twilio.inbound(url, OLGA, body, service=STAFF, **more)
    return app.test_client().post(request.path, data=request.fields, headers=request.headers).status_code


def run(desk: StaffDesk, name: str) -> None:
    """Run one task of the worker, whenever its turn would be."""
    next(task for task in story_tasks(desk.app) if task.name == name).run(desk.database)


def counted(database: Database, table: type) -> int:
    with database.job("tests") as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_staff_texts_leave_by_their_own_service_and_the_answer_comes_back_to_it(
    desk: StaffDesk, twilio: FakeTwilio
) -> None:
    desk.agree()
    referral_id = desk.refer()
    desk.pass_time(minutes=4)

    assert post(desk.app, twilio, "1") == 204

    assert {(each.service, each.sender) for each in twilio.texts_to(OLGA)} == {(STAFF, STAFF_NUMBER)}
    assert desk.state(referral_id) == "accepted"


@pytest.mark.parametrize(("path", "service"), [("/sms/inbound", STAFF), ("/sms/staff/inbound", STAFF)])
def test_a_text_is_taken_in_by_the_service_it_was_sent_to_whatever_address_was_called(
    desk: StaffDesk, twilio: FakeTwilio, path: str, service: str
) -> None:
    desk.agree()

    assert post(desk.app, twilio, "1", f"http://localhost{path}", MessagingServiceSid=service) == 204

    assert (counted(desk.database, StaffText), counted(desk.database, InboundMessage)) == (1, 0)


def test_a_text_to_the_patients_service_at_the_staffs_address_is_a_patients(
    desk: StaffDesk, twilio: FakeTwilio
) -> None:
    request = twilio.inbound(STAFF_URL, OLGA, "1")

    desk.app.test_client().post(request.path, data=request.fields, headers=request.headers)

    assert (counted(desk.database, StaffText), counted(desk.database, InboundMessage)) == (0, 1)


def test_an_unsigned_staff_webhook_is_refused(desk: StaffDesk) -> None:
    answer = desk.app.test_client().post("/sms/staff/inbound", data={"MessageSid": "SM1", "From": OLGA, "Body": "1"})

    assert (answer.status_code, counted(desk.database, StaffText)) == (403, 0)


def test_a_missed_webhook_of_staff_is_fetched_and_answers_as_it_would_have(desk: StaffDesk, twilio: FakeTwilio) -> None:
    desk.agree()
    referral_id = desk.refer()
    clock.set_offset(timedelta())  # the provider lives in real time
    with desk.database.job("tests") as session:
        for message in session.scalars(select(Message)):
            message.sent_at = clock.wall() - timedelta(hours=2)
    desk.tell_now(referral_id, clock.wall() - timedelta(hours=1))
    twilio.advance(timedelta(minutes=-20))
    twilio.inbound(STAFF_URL, OLGA, "2", service=STAFF)
    twilio.advance(timedelta(minutes=20))

    run(desk, "fetch staff texts")
    run(desk, "fetch texts")

    assert (counted(desk.database, StaffText), counted(desk.database, InboundMessage)) == (1, 0)
    assert desk.state(referral_id) == "declined"


def test_a_staff_text_of_unknown_end_is_found_at_the_provider_and_not_sent_again(
    desk: StaffDesk, twilio: FakeTwilio
) -> None:
    desk.agree()
    desk.refer()
    twilio.fail_next(Fault.RESET_AFTER)
    desk.pass_time(minutes=4)
    twilio.advance(timedelta(minutes=30))
    with desk.database.job("tests") as session:
        message = session.scalars(select(Message).where(Message.composer == "staff_notice")).one()
        assert message.state == "unknown"
        message.next_look_at = clock.wall()

    run(desk, "look")

    with desk.database.job("tests") as session:
        message = session.scalars(select(Message).where(Message.composer == "staff_notice")).one()
        assert (message.state, message.sender) == ("accepted", STAFF)
    assert len([each for each in twilio.texts_to(OLGA) if "new referral" in each.body]) == 1


def test_while_the_staff_sender_rests_patients_texts_go_on_and_it_stands_alone_on_the_page(
    desk: StaffDesk, twilio: FakeTwilio
) -> None:
    desk.agree()
    with desk.database.job("tests") as session:
        rest(session, Channel.STAFF_SMS, STAFF, "30034")
    desk.refer()
    before = len(twilio.texts_to(OLGA))
    desk.pass_time(minutes=4)

    with desk.database.job("tests") as session:
        health = {each.name: (each.channel, each.reason) for each in queue_health(session).senders}
        patients = session.get(SenderStanding, twilio.messaging_service_sid)
        assert patients is None or patients.rests_until is None
    assert health[STAFF] == ("staff_sms", "30034")
    assert len(twilio.texts_to(OLGA)) == before


def test_without_a_service_of_its_own_nothing_leaves_in_the_patients_name(desk: StaffDesk, twilio: FakeTwilio) -> None:
    desk.agree()
    desk.app.extensions["settings"] = replace(desk.app.extensions["settings"], twilio_staff_messaging_service_sid=None)
    desk.refer()
    before = len(twilio.messages)
    desk.pass_time(minutes=4)

    assert (len(twilio.messages), choose_gateways(desk.app.extensions["settings"]).staff_sms) == (before, None)


def test_a_stop_that_twilio_obeyed_itself_is_obeyed_here_and_not_answered_twice(
    desk: StaffDesk, twilio: FakeTwilio
) -> None:
    phone_id = desk.agree()
    before = len(twilio.texts_to(OLGA))

    assert post(desk.app, twilio, "STOP") == 204

    desk.work()
    assert (desk.phone(phone_id), len(twilio.texts_to(OLGA))) == ((False, "text"), before)


def test_one_service_for_both_is_refused_at_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="patients' own"):
        replace(settings, twilio_staff_messaging_service_sid=settings.twilio_messaging_service_sid)
