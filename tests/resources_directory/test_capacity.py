"""Words about room: the newest counts while it holds, none is lost, one form is one word."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from resources_directory.capacity import SaidCapacity, full_since, holds, newest_words, say_capacity, weight
from resources_directory.hit_details import Found, hits_of
from resources_directory.models.capacity import CapacityStatus, CapacityWord, ServiceCapacity, Unit
from resources_directory.models.service import Service
from resources_directory.service_hit import Capacity
from tests.resources_directory.records import NOW, Records

S = CapacityStatus


@pytest.fixture
def bread(records: Records) -> Service:
    return records.service("Bread")


def said(service: Service, status: CapacityStatus = S.NO_CAPACITY, until: date | None = None) -> SaidCapacity:
    return SaidCapacity(service.id, status, "Olga", "link", until=until, note="Boxes on Mondays")


def shown(session: Session, service: Service) -> Capacity | None:
    return hits_of(session, [Found(service.id, None)], near=None, now=NOW)[0].capacity


def test_the_newest_word_counts_and_the_older_one_stays(directory_session: Session, bread: Service) -> None:
    say_capacity(directory_session, said(bread), now=NOW - timedelta(days=2))
    say_capacity(directory_session, said(bread, S.WAITLIST), now=NOW - timedelta(days=1))

    assert newest_words(directory_session, [bread.id])[bread.id].status == "waitlist"
    assert directory_session.scalar(select(func.count()).select_from(CapacityWord)) == 2


def test_a_word_with_one_id_is_stored_once(directory_session: Session, bread: Service) -> None:
    word_id = uuid4()
    twice = SaidCapacity(bread.id, S.CAPACITY, "Olga", "link", word_id=word_id)

    assert [say_capacity(directory_session, twice, now=NOW).id for _n in range(2)] == [word_id, word_id]


def test_an_id_of_another_services_word_makes_a_new_one(
    directory_session: Session, records: Records, bread: Service
) -> None:
    first = say_capacity(directory_session, said(bread), now=NOW)
    other = SaidCapacity(records.service("Milk").id, S.CAPACITY, "Omar", "link", word_id=first.id)

    assert say_capacity(directory_session, other, now=NOW).id != first.id


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (1, True), (None, True)])
def test_a_word_holds_until_its_last_day_is_over(
    directory_session: Session, bread: Service, days: int | None, counts: bool
) -> None:
    until = NOW.date() + timedelta(days=days) if days is not None else None
    say_capacity(directory_session, said(bread, until=until), now=NOW - timedelta(days=3))

    found = shown(directory_session, bread)

    assert (found is not None) is counts
    assert (full_since(directory_session, bread.id, now=NOW, today=NOW.date()) is not None) is counts


@pytest.mark.parametrize(
    ("days", "weighs", "bars", "is_shown"),
    [
        (0, 1.0, True, True),
        (6, 0.5 ** (6 / 7), True, True),
        (7, 0.5, False, True),
        (14, 0.25, False, True),
        (27, 0.5 ** (27 / 7), False, True),
        (28, 1 / 16, False, False),
        (400, 0.0, False, False),
    ],
)
def test_a_word_without_a_last_day_loses_half_of_its_weight_in_a_week(
    directory_session: Session, bread: Service, days: int, weighs: float, bars: bool, is_shown: bool
) -> None:
    word = say_capacity(directory_session, said(bread), now=NOW - timedelta(days=days))

    assert weight(word, now=NOW, today=NOW.date()) == pytest.approx(weighs, abs=1e-6)
    assert (full_since(directory_session, bread.id, now=NOW, today=NOW.date()) is not None) is bars
    assert holds(word, now=NOW, today=NOW.date()) is is_shown
    assert (shown(directory_session, bread) is not None) is is_shown


def test_a_word_with_a_last_day_says_all_of_it_until_then(directory_session: Session, bread: Service) -> None:
    until = NOW.date() + timedelta(days=1)
    say_capacity(directory_session, said(bread, until=until), now=NOW - timedelta(days=90))

    assert full_since(directory_session, bread.id, now=NOW, today=NOW.date()) == NOW - timedelta(days=90)


def test_of_a_word_and_a_number_the_newer_one_is_shown(
    directory_session: Session, records: Records, bread: Service
) -> None:
    unit = records.add(Unit(name="boxes"))
    say_capacity(directory_session, said(bread), now=NOW - timedelta(days=2))
    word = shown(directory_session, bread)
    records.add(ServiceCapacity(service_id=bread.id, unit_id=unit.id, available=4, updated=NOW - timedelta(days=1)))
    number = shown(directory_session, bread)

    assert word == Capacity(None, NOW - timedelta(days=2), status="no-capacity", note="Boxes on Mondays")
    assert number == Capacity(4, NOW - timedelta(days=1), "boxes")


@pytest.mark.parametrize("status", [S.CAPACITY, S.WAITLIST, S.ASSESSMENT_REQUIRED])
def test_only_full_is_full(directory_session: Session, bread: Service, status: CapacityStatus) -> None:
    say_capacity(directory_session, said(bread), now=NOW - timedelta(days=2))
    say_capacity(directory_session, said(bread, status), now=NOW)

    assert full_since(directory_session, bread.id, now=NOW, today=NOW.date()) is None
