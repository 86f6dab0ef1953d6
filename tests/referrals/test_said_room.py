"""What organizations say about room: by link, signed in, by phone; seen with its age, lowering no rank."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral
from referral.referrals.reason_words import reason_lines
from referral.referrals.said_room import said_on
from resources_directory.models.capacity import CapacityWord
from resources_directory.ranking import Wishes, rank
from resources_directory.search import get_service
from tests.referrals.conftest import TUESDAY, Place
from tests.referrals.desks import Desk, token_of
from tests.referrals.test_answering import sent
from tests.sign_in import sign_in

FRIDAY = date(2026, 6, 5)


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def desk(client: FlaskClient, place: Place) -> Desk:
    desk = Desk(client)
    desk.open(token_of(place.town, sent(place)))
    return desk


def words(place: Place) -> list[CapacityWord]:
    return list(place.town.session.scalars(select(CapacityWord).order_by(CapacityWord.said_at)))


def shown(place: Place) -> list[str]:
    hit = get_service(place.town.session, place.service.id, clock.now())
    assert hit is not None
    return [line.text for line in reason_lines(rank([hit], Wishes(), now=clock.now())[0].reasons)]


def test_full_until_friday_by_link_is_seen_with_its_day_by_whoever_chooses(desk: Desk, place: Place) -> None:
    answer = desk.press("room", status="no-capacity", until="2026-06-05")

    (word,) = words(place)
    assert answer.status_code == 303
    assert (word.status, word.until, word.said_by, word.said_how) == ("no-capacity", FRIDAY, "Olga", "link")
    assert "Full until Friday, June 5, 2026, they said on Jun 2, 2026." in shown(place)


def test_saying_room_keeps_the_link_and_moves_nothing(desk: Desk) -> None:
    desk.press("room", status="waitlist")

    page, after = desk.look(), desk.client.get("/answer?said=room").text
    assert page.status_code == 200
    assert "Waiting for an answer" in page.text
    assert "Thank you, that was recorded." in after
    for text in (page.text, after):
        stands = text.split('id="room"')[1]
        assert "This stands now:</strong> “We only have a waiting list”, said by Olga" in stands
        assert "Change it" in stands


def test_while_nothing_was_said_of_room_nothing_stands(desk: Desk) -> None:
    page = desk.look().text.split('id="room"')[1]

    assert "This stands now" not in page
    assert "Say it" in page


def test_declining_as_full_until_a_day_says_both_in_one_step(desk: Desk, place: Place) -> None:
    desk.press("decline", reason="no_capacity", until="2026-06-05", note="Rosa called us before")

    (word,) = words(place)
    assert (word.until, word.note) == (FRIDAY, None)
    assert place.town.session.scalars(select(Referral)).one().state == "declined"


def test_a_decline_for_another_reason_says_nothing_about_room(desk: Desk, place: Place) -> None:
    desk.press("decline", reason="out_of_area", until="2026-06-05")

    assert words(place) == []


def test_after_its_last_day_the_word_counts_no_more(desk: Desk, place: Place) -> None:
    desk.press("room", status="no-capacity", until="2026-06-05")

    with time_machine.travel(TUESDAY + timedelta(days=4), tick=False):
        assert "Whether there is room is not known." in shown(place)


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (1, "Full when last heard, on Jun 2, 2026 (1 day ago). Ask again: this changes."),
        (12, "Full when last heard, on Jun 2, 2026 (12 days ago). Ask again: this changes."),
        (28, "Whether there is room is not known."),
    ],
)
def test_a_word_says_its_age_until_it_has_aged_away(desk: Desk, place: Place, days: int, sentence: str) -> None:
    desk.press("room", status="no-capacity")

    with time_machine.travel(TUESDAY + timedelta(days=days), tick=False):
        assert sentence in shown(place)


@pytest.mark.parametrize(("hours", "age"), [(13, ""), (14, " (1 day ago)"), (110, " (5 days ago)")])
def test_the_age_of_a_word_counts_the_days_of_the_calendar(desk: Desk, app: Flask, hours: int, age: str) -> None:
    with app.test_request_context(), time_machine.travel(TUESDAY + timedelta(hours=hours), tick=False):
        assert said_on(TUESDAY, zone=ZoneInfo("America/Los_Angeles")) == f"Jun 2, 2026{age}"


def test_both_sides_read_how_old_the_word_is(client: FlaskClient, desk: Desk, place: Place) -> None:
    desk.press("room", status="no-capacity")

    with time_machine.travel(TUESDAY + timedelta(days=3), tick=False):
        sign_in(client, place.staff)
        page = client.get("/inbox/room").text

    assert "“We are full”, said by Olga on Jun 2, 2026 (3 days ago)." in page


@pytest.mark.parametrize("until", ["2026-06-01", "1026-06-05"])
def test_a_last_day_that_is_over_is_asked_again(desk: Desk, place: Place, until: str) -> None:
    answer = desk.press("room", status="no-capacity", until=until)

    assert (answer.status_code, words(place)) == (422, [])


def test_one_form_sent_twice_is_one_word(desk: Desk, place: Place) -> None:
    form_id = "7f9c24e8-3b1a-4c5d-9e0f-1a2b3c4d5e6f"

    desk.press("room", status="capacity", form_id=form_id)
    desk.press("room", status="capacity", form_id=form_id)

    assert len(words(place)) == 1


def test_with_an_account_each_service_is_said_on_one_page(client: FlaskClient, place: Place) -> None:
    place.town.commit()
    sign_in(client, place.staff)

    answer = client.post(
        "/inbox/room", data={"service": str(place.service.id), "status": "no-capacity", "until": "2026-06-05"}
    )

    assert answer.status_code == 303
    assert "“We are full” until Friday, June 5, 2026, said by Olga" in client.get("/inbox/room").text


def test_nobody_speaks_for_another_organizations_service(client: FlaskClient, place: Place) -> None:
    foreign = place.town.service()
    place.town.commit()
    sign_in(client, place.staff)

    answer = client.post("/inbox/room", data={"service": str(foreign.id), "status": "capacity"})

    assert (answer.status_code, words(place)) == (422, [])


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("capacity", "They have room, they said on Jun 2, 2026."),
        ("no-capacity", "Full when last heard, on Jun 2, 2026. Ask again: this changes."),
        ("waitlist", "They only have a waiting list, they said on Jun 2, 2026."),
        ("additional-assessment-required", "They must speak with the person first, they said on Jun 2, 2026."),
    ],
)
def test_each_of_the_four_codes_has_words_where_services_are_chosen(
    desk: Desk, place: Place, status: str, sentence: str
) -> None:
    desk.press("room", status=status)

    assert sentence in shown(place)


def test_full_lowers_no_rank(session: ScopedSession, place: Place, desk: Desk) -> None:
    other = place.town.service(name="Zucchini")
    before = ranked(session, place.service.id, other.id)
    place.town.commit()

    desk.press("room", status="no-capacity", until="2026-06-05")

    session.expire_all()
    assert ranked(session, place.service.id, other.id) == before


def ranked(session: ScopedSession, *service_ids: object) -> list[object]:
    hits = [get_service(session, service_id, clock.now()) for service_id in service_ids]
    return [hit.service_id for hit in rank([hit for hit in hits if hit], Wishes(), now=clock.now())]
