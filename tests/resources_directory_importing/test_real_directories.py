"""Two real directories: imported twice with the same result, in little memory, every known defect named."""

from collections import Counter

import pytest

from resources_directory.importing.report import DefectCode, Done, ImportReport
from tests.resources_directory_importing.conftest import ImportTwice

pytestmark = pytest.mark.slow

MIAMI, WASHINGTON = "miami211_hsds1", "dc_orservices_2022_hsds2"
C = DefectCode

#: The most that an import may hold in memory.
LIMIT_MB = 300


def created(report: ImportReport) -> dict[str, int]:
    return {count.table: count.created for count in report.counts if count.created}


def in_column(report: ImportReport, file: str, column: str) -> Counter[DefectCode]:
    return Counter(defect.code for defect in report.defects if (defect.file, defect.column) == (file, column))


@pytest.mark.parametrize("name", [MIAMI, WASHINGTON])
def test_a_real_directory_imported_twice_is_the_same_and_fits_in_memory(import_twice: ImportTwice, name: str) -> None:
    two = import_twice(name)

    assert two.first.created > 0
    assert (two.second.created, two.second.changed, two.second.retired) == (0, 0, 0)
    assert two.second.unchanged == two.first.created
    assert two.second.defect_counts == two.first.defect_counts
    assert two.peak_mb < LIMIT_MB


def test_nothing_of_miami_is_lost_but_rows_that_say_nothing(import_twice: ImportTwice) -> None:
    report = import_twice(MIAMI).first

    assert created(report) == {
        "taxonomy": 1,
        "taxonomy_term": 1_991,  # three codes stand twice
        "organization": 1_074 + 82,  # those that services name and the file does not have
        "service": 4_089,
        "location": 4_089,
        "service_at_location": 4_089,
        "phone": 4_089 - 22,  # without a number
        "address": 4_089 - 30,  # without anything
        "schedule": 11_350,
        "language": 9_371,  # seven cells are blank, fourteen are lists
        "accessibility": 1_620,  # the other rows are blank
        "attribute": 26_259,
    }


def test_the_known_defects_of_miami_are_named(import_twice: ImportTwice) -> None:
    report = import_twice(MIAMI).first

    description = in_column(report, "services.csv", "description")
    assert (description[C.MOJIBAKE], description[C.MARKER]) == (286 + 16, 982)  # sixteen have no "GÇ"
    assert description[C.LITERAL_NEWLINE] == 2_212
    assert in_column(report, "services.csv", "status") == {C.STATUS_EMPTY: 4_089}
    assert in_column(report, "eligibility.csv", "service_id") == {C.MISSING_PARENT: 2_244}
    assert in_column(report, "organizations.csv", "name")[C.NAME_IN_CAPITALS] >= 1_000
    address = in_column(report, "physical_addresses.csv", "state_province") + in_column(
        report, "physical_addresses.csv", "country"
    )
    assert (address[C.PADDED_VALUE] >= 4_000, address[C.BLANK_VALUE] >= 4_000) == (True, True)


def test_the_odd_phones_and_addresses_of_miami_are_named(import_twice: ImportTwice) -> None:
    report = import_twice(MIAMI).first

    urls = in_column(report, "services.csv", "url")
    assert urls[C.URL_WITHOUT_SCHEME] + urls[C.URL_UNREADABLE] == 2_611 + 1  # one has half a scheme
    phones = in_column(report, "phones.csv", "number")
    assert phones == {
        C.PHONE_EXTENSION_INSIDE: 265,
        C.MISSING_VALUE: 22,
        C.PHONE_SHORT_CODE: 3,
        C.PHONE_UNREADABLE: 1,
    }
    assert phones.total() == 291


def test_the_odd_hours_and_languages_of_miami_are_named(import_twice: ImportTwice) -> None:
    report = import_twice(MIAMI).first

    kept = {defect.value for defect in report.defects if defect.code is C.TEXT_KEPT_AS_DESCRIPTION}
    assert "Dismissal Bell - 6:00pm, Mon-Fri" in kept
    assert any(value.startswith("24 hours") for value in kept)
    assert report.defects_of(C.LANGUAGE_SENTENCE) == 351
    assert report.defects_of(C.WEEKDAY_IN_WORDS) == 11_350


def test_washington_whose_services_are_all_inactive_is_not_empty(import_twice: ImportTwice) -> None:
    report = import_twice(WASHINGTON).first

    assert [defect.value for defect in report.defects if defect.code is C.STATUS_ALL_INACTIVE] == ["1134 of 1134"]
    tables = created(report)
    assert (tables["service"], tables["location"], tables["service_at_location"]) == (1_134, 607, 1_517)
    assert (tables["taxonomy_term"], tables["attribute"]) == (447, 3_007)


def test_the_known_defects_of_washington_are_named(import_twice: ImportTwice) -> None:
    report = import_twice(WASHINGTON).first

    missing = [
        defect
        for defect in report.defects
        if (defect.file, defect.column, defect.code) == ("schedules.csv", "service_id", C.ORPHAN)
    ]
    assert (len(missing), {defect.done for defect in missing}) == (122, {Done.SKIPPED})
    assert report.defects_of(C.TIME_IN_WORDS) > 1_700  # times stand in dtstart and until
    assert report.defects_of(C.TIME_ALL_DAY) == 51
    assert report.defects_of(C.HTML_ENTITY) == 38
    assert report.defects_of(C.COORDINATES_ZERO) == 2
