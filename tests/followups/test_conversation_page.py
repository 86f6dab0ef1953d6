"""The page of a patient's texts: what it shows of each, an answer by hand, texts that rest and go again."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Person
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.installation import installation
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage, InboundSource
from referral.messaging.thread import SIZE
from referral.outbox.models import Message
from referral.patients.models import Patient
from referral.patients.pause_models import TextingPause
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town
from tests.followups.test_conversation import PHONE, Conversation, talk
from tests.sign_in import sign_in

__all__ = ["talk"]

CALIFORNIA = ZoneInfo("America/Los_Angeles")


class Page:
    """The page of the one patient of a conversation, as the navigator sees it."""

    def __init__(self, talk: Conversation, client: FlaskClient) -> None:
        self.talk, self.client = talk, client
        sign_in(client, talk.session.get_one(Person, talk.navigator_id))
        self.url = f"/patients/{talk.patient_id}/conversation"

    def text(self, query: str = "") -> str:
        """The words of the page, tags taken out."""
        self._tell_time()
        answer = self.client.get(self.url + query)
        assert answer.status_code == 200
        return _words(answer.text)

    def html(self) -> str:
        """The page as it is sent."""
        self._tell_time()
        return self.client.get(self.url).text

    def post(self, step: str, **fields: str) -> tuple[int, str]:
        """The status of a form, and the page that answers it."""
        self._tell_time()
        answer = self.client.post(f"{self.url}/{step}", data=fields)
        return answer.status_code, answer.text

    def look_on(self, days: int = 3) -> str:
        """A day so many days ahead on the clinic's calendar."""
        return str((clock.now().astimezone(CALIFORNIA) + timedelta(days=days)).date())

    def _tell_time(self) -> None:
        """Pages follow the clock that is stored."""
        with self.talk.database.job("tests") as session:
            installation(session).clock_ahead_s = round((clock.now() - clock.wall()).total_seconds())


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def page(talk: Conversation, client: FlaskClient) -> Page:
    return Page(talk, client)


def to_dos(talk: Conversation) -> list[tuple[str, bool]]:
    """(reason, done) of the to-dos, in order."""
    rows = talk._all(select(ToDo).order_by(ToDo.created_at, ToDo.id))
    return [(row.reason, row.done_at is not None) for row in rows]


def test_a_text_stands_in_its_language_with_what_it_says_and_who_sent_it(talk: Conversation, page: Page) -> None:
    talk.accept()
    talk.work()

    html, words = page.html(), page.text()

    assert re.search(r'<p class="bubble" dir="ltr" lang="es">Clinic 1: Un grupo local acepta', html)
    assert "It says: Clinic 1: A local group said yes to your request of Nov 20." in words
    assert "Automatic" in words


def test_a_text_in_arabic_runs_from_right_to_left(talk: Conversation, page: Page) -> None:
    with talk.database.job("tests") as session:
        session.scalars(select(Patient)).one().written_language = "ar"
    talk.accept()
    talk.work()

    assert '<p class="bubble" dir="rtl" lang="ar">' in page.html()


def test_a_reply_says_how_and_why_it_was_read_so_and_which_to_do_came_of_it(talk: Conversation, page: Page) -> None:
    talk.ask(QuestionKind.CHECK_CONTACT)
    talk.write("2")

    words = page.text()

    assert "Read as: 2, no, because they sent this digit alone." in words
    assert "To do: The organization has not been in touch . Nadia Navigator has it." in words


def test_who_did_what_came_of_a_text_stands_beside_it(talk: Conversation, page: Page) -> None:
    talk.write("can you tell me who you are")
    with talk.database.job("tests") as session:
        to_do = session.scalars(select(ToDo)).one()
        to_do.done_at, to_do.done_by = clock.now(), talk.navigator_id

    assert "To do: Wrote to us . Done by Nadia Navigator," in page.text()


def test_a_long_conversation_has_pages_and_the_newest_stands_last_on_the_first(talk: Conversation, page: Page) -> None:
    with talk.database.job("tests") as session:
        template = session.scalars(select(Patient)).one()
        own = {"clinic_id": template.clinic_id, "patient_id": template.id, "phone_number_id": talk.number_id}
        for number in range(SIZE + 3):
            inbound = InboundMessage(
                provider_id=f"SM{number}",
                source=InboundSource.SIMULATOR,
                received_at=clock.now() + timedelta(minutes=number),
                **own,
            )
            inbound.body = f"text number {number}."
            session.add(inbound)

    first, second = page.text(), page.text("?page=2")

    assert f"text number {SIZE + 2}." in first
    assert "text number 2." not in first
    assert first.index(f"text number {SIZE}.") < first.index(f"text number {SIZE + 2}.")
    assert "text number 0." in second
    assert "text number 3." not in second


