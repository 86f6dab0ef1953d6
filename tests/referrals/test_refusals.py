"""After "no room": who said no stands last, what is full behind what is not, and who has room again is asked again."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from referral.kit import clock
from referral.referrals.actors import ActorKind
from referral.referrals.alternatives import alternatives_for
from referral.referrals.models import Referral
from referral.referrals.rerouting import choose_alternative, places_instead
from referral.referrals.states import DeclineReason
from referral.todos.models import ToDo, ToDoReason
from resources_directory.capacity import CapacityStatus, SaidCapacity, say_capacity
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service
from tests.referrals.conftest import Place
from tests.referrals.test_rerouting import refused, serves
from tests.sign_in import sign_in


@pytest.fixture
def others(place: Place) -> list[Service]:
    """Another service of the organization that is asked, which fits best, and two of others."""
    serves(place, place.service)
    own = place.town.service(
        place.town.session.get_one(Organization, place.service.organization_id), name="Aardvark Room"
    )
    return [serves(place, own), *(serves(place, place.town.service(name=each)) for each in ("Bread Bank", "Corn Bank"))]


def says(place: Place, service: Service, status: CapacityStatus, *, days_ago: int = 0) -> None:
    word = SaidCapacity(service.id, status, "Cora", "link")
    say_capacity(place.town.session, word, now=clock.now() - timedelta(days=days_ago))


def offered(place: Place, referral: Referral, *, at: timedelta = timedelta()) -> list[tuple[str, str]]:
    """Return (service, first reason) of the places that are offered."""
    found = alternatives_for(place.town.session, referral, now=clock.now() + at)
    return [(each.hit.service_name, each.reasons[0].text) for each in found]


def test_another_service_of_who_was_full_stands_last_and_says_so(place: Place, others):
    full = refused(place, DeclineReason.NO_CAPACITY)
    others[2].retired_at = clock.now()

    names = [name for name, _reason in offered(place, full)]

    assert names == ["Bread Bank", "Aardvark Room"]
    assert offered(place, full)[1][1].startswith("The same organization said no on")
    assert "because it was full" in offered(place, full)[1][1]


def test_it_is_not_named_while_two_others_fit(place: Place, others):
    assert [name for name, _reason in offered(place, refused(place, DeclineReason.NO_CAPACITY))] == [
        "Bread Bank",
        "Corn Bank",
    ]


def test_another_reason_for_no_puts_nobody_last(place: Place, others):
    assert offered(place, refused(place, DeclineReason.OUT_OF_AREA))[0][0] == "Aardvark Room"


def test_another_service_that_has_said_since_that_it_has_room_stands_where_it_fits(place: Place, others):
    full = refused(place, DeclineReason.NO_CAPACITY)

    says(place, others[0], CapacityStatus.CAPACITY)

    assert offered(place, full)[0][0] == "Aardvark Room"


def test_what_was_full_when_last_heard_stands_behind_the_others_and_says_so(place: Place, others):
    says(place, others[0], CapacityStatus.NO_CAPACITY, days_ago=9)  # too long ago to bar, and still shown
    others[2].retired_at = clock.now()

    expired = refused(place, DeclineReason.OUT_OF_AREA)

    found = alternatives_for(place.town.session, expired, now=clock.now())
    assert [each.hit.service_name for each in found] == ["Bread Bank", "Aardvark Room"]
    assert any("Full when last heard" in line.text for line in found[1].reasons)


def test_places_for_what_did_not_help_stand_in_the_same_order(place: Place, others):
    full = refused(place, DeclineReason.NO_CAPACITY)

    found = places_instead(place.town.session, full, now=clock.now())

    assert [hit.service_name for hit in found] == ["Bread Bank", "Corn Bank"]


def test_who_was_full_and_has_room_again_is_offered_first_and_can_be_chosen(place: Place, others):
    full = refused(place, DeclineReason.NO_CAPACITY)
    before = [name for name, _reason in offered(place, full)]
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        says(place, place.service, CapacityStatus.CAPACITY)
        name, reason = offered(place, full)[0]
        first = alternatives_for(place.town.session, full, now=clock.now())[0]
        choose_alternative(place.town.session, first, actor=place.actors[ActorKind.MEMBERSHIP])

    chosen = place.town.session.query(ToDo).filter_by(reason=ToDoReason.CHOSE_OTHER_PLACE).one()
    assert place.service.name not in before
    assert name == place.service.name
    assert "Since then they have said that they have room" in reason
    assert place.service.name in (chosen.note or "")


def test_the_page_of_the_request_asks_it_again_with_one_button(place: Place, others, client: FlaskClient):
    full = refused(place, DeclineReason.NO_CAPACITY)
    place.town.commit()
    sign_in(client, place.navigator)
    before = client.get(f"/referrals/{full.id}").text
    says(place, place.service, CapacityStatus.CAPACITY)
    place.town.commit()

    page = client.get(f"/referrals/{full.id}").text

    assert "Ask this place again" not in before
    assert "Ask this place again" in page
    assert f"service={place.service.id}" in page


def test_a_word_before_the_refusal_is_no_room_again(place: Place, others):
    says(place, place.service, CapacityStatus.CAPACITY, days_ago=1)

    full = refused(place, DeclineReason.NO_CAPACITY)

    assert place.service.name not in [name for name, _reason in offered(place, full)]
