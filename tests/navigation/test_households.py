"""Households: made by hand, open steps of everybody in them, never across a safety concern, no trace of who left."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.accounts.roles import Role
from referral.audit.models import AuditEvent
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.navigation.household_models import HouseholdMember
from referral.navigation.households import household_of, put_in, take_out
from referral.patients.actions import PatientFacts, register_patient
from referral.patients.models import Patient
from referral.referrals.states import ReferralState
from referral.screening.models import Need
from referral.screening.states import NeedStatus
from tests.navigation.conftest import Desk
from tests.prescriptions.conftest import counted
from tests.sign_in import sign_in


@pytest.fixture
def luz(desk: Desk) -> Patient:
    return desk.town.patient(desk.clinic, given_name="Luz", family_name="Ibarra")


@pytest.fixture
def home(desk: Desk, luz: Patient) -> Patient:
    """Luz lives with the desk's patient."""
    put_in(desk.town.session, desk.patient, luz, by=desk.nadia.id)
    return luz


def names(desk: Desk, patient: Patient) -> list[str]:
    return [str(each.given_name) for each in household_of(desk.town.session, patient).others]


def concern(desk: Desk, patient: Patient, **facts: object) -> Need:
    return desk.town.need(patient, "interpersonal_safety", **facts)


def page_of(patient: Patient, more: str = "") -> str:
    return f"/patients/{patient.id}/household{more}"


def test_each_sees_the_other(desk: Desk, home: Patient):
    assert names(desk, desk.patient) == ["Luz"]
    assert names(desk, home) == ["Rosa"]


def test_put_in_twice_is_once_and_a_third_joins_the_same(desk: Desk, home: Patient):
    third = desk.town.patient(desk.clinic, given_name="Iris")
    for _press in range(2):
        put_in(desk.town.session, third, home, by=desk.nadia.id)

    assert names(desk, desk.patient) == ["Luz", "Iris"]
    assert desk.town.session.scalar(select(func.count()).select_from(HouseholdMember)) == 3


def test_whose_safety_is_a_concern_cannot_be_put_in(desk: Desk, luz: Patient):
    concern(desk, luz)

    for one, other in ((desk.patient, luz), (luz, desk.patient)):
        with pytest.raises(InvalidInput, match="kept out of households"):
            put_in(desk.town.session, one, other, by=desk.nadia.id)
    assert desk.town.session.scalars(select(HouseholdMember)).all() == []


def test_whose_safety_becomes_a_concern_vanishes_from_every_page(desk: Desk, home: Patient):
    third = desk.town.patient(desk.clinic, given_name="Iris")
    put_in(desk.town.session, desk.patient, third, by=desk.nadia.id)

    concern(desk, home, status=NeedStatus.UNCONFIRMED)

    assert names(desk, desk.patient) == ["Iris"]
    assert names(desk, third) == ["Rosa"]
    assert household_of(desk.town.session, home).is_off
    assert names(desk, home) == []


def test_when_the_concern_is_over_nobody_comes_back_by_themselves(desk: Desk, home: Patient):
    later = clock.now() + timedelta(seconds=1)
    need = concern(desk, home)
    need.created_at, need.status = later, NeedStatus.GONE
    desk.town.session.flush()

    assert names(desk, desk.patient) == []
    assert names(desk, home) == []


def test_after_it_is_over_somebody_is_put_in_again_by_hand(desk: Desk, home: Patient):
    concern(desk, home, status=NeedStatus.GONE).created_at = clock.now()
    desk.town.session.flush()

    put_in(desk.town.session, desk.patient, home, by=desk.nadia.id)

    assert names(desk, desk.patient) == ["Luz"]


def test_a_concern_on_a_merged_record_counts(desk: Desk, luz: Patient):
    other = desk.town.patient(desk.clinic, given_name="Luz", merged_into_id=luz.id)
    concern(desk, other)

    with pytest.raises(InvalidInput):
        put_in(desk.town.session, desk.patient, luz, by=desk.nadia.id)


def test_who_was_merged_is_shown_as_the_record_that_is_kept(desk: Desk, home: Patient):
    kept = desk.town.patient(desk.clinic, given_name="Lucia")
    home.merged_into_id = kept.id
    desk.town.session.flush()

    assert names(desk, desk.patient) == ["Lucia"]
    assert names(desk, kept) == ["Rosa"]


def test_who_has_died_or_moved_is_not_shown(desk: Desk, home: Patient):
    home.deceased_at = clock.now()
    desk.town.session.flush()

    assert names(desk, desk.patient) == []


def test_nobody_is_in_two_households(desk: Desk, home: Patient):
    others = [desk.town.patient(desk.clinic, given_name=name) for name in ("Iris", "Ines")]
    put_in(desk.town.session, *others, by=desk.nadia.id)

    with pytest.raises(InvalidInput, match="in a household already"):
        put_in(desk.town.session, home, others[0], by=desk.nadia.id)


