"""Two people press a button at the same moment, in real pages: exactly one wins, the other reads why, all is whole."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from referral.accounts.links import token_for
from referral.accounts.models import Person
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.patients.models import Patient
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.notices import renew_link
from referral.referrals.states import ReferralState
from tests.faults.meeting import at_once, meeting_at
from tests.faults.prescribing import ALL_OF_IT, Practice, Visit, standing_of
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.referrals.desks import Desk
from tests.sign_in import sign_in

FACTS = {"privacy_level": "standard", "spoken_language": "es", "written_language": "es"}
CHANGED_FIRST = "Somebody else changed this first"


def browser_of(app: Flask, person: Person) -> FlaskClient:
    """Return a new browser in which the person is signed in."""
    browser = app.test_client()
    sign_in(browser, person)
    return browser


def press(browser: FlaskClient, path: str, **form: object) -> Callable[[], TestResponse]:
    return lambda: browser.post(path, data=form)


def by_status(answers: Sequence[TestResponse]) -> dict[int, str]:
    """Return the page of each status; fail when two have the same."""
    pages = {answer.status_code: answer.get_data(as_text=True) for answer in answers}
    assert len(pages) == len(answers), [answer.status_code for answer in answers]
    return pages


def test_the_same_form_sent_twice_at_once_is_signed_once(
    app: Flask, practice: Practice, visits: Callable[[], Visit], settings: Settings, database: Database
) -> None:
    visit, browser, again = visits(), *(browser_of(app, practice.clinician) for _window in range(2))

    with meeting_at(database.engine, "INSERT INTO prescription"):
        answers = at_once(press(browser, visit.path, **visit.form), press(again, visit.path, **visit.form))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert standing_of(settings, visit) == ALL_OF_IT


def test_of_two_who_prescribe_for_the_same_needs_at_once_one_is_told(
    app: Flask, practice: Practice, visits: Callable[[], Visit], settings: Settings, database: Database
) -> None:
    visit, *browsers = visits(), *(browser_of(app, practice.clinician) for _colleague in range(2))
    other = visit.form | {"form_id": str(uuid4())}

    with meeting_at(database.engine, "INSERT INTO prescription"):
        answers = at_once(press(browsers[0], visit.path, **visit.form), press(browsers[1], visit.path, **other))

    pages = by_status(answers)
    assert pages[409].count("being tried for this need already") == 4  # beside both needs, and on top of the page
    assert f"signed by {practice.clinician.name}" in pages[409]
    assert standing_of(settings, visit) == ALL_OF_IT


@pytest.fixture
def token(place: Place) -> str:
    """The link of an organization that has been asked; stored."""
    referral = place.referral(ReferralState.SENT)
    link = renew_link(place.town.session, referral, expires_at=clock.now() + timedelta(days=5))
    place.town.commit()
    return token_for(vault_of(place.town.session), link)


def history(session: ScopedSession) -> list[ReferralMove]:
    session.expire_all()  # what others have done meanwhile
    return list(session.scalars(select(ReferralMove).order_by(ReferralMove.id)))


def test_of_two_who_answer_by_the_same_link_at_once_one_is_told(
    app: Flask, token: str, session: ScopedSession, database: Database
) -> None:
    olga, oscar = Desk(app.test_client()), Desk(app.test_client())
    olga.open(token)
    oscar.open(token)

    with meeting_at(database.engine, "UPDATE signed_link"):
        no = partial(oscar.press, "decline", name="Oscar", reason="no_capacity")
        pages = by_status(at_once(partial(olga.press, "accept"), no))

    assert set(pages) == {303, 410}
    assert "This link" in pages[410]
    (move,) = history(session)
    assert session.scalars(select(Referral)).one().state == move.to_state


@pytest.mark.parametrize("other", ["cancel", "withdraw"])
def test_of_two_colleagues_who_end_a_referral_at_once_one_is_told(
    other: str, app: Flask, place: Place, session: ScopedSession, database: Database
) -> None:
    referral = place.referral(ReferralState.SENT)
    place.town.commit()
    path, version = f"/referrals/{referral.id}", str(referral.version)
    nadia, clara = browser_of(app, place.navigator), browser_of(app, place.navigator)

    with meeting_at(database.engine, "SELECT referral."):
        deeds = (press(each, f"{path}/{verb}", version=version) for each, verb in ((nadia, "cancel"), (clara, other)))
        pages = by_status(at_once(*deeds))

    assert set(pages) == {303, 409}
    assert CHANGED_FIRST in pages[409]
    (move,) = history(session)
    assert session.get_one(Referral, referral.id).state == move.to_state


def test_of_two_who_correct_a_patient_at_once_one_is_told_and_both_spellings_are_whole(
    app: Flask, place: Place, session: ScopedSession, database: Database
) -> None:
    patient, facts = place.patient, {"version": place.patient.version} | FACTS
    place.town.commit()
    nadia, clara = browser_of(app, place.navigator), browser_of(app, place.navigator)

    with meeting_at(database.engine, "SELECT patient."):
        names = (("Rosita", nadia), ("Rosario", clara))
        pages = by_status(
            at_once(*(press(each, f"/patients/{patient.id}/edit", given_name=name, **facts) for name, each in names))
        )

    assert set(pages) == {303, 409}
    assert "changed this" in pages[409]
    session.expire_all()
    assert session.get_one(Patient, patient.id).given_name in ("Rosita", "Rosario")
