"""The command line of the directory."""

import csv
from pathlib import Path

from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from referral.directory.commands import directory_commands
from referral.kit.scope import ScopedSession
from resources_directory.models.service import Service
from resources_directory.models.source import DirectorySource
from tests.resources_directory_importing.deliveries import Delivery


def services(session: ScopedSession) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Service)) or 0


def test_an_import_tells_what_it_did(session: ScopedSession, runner: FlaskCliRunner, delivery: Delivery) -> None:
    delivery.basics()

    result = runner.invoke(directory_commands, ["import", str(delivery.folder), "--source", "Elm"])

    assert result.exit_code == 0, result.output
    assert "The directory now holds source 'Elm' as delivered." in result.output
    assert services(session) == 1


def test_a_dry_run_changes_nothing(session: ScopedSession, runner: FlaskCliRunner, delivery: Delivery) -> None:
    delivery.basics()

    result = runner.invoke(directory_commands, ["import", str(delivery.folder), "--dry-run"])

    assert "nothing was changed" in result.output
    assert services(session) == 0
    assert session.scalars(select(DirectorySource)).all() == []


def test_a_second_import_changes_nothing(runner: FlaskCliRunner, delivery: Delivery) -> None:
    delivery.basics()
    runner.invoke(directory_commands, ["import", str(delivery.folder)])

    result = runner.invoke(directory_commands, ["import", str(delivery.folder)])

    (line,) = [line for line in result.output.splitlines() if line.startswith("service ")]
    assert line.split()[1:4] == ["0", "0", "1"]


def test_defects_are_named_by_file_row_and_column(runner: FlaskCliRunner, delivery: Delivery, tmp_path: Path) -> None:
    delivery.basics(location={"latitude": "north"})
    report = tmp_path / "report.csv"

    result = runner.invoke(directory_commands, ["import", str(delivery.folder), "--report", str(report)])

    assert "locations.csv, row 2, column latitude" in result.output
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert ("locations.csv", "2", "latitude") in [(row["file"], row["row"], row["column"]) for row in rows]


def test_no_cell_of_the_report_is_a_formula(runner: FlaskCliRunner, delivery: Delivery, tmp_path: Path) -> None:
    delivery.basics(location={"latitude": "=HYPERLINK(1)"})
    report = tmp_path / "report.csv"

    runner.invoke(directory_commands, ["import", str(delivery.folder), "--report", str(report)])

    assert ",=HYPERLINK" not in report.read_text(encoding="utf-8")


def test_a_broken_delivery_is_refused_with_its_reason(
    session: ScopedSession, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK this is no zip")

    result = runner.invoke(directory_commands, ["import", str(broken)])

    assert result.exit_code == 1
    assert "broken.zip" in result.output
    assert "Nothing was changed." in result.output
    assert services(session) == 0


def test_a_folder_that_is_not_there_is_named(runner: FlaskCliRunner, tmp_path: Path) -> None:
    result = runner.invoke(directory_commands, ["import", str(tmp_path / "nowhere")])

    assert result.exit_code == 1
    assert "nowhere" in result.output


def test_mapping_is_said_to_come_later(runner: FlaskCliRunner, delivery: Delivery) -> None:
    result = runner.invoke(directory_commands, ["import", str(delivery.folder), "--mapping", "map.yaml"])

    assert result.exit_code == 2
    assert "comes later" in result.output


def test_an_export_names_what_stays(runner: FlaskCliRunner, delivery: Delivery, tmp_path: Path) -> None:
    delivery.basics()
    runner.invoke(directory_commands, ["import", str(delivery.folder), "--source", "Elm"])

    result = runner.invoke(directory_commands, ["export", str(tmp_path / "out"), "--format", "json"])

    assert result.exit_code == 0, result.output
    assert "source 'Elm'" in result.output
    assert (tmp_path / "out" / "services.json").exists()


def test_an_export_never_writes_into_a_folder_in_use(runner: FlaskCliRunner, delivery: Delivery) -> None:
    delivery.basics()

    result = runner.invoke(directory_commands, ["export", str(delivery.folder), "--format", "tabular"])

    assert result.exit_code == 1
    assert "Nothing was exported." in result.output
