"""Places that the patient chose: kept in their order, taken back, used up once they were asked; one to-do of a need."""

from datetime import timedelta

import time_machine
from sqlalchemy import select

from referral.kit import clock
from referral.navigation.needs_left import look_after
from referral.referrals.actions import mark_error, move
from referral.referrals.actors import THE_CLOCK, Actor, ActorKind
from referral.referrals.choices import standing_choices
from referral.referrals.models import Referral
from referral.referrals.rerouting import note_signature
from referral.referrals.rerouting_models import RerouteAlternative
from referral.referrals.states import ReferralEvent
from referral.referrals.to_dos import need_a_person
from referral.screening.models import Need
from referral.todos.models import ToDo, ToDoReason
from resources_directory.models.service import Service
from tests.plan.conftest import Home, refused
from tests.sign_in import sign_in

WANTED, BACK = ">I want this place</button>", ">I do not want this place any more</button>"


def offered(home: Home) -> tuple[list[Service], list[RerouteAlternative]]:
    """The first request is refused; the navigator's to-do stands; the page is open."""
    services = refused(home)
    names = {each.id: each.name for each in services}
    rows = home.session.scalars(select(RerouteAlternative).order_by(RerouteAlternative.rank)).all()
    for row in rows:
        row.facts = {"service_name": names[row.service_id], "organization_name": "Hall"}
    need_a_person(home.session, home.referral, ToDoReason.ORGANIZATION_DECLINED)
    home.open()
    return services, list(rows)


def press(home: Home, row: RerouteAlternative, **fields: str) -> None:
    assert home.press("other-place", about=str(row.id), **fields).status_code == 303
    home.session.rollback()


def open_ones(home: Home) -> list[ToDo]:
    home.session.rollback()
    return list(home.session.scalars(select(ToDo).where(ToDo.done_at.is_(None)).order_by(ToDo.id)))


def sign(home: Home, service: Service) -> Referral:
    """A navigator signs the place, it is sent, and the organization accepts."""
    facts = {"service_facts": {"service_name": service.name}, "state": "held"}
    row = home.town.referral(home.need, service, by=home.clinician, **facts)
    row.follows_id = home.referral.id
    note_signature(home.session, row, Actor(ActorKind.MEMBERSHIP, home.clinician.id, "Carla"))
    move(home.session, row, ReferralEvent.SEND, THE_CLOCK)
    home.town.commit()
    return row


def recall(home: Home, row: Referral) -> None:
    mark_error(home.session, row, Actor(ActorKind.MEMBERSHIP, home.clinician.id, "Carla"))
    home.town.commit()


def test_two_choices_are_one_to_do_with_both_in_their_order(home: Home) -> None:
    services, rows = offered(home)

    for row in (rows[1], rows[0], rows[0]):
        press(home, row)

    (to_do,) = open_ones(home)
    assert to_do.reason == ToDoReason.CHOSE_OTHER_PLACE
    lines = (to_do.note or "").splitlines()
    assert [services[1].name in lines[0], services[0].name in lines[1], len(lines)] == [True, True, 2]


def test_a_choice_can_be_taken_back_and_another_place_is_looked_for(home: Home) -> None:
    _services, rows = offered(home)
    press(home, rows[0])
    assert home.page().count(BACK) == 1

    for _twice in range(2):
        press(home, rows[0], back="yes")

    assert home.fresh(RerouteAlternative, rows[0].id).chosen_at is None
    (to_do,) = open_ones(home)
    assert to_do.reason == ToDoReason.ORGANIZATION_DECLINED
    assert home.page().count(WANTED) == 2


def test_one_of_two_choices_taken_back_leaves_the_other(home: Home) -> None:
    services, rows = offered(home)
    press(home, rows[0])
    press(home, rows[1])

    press(home, rows[1], back="yes")

    (to_do,) = open_ones(home)
    assert services[0].name in (to_do.note or "")
    assert services[1].name not in (to_do.note or "")


def test_a_choice_that_was_asked_and_recalled_can_be_chosen_again_and_the_other_stays(home: Home) -> None:
    services, rows = offered(home)
    press(home, rows[0])
    press(home, rows[1])
    row = sign(home, services[0])
    recall(home, row)

    page = home.page()

    assert (page.count(WANTED), page.count(BACK)) == (1, 1)
    assert [each.service_id for each in standing_choices(home.session, [home.need.id])[home.need.id]] == [
        services[1].id
    ]
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        press(home, rows[0])
        assert (home.page().count(WANTED), home.page().count(BACK)) == (0, 2)


def test_where_the_only_choice_failed_the_buttons_come_back(home: Home) -> None:
    services, rows = offered(home)
    press(home, rows[0])
    row = sign(home, services[0])
    recall(home, row)

    page = home.page()

    assert "You chose another place." not in page
    assert page.count(WANTED) == 2


def test_the_queue_offers_to_prescribe_the_place_that_is_still_chosen(home: Home) -> None:
    services, rows = offered(home)
    press(home, rows[0])
    press(home, rows[1])
    row = sign(home, services[0])
    recall(home, row)
    home.session.get_one(Need, home.need.id).confirmed_at = clock.now()
    home.town.commit()
    look_after(home.session, home.need.id)
    home.town.commit()
    (to_do,) = open_ones(home)
    navigator = home.town.person(home.clinic, "navigator")
    home.town.commit()
    browser = home.client.application.test_client()
    sign_in(browser, navigator)

    listed = browser.get("/to-dos/?show=all").text

    assert to_do.subject_kind == "need"
    url = f"/patients/{home.patient.id}/prescribe?need={home.need.id}&amp;service={services[1].id}"
    assert f'href="{url}">Prescribe the place they chose<' in listed
    assert "Chose another place" in listed
    assert "Nothing is planned for this need" not in listed
    assert services[1].name in browser.get(url.replace("&amp;", "&")).text


def test_help_that_came_uses_up_every_choice(home: Home) -> None:
    services, rows = offered(home)
    press(home, rows[0])
    press(home, rows[1])
    row = sign(home, services[0])
    row.state, row.closed_at = "completed", clock.now()
    home.town.commit()

    assert standing_choices(home.session, [home.need.id]) == {}