def test_each_text_by_hand_is_shown_as_it_will_leave(talk: Conversation, page: Page) -> None:
    words = page.text()

    assert "Clinic 1: Le llamamos a lo sumo en la siguiente jornada laboral." in words
    assert "One segment, Spanish (Español)." in words


def test_a_text_by_hand_leaves_as_shown_names_its_sender_and_keeps_its_promise(talk: Conversation, page: Page) -> None:
    status, _text = page.post("answer", text="callback_ack")
    talk.work()

    assert status == 303
    assert talk.texts() == [("callback_ack", "es")]
    assert to_dos(talk) == [(ToDoReason.PATIENT_WROTE, False)]
    assert "Nadia Navigator Nov 20, 2026" in page.text()


def test_a_text_by_hand_sent_twice_from_one_form_leaves_once(talk: Conversation, page: Page) -> None:
    form_id = "0c9d7a52-2f5b-4d6c-8f0e-51f7b4fb6a01"

    for _ in range(2):
        page.post("answer", text="callback_ack", form_id=form_id)
    talk.work()

    assert talk.texts() == [("callback_ack", "es")]
    assert to_dos(talk) == [(ToDoReason.PATIENT_WROTE, False)]


def test_only_texts_of_the_catalog_can_be_sent(talk: Conversation, page: Page) -> None:
    status, _text = page.post("answer", text="Come to the food bank on Main Street")

    assert status == 422
    assert talk._all(select(Message)) == []


def test_at_night_a_text_by_hand_waits_for_the_morning_and_the_page_says_so_before(
    talk: Conversation, page: Page
) -> None:
    talk.wait(timedelta(hours=11))

    words = page.text()
    page.post("answer", text="help")
    talk.work()

    assert "It waits until Nov 21, 2026, 9:00" in words
    assert "outside texting hours" in words
    assert talk.texts() == []
    talk.wait(timedelta(hours=11))
    talk.work()
    assert talk.texts() == [("help", "es")]


def test_the_room_of_a_phone_holds_a_text_by_hand_unless_they_just_wrote(talk: Conversation, page: Page) -> None:
    talk.accept()
    talk.work()
    held = page.text()

    talk.write("who are you?")
    free = page.text()

    assert "this phone has had its text of today" in held
    assert "this phone has had its text of today" not in free


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"privacy_level": "none"}, "the patient wants no texts"),
        ({"written_language": "none"}, "the patient reads no language"),
        ({"written_language": None}, "the written language is not known"),
    ],
)
def test_where_no_text_may_go_the_page_says_why_and_a_call_becomes_a_to_do(
    change: dict[str, str | None], why: str, talk: Conversation, page: Page
) -> None:
    with talk.database.job("tests") as session:
        patient = session.scalars(select(Patient)).one()
        for name, value in change.items():
            setattr(patient, name, value)

    words = page.text()
    refused, _text = page.post("answer", text="help")
    status, _text = page.post("call")

    assert f"No text can go now: {why}. Call instead." in words
    assert (refused, status) == (422, 303)
    assert to_dos(talk) == [(ToDoReason.PATIENT_WROTE, False)]


def test_no_text_by_hand_goes_while_a_concern_for_safety_stands(talk: Conversation, page: Page, town: Town) -> None:
    with talk.database.job("tests") as session:
        Town(session).need(session.scalars(select(Patient)).one(), "interpersonal_safety")

    assert "No text can go now" in page.text()


def test_a_pause_stops_what_is_queued_and_tells_the_phone_nothing(talk: Conversation, page: Page) -> None:
    talk.accept()

    status, _text = page.post("pause", why="He reads her phone.", look_on=page.look_on())
    talk.work()
    talk.write("HELP")

    assert status == 303
    assert talk.texts() == []
    assert "He reads her phone." in page.text()
    assert (ToDoReason.OTHER, False) in to_dos(talk)


def test_what_would_be_asked_during_a_pause_becomes_a_call(talk: Conversation, page: Page) -> None:
    page.post("pause", look_on=page.look_on())

    talk.ask(QuestionKind.CHECK_OUTCOME)

    assert talk.texts() == []
    assert "texts are paused" in talk.notes()


def test_a_pause_is_a_to_do_on_its_day(talk: Conversation, page: Page) -> None:
    page.post("pause", look_on=page.look_on(4))

    (row,) = talk._all(select(ToDo))
    assert row.due_at.astimezone(CALIFORNIA).isoformat() == "2026-11-24T09:00:00-08:00"


