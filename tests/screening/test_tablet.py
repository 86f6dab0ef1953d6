"""The device in the patient's hands: locked on the server, safety never asked, taken back by code."""

import re
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import LoginSession, Member
from referral.accounts.put_aside import LASTS, MOST_TRIES
from referral.accounts.put_aside_models import PutAside
from referral.accounts.roles import Role
from referral.accounts.sessions import cookie_name
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from referral.patients.models import Patient
from referral.screening.models import Need, Screening
from referral.screening.queries import answers_of, needs_of, screenings_of
from referral.screening.started import started_of
from referral.screening.states import NeedStatus, ScreeningMode
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town
from tests.screening.test_started import answering
from tests.sign_in import sign_in

CODE = "481529"
HOW = {"mode": "tablet", "chosen_instrument": "needs_check@2026-11", "language": "en", "respondent": "patient"}
AFRAID = ("make you afraid", "stop you from going out", "being safe", "interpersonal_safety", "safety_afraid")


def start(browser: FlaskClient, patient: Patient, **how: str) -> str:
    """Start a screening; return the address of its page."""
    response = browser.post(f"/patients/{patient.id}/screen", data={"form_id": str(uuid4())} | HOW | how)
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def hand_over(browser: FlaskClient, patient: Patient, code: str = CODE, **how: str) -> str:
    """Hand the device to the patient; return the address of the started screening."""
    address = start(browser, patient, **how)
    response = browser.post(f"{address}/hand-over", data={"code": code})
    assert response.status_code == 303, response.text
    assert response.headers["Location"] == "/tablet"
    return address


def step(browser: FlaskClient, at: int, do: str = "", **ticked: str) -> str:
    """Send one step; return where it leads."""
    form = {"at": str(at), "do": do} | {f"a-{name}": value for name, value in ticked.items()}
    response = browser.post("/tablet", data=form)
    assert response.status_code == 303
    return response.headers["Location"]


@pytest.mark.parametrize(
    "path",
    ["/", "/patients/", "/patients/new", "/account", "/to-dos/", "/referrals/", "/directory/", "/sign-in",
     "/memberships", "/simulator/", "/nothing-here", "/instruments"],
)  # fmt: skip
def test_no_other_page_is_shown_while_the_patient_holds_it(browser: FlaskClient, rosa: Patient, path: str) -> None:
    hand_over(browser, rosa)

    response = browser.get(path)

    assert (response.status_code, response.headers["Location"]) == (303, "/tablet")


