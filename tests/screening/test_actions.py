"""Recording a screening, voicing a need, confirming a need."""

from uuid import uuid4

import pytest

from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.screening.actions import Filling, VoicedNeed, confirm_need, drop_need, record_screening, voice_need
from referral.screening.instruments import needs_check
from referral.screening.models import Answer, Need, Screening
from referral.screening.queries import answers_of, needs_of, screenings_of, wanted_needs
from referral.screening.states import NeedSource, NeedStatus, WantsHelp
from resources_directory.needs import NeedDomain
from tests.factories import Town


def filling(alone: bool = False, **ticked: str) -> Filling:
    return Filling(uuid4(), needs_check(), "es", ticked, alone, None)


def voiced(domain: NeedDomain = NeedDomain.FOOD) -> VoicedNeed:
    return VoicedNeed(uuid4(), domain, WantsHelp.YES)


def test_a_positive_answer_makes_a_need_that_is_not_confirmed(session: ScopedSession, rosa: Patient) -> None:
    screening = record_screening(session, rosa, filling(food="yes", food_want="yes", work="no"))

    (need,) = needs_of(session, rosa.id)
    assert (need.domain, need.status, need.wants_help) == ("food", NeedStatus.UNCONFIRMED, WantsHelp.YES)
    assert (need.source, need.screening_id) == (NeedSource.SCREENING, screening.id)
    assert wanted_needs(session, rosa.id) == []


def test_answers_are_sealed_and_what_was_passed_over_is_kept_as_such(session: ScopedSession, rosa: Patient) -> None:
    screening = record_screening(session, rosa, filling(food="yes", food_want="yes", work="skip"))

    stored = session.query(Answer).filter_by(item="food").one().value_sealed
    assert stored is not None
    assert b"yes" not in stored
    assert answers_of(session, screening.id) == {"food": "yes", "food_want": "yes", "work": "skip"}


def test_the_same_filling_twice_is_one_screening(session: ScopedSession, rosa: Patient) -> None:
    once = filling(food="yes", food_want="yes")

    first, second = (record_screening(session, rosa, once) for _n in range(2))

    assert first is second
    assert len(screenings_of(session, rosa.id)) == len(needs_of(session, rosa.id)) == 1


@pytest.mark.parametrize("status", [NeedStatus.UNCONFIRMED, NeedStatus.OPEN, NeedStatus.PARTLY])
def test_a_need_that_stands_is_not_doubled(
    session: ScopedSession, town: Town, rosa: Patient, status: NeedStatus
) -> None:
    town.need(rosa, "food", status=status)

    record_screening(session, rosa, filling(food="yes", food_want="yes"))
    voice_need(session, rosa, voiced(), by=None)

    assert len(needs_of(session, rosa.id)) == 1


@pytest.mark.parametrize("status", [NeedStatus.MET, NeedStatus.GONE])
def test_a_need_that_is_over_may_come_back(
    session: ScopedSession, town: Town, rosa: Patient, status: NeedStatus
) -> None:
    town.need(rosa, "food", status=status)

    record_screening(session, rosa, filling(food="yes", food_want="yes"))

    assert [need.status for need in needs_of(session, rosa.id)] == [status, NeedStatus.UNCONFIRMED]


def test_answers_about_safety_are_refused_when_the_patient_is_not_alone(session: ScopedSession, rosa: Patient) -> None:
    with pytest.raises(InvalidInput):
        record_screening(session, rosa, filling(alone=False, safety_afraid="yes"))

    assert session.query(Screening).count() == session.query(Need).count() == 0


def test_answers_about_safety_count_when_the_patient_is_alone(session: ScopedSession, rosa: Patient) -> None:
    record_screening(session, rosa, filling(alone=True, safety_afraid="yes", safety_afraid_want="not_now"))

    assert [need.domain for need in needs_of(session, rosa.id)] == ["interpersonal_safety"]


def test_a_need_becomes_wanted_when_it_is_confirmed(session: ScopedSession, rosa: Patient) -> None:
    record_screening(session, rosa, filling(food="yes", food_want="yes"))
    (need,) = needs_of(session, rosa.id)

    confirm_need(session, need, WantsHelp.YES, by=None)

    assert (need.status, need.confirmed_at is not None) == (NeedStatus.OPEN, True)
    assert wanted_needs(session, rosa.id) == [need]


@pytest.mark.parametrize("wish", [WantsHelp.NO, WantsHelp.NOT_NOW, WantsHelp.ALREADY])
def test_a_confirmed_need_without_the_wish_for_help_is_not_wanted(
    session: ScopedSession, rosa: Patient, wish: WantsHelp
) -> None:
    need = voice_need(session, rosa, voiced(), by=None)

    confirm_need(session, need, wish, by=None)

    assert wanted_needs(session, rosa.id) == []


def test_a_voiced_need_is_confirmed_at_once(session: ScopedSession, rosa: Patient) -> None:
    need = voice_need(session, rosa, voiced(NeedDomain.HOUSING), by=None)

    assert (need.source, need.status) == (NeedSource.VOICED, NeedStatus.OPEN)
    assert wanted_needs(session, rosa.id) == [need]


def test_the_same_voiced_need_sent_twice_is_one_and_stays_as_it_is(session: ScopedSession, rosa: Patient) -> None:
    once = voiced()
    need = voice_need(session, rosa, once, by=None)
    drop_need(session, need, by=None)

    again = voice_need(session, rosa, once, by=None)

    assert (again.id, again.status) == (need.id, NeedStatus.GONE)


def test_a_need_that_the_patient_called_over_cannot_be_confirmed(
    session: ScopedSession, town: Town, rosa: Patient
) -> None:
    need = town.need(rosa, "food", status=NeedStatus.MET)

    with pytest.raises(Conflict):
        confirm_need(session, need, WantsHelp.YES, by=None)
    with pytest.raises(Conflict):
        drop_need(session, need, by=None)

    assert need.status == NeedStatus.MET
