"""What leaves, what stays, and that what left can come back."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from resources_directory.exporting.report import ExportFormat
from resources_directory.exporting.tabular import without_formula
from resources_directory.importing.apply import import_directory
from resources_directory.importing.report import ImportReport
from resources_directory.models.location import Location
from resources_directory.models.service import Service
from tests.resources_directory_exporting.conftest import NOW, Export, Load
from tests.resources_directory_importing.deliveries import Delivery

FORMATS = pytest.mark.parametrize("form", list(ExportFormat))


def written(out: Path) -> str:
    return "".join(file.read_text(encoding="utf-8") for file in sorted(out.iterdir()) if file.name != "about.json")


def services(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((out / "services.json").read_text(encoding="utf-8"))
    return found


def full(delivery: Delivery) -> None:
    delivery.basics()
    address = {"id": "a", "location_id": "l1", "address_1": "1 Elm St", "city": "Columbus", "state_province": "OH"}
    delivery.csv("addresses.csv", address | {"postal_code": "43215", "address_type": "physical"})
    hours = {
        "id": "1",
        "service_id": "s1",
        "byday": "MO",
        "opens_at": "9:00am",
        "closes_at": "5:00pm",
        "timezone": "-5",
    }
    delivery.csv("schedules.csv", hours)
    delivery.csv("phones.csv", {"id": "1", "service_id": "s1", "number": "614-555-0100 x012"})


def test_a_service_leaves_with_everything_that_belongs_to_it(
    delivery: Delivery, load: Load, export: Export, out: Path
) -> None:
    full(delivery)
    load()

    report = export(ExportFormat.JSON)

    service = services(out)[0]
    assert [(file.file, file.records) for file in report.files] == [("services.json", 1)]
    assert service["organization"]["name"] == "Elm Street Pantry"
    assert service["schedules"][0]["opens_at"] == "09:00:00-05:00"
    assert "extension" not in service["phones"][0]
    assert service["phones"][0]["description"] == "ext. 012"
    address = service["service_at_locations"][0]["location"]["addresses"][0]
    assert (address["address_1"], address["country"]) == ("1 Elm St", "US")


@FORMATS
def test_what_left_can_come_back_and_is_the_same(
    directory_session: Session, delivery: Delivery, load: Load, export: Export, out: Path, form: ExportFormat
) -> None:
    full(delivery)
    load()
    export(form)

    again: ImportReport = import_directory(directory_session, out, source_name="Copy", now=NOW)

    assert again.skipped == 0
    created = {count.table: count.created for count in again.counts if count.created}
    tables = ("organization", "service", "location", "service_at_location", "phone", "address", "schedule")
    assert created == dict.fromkeys(tables, 1)


@FORMATS
def test_a_source_that_may_not_be_passed_on_stays_and_is_named(
    delivery: Delivery, load: Load, export: Export, out: Path, form: ExportFormat
) -> None:
    full(delivery)
    load(name="Licensed", redistribution=False)

    report = export(form)

    assert report.sources_left_out == ("Licensed",)
    assert "Elm" not in written(out)


@FORMATS
def test_a_private_place_leaves_without_anything_that_shows_it(
    directory_session: Session, delivery: Delivery, load: Load, export: Export, out: Path, form: ExportFormat
) -> None:
    full(delivery)
    delivery.csv("accessibility.csv", {"id": "1", "location_id": "l1", "description": "Ramp on Elm St"})
    load()
    directory_session.execute(update(Location).values(is_private=True, geocell=None))

    export(form)

    text = written(out)
    assert "Food box" in text
    for secret in ("Elm St", "43215", "Columbus", "40.01", "Elm Street hall"):
        assert secret not in text.replace("Elm Street Pantry", "")


@FORMATS
def test_a_retired_service_stays(
    directory_session: Session, delivery: Delivery, load: Load, export: Export, out: Path, form: ExportFormat
) -> None:
    full(delivery)
    load()
    directory_session.execute(update(Service).values(retired_at=NOW))

    export(form)

    assert "Food box" not in written(out)
    assert "614-555-0100" not in written(out)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_cell_is_run_as_a_formula_and_a_later_import_reads_it_as_it_was(
    directory_session: Session, delivery: Delivery, load: Load, export: Export, out: Path, text: str
) -> None:
    delivery.basics(service={"name": f"{text} food"})
    load()
    export(ExportFormat.TABULAR)

    with (out / "services.csv").open(newline="", encoding="utf-8") as stream:
        cell = next(csv.DictReader(stream))["name"]
    import_directory(directory_session, out, source_name="Copy", now=NOW)

    assert cell == without_formula(f"{text} food".strip())
    assert set(directory_session.scalars(select(Service.name))) == {f"{text} food".strip()}


def test_a_folder_that_holds_files_is_left_alone(export: Export, out: Path) -> None:
    out.mkdir()
    (out / "mine.txt").write_text("keep")

    with pytest.raises(FileExistsError):
        export(ExportFormat.JSON)
