"""Limits: at the limit it still works, one more does not, also when many come at once; each caller has their own."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from time_machine import travel

from referral.accounts.roles import Role
from referral.kit import limits
from referral.kit.errors import Throttled
from referral.kit.limits import Limit, UsageCount, forget_old_counts, limited, use
from referral.kit.transaction import Database
from tests.factories import Town
from tests.faults.meeting import at_once
from tests.sign_in import sign_in

THREE = Limit("three", 3, timedelta(minutes=10))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def used(database: Database, caller: str = "somebody") -> bool:
    """Return True if one more could be used up."""
    try:
        with database.job("tests") as session:
            use(session, THREE, caller)
    except Throttled:
        return False
    return True


def test_at_the_limit_it_works_and_one_more_does_not(app: Flask, database: Database) -> None:
    with app.test_request_context(), travel(NOON, tick=False):
        assert [used(database) for _ in range(4)] == [True, True, True, False]


def test_another_caller_has_their_own_limit(app: Flask, database: Database) -> None:
    with app.test_request_context(), travel(NOON, tick=False):
        for _ in range(4):
            used(database)

        assert used(database, "somebody else")


def test_the_next_stretch_begins_anew(app: Flask, database: Database) -> None:
    with app.test_request_context(), travel(NOON, tick=False) as time:
        for _ in range(4):
            used(database)
        time.shift(THREE.per)

        assert used(database)


def test_of_many_at_once_as_many_pass_as_there_is_room(app: Flask, database: Database) -> None:
    def one() -> bool:
        with app.test_request_context():
            return used(database)

    with travel(NOON, tick=False):
        passed = at_once(*[one] * 10)

    assert passed.count(True) == 3


def test_counts_of_the_past_are_forgotten_and_name_nobody(app: Flask, database: Database) -> None:
    with app.test_request_context(), travel(NOON, tick=False) as time:
        used(database, "person:rosa@clinic.example")
        with database.job("tests") as session:
            stored = session.scalars(select(UsageCount).order_by(UsageCount.caller)).one()
        time.shift(timedelta(days=2))
        forgotten = forget_old_counts(database)

    assert b"rosa" not in stored.caller
    assert forgotten == 1
    with database.job("tests") as session:
        assert session.scalar(select(func.count()).select_from(UsageCount)) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_person_who_searches_without_end_is_told_to_wait(client: FlaskClient, town: Town) -> None:
    navigator = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    sign_in(client, navigator)
    most = limits.PATIENT_SEARCHES.most

    answers = [client.post("/patients/", data={"name": "Rosa"}) for _ in range(most + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert "asked very often" in answers[-1].text


def test_an_address_within_one_household_is_one_caller(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "view_functions", app.view_functions | {"web.healthz": limited(THREE)(lambda: "ok")})

    with travel(NOON, tick=False):
        statuses = [
            client.get("/healthz", environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{n}"}).status_code for n in range(1, 5)
        ]

    assert statuses == [200, 200, 200, 429]
