"""flask audit: what a person reads in the terminal."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from referral.audit.chain import Wrong
from referral.audit.commands import WORDS, audit_commands
from referral.audit.heads import HeadWriter
from referral.audit.models import AuditEvent
from referral.kit.settings import Settings
from tests.audit.conftest import ONE, OTHER, Tampering, Trail


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the heads go."""
    return tmp_path / "heads.jsonl"


@pytest.fixture
def settings(settings: Settings, place: Path) -> Settings:
    """An installation with a second place."""
    return replace(settings, audit_head_file=str(place))


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    found = app.test_cli_runner().invoke(audit_commands, arguments)
    return found.exit_code, found.output


def test_whole_chains_are_counted(app: Flask, sealed: Trail) -> None:
    HeadWriter().write_due(sealed.database)

    code, words = run(app, "verify")

    assert code == 0
    assert words.startswith("Whole: 33 events in 3 chains, 3 heads compared, ")


def test_a_bad_row_is_named_and_the_status_is_one(app: Flask, sealed: Trail, tampering: Tampering) -> None:
    HeadWriter().write_due(sealed.database)
    changed = sealed.events()[6]
    with tampering() as connection:
        connection.execute(update(AuditEvent).where(AuditEvent.id == changed).values(place="elsewhere"))

    code, words = run(app, "verify")

    assert code == 1
    assert f"First bad row: chain {ONE}, number 7, event {changed}: changed:" in words


def test_a_bad_line_of_heads_is_named_and_the_status_is_one(app: Flask, sealed: Trail, place: Path) -> None:
    HeadWriter().write_due(sealed.database)
    place.write_text(place.read_text().replace('"number": 10', '"number": 11'))

    code, words = run(app, "verify")

    assert code == 1
    assert f"First bad line of {place}: 3:" in words


def test_a_file_of_heads_that_is_not_there_is_no_success(app: Flask, sealed: Trail, place: Path) -> None:
    code, words = run(app, "verify")

    assert code == 1
    assert f"The file of heads {place} cannot be read" in words


def test_another_file_of_heads_may_be_named(app: Flask, sealed: Trail, place: Path, tmp_path: Path) -> None:
    HeadWriter().write_due(sealed.database)
    noted = place.rename(tmp_path / "noted.jsonl")

    code, words = run(app, "verify", "--heads", str(noted), "--chain", str(OTHER))

    assert code == 0
    assert words.startswith("Whole: 10 events in 1 chains, 1 heads compared, ")


def test_the_heads_are_printed_for_a_person_to_note_down(app: Flask, sealed: Trail) -> None:
    code, words = run(app, "heads")

    assert code == 0
    assert [line.split()[4] for line in words.splitlines()] == ["3", "20", "10"]


def test_every_finding_has_its_words() -> None:
    assert set(WORDS) == set(Wrong)


def test_an_installation_without_a_second_place_is_told_what_was_not_looked_at(
    app: Flask, sealed: Trail, settings: Settings
) -> None:
    sealed.database._info["settings"] = replace(settings, audit_head_file=None)

    code, words = run(app, "verify")

    assert code == 0
    assert "No heads were compared, because AUDIT_HEAD_FILE is not set" in words
