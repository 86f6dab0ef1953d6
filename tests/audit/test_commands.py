"""flask audit: what a person reads in the terminal."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, update

from referral.audit.chain import Wrong
from referral.audit.commands import WORDS, audit_commands
from referral.audit.heads import HeadWriter
from referral.audit.models import AuditEvent
from referral.audit.seal_models import AuditSeal
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


def test_the_heads_that_are_printed_are_those_that_are_read(app: Flask, sealed: Trail, tmp_path: Path) -> None:
    code, words = run(app, "heads")
    noted = tmp_path / "noted"
    noted.write_text(words)

    read_code, read_words = run(app, "verify", "--heads", str(noted))

    assert (code, read_code) == (0, 0)
    assert [json.loads(line)["number"] for line in words.splitlines()] == [3, 20, 10]
    assert "3 heads compared" in read_words


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _lines: [], "nothing could be compared"),
        (lambda lines: [line[:60] for line in lines], "First bad line of"),
        (lambda lines: [lines[0][:60]], "nothing could be compared"),
        (lambda lines: [lines[0], lines[1][:60], lines[2]], "First bad line of"),
        (lambda lines: ["2026-11-20 10:00 UTC  a chain  3  00ff"] * 3, "First bad line of"),
        (lambda lines: ["not a head", *lines], "First bad line of"),
    ],
    ids=["empty", "every line cut", "the only line cut", "one in the middle cut", "another format", "first no head"],
)
def test_a_file_of_heads_that_proves_nothing_is_not_whole(
    spoil: Callable[[list[str]], list[str]], said: str, app: Flask, sealed: Trail, place: Path
) -> None:
    HeadWriter().write_due(sealed.database)
    place.write_text("\n".join(spoil(place.read_text().splitlines())))

    code, words = run(app, "verify", "--heads", str(place))

    assert (code, said in words, "Whole:" in words) == (1, True, False)


def test_a_chain_of_which_the_file_knows_nothing_is_not_whole_by_itself(app: Flask, sealed: Trail, place: Path) -> None:
    HeadWriter().write_due(sealed.database)
    place.write_text("".join(line for line in place.read_text().splitlines(keepends=True) if str(ONE) not in line))

    alone, of_all = run(app, "verify", "--chain", str(ONE)), run(app, "verify")

    assert (alone[0], "nothing could be compared" in alone[1]) == (1, True)
    assert "1 of the chains have no head to compare with" in of_all[1]


def test_a_chain_that_was_deleted_whole_is_missed(app: Flask, sealed: Trail, tampering: Tampering, place: Path) -> None:
    HeadWriter().write_due(sealed.database)
    with tampering() as connection:
        connection.execute(delete(AuditSeal).where(AuditSeal.chain == ONE))
        connection.execute(delete(AuditEvent).where(AuditEvent.clinic_id == ONE))

    code, words = run(app, "verify")

    assert code == 1
    assert f"First bad row: chain {ONE}, number 1: head not reached: the second place has seen this chain" in words


def test_every_finding_has_its_words() -> None:
    assert set(WORDS) == set(Wrong)


def test_an_installation_without_a_second_place_is_told_what_was_not_looked_at(
    app: Flask, sealed: Trail, settings: Settings
) -> None:
    sealed.database._info["settings"] = replace(settings, audit_head_file=None)

    code, words = run(app, "verify")

    assert code == 0
    assert "No heads were compared, because AUDIT_HEAD_FILE is not set" in words
