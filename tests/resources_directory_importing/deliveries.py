"""Writes small deliveries for tests: CSV files, JSON files, zips. All invented."""

import csv
import json
import zipfile
from pathlib import Path

#: A small directory that has no defect: cells by column; every test replaces what it is about.
ORGANIZATION = {"id": "o1", "name": "Elm Street Pantry", "description": "Food for all."}
SERVICE = {"id": "s1", "organization_id": "o1", "name": "Food box", "status": "active", "description": "A weekly box."}
LOCATION = {
    "id": "l1",
    "location_type": "physical",
    "name": "Elm Street hall",
    "latitude": "40.01",
    "longitude": "-83.02",
}
AT_LOCATION = {"id": "sl1", "service_id": "s1", "location_id": "l1"}

Rows = list[dict[str, str]]


class Delivery:
    """A folder that is filled file by file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def csv(self, name: str, *rows: dict[str, str]) -> None:
        """Write a table; the columns are those of all rows."""
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (self.folder / name).open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)

    def text(self, name: str, text: str, encoding: str = "utf-8") -> None:
        """Write a file as it is."""
        (self.folder / name).write_bytes(text.encode(encoding))

    def json(self, name: str, content: object) -> None:
        """Write a JSON file."""
        self.text(name, json.dumps(content))

    def basics(self, *, service: dict[str, str] | None = None, location: dict[str, str] | None = None) -> None:
        """Write the small directory without defects, with some cells replaced."""
        self.csv("organizations.csv", ORGANIZATION)
        self.csv("services.csv", SERVICE | (service or {}))
        self.csv("locations.csv", LOCATION | (location or {}))
        self.csv("service_at_location.csv", AT_LOCATION)

    def zipped(self, path: Path, inside: str = "") -> Path:
        """Return a zip of all files, in a folder `inside` of it."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(self.folder.iterdir()):
                archive.write(file, inside + file.name)
        return path
