"""The master key is changed while people work; afterwards the former key is gone and everything still opens."""

import base64
import threading
from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from referral.accounts import key_commands
from referral.accounts.key_commands import keys_commands
from referral.app import create_app
from referral.audit.models import AuditEvent, AuditKind
from referral.kit.crypto import DataKey
from referral.kit.rotation import Batch, reseal_batch
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.kit.vault import Vault, key_id_of
from referral.patients.actions import PatientFacts, register_patient
from referral.patients.models import Patient
from referral.patients.queries import Search, find_patients
from referral.referrals.models import Referral
from resources_directory.db import new_id
from tests.conftest import MASTER_KEY
from tests.journeys.conftest import asked as asked
from tests.journeys.conftest import link_of
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place
from tests.sign_in import sign_in

NEW = base64.b64encode(b"n" * 32).decode()
FORMER = key_id_of(base64.b64decode(MASTER_KEY))
PEOPLE = 30


@dataclass
class Changing:
    """An installation whose master key is being changed."""

    settings: Settings
    apps: list[Flask] = field(default_factory=list)

    def serving(self, **changed: str | None) -> Flask:
        """Start the product again with some settings changed."""
        app = create_app(replace(self.settings, **changed))
        app.config["WTF_CSRF_ENABLED"] = False
        self.apps.append(app)
        return app

    def with_both_keys(self) -> Flask:
        return self.serving(master_key=NEW, master_key_before=self.settings.master_key)

    def with_the_new_key(self) -> Flask:
        return self.serving(master_key=NEW)


@pytest.fixture
def changing(settings: Settings, place: Place) -> Iterator[Changing]:
    """The clinic has patients that the former key seals."""
    for number in range(PEOPLE):
        place.town.patient(place.clinic, given_name=f"Name{number}")
    facts = PatientFacts(given_name="Tomasa", family_name="Quinn")
    register_patient(place.town.session, facts, clinic_id=place.clinic.id, by=None)
    place.town.commit()
    changing = Changing(settings)
    yield changing
    for app in changing.apps:
        app.extensions["database"].engine.dispose()


