"""Two people who write down at once what a patient says about texts, or keeps to themselves; and a STOP in between."""

from datetime import timedelta

from flask.testing import FlaskClient

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import TextingConsent
from referral.patients.consents import opt_in, opt_out
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.proxies import private_domains
from referral.patients.states import OptOutKind, SmsSafety
from tests.patients.test_consent_views import asked, hidden, texting_url, why_not
from tests.patients.test_consent_views import phone as phone
from tests.patients.test_consent_views import rosa as rosa


def stored(session: ScopedSession, phone: PatientPhone) -> tuple[str, int]:
    """Return whether texts are safe, and the number of recorded answers."""
    session.expire_all()
    found = session.get_one(PatientPhone, phone.id).sms_ok, session.query(TextingConsent).count()
    session.commit()
    return found


def test_a_later_stale_answer_does_not_take_the_place_of_unsafe(
    browser: FlaskClient, session: ScopedSession, phone: PatientPhone
) -> None:
    first, second = asked(browser, phone, sms_ok="no", agrees="no"), asked(browser, phone, sms_ok="yes")
    browser.post(texting_url(phone), data=first)

    refused = browser.post(texting_url(phone), data=second)

    assert refused.status_code == 409
    assert "Somebody wrote down another answer while you were asking" in refused.text
    assert "Yes, the patient says texts are safe" in refused.text
    assert stored(session, phone) == (SmsSafety.NO, 1)


def test_what_was_chosen_is_still_on_the_page_and_can_be_saved_with_both_in_sight(
    browser: FlaskClient, session: ScopedSession, phone: PatientPhone
) -> None:
    second = asked(browser, phone, sms_ok="yes", interpreter="Line 4711")
    browser.post(texting_url(phone), data=asked(browser, phone, sms_ok="no", agrees="no"))
    refused = browser.post(texting_url(phone), data=second).text

    again = browser.post(texting_url(phone), data=second | {"opened": hidden(refused, "opened")})

    assert 'value="Line 4711"' in refused
    assert again.status_code == 303
    assert stored(session, phone) == (SmsSafety.YES, 2)


def test_a_field_left_alone_shows_what_somebody_else_wrote_there(
    browser: FlaskClient, session: ScopedSession, phone: PatientPhone
) -> None:
    left_alone = asked(browser, phone, sms_ok="unknown")
    browser.post(texting_url(phone), data=asked(browser, phone, sms_ok="no"))

    refused = browser.post(texting_url(phone), data=left_alone)

    assert refused.status_code == 409
    assert 'checked id="sms_ok-1" name="sms_ok" type="radio" value="no"' in refused.text
    assert stored(session, phone) == (SmsSafety.NO, 1)


def test_an_answer_that_does_not_say_what_its_writer_saw_is_asked_again(
    browser: FlaskClient, session: ScopedSession, phone: PatientPhone
) -> None:
    unseen = asked(browser, phone) | {"opened": ""}

    assert browser.post(texting_url(phone), data=unseen).status_code == 409
    assert stored(session, phone) == (SmsSafety.UNKNOWN, 0)


def test_a_stop_that_came_after_the_form_was_opened_is_not_lifted(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    before = asked(browser, phone)
    opt_out(session, phone.phone_number_id, OptOutKind.STOP)
    session.commit()

    refused = browser.post(texting_url(phone), data=before)

    assert refused.status_code == 409
    assert "This phone asked for no more texts after you had opened this form" in refused.text
    assert "It asked at" in refused.text
    assert stored(session, phone) == (SmsSafety.UNKNOWN, 0)
    assert why_not(session, rosa) == "opted_out"


def test_a_second_stop_after_a_start_is_not_lifted_either(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    opt_out(session, phone.phone_number_id, OptOutKind.STOP)
    session.commit()
    before = asked(browser, phone)
    opt_in(session, phone.phone_number_id, OptOutKind.START)
    number = session.get_one(PhoneNumber, phone.phone_number_id)
    number.opted_out_at = clock.now() + timedelta(minutes=1)
    session.commit()

    assert browser.post(texting_url(phone), data=before).status_code == 409
    assert why_not(session, rosa) == "opted_out"


def test_the_form_that_shows_the_stop_lifts_it(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    before = asked(browser, phone)
    opt_out(session, phone.phone_number_id, OptOutKind.STOP)
    session.commit()
    refused = browser.post(texting_url(phone), data=before).text

    again = browser.post(texting_url(phone), data=before | {"opened": hidden(refused, "opened")})

    assert again.status_code == 303
    assert why_not(session, rosa) is None


def test_the_yes_has_to_be_chosen_anew_after_a_stop(
    browser: FlaskClient, session: ScopedSession, phone: PatientPhone
) -> None:
    before = asked(browser, phone)
    opt_out(session, phone.phone_number_id, OptOutKind.STOP)
    session.commit()

    refused = browser.post(texting_url(phone), data=before).text

    assert 'checked id="agrees-0"' not in refused
    assert 'checked id="sms_ok-0"' in refused


def test_no_is_taken_whatever_the_phone_asked_for_meanwhile(
    browser: FlaskClient, session: ScopedSession, phone: PatientPhone
) -> None:
    before = asked(browser, phone, agrees="no")
    opt_out(session, phone.phone_number_id, OptOutKind.STOP)
    session.commit()

    assert browser.post(texting_url(phone), data=before).status_code == 303
    assert session.query(TextingConsent).one().given is False


def private(browser: FlaskClient, patient: Patient, *domains: str) -> dict[str, object]:
    """Return the form of what is private, opened now."""
    page = browser.get(f"/patients/{patient.id}/proxies").text
    return {"opened": hidden(page, "opened"), "domains": list(domains)}


def kept(session: ScopedSession, patient: Patient) -> set[str]:
    session.expire_all()
    found = set(private_domains(session.get_one(Patient, patient.id)))
    session.commit()
    return found


def test_two_people_keep_different_needs_private_and_both_stay(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    first, second = private(browser, rosa, "food"), private(browser, rosa, "housing")
    browser.post(f"/patients/{rosa.id}/private", data=first)

    page = browser.post(f"/patients/{rosa.id}/private", data=second, follow_redirects=True).text

    assert kept(session, rosa) == {"food", "housing"}
    assert "Somebody else changed this meanwhile: Food" in page


def test_a_page_opened_before_does_not_open_a_need_to_others(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    stale = private(browser, rosa)
    browser.post(f"/patients/{rosa.id}/private", data=private(browser, rosa, "food"))

    browser.post(f"/patients/{rosa.id}/private", data=stale)

    assert kept(session, rosa) == {"food"}


def test_what_somebody_saw_and_took_out_is_private_no_more(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    browser.post(f"/patients/{rosa.id}/private", data=private(browser, rosa, "food", "housing"))

    browser.post(f"/patients/{rosa.id}/private", data=private(browser, rosa, "housing"))

    assert kept(session, rosa) == {"housing"}


def test_a_form_that_does_not_say_what_it_saw_opens_nothing(
    browser: FlaskClient, session: ScopedSession, rosa: Patient, phone: PatientPhone
) -> None:
    browser.post(f"/patients/{rosa.id}/private", data=private(browser, rosa, "food"))

    browser.post(f"/patients/{rosa.id}/private", data={"domains": ["legal_immigration"]})

    assert kept(session, rosa) == {"food", "legal_immigration"}
