"""What is known of patients never gets into log lines, addresses or error pages, whatever happens on the way."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from referral.accounts.links import token_for
from referral.accounts.models import SignedLink
from referral.accounts.roles import Role
from referral.kit.crypto import vault_of
from referral.kit.installation import installation
from referral.kit.logs import JsonLines
from referral.kit.transaction import Database
from referral.kit.worker import Task, Worker
from referral.messaging.arrivals import Arrival
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundSource
from referral.outbox.models import Message
from referral.patients.models import Patient
from referral.prescriptions import views as prescription_views
from referral.referrals.models import Referral
from referral.screening.models import Need
from referral.tasks import worker_tasks
from tests.journeys.canaries import FACTS, NOTE, PHONE, REPLY, Wanderer, canaries_in
from tests.journeys.conftest import link_of, token_in
from tests.referrals.conftest import Place
from tests.referrals.desks import Desk, newest_code
from tests.sign_in import sign_in

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that the product logs, as it writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def wanderer(app: Flask, place: Place) -> Wanderer:
    """A clinician who has registered the patient, with a phone and a need for food."""
    place.town.commit()
    wanderer = Wanderer(app.test_client())
    sign_in(wanderer.client, place.clinician)
    languages = {"spoken_language": "es", "written_language": "es", "privacy_level": "standard"}
    registered = wanderer.post("/patients/new", phone=PHONE, sms_ok="yes", **FACTS, **languages)
    assert registered.status_code == 303
    assert wanderer.post(f"{registered.location}/needs/new", domain="food", wants_help="yes").status_code == 303
    return wanderer


def the_patient(database: Database) -> UUID:
    """Return the id of the patient whose every fact is a canary."""
    with database.job("tests") as session:
        return session.scalars(select(Patient.id).order_by(Patient.created_at.desc())).first() or UUID(int=0)


def prescribe_form(database: Database, place: Place) -> dict[str, object]:
    with database.job("tests") as session:
        need_id = session.scalars(select(Need.id).where(Need.patient_id == the_patient(database))).one()
    line = {"need_id": str(need_id), "service": str(place.service.id), "mode": "sent", "note": NOTE, "agreed": "y"}
    form = {"step": "sign", "urgency": "routine", "method": "in_person", "in_whose_name": "patient"}
    everything = ["need", "name", "phone", "birth_date", "spoken_language", "zip_code"]
    return form | {f"lines-0-{name}": value for name, value in line.items()} | {"lines-0-fields_shared": everything}


def let_pass(app: Flask, database: Database, ahead: timedelta) -> None:
    """Move the demo's clock on, and let the worker do what is due."""
    with database.job("tests") as session:
        installation(session).clock_ahead_s += int(ahead.total_seconds())
    worker = Worker(database, worker_tasks(app))
    for _ in range(3):
        worker._due = dict.fromkeys(worker._due, 0.0)
        worker.tick()


def go_all_the_way(app: Flask, place: Place, database: Database, wanderer: Wanderer) -> Wanderer:
    """Prescribe, send, answer by link, look at the person, text; return the organization's browser."""
    patient_id = the_patient(database)
    assert wanderer.post(f"/patients/{patient_id}/prescribe", **prescribe_form(database, place)).status_code == 303
    let_pass(app, database, timedelta(hours=1))
    with database.job("tests") as session:
        referral = session.scalars(select(Referral).where(Referral.patient_id == patient_id)).one()
    organization = Wanderer(app.test_client())
    desk = Desk(organization.client)
    token = token_in(link_of(place, referral, timedelta()))
    assert organization.client.get(f"/answer/{token}").status_code == 200
    desk.open(token)
    assert organization.post("/answer/accept", **{"accept-name": "Olga", "accept-about": desk.about}).status_code == 303
    organization.post("/answer/send-code", **{"send-about": desk.about})
    let_pass(app, database, timedelta())
    typed = {"code-name": "Olga", "code-about": desk.about, "code-code": newest_code(database)}
    assert organization.post("/answer/code", **typed).status_code == 303
    shown = organization.client.get("/answer")
    assert {FACTS["chosen_name"], NOTE} <= set(canaries_in(shown.text)), "the canaries do not sing where they may"
    with app.test_request_context(), database.job("tests") as session:
        receive_text(session, Arrival("SM1", PHONE, REPLY, InboundSource.SIMULATOR))
    let_pass(app, database, timedelta(days=12))
    return organization


