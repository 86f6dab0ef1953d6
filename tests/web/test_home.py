"""Home leads each role to where its work starts, and the navigation shows what the role may open."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from referral.accounts.roles import GIVEN_ROLES, ROLES_OF, MemberKind, Role
from referral.web.navigation_bar import PLACES
from referral.web.starting_pages import STARTING_PAGES
from tests.factories import Town
from tests.sign_in import sign_in

#: One kind of member in which each role exists.
KIND_OF = {role: kind for kind in reversed(MemberKind) for role in ROLES_OF[kind]}


@pytest.mark.parametrize("role", GIVEN_ROLES)
def test_each_role_starts_on_a_page_that_it_may_open(town: Town, client: FlaskClient, role: Role) -> None:
    person = town.person(town.member(KIND_OF[role]), role)
    town.commit()
    sign_in(client, person)

    answer = client.get("/", follow_redirects=True)

    assert answer.status_code == 200
    assert "/sign-in" not in answer.request.path


def test_whoever_is_not_signed_in_is_led_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"].endswith("/sign-in")


def test_every_place_and_every_first_page_exists(app: Flask) -> None:
    named = {place.endpoint for place in PLACES} | set(STARTING_PAGES.values())

    assert named <= set(app.view_functions)


def test_one_place_is_marked_as_the_readers(town: Town, client: FlaskClient) -> None:
    person = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    sign_in(client, person)

    page = client.get("/reports/").text

    assert page.count('aria-current="page"') == 1
    assert '<a href="/reports/" aria-current="page">' in page


def test_the_header_says_who_acts_in_which_role(town: Town, client: FlaskClient) -> None:
    person = town.person(town.clinic(name="Hazel Grove Clinic"), Role.NAVIGATOR, "Nadia Reyes")
    town.commit()
    sign_in(client, person)

    page = client.get("/directory/").text

    assert "Nadia Reyes" in page
    assert "Navigator at Hazel Grove Clinic" in page


def test_an_error_page_says_what_failed_and_its_number(client: FlaskClient) -> None:
    answer = client.get("/nowhere")

    assert "We could not find that page" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
