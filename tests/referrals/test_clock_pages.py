"""The page of the clock policy: seen and changed by the platform administrator, checked wait by wait."""

import pytest
from flask.testing import FlaskClient

from referral.accounts.roles import MemberKind, Role
from referral.referrals.clock_forms import facts_of_form
from referral.referrals.clock_policy import SHIPPED
from referral.referrals.policy_versions import made_versions
from tests.factories import Town
from tests.sign_in import sign_in

FORM = {"why": "Pantries asked for a day more."} | {name: str(value) for name, value in facts_of_form(SHIPPED).items()}


@pytest.fixture
def administrator(client: FlaskClient, town: Town) -> FlaskClient:
    """The platform administrator at a browser."""
    person = town.person(town.member(MemberKind.NETWORK, name="The Network"), Role.PLATFORM_ADMINISTRATOR, "Ada")
    town.commit()
    sign_in(client, person)
    return client


def test_the_page_shows_what_counts_and_where_it_came_from(administrator: FlaskClient):
    page = administrator.get("/clocks").text

    assert "Version 2026-11" in page
    assert "The product came with it." in page
    assert "20 minutes" in page
    assert "Food · Utilities" in page


def test_a_new_version_is_stored_and_shown_with_its_reason(administrator: FlaskClient, town: Town):
    answer = administrator.post("/clocks", data=FORM | {"wait_slow_expire": "15", "effective_on": "2199-01-04"})

    page = administrator.get("/clocks").text
    assert answer.status_code == 303
    assert [row.version for row in made_versions(town.session)] == ["2199-01-04"]
    assert "Pantries asked for a day more." in page
    assert "15 business days" in page


def test_without_a_day_it_counts_at_once(administrator: FlaskClient):
    administrator.post("/clocks", data=FORM | {"wait_slow_expire": "15"})

    page = administrator.get("/clocks").text
    assert page.index("Counts now") < page.index("Version 2026-11<")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wait_usual_expire": "3"}, "This comes before the step before it."),
        ({"wait_usual_remind": "0"}, "This is too short"),
        ({"wait_usual_remind": "x"}, "Not a valid integer value"),
        ({"why": ""}, "Say why, in a sentence."),
        ({"effective_on": "2020-01-01"}, "counts from now or later"),
        ({"pace_food": "fastest"}, "cannot be chosen here"),
    ],
)
def test_what_does_not_fit_is_marked_and_nothing_typed_is_lost(
    administrator: FlaskClient, town: Town, changes: dict[str, str], words: str
):
    answer = administrator.post("/clocks", data=FORM | {"why": "Kept words."} | changes)

    assert answer.status_code == 422
    assert words in answer.text
    assert "Kept words." in answer.text or "why" in changes
    assert not made_versions(town.session)


def test_a_doubled_post_makes_one_version(administrator: FlaskClient, town: Town):
    for _press in range(2):
        sent = FORM | {"form_id": "01890000-0000-7000-8000-000000000001", "effective_on": "2199-01-04"}
        assert administrator.post("/clocks", data=sent).status_code == 303

    assert len(made_versions(town.session)) == 1


@pytest.mark.parametrize("role", [Role.NAVIGATOR, Role.CLINIC_ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_nobody_at_a_clinic_sets_the_clocks(client: FlaskClient, town: Town, role: Role):
    person = town.person(town.clinic(), role)
    town.commit()
    sign_in(client, person)

    assert client.get("/clocks").status_code == 404
