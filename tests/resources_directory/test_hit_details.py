"""What a found service shows."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from resources_directory.models.capacity import ServiceCapacity, Unit
from resources_directory.models.organization import Contact, Phone
from resources_directory.models.schedule import Schedule
from resources_directory.models.service import RequiredDocument, Service, ServiceAtLocation
from resources_directory.search import find_services, get_service
from resources_directory.service_hit import ReasonCode, ServiceHit, SpokenLanguage
from tests.resources_directory.records import NOW, Records


@pytest.fixture
def bread(records: Records) -> Service:
    organization = records.organization(
        "Harvest Hands", email="desk@harvest.example", website="https://harvest.example"
    )
    return records.service("Bread", organization_id=organization.id)


def shown(session: Session, service: Service) -> ServiceHit:
    hit = get_service(session, service.id, NOW)
    assert hit is not None
    return hit


def test_a_bare_service_shows_what_is_unknown_as_unknown(directory_session: Session, bread: Service) -> None:
    hit = shown(directory_session, bread)

    assert (hit.place, hit.phone, hit.open_now, hit.capacity, hit.distance_km) == (None,) * 5
    assert (hit.hours, hit.languages, hit.required_documents) == ((), (), ())
    assert not hit.remote
    assert not hit.private


def test_the_organization_answers_where_the_service_names_nobody(directory_session: Session, bread: Service) -> None:
    hit = shown(directory_session, bread)

    assert (hit.email, hit.url) == ("desk@harvest.example", "https://harvest.example")


def test_the_service_answers_for_itself(directory_session: Session, bread: Service) -> None:
    bread.email, bread.url = "bread@harvest.example", "https://harvest.example/bread"

    hit = shown(directory_session, bread)

    assert (hit.email, hit.url) == ("bread@harvest.example", "https://harvest.example/bread")


def test_a_contact_answers_where_nobody_else_has_mail(records: Records, directory_session: Session) -> None:
    service = records.service("Bread")
    records.add(Contact(service_id=service.id))
    records.add(Contact(service_id=service.id, email="ana@harvest.example"))

    assert shown(directory_session, service).email == "ana@harvest.example"


def test_the_phone_nearest_to_the_service_is_shown(
    records: Records, directory_session: Session, bread: Service
) -> None:
    records.add(Phone(organization_id=bread.organization_id, number="+13055550100"))
    location = records.place(bread, 1)
    records.add(Phone(location_id=location.id, number="+13055550101"))
    assert shown(directory_session, bread).phone == "+13055550101"

    records.add(Phone(service_id=bread.id, number="+13055550102", type="fax"))
    records.add(Phone(service_id=bread.id, number="+13055550103", extension="007"))
    assert shown(directory_session, bread).phone == "+13055550103 x007"


def test_an_address_is_shown_in_one_line(records: Records, directory_session: Session, bread: Service) -> None:
    records.address(records.place(bread, 1), address_2="Suite 4")

    assert shown(directory_session, bread).place == "10 Palm Ave, Suite 4, Hialeah, FL 33010"


def test_a_place_without_address_is_shown_by_its_name(
    records: Records, directory_session: Session, bread: Service
) -> None:
    records.place(bread, 1, name="Town Hall")

    assert shown(directory_session, bread).place == "Town Hall"


def test_languages_of_service_and_place_are_shown_once(
    records: Records, directory_session: Session, bread: Service
) -> None:
    location = records.place(bread, 1)
    records.language("es", name="Spanish", service_id=bread.id)
    records.language("es", name="Spanish", location_id=location.id)

    assert shown(directory_session, bread).languages == (SpokenLanguage("es", "Spanish"),)


def test_the_latest_word_about_capacity_counts(records: Records, directory_session: Session, bread: Service) -> None:
    unit = records.add(Unit(name="boxes"))
    for available, days in ((9, 3), (0, 1), (5, 2)):
        updated = NOW - timedelta(days=days)
        records.add(ServiceCapacity(service_id=bread.id, unit_id=unit.id, available=available, updated=updated))

    capacity = shown(directory_session, bread).capacity

    assert capacity is not None
    assert (capacity.available, capacity.unit, capacity.updated) == (0, "boxes", NOW - timedelta(days=1))


def test_documents_asked_are_shown_by_name(records: Records, directory_session: Session, bread: Service) -> None:
    for document in ("Proof of address", None, "Photo card"):
        records.add(RequiredDocument(service_id=bread.id, document=document))

    assert shown(directory_session, bread).required_documents == ("Photo card", "Proof of address")


def test_facts_of_the_service_are_shown_as_they_are(records: Records, directory_session: Session) -> None:
    facts = {"minimum_age": 0, "maximum_age": 17.5, "application_process": "Call", "assured_date": date(2026, 1, 2)}
    service = records.service("Bread", is_confidential=True, walk_in=True, fees_description="Free", **facts)

    hit = shown(directory_session, service)

    assert {name: getattr(hit, name) for name in facts} == facts
    assert (hit.confidential, hit.walk_in, hit.fees) == (True, True, "Free")


def test_ways_in_are_read_from_the_words_until_somebody_states_them(
    records: Records, directory_session: Session
) -> None:
    service = records.service("Bread", application_process="Walk in or call.", walk_in=False)

    hit = shown(directory_session, service)

    assert (hit.walk_in, hit.by_phone, hit.apply_first) == (False, True, None)


def test_a_confidential_service_shows_no_mail(directory_session: Session, bread: Service) -> None:
    bread.is_confidential = True

    assert shown(directory_session, bread).email is None


@pytest.mark.parametrize(
    ("zone", "postal_code", "is_open"),
    [
        ("America/Los_Angeles", None, False),
        (None, "33010", True),
        (None, None, None),
    ],
    ids=["of the place: 7 in the morning", "of its ZIP code: 10 in the morning", "no zone, no answer"],
)
def test_hours_count_in_the_zone_of_the_place(
    records: Records,
    directory_session: Session,
    bread: Service,
    *,
    zone: str | None,
    postal_code: str | None,
    is_open: bool | None,
) -> None:
    location = records.place(bread, 1, timezone_name=zone)
    records.address(location, postal_code=postal_code)
    records.add(Schedule(service_id=bread.id, freq="WEEKLY", byday="MO", opens_at=time(9), closes_at=time(17)))

    assert shown(directory_session, bread).open_now is is_open


def test_hours_of_the_service_at_the_place_go_before_its_own_and_these_before_the_places(
    records: Records, directory_session: Session, bread: Service
) -> None:
    location = records.place(bread, 1)
    link = directory_session.query(ServiceAtLocation).one()
    records.add(Schedule(location_id=location.id, description="the place's"))
    assert [row.description for row in shown(directory_session, bread).hours] == ["the place's"]

    records.add(Schedule(service_id=bread.id, description="the service's"))
    assert [row.description for row in shown(directory_session, bread).hours] == ["the service's"]

    records.add(Schedule(service_at_location_id=link.id, description="of both"))
    assert [row.description for row in shown(directory_session, bread).hours] == ["of both"]


def test_hours_stand_in_the_order_of_the_week(records: Records, directory_session: Session, bread: Service) -> None:
    for byday, hour in (("FR", 9), ("MO,WE", 14), ("MO,WE", 9), (None, 1)):
        records.add(Schedule(service_id=bread.id, byday=byday, opens_at=time(hour)))

    hours = [(row.byday, row.opens_at) for row in shown(directory_session, bread).hours]

    assert hours == [("MO,WE", time(9)), ("MO,WE", time(14)), ("FR", time(9)), (None, time(1))]


def test_a_rule_we_do_not_compute_is_shown_and_decides_nothing(
    records: Records, directory_session: Session, bread: Service
) -> None:
    records.place(bread, 1, timezone_name="America/New_York")
    rule = {"freq": "WEEKLY", "byday": "MO", "opens_at": time(9), "closes_at": time(17)}
    records.add(Schedule(service_id=bread.id, interval=2, **rule))

    hit = shown(directory_session, bread)

    assert len(hit.hours) == 1
    assert hit.open_now is None


def test_a_hit_carries_the_reasons_for_what_was_asked(
    records: Records, directory_session: Session, bread: Service
) -> None:
    records.place(bread, 2)
    records.language("es", service_id=bread.id)

    [hit] = find_services(directory_session, near="33101", language="es", age=40, now=NOW)

    told = {reason.code for reason in hit.reasons}
    assert {ReasonCode.DISTANCE, ReasonCode.LANGUAGE_SPOKEN, ReasonCode.AGE_UNKNOWN} <= told


def test_a_page_costs_the_same_number_of_statements_however_long_it_is(
    records: Records, directory_session: Session
) -> None:
    for number in range(12):
        records.place(records.service(f"Service {number}"), number)
    said: list[str] = []
    event.listen(directory_session.get_bind(), "before_cursor_execute", lambda *told: said.append(told[2]))

    find_services(directory_session, now=NOW, limit=2)
    short_page = len(said)
    find_services(directory_session, now=NOW, limit=12)

    assert len(said) == 2 * short_page
