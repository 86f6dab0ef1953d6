"""The inbox of an organization with an account: its own requests only, and the same answers as by link."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.roles import MemberKind, Role
from referral.patients.consent_models import Disclosure
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from tests.referrals.conftest import Place, moves_of
from tests.sign_in import sign_in


@pytest.fixture
def referral(place: Place) -> Referral:
    referral = place.referral(ReferralState.SENT)
    place.town.commit()
    return referral


@pytest.fixture
def desk(client: FlaskClient, place: Place, referral: Referral) -> FlaskClient:
    sign_in(client, place.staff)
    return client


def state(place: Place, referral: Referral) -> str:
    place.town.session.refresh(referral)
    place.town.commit()
    return referral.state


def test_the_inbox_lists_what_waits_without_the_person(desk: FlaskClient):
    page = desk.get("/inbox").text

    assert "Food" in page
    assert "Rosa" not in page


def test_an_answer_is_given_in_the_persons_own_name(desk: FlaskClient, place: Place, referral: Referral):
    answer = desk.post(f"/inbox/{referral.id}/accept", data={})

    last = moves_of(place.town.session, referral)[-1]
    assert answer.status_code == 303
    assert (last.event, last.person_id, last.actor_kind) == ("accept", place.staff.id, "membership")


def test_the_person_is_shown_after_accepting_only(desk: FlaskClient, place: Place, referral: Referral):
    before = desk.post(f"/inbox/{referral.id}/details")
    desk.post(f"/inbox/{referral.id}/accept", data={})

    after = desk.post(f"/inbox/{referral.id}/details")

    assert (before.status_code, after.status_code) == (409, 200)
    assert "Rosa Molina" in after.text
    assert place.town.session.scalars(select(Disclosure)).one().channel == "account"


@pytest.mark.parametrize(
    ("verb", "data", "after"),
    [
        ("decline", {"decline-reason": "out_of_area"}, "declined"),
        ("waitlist", {"waitlist-position": "2"}, "waitlisted"),
    ],
)
def test_the_other_first_answers(desk: FlaskClient, place: Place, referral: Referral, verb, data, after):
    desk.post(f"/inbox/{referral.id}/{verb}", data=data)

    assert state(place, referral) == after


def test_begun_and_then_received(desk: FlaskClient, place: Place, referral: Referral):
    desk.post(f"/inbox/{referral.id}/accept", data={})
    desk.post(f"/inbox/{referral.id}/start", data={})

    desk.post(f"/inbox/{referral.id}/outcome", data={"outcome-outcome": "received"})

    assert state(place, referral) == "completed"


def test_an_outcome_before_accepting_is_refused(desk: FlaskClient, place: Place, referral: Referral):
    answer = desk.post(f"/inbox/{referral.id}/outcome", data={"outcome-outcome": "received"})

    assert (answer.status_code, state(place, referral)) == (409, "sent")


def test_a_no_without_a_reason_is_asked_again(desk: FlaskClient, place: Place, referral: Referral):
    desk.post(f"/inbox/{referral.id}/accept", data={})

    answer = desk.post(f"/inbox/{referral.id}/outcome", data={"outcome-outcome": "not_received"})

    assert (answer.status_code, state(place, referral)) == (422, "accepted")


def test_another_organization_sees_nothing(client: FlaskClient, place: Place, referral: Referral):
    other = place.town.member(MemberKind.ORGANIZATION, name="Elsewhere")
    stranger = place.town.person(other, Role.ORGANIZATION_STAFF)
    place.town.commit()
    sign_in(client, stranger)

    answers = [client.get(f"/inbox/{referral.id}"), client.post(f"/inbox/{referral.id}/accept", data={})]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert place.service.name not in client.get("/inbox?show=all").text


def test_the_clinic_has_no_inbox(client: FlaskClient, place: Place, referral: Referral):
    sign_in(client, place.navigator)

    assert client.get("/inbox").status_code == 404


@pytest.mark.parametrize("show", ["waiting", "taken", "all", "nonsense"])
def test_every_view_of_the_inbox_opens(desk: FlaskClient, show):
    assert desk.get(f"/inbox?show={show}&page=9").status_code == 200
