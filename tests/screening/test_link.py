"""The link by text: when it may go, a scanner's look, the birth year, one live link, coming back."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import LinkPurpose, Member, SignedLink
from referral.kit import clock
from referral.kit.i18n import speaking
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from referral.patients.models import Patient, PatientPhone
from referral.screening.link_texts import MOST_YEARS, compose_screening_text, live_link
from referral.screening.models import Screening
from referral.screening.queries import answers_of, needs_of, screenings_of
from referral.screening.started import started_of
from referral.screening.states import NeedStatus, ScreeningMode
from referral.screening.turns import whose
from referral.todos.models import ToDo, ToDoReason
from tests.factories import Town

HOW = {"mode": "link", "chosen_instrument": "needs_check@2026-11", "language": "es", "respondent": "patient"}
AFRAID = ("miedo", "prohíbe", "seguridad", "safety")


@pytest.fixture
def phone(town: Town, rosa: Patient) -> PatientPhone:
    """Rosa reads Spanish, was born in 1980 and may be texted."""
    rosa.birth_date_text = "1980-05-10"
    phone = town.phone(rosa)
    town.commit()
    return phone


def start(browser: FlaskClient, patient: Patient, **how: str) -> str:
    response = browser.post(f"/patients/{patient.id}/screen", data={"form_id": str(uuid4())} | HOW | how)
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def refused_start(browser: FlaskClient, patient: Patient) -> str:
    """Return the page that says why no link can go; nothing was begun."""
    before = browser.get(f"/patients/{patient.id}").text.count("/started/")
    response = browser.post(f"/patients/{patient.id}/screen", data=HOW)
    assert response.status_code == 422
    assert browser.get(f"/patients/{patient.id}").text.count("/started/") == before
    assert "Nothing is begun: choose another way." in response.text
    return response.text


def send(browser: FlaskClient, patient: Patient) -> str:
    """Send the link; return the address of the started screening."""
    address = start(browser, patient)
    response = browser.post(f"{address}/text")
    assert response.status_code == 303, response.text
    return address


def text_of(session: ScopedSession) -> Composed:
    """Return the words of the newest text as they would leave now."""
    message = session.query(Message).filter_by(template="questions_link").order_by(Message.created_at.desc()).first()
    assert message is not None
    words = compose_screening_text(session, message, clock.now())
    session.commit()
    assert isinstance(words, Composed), words
    return words


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts may leave now, whatever the hour."""
    monkeypatch.setattr("referral.messaging.composing.next_texting_moment", lambda now, _zone: now)


@pytest.fixture
def token(browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone, noon: None) -> str:
    """The token of the link in Rosa's text."""
    send(browser, rosa)
    found = re.search(r"/questions/(\S+)", text_of(session).body)
    assert found is not None
    return found[1]


@pytest.fixture
def mobile(browser: FlaskClient) -> FlaskClient:
    """The browser of Rosa's phone."""
    return browser.application.test_client()


def begin(mobile: FlaskClient, token: str, year: str | None = "1980") -> None:
    response = mobile.post("/questions", data={"token": token})
    assert (response.status_code, response.headers["Location"]) == (303, "/questions")
    if year is not None:
        assert mobile.post("/questions/year", data={"year": year}).status_code == 303


def step(mobile: FlaskClient, at: int, do: str = "", **ticked: str) -> str:
    form = {"at": str(at), "do": do} | {f"a-{name}": value for name, value in ticked.items()}
    response = mobile.post("/questions/answers", data=form)
    assert response.status_code == 303
    return response.headers["Location"]


def test_the_text_names_no_need_and_nobody(session: ScopedSession, token: str) -> None:
    words = text_of(session)

    assert words.language == "es"
    said = words.body.split("http")[0].casefold()
    assert [word for word in ("rosa", "molina", "necesi", "comida", "salud") if word in said] == []