@pytest.mark.parametrize("days", [0, -1, 91])
def test_a_pause_is_looked_at_soon_and_what_was_typed_stays(days: int, talk: Conversation, page: Page) -> None:
    status, html = page.post("pause", why="He reads her phone.", look_on=page.look_on(days))

    assert status == 422
    assert "Choose a day after today, within 90 days." in html
    assert 'value="He reads her phone."' in html
    assert talk._all(select(TextingPause)) == []


def test_pausing_twice_is_one_pause(talk: Conversation, page: Page) -> None:
    for _ in range(2):
        page.post("pause", look_on=page.look_on())

    assert len(talk._all(select(TextingPause))) == 1
    assert to_dos(talk) == [(ToDoReason.OTHER, False)]


def test_texts_go_again_only_when_somebody_lets_them(talk: Conversation, page: Page) -> None:
    page.post("pause", look_on=page.look_on(1))
    talk.wait(timedelta(days=3))
    talk.accept()
    talk.work()
    paused = talk.texts()

    page.post("resume")
    talk.ask(QuestionKind.CHECK_CONTACT)

    assert paused == []
    assert talk.texts() == [("check_contact_d3", "es")]
    assert (ToDoReason.OTHER, True) in to_dos(talk)


def test_a_pause_lifts_no_stop(talk: Conversation, page: Page) -> None:
    page.post("pause", look_on=page.look_on())
    talk.write("STOP")

    page.post("resume")
    talk.ask(QuestionKind.CHECK_CONTACT)

    assert talk.texts() == []


def test_start_does_not_lift_what_staff_paused(talk: Conversation, page: Page) -> None:
    page.post("pause", look_on=page.look_on())

    talk.write("START")
    talk.accept()
    talk.work()

    assert talk.texts() == []


def test_a_text_that_may_mean_stop_lets_the_number_rest_until_a_person_decides(talk: Conversation, page: Page) -> None:
    talk.ask(QuestionKind.CHECK_CONTACT)
    before = talk.texts()

    effect = talk.write("I will stop by on Monday")
    talk.accept()
    talk.work()

    assert effect == "possible_stop"
    assert talk.texts() == before
    assert "Read as: perhaps no more texts, because a word for stop stands in a longer sentence." in page.text()
    assert "They wrote: I will stop by on Monday" in (talk.notes()[0] or "")


def test_no_stop_after_all_lets_texts_go_again_and_finishes_the_to_do(talk: Conversation, page: Page) -> None:
    talk.write("I will stop by on Monday")

    page.post("resume")
    talk.accept()
    talk.work()

    assert talk.texts() == [("accepted", "es")]
    assert to_dos(talk) == [(ToDoReason.PATIENT_WROTE, True)]


def test_a_second_such_text_reaches_a_person_too(talk: Conversation) -> None:
    talk.write("I will stop by on Monday")

    talk.write("did you stop the request or not?")

    assert [reason for reason in talk.to_dos() if reason == ToDoReason.PATIENT_WROTE] == [ToDoReason.PATIENT_WROTE] * 2


@pytest.mark.parametrize("word", ["STOP", "START"])
def test_their_own_word_settles_the_doubt(word: str, talk: Conversation) -> None:
    talk.write("I will stop by on Monday")

    talk.write(word)

    (pause,) = talk._all(select(TextingPause))
    assert pause.ended_at is not None
    assert (ToDoReason.PATIENT_WROTE, True) in to_dos(talk)


def test_a_doubtful_text_rests_the_number_for_every_clinic_and_each_decides(talk: Conversation, town: Town) -> None:
    elsewhere = town.patient(town.clinic())
    town.phone(elsewhere, PHONE)
    town.commit()

    talk.write("I will stop by on Monday")

    assert len(talk._all(select(TextingPause))) == 2
    assert talk.to_dos() == [ToDoReason.PATIENT_WROTE] * 2


def test_words_of_danger_are_answered_although_they_hold_a_word_for_stop(talk: Conversation) -> None:
    talk.write("I want to end it all")

    assert [template for template, _language in talk.texts()] == ["crisis"]
    assert talk._all(select(TextingPause)) == []


def test_a_removed_text_is_not_said_again_in_other_words(talk: Conversation, page: Page) -> None:
    talk.accept()
    talk.work()
    with talk.database.job("tests") as session:
        message = session.scalars(select(Message).where(Message.template == "accepted")).one()
        message.body, message.redacted_at = None, clock.now()

    words = page.text()

    assert "(removed after 90 days)" in words
    assert "A local group said yes" not in words


def test_another_clinic_finds_no_such_page(
    talk: Conversation, client: FlaskClient, town: Town, app: Flask, database: Database
) -> None:
    page = Page(talk, client)
    other = town.session.get_one(Person, town.clinic().owner_person_id)
    town.commit()
    sign_in(client, other)

    assert client.get(page.url).status_code == 404
    assert client.post(f"{page.url}/resume").status_code == 404
