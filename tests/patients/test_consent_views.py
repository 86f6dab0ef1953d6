"""Texting consent, STOP told to staff, and sharing taken back, through their pages."""

import re
from html import unescape
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.kit.scope import ScopedSession
from referral.messaging.composing import NEUTRAL_SENDER
from referral.patients.consent_models import OptOutEvent, SharingConsent, TextingConsent
from referral.patients.consent_words import TEXTING_WORDS, WORDS_VERSION
from referral.patients.consents import opt_out, texting_route
from referral.patients.disclosures import record_disclosure
from referral.patients.models import Patient, PatientPhone
from referral.patients.proxies import NewProxy, record_proxy
from referral.patients.states import OptOutKind, ProxyRelation, Reach, SharedField, SmsSafety
from referral.patients.wish_models import PatientProxy
from resources_directory.needs import NeedDomain
from tests.factories import Town

ANSWER = {
    "agrees": "yes",
    "method": "in_person",
    "in_whose_name": "patient",
    "holder": "self",
    "sms_ok": "yes",
    "words_language": "es",
    "words_version": WORDS_VERSION,
}


@pytest.fixture
def rosa(town: Town, clinic: Member) -> Patient:
    return town.patient(clinic)


@pytest.fixture
def phone(town: Town, rosa: Patient) -> PatientPhone:
    phone = town.phone(rosa, consent=False, sms_ok=SmsSafety.UNKNOWN)
    town.commit()
    return phone


@pytest.fixture
def mother(town: Town, clinic: Member, rosa: Patient, phone: PatientPhone) -> PatientProxy:
    """Somebody who may agree for the patient, and holds the phone."""
    may = dict.fromkeys(NeedDomain, Reach.CONSENT)
    new = NewProxy("Marta Molina", ProxyRelation.PARENT, may, patient_phone_id=phone.id)
    proxy = record_proxy(town.session, rosa, new, by=town.person(clinic, Role.NAVIGATOR).id)
    town.commit()
    return proxy


def texting_url(phone: PatientPhone) -> str:
    return f"/patients/{phone.patient_id}/phones/{phone.id}/texting"


def asked(browser: FlaskClient, phone: PatientPhone, **changed: str) -> dict[str, str]:
    """Return the answer on a form that is opened now."""
    return (
        ANSWER | {"opened": hidden(browser.get(texting_url(phone)).text, "opened"), "form_id": str(uuid4())} | changed
    )


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def why_not(session: ScopedSession, patient: Patient) -> str | None:
    """Return why the patient gets no texts; the transaction is over afterwards, so that pages can write."""
    session.expire_all()
    reason = texting_route(session, patient).why_not
    session.commit()
    return reason


def test_the_page_shows_the_very_words_that_are_stored(
    browser: FlaskClient, session: ScopedSession, phone: PatientPhone, mother: PatientProxy
) -> None:
    page = browser.get(texting_url(phone)).text

    named = f"parent:{mother.id}"
    browser.post(texting_url(phone), data=asked(browser, phone, interpreter="Line 4711", in_whose_name=named))

    consent = session.query(TextingConsent).one()
    assert TEXTING_WORDS["es"] in page
    assert (consent.words, consent.words_language) == (TEXTING_WORDS["es"], "es")
    assert (consent.interpreter, consent.in_whose_name, consent.method) == ("Line 4711", "parent", "in_person")
    assert consent.proxy_id == mother.id
    assert consent.taken_by is not None


def test_yes_on_a_safe_phone_lets_us_text(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    before = browser.get(f"/patients/{rosa.id}").text
    browser.post(texting_url(phone), data=asked(browser, phone))

    assert "nobody has asked yet whether texts to this phone are safe" in before
    assert why_not(session, rosa) is None
    assert "Texts go to" in browser.get(f"/patients/{rosa.id}").text


def test_yes_while_safety_is_unknown_sends_no_text(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    browser.post(texting_url(phone), data=asked(browser, phone, sms_ok="unknown"))

    assert why_not(session, rosa) == "safety_unknown"


def test_consent_is_taken_back_by_a_second_event(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    browser.post(texting_url(phone), data=asked(browser, phone))
    browser.post(texting_url(phone), data=asked(browser, phone, agrees="no"))

    assert why_not(session, rosa) == "no_consent"
    assert session.query(TextingConsent).count() == 2


def test_the_same_answer_sent_twice_is_one_event(
    browser: FlaskClient, session: ScopedSession, phone: PatientPhone
) -> None:
    form = asked(browser, phone)

    browser.post(texting_url(phone), data=form)
    again = browser.post(texting_url(phone), data=form)

    assert again.status_code == 303
    assert session.query(TextingConsent).count() == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"agrees": ""}, "Choose what they said"),
        ({"words_version": "2019-01"}, "The words have changed"),
        ({"method": "by_text"}, "cannot be chosen here"),
    ],
)
def test_an_incomplete_answer_is_told_and_records_nothing(
    browser: FlaskClient, session: ScopedSession, phone: PatientPhone, changed: dict[str, str], told: str
) -> None:
    response = browser.post(texting_url(phone), data=asked(browser, phone, interpreter="Line 4711") | changed)

    assert response.status_code == 422
    assert told in response.text
    assert 'value="Line 4711"' in response.text
    assert session.query(TextingConsent).count() == 0