def test_a_scanner_that_opens_the_link_changes_nothing_and_gets_no_cookie(
    session: ScopedSession, mobile: FlaskClient, token: str
) -> None:
    response = mobile.get(f"/questions/{token}")

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert [word for word in ("Rosa", "Molina", "Clinic", "comida") if word in response.text] == []
    assert session.query(SignedLink).filter(SignedLink.used_at.is_not(None)).count() == 0


def test_before_the_birth_year_nothing_is_shown(mobile: FlaskClient, token: str) -> None:
    begin(mobile, token, year=None)

    page = mobile.get("/questions").text

    assert 'name="year"' in page
    assert [word for word in ("comida", "Rosa", "Molina", "1980-05") if word in page] == []
    assert mobile.post("/questions/answers", data={"at": "1", "a-food": "yes"}).headers["Location"] == "/questions"


def test_the_birth_year_opens_the_questions(mobile: FlaskClient, token: str) -> None:
    begin(mobile, token)

    page = mobile.get("/questions").text

    assert "¿Quiere ayuda con la comida?" in page
    assert "Rosa" not in page


def test_the_cookie_is_new_after_the_birth_year(mobile: FlaskClient, token: str) -> None:
    begin(mobile, token, year=None)
    before = mobile.get_cookie("needsrx_link")
    mobile.post("/questions/year", data={"year": "1980"})
    after = mobile.get_cookie("needsrx_link")

    assert before is not None
    assert after is not None
    assert before.value != after.value


@pytest.mark.parametrize("year", ["1981", "80", "abc", "19800", "٢٠٠٠"])
def test_a_wrong_birth_year_opens_nothing_and_counts(
    session: ScopedSession, rosa: Patient, mobile: FlaskClient, token: str, year: str
) -> None:
    begin(mobile, token, year=None)

    page = mobile.post("/questions/year", data={"year": year}).text

    assert "4" in page
    assert "comida" not in mobile.get("/questions").text
    (started,) = started_of(session, rosa.id)
    assert started.wrong_years == 1


def test_after_five_wrong_years_the_link_is_dead_and_a_person_calls(
    session: ScopedSession, rosa: Patient, mobile: FlaskClient, token: str
) -> None:
    begin(mobile, token, year=None)

    with speaking("es"):
        for number in range(MOST_YEARS):
            mobile.post("/questions/year", data={"year": str(1900 + number)})

    assert mobile.post("/questions/year", data={"year": "1980"}).status_code == 410
    assert mobile.get(f"/questions/{token}").status_code == 410
    (to_do,) = session.query(ToDo).filter_by(reason=ToDoReason.CALL_INSTEAD_OF_TEXT).all()
    assert to_do.patient_id == rosa.id
    assert (to_do.note or "").startswith("The birth year was wrong five times")  # for staff, whatever the patient reads


def test_no_question_on_safety_stands_behind_a_link_not_even_in_the_source(mobile: FlaskClient, token: str) -> None:
    begin(mobile, token)

    pages = [mobile.get(f"/questions?at={number}").text for number in range(1, 16)]

    assert [word for page in pages for word in AFRAID if word in page] == []


def test_answers_on_safety_sent_through_a_link_are_not_taken(
    session: ScopedSession, rosa: Patient, mobile: FlaskClient, token: str
) -> None:
    begin(mobile, token)
    step(mobile, 1, do="stop", safety_afraid="yes", safety_afraid_want="yes", food="no")

    (screening,) = screenings_of(session, rosa.id)
    assert answers_of(session, screening.id) == {"food": "no"}
    assert needs_of(session, rosa.id) == []


def test_the_answers_are_recorded_and_the_link_is_dead_afterwards(
    session: ScopedSession, rosa: Patient, mobile: FlaskClient, token: str
) -> None:
    begin(mobile, token)

    assert step(mobile, 1, food="yes", food_want="yes") == "/questions?at=2"
    assert step(mobile, 2, do="stop") == "/questions/done/thank-you"

    assert mobile.get("/questions").status_code == 410
    assert mobile.get(f"/questions/{token}").status_code == 410
    thanks = mobile.get("/questions/done/thank-you").text
    assert "Rosa" not in thanks
    (screening,) = screenings_of(session, rosa.id)
    assert (screening.mode, screening.language) == (ScreeningMode.LINK, "es")
    (need,) = needs_of(session, rosa.id)
    assert (need.domain, need.status) == ("food", NeedStatus.UNCONFIRMED)
    assert session.query(ToDo).filter_by(reason=ToDoReason.CONFIRM_NEED).count() == 1


