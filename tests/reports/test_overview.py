"""The report page: aggregates of the right clinics, for each role what it may see."""

from datetime import datetime
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.roles import MemberKind, Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit.scope import NOBODY, ScopedSession
from referral.kit.transaction import Database
from referral.patients.models import Patient
from referral.referrals.models import Testimony
from referral.referrals.states import Outcome, ReferralState, Side, TestimonyChannel
from referral.reports.measures import rates_of
from referral.reports.periods import Period, read_period
from referral.reports.queries import clinics_of, referral_facts
from tests.factories import Town
from tests.sign_in import sign_in


@pytest.fixture
def clinic(town: Town) -> Member:
    return town.clinic(name="Hazel Grove Clinic")


def fill(town: Town, clinic: Member, count: int, state: ReferralState = ReferralState.SENT, **facts: object) -> None:
    service = town.service()
    for _ in range(count):
        patient = town.patient(clinic, spoken_language="es", given_name="Secret")
        town.referral(town.need(patient), service, state=state, **facts)


def test_facts_are_read_past_the_scope_but_only_of_the_clinics_asked_for(
    town: Town, clinic: Member, database: Database
) -> None:
    fill(town, clinic, 2)
    fill(town, town.clinic(), 3)
    town.commit()

    with database.reading(NOBODY) as session:
        facts = referral_facts(session, [clinic.id], Period("all"))

    assert len(facts) == 2
    assert {fact.language for fact in facts} == {"es"}


def test_nobody_is_recorded_as_having_been_looked_at(
    town: Town, clinic: Member, client: FlaskClient, session: ScopedSession
) -> None:
    fill(town, clinic, 2)
    analyst = town.person(clinic, Role.ANALYST)
    town.commit()
    sign_in(client, analyst)

    client.get("/reports/")

    assert session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.READ)).all() == []


def test_testimonies_count(town: Town, clinic: Member, session: ScopedSession) -> None:
    patient = town.patient(clinic)
    referral = town.referral(town.need(patient, status="met"), town.service(), state=ReferralState.COMPLETED)
    own = {"clinic_id": clinic.id, "patient_id": patient.id, "referral_id": referral.id, "at": referral.created_at}
    session.add(Testimony(side=Side.PATIENT, outcome=Outcome.RECEIVED, channel=TestimonyChannel.TEXT, **own))
    session.flush()

    rates = rates_of(referral_facts(session, [clinic.id], Period("all")), count_simulated=True)

    assert (rates.closed.n, rates.received.n, rates.met.n, rates.of) == (1, 1, 1, 1)


def test_a_period_keeps_what_was_signed_in_it(town: Town, clinic: Member, session: ScopedSession) -> None:
    fill(town, clinic, 1, signed_at=datetime.fromisoformat("2026-04-01T06:59:00+00:00"))
    fill(town, clinic, 1, signed_at=datetime.fromisoformat("2026-04-01T07:01:00+00:00"))

    facts = referral_facts(session, [clinic.id], read_period("2026-Q1", "America/Los_Angeles"))

    assert len(facts) == 1


def test_the_network_reports_over_all_clinics(town: Town, clinic: Member, session: ScopedSession) -> None:
    network = town.member(MemberKind.NETWORK)
    other = town.clinic(name="A Clinic")

    assert clinics_of(session, network.id, MemberKind.NETWORK) == [other.id, clinic.id]
    assert clinics_of(session, clinic.id, MemberKind.CLINIC) == [clinic.id]


def test_an_analyst_sees_neither_names_nor_small_numbers(town: Town, clinic: Member, client: FlaskClient) -> None:
    fill(town, clinic, 15)
    fill(town, clinic, 4, ReferralState.CANCELLED)
    analyst = town.person(clinic, Role.ANALYST)
    town.commit()
    sign_in(client, analyst)

    page = client.get("/reports/").text

    assert "0 of 15" in page
    assert "hidden" in page
    assert "Secret" not in page


def test_a_navigator_sees_small_numbers(town: Town, clinic: Member, client: FlaskClient) -> None:
    fill(town, clinic, 3)
    navigator = town.person(clinic, Role.NAVIGATOR)
    town.commit()
    sign_in(client, navigator)

    page = client.get("/reports/").text

    assert "0 of 3" in page
    assert ">hidden<" not in page


def test_simulated_referrals_are_marked(town: Town, clinic: Member, client: FlaskClient) -> None:
    fill(town, clinic, 3, simulated=True)
    navigator = town.person(clinic, Role.NAVIGATOR)
    town.commit()
    sign_in(client, navigator)

    page = client.get("/reports/").text

    assert "SIMULATED" in page
    assert "counted here only because this is a demo" in page


def test_the_chosen_period_survives_reload(town: Town, clinic: Member, client: FlaskClient) -> None:
    navigator = town.person(clinic, Role.NAVIGATOR)
    town.commit()
    sign_in(client, navigator)

    page = client.get("/reports/?period=2024-Q1").text

    assert '<option value="2024-Q1" selected>' in page
    assert "No referral was signed in this period." in page


@pytest.mark.parametrize("role", [Role.ORGANIZATION_STAFF, Role.DIRECTORY_EDITOR])
def test_others_do_not_see_reports(town: Town, client: FlaskClient, role: Role) -> None:
    somebody = town.person(town.member(MemberKind.ORGANIZATION), role)
    town.commit()
    sign_in(client, somebody)

    assert client.get("/reports/").status_code == 404


def test_no_referral_is_shown_by_its_id(town: Town, clinic: Member, client: FlaskClient) -> None:
    fill(town, clinic, 1)
    analyst = town.person(clinic, Role.ANALYST)
    town.commit()
    sign_in(client, analyst)

    page = client.get("/reports/").text

    assert not any(str(found) in page for found in _ids(town))


def _ids(town: Town) -> list[UUID]:
    return list(town.session.scalars(select(Patient.id)))
