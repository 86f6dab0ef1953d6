"""How services are put in order for one person, and why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from resources_directory.ranking import Factor, Wishes, behind, rank, reasons_for
from resources_directory.service_hit import Capacity, ReasonCode, ServiceHit, SpokenLanguage
from tests.resources_directory.records import NOW

C = ReasonCode
PLAIN = ServiceHit(UUID(int=1), "Plain", UUID(int=2), "Organization", distance_km=3.0)
SPANISH = SpokenLanguage("es", "Spanish")
EVERYTHING = Wishes(language="es", age=17.5, has_place=True, somebody=True)
AGELESS = Wishes(language="es", somebody=True)


def codes(hit: ServiceHit, wishes: Wishes = EVERYTHING) -> set[ReasonCode]:
    return {reason.code for reason in reasons_for(hit, wishes)}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"languages": (SPANISH,)}, C.LANGUAGE_SPOKEN),
        ({"interpretation_services": "On call"}, C.INTERPRETER_OFFERED),
        ({"languages": (SpokenLanguage("ht", None),)}, C.LANGUAGE_NOT_LISTED),
        ({}, C.LANGUAGE_UNKNOWN),
        ({"maximum_age": 17}, C.AGE_FITS),
        ({"minimum_age": 18}, C.AGE_OUTSIDE),
        ({"maximum_age": 16}, C.AGE_OUTSIDE),
        ({"minimum_age": 0}, C.AGE_FITS),
        ({}, C.AGE_UNKNOWN),
        ({"eligibility": "For veterans."}, C.FOR_WHOM_UNCONFIRMED),
        ({"eligibility": "Age 16 and older.", "minimum_age": 16}, C.FOR_WHOM),
        ({"eligibility": "Age 16 and older."}, C.FOR_WHOM_UNCONFIRMED),
        ({"eligibility": "Open to everyone."}, C.FOR_WHOM),
        ({"eligibility": "No rules about income or papers."}, C.FOR_WHOM),
        ({"walk_in": True}, C.WALK_IN),
        ({"walk_in": True, "remote": True, "distance_km": None}, C.ACCESS_UNKNOWN),
        ({"walk_in": False}, C.ACCESS_UNKNOWN),
        ({"capacity": Capacity(2, NOW)}, C.HAS_ROOM),
        ({"capacity": Capacity(0, NOW)}, C.FULL),
        ({}, C.CAPACITY_UNKNOWN),
        ({}, C.DISTANCE),
        ({"distance_km": None, "remote": True}, C.REMOTE),
        ({"distance_km": None, "private": True}, C.PLACE_PRIVATE),
        ({"distance_km": None}, C.DISTANCE_UNKNOWN),
        ({"open_now": True}, C.OPEN_NOW),
        ({"open_now": False}, C.CLOSED_NOW),
        ({}, C.HOURS_UNKNOWN),
        ({"status": "temporarily closed"}, C.NOT_RUNNING),
    ],
)
def test_a_fact_or_its_absence_is_told(facts: dict[str, Any], code: ReasonCode) -> None:
    hit = replace(PLAIN, **facts)

    assert code in codes(hit)


def test_what_nobody_asked_for_is_no_reason() -> None:
    unasked = {C.LANGUAGE_UNKNOWN, C.AGE_UNKNOWN, C.DISTANCE_UNKNOWN}

    assert not unasked & codes(replace(PLAIN, distance_km=None), Wishes())


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"languages": (SPANISH,)}, {}),
        ({"languages": (SPANISH,)}, {"interpretation_services": "On call"}),
        ({"languages": (SPANISH,), "distance_km": 12.0}, {"distance_km": 1.0}),
        ({}, {"minimum_age": 65}),
        ({}, {"eligibility": "For veterans."}),
        ({}, {"eligibility": "For veterans.", "languages": (SPANISH,)}),
        ({"distance_km": 1.0}, {"distance_km": 9.0}),
        ({"walk_in": True}, {"apply_first": True}),
        ({"capacity": Capacity(1, NOW)}, {"capacity": Capacity(9, NOW - timedelta(days=60))}),
        ({}, {"status": "inactive"}),
    ],
    ids=[
        "language",
        "before interpreter",
        "language before distance",
        "age",
        "for whom",
        "for whom before language",
        "near",
        "walk in",
        "fresh word",
        "status",
    ],
)
def test_the_better_fit_comes_first(better: dict[str, Any], worse: dict[str, Any]) -> None:
    first, second = replace(PLAIN, service_id=UUID(int=9), **better), replace(PLAIN, **worse)

    ranked = rank([second, first], EVERYTHING, now=NOW)

    assert [hit.service_id for hit in ranked] == [first.service_id, second.service_id]


def test_while_no_age_is_known_what_is_for_an_age_stands_after_all_others() -> None:
    far = replace(PLAIN, service_id=UUID(int=9), distance_km=400.0)
    older = replace(PLAIN, minimum_age=60, languages=(SPANISH,))

    assert [hit.minimum_age for hit in rank([older, far], AGELESS, now=NOW)] == [None, 60]
    assert C.AGE_UNCONFIRMED in codes(older, AGELESS)
    assert C.AGE_UNCONFIRMED not in codes(older, Wishes(language="es")), "nobody is asked for"


def test_why_one_stands_behind_another_names_what_moves_it() -> None:
    better = replace(PLAIN, languages=(SPANISH,), distance_km=1.0)
    other = replace(PLAIN, service_id=UUID(int=9), distance_km=9.0, eligibility="For veterans.")

    first, second = rank([other, better], EVERYTHING, now=NOW)

    assert behind(second, first, now=NOW) == [Factor.DISTANCE, Factor.LANGUAGE, Factor.FOR_WHOM]
    assert behind(first, second, now=NOW) == []


def test_full_never_lowers_a_rank() -> None:
    full = replace(PLAIN, capacity=Capacity(0, NOW))
    unknown = replace(PLAIN, service_id=UUID(int=9))

    assert [hit.service_id for hit in rank([unknown, full], EVERYTHING, now=NOW)] == [full.service_id, UUID(int=9)]


def test_equal_fits_stand_by_distance_then_name_then_id() -> None:
    hits = [
        replace(PLAIN, service_id=UUID(int=5), service_name="B", distance_km=40.0),
        replace(PLAIN, service_id=UUID(int=4), service_name="A", distance_km=40.0),
        replace(PLAIN, service_id=UUID(int=3), service_name="A", distance_km=40.0),
        replace(PLAIN, service_id=UUID(int=6), service_name="C", distance_km=35.0),
    ]

    assert [hit.service_id.int for hit in rank(hits, Wishes(), now=NOW)] == [6, 3, 4, 5]


def test_a_ranked_service_carries_its_reasons() -> None:
    [hit] = rank([PLAIN], EVERYTHING, now=NOW)

    assert hit.reasons == reasons_for(PLAIN, EVERYTHING)