def test_the_button_pressed_twice_sends_one_link(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    address = start(browser, rosa)
    assert '<input type="hidden" name="seen" value="">' in browser.get(address).text

    for _press in range(2):
        assert browser.post(f"{address}/text", data={"seen": ""}).status_code == 303

    session.rollback()
    (seen,) = [str(link.id) for link in session.query(SignedLink).filter_by(purpose=LinkPurpose.SCREENING)]
    assert session.query(Message).filter_by(template="questions_link").count() == 1
    session.rollback()
    assert browser.post(f"{address}/text", data={"seen": seen}).status_code == 303
    assert session.query(Message).filter_by(template="questions_link").count() == 2


def test_the_same_step_sent_twice_is_one_effect(
    session: ScopedSession, rosa: Patient, mobile: FlaskClient, token: str
) -> None:
    begin(mobile, token)
    step(mobile, 1, food="yes", food_want="yes")
    step(mobile, 1, food="yes", food_want="yes")
    step(mobile, 2, do="stop")

    assert mobile.post("/questions/answers", data={"at": "2", "do": "stop"}).status_code == 410
    assert session.query(Screening).count() == 1


def test_the_same_link_goes_on_where_it_was_left(mobile: FlaskClient, token: str) -> None:
    begin(mobile, token)
    step(mobile, 1, food="yes", food_want="yes")
    another = mobile.application.test_client()

    begin(another, token)

    page = another.get("/questions").text
    assert "comida" not in page
    assert "vivir" in page or "vivienda" in page
    assert " checked" not in page


def test_a_new_link_kills_the_one_before(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, mobile: FlaskClient, token: str
) -> None:
    begin(mobile, token)
    (started,) = started_of(session, rosa.id)
    session.commit()

    browser.post(f"/patients/{rosa.id}/started/{started.id}/text")

    assert mobile.get("/questions").status_code == 410
    assert mobile.get(f"/questions/{token}").status_code == 410
    live = session.query(SignedLink).filter(SignedLink.purpose == LinkPurpose.SCREENING, SignedLink.ended_at.is_(None))
    assert live.count() == 1


def test_a_discarded_screening_takes_its_link_along(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, mobile: FlaskClient, token: str
) -> None:
    (started,) = started_of(session, rosa.id)
    session.commit()

    browser.post(f"/patients/{rosa.id}/started/{started.id}/discard")

    assert mobile.get(f"/questions/{token}").status_code == 410
    assert started_of(session, rosa.id) == []


def test_a_link_expires(session: ScopedSession, town: Town, mobile: FlaskClient, token: str) -> None:
    session.query(SignedLink).one().expires_at = clock.now() - timedelta(seconds=1)
    town.commit()

    assert mobile.get(f"/questions/{token}").status_code == 410
    assert mobile.post("/questions", data={"token": token}).status_code == 410


def test_a_link_of_another_purpose_opens_nothing(session: ScopedSession, mobile: FlaskClient, token: str) -> None:
    changed = token[:-4] + "0000"

    assert mobile.get(f"/questions/{changed}").status_code == 410
    assert mobile.post("/questions", data={"token": changed}).status_code == 410
    assert mobile.get(f"/answer/{token}").status_code == 410


def test_another_sites_form_is_refused(mobile: FlaskClient, token: str) -> None:
    response = mobile.post("/questions", data={"token": token}, headers={"Origin": "https://evil.example"})

    assert response.status_code == 400


def test_whoever_opens_the_link_sees_this_patient_only(
    database: Database, session: ScopedSession, town: Town, clinic: Member, rosa: Patient, token: str
) -> None:
    town.patient(clinic, given_name="Other")
    town.commit()
    (started,) = started_of(session, rosa.id)
    known = whose(database, started.id, "tests")
    session.commit()
    assert known is not None
    with database.reading(known.scope("tests")) as narrow:
        seen = [patient.id for patient in narrow.query(Patient).all()]

    assert seen == [rosa.id]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"is_shared": True}, "Somebody else reads this phone"),
        ({"holder": "parent"}, "Somebody else reads this phone"),
        ({"sms_ok": "unknown"}, "No, because"),
        ({"sms_ok": "no"}, "No, because"),
    ],
)
def test_no_link_goes_to_a_phone_that_others_read_or_that_is_not_safe(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient, facts: dict[str, object], why: str
) -> None:
    rosa.birth_date_text = "1980-05-10"
    town.phone(rosa, **facts)
    town.commit()
    address = start(browser, rosa, mode="tablet")

    page = browser.get(address).text
    response = browser.post(f"{address}/text")
    refused = refused_start(browser, rosa)

    assert why in page
    assert why in refused
    assert "Send the link<" not in page
    assert response.status_code == 422
    assert session.query(Message).count() == session.query(SignedLink).count() == 0


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"birth_date_text": None}, "birth date is not known"),
        ({"written_language": "vi"}, "do not exist in it"),
        ({"written_language": "none"}, "No, because"),
        ({"privacy_level": "none"}, "No, because"),
    ],
)
def test_no_link_goes_where_it_could_not_be_read_or_guarded(
    browser: FlaskClient, town: Town, rosa: Patient, phone: PatientPhone, facts: dict[str, object], why: str
) -> None:
    for name, value in facts.items():
        setattr(rosa, name, value)
    town.commit()

    assert why in browser.get(start(browser, rosa, mode="tablet")).text
    assert why in refused_start(browser, rosa)