def test_taken_out_nothing_stays_on_anybodys_page(desk: Desk, home: Patient, browser: FlaskClient):
    desk.town.commit()
    assert "Luz" in browser.get(page_of(desk.patient)).text

    answer = browser.post(page_of(desk.patient, f"/{home.id}/take-out"))
    browser.get(answer.location)  # the one who did it is told once

    assert "Luz" not in browser.get(page_of(desk.patient)).text
    assert "Rosa" not in browser.get(page_of(home)).text.partition("<main")[2]
    assert desk.town.session.scalars(select(HouseholdMember)).all() == []


def test_taking_out_who_lives_elsewhere_changes_nothing(desk: Desk, home: Patient):
    stranger = desk.town.patient(desk.clinic)

    take_out(desk.town.session, stranger, home)

    assert names(desk, desk.patient) == ["Luz"]


def test_the_page_shows_the_next_step_of_each_need(desk: Desk, home: Patient, browser: FlaskClient):
    desk.town.need(home, "utilities", confirmed_at=clock.now())
    desk.town.need(home, "childcare", status=NeedStatus.UNCONFIRMED)
    desk.town.need(home, "housing", status=NeedStatus.MET)
    desk.town.commit()

    page = browser.get(page_of(desk.patient)).text

    assert f"{desk.referral.service_facts['service_name']}: Accepted" in page
    assert "Utilities: " in page
    assert "No place yet: prescribe" in page
    assert "Ask, and confirm it" in page
    assert "Housing" not in page


def test_sensitive_needs_and_what_somebody_keeps_to_themselves_have_no_row(desk, home, browser):
    desk.town.need(home, "legal_immigration")
    desk.town.need(home, "employment")
    home.private_domains_text = "employment"
    desk.town.commit()

    page = browser.get(page_of(desk.patient)).text.partition("<main")[2]

    assert "Luz" in page
    assert not any(word in page for word in ("Legal", "mmigration", "Employment", "Work", "private matter"))


def test_a_name_finds_whom_to_put_in(desk: Desk, browser: FlaskClient):
    facts = PatientFacts(given_name="Luz", family_name="Ibarra")
    luz = register_patient(desk.town.session, facts, clinic_id=desk.clinic.id, by=desk.nadia.id)
    desk.town.commit()

    found = browser.post(page_of(desk.patient), data={"words": "Luz"}).text
    answer = browser.post(page_of(desk.patient, f"/{luz.id}/put-in"))

    assert "Luz Ibarra" in found
    assert answer.status_code == 303
    assert "Luz Ibarra" in browser.get(answer.location).text


def test_the_refusal_reads_the_same_whatever_its_reason(desk: Desk, luz: Patient, browser: FlaskClient):
    late = desk.town.patient(desk.clinic, given_name="Luz", family_name="Ibarra", deceased_at=clock.now())
    concern(desk, luz)
    desk.town.commit()

    answers = [browser.post(page_of(desk.patient, f"/{each.id}/put-in")) for each in (luz, late)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("This patient is kept out of households" in answer.text for answer in answers)


def test_another_clinics_patient_is_not_there(desk: Desk, browser: FlaskClient):
    foreign = desk.town.patient(desk.town.clinic())
    desk.town.commit()

    assert browser.post(page_of(desk.patient, f"/{foreign.id}/put-in")).status_code == 404
    assert browser.get(page_of(foreign)).status_code == 404


@pytest.mark.parametrize(("role", "status"), [(Role.CLINICIAN, 200), (Role.CLINIC_ADMINISTRATOR, 404)])
def test_clinicians_and_navigators_keep_households(desk: Desk, client: FlaskClient, role: Role, status: int):
    person = desk.town.person(desk.clinic, role)
    desk.town.commit()
    sign_in(client, person)

    assert client.get(page_of(desk.patient)).status_code == status


def test_putting_in_and_taking_out_are_written_down(session: ScopedSession, desk: Desk, home: Patient, browser):
    desk.town.commit()
    browser.post(page_of(desk.patient, f"/{home.id}/take-out"))

    about = AuditEvent.subject_kind == "household_member"
    kinds = [str(event.kind) for event in session.scalars(select(AuditEvent).where(about).order_by(AuditEvent.id))]
    assert kinds == ["created", "created", "deleted", "deleted"]


def test_the_number_of_statements_does_not_grow_with_people(desk: Desk, home: Patient, browser, app: Flask):
    desk.town.commit()
    browser.get(page_of(desk.patient))
    with counted(app) as few:
        browser.get(page_of(desk.patient))
    for name in ("Iris", "Ines", "Ida"):
        someone = desk.town.patient(desk.clinic, given_name=name)
        desk.town.referral(desk.town.need(someone), desk.town.service(), state=ReferralState.SENT)
        put_in(desk.town.session, desk.patient, someone, by=desk.nadia.id)
    desk.town.commit()

    with counted(app) as many:
        browser.get(page_of(desk.patient))

    assert len(many) == len(few)
