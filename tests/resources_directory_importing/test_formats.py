"""The same small directory in every format, and what each old table becomes."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from resources_directory.importing.columns import ORDER, table_of
from resources_directory.importing.report import ImportRefused
from resources_directory.models.language import Language
from resources_directory.models.location import Accessibility, Address, Location
from resources_directory.models.organization import Organization, Phone
from resources_directory.models.schedule import Schedule
from resources_directory.models.service import CostOption, Service, ServiceAtLocation
from resources_directory.models.taxonomy import Attribute, Taxonomy, TaxonomyTerm
from tests.databases import shared_folder
from tests.resources_directory_importing.conftest import Import
from tests.resources_directory_importing.deliveries import AT_LOCATION, LOCATION, ORGANIZATION, SERVICE, Delivery


def full_service(number: int = 1) -> dict[str, object]:
    return {
        "id": f"s{number}",
        "name": "Food box",
        "status": "active",
        "organization": {"id": "o1", "name": "Elm Street Pantry", "description": "Food for all."},
        "phones": [{"id": f"p{number}", "number": "614-555-0100", "languages": [{"id": "g1", "name": "Spanish"}]}],
        "schedules": [{"id": f"h{number}", "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}],
        "service_at_locations": [
            {
                "id": f"sl{number}",
                "location": {
                    "id": "l1",
                    "location_type": "physical",
                    "latitude": 40.01,
                    "longitude": -83.02,
                    "addresses": [{"id": "a1", "address_1": "1 Elm St", "city": "Columbus", "postal_code": "43215"}],
                },
            }
        ],
        "attributes": [
            {
                "id": f"t{number}",
                "taxonomy_term": {"id": "food", "name": "Food pantry", "taxonomy_detail": {"id": "x", "name": "Own"}},
            }
        ],
        "cost_options": [{"id": f"c{number}", "amount": 2.5, "currency": "USD", "option": None}],
    }


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("services.json", [full_service(1), full_service(2)]),
        ("services.json", {"total_items": 2, "contents": [full_service(1), full_service(2)], "empty": False}),
        ("export-of-today.json", [full_service(1), full_service(2)]),
    ],
    ids=["list", "page", "any name"],
)
def test_nested_json_becomes_rows_that_name_each_other(
    directory_session: Session, delivery: Delivery, run: Import, name: str, content: object
) -> None:
    delivery.json(name, content)

    report = run()

    assert report.skipped == 0
    assert [count(directory_session, model) for model in (Organization, Location, Taxonomy, TaxonomyTerm)] == [1] * 4
    assert [count(directory_session, model) for model in (Service, ServiceAtLocation, Schedule, Attribute)] == [2] * 4
    cost = directory_session.scalars(select(CostOption).order_by(CostOption.id)).first()
    assert cost is not None
    assert cost.amount == 2.5


def test_organizations_with_services_inside_are_read_too(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    service = full_service()
    del service["organization"]
    delivery.json("organizations.json", [ORGANIZATION | {"services": [service]}])

    run()

    service_row = directory_session.scalars(select(Service)).one()
    assert service_row.organization_id == directory_session.scalars(select(Organization.id)).one()


def test_tabular_3_is_read_from_a_zip(
    directory_session: Session, delivery: Delivery, run: Import, tmp_path: Path
) -> None:
    delivery.basics()
    delivery.csv("addresses.csv", {"id": "a", "location_id": "l1", "city": "Columbus", "address_type": "postal"})

    report = run(delivery.zipped(tmp_path / "data.zip", inside="hsds/"))

    assert (report.created, report.skipped) == (5, 0)
    assert directory_session.scalars(select(Address.address_type)).one() == "postal"


def test_tabular_1_1_is_read(directory_session: Session, delivery: Delivery, run: Import) -> None:
    delivery.csv("organizations.csv", {"id": "o1", "name": "Elm", "url": "https://elm.org"})
    delivery.csv("services.csv", {"id": "s1", "organization_id": "o1", "name": "Food", "fees": "Free"})
    delivery.csv("locations.csv", {"id": "l1", "organization_id": "o1", "name": "Hall"})
    delivery.csv("services_at_location.csv", {"id": "1", "service_id": "s1", "location_id": "l1"})
    delivery.csv("physical_addresses.csv", {"id": "1", "location_id": "l1", "address_1": "1 Elm St", "city": "X"})
    delivery.csv("postal_addresses.csv", {"id": "", "organization_id": "o1", "address_1": "PO Box 1", "city": "X"})
    delivery.csv("eligibility.csv", {"id": "1", "service_id": "s1", "eligibility": "Residents"})
    delivery.csv("payment_accepted.csv", {"id": "1", "service_id": "s1", "payment": "Cash"})
    delivery.csv("accessibility_for_disabilities.csv", {"id": "1", "location_id": "l1", "accessibility": "Ramp"})
    delivery.csv("taxonomy.csv", {"id": "F-1", "name": "Food", "parent_id": "", "vocabulary": "Own list"})
    delivery.csv("services_taxonomy.csv", {"id": "1", "service_id": "s1", "taxonomy_id": "F-1"})
    delivery.csv("languages.csv", {"id": "1", "service_id": "s1", "language": "Spanish"})

    run()

    service = directory_session.scalars(select(Service)).one()
    assert (service.eligibility_description, service.fees_description) == ("Residents", "Free\nCash")
    assert directory_session.scalars(select(Organization.website)).one() == "https://elm.org"
    assert set(directory_session.scalars(select(Address.address_type))) == {"physical", "postal"}
    assert directory_session.scalars(select(Accessibility.description)).one() == "Ramp"
    assert directory_session.scalars(select(Language.code)).one() == "es"
    attribute = directory_session.scalars(select(Attribute)).one()
    assert (attribute.link_entity, attribute.link_id) == ("service", service.id)
    assert directory_session.scalars(select(Taxonomy.name)).one() == "Own list"


def test_tabular_2_0_is_read(directory_session: Session, delivery: Delivery, run: Import) -> None:
    delivery.basics()
    delivery.csv("taxonomy_terms.csv", {"taxonomy_recordid": "7", "taxonomy_name": "Food", "taxonomy": "9"})
    delivery.csv("taxonomy_types.csv", {"taxonomy_type_recordid": "9", "name": "Own list"})
    delivery.csv("service_attributes.csv", {"id": "1", "service_id": "s1", "taxonomy_term_id": "7"})
    delivery.csv(
        "schedules.csv", {"id": "1", "service_id": "s1", "weekday": "Mon-Fri", "dtstart": "8AM", "until": "5PM"}
    )

    run()

    term = directory_session.scalars(select(TaxonomyTerm)).one()
    assert term.taxonomy_id == directory_session.scalars(select(Taxonomy.id)).one()
    schedule = directory_session.scalars(select(Schedule)).one()
    assert (schedule.byday, schedule.freq) == ("MO,TU,WE,TH,FR", "WEEKLY")
    assert (str(schedule.opens_at), str(schedule.closes_at), schedule.dtstart) == ("08:00:00", "17:00:00", None)


def test_a_phone_of_several_services_becomes_one_of_each(
    directory_session: Session, delivery: Delivery, run: Import
) -> None:
    delivery.csv("organizations.csv", ORGANIZATION)
    delivery.csv("services.csv", SERVICE, SERVICE | {"id": "s2"})
    delivery.csv("phones.csv", {"id": "p", "service_id": "s1,s2", "number": "614-555-0100", "language": "Spanish"})

    run()

    services = set(directory_session.scalars(select(Phone.service_id)))
    assert services == set(directory_session.scalars(select(Service.id)))
    assert directory_session.scalars(select(Language.code)).one() == "es"


@pytest.mark.parametrize("name", ["service_full.json", "organization_full.json", "csv"])
def test_the_official_examples_fill_every_table_and_a_second_time_change_nothing(run: Import, name: str) -> None:
    path = shared_folder() / "spec" / "hsds-3.2.3" / "examples" / name

    first, second = run(path), run(path)

    empty = {count.table for count in first.counts if not count.created}
    assert empty == ({"attribute", "metadata"} if name == "csv" else {"meta_table_description"})
    assert (second.created, second.changed, second.unchanged) == (0, 0, first.created)


def test_every_table_of_the_standard_is_written() -> None:
    assert len(ORDER) == len({table_of(name).name for name in ORDER}) == 24


def test_the_basics_have_no_defect(delivery: Delivery, run: Import) -> None:
    delivery.basics()

    report = run()

    assert report.defects == ()
    assert report.created == len([ORGANIZATION, SERVICE, LOCATION, AT_LOCATION])


def test_a_mapping_reads_a_home_made_file(directory_session: Session, delivery: Delivery, run: Import) -> None:
    delivery.csv("Programme.csv", {"Key": "1", "Title": "Food box", "About": "A weekly box.", "Run by": "Elm"})
    mapping = delivery.folder.parent / "mapping.json"
    columns = {"Key": "id", "Title": "name", "About": "description"}
    mapping.write_text(json.dumps({"Programme.csv": {"as": "services", "columns": columns}}))

    report = run(mapping=mapping)

    service = directory_session.scalars(select(Service)).one()
    assert (service.name, service.description, service.source_record_id) == ("Food box", "A weekly box.", "1")
    assert "run by" in {defect.column for defect in report.defects}


@pytest.mark.parametrize("text", ["[]", "{", '{"a.csv": {"as": "fruit"}}', '{"a.csv": {}}'])
def test_a_mapping_that_is_none_is_refused(delivery: Delivery, run: Import, text: str) -> None:
    delivery.basics()
    mapping = delivery.folder.parent / "mapping.json"
    mapping.write_text(text)

    with pytest.raises(ImportRefused, match="is no mapping"):
        run(mapping=mapping)
