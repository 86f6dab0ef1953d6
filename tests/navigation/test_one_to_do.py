"""One to-do: finishing it, taking it over, and writing down attempts and what the patient said."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.roles import Role
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.navigation.models import ContactAttempt
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import ReferralState
from referral.screening.models import Need
from referral.todos.actions import mark_done
from referral.todos.models import ToDo
from tests.navigation.conftest import CALLED, Desk
from tests.sign_in import sign_in

TOLD = {"told-speaker": "Rosa Molina", "told-channel": "phone", "told-outcome": "received", "told-language": "es"}


def test_the_page_shows_the_note_the_phone_and_the_referral(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a", note="quiero otra cosa")
    desk.town.commit()

    page = browser.get(f"/to-dos/{to_do.id}").text

    for words in (
        "quiero otra cosa",
        "Rosa Molina",
        "(559) 555-0123",
        f"/referrals/{desk.referral.id}",
        "Call, and ask",
    ):
        assert words in page


def test_finishing_keeps_who_did_what(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()

    answer = browser.post(f"/to-dos/{to_do.id}/done", data=CALLED)

    session.expire_all()
    done = session.get_one(ToDo, to_do.id)
    assert (answer.status_code, done.done_by, done.outcome) == (303, desk.nadia.id, "Called.")


def test_finishing_without_words_changes_nothing(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()

    answer = browser.post(f"/to-dos/{to_do.id}/done", data={"done-outcome": "  ", "done-version": "1"})

    session.expire_all()
    assert answer.status_code == 422
    assert "Write a few words" in answer.text
    assert session.get_one(ToDo, to_do.id).done_at is None


def test_words_of_the_slower_person_are_kept_beside_those_of_the_faster_once_they_saw_them(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    mark_done(session, to_do, by=desk.omar.id, outcome="Omar's words.")
    desk.town.commit()
    mine = {"done-outcome": "My words."}

    answer = browser.post(f"/to-dos/{to_do.id}/done", data=mine | {"done-version": "1"})
    kept = [browser.post(f"/to-dos/{to_do.id}/done", data=mine | {"done-version": "2"}) for _press in range(2)]

    assert answer.status_code == 409
    for words in ("My words.", "Omar&#39;s words.", "already done this", "Keep my words too", 'value="2"'):
        assert words in answer.text, words
    session.refresh(to_do)
    assert [each.status_code for each in kept] == [303, 303]
    assert (to_do.outcome, to_do.done_by) == ("Omar's words.\n\nNadia Reyes: My words.", desk.omar.id)


def test_done_pressed_twice_leads_where_it_led(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()

    first, again = (browser.post(f"/to-dos/{to_do.id}/done", data=CALLED) for _press in range(2))

    assert (first.status_code, first.location) == (again.status_code, again.location)


def test_a_page_that_is_out_of_date_is_shown_again_with_what_was_typed(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()

    answer = browser.post(f"/to-dos/{to_do.id}/done", data={"done-outcome": "My words.", "done-version": "7"})

    assert answer.status_code == 409
    assert "My words." in answer.text


def test_taking_over_makes_the_former_owner_the_deputy(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = desk.to_do("a", owner_person_id=desk.omar.id)
    desk.town.commit()

    browser.post(f"/to-dos/{to_do.id}/take-over", data={"version": "1"})

    session.expire_all()
    taken = session.get_one(ToDo, to_do.id)
    assert (taken.owner_person_id, taken.deputy_person_id) == (desk.nadia.id, desk.omar.id)


def test_taking_over_what_is_done_is_refused(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a", owner_person_id=desk.omar.id, done_at=clock.now())
    desk.town.commit()

    assert browser.post(f"/to-dos/{to_do.id}/take-over", data={"version": "1"}).status_code == 409


def test_an_attempt_sent_twice_is_one(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    sent = {"attempt-form_id": str(uuid4()), "attempt-channel": "phone", "attempt-reached": "no"}
    sent |= {"attempt-minutes": "3", "attempt-language": "es", "attempt-note": "No answer."}

    for _ in range(2):
        browser.post(f"/to-dos/{to_do.id}/attempts", data=sent)

    session.expire_all()
    (attempt,) = session.scalars(select(ContactAttempt)).all()
    assert (attempt.reached, attempt.minutes, attempt.by, attempt.note) == (False, 3, desk.nadia.id, "No answer.")


def test_an_attempt_is_told_on_the_page(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    sent = {"attempt-channel": "home_visit", "attempt-reached": "yes", "attempt-interpreter": "Ana"}

    browser.post(f"/to-dos/{to_do.id}/attempts", data=sent)

    page = browser.get(f"/to-dos/{to_do.id}").text
    assert "At their home: reached" in page
    assert "interpreter: Ana" in page


def test_impossible_minutes_are_refused_and_nothing_typed_is_lost(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    sent = {"attempt-channel": "phone", "attempt-reached": "no", "attempt-minutes": "-5", "attempt-note": "keep this"}

    answer = browser.post(f"/to-dos/{to_do.id}/attempts", data=sent)

    assert answer.status_code == 422
    assert "keep this" in answer.text
    assert "from 0 to 600" in answer.text


def test_what_the_patient_says_by_phone_closes_and_meets_the_need(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    sent = TOLD | {"told-referral_version": "1", "told-need_status": "met", "told-interpreter": "Ana"}

    answer = browser.post(f"/to-dos/{to_do.id}/told", data=sent)

    session.expire_all()
    said = session.scalars(select(Testimony)).one()
    assert answer.status_code == 303
    assert (said.side, said.channel, said.speaker, said.taken_by) == ("patient", "phone", "Rosa Molina", desk.nadia.id)
    assert (said.interpreter, said.language) == ("Ana", "es")
    assert session.get_one(Referral, desk.referral.id).state == ReferralState.COMPLETED
    assert session.scalars(select(Need)).one().status == "met"


def test_a_patients_no_closes_nothing(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()

    browser.post(f"/to-dos/{to_do.id}/told", data=TOLD | {"told-outcome": "not_received", "told-referral_version": "1"})

    session.expire_all()
    assert session.get_one(Referral, desk.referral.id).state == ReferralState.ACCEPTED
    assert session.scalars(select(Need)).one().status == "open"


@pytest.mark.parametrize("outcome", ["received", "partly_received"])
def test_a_reason_why_help_did_not_come_is_not_dropped_beside_help_that_came(
    session: ScopedSession, desk: Desk, browser: FlaskClient, outcome: str
) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    said = {"told-outcome": outcome, "told-reason": "did_not_meet", "told-note": "They gave me two bags."}

    answer = browser.post(f"/to-dos/{to_do.id}/told", data=TOLD | {"told-referral_version": "1"} | said)

    summary = answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]
    assert answer.status_code == 422
    assert 'href="#told-reason"' in summary
    assert 'id="told-reason-error"' in answer.text
    assert "This is a reason why help did not come" in answer.text
    assert "They gave me two bags." in answer.text
    assert session.scalars(select(Testimony)).all() == []


def test_a_reason_why_help_did_not_come_is_kept(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    said = {"told-outcome": "not_received", "told-reason": "did_not_meet", "told-referral_version": "1"}

    answer = browser.post(f"/to-dos/{to_do.id}/told", data=TOLD | said)

    assert (answer.status_code, session.scalars(select(Testimony.reason)).one()) == (303, "did_not_meet")


@pytest.mark.parametrize("outcome", ["received", "not_received"])
def test_what_the_patient_says_sent_again_is_one_testimony_answered_as_the_first_time(
    session: ScopedSession, desk: Desk, browser: FlaskClient, outcome: str
) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    same = TOLD | {"told-outcome": outcome, "told-referral_version": "1", "told-form_id": str(uuid4())}

    answers = [browser.post(f"/to-dos/{to_do.id}/told", data=same) for _press in range(2)]

    assert [(each.status_code, each.location) for each in answers] == [(303, f"/to-dos/{to_do.id}")] * 2
    session.scalars(select(Testimony)).one()


def test_a_referral_that_moved_on_is_looked_at_first(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()

    answer = browser.post(f"/to-dos/{to_do.id}/told", data=TOLD | {"told-referral_version": "0"})

    assert answer.status_code == 409
    assert session.scalars(select(Testimony)).all() == []


def test_an_administrator_does_not_write_testimonies_and_is_told_who_does(desk: Desk, client: FlaskClient) -> None:
    to_do = desk.to_do("a")
    administrator = desk.town.person(desk.clinic, Role.CLINIC_ADMINISTRATOR)
    desk.town.commit()
    sign_in(client, administrator)

    page = client.get(f"/to-dos/{to_do.id}").text
    over = f"/to-dos/hand-over?person={desk.nadia.id}&amp;to_do={to_do.id}"
    assert "Here today: Nadia Navigator, Nadia Reyes, Omar Haddad" in page
    assert over in page
    assert (
        f'checked id="over-to_dos-0" name="over-to_dos" type="checkbox" value="{to_do.id}"'
        in client.get(over.replace("&amp;", "&")).text
    )
    assert client.post(f"/to-dos/{to_do.id}/told", data=TOLD).status_code == 404


def test_of_two_navigators_who_take_one_row_the_slower_is_told(
    session: ScopedSession, desk: Desk, browser: FlaskClient, app: Flask
) -> None:
    to_do = desk.to_do("a", owner_person_id=None)
    desk.town.commit()
    omars = app.test_client()
    sign_in(omars, desk.omar)

    first = browser.post(f"/to-dos/{to_do.id}/take-over", data={"version": "1"})
    second = omars.post(f"/to-dos/{to_do.id}/take-over", data={"version": "1"})

    session.refresh(to_do)
    assert (first.status_code, second.status_code) == (303, 409)
    assert to_do.owner_person_id == desk.nadia.id


def test_taking_over_twice_is_one_step(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a", owner_person_id=desk.omar.id)
    desk.town.commit()

    answers = [browser.post(f"/to-dos/{to_do.id}/take-over", data={"version": "1"}).status_code for _ in range(2)]

    assert answers == [303, 303]


def test_progress_towards_lost_stands_in_words(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    desk.referral.signed_at = clock.now() - timedelta(days=9)
    to_do = desk.to_do("a")
    own = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "by": desk.nadia.id, "channel": "phone"}
    session.add(ContactAttempt(reached=False, at=clock.now() - timedelta(days=1), **own))
    desk.town.commit()

    page = browser.get(f"/to-dos/{to_do.id}").text

    assert "Tried so far: 1 of 2 days called, 0 of 2 texts." in page
    assert "Close: could not be reached" not in page
