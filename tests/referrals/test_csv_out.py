"""The organization's requests as a file: what its list shows, no person, nothing that a spreadsheet runs; audited."""

import csv
from datetime import datetime
from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from referral.accounts.roles import MemberKind, Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit.limits import RECORD_EXPORTS
from referral.referrals.actors import ActorKind
from referral.referrals.appointments import GivenAppointment, give_appointment
from referral.referrals.csv_columns import with_formula, without_formula
from referral.referrals.numbering import short_number
from referral.referrals.states import ReferralState
from tests.referrals.conftest import Place
from tests.referrals.test_inbox_list import another
from tests.sign_in import sign_in


@pytest.fixture
def desk(client: FlaskClient, place: Place) -> FlaskClient:
    place.town.commit()
    sign_in(client, place.staff)
    return client


def rows(client: FlaskClient, query: str = "?show=all") -> list[dict[str, str]]:
    answer = client.post(f"/inbox/files/requests.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))


def test_the_file_holds_what_the_list_shows_and_no_person(desk: FlaskClient, place: Place) -> None:
    referral = another(place)

    answer = desk.post("/inbox/files/requests.csv?show=all")

    (row,) = csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["request"], row["need"], row["language"], row["state"]) == (
        short_number(referral.id),
        "food",
        "es",
        "sent",
    )
    assert not any(secret in answer.text for secret in ("Rosa", "Molina", "555-0123", "5550123"))
    assert ("zip_code" in row, "93702" in answer.text) == (False, False)  # never beside the language
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_what_was_not_agreed_stands_in_no_file(desk: FlaskClient, place: Place) -> None:
    another(place, shared_fields=["name", "phone"])

    (row,) = rows(desk)

    assert (row["need"], row["language"]) == ("", "")


def test_a_request_taken_back_tells_only_that(desk: FlaskClient, place: Place) -> None:
    another(place, ReferralState.WITHDRAWN)

    (row,) = rows(desk)

    assert (row["state"], row["need"]) == ("withdrawn", "")


def test_an_appointment_stands_in_the_file_until_the_request_is_taken_back(desk: FlaskClient, place: Place) -> None:
    referral = another(place, ReferralState.ACCEPTED)
    when = datetime.fromisoformat("2030-06-05T09:30")
    given = GivenAppointment(when, None, uuid4(), actor=place.actors[ActorKind.LINK])
    with time_machine.travel("2030-06-01T12:00:00+00:00"):
        give_appointment(place.town.session, referral, given)
    place.town.commit()
    before = rows(desk)[0]["appointment"]
    referral.state = ReferralState.CANCELLED
    place.town.commit()

    assert (before, rows(desk)[0]["appointment"]) == ("2030-06-05 09:30", "")


def test_the_filters_of_the_list_hold_for_the_file(desk: FlaskClient, place: Place) -> None:
    another(place)
    taken = another(place, ReferralState.ACCEPTED)

    assert [row["request"] for row in rows(desk, "?show=taken&language=es")] == [short_number(taken.id)]


def test_it_is_written_down_who_took_what_along(desk: FlaskClient, place: Place) -> None:
    referral = another(place)

    rows(desk)

    taken = place.town.session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.EXPORTED)).one()
    assert (taken.subject_id, taken.patient_id, taken.person_id, taken.clinic_id) == (
        referral.id,
        place.patient.id,
        place.staff.id,
        place.clinic.id,
    )


def test_another_organization_gets_none_of_it(client: FlaskClient, place: Place) -> None:
    another(place)
    stranger = place.town.person(place.town.member(MemberKind.ORGANIZATION), Role.ORGANIZATION_STAFF)
    place.town.commit()
    sign_in(client, stranger)

    assert rows(client) == []


def test_a_service_named_like_a_formula_is_not_run(desk: FlaskClient, place: Place) -> None:
    another(place, service_facts={"service_name": '=HYPERLINK("http://evil")'})

    (row,) = rows(desk)

    assert row["service"].startswith("'=")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "\uff1d1", "plain", "'quoted", ""])
def test_what_was_made_safe_is_read_back_as_it_was(text: str) -> None:
    assert with_formula(without_formula(text)) == text
    assert without_formula(text)[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_files_are_counted_against_a_limit(desk: FlaskClient) -> None:
    for _n in range(RECORD_EXPORTS.most):
        desk.post("/inbox/files/requests.csv")

    assert desk.post("/inbox/files/requests.csv").status_code == 429


def test_the_file_costs_the_same_number_of_statements_however_long_it_is(
    desk: FlaskClient, app: Flask, place: Place
) -> None:
    def asked() -> int:
        said: list[str] = []
        note = lambda *told: said.append(told[2])  # noqa: E731 - the event wants a plain callable
        engine = app.extensions["database"].engine
        event.listen(engine, "before_cursor_execute", note)
        rows(desk)
        event.remove(engine, "before_cursor_execute", note)
        return len(said)

    another(place)
    asked()
    few = asked()
    for _n in range(8):
        another(place)

    assert asked() == few


@pytest.mark.parametrize("domain", ["interpersonal_safety", "legal_immigration"])
def test_do_no_harm_a_sensitive_need_stands_in_no_file(desk: FlaskClient, place: Place, domain: str) -> None:
    another(place, domain=domain)

    (row,) = rows(desk)

    assert (row["need"], row["language"]) == ("", "es")


def test_the_page_of_files_says_which_list_is_taken_and_reads_no_request(desk: FlaskClient, place: Place) -> None:
    another(place)

    page, everything = (desk.get(f"/inbox/files{query}").text for query in ("?need=food&assigned=nobody", "?show=all"))

    assert "Your list now: Waiting for our answer, Food, Nobody in particular." in page
    assert "Take all requests instead" in page
    assert "Your list now: All." in everything
    assert "Take all requests instead" not in everything
    reads = select(AuditEvent.id).where(AuditEvent.kind == AuditKind.READ)
    assert place.town.session.scalars(reads).all() == []


def test_the_file_to_send_is_not_called_optional(desk: FlaskClient) -> None:
    field = desk.get("/inbox/files").text.split('for="file"')[1].split("</div>")[0]

    assert "(optional)" not in field
    assert "required" in field
