"""After an erasure no byte of the database tells who the patient was; before it, none tells it without a key."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.engine import Engine

from referral.accounts.roles import Role
from referral.kit.crypto import vault_of
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.patients.models import Patient
from referral.patients.queries import fold_record_number, name_tokens, name_words
from referral.records.commands import records_commands
from referral.records.due import finish_erasures
from referral.records.queries import record_number
from resources_directory.text_index import ServiceText
from tests.databases import PostgresServer
from tests.journeys.canaries import CANARIES, FACTS, PHONE, Wanderer, cage, canaries_in
from tests.journeys.test_canary import go_all_the_way, the_patient
from tests.journeys.test_canary import lines as lines
from tests.journeys.test_canary import wanderer as wanderer
from tests.referrals.conftest import Place
from tests.sign_in import sign_in

Bytes = Callable[[], Iterator[tuple[str, bytes]]]
Sought = re.Pattern[bytes]


@pytest.fixture
def settings(settings: Settings, owner_url: str, tmp_path: Path) -> Settings:
    """The owner of the tables is known, and the heads of the chain lie in a second place."""
    (tmp_path / "second").mkdir()
    second = str(tmp_path / "second" / "heads.jsonl")
    if make_url(owner_url).get_backend_name() == "sqlite":
        return replace(settings, audit_head_file=second)
    return replace(settings, migration_database_url=owner_url, audit_head_file=second)


@pytest.fixture
def stored(owner_url: str, tmp_path: Path, postgres_server: PostgresServer | None) -> Bytes:
    """Everything that is stored, as (where, bytes): SQLite's files, or PostgreSQL's rows and files, and our folder."""

    def give() -> Iterator[tuple[str, bytes]]:
        for file in sorted(each for each in tmp_path.rglob("*") if each.is_file()):
            yield file.name, file.read_bytes()
        engine = create_engine(owner_url)
        yield from rows_of(engine)
        if engine.dialect.name == "postgresql" and postgres_server is not None and postgres_server.folder is not None:
            yield from files_of(engine, postgres_server.folder / "data")
        engine.dispose()

    return give


def rows_of(engine: Engine) -> Iterator[tuple[str, bytes]]:
    """Give every row of every table, its values set apart, and its sealed columns as bytes."""
    with engine.connect() as connection:
        for name in sorted(inspect(engine).get_table_names()):
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):
                yield name, b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)


def files_of(engine: Engine, data: Path) -> Iterator[tuple[str, bytes]]:
    """Give the files of one database of a server that we may read."""
    with engine.connect() as connection:
        oid = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    for file in sorted((data / "base" / str(oid)).iterdir()):
        yield f"file {file.name}", file.read_bytes()


def found_in(stored: Bytes, wanted: dict[str, Sought]) -> set[str]:
    """Return "what in where" for each of the wanted that is stored somewhere."""
    return {
        f"{name} in {where}" for where, content in stored() for name, sought in wanted.items() if sought.search(content)
    }


def words() -> dict[str, Sought]:
    """Return every canary as it would stand in the clear."""
    return {canary: cage(canary) for canary in CANARIES}


def indexes(database: Database, clinic_id: UUID) -> dict[str, Sought]:
    """Return the keyed indexes under which the patient is found."""
    with database.job("tests") as session:
        vault = vault_of(session)
    names = [value for name, value in FACTS.items() if name.endswith("name")]
    tokens = name_tokens(vault, clinic_id, name_words(*names))
    keyed = {
        **{f"token {n}": token for n, token in enumerate(sorted(tokens))},
        "birth date": vault.index("birth_date", FACTS["birth_date"], clinic_id),
        "record number": vault.index("record_number", fold_record_number(FACTS["record_number"]), clinic_id),
        "phone": vault.index("phone", PHONE),
    }
    return {name: re.compile(re.escape(index)) for name, index in keyed.items()}


def erase_by_page(app: Flask, place: Place, database: Database) -> Wanderer:
    """Have the privacy officer erase the record; return their browser."""
    officer = place.town.person(place.clinic, Role.PRIVACY_OFFICER)
    place.town.commit()
    browser = Wanderer(app.test_client())
    sign_in(browser.client, officer)
    patient_id = the_patient(database)
    number = record_number(Patient(id=patient_id))
    form = {"words": "The patient asked for it.", "step": "erase", "typed": number}
    assert browser.post(f"/records/{patient_id}/erase", **form).status_code == 303
    return browser


def finish(app: Flask, database: Database) -> None:
    """Let the worker finish, and PostgreSQL's owner rewrite the tables."""
    with app.app_context():
        finish_erasures(database)
    if database.engine.dialect.name == "postgresql":
        assert app.test_cli_runner().invoke(records_commands, ["vacuum"]).exit_code == 0


def test_an_erased_patient_is_in_no_byte_of_what_is_stored(
    app: Flask, place: Place, database: Database, wanderer: Wanderer, stored: Bytes, lines: io.StringIO
) -> None:
    go_all_the_way(app, place, database, wanderer)
    clinic_id = place.clinic.id
    place.town.commit()
    keyed = indexes(database, clinic_id)
    assert found_in(stored, words()) == set(), "sealed words stand in the clear"
    assert {hit.split(" in ")[0] for hit in found_in(stored, keyed)} == set(keyed), "the indexes are not where we look"

    browser = erase_by_page(app, place, database)
    finish(app, database)

    assert found_in(stored, words() | keyed) == set()
    assert [address for address in browser.addresses if canaries_in(address)] == []
    assert canaries_in(lines.getvalue()) == []


def test_the_text_indexes_hold_words_of_services_alone() -> None:
    indexed = {column.name for column in ServiceText.__table__.columns}

    assert indexed == {"id", "service_id", "name", "organization", "terms", "place", "description", "vector"}
    assert {key.column.table.name for key in ServiceText.__table__.foreign_keys} == {"service"}
