"""The tables of the directory hold HSDS 3.2.3 whole, and refuse what cannot be."""

import json
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from resources_directory import tables
from resources_directory.db import Base, new_id
from resources_directory.models.location import Location
from resources_directory.models.organization import Organization, Phone
from resources_directory.models.schedule import Schedule
from resources_directory.models.service import Service, ServiceNeed
from tests.databases import shared_folder
from tests.resources_directory.records import Records


def test_every_field_of_hsds_has_its_column() -> None:
    package = shared_folder() / "spec" / "hsds-3.2.3"
    [path] = list(package.rglob("datapackage.json"))[:1]
    resources = json.loads(path.read_text(encoding="utf-8"))["resources"]

    wanted = {(_table(each), field["name"]) for each in resources for field in each["schema"]["fields"]}

    assert tables.__doc__
    assert wanted - {(name, column.name) for name, table in Base.metadata.tables.items() for column in table.c} == set()
    assert len({table for table, _ in wanted}) == 24


def _table(resource: dict[str, Any]) -> str:
    return str(resource["name"])


@pytest.mark.parametrize(
    "row",
    [
        Location(location_type="redacted"),
        Location(latitude=95, longitude=0),
        Location(latitude=25),
        Schedule(freq="DAILY"),
        Schedule(wkst="Monday"),
        Schedule(interval=0),
        Phone(number=""),
    ],
    ids=["location type", "latitude", "half a point", "frequency", "weekday", "interval", "empty phone"],
)
def test_a_value_that_cannot_be_is_refused(directory_session: Session, row: Base) -> None:
    copy = type(row)(**{key: value for key, value in vars(row).items() if not key.startswith("_")})
    directory_session.add(copy)

    with pytest.raises(IntegrityError, match="ck_"):
        directory_session.flush()


@pytest.mark.parametrize("facts", [{"status": "Active"}, {"minimum_age": -5}, {"maximum_age": -1}])
def test_a_service_that_cannot_be_is_refused(records: Records, facts: dict[str, Any]) -> None:
    organization = records.organization()
    records.session.add(Service(name="Bread", organization_id=organization.id, **facts))

    with pytest.raises(IntegrityError, match="ck_service"):
        records.session.flush()


def test_an_unknown_need_is_refused(records: Records) -> None:
    service = records.service("Bread")
    records.session.add(ServiceNeed(service_id=service.id, need="sunshine", origin="stated"))

    with pytest.raises(IntegrityError, match="need_is_known"):
        records.session.flush()


def test_a_child_may_come_before_its_parent_in_one_transaction(records: Records, directory_session: Session) -> None:
    parent = Organization(id=new_id(), name="Parent")
    child = records.organization("Child", parent_organization_id=parent.id)

    records.add(parent)
    directory_session.connection().exec_driver_sql(_CHECK_NOW[directory_session.get_bind().dialect.name])

    assert child.parent_organization_id == parent.id


_CHECK_NOW = {"postgresql": "SET CONSTRAINTS ALL IMMEDIATE", "sqlite": "PRAGMA foreign_key_check"}
