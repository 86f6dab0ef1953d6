"""The patient says on their page that help did not come, although a request was closed as done."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from referral.kit import clock
from referral.patients.keeping_private import keep_private
from referral.plan.actions import choose_need
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import Outcome
from referral.todos.models import ToDo, ToDoReason
from resources_directory.needs import NeedDomain
from tests.plan.conftest import Home

BUTTON = ">That is not so</button>"


def closed_as_done(home: Home, referral: Referral) -> None:
    """The organization has said that it helped."""
    referral.state, referral.closed_at = "completed", clock.now()
    own = {"clinic_id": home.clinic.id, "patient_id": home.patient.id, "receiver_id": referral.receiver_id}
    said = {"side": "organization", "outcome": "received", "channel": "link", "at": clock.now()}
    home.session.add(Testimony(referral_id=referral.id, **own, **said))


def test_that_is_not_so_is_the_patients_own_word_and_makes_the_answers_differ(home: Home) -> None:
    closed_as_done(home, home.referral)
    assert BUTTON in home.open()

    answer = home.press("not-so", about=str(home.referral.id), form_id=str(uuid4()))

    assert answer.status_code == 303
    assert home.fresh(Referral, home.referral.id).answers_differ
    said = home.session.scalars(select(Testimony).where(Testimony.side == "patient")).one()
    assert (said.outcome, said.channel, said.taken_by) == (Outcome.NOT_RECEIVED, "link", None)
    to_do = home.session.scalars(select(ToDo)).one()
    assert (to_do.reason, to_do.subject_kind) == (ToDoReason.ANSWERS_DIFFER, "referral")
    assert to_do.subject_id == home.referral.id
    page = home.page()
    assert "We wrote down that help did not come." in page
    assert "We are asking again" in page
    assert BUTTON not in page


@pytest.mark.parametrize("same_form", [True, False])
def test_pressed_twice_it_is_one_word(home: Home, same_form: bool) -> None:
    closed_as_done(home, home.referral)
    home.open()
    forms = [str(uuid4())] * 2 if same_form else [str(uuid4()), str(uuid4())]

    for form_id in forms:
        assert home.press("not-so", about=str(home.referral.id), form_id=form_id).status_code == 303

    home.session.rollback()
    assert len(home.session.scalars(select(Testimony.id).where(Testimony.side == "patient")).all()) == 1
    assert len(home.session.scalars(select(ToDo.id)).all()) == 1


@pytest.mark.parametrize("state", ["sent", "accepted", "declined", "not_completed", "withdrawn"])
def test_only_what_is_closed_as_done_has_the_button(home: Home, state: str) -> None:
    home.referral.state, home.referral.closed_at = state, clock.now()

    assert BUTTON not in home.open()
    assert home.press("not-so", about=str(home.referral.id), form_id=str(uuid4())).status_code == 404


@pytest.mark.parametrize("domain", [NeedDomain.LEGAL_IMMIGRATION, NeedDomain.HEALTH_CARE_ACCESS])
def test_of_a_sensitive_or_private_matter_nothing_is_testified_here(home: Home, domain: NeedDomain) -> None:
    row = home.request_for(domain, "Quiet Help")
    closed_as_done(home, row)
    need = home.session.get_one(type(home.need), row.need_id)
    if domain is NeedDomain.HEALTH_CARE_ACCESS:
        keep_private(home.session, home.patient, [domain], by=home.clinician.id)
    choose_need(home.session, home.patient, need, shown=True, by=home.clinician.id)
    page = home.open()

    assert BUTTON not in page
    assert home.press("not-so", about=str(row.id), form_id=str(uuid4())).status_code == 404


def test_a_request_of_another_patient_is_not_found(home: Home) -> None:
    sister = home.town.patient(home.clinic)
    other = home.town.referral(home.town.need(sister), home.town.service(), state="completed")
    home.open()

    assert home.press("not-so", about=str(other.id), form_id=str(uuid4())).status_code == 404
