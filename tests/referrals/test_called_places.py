"""An organization of which no e-mail address is known is called, and no page says that it gets an e-mail."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.navigation.errands import errand_of
from referral.outbox.models import Message
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.notices import NEW
from referral.referrals.states import ReferralEvent, ReferralState
from referral.todos.models import ToDo, ToDoReason
from referral.todos.stuck import tell_about_stuck_message
from resources_directory.models.organization import Organization
from tests.referrals.conftest import Place

CALLED, SENT = "It waits for a call to the organization", "It was sent to the organization."


def without_address(place: Place) -> None:
    place.organization.email = None
    place.town.session.get_one(Organization, place.service.organization_id).email = None
    place.staff.password_hash = None
    place.town.session.flush()


def asked(place: Place) -> Referral:
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    return referral


def write(nurse: FlaskClient, referral: Referral) -> str:
    sent = nurse.post(f"/referrals/{referral.id}/message", data={"message-words": "She eats no meat."})
    return nurse.get(sent.location.partition("#")[0]).text


def test_words_to_a_place_without_address_are_said_to_need_a_call(nurse: FlaskClient, place: Place) -> None:
    without_address(place)

    page = write(nurse, asked(place))

    assert "no e-mail address of the organization is known: call them" in page
    assert "is on its way" not in page


def test_words_to_a_place_with_an_address_are_said_to_be_on_their_way(nurse: FlaskClient, place: Place) -> None:
    assert "an e-mail with a link to it is on its way" in write(nurse, asked(place))


def test_the_form_for_words_tells_how_they_reach_the_place(nurse: FlaskClient, place: Place) -> None:
    without_address(place)
    page = nurse.get(f"/referrals/{asked(place).id}").text

    assert "No e-mail address of theirs is known: call them." in page
    assert "They get an e-mail" not in page


def test_the_story_says_called_where_nothing_could_be_sent(nurse: FlaskClient, place: Place) -> None:
    without_address(place)
    page = nurse.get(f"/referrals/{asked(place).id}").text

    assert CALLED in page
    assert SENT not in page


def test_an_address_that_is_learned_later_does_not_change_the_story(nurse: FlaskClient, place: Place) -> None:
    without_address(place)
    referral = asked(place)
    stuck_mail(place.town.session, referral)
    place.organization.email = "new@greentable.example"
    place.town.commit()

    page = nurse.get(f"/referrals/{referral.id}").text

    assert CALLED in page


def test_the_story_of_a_mailed_one_says_sent(nurse: FlaskClient, place: Place) -> None:
    page = nurse.get(f"/referrals/{asked(place).id}").text

    assert SENT in page
    assert CALLED not in page


def stuck_mail(session: ScopedSession, referral: Referral, reason: str = "no_address") -> ToDo:
    message = session.scalars(select(Message).where(Message.subject_id == referral.id, Message.template == NEW)).one()
    message.state, message.reason = "needs_human", reason
    tell_about_stuck_message(session, message, note=None)
    session.flush()
    return session.scalars(select(ToDo).where(ToDo.reason == ToDoReason.ORGANIZATION_UNREACHABLE)).one()


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("no_address", "The organization must be called"),
        ("recipient", "Our message does not reach the organization"),
    ],
)
def test_the_queue_tells_a_call_from_mail_that_does_not_arrive(place: Place, reason: str, why: str) -> None:
    to_do = stuck_mail(place.town.session, asked(place), reason)

    assert str(errand_of(to_do).why) == why
