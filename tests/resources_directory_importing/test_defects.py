"""Every kind of defect, by file, row and column, with what was done."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from resources_directory.importing.report import Defect, DefectCode, Done
from resources_directory.models.location import Location
from resources_directory.models.organization import Phone
from resources_directory.models.schedule import Schedule
from resources_directory.models.service import Service, ServiceStatus
from resources_directory.models.taxonomy import TaxonomyTerm
from tests.resources_directory_importing.conftest import Import
from tests.resources_directory_importing.deliveries import ORGANIZATION, SERVICE, Delivery

C = DefectCode
PHONE = {"id": "1", "service_id": "s1", "number": "614-555-0100"}
ADDRESS = {
    "id": "1",
    "location_id": "l1",
    "address_1": "1 Elm St",
    "city": "Columbus",
    "state_province": "OH",
    "postal_code": "43215",
    "country": "US",
    "address_type": "physical",
}
HOURS = {"id": "1", "service_id": "s1", "byday": "MO", "freq": "WEEKLY", "opens_at": "09:00", "closes_at": "17:00"}

#: file, a sound row, the cells that make the defect, the column named, the code, what was done.
CASES = [
    ("services.csv", SERVICE, {"status": ""}, "status", C.STATUS_EMPTY, Done.MENDED),
    ("services.csv", SERVICE, {"status": "scan me"}, "status", C.STATUS_UNKNOWN, Done.MENDED),
    ("services.csv", SERVICE, {"status": "Active"}, "status", C.OUTSIDE_CODE_LIST, Done.MENDED),
    ("services.csv", SERVICE, {"name": ""}, "name", C.MISSING_VALUE, Done.SKIPPED),
    ("services.csv", SERVICE, {"name": "FOOD FOR ALL"}, "name", C.NAME_IN_CAPITALS, Done.KEPT),
    ("services.csv", SERVICE, {"id": "", "name": "Soup"}, "id", C.EMPTY_ID, Done.SKIPPED),
    ("services.csv", SERVICE, {"name": "Food box "}, "name", C.PADDED_VALUE, Done.MENDED),
    ("services.csv", SERVICE, {"url": "www.elm.org"}, "url", C.URL_WITHOUT_SCHEME, Done.MENDED),
    ("services.csv", SERVICE, {"url": "elm street"}, "url", C.URL_UNREADABLE, Done.KEPT),
    ("services.csv", SERVICE, {"email": "a@b.org; c@d.org"}, "email", C.EMAIL_UNREADABLE, Done.KEPT),
    ("services.csv", SERVICE, {"description": "womenGÇÖs"}, "description", C.MOJIBAKE, Done.MENDED),
    ("services.csv", SERVICE, {"description": "a &amp; b"}, "description", C.HTML_ENTITY, Done.MENDED),
    ("services.csv", SERVICE, {"description": "a\\nb"}, "description", C.LITERAL_NEWLINE, Done.MENDED),
    ("services.csv", SERVICE, {"description": "a ###MON###"}, "description", C.MARKER, Done.MENDED),
    ("services.csv", SERVICE, {"description": "#N/A"}, "description", C.EXCEL_ERROR, Done.SKIPPED),
    ("services.csv", SERVICE, {"description": "  "}, "description", C.BLANK_VALUE, Done.MENDED),
    ("services.csv", SERVICE, {"minimum_age": "twelve"}, "minimum_age", C.NOT_A_NUMBER, Done.SKIPPED),
    ("services.csv", SERVICE, {"minimum_age": "-5"}, "minimum_age", C.NOT_A_NUMBER, Done.SKIPPED),
    ("services.csv", SERVICE, {"minimum_age": "9" * 400}, "minimum_age", C.NOT_A_NUMBER, Done.SKIPPED),
    ("services.csv", SERVICE, {"last_modified": "0001-01-01T00:00+14:00"}, "last_modified", C.NOT_A_DATE, Done.SKIPPED),
    ("services.csv", SERVICE, {"assured_date": "yesterday"}, "assured_date", C.NOT_A_DATE, Done.SKIPPED),
    ("services.csv", SERVICE, {"organization_id": "o9"}, "organization_id", C.ORPHAN, Done.MENDED),
    ("services.csv", SERVICE, {"organization_id": ""}, "organization_id", C.MISSING_PARENT, Done.MENDED),
    ("services.csv", SERVICE, {"organization_id": "o9,o1"}, "organization_id", C.MANY_PARENTS, Done.KEPT),
    ("services.csv", SERVICE, {"program_id": "g9"}, "program_id", C.ORPHAN, Done.KEPT),
    ("services.csv", SERVICE, {"colour": "red"}, "colour", C.UNKNOWN_COLUMN, Done.SKIPPED),
    ("phones.csv", PHONE, {"number": "614-555-0100 x12"}, "number", C.PHONE_EXTENSION_INSIDE, Done.MENDED),
    ("phones.csv", PHONE, {"number": "1-614-555-0100"}, "number", C.PHONE_ELEVEN_DIGITS, Done.MENDED),
    ("phones.csv", PHONE, {"number": "211"}, "number", C.PHONE_SHORT_CODE, Done.KEPT),
    ("phones.csv", PHONE, {"number": "by the door"}, "number", C.PHONE_UNREADABLE, Done.KEPT),
    ("phones.csv", PHONE, {"number": ""}, "number", C.MISSING_VALUE, Done.SKIPPED),
    ("phones.csv", PHONE, {"extension": "OPT2"}, "extension", C.EXTENSION_NOT_A_NUMBER, Done.KEPT),
    ("phones.csv", PHONE, {"service_id": "s9"}, "service_id", C.ORPHAN, Done.SKIPPED),
    ("phones.csv", PHONE, {"service_id": "s9", "organization_id": "o1"}, "service_id", C.ORPHAN, Done.KEPT),
    ("phones.csv", PHONE, {"service_id": ""}, "location_id", C.MISSING_PARENT, Done.SKIPPED),
    ("phones.csv", PHONE, {"service_id": "s1,s1"}, "service_id", C.MANY_PARENTS, Done.MENDED),
    ("phones.csv", PHONE, {"language": "137"}, "language", C.OUTSIDE_CODE_LIST, Done.SKIPPED),
    ("addresses.csv", ADDRESS, {"state_province": "OH "}, "state_province", C.PADDED_VALUE, Done.MENDED),
    ("addresses.csv", ADDRESS, {"country": "   "}, "country", C.BLANK_VALUE, Done.MENDED),
    ("addresses.csv", ADDRESS, {"country": "USA"}, "country", C.COUNTRY_UNKNOWN, Done.MENDED),
    ("addresses.csv", ADDRESS, {"country": "Narnia"}, "country", C.COUNTRY_UNKNOWN, Done.KEPT),
    ("addresses.csv", ADDRESS, {"city": ""}, "", C.ADDRESS_INCOMPLETE, Done.KEPT),
    ("addresses.csv", ADDRESS, {"address_1": "Ring (614) 555-0100"}, "address_1", C.PHONE_IN_ADDRESS, Done.KEPT),
    ("addresses.csv", ADDRESS, {"address_1": "Confidential"}, "", C.ADDRESS_PRIVATE, Done.KEPT),
    ("addresses.csv", ADDRESS, {"location_id": "l9"}, "location_id", C.ORPHAN, Done.SKIPPED),
    ("addresses.csv", ADDRESS, {"address_type": "barn"}, "address_type", C.OUTSIDE_CODE_LIST, Done.SKIPPED),
    ("schedules.csv", HOURS, {"byday": "Monday-Friday"}, "byday", C.WEEKDAY_IN_WORDS, Done.MENDED),
    ("schedules.csv", HOURS, {"byday": "Every other Tuesday"}, "byday", C.WEEKDAY_UNREADABLE, Done.KEPT),
    ("schedules.csv", HOURS, {"opens_at": "9:00am"}, "opens_at", C.TIME_IN_WORDS, Done.MENDED),
    ("schedules.csv", HOURS, {"opens_at": "Dismissal Bell"}, "opens_at", C.TIME_UNREADABLE, Done.KEPT),
    ("schedules.csv", HOURS, {"opens_at": "24 hours", "closes_at": ""}, "opens_at", C.TIME_ALL_DAY, Done.MENDED),
    ("schedules.csv", HOURS, {"opens_at": "", "closes_at": ""}, "byday", C.SCHEDULE_WITHOUT_TIMES, Done.SKIPPED),
    ("schedules.csv", HOURS, {"closed": "True"}, "closed", C.SCHEDULE_WITHOUT_TIMES, Done.SKIPPED),
    ("schedules.csv", HOURS, {"timezone": "999"}, "timezone", C.NOT_A_NUMBER, Done.SKIPPED),
    ("schedules.csv", HOURS, {"interval": "0"}, "interval", C.NOT_A_NUMBER, Done.SKIPPED),
    ("schedules.csv", HOURS, {"service_id": "s9"}, "service_id", C.ORPHAN, Done.SKIPPED),
    ("schedules.csv", HOURS, {"freq": "DAILY"}, "freq", C.OUTSIDE_CODE_LIST, Done.SKIPPED),
    (
        "schedules.csv",
        HOURS,
        {"opens_at": "", "description": "Dismissal bell - 6pm"},
        "description",
        C.TEXT_KEPT_AS_DESCRIPTION,
        Done.KEPT,
    ),
    ("languages.csv", PHONE, {"name": "English, Spanish"}, "name", C.LANGUAGE_LIST, Done.MENDED),
    ("languages.csv", PHONE, {"name": "Spanish (limited)"}, "name", C.LANGUAGE_SENTENCE, Done.MENDED),
    (
        "eligibility.csv",
        {"id": "", "eligibility": "x"},
        {"service_id": ""},
        "service_id",
        C.MISSING_PARENT,
        Done.SKIPPED,
    ),
]


@pytest.mark.parametrize(("file", "sound", "cells", "column", "code", "done"), CASES)
def test_a_defect_is_named_by_file_row_and_column(
    delivery: Delivery,
    run: Import,
    file: str,
    sound: dict[str, str],
    cells: dict[str, str],
    column: str,
    code: DefectCode,
    done: Done,
) -> None:
    delivery.basics()
    delivery.csv(file, sound | cells)

    report = run()

    row = 1 if code is C.UNKNOWN_COLUMN else 2
    assert (file, row, column, code, done) in {
        (defect.file, defect.row, defect.column, defect.code, defect.done) for defect in report.defects
    }
    assert report.defects_of(code) >= 1


@pytest.mark.parametrize(
    ("latitude", "longitude", "code", "done"),
    [
        ("0", "0", C.COORDINATES_ZERO, Done.SKIPPED),
        ("100", "101", C.COORDINATES_OUT_OF_RANGE, Done.SKIPPED),
        ("4865942", "-9244667", C.COORDINATES_IN_METRES, Done.MENDED),
        ("40.01", "", C.COORDINATES_HALF, Done.SKIPPED),
        ("north", "west", C.COORDINATES_UNREADABLE, Done.SKIPPED),
    ],
)
def test_a_place_that_cannot_be_is_kept_without_a_point(
    directory_session: Session, delivery: Delivery, run: Import, latitude: str, longitude: str, code: C, done: Done
) -> None:
    delivery.basics(location={"latitude": latitude, "longitude": longitude})

    report = run()

    assert [(defect.code, defect.column, defect.done) for defect in report.defects] == [(code, "latitude", done)]
    assert (directory_session.scalars(select(Location.latitude)).one() is None) is (done is Done.SKIPPED)


def test_a_directory_that_calls_all_its_services_inactive_is_taken_for_active(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.csv("organizations.csv", ORGANIZATION)
    delivery.csv("services.csv", *(SERVICE | {"id": f"s{number}", "status": "inactive"} for number in range(10)))

    report = run()

    assert report.defects == (Defect("services", 0, "status", C.STATUS_ALL_INACTIVE, "10 of 10", Done.MENDED),)
    assert set(directory_session.scalars(select(Service.status))) == {ServiceStatus.ACTIVE.value}
    assert run().changed == 0


def test_a_few_inactive_services_stay_inactive(directory_session: Session, delivery: Delivery, run: Import) -> None:
    delivery.basics(service={"status": "inactive"})

    run()

    assert directory_session.scalars(select(Service.status)).one() == ServiceStatus.INACTIVE.value


def test_rows_without_an_id_are_named_by_their_content_and_the_same_row_twice_is_one(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics()
    hours = HOURS | {"id": ""}
    delivery.csv("schedules.csv", hours, hours | {"byday": "TU"}, hours)

    report = run()

    assert set(directory_session.scalars(select(Schedule.byday))) == {"MO", "TU"}
    assert [(defect.row, defect.code) for defect in report.defects] == [(4, C.REPEATED_ROW)]
    assert run().changed == run().created == 0


def test_a_repeated_id_with_other_content_is_another_row_of_a_child_and_a_defect_of_a_service(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics()
    delivery.csv("services.csv", SERVICE, SERVICE | {"name": "Another"})
    delivery.csv("phones.csv", PHONE, PHONE | {"number": "614-555-0199"})

    report = run()

    assert len(directory_session.scalars(select(Phone.id)).all()) == 2
    assert directory_session.scalars(select(Service.name)).all() == ["Food box"]
    named = {(defect.file, defect.row, defect.code, defect.done) for defect in report.defects}
    assert named == {
        ("services.csv", 3, C.REPEATED_ID, Done.SKIPPED),
        ("phones.csv", 3, C.REPEATED_ID, Done.MENDED),
    }


def test_a_parent_that_comes_later_in_the_file_is_found(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.basics()
    term = {"id": "a", "code": "A", "name": "Pantry", "parent_id": "b"}
    delivery.csv("taxonomy_terms.csv", term, {"id": "b", "code": "B", "name": "Food"})

    run()
    directory_session.flush()

    parent = directory_session.scalars(select(TaxonomyTerm.parent_id).where(TaxonomyTerm.code == "A")).one()
    assert parent == directory_session.scalars(select(TaxonomyTerm.id).where(TaxonomyTerm.code == "B")).one()


def test_files_and_cells_that_nobody_knows_are_named(delivery: Delivery, run: Import) -> None:
    delivery.basics()
    delivery.text("prices.csv", "fruit,price\napple,1\n")
    delivery.text("phones.csv", "id,service_id,number\n1,s1,614-555-0100,mystery\n")

    report = run()

    assert {(defect.file, defect.row, defect.code, defect.value) for defect in report.defects} == {
        ("prices.csv", 0, C.UNKNOWN_FILE, "prices.csv"),
        ("phones.csv", 2, C.EXTRA_CELLS, "mystery"),
    }


def test_a_defect_in_json_is_named_by_item_and_path(delivery: Delivery, run: Import) -> None:
    place = {"id": "l1", "location_type": "physical", "latitude": 0, "longitude": 0}
    service = {"id": "s1", "name": "Soup", "status": "active", "organization": {"id": "o", "name": "Elm"}}
    delivery.json("services.json", [service | {"service_at_locations": [{"id": "x", "location": place}]}])

    report = run()

    assert [(defect.file, defect.row, defect.column, defect.code) for defect in report.defects] == [
        ("services.json", 1, "service_at_locations[0].location.latitude", C.COORDINATES_ZERO)
    ]


def test_every_kind_of_defect_is_tried_here() -> None:
    tried = {case[4] for case in CASES} | {
        C.COORDINATES_HALF, C.COORDINATES_IN_METRES, C.COORDINATES_OUT_OF_RANGE, C.COORDINATES_UNREADABLE,
        C.COORDINATES_ZERO, C.EXTRA_CELLS, C.REPEATED_ID, C.REPEATED_ROW, C.STATUS_ALL_INACTIVE, C.UNKNOWN_FILE,
        C.FEWER_SERVICES,
    }  # fmt: skip

    assert tried == set(DefectCode)
