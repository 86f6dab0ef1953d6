"""The thread of a referral: a question makes a to-do, the answer goes out as a link, and nothing is moved or leaked."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.kit import clock
from referral.kit.errors import Conflict, Throttled
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.referrals.actions import accept, move
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.desk_models import ThreadMessage
from referral.referrals.mails import compose_organization_mail
from referral.referrals.models import Referral
from referral.referrals.notices import ANSWERED
from referral.referrals.states import Mode, ReferralEvent, ReferralState
from referral.referrals.thread import MOST_UNANSWERED, Written, answer_organization, ask_clinic
from referral.todos.models import ToDo, ToDoReason
from tests.referrals.conftest import Place
from tests.referrals.desks import Desk, token_of
from tests.sign_in import sign_in

QUESTION = "Does Rosa eat meat?"


def written(place: Place, words: str | None = QUESTION, *, kind: ActorKind = ActorKind.LINK) -> Written:
    return Written(place.actors[kind], uuid4(), words)


def asks(session: ScopedSession) -> list[ToDo]:
    return list(session.scalars(select(ToDo).where(ToDo.reason == ToDoReason.ORGANIZATION_ASKS)))


@pytest.fixture
def referral(place: Place) -> Referral:
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    return referral


def test_a_question_makes_one_to_do_for_the_clinic(session: ScopedSession, place: Place, referral: Referral) -> None:
    ask_clinic(session, referral, written(place))
    ask_clinic(session, referral, written(place, "And fish?"))

    (to_do,) = asks(session)
    assert (to_do.subject_id, to_do.owner_person_id, to_do.note) == (
        referral.id,
        place.clinic.owner_person_id,
        QUESTION,
    )


def test_the_answer_finishes_the_to_do_and_mails_a_link_without_a_word_of_it(
    session: ScopedSession, place: Place, referral: Referral
) -> None:
    ask_clinic(session, referral, written(place))
    answer_organization(session, referral, written(place, "She does.", kind=ActorKind.MEMBERSHIP))

    mail = session.scalars(select(Message).where(Message.template == ANSWERED)).one()
    words = compose_organization_mail(session, mail, clock.now())
    assert asks(session)[0].done_by == place.navigator.id
    assert "/answer/" in words.body
    assert not any(word in words.subject + words.body for word in ("She does", "Rosa", "meat", "Food", "food"))


def test_what_was_asked_is_answered_although_the_request_is_over_and_then_nothing_more(
    session: ScopedSession, place: Place, referral: Referral
) -> None:
    ask_clinic(session, referral, written(place))
    move(session, referral, ReferralEvent.DECLINE, place.actors[ActorKind.LINK], reason="no_capacity")

    answer_organization(session, referral, written(place, "She does.", kind=ActorKind.MEMBERSHIP))

    mail = session.scalars(select(Message).where(Message.template == ANSWERED)).one()
    assert "/answer/" in compose_organization_mail(session, mail, clock.now()).body
    assert asks(session)[0].done_by == place.navigator.id
    with pytest.raises(Conflict):
        answer_organization(session, referral, written(place, "And fish.", kind=ActorKind.MEMBERSHIP))


def test_writing_moves_nothing_and_keeps_the_link(session: ScopedSession, place: Place, referral: Referral) -> None:
    before = (referral.state, referral.version, token_of(place.town, referral))

    ask_clinic(session, referral, written(place))

    assert (referral.state, referral.version, token_of(place.town, referral)) == before


def test_one_form_sent_twice_is_one_message_and_one_mail(
    session: ScopedSession, place: Place, referral: Referral
) -> None:
    words = written(place, "She does.", kind=ActorKind.MEMBERSHIP)

    answer_organization(session, referral, words)
    answer_organization(session, referral, words)

    assert session.scalar(select(func.count()).select_from(ThreadMessage)) == 1
    assert session.scalar(select(func.count()).select_from(Message).where(Message.template == ANSWERED)) == 1


def test_an_id_of_another_referrals_message_shows_and_changes_nothing_of_it(
    session: ScopedSession, place: Place, referral: Referral
) -> None:
    place.need = place.town.need(place.patient, "utilities")
    other = place.referral(ReferralState.EXPIRED)
    theirs = ThreadMessage(**_row(other))
    theirs.words = "Secret"
    session.add(theirs)
    place.town.commit()
    session.expunge(theirs)

    mine = ask_clinic(session, referral, Written(place.actors[ActorKind.LINK], theirs.id, QUESTION))

    assert (mine.id == theirs.id, mine.words) == (False, QUESTION)
    assert session.get_one(ThreadMessage, theirs.id).words == "Secret"


def _row(referral: Referral) -> dict[str, object]:
    own = {"clinic_id": referral.clinic_id, "patient_id": referral.patient_id, "referral_id": referral.id}
    return {**own, "id": uuid4(), "from_clinic": True, "actor_kind": "membership", "at": clock.now()}


@pytest.mark.parametrize("state", ["completed", "withdrawn", "cancelled", "entered_in_error", "expired", "declined"])
def test_nobody_writes_about_what_is_over(session: ScopedSession, place: Place, state: str) -> None:
    referral = place.referral(ReferralState(state))

    with pytest.raises(Conflict):
        ask_clinic(session, referral, written(place))


@pytest.mark.parametrize("mode", [Mode.PHONE_HAND_OVER, Mode.SELF_DIRECTED])
def test_what_was_never_sent_has_no_thread_and_no_mail(session: ScopedSession, place: Place, mode: Mode) -> None:
    referral = place.referral(ReferralState.IN_PROGRESS, mode=mode)

    with pytest.raises(Conflict):
        answer_organization(session, referral, written(place, kind=ActorKind.MEMBERSHIP))
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_too_many_questions_without_an_answer_are_stopped_until_the_clinic_writes(
    session: ScopedSession, place: Place, referral: Referral
) -> None:
    for _n in range(MOST_UNANSWERED):
        ask_clinic(session, referral, written(place))

    with pytest.raises(Throttled):
        ask_clinic(session, referral, written(place))
    answer_organization(session, referral, written(place, "Yes.", kind=ActorKind.MEMBERSHIP))
    assert ask_clinic(session, referral, written(place)).words == QUESTION


def test_by_link_one_asks_and_reads_the_answer_on_the_same_page(
    client: FlaskClient, session: ScopedSession, place: Place, referral: Referral
) -> None:
    desk = Desk(client)
    desk.open(token_of(place.town, referral))

    asked = desk.press("ask", words=QUESTION)
    answer_organization(
        session, referral, Written(Actor(ActorKind.MEMBERSHIP, place.navigator.id, "Nadia"), uuid4(), "She does.")
    )
    place.town.commit()

    page = desk.look().text
    assert asked.status_code == 303
    assert all(words in page for words in (QUESTION, "She does.", "Nadia"))


@pytest.mark.parametrize("state", ["withdrawn", "cancelled", "entered_in_error"])
def test_what_was_taken_back_shows_the_organization_nothing_that_was_written(
    client: FlaskClient, place: Place, referral: Referral, state: str
) -> None:
    ask_clinic(place.town.session, referral, written(place))
    referral.state = state
    place.town.commit()
    sign_in(client, place.staff)

    page = client.get(f"/inbox/{referral.id}")

    assert (page.status_code, QUESTION in page.text) == (200, False)


def test_the_clinic_answers_on_the_referrals_page(nurse: FlaskClient, place: Place, referral: Referral) -> None:
    ask_clinic(place.town.session, referral, written(place))
    place.town.commit()

    answer = nurse.post(f"/referrals/{referral.id}/message", data={"message-words": "She does."})

    page = nurse.get(f"/referrals/{referral.id}").text
    assert answer.status_code == 303
    assert all(words in page for words in (QUESTION, "She does."))


def test_an_empty_answer_is_asked_again(nurse: FlaskClient, referral: Referral) -> None:
    assert nurse.post(f"/referrals/{referral.id}/message", data={}).status_code == 422


def test_another_clinic_cannot_write(client: FlaskClient, place: Place, referral: Referral) -> None:
    stranger = place.town.person(place.town.clinic(), "navigator")
    place.town.commit()
    sign_in(client, stranger)

    assert client.post(f"/referrals/{referral.id}/message", data={"message-words": "Hello"}).status_code == 404


def test_words_written_after_the_end_are_refused_and_not_lost(
    nurse: FlaskClient, place: Place, referral: Referral
) -> None:
    accept(place.town.session, referral, place.actors[ActorKind.LINK])
    move(place.town.session, referral, ReferralEvent.COMPLETE, place.actors[ActorKind.LINK])
    place.town.commit()

    answer = nurse.post(f"/referrals/{referral.id}/message", data={"message-words": "She comes on Monday."})

    assert answer.status_code == 409
    assert "This request is over" in answer.text
    assert "She comes on Monday." in answer.text
