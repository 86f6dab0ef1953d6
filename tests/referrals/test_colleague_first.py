"""Two people of one organization on the link: the slower one reads what the other said, and is heard too."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.referrals.actions import cancel, move
from referral.referrals.actors import ActorKind
from referral.referrals.late_models import LateAnswer
from referral.referrals.models import Referral
from referral.referrals.states import ReferralEvent, ReferralState
from referral.todos.models import ToDo, ToDoReason
from tests.referrals.conftest import Place, moves_of
from tests.referrals.desks import Desk, token_of
from tests.sign_in import sign_in

KEEP = "Keep my answer for the clinic"


@pytest.fixture
def referral(place: Place) -> Referral:
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    return referral


@pytest.fixture
def desks(client: FlaskClient, place: Place, referral: Referral) -> tuple[Desk, Desk]:
    """Both have the same link open."""
    token, both = token_of(place.town, referral), (Desk(client), Desk(client.application.test_client()))
    for desk in both:
        desk.open(token)
    return both


@pytest.fixture
def nurse_page(client: FlaskClient, place: Place, referral: Referral) -> Callable[[], str]:
    """Reads the page of the referral as the clinic's navigator."""

    def read() -> str:
        browser = client.application.test_client()
        place.town.commit()
        sign_in(browser, place.navigator)
        return browser.get(f"/referrals/{referral.id}").text

    return read


def kept(place: Place) -> list[LateAnswer]:
    return list(place.town.session.scalars(select(LateAnswer)))


def test_both_answers_stand_on_the_page_of_the_slower_one(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    first.press("decline", name="Anna", reason="no_capacity")

    page = second.press("accept", name="Boris", note="On Monday at nine.")

    assert page.status_code == 410
    for words in ("The organization declined.", "Anna", "No room at present", "Boris", "On Monday at nine.", KEEP):
        assert words in page.text


@pytest.mark.parametrize(
    ("first_says", "second_says", "fields", "told"),
    [
        ("decline", "accept", {}, "late"),
        ("accept", "decline", {"reason": "other"}, "beside"),
        ("accept", "waitlist", {"position": "3"}, "beside"),
    ],
)
def test_one_press_keeps_it_as_information_and_moves_nothing(
    place: Place,
    referral: Referral,
    desks: tuple[Desk, Desk],
    first_says: str,
    second_says: str,
    fields: dict,
    told: str,
) -> None:
    first, second = desks
    first.press(first_says, name="Anna", reason="no_capacity")
    moves = len(moves_of(place.town.session, referral))
    place.town.commit()
    second.press(second_says, name="Boris", **fields)

    answer = second.press(second_says, name="Boris", keep="yes", **fields)

    assert (answer.status_code, answer.location) == (303, f"/answered/{told}")
    assert [(row.event, row.actor_name) for row in kept(place)] == [(second_says, "Boris")]
    assert len(moves_of(place.town.session, referral)) == moves
    to_dos = select(ToDo).where(ToDo.reason == ToDoReason.LATE_ANSWER)
    assert len(place.town.session.scalars(to_dos).all()) == 1


def test_what_is_kept_is_kept_once_for_this_browser(place: Place, desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    first.press("decline", reason="other")
    second.press("accept", keep="yes")

    again = second.press("accept", keep="yes", note="Another word.")

    assert again.status_code == 410
    assert len(kept(place)) == 1


def test_a_kept_answer_without_a_name_is_asked_for_it(place: Place, desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    first.press("decline", reason="other")

    page = second.press("accept", keep="yes", name="", note="On Monday.")

    assert page.status_code == 410
    assert "Type your name" in page.text
    assert "On Monday." in page.text
    assert kept(place) == []


def test_nothing_is_kept_for_a_request_that_was_taken_back(
    place: Place, referral: Referral, desks: tuple[Desk, Desk]
) -> None:
    cancel(place.town.session, referral, place.actors[ActorKind.MEMBERSHIP])
    place.town.commit()

    page = desks[1].press("accept", keep="yes")

    assert page.status_code == 410
    assert KEEP not in page.text
    assert kept(place) == []


def test_a_page_of_another_request_keeps_nothing_under_this_one(place: Place, desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    first.press("decline", name="Anna", reason="other")

    page = second.press("accept", keep="yes", about="")

    assert KEEP not in page.text
    assert "Anna" not in page.text
    assert kept(place) == []


def test_an_old_link_alone_tells_nothing_of_the_colleague(
    client: FlaskClient, place: Place, referral: Referral
) -> None:
    token, desk = token_of(place.town, referral), Desk(client)
    desk.open(token)
    desk.press("decline", name="Anna", reason="other")

    page = client.application.test_client().get(f"/answer/{token}").text

    assert "Anna" not in page
    assert "declined" not in page


def test_beside_a_colleague_who_accepted_nobody_is_told_to_drop_it(nurse_page, desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    first.press("accept", name="Anna")
    asked = second.press("accept", name="Boris")

    answer = second.press("accept", name="Boris", keep="yes")

    page = second.client.get(answer.location).text
    assert "Your colleague took the request on, and that still counts." in asked.text
    assert "the person expects you" in page
    assert "do not keep a place free" not in asked.text + page
    assert "Somebody else at the organization accepted as well." in nurse_page()
