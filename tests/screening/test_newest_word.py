"""A patient's newest answer about a need that stands: a yes waits to be confirmed, anything else is shown beside it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.navigation.needs_left import needs_left
from referral.patients.models import Patient
from referral.prescriptions.models import NeedPlan
from referral.screening.actions import Filling, confirm_need, record_screening
from referral.screening.differences import on_file, still_differs
from referral.screening.instruments import needs_check
from referral.screening.models import Need, Screening
from referral.screening.queries import needs_of, wanted_needs
from referral.screening.states import NeedStatus, ScreeningMode, WantsHelp
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town
from tests.screening.test_tablet import hand_over, step

W = WantsHelp
YES = {"food": "yes", "food_want": "yes"}
HOW = {
    "mode": "staff", "chosen_instrument": "needs_check@2026-11", "language": "en", "respondent": "patient", "alone": ""
}  # fmt: skip


def answered(mode: ScreeningMode = ScreeningMode.STAFF, **ticked: str) -> Filling:
    return Filling(uuid4(), needs_check(), "en", ticked, False, None, mode=mode)


def confirmed(town: Town, patient: Patient, wants: WantsHelp, **facts: object) -> Need:
    """Return a need of which the patient said this to a person a month ago."""
    month_ago = clock.now() - timedelta(days=30)
    need = town.need(patient, wants_help=wants, confirmed_at=month_ago, **facts)
    need.created_at = month_ago
    town.commit()
    return need


@pytest.mark.parametrize("stood", [W.NOT_NOW, W.ALREADY, W.NO])
@pytest.mark.parametrize("mode", list(ScreeningMode))
def test_a_yes_puts_in_question_what_was_on_file_and_keeps_it(
    session: ScopedSession, town: Town, rosa: Patient, stood: WantsHelp, mode: ScreeningMode
) -> None:
    need = confirmed(town, rosa, stood)

    record_screening(session, rosa, answered(mode, **YES))

    assert (need.status, need.wants_help) == (NeedStatus.UNCONFIRMED, W.YES)
    known = on_file(need)
    assert known == (stood, need.confirmed_at)
    assert needs_of(session, rosa.id) == [need]
    assert wanted_needs(session, rosa.id) == []


def test_it_is_in_the_queue_if_nobody_confirms_it_even_when_they_were_to_be_asked_later(
    session: ScopedSession, town: Town, rosa: Patient
) -> None:
    need = confirmed(town, rosa, W.NOT_NOW)
    town.session.add(
        NeedPlan(
            clinic_id=rosa.clinic_id, patient_id=rosa.id, need_id=need.id, wants=W.NOT_NOW,
            offer_again_at=clock.now() + timedelta(days=90), stated_at=need.confirmed_at,
        )
    )  # fmt: skip
    session.flush()
    before = needs_left(session, clinic_id=rosa.clinic_id)
    record_screening(session, rosa, answered(**YES))
    need.answered_at = clock.now() - timedelta(days=8)
    session.flush()

    assert before == []
    assert needs_left(session, clinic_id=rosa.clinic_id) == [need]


def test_prescribing_sees_it_once_a_person_has_confirmed_it(session: ScopedSession, town: Town, rosa: Patient) -> None:
    need = confirmed(town, rosa, W.NOT_NOW)
    record_screening(session, rosa, answered(**YES))

    confirm_need(session, need, W.YES, by=None)

    assert wanted_needs(session, rosa.id) == [need]
    assert (need.wanted_before, need.answered_at) == (None, None)


def test_a_yes_that_waits_stays_a_question_whatever_is_answered_next(
    session: ScopedSession, town: Town, rosa: Patient
) -> None:
    need = confirmed(town, rosa, W.NOT_NOW)
    record_screening(session, rosa, answered(**YES))

    later = record_screening(session, rosa, answered(food="yes", food_want="no"))

    assert (need.status, need.wants_help) == (NeedStatus.UNCONFIRMED, W.YES)
    assert on_file(need) == (W.NOT_NOW, need.confirmed_at)
    assert still_differs(session, later) is True


def test_a_yes_never_confirmed_is_not_taken_back_by_a_form_that_asks_for_no_wish(
    session: ScopedSession, rosa: Patient
) -> None:
    record_screening(session, rosa, answered(**YES))

    record_screening(session, rosa, answered(food="yes"))

    assert [need.wants_help for need in needs_of(session, rosa.id)] == [W.YES]


@pytest.mark.parametrize("ticked", [
    {"food": "yes", "food_want": "not_now"}, {"food": "yes", "food_want": "already"}, {"food": "no", "food_want": "no"},
    {"food": "no"},
])  # fmt: skip
def test_less_than_is_on_file_changes_nothing_and_is_told(
    session: ScopedSession, town: Town, rosa: Patient, ticked: dict[str, str]
) -> None:
    need = confirmed(town, rosa, W.YES)

    screening = record_screening(session, rosa, answered(**ticked))

    assert (need.status, need.wants_help) == (NeedStatus.OPEN, W.YES)
    assert still_differs(session, screening) is True
    confirm_need(session, need, W.NOT_NOW, by=None)
    assert still_differs(session, screening) is False


@pytest.mark.parametrize("ticked", [YES, {"food": "yes"}, {"work": "no"}, {"food": "skip"}])
def test_the_same_or_nothing_is_no_difference(
    session: ScopedSession, town: Town, rosa: Patient, ticked: dict[str, str]
) -> None:
    confirmed(town, rosa, W.YES)

    assert still_differs(session, record_screening(session, rosa, answered(**ticked))) is False


def send(browser: FlaskClient, patient: Patient, **ticked: str) -> str:
    """Send the answers by the staff screen; return the page with the result."""
    body = HOW | {f"a-{name}": value for name, value in ticked.items()}
    return browser.post(f"/patients/{patient.id}/screen/answers", data=body, follow_redirects=True).text


def test_the_result_shows_the_answer_beside_what_is_on_file(browser: FlaskClient, town: Town, rosa: Patient) -> None:
    confirmed(town, rosa, W.NOT_NOW)

    page = send(browser, rosa, **YES)

    assert "The patient now says: Wants help" in page
    assert "Not now since" in page
    assert "Some answers say something else than is on file" in page
    assert "To confirm with the patient" in page


def test_the_result_shows_a_no_beside_a_wish_that_stands(browser: FlaskClient, town: Town, rosa: Patient) -> None:
    confirmed(town, rosa, W.YES)

    page = send(browser, rosa, food="no", food_want="no")

    assert "The patient now says: No need now" in page
    assert "Wants help since" in page


def test_the_patients_page_and_the_page_to_confirm_show_both(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    need = confirmed(town, rosa, W.ALREADY)
    send(browser, rosa, **YES)

    pages = [browser.get(f"/patients/{rosa.id}").text, browser.get(f"/needs/{need.id}/confirm").text]

    assert "on file: Has help already since" in pages[0]
    assert "On file: Has help already since" in pages[1]


def test_a_paper_sheet_counts_as_the_patients_word(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    need = confirmed(town, rosa, W.NOT_NOW)
    body = HOW | {"mode": "paper", "a-food_want": "1", "a-food": "1"}

    browser.post(f"/patients/{rosa.id}/screen/answers", data=body)

    session.expire_all()
    assert (need.status, need.wants_help, need.wanted_before) == (NeedStatus.UNCONFIRMED, W.YES, W.NOT_NOW)


def test_a_tablet_that_says_less_than_is_on_file_leaves_a_to_do_until_somebody_has_asked(
    browser: FlaskClient, session: ScopedSession, town: Town, clinic: Member, rosa: Patient
) -> None:
    need = confirmed(town, rosa, W.YES)
    other = town.need(rosa, "housing", status=NeedStatus.OPEN)
    town.commit()
    hand_over(browser, rosa)
    step(browser, 1, "stop", food="no", food_want="no")

    waiting = select(ToDo).where(ToDo.reason == ToDoReason.CONFIRM_NEED, ToDo.done_at.is_(None))
    by = town.person(clinic, Role.NAVIGATOR).id
    confirm_need(session, other, W.YES, by=by)
    still = session.scalars(waiting).all()
    confirm_need(session, need, W.NO, by=by)

    assert len(still) == 1
    assert session.scalars(waiting).all() == []


def test_answers_kept_for_later_count_when_the_screening_is_finished(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    need = confirmed(town, rosa, W.NOT_NOW)
    hand_over(browser, rosa)
    step(browser, 1, "stop", **YES)

    session.expire_all()
    assert need.status == NeedStatus.UNCONFIRMED
    assert session.scalars(select(Screening.mode)).all() == [ScreeningMode.TABLET]
