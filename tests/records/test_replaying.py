"""A restored copy of the database is made to forget again what was erased since."""

import json
import sqlite3
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import inspect, select

from referral.accounts.models import Person
from referral.app import create_app
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.patients.models import Patient
from referral.records.commands import records_commands
from referral.records.due import finish_erasures
from referral.records.erasing import erase_record
from referral.records.erasure_list import FILE_NAME, warn_without_list
from referral.records.holds import place_hold
from referral.records.models import Erasure
from referral.records.replaying import replay
from tests.referrals.conftest import Place


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """The heads of the audit chain, and so the list, lie in a second place."""
    return replace(settings, audit_head_file=str(tmp_path / "second" / "heads.jsonl"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "second" / FILE_NAME


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def id_of(place: Place) -> UUID:
    """Return the patient's id without asking the database, which another session may hold."""
    (patient_id,) = inspect(place.patient).identity
    return UUID(str(patient_id))


def erase(place: Place, officer: Person, database: Database) -> None:
    """Erase the patient's record, and let the worker finish it."""
    erase_record(place.town.session, id_of(place), reason="They asked.", by=officer.id)
    place.town.commit()
    finish_erasures(database)


def bring_back(database: Database, place: Place) -> None:
    """Make the record whole again, as a restored copy would."""
    with database.job("tests") as session:
        session.delete(session.scalars(select(Erasure)).one())
        patient = session.get_one(Patient, id_of(place))
        patient.erased_at = None
        session.flush()
        patient.given_name = "Rosa"


def patient_of(database: Database, place: Place) -> Patient:
    with database.job("tests") as session:
        patient = session.get_one(Patient, id_of(place))
        assert patient.given_name is None or patient.given_name == "Rosa"
        return patient


def test_the_list_outside_names_no_person_and_no_reason(
    place: Place, officer: Person, database: Database, file: Path
) -> None:
    erase(place, officer, database)
    finish_erasures(database)

    lines = file.read_text().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["patient"] == str(id_of(place))
    assert "They asked" not in lines[0]


def test_what_a_restore_brought_back_is_erased_again(
    place: Place, officer: Person, database: Database, runner: FlaskCliRunner
) -> None:
    erase(place, officer, database)
    bring_back(database, place)

    told = runner.invoke(records_commands, ["replay-erasures"])

    assert told.output == "1 on the list, 1 erased again.\n"
    assert patient_of(database, place).erased_at is not None
    assert patient_of(database, place).given_name_sealed is None


def test_replaying_twice_changes_nothing_more(
    place: Place, officer: Person, database: Database, runner: FlaskCliRunner
) -> None:
    erase(place, officer, database)

    outputs = [runner.invoke(records_commands, ["replay-erasures"]).output for _n in range(2)]

    assert outputs == ["1 on the list, 0 erased again.\n"] * 2
    with database.job("tests") as session:
        assert len(session.scalars(select(Erasure)).all()) == 1


def test_a_hold_in_the_copy_beats_the_replay(
    place: Place, officer: Person, database: Database, runner: FlaskCliRunner
) -> None:
    erase(place, officer, database)
    bring_back(database, place)
    with database.job("tests") as session:
        place_hold(session, id_of(place), reason="A court asks.", by=session.scalars(select(Person.id)).first())

    told = runner.invoke(records_commands, ["replay-erasures"])

    assert told.exit_code == 1
    assert str(id_of(place)) in told.output
    assert patient_of(database, place).erased_at is None


@pytest.mark.parametrize("change", ["patient", "proof"])
def test_a_line_that_we_did_not_write_erases_nobody(
    change: str, place: Place, officer: Person, database: Database, file: Path, runner: FlaskCliRunner
) -> None:
    erase(place, officer, database)
    bring_back(database, place)
    line = json.loads(file.read_text())
    line[change] = str(uuid4())
    file.write_text(json.dumps(line))

    told = runner.invoke(records_commands, ["replay-erasures", str(file)])

    assert told.exit_code == 1
    assert "Nothing was erased." in told.output
    assert patient_of(database, place).erased_at is None


def test_a_line_that_a_power_cut_left_unfinished_is_named_and_the_rest_is_erased(
    place: Place, officer: Person, database: Database, file: Path, runner: FlaskCliRunner
) -> None:
    file.parent.mkdir()
    file.write_text('{"erasure": "01a1')
    erase(place, officer, database)
    bring_back(database, place)

    told = runner.invoke(records_commands, ["replay-erasures"])

    assert told.exit_code == 0
    assert "1 on the list, 1 erased again." in told.output
    assert "Line 1 was left unfinished" in told.output
    assert patient_of(database, place).given_name_sealed is None


def test_without_a_list_the_command_says_so(runner: FlaskCliRunner) -> None:
    told = runner.invoke(records_commands, ["replay-erasures"])

    assert "There is no list of erasures here." in told.output


def test_the_schedule_is_printed_as_a_table(runner: FlaskCliRunner) -> None:
    assert runner.invoke(records_commands, ["schedule"]).output.startswith("| what | kept for |")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_real_copy_of_the_file_forgets_what_was_erased_since(
    place: Place, officer: Person, database: Database, settings: Settings, tmp_path: Path, file: Path
) -> None:
    place.town.commit()
    copy = tmp_path / "copy" / "restored.sqlite3"
    copy.parent.mkdir()
    with sqlite3.connect(str(database.engine.url.database)) as whole, sqlite3.connect(copy) as target:
        whole.backup(target)
    erase(place, officer, database)

    restored = create_app(replace(settings, database_url=f"sqlite:///{copy}"))
    with restored.app_context():
        done = replay(restored.extensions["database"], file)

    assert (done.listed, done.erased) == (1, 1)
    assert patient_of(restored.extensions["database"], place).given_name_sealed is None


@pytest.mark.parametrize(
    ("url", "head_file", "told"),
    [
        ("postgresql://web@127.0.0.1/needsrx", None, True),
        ("postgresql://web@127.0.0.1/needsrx", "/second/heads.jsonl", False),
        ("sqlite:////first/needsrx.sqlite3", None, False),
    ],
)
def test_who_serves_hears_that_erasures_are_listed_nowhere(
    url: str, head_file: str | None, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = {"secret_key": "s" * 32, "master_key": b64encode(b"m" * 32).decode(), "public_base_url": "http://localhost"}

    warn_without_list(Settings(database_url=url, audit_head_file=head_file, **keys))

    assert ("Set AUDIT_HEAD_FILE" in capsys.readouterr().err) is told