def test_while_a_concern_for_safety_stands_no_link_goes_and_the_page_says_nothing_of_why(
    browser: FlaskClient, town: Town, rosa: Patient, phone: PatientPhone
) -> None:
    town.need(rosa, "interpersonal_safety", status=NeedStatus.UNCONFIRMED)
    town.commit()
    address = start(browser, rosa, mode="tablet")

    page = browser.get(address).text

    assert "Links to questions are off for now. Ask the questions yourself." in page
    assert "when they are alone" not in page
    assert browser.post(f"{address}/text").status_code == 422


def test_a_concern_on_a_merged_record_counts_too(
    browser: FlaskClient, town: Town, rosa: Patient, phone: PatientPhone, clinic: Member
) -> None:
    town.need(town.patient(clinic, merged_into_id=rosa.id), "interpersonal_safety")
    town.commit()

    assert "Links to questions are off for now" in refused_start(browser, rosa)


def test_a_link_that_waited_does_not_go_once_there_is_a_concern_for_safety(
    session: ScopedSession, town: Town, rosa: Patient, token: str
) -> None:
    town.need(rosa, "interpersonal_safety")
    message = session.query(Message).one()

    words = compose_screening_text(session, message, clock.now())

    assert isinstance(words, Suppressed)
    assert words.reason == "sensitive_need"


def test_a_phone_that_became_shared_meanwhile_gets_no_questions(
    session: ScopedSession, town: Town, phone: PatientPhone, token: str
) -> None:
    phone.is_shared = True
    town.commit()
    message = session.query(Message).one()

    words = compose_screening_text(session, message, clock.now())

    assert isinstance(words, Suppressed)
    assert words.reason == "shared_phone"


def test_the_token_is_stored_nowhere(session: ScopedSession, rosa: Patient, token: str) -> None:
    message = session.query(Message).one()
    (started,) = started_of(session, rosa.id)
    link = live_link(session, started.id)

    assert token not in str(message.facts)
    assert link is not None
    assert token.split(".")[2] not in str(vars(link))
