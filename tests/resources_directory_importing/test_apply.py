"""What an import promises: all or nothing, the same twice, and our own columns filled."""

from datetime import UTC, datetime
from uuid import uuid5

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from resources_directory.corrections import correct_listing, listed_facts
from resources_directory.geo import Point, cell_of
from resources_directory.importing import report as reports
from resources_directory.importing.columns import ORDER, table_of
from resources_directory.importing.identity import ROOT
from resources_directory.importing.report import DefectCode, Done, ImportRefused
from resources_directory.models.location import Location
from resources_directory.models.organization import Organization, Phone
from resources_directory.models.service import Service, ServiceNeed
from resources_directory.models.source import DirectorySource
from resources_directory.text_index import ServiceText
from tests.resources_directory_importing.conftest import NOW, Import
from tests.resources_directory_importing.deliveries import LOCATION, ORGANIZATION, SERVICE, Delivery


def stored(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table of the directory."""
    tables = [table_of(name) for name in ORDER] + [ServiceNeed.__table__, ServiceText.__table__]
    return {table.name: sorted(map(tuple, session.execute(select(table))), key=repr) for table in tables}


def test_a_second_import_changes_nothing(directory_session: Session, delivery: Delivery, run: Import) -> None:
    delivery.basics()
    first = run()
    before = stored(directory_session)

    second = run(now=datetime(2027, 1, 1, tzinfo=UTC))

    assert (first.created, second.created, second.changed, second.unchanged) == (4, 0, 0, 4)
    assert stored(directory_session) == before


def test_a_changed_cell_changes_one_row_and_the_text_index(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics()
    run()
    delivery.basics(service={"name": "Diaper bank"})

    report = run()

    assert (report.created, report.changed, report.unchanged) == (0, 1, 3)
    assert "diaper" in directory_session.scalars(select(ServiceText.name)).one()


def test_a_dry_run_reports_the_same_and_changes_nothing(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics()
    before = stored(directory_session)

    dry = run(dry_run=True)

    assert stored(directory_session) == before
    assert directory_session.scalars(select(DirectorySource)).all() == []
    assert dry.counts == run().counts


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("phones.csv", 'id,service_id,number\n1,s1,"614-555\n'),
        ("phones.csv", "id,service_id,telephone\n1,s1,614-555-0100\n"),
        ("phones.csv", "id,number\n1,\x00\n"),
        ("more.json", '[{"id": "1", "status": '),
    ],
    ids=["open quote", "column missing", "zero byte", "cut off"],
)
def test_one_broken_file_changes_nothing_at_all(
    directory_session: Session, delivery: Delivery, run: Import, name: str, text: str
) -> None:
    delivery.basics()
    delivery.text(name, text)

    with pytest.raises(ImportRefused, match=name):
        run()

    assert not any(stored(directory_session).values())


def test_a_delivery_without_any_known_file_is_refused(delivery: Delivery, run: Import) -> None:
    delivery.text("prices.csv", "fruit,price\napple,1\n")

    with pytest.raises(ImportRefused, match="none of these is a file of HSDS"):
        run()


def test_a_failure_while_writing_takes_everything_back(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics()

    def broken(_name: str, _done: int) -> None:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        run(progress=lambda name, done: broken(name, done) if name == "location" else None)

    assert not any(stored(directory_session).values())


def test_ids_are_of_the_source_and_stay_the_same_everywhere(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics()

    run(source_name="A")
    run(source_name="B")

    ids = set(directory_session.scalars(select(Service.id)))
    assert ids == {uuid5(uuid5(ROOT, name), "service:s1") for name in ("A", "B")}
    assert set(directory_session.scalars(select(Service.source_record_id))) == {"s1"}


def test_what_the_source_no_longer_lists_is_retired_and_comes_back(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.csv("organizations.csv", ORGANIZATION)
    delivery.csv("services.csv", SERVICE, SERVICE | {"id": "s2", "name": "Coat drive"})
    run()
    delivery.csv("services.csv", SERVICE)

    assert run().retired == 1
    assert directory_session.scalars(select(Service.retired_at).where(Service.name == "Coat drive")).one() == NOW
    assert directory_session.scalar(select(func.count()).select_from(ServiceText)) == 1

    delivery.csv("services.csv", SERVICE, SERVICE | {"id": "s2", "name": "Coat drive"})
    assert run().changed == 1
    assert set(directory_session.scalars(select(Service.retired_at))) == {None}


def test_a_phone_that_the_source_no_longer_lists_is_gone(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics()
    phone = {"id": "1", "service_id": "s1", "number": "614-555-0100"}
    delivery.csv("phones.csv", phone, phone | {"id": "2", "number": "614-555-0101"})
    run()
    delivery.csv("phones.csv", phone)

    run()

    assert directory_session.scalars(select(Phone.number)).all() == ["614-555-0100"]


def test_a_delivery_with_far_fewer_services_retires_none(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.csv("organizations.csv", ORGANIZATION)
    delivery.csv("services.csv", *(SERVICE | {"id": f"s{number}"} for number in range(5)))
    run()
    delivery.csv("services.csv", SERVICE | {"id": "s0"})

    report = run()

    assert report.retired == 0
    assert report.defects_of(DefectCode.FEWER_SERVICES) == 1


def test_a_service_whose_organization_is_missing_gets_a_stand_in(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics(service={"organization_id": "nobody"})

    report = run()

    stand_in = directory_session.scalars(select(Organization).where(Organization.source_record_id == "nobody")).one()
    assert (stand_in.name, directory_session.scalars(select(Service.organization_id)).one()) == (
        "Food box",
        stand_in.id,
    )
    assert [(defect.code, defect.value) for defect in report.defects] == [(DefectCode.ORPHAN, "nobody")]


def test_cells_zones_and_needs_follow_from_the_records(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics(service={"name": "Food pantry"})
    delivery.csv("addresses.csv", {"id": "a", "location_id": "l1", "city": "Columbus", "postal_code": "43215"})

    run()

    location = directory_session.scalars(select(Location)).one()
    assert location.geocell == cell_of(Point(40.01, -83.02))
    assert location.timezone_name == "America/New_York"
    assert directory_session.scalars(select(ServiceNeed.need)).all() == ["food"]


@pytest.mark.parametrize(
    ("service", "location", "address"),
    [
        ({"name": "Domestic violence shelter"}, {}, "1 Elm St"),
        ({"description": "The location is kept confidential."}, {}, "1 Elm St"),
        ({}, {"address_is_private": "yes"}, "1 Elm St"),
        ({}, {}, "Confidential"),
    ],
    ids=["by its name", "by its words", "by a column", "by its address"],
)
def test_a_place_that_must_stay_secret_is_in_no_cell(
    directory_session: Session,
    delivery: Delivery,
    run: Import,
    service: dict[str, str],
    location: dict[str, str],
    address: str,
) -> None:
    delivery.basics(service=service, location=location)
    delivery.csv("addresses.csv", {"id": "a", "location_id": "l1", "address_1": address, "city": "Columbus"})

    report = run()

    found = directory_session.scalars(select(Location)).one()
    assert (found.is_private, found.geocell) == (True, None)
    assert directory_session.scalars(select(Service.is_confidential)).one() is bool(service)
    assert report.defects_of(DefectCode.ADDRESS_PRIVATE) == 1


def test_what_an_editor_hid_stays_hidden(directory_session: Session, delivery: Delivery, run: Import) -> None:
    delivery.basics()
    run()
    location = directory_session.scalars(select(Location)).one()
    location.is_private, location.geocell = True, None
    directory_session.flush()

    report = run()

    assert report.changed == 0
    assert directory_session.scalars(select(Location.is_private)).one() is True


def test_progress_is_told_by_file_and_by_table(delivery: Delivery, run: Import) -> None:
    delivery.basics()
    delivery.csv("locations.csv", *(LOCATION | {"id": f"l{number}"} for number in range(1200)))
    told: list[tuple[str, int]] = []

    run(progress=lambda name, done: told.append((name, done)))

    assert [step for step in told if step[0] == "location"] == [
        ("location", 500),
        ("location", 1000),
        ("location", 1200),
    ]
    assert any(name == "locations.csv" for name, _ in told)


def test_all_defects_are_counted_though_not_all_are_kept(
    delivery: Delivery, run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "KEPT_PER_CODE", 3)
    delivery.csv("organizations.csv", ORGANIZATION)
    delivery.csv("services.csv", *(SERVICE | {"id": f"s{number}", "status": ""} for number in range(9)))

    report = run()

    assert report.defects_of(DefectCode.STATUS_EMPTY) == 9
    assert [defect.row for defect in report.defects] == [2, 3, 4]
    assert {defect.done for defect in report.defects} == {Done.MENDED}


def test_signs_that_no_database_keeps_are_left_out(directory_session: Session, delivery: Delivery, run: Import) -> None:
    service = {"id": "s\x001", "name": "Food\x00 \ud83d box", "status": "active"}
    delivery.json("services.json", [service | {"organization": {"id": "\x00o", "name": "Elm"}}])

    report = run()

    assert report.created == 2
    assert directory_session.scalars(select(Service.source_record_id)).one() == "s1"


def test_json_that_is_nested_without_end_is_refused(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    depth = 900
    delivery.text("services.json", '{"id": "1", "organization": ' * depth + '{"id": "1"}' + "}" * depth)

    with pytest.raises(ImportRefused, match="nested too deep"):
        run()


def test_what_was_corrected_here_stays_when_the_source_is_imported_again(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics(service={"description": "Boxes."})
    run()
    service = directory_session.scalars(select(Service)).one()
    facts = listed_facts(service) | {"description": "Kosher boxes."}
    correct_listing(directory_session, service, facts, by="the organization", now=NOW)
    delivery.basics(service={"description": "Boxes, since May.", "url": "https://boxes.example"})

    first, again = run(), run()

    directory_session.refresh(service)
    assert (service.description, service.url) == ("Kosher boxes.", "https://boxes.example")
    assert (first.changed, again.changed) == (1, 0)
