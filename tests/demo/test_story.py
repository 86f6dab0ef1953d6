"""A story lets acts happen in their order, each at its own moment, all in one transaction."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from referral.accounts.models import Person
from referral.demo.story import OneTransaction, Story
from referral.kit import clock
from referral.kit.scope import job_scope
from referral.kit.transaction import Database


def add(database: Database, name: str) -> None:
    with database.job("tests") as session:
        session.add(Person(email=f"{name}@b.example", name=name, created_at=clock.now(), language="en"))


def names(database: Database) -> list[str]:
    with database.reading(job_scope("tests")) as session:
        return list(session.scalars(select(Person.name).order_by(Person.name)))


def test_acts_happen_in_the_order_of_their_moments(database: Database) -> None:
    told: list[datetime] = []
    present = clock.wall()
    story = Story(database, [], present)
    story.begin(present - timedelta(days=10))
    for days in (2, 9, 5):
        story.at(present - timedelta(days=days), lambda: told.append(clock.now()))

    story.tell()

    assert [(present - moment).days + 1 for moment in told] == [9, 5, 2]


def test_what_lies_beyond_the_present_never_happens(database: Database) -> None:
    told: list[str] = []
    story = Story(database, [], clock.wall())
    story.at(clock.wall() + timedelta(hours=1), lambda: told.append("tomorrow"))

    story.tell()

    assert told == []


def test_the_clock_is_right_after_a_story_that_fails(database: Database) -> None:
    story = Story(database, [], clock.wall())
    story.at(clock.wall() - timedelta(days=3), lambda: 1 / 0)  # type: ignore[arg-type, return-value]  # it fails

    with pytest.raises(ZeroDivisionError):
        story.tell()

    assert clock.now() - clock.wall() < timedelta(seconds=1)


def test_one_transaction_keeps_all_its_jobs(database: Database) -> None:
    with database.job("tests") as session:
        one = OneTransaction(database, session.connection())
        add(one, "first")
        add(one, "second")
        assert names(one) == ["first", "second"]

    assert names(database) == ["first", "second"]


def add_and_fail(database: Database, name: str) -> None:
    """Add somebody in a job that fails after its flush."""
    with database.job("tests") as session:
        session.add(Person(email=f"{name}@b.example", name=name, created_at=clock.now(), language="en"))
        session.flush()
        raise RuntimeError


def tell_and_fail(database: Database) -> None:
    """Add somebody in one transaction that fails as a whole."""
    with database.job("tests") as session:
        add(OneTransaction(database, session.connection()), "first")
        raise RuntimeError


def test_one_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        tell_and_fail(database)

    assert names(database) == []


def test_a_job_that_fails_takes_only_its_own_rows_along(database: Database) -> None:
    with database.job("tests") as session:
        one = OneTransaction(database, session.connection())
        add(one, "first")
        with pytest.raises(RuntimeError):
            add_and_fail(one, "lost")
        add(one, "second")

    assert names(database) == ["first", "second"]
