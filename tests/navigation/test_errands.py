"""Each row and page says why, about what, and what to do next: no row says only that a person must look."""

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.followups.planning import ask, call_instead
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.navigation.models import ContactAttempt, ContactPlan
from referral.patients.models import PatientPhone
from referral.patients.proxies import NewProxy, record_proxy
from referral.patients.states import ProxyRelation, Reach
from referral.prescriptions.urgent_calls import call_within_the_hour
from referral.referrals.actions import move
from referral.referrals.actors import THE_CLOCK, Actor, ActorKind
from referral.referrals.states import Mode, ReferralEvent
from referral.referrals.thread import Written, ask_clinic
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from resources_directory.models.service import NeedOrigin, ServiceNeed
from resources_directory.needs import NeedDomain
from tests.navigation.conftest import Desk

E, K, R = ReferralEvent, QuestionKind, ToDoReason


def asked(desk: Desk) -> None:
    """The referral waits for the organization's answer; its phone is known."""
    desk.referral.state = "sent"
    desk.referral.service_facts = {**desk.referral.service_facts, "phone": "+15595550177"}
    desk.town.session.flush()


def needed_today(session: ScopedSession, desk: Desk) -> ToDo:
    asked(desk)
    to_do = call_within_the_hour(session, desk.referral)
    assert to_do is not None
    return to_do


def page_of(desk: Desk, browser: FlaskClient, to_do: ToDo) -> str:
    to_do_id = to_do.id
    desk.town.commit()
    return browser.get(f"/to-dos/{to_do_id}").text