@pytest.mark.parametrize("language", ["es", "zh-Hans", "vi", "ar", "ht", "ru", "ko"])
def test_words_that_nobody_reviewed_are_shown_as_a_draft_and_stored_as_shown(
    language: str, browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    rosa.spoken_language = language
    session.commit()

    page = browser.get(texting_url(phone)).text
    browser.post(texting_url(phone), data=asked(browser, phone, words_language=language))

    consent = session.query(TextingConsent).one()
    assert (consent.words, consent.words_language) == (TEXTING_WORDS[language], language)
    assert TEXTING_WORDS[language] in page
    assert "Nobody qualified has reviewed this translation yet" in page


def test_reviewed_words_are_no_draft(browser: FlaskClient, phone: PatientPhone) -> None:
    assert "Nobody qualified has reviewed" not in browser.get(f"{texting_url(phone)}?words=en").text


def test_the_page_shows_the_words_version_and_taker_of_the_last_answer(
    browser: FlaskClient, phone: PatientPhone
) -> None:
    browser.post(texting_url(phone), data=asked(browser, phone))

    page = browser.get(f"{texting_url(phone)}?words=en").text

    assert TEXTING_WORDS["es"] in page
    assert f"version {WORDS_VERSION}" in page
    assert "Written down by Person " in page


def test_every_text_language_has_words_that_say_how_to_stop() -> None:
    assert set(TEXTING_WORDS) == set(NEUTRAL_SENDER)
    assert all("STOP" in words for words in TEXTING_WORDS.values())


def test_words_for_a_language_we_lack_ask_for_an_interpreter(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    rosa.spoken_language = "so"
    session.commit()

    page = browser.get(texting_url(phone)).text

    assert TEXTING_WORDS["en"] in page
    assert "Somali" in page


def test_stop_asks_first_and_then_stops_every_text(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    browser.post(texting_url(phone), data=asked(browser, phone))
    url = f"/patients/{rosa.id}/phones/{phone.id}/stop"

    assert browser.get(url).status_code == 200
    assert why_not(session, rosa) is None
    assert browser.post(url).status_code == 303
    assert browser.post(url).status_code == 303

    assert why_not(session, rosa) == "opted_out"
    assert [event.kind for event in session.query(OptOutEvent)] == [OptOutKind.STAFF]


def test_a_new_consent_lifts_an_earlier_stop(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    opt_out(session, phone.phone_number_id, OptOutKind.STOP)
    session.commit()

    browser.post(texting_url(phone), data=asked(browser, phone))

    assert why_not(session, rosa) is None


def test_sharing_is_listed_and_taken_back_once(
    browser: FlaskClient, session: ScopedSession, town: Town, rosa: Patient
) -> None:
    pantry = town.organization(name="Good Pantry")
    given = town.sharing_consent(rosa, pantry.id)
    town.commit()
    url = f"/patients/{rosa.id}/sharing/{pantry.id}/stop"
    answer = {"method": "by_phone", "in_whose_name": "patient"}

    assert "Good Pantry" in browser.get(f"/patients/{rosa.id}").text
    assert "Good Pantry" in browser.get(url).text
    first, second = browser.post(url, data=answer), browser.post(url, data=answer)

    assert (first.status_code, second.status_code) == (303, 303)
    taken_back = session.query(SharingConsent).filter_by(given=False).one()
    session.commit()
    assert (taken_back.words, taken_back.method, taken_back.fields) == (given.words, "by_phone", [])
    assert "Taken back" in browser.get(f"/patients/{rosa.id}").text


def test_sharing_that_never_was_cannot_be_stopped(browser: FlaskClient, town: Town, rosa: Patient) -> None:
    stranger = town.organization()
    town.commit()

    assert browser.get(f"/patients/{rosa.id}/sharing/{stranger.id}/stop").status_code == 404


def test_the_page_says_that_nothing_was_given_until_something_was(
    browser: FlaskClient, town: Town, rosa: Patient, clinic: Member
) -> None:
    service = town.service()
    consent = town.sharing_consent(rosa, service.organization_id)
    referral = town.referral(town.need(rosa), service, state="draft")
    town.commit()
    before = browser.get(f"/patients/{rosa.id}").text
    record_disclosure(
        town.session,
        consent,
        fields=[SharedField.NAME],
        referral_id=referral.id,
        receiver_id=clinic.id,
        channel="link",
        recipient="Ana",
    )
    town.commit()

    after = browser.get(f"/patients/{rosa.id}").text

    assert "Nothing was given to them yet. The patient agreed to: name, phone." in before
    assert "May have" not in before
    assert "May have: name, phone." in after
