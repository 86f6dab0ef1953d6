"""`flask instruments`: looking, importing, versions, refusing, listing."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from referral.kit.scope import ScopedSession
from referral.screening.commands import instrument_commands
from referral.screening.instrument_library import instrument_of, offered_instruments
from referral.screening.instrument_models import StoredInstrument
from tests.databases import shared_folder
from tests.screening.test_files import PLAIN


@pytest.fixture
def run(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(PLAIN), encoding="utf-8")
    return path


def stored(session: ScopedSession) -> list[tuple[str, int]]:
    session.rollback()
    rows = session.query(StoredInstrument).order_by(StoredInstrument.key, StoredInstrument.number)
    found = [(row.key, row.number) for row in rows]
    session.rollback()
    return found


def test_the_files_of_the_shared_folder_are_imported_from_where_they_lie(
    run: FlaskCliRunner, session: ScopedSession
) -> None:
    files = sorted((shared_folder() / "data" / "instruments").glob("*.json"))

    done = run.invoke(instrument_commands, ["import", *map(str, files)])

    assert done.exit_code == 0, done.output
    assert "US federal work" in done.output
    assert "doi:10.1542/peds.2009-3146" in done.output
    assert "asked only alone" in done.output
    assert stored(session) == [("ahc-hrsn-core", 1), ("ahc-hrsn-supplemental", 1), ("hunger-vital-sign", 1)]


def test_a_dry_run_shows_everything_and_changes_nothing(
    run: FlaskCliRunner, session: ScopedSession, small: Path
) -> None:
    done = run.invoke(instrument_commands, ["import", "--dry-run", str(small)])

    assert done.exit_code == 0
    assert "Enough to eat?" in done.output
    assert "nothing was changed" in done.output
    assert stored(session) == []


def test_the_same_file_again_changes_nothing(run: FlaskCliRunner, session: ScopedSession, small: Path) -> None:
    run.invoke(instrument_commands, ["import", str(small)])

    done = run.invoke(instrument_commands, ["import", str(small)])

    assert "unchanged" in done.output
    assert stored(session) == [("two-questions", 1)]


def test_a_changed_file_is_a_new_version_and_the_old_one_stays(
    run: FlaskCliRunner, session: ScopedSession, small: Path
) -> None:
    run.invoke(instrument_commands, ["import", str(small)])
    small.write_text(json.dumps(PLAIN | {"title": "Two questions, mended"}), encoding="utf-8")

    run.invoke(instrument_commands, ["import", str(small)])

    assert stored(session) == [("two-questions", 1), ("two-questions", 2)]
    old, new = (instrument_of(session, "two-questions", number) for number in ("1", "2"))
    assert old is not None
    assert new is not None
    assert (old.title.say("en"), new.title.say("en")) == ("Two questions", "Two questions, mended")
    assert [(each.key, each.version) for each in offered_instruments(session)] == [
        ("needs_check", "2026-11"),
        ("two-questions", "2"),
    ]


def test_one_wrong_file_among_several_imports_none_and_says_where(
    run: FlaskCliRunner, session: ScopedSession, small: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{\n "id": "x"\n "title": "y"\n}', encoding="utf-8")

    done = run.invoke(instrument_commands, ["import", str(small), str(wrong)])

    assert done.exit_code == 1
    assert "wrong.json: line 3, column 2" in done.output
    assert "Nothing was imported" in done.output
    assert stored(session) == []


def test_a_file_that_is_no_text_is_refused(run: FlaskCliRunner, session: ScopedSession, tmp_path: Path) -> None:
    path = tmp_path / "picture.json"
    path.write_bytes(b"\xff\xfe\x00")

    done = run.invoke(instrument_commands, ["import", str(path)])

    assert done.exit_code == 1
    assert "cannot be read as UTF-8" in done.output


def test_nobody_replaces_the_products_own_questions(run: FlaskCliRunner, session: ScopedSession, small: Path) -> None:
    small.write_text(json.dumps(PLAIN | {"id": "needs_check"}), encoding="utf-8")

    done = run.invoke(instrument_commands, ["import", str(small)])

    assert done.exit_code == 1
    assert "another id" in done.output
    assert stored(session) == []


def test_the_list_says_which_version_is_in_use(run: FlaskCliRunner, small: Path) -> None:
    run.invoke(instrument_commands, ["import", str(small)])
    small.write_text(json.dumps(PLAIN | {"title": "Mended"}), encoding="utf-8")
    run.invoke(instrument_commands, ["import", str(small)])

    lines = run.invoke(instrument_commands, ["list"]).output.splitlines()

    assert ["needs_check" in lines[0], "in use" in lines[0]] == [True, True]
    assert [("version 2" in line, "in use" in line) for line in lines[1:]] == [(True, True), (False, False)]