def test_nothing_can_be_sent_elsewhere_while_the_patient_holds_it(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    address = hand_over(browser, rosa)

    for path in (f"{address}/discard", f"{address}/text", "/sign-out", f"/patients/{rosa.id}/needs/new", "/language"):
        response = browser.post(path, data={"domain": "food", "wants_help": "yes", "language": "es"})
        assert (response.status_code, response.headers["Location"]) == (303, "/tablet")

    assert len(started_of(session, rosa.id)) == 1
    assert session.query(Need).count() == 0


def test_the_cookie_from_before_is_dead(browser: FlaskClient, settings: Settings, rosa: Patient) -> None:
    cookie = browser.get_cookie(cookie_name(settings))
    assert cookie is not None

    hand_over(browser, rosa)

    browser.set_cookie(cookie_name(settings), cookie.value)
    assert "/sign-in" in browser.get("/patients/").headers["Location"]


def test_the_browser_forgets_its_pages_at_the_hand_over(browser: FlaskClient, rosa: Patient) -> None:
    response = browser.post(f"{start(browser, rosa)}/hand-over", data={"code": CODE})

    assert response.headers["Clear-Site-Data"] == '"cache"'
    assert response.headers["Cache-Control"] == "no-store"


def test_words_for_staff_that_wait_to_be_shown_are_not_shown_to_the_patient(
    browser: FlaskClient, rosa: Patient
) -> None:
    browser.post(f"/patients/{rosa.id}/needs/new", data={"domain": "legal_immigration", "wants_help": "yes"})
    hand_over(browser, rosa)

    assert "written down" not in browser.get("/tablet").text


def test_a_husband_who_holds_the_tablet_sees_no_question_on_safety_not_even_in_the_source(
    browser: FlaskClient, rosa: Patient
) -> None:
    hand_over(browser, rosa, alone="y")

    pages = [browser.get(f"/tablet?at={number}").text for number in range(1, 16)]
    pages.append(browser.get("/tablet/return").text)

    for page in pages:
        assert [word for word in AFRAID if word in page] == []
        assert "safety" not in page.casefold()


def test_what_is_private_on_the_kept_record_is_not_asked_of_a_proxy_about_the_merged_one(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    kept = town.patient(session.get_one(Member, rosa.clinic_id), private_domains_text="food")
    town.commit()
    hand_over(browser, rosa, respondent=f"proxy:{answering(town, rosa).id}")
    assert "a-food" in browser.get("/tablet?at=1").text

    session.get_one(Patient, rosa.id).merged_into_id = kept.id
    town.commit()

    assert "a-food" not in browser.get("/tablet?at=1").text


def test_answers_on_safety_sent_from_a_tablet_are_not_taken(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    hand_over(browser, rosa)

    step(browser, 1, safety_afraid="yes", safety_afraid_want="yes", food="no")
    step(browser, 2, do="stop")

    (screening,) = screenings_of(session, rosa.id)
    assert set(answers_of(session, screening.id)) <= {"food", "food_want"}
    assert needs_of(session, rosa.id) == []
    assert screening.alone is False


def test_a_tablet_says_nothing_about_who_it_is(browser: FlaskClient, rosa: Patient) -> None:
    hand_over(browser, rosa)

    for path in ("/tablet", "/tablet?at=5", "/tablet/return"):
        page = browser.get(path).text
        assert [name for name in ("Rosa", "Molina", str(rosa.id)) if name in page] == []


def test_what_was_answered_is_never_shown_again(browser: FlaskClient, rosa: Patient) -> None:
    hand_over(browser, rosa)
    step(browser, 1, food="yes", food_want="yes")

    assert " checked" not in browser.get("/tablet?at=1").text


def test_going_back_and_answering_anew_replaces_the_answer(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    hand_over(browser, rosa)
    step(browser, 1, food="yes", food_want="yes")

    step(browser, 1, food="no", food_want="no")
    step(browser, 2, do="stop")

    (screening,) = screenings_of(session, rosa.id)
    assert answers_of(session, screening.id) == {"food": "no", "food_want": "no"}


def test_every_step_is_kept_at_once_and_the_next_one_follows(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    hand_over(browser, rosa)

    assert step(browser, 1, food="yes", food_want="yes") == "/tablet?at=2"
    assert step(browser, 2, do="skip") == "/tablet?at=3"

    (started,) = started_of(session, rosa.id)
    assert started.answers == {"food": "yes", "food_want": "yes", "housing": "skip"}
    assert started.answers_sealed is not None
    assert b"yes" not in started.answers_sealed


def test_somebody_who_would_rather_not_say_is_written_down_so(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    hand_over(browser, rosa)
    step(browser, 1, food="declined")

    (started,) = started_of(session, rosa.id)
    assert started.answers == {"food": "declined"}


def test_the_last_step_records_the_screening_and_thanks_without_any_answer(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    hand_over(browser, rosa)
    for number in range(1, 14):
        where = step(browser, number, food="yes", food_want="yes", work="no")

    assert where == "/tablet"
    page = browser.get("/tablet").text
    assert "give this device back" in page
    assert [word for word in ("food", "Food", "checked", "Rosa") if word in page] == []
    (screening,) = screenings_of(session, rosa.id)
    assert screening.mode == ScreeningMode.TABLET
    (need,) = needs_of(session, rosa.id)
    assert (need.domain, need.status) == ("food", NeedStatus.UNCONFIRMED)


def test_a_finished_screening_takes_no_more_answers(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    hand_over(browser, rosa)
    step(browser, 1, do="stop", food="no", food_want="no")

    assert step(browser, 1, food="yes", food_want="yes") == "/tablet"
    assert step(browser, 1, do="stop", food="yes") == "/tablet"

    assert session.query(Screening).count() == 1
    assert needs_of(session, rosa.id) == []


def test_staff_take_it_back_with_their_code_and_see_what_was_said(browser: FlaskClient, rosa: Patient) -> None:
    address = hand_over(browser, rosa)
    step(browser, 1, do="stop", food="yes", food_want="yes")

    response = browser.post("/tablet/return", data={"code": "481 529"})

    assert (response.status_code, response.headers["Location"]) == (303, address)
    result = browser.get(address, follow_redirects=True).text
    assert "safety" not in result.casefold()  # the husband still stands there
    assert "Answered on our device" in result
    assert "To confirm with the patient" in result
    assert browser.get("/patients/").status_code == 200


def test_a_half_filled_one_is_gone_on_with_after_taking_it_back(browser: FlaskClient, rosa: Patient) -> None:
    address = hand_over(browser, rosa)
    step(browser, 1, food="yes", food_want="yes")
    browser.post("/tablet/return", data={"code": CODE})

    page = browser.post(f"{address}/questions").text

    assert re.search(r'checked[^>]*name="a-food"[^>]*value="yes"|name="a-food"[^>]*value="yes"[^>]*checked', page) or (
        'checked id="a-food-0"' in page
    )
    assert AFRAID[0] not in page


def test_taking_it_back_proves_nothing_anew(browser: FlaskClient, session: ScopedSession, rosa: Patient) -> None:
    """A dangerous step asks who it is: the code was typed under others' eyes."""
    hand_over(browser, rosa)
    browser.post("/tablet/return", data={"code": CODE})

    (login,) = session.query(LoginSession).filter(LoginSession.ended_at.is_(None)).all()
    assert login.confirmed_at is None


def test_a_wrong_code_opens_nothing_and_counts(browser: FlaskClient, session: ScopedSession, rosa: Patient) -> None:
    hand_over(browser, rosa)

    response = browser.post("/tablet/return", data={"code": "111222"})

    assert response.status_code == 422
    assert "4 tries are left" in response.text
    assert browser.get("/patients/").headers["Location"] == "/tablet"
    assert session.query(PutAside).one().tries == 1


def test_after_five_wrong_codes_nobody_is_signed_in_and_the_answers_are_kept(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    hand_over(browser, rosa)
    step(browser, 1, food="yes", food_want="yes")

    for _n in range(MOST_TRIES):
        last = browser.post("/tablet/return", data={"code": "111222"})

    assert (last.status_code, last.headers["Location"]) == (303, "/sign-in")
    assert browser.post("/tablet/return", data={"code": CODE}).status_code == 404
    assert "/sign-in" in browser.get("/patients/").headers["Location"]
    (started,) = started_of(session, rosa.id)
    assert started.answers == {"food": "yes", "food_want": "yes"}


@pytest.mark.parametrize("code", ["", "12345", "1234567", "123456", "987654", "111111", "121212", "abcdef", "10 05 80"])
def test_a_code_that_somebody_would_try_first_is_refused(
    browser: FlaskClient, town: Town, rosa: Patient, code: str
) -> None:
    rosa.birth_date_text = "1980-05-10"
    town.commit()
    address = start(browser, rosa)

    response = browser.post(f"{address}/hand-over", data={"code": code})

    assert response.status_code == 422
    assert browser.get("/patients/").status_code == 200


def test_the_code_is_stored_nowhere(browser: FlaskClient, session: ScopedSession, rosa: Patient) -> None:
    hand_over(browser, rosa)

    assert CODE not in session.query(PutAside).one().code_mark


def test_a_device_that_nobody_took_back_ends_signed_out(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    hand_over(browser, rosa)
    row = session.query(PutAside).one()
    row.began_at = clock.wall() - LASTS
    session.get_one(LoginSession, row.login_session_id).seen_at = clock.wall() - LASTS
    town.commit()

    assert "/sign-in" in browser.get("/patients/").headers["Location"]
    assert browser.get("/tablet").status_code == 404


def test_handing_over_twice_is_one_effect(browser: FlaskClient, session: ScopedSession, rosa: Patient) -> None:
    address = hand_over(browser, rosa)

    again = browser.post(f"{address}/hand-over", data={"code": "739164"})

    assert again.headers["Location"] == "/tablet"
    assert session.query(PutAside).count() == 1
    session.commit()
    assert browser.post("/tablet/return", data={"code": CODE}).status_code == 303


def test_other_browsers_of_the_same_person_go_on(browser: FlaskClient, town: Town, rosa: Patient) -> None:
    colleague = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    other = browser.application.test_client()
    sign_in(other, colleague)

    hand_over(browser, rosa)

    assert other.get("/patients/").status_code == 200
    assert other.get("/tablet").status_code == 404


def test_without_a_hand_over_there_is_no_tablet(browser: FlaskClient, client: FlaskClient) -> None:
    assert browser.get("/tablet").status_code == 404
    assert browser.post("/tablet", data={}).status_code == 404
    assert browser.get("/tablet/return").status_code == 404
    assert browser.post("/tablet/return", data={"code": CODE}).status_code == 404


def test_the_tablet_speaks_the_language_of_the_questions(browser: FlaskClient, rosa: Patient) -> None:
    hand_over(browser, rosa, language="es")

    page = browser.get("/tablet").text

    assert '<html lang="es"' in page
    assert "¿Quiere ayuda con la comida?" in page


def test_somebody_goes_through_positive_answers_with_the_patient(
    browser: FlaskClient, session: ScopedSession, rosa: Patient
) -> None:
    hand_over(browser, rosa)
    step(browser, 1, do="stop", food="yes", food_want="yes")
    browser.post("/tablet/return", data={"code": CODE})

    (to_do,) = session.query(ToDo).filter_by(reason=ToDoReason.CONFIRM_NEED).all()
    (need,) = needs_of(session, rosa.id)
    assert (to_do.patient_id, to_do.done_at) == (rosa.id, None)
    session.commit()

    browser.post(f"/needs/{need.id}/confirm", data={"says": "yes", "version": str(need.version)})

    session.expire_all()
    assert session.get_one(ToDo, to_do.id).done_at is not None


def test_staff_take_it_back_in_their_own_language(browser: FlaskClient, rosa: Patient) -> None:
    hand_over(browser, rosa, language="es")

    asked = browser.get("/tablet").text
    pages = [browser.get("/tablet/return").text, browser.post("/tablet/return", data={"code": "130597"}).text]

    assert '<html lang="es"' in asked
    assert [page for page in pages if '<html lang="en"' not in page] == []
    assert "This is not the code." in pages[1]


def test_the_last_try_is_counted_in_the_singular(browser: FlaskClient, rosa: Patient) -> None:
    hand_over(browser, rosa)

    pages = [browser.post("/tablet/return", data={"code": "111222"}).text for _ in range(4)]

    assert "This is not the code. 1 try is left." in pages[-1]
    assert "1 tries" not in "".join(pages)