def keys(app: Flask, *arguments: str) -> str:
    result = invoke(app, *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def invoke(app: Flask, *arguments: str) -> Result:
    """Run `flask keys …` of this application, whatever other one a fixture has opened around the test."""
    return Context().run(app.test_cli_runner().invoke, keys_commands, arguments)


def database_of(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def key_ids(app: Flask) -> set[str | None]:
    """Return the names of the master keys that seal anything."""
    with database_of(app).job("tests") as session:
        return set(session.scalars(select(DataKey.master_key_id)))


class Colleague(threading.Thread):
    """Somebody of the clinic who reads and registers patients without a pause until told to stop."""

    def __init__(self, client: FlaskClient, patient_ids: list[UUID], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.client, self.patient_ids, self.stop = client, patient_ids, stop
        self.at_work, self.met, self.trouble = threading.Event(), [], None

    def run(self) -> None:
        facts = {"privacy_level": "standard", "spoken_language": "es", "written_language": "es"}
        try:
            while not self.stop.is_set() or len(self.met) < 4:
                patient_id = self.patient_ids[len(self.met) % len(self.patient_ids)]
                self.met.append(self.client.get(f"/patients/{patient_id}").status_code)
                form = {"given_name": f"Nuevo{len(self.met)}{self.name}", **facts, "register_anyway": "1"}
                self.met.append(self.client.post("/patients/new", data=form).status_code)
                self.at_work.set()
        except Exception as trouble:
            self.trouble = trouble
            self.at_work.set()


def test_nobody_meets_an_error_while_the_key_is_changed(changing: Changing, place: Place) -> None:
    app, stop = changing.with_both_keys(), threading.Event()
    patient_ids = list(place.town.session.scalars(select(Patient.id).order_by(Patient.id)))
    place.town.session.rollback()
    colleagues = [Colleague(app.test_client(), patient_ids, stop) for _ in range(3)]
    for colleague in colleagues:
        sign_in(colleague.client, place.navigator)
        colleague.start()
    for colleague in colleagues:
        colleague.at_work.wait(60)

    try:
        output = keys(app, "rotate", "--batch", "5")
    finally:
        stop.set()
        for colleague in colleagues:
            colleague.join(60)

    assert [colleague.trouble for colleague in colleagues] == [None] * 3
    assert {status for colleague in colleagues for status in colleague.met} == {200, 303}
    assert "were sealed again" in output
    assert key_ids(app) == {key_id_of(b"n" * 32)}


def test_with_the_former_key_gone_everything_opens_and_is_found(
    changing: Changing, place: Place, asked: Referral
) -> None:
    link = link_of(place, asked, timedelta())
    keys(changing.with_both_keys(), "rotate")
    app = changing.with_the_new_key()

    mailed = app.test_client().get(link)

    assert mailed.status_code == 200
    with database_of(app).job("tests") as session:
        names = {patient.given_name for patient in session.scalars(select(Patient).order_by(Patient.id))}
        assert {f"Name{number}" for number in range(PEOPLE)} <= names
        assert found(session, place, words="Tomasa Quinn") == ["Tomasa"]
        assert found(session, place, phone="+15595550123") == ["Rosa"]


def test_before_it_has_run_links_and_searches_stand_on_the_former_key(
    changing: Changing, place: Place, asked: Referral
) -> None:
    link = link_of(place, asked, timedelta())
    app = changing.with_both_keys()

    mailed = app.test_client().get(link)

    assert mailed.status_code == 200
    with database_of(app).job("tests") as session:
        assert found(session, place, words="Tomasa") == ["Tomasa"]


def test_a_second_change_keeps_what_the_first_one_kept(changing: Changing, place: Place, asked: Referral) -> None:
    link = link_of(place, asked, timedelta())
    keys(changing.with_both_keys(), "rotate")
    newest = base64.b64encode(b"z" * 32).decode()
    keys(changing.serving(master_key=newest, master_key_before=NEW), "rotate")

    mailed = changing.serving(master_key=newest).test_client().get(link)

    assert mailed.status_code == 200


def test_a_run_that_was_killed_is_run_again(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    app, steps = changing.with_both_keys(), iter(range(3))

    def dies(session: ScopedSession, after: UUID | None, *, size: int) -> Batch:
        if next(steps) == 2:
            raise KeyboardInterrupt
        return reseal_batch(session, after, size=size)

    monkeypatch.setattr(key_commands, "reseal_batch", dies)
    killed = invoke(app, "rotate", "--batch", "7")
    half_way = key_ids(app)
    monkeypatch.undo()
    keys(app, "rotate")

    assert killed.exit_code == 1
    assert half_way == {key_id_of(b"n" * 32), FORMER}
    assert key_ids(app) == {key_id_of(b"n" * 32)}


def test_the_change_is_in_the_audit_and_names_no_key(changing: Changing) -> None:
    app = changing.with_both_keys()

    keys(app, "rotate", "--batch", "20")

    kind = AuditEvent.kind == AuditKind.KEYS_ROTATED
    with database_of(app).job("tests") as session:
        details = list(session.scalars(select(AuditEvent.detail).where(kind).order_by(AuditEvent.at, AuditEvent.id)))
    assert details[:2] == [{"roots_stored": 3}, {"count": 20, "key": key_id_of(b"n" * 32)}]


def test_a_key_that_no_setting_holds_is_counted_and_left(changing: Changing) -> None:
    app, stranger = changing.with_both_keys(), Vault(b"s" * 32)
    lost = new_id()
    with database_of(app).job("tests") as session:
        wrapped = stranger.wrap(lost, b"d" * 32)
        session.add(DataKey(owner_id=lost, wrapped=wrapped, master_key_id=stranger.key_id))

    result = invoke(app, "rotate")

    assert result.exit_code == 1
    assert "1 keys do not open" in result.output
    assert key_ids(app) == {key_id_of(b"n" * 32), stranger.key_id}
    assert "these rows do not open" in keys(app, "status")


def test_rows_older_than_key_names_are_sealed_again_too(changing: Changing) -> None:
    app = changing.with_both_keys()
    with database_of(app).job("tests") as session:
        session.execute(update(DataKey).values(master_key_id=None))
    assert "sealed before key names" in keys(app, "status")

    keys(app, "rotate")

    assert key_ids(app) == {key_id_of(b"n" * 32)}


def test_the_status_says_when_the_former_key_can_go(changing: Changing) -> None:
    app = changing.with_both_keys()

    before = keys(app, "status")
    keys(app, "rotate")
    after = keys(app, "status")

    assert "Run `flask keys rotate` before any key is removed." in before
    assert f"{FORMER}" in before
    assert "remove them from the settings" in after
    assert f"{FORMER}" not in after


def test_rotating_twice_changes_nothing_more(changing: Changing) -> None:
    app = changing.with_both_keys()
    keys(app, "rotate")

    assert "Done: 0 keys were sealed again." in keys(app, "rotate")


def found(session: ScopedSession, place: Place, **search: str) -> list[str | None]:
    """Return the given names of the clinic's patients that a search finds."""
    patients, _total = find_patients(session, Search(**search), clinic_id=place.clinic.id)
    return [patient.given_name for patient in patients]
