"""The page of the queue: how it stands in counts and codes, for the platform administrator alone."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.roles import MemberKind, Role
from referral.kit import clock
from referral.kit.installation import installation
from referral.kit.transaction import Database
from referral.messaging.queue_views import span_words
from referral.outbox.models import Message, SenderStanding
from referral.outbox.quarantine import quarantine_queue
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.senders import rest
from referral.outbox.states import Channel, MessageState
from resources_directory.db import new_id
from tests.factories import Town
from tests.sign_in import sign_in


@pytest.fixture
def administrator(client: FlaskClient, town: Town) -> FlaskClient:
    """The platform administrator at a browser."""
    person = town.person(town.member(MemberKind.NETWORK, name="The Network"), Role.PLATFORM_ADMINISTRATOR, "Ada")
    town.commit()
    sign_in(client, person)
    return client


def queue(database: Database, **changes: object) -> str:
    """A message that waits, with these facts of its row."""
    new = NewMessage(
        channel=Channel.SMS,
        composer="patient_text",
        template="sent",
        clinic_id=new_id(),
        subject_kind="patient",
        subject_id=new_id(),
        dedupe_key=str(new_id()),
        to_address="maria@example.org",
    )
    with database.job("tests") as session:
        message = session.get_one(Message, queue_message(session, new))
        for name, value in changes.items():
            setattr(message, name, value)
        return str(message.id)


def test_an_empty_queue_says_so(administrator: FlaskClient) -> None:
    page = administrator.get("/queue").text

    assert "Nothing waits for a person." in page
    assert "0 minutes" in page


def test_the_page_tells_how_long_the_oldest_waits_and_how_long_all_will_take(
    administrator: FlaskClient, database: Database
) -> None:
    now = clock.now()
    for _n in range(4):
        queue(database, due_at=now - timedelta(hours=3), not_before=now - timedelta(minutes=1))
    for _n in range(2):
        queue(database, state=MessageState.SENT, sent_at=now - timedelta(minutes=1))

    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        page = administrator.get("/queue").text

    assert "4 hours" in page  # three, and begun
    assert "30 minutes" in page  # four at two in a quarter of an hour


def test_the_page_names_what_waits_for_a_person_and_none_of_its_words(
    administrator: FlaskClient, database: Database
) -> None:
    held = queue(database, state=MessageState.QUARANTINED, reason="no_words:KeyError", body="Hola María")
    doubted = queue(database, state=MessageState.UNKNOWN, unknown_since=clock.wall() - timedelta(minutes=30, seconds=1))

    page = administrator.get("/queue").text

    assert held in page
    assert doubted not in page
    assert "the text could not be made" in page
    assert "31 minutes" in page
    assert "María" not in page
    assert "maria@example.org" not in page


def test_what_was_given_up_long_ago_waits_no_more_and_what_was_set_aside_does(
    administrator: FlaskClient, database: Database
) -> None:
    long_ago = {"due_at": clock.now() - timedelta(days=15)}
    given_up = queue(database, state=MessageState.REJECTED, **long_ago)
    aside = queue(database, state=MessageState.QUARANTINED, **long_ago)

    page = administrator.get("/queue").text

    assert aside in page
    assert given_up not in page


def test_a_sender_that_rests_is_named_with_the_providers_code(administrator: FlaskClient, database: Database) -> None:
    with database.job("tests") as session:
        rest(session, Channel.SMS, "MG1", "30034")

    page = administrator.get("/queue").text

    assert "MG1" in page
    assert "30034" in page
    assert "Rests until" in page


def test_a_sender_whose_texts_are_filtered_is_marked(administrator: FlaskClient, database: Database) -> None:
    with database.job("tests") as session:
        session.add(SenderStanding(name="MG1", channel=Channel.SMS, failures=0, tokens=1.0, filled_at=clock.wall()))
    for reason in ("blocked", *[None] * 9):
        queue(database, state=MessageState.UNDELIVERED, sender="MG1", sent_at=clock.now(), reason=reason)

    page = administrator.get("/queue").text

    assert "Look at the words and the registration" in page


def test_a_quarantine_stands_on_every_page(administrator: FlaskClient, database: Database) -> None:
    before = administrator.get("/queue").text
    with database.job("tests") as session:
        quarantine_queue(session)

    after = [administrator.get(path).text for path in ("/queue", "/clocks")]

    assert "Messages are held back" not in before
    assert all("Messages are held back" in page for page in after)
    assert "flask outbox release" in after[0]


def test_others_find_no_such_page(client: FlaskClient, town: Town) -> None:
    person = town.person(town.clinic(), Role.NAVIGATOR, "Nora")
    town.commit()
    sign_in(client, person)

    assert client.get("/queue").status_code == 404


def test_a_demo_shows_the_queue_too(administrator: FlaskClient, database: Database) -> None:
    with database.job("tests") as session:
        installation(session).demo = True

    assert administrator.get("/queue").status_code == 200


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "0 minutes"),
        (timedelta(seconds=1), "1 minute"),
        (timedelta(minutes=59, seconds=30), "60 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47, minutes=1), "48 hours"),
        (timedelta(days=2, minutes=1), "3 days"),
    ],
)
def test_a_span_is_told_in_the_unit_that_people_use(app: Flask, span: timedelta, words: str) -> None:
    with app.test_request_context():
        assert span_words(span) == words
