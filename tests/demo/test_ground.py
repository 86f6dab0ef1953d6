"""The demo takes an empty database or its own, and never touches anybody else's."""

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from referral.accounts.models import Person
from referral.demo.ground import Ground, NoDemoHere, OtherKeys, check_keys, clear_ground, ground_of, is_seeded
from referral.kit import clock
from referral.kit.crypto import Vault
from referral.kit.installation import beat, installation
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.patients.actions import phone_number
from resources_directory.db import engine_for


@pytest.fixture
def own(own_app: Flask) -> Database:
    found: Database = own_app.extensions["database"]
    return found


def add_somebody(database: Database, *, demo: bool) -> None:
    with database.job("tests") as session:
        session.add(Person(email="a@b.example", name="Somebody", created_at=clock.now(), language="en"))
        installation(session).demo = demo


def test_a_database_without_tables_is_empty(own_url: str) -> None:
    engine = engine_for(own_url)

    assert ground_of(engine) is Ground.EMPTY
    engine.dispose()


def test_empty_tables_are_empty(own: Database) -> None:
    assert ground_of(own.engine) is Ground.EMPTY


def test_rows_without_the_mark_are_somebody_elses(own: Database) -> None:
    add_somebody(own, demo=False)

    assert ground_of(own.engine) is Ground.OTHER


def test_one_row_of_any_table_is_enough(own: Database) -> None:
    with own.job("tests") as session:
        beat(session, "somebody's worker")

    assert ground_of(own.engine) is Ground.OTHER


def test_the_mark_makes_it_a_demo(own: Database) -> None:
    add_somebody(own, demo=True)

    assert ground_of(own.engine) is Ground.DEMO


@pytest.mark.parametrize("reset", [False, True])
def test_somebody_elses_rows_are_refused_and_stay(own: Database, own_url: str, reset: bool) -> None:
    add_somebody(own, demo=False)

    with pytest.raises(NoDemoHere, match="Nothing was changed"):
        clear_ground(own_url, reset=reset)

    with own.reading(job_scope("tests")) as session:
        assert session.scalars(select(Person.name)).all() == ["Somebody"]


def test_a_demo_is_kept_unless_it_is_to_start_over(own: Database, own_url: str) -> None:
    add_somebody(own, demo=True)

    clear_ground(own_url, reset=False)

    assert ground_of(own.engine) is Ground.DEMO


def test_starting_over_leaves_nothing(own: Database, own_url: str) -> None:
    add_somebody(own, demo=True)
    own.engine.dispose()

    clear_ground(own_url, reset=True)

    engine = engine_for(own_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_demo_sealed_with_another_key_is_told(own: Database, own_app: Flask) -> None:
    with own.job("tests") as session:
        phone_number(session, "+15595550123")
    stranger = Database(own.engine.url.render_as_string(hide_password=False), Vault(b"x" * 32))

    with stranger.reading(job_scope("tests")) as session, pytest.raises(OtherKeys, match="MASTER_KEY"):
        check_keys(session)

    stranger.engine.dispose()


def test_a_demo_counts_as_seeded_once_members_live_there(own: Database) -> None:
    with own.reading(job_scope("tests")) as session:
        assert not is_seeded(session)