def test_what_is_needed_today_says_which_organization_must_be_called(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    needed_today(session, desk)
    desk.town.commit()

    page = browser.get("/to-dos/").text

    assert "Needed today: An organization must be called" in page
    assert ">Call the organization<" in page


def test_its_page_has_the_phone_the_script_and_one_click_to_the_answer(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    page = page_of(desk, browser, needed_today(session, desk))

    for told in ("(559) 555-0177", "Can you, and when?", f"/referrals/{desk.referral.id}/answer"):
        assert told in page


def test_do_no_harm_the_row_of_a_sensitive_need_names_no_organization(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    desk.referral.domain = "interpersonal_safety"
    needed_today(session, desk)
    desk.town.commit()

    page = browser.get("/to-dos/").text

    assert "Needed today: the organization must be called" in page
    assert "An organization" not in page


def test_who_is_called_together_with_the_patient_is_not_asked_for_an_answer(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    desk.referral.mode = Mode.PHONE_HAND_OVER

    page = page_of(desk, browser, needed_today(session, desk))

    assert "Call together with the patient" in page
    assert f"/referrals/{desk.referral.id}/answer" not in page


@pytest.mark.parametrize("event", [E.ACCEPT, E.DECLINE, E.EXPIRE, E.WITHDRAW])
def test_the_call_of_today_is_over_once_the_referral_moves_on(
    session: ScopedSession, desk: Desk, event: ReferralEvent
) -> None:
    to_do = needed_today(session, desk)
    actor = THE_CLOCK if event is E.EXPIRE else Actor(ActorKind.MEMBERSHIP, desk.nadia.id, "Nadia Reyes")

    move(session, desk.referral, event, actor, reason="no_capacity" if event is E.DECLINE else None)

    session.refresh(to_do)
    assert to_do.done_at is not None


@pytest.mark.parametrize(("event", "stays"), [(E.DECLINE, True), (E.EXPIRE, True), (E.CANCEL, False)])
def test_a_question_of_the_organization_stays_until_it_is_answered_or_the_request_taken_back(
    session: ScopedSession, desk: Desk, event: ReferralEvent, stays: bool
) -> None:
    asked(desk)
    ask_clinic(session, desk.referral, Written(Actor(ActorKind.LINK, None, "Olga"), new_id(), "Is a ride needed?"))
    actor = THE_CLOCK if event is E.EXPIRE else Actor(ActorKind.MEMBERSHIP, desk.nadia.id, "Nadia Reyes")

    move(session, desk.referral, event, actor, reason="no_capacity" if event is E.DECLINE else None)

    session.expire_all()
    waiting = session.scalars(select(ToDo.reason).where(ToDo.done_at.is_(None))).all()
    assert (R.ORGANIZATION_ASKS in waiting) is stays


def test_a_question_of_the_organization_can_be_answered_after_it_accepted(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    asked(desk)
    ask_clinic(session, desk.referral, Written(Actor(ActorKind.LINK, None, "Olga"), new_id(), "Is a ride needed?"))
    move(session, desk.referral, E.ACCEPT, Actor(ActorKind.MEMBERSHIP, desk.nadia.id, "Nadia Reyes"))
    desk.town.commit()

    listed, page = browser.get("/to-dos/").text, browser.get(f"/referrals/{desk.referral.id}").text

    assert f"/referrals/{desk.referral.id}#thread" in listed
    assert f"/referrals/{desk.referral.id}/message" in page


def not_helped(session: ScopedSession, desk: Desk, body: str) -> ToDo:
    """The patient texted a digit to the question what went wrong."""
    question = ask(session, desk.referral, K.REASON, clock.now())
    phone = session.scalars(select(PatientPhone)).one()
    own = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "phone_number_id": phone.phone_number_id}
    text = InboundMessage(provider_id="SM1", source="webhook", received_at=clock.now(), question_id=question.id, **own)
    text.body = body
    session.add(text)
    session.flush()
    return desk.to_do(f"inbound:{text.id}:not_helped", reason=R.NOT_HELPED, note=body)


def test_a_digit_is_told_in_words(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    page = page_of(desk, browser, not_helped(session, desk, "6"))

    assert "They answered “6”: It is too far, or there is no ride" in page


def test_what_a_patient_wrote_stands_as_they_wrote_it(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    assert "la puerta 6 cerrada" in page_of(desk, browser, not_helped(session, desk, "la puerta 6 cerrada"))


def test_our_own_note_is_told_in_the_readers_language(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a", note="nobody has asked whether texting is safe")
    desk.nadia.language = "es"

    page = page_of(desk, browser, to_do)

    assert "nobody has asked whether texting is safe" not in page
    assert "nadie preguntó si es seguro" in page


def test_the_reason_of_today_is_told_in_the_readers_language(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do(f"today:{desk.referral.id}", reason=R.OTHER)
    desk.nadia.language = "es"
    desk.town.commit()

    page = browser.get("/to-dos/").text

    assert "Se necesita hoy: hay que llamar a An organization" in page
    assert ">Llamar a la organización<" in page


def test_whoever_was_not_helped_is_prescribed_for_again_and_told_who_is_still_asked(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    page = page_of(desk, browser, desk.to_do("a", reason=R.NOT_HELPED))

    assert 'id="places"' in page
    assert f'/prescribe?need={desk.referral.need_id}&amp;agreed=by_phone">Prescribe again for Food<' in page
    assert "An organization is still asked for this need." in page


def test_who_is_prescribed_for_in_a_call_agrees_by_phone(desk: Desk, browser: FlaskClient) -> None:
    patient_id, need_id = desk.patient.id, desk.referral.need_id
    desk.town.commit()

    called, met = (
        browser.get(f"/patients/{patient_id}/prescribe?need={need_id}{how}").text for how in ("&agreed=by_phone", "")
    )

    carried = [re.findall(r'name="method" value="(\w+)"', page) for page in (called, met)]
    assert carried == [["by_phone"], ["in_person"]]


def test_whoever_was_not_helped_is_offered_two_other_places(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    for name in ("Apple Bank", "Bread Bank", "Corn Bank"):
        service = desk.town.service(name=name)
        session.add(ServiceNeed(service_id=service.id, need="food", origin=NeedOrigin.STATED))

    page = page_of(desk, browser, desk.to_do("a", reason=R.NOT_HELPED))

    assert "Other places" in page
    assert [name in page for name in ("Apple Bank", "Bread Bank", "Corn Bank")] == [True, True, False]


def test_rows_of_one_patient_stand_together_and_name_the_need(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a", due_at=clock.now() + timedelta(hours=1))
    other = desk.town.patient(desk.clinic, given_name="Linh", family_name="Tran")
    desk.to_do("b", patient_id=other.id, subject_kind="patient", subject_id=other.id)
    desk.to_do("c", due_at=clock.now() + timedelta(days=1), reason=R.MESSAGE_STUCK)
    desk.town.commit()

    page = browser.get("/to-dos/").text

    assert page.count(">Rosa Molina</bdi></a>") == 1
    assert page.count('<span class="quiet">Food, ') == 2
    assert page.count('<tr role="row">') == 3


def calls(session: ScopedSession, desk: Desk) -> list[ToDo]:
    """Two calls to one patient, about two questions."""
    for kind in (K.CHECK_CONTACT, K.CHECK_OUTCOME):
        call_instead(session, ask(session, desk.referral, kind, clock.now()), R.CALL_INSTEAD_OF_TEXT)
    return list(session.scalars(select(ToDo).order_by(ToDo.created_at, ToDo.id)))


def test_one_call_that_nobody_answered_counts_for_all_calls_to_that_patient(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    first, danger = calls(session, desk)[0].id, desk.to_do("x", reason=R.CRISIS).id
    desk.town.commit()

    page = browser.post(f"/to-dos/{first}/no-answer", data={"form_id": str(new_id())}, follow_redirects=True).text

    planned = browser.get("/to-dos/planned").text

    assert "It counts for the other call to them too." in page
    assert len(session.scalars(select(ContactAttempt)).all()) == 1
    assert len(session.scalars(select(ContactPlan)).all()) == 2
    assert planned.count('<span class="quiet">Food</span>') == 2
    assert session.scalars(select(ToDo.id).where(ToDo.done_at.is_(None))).all() == [danger]


def test_nothing_is_due_on_a_sunday_or_a_holiday_unless_it_is_urgent(session: ScopedSession, desk: Desk) -> None:
    thanksgiving = clock.now().replace(year=2026, month=11, day=26, hour=20)
    facts = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "subject_kind": "patient"}

    def due(key: str, *, urgent: bool) -> date:
        new = NewToDo(
            reason=R.OFFER_AGAIN,
            subject_id=desk.patient.id,
            dedupe_key=key,
            due_at=thanksgiving,
            urgent=urgent,
            **facts,
        )
        to_do = make_to_do(session, new)
        assert to_do is not None
        return to_do.due_at.date()

    assert (due("a", urgent=False), due("b", urgent=True)) == (date(2026, 11, 27), date(2026, 11, 26))


def child(desk: Desk, years: int) -> None:
    desk.patient.given_name = "Emiliano"
    desk.patient.birth_date_text = (clock.now() - timedelta(days=366 * years)).date().isoformat()
    desk.town.session.flush()


def test_of_a_child_the_script_asks_for_who_speaks_for_them(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    child(desk, 2)
    reach = {NeedDomain.FOOD: Reach.ANSWER}
    record_proxy(session, desk.patient, NewProxy("Marta Molina", ProxyRelation.PARENT, reach), by=desk.nadia.id)

    page = page_of(desk, browser, calls(session, desk)[0])

    assert "May I speak with Marta Molina?" in page
    assert "ask for the birth date of Emiliano Molina" in page
    assert 'value="Marta Molina"' in page
    assert "May I speak with Emiliano" not in page


def test_do_no_harm_of_a_child_for_whom_nobody_speaks_nothing_is_said(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    child(desk, 2)

    page = page_of(desk, browser, calls(session, desk)[0])

    assert "May I speak with the parent or guardian of Emiliano Molina?" in page
    assert "do not ask them" in page


def test_do_no_harm_nobody_else_is_asked_for_about_what_a_young_person_keeps_to_themselves(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    child(desk, 16)
    reach = {NeedDomain.FOOD: Reach.ANSWER}
    record_proxy(session, desk.patient, NewProxy("Marta Molina", ProxyRelation.PARENT, reach), by=desk.nadia.id)
    desk.patient.private_domains_text = "food"

    page = page_of(desk, browser, calls(session, desk)[0])

    assert "May I speak with Emiliano Molina?" in page
    assert "Marta Molina" not in page


@pytest.mark.parametrize("kind", [K.CHECK_CONTACT, K.CHECK_OUTCOME, K.REASON, K.OTHER_PLACE, K.WAITLISTED])
def test_the_script_reads_no_digits_of_the_text_aloud(
    session: ScopedSession, desk: Desk, browser: FlaskClient, kind: QuestionKind
) -> None:
    call_instead(session, ask(session, desk.referral, kind, clock.now()), R.CALL_INSTEAD_OF_TEXT)

    page = page_of(desk, browser, session.scalars(select(ToDo)).one())

    assert 'class="script-line" lang="es"' in page
    assert not any(word in page for word in ("Responda", "STOP"))