def test_nothing_known_of_a_patient_is_in_log_lines_or_addresses(
    app: Flask, place: Place, database: Database, lines: io.StringIO, wanderer: Wanderer, capfd: Captured
) -> None:
    organization = go_all_the_way(app, place, database, wanderer)
    wanderer.post("/patients/", words=FACTS["family_name"], phone=PHONE)
    wanderer.wander(f"/patients/{the_patient(database)}")

    assert wanderer.pages > 30
    assert [address for address in wanderer.addresses | organization.addresses if canaries_in(address)] == []
    assert canaries_in(lines.getvalue()) == []
    assert canaries_in("".join(capfd.readouterr())) == []


def test_no_secret_of_a_link_is_in_log_lines_or_addresses(
    app: Flask, place: Place, database: Database, lines: io.StringIO, wanderer: Wanderer, capfd: Captured
) -> None:
    organization = go_all_the_way(app, place, database, wanderer)
    with database.job("tests") as session:
        links = session.scalars(select(SignedLink)).all()
        secrets = {token_for(vault_of(session), link) for link in links} | {newest_code(database)}
        mailed = "".join(message.body or "" for message in session.scalars(select(Message)))
    secrets |= {code[:4] + " " + code[4:] for code in secrets if len(code) == 8}
    secrets |= {cookie.value for cookie in organization.client._cookies.values()}

    written = lines.getvalue() + "".join(capfd.readouterr())
    assert sum(secret in mailed for secret in secrets) >= 3, "the links and the code were mailed"
    assert '"route": "/answer/code"' in written
    assert [secret for secret in secrets if secret in written] == []
    assert [address for address in organization.addresses if any(secret in address for secret in secrets)] == []


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"{FACTS['given_name']} {PHONE}"),
        IntegrityError("INSERT", {"name": FACTS["family_name"]}, Exception(f"Key (name)=({NOTE}) already exists")),
        OperationalError("SELECT :name", {"name": FACTS["family_name"]}, Exception(NOTE)),
    ],
    ids=["our own mistake", "a broken rule of the database", "a database that is away"],
)
def test_a_page_that_breaks_shows_and_logs_nothing_known_of_the_patient(
    error: Exception, database: Database, lines: io.StringIO, wanderer: Wanderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_facts: object) -> None:
        raise error

    monkeypatch.setattr(prescription_views, "sheet_for", fail)

    answer = wanderer.get(f"/patients/{the_patient(database)}/prescribe")

    assert answer.status_code in (500, 503)
    assert canaries_in(answer.text) == []
    assert type(error).__name__ in lines.getvalue() or answer.status_code == 503
    assert canaries_in(lines.getvalue()) == []


def test_a_task_of_the_worker_that_breaks_logs_nothing_known_of_the_patient(
    database: Database, lines: io.StringIO
) -> None:
    def fail(_database: Database) -> int:
        raise ValueError(f"{FACTS['given_name']} {PHONE} {NOTE}")

    Worker(database, [Task("fails", 0, fail)]).tick()

    assert "task failed" in lines.getvalue()
    assert canaries_in(lines.getvalue()) == []


def test_a_patient_of_another_clinic_is_not_told_of_on_the_page_that_says_so(
    app: Flask, place: Place, database: Database, lines: io.StringIO, wanderer: Wanderer
) -> None:
    stranger = place.town.person(place.town.clinic(), Role.NAVIGATOR)
    place.town.commit()
    browser = app.test_client()
    sign_in(browser, stranger)

    answers = [browser.get(f"/patients/{the_patient(database)}{page}") for page in ("", "/edit", "/prescribe")]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert [canary for answer in answers for canary in canaries_in(answer.text)] == []
    assert canaries_in(lines.getvalue()) == []


@pytest.mark.parametrize(
    "text",
    ["/patients?q=%51uetzalinda", "Xochipilli, P.", "&#90;arzamora", "tel 555-0188", '{"reply": "rhododendronREPLY"}'],
)
def test_a_canary_sings_however_it_is_written(text: str) -> None:
    assert canaries_in(text)
