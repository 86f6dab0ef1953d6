"""Closed days of a member: its own only, each day once, never one that is over."""

from datetime import date, datetime
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient

from referral.accounts.closed_days import close_day, closed_days_of
from referral.accounts.models import Member
from referral.accounts.roles import MemberKind, Role
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from tests.factories import Town
from tests.sign_in import sign_in

#: The evening of Tuesday, 2 June in Los Angeles; already Wednesday in UTC.
EVENING = datetime.fromisoformat("2026-06-03T03:00:00+00:00")
TUESDAY, FRIDAY = date(2026, 6, 2), date(2026, 6, 5)


@pytest.fixture(autouse=True)
def _evening():
    with time_machine.travel(EVENING, tick=True):
        yield


@pytest.fixture
def organization(town: Town) -> Member:
    return town.member(MemberKind.ORGANIZATION, name="Green Table")


@pytest.fixture
def desk(client: FlaskClient, town: Town, organization: Member) -> FlaskClient:
    staff = town.person(organization, Role.ORGANIZATION_STAFF)
    town.commit()
    sign_in(client, staff)
    return client


def days(session: ScopedSession, member: Member) -> frozenset[date]:
    found = closed_days_of(session, member.id)
    session.commit()
    return found


def test_a_day_is_added_with_its_reason_and_taken_off_again(
    desk: FlaskClient, session: ScopedSession, organization: Member
) -> None:
    added = desk.post("/closed-days", data={"day": "2026-06-05", "note": "Inventory"})
    page = desk.get("/closed-days").text
    on_the_list = days(session, organization)
    address = page.partition('action="/closed-days/')[2].partition('"')[0]
    removed = desk.post(f"/closed-days/{address}")

    assert (added.status_code, removed.status_code, on_the_list) == (303, 303, {FRIDAY})
    assert all(words in page for words in ("Friday, June 5, 2026", "Inventory"))
    assert days(session, organization) == frozenset()


def test_a_day_closed_twice_is_one_row(desk: FlaskClient, session: ScopedSession, organization: Member) -> None:
    for note in ("Inventory", "Inventory and cleaning"):
        assert desk.post("/closed-days", data={"day": "2026-06-05", "note": note}).status_code == 303

    assert days(session, organization) == {FRIDAY}
    assert "Inventory and cleaning" in desk.get("/closed-days").text


@pytest.mark.parametrize("day", ["2026-06-01", "", "1026-06-05", "soon"])
def test_a_day_that_cannot_be_meant_is_asked_again(
    desk: FlaskClient, session: ScopedSession, organization: Member, day: str
) -> None:
    assert desk.post("/closed-days", data={"day": day}).status_code == 422
    assert days(session, organization) == frozenset()


def test_today_is_the_day_where_the_member_is(session: ScopedSession, town: Town, organization: Member) -> None:
    by = town.person(organization, Role.ORGANIZATION_STAFF).id

    assert close_day(session, organization.id, TUESDAY, by=by).day == TUESDAY
    with pytest.raises(InvalidInput):
        close_day(session, organization.id, date(2026, 6, 1), by=by)


def test_another_members_days_are_out_of_reach(desk: FlaskClient, session: ScopedSession, town: Town) -> None:
    other = town.member(MemberKind.ORGANIZATION)
    row = close_day(session, other.id, FRIDAY, by=town.person(other, Role.ORGANIZATION_STAFF).id, note="Their secret")
    town.commit()

    assert "Their secret" not in desk.get("/closed-days").text
    assert [desk.post(f"/closed-days/{which}/remove").status_code for which in (row.id, uuid4())] == [404, 404]
    assert days(session, other) == {FRIDAY}


def test_a_clinician_does_not_close_the_clinic(client: FlaskClient, town: Town) -> None:
    clinician = town.person(town.clinic(), Role.CLINICIAN)
    town.commit()
    sign_in(client, clinician)

    assert client.get("/closed-days").status_code == 404
