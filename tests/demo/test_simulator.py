"""The simulator: only in a demo, phones that answer once, mailboxes with our links, a clock that only a demo has."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.demo.mailboxes import Piece, pieces_of
from referral.kit import clock
from referral.kit.installation import installation
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage, InboundSource
from referral.outbox.models import Message
from referral.outbox.states import Channel, MessageState
from referral.referrals.clock_policy import ClockStep
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from resources_directory.db import new_id
from tests.factories import Town

#: An id that no phone and no mailbox has.
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def phone_id(town: Town) -> str:
    """The phone of a patient of a clinic."""
    phone = town.phone(town.patient(town.clinic()))
    town.commit()
    return str(phone.phone_number_id)


def texts(session: ScopedSession) -> list[InboundMessage]:
    return list(session.scalars(select(InboundMessage).order_by(InboundMessage.received_at)))


def clock_ahead_s(database: Database) -> int:
    with database.reading(job_scope("tests")) as session:
        return installation(session).clock_ahead_s


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/simulator"),
        ("GET", f"/simulator/phones/{NOBODY}"),
        ("POST", f"/simulator/phones/{NOBODY}"),
        ("GET", f"/simulator/mailboxes/{NOBODY}"),
        ("POST", "/simulator/clock"),
    ],
)
def test_outside_a_demo_there_is_no_simulator(client: FlaskClient, database: Database, method: str, path: str) -> None:
    with database.job("tests") as session:
        installation(session).demo = False

    answer = client.open(path, method=method, data={"advance": "day", "text": "1"})

    assert answer.status_code == 404


@pytest.mark.parametrize("path", [f"/simulator/phones/{NOBODY}", f"/simulator/mailboxes/{NOBODY}"])
def test_an_unknown_phone_or_mailbox_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_first_page_lists_phones_with_whose_they_are(client: FlaskClient, phone_id: str) -> None:
    page = client.get("/simulator").text

    assert "SIMULATED" in page
    assert f"/simulator/phones/{phone_id}" in page
    assert "Rosa Molina" in page


@pytest.mark.parametrize(("words", "shown"), [("molina", True), ("0123", True), ("nobody", False)])
def test_phones_are_found_by_name_and_number(client: FlaskClient, phone_id: str, words: str, shown: bool) -> None:
    page = client.get("/simulator", query_string={"q": words}).text

    assert (phone_id in page) is shown


def test_a_reply_is_stored_as_simulated(client: FlaskClient, session: ScopedSession, phone_id: str) -> None:
    form_id = str(uuid4())

    answer = client.post(f"/simulator/phones/{phone_id}", data={"form_id": form_id, "text": "Hola"})

    [text] = texts(session)
    assert answer.status_code == 303
    assert (text.body, text.source, text.provider_id) == ("Hola", InboundSource.SIMULATOR, f"simulated:{form_id}")


def test_a_reply_posted_twice_is_stored_once(client: FlaskClient, session: ScopedSession, phone_id: str) -> None:
    form = {"form_id": str(uuid4()), "digit": "1"}

    answers = [client.post(f"/simulator/phones/{phone_id}", data=form).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert len(texts(session)) == 1


def test_a_pressed_button_wins_over_a_half_typed_text(
    client: FlaskClient, session: ScopedSession, phone_id: str
) -> None:
    client.post(f"/simulator/phones/{phone_id}", data={"digit": "STOP", "text": "half a wo"})

    assert [text.body for text in texts(session)] == ["STOP"]


def test_an_empty_reply_is_refused_with_words(client: FlaskClient, session: ScopedSession, phone_id: str) -> None:
    answer = client.post(f"/simulator/phones/{phone_id}", data={"text": "  "})

    assert answer.status_code == 422
    assert "Type a text" in answer.text
    assert texts(session) == []


def test_a_reply_that_is_too_long_is_refused_and_stays_in_the_form(
    client: FlaskClient, session: ScopedSession, phone_id: str
) -> None:
    answer = client.post(f"/simulator/phones/{phone_id}", data={"text": "a" * 1601})

    assert answer.status_code == 422
    assert "a" * 1601 in answer.text
    assert texts(session) == []


def test_a_phone_shows_what_was_written_on_it_escaped(client: FlaskClient, phone_id: str) -> None:
    client.post(f"/simulator/phones/{phone_id}", data={"text": "<b>Hola</b>"})

    page = client.get(f"/simulator/phones/{phone_id}").text

    assert "&lt;b&gt;Hola&lt;/b&gt;" in page
    assert "nothing left this server" in page


def test_a_mailbox_shows_an_email_with_our_link_as_a_path(client: FlaskClient, town: Town) -> None:
    clinic = town.clinic()
    mail = Message(
        id=new_id(),
        channel=Channel.EMAIL,
        composer="invitation",
        template="invitation",
        facts={},
        clinic_id=clinic.id,
        subject_kind="invitation",
        subject_id=new_id(),
        dedupe_key="one",
        state=MessageState.ACCEPTED,
        not_before=clock.now(),
        created_at=clock.now(),
        sent_at=clock.now(),
    )
    mail.body = "Welcome\nOpen this:\n\nhttp://localhost/invitation/abc.1.def"
    town.session.add(mail)
    town.commit()

    page = client.get(f"/simulator/mailboxes/{clinic.id}").text

    assert "Welcome" in page
    assert '<a href="/invitation/abc.1.def">http://localhost/invitation/abc.1.def</a>' in page


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("See http://localhost/answer/a.1.b now", ["/answer/a.1.b"]),
        ("See http://localhost/answer/a.1.b.", ["/answer/a.1.b"]),  # the full stop ends the sentence
        ("See http://elsewhere.example/answer/a.1.b", []),  # another host stays words
        ("See http://localhost.evil.example/x", []),  # so does one that begins like ours
        ("See https://localhost/x and javascript:alert(1)", []),
    ],
)
def test_only_our_own_addresses_become_links(text: str, paths: list[str]) -> None:
    pieces = pieces_of(text, "http://localhost")

    assert [piece.path for piece in pieces if piece.path] == paths
    assert "".join(piece.text for piece in pieces) == text


def test_words_without_links_are_one_piece() -> None:
    assert pieces_of("Thank you.", "http://localhost") == (Piece("Thank you."),)


@pytest.mark.parametrize(("advance", "hours"), [("hour", 1), ("day", 24), ("three_days", 72)])
def test_the_clock_of_a_demo_is_moved_on(client: FlaskClient, database: Database, advance: str, hours: int) -> None:
    answer = client.post("/simulator/clock", data={"advance": advance})

    assert answer.status_code == 303
    assert abs(clock_ahead_s(database) - hours * 3600) < 60


def test_the_clock_outside_a_demo_stays(client: FlaskClient, database: Database) -> None:
    with database.job("tests") as session:
        installation(session).demo = False

    client.post("/simulator/clock", data={"advance": "day"})

    assert clock_ahead_s(database) == 0


def test_an_unknown_span_moves_nothing(client: FlaskClient, database: Database) -> None:
    answer = client.post("/simulator/clock", data={"advance": "a year"})

    assert answer.status_code == 404
    assert clock_ahead_s(database) == 0


def test_where_nothing_waits_the_clock_stays(client: FlaskClient, database: Database) -> None:
    answer = client.post("/simulator/clock", data={"advance": "next"}, follow_redirects=True)

    assert "Nothing waits" in answer.text
    assert clock_ahead_s(database) == 0


def test_the_next_thing_happens_at_once(client: FlaskClient, town: Town) -> None:
    referral = town.referral(
        town.need(town.patient(town.clinic())),
        town.service(),
        state=ReferralState.HELD,
        next_clock_at=clock.now() + timedelta(hours=5),
        next_clock_step=ClockStep.RELEASE,
    )
    town.commit()

    client.post("/simulator/clock", data={"advance": "next"})

    town.session.expire_all()
    assert town.session.get_one(Referral, referral.id).state == ReferralState.SENT
    mails = select(Message.state).where(Message.channel == Channel.EMAIL)
    assert town.session.scalars(mails).all() == [MessageState.ACCEPTED]
