"""The staff pages of the directory."""

from datetime import time

from flask.testing import FlaskClient

from referral.directory.views import PAGE_SIZE
from resources_directory.models.schedule import Schedule
from resources_directory.models.service import RequiredDocument
from resources_directory.needs import NeedDomain
from tests.directory.conftest import Browse
from tests.resources_directory.records import Records


def test_a_search_keeps_what_fits_and_says_why(records: Records, browse: Browse) -> None:
    pantry = records.service("Palm pantry", application_process="Walk in")
    records.need(pantry, NeedDomain.FOOD)
    records.language("es", service_id=pantry.id)
    records.place(pantry, 1)
    records.service("Palm rides")

    page = browse().get("/directory/?need=food&language=es&zip=33128&km=10").text

    for words in ("Palm pantry", "They speak Spanish", "miles away", "Walk in, no appointment needed."):
        assert words in page
    assert "Palm rides" not in page


def test_the_search_survives_reload(records: Records, browse: Browse) -> None:
    page = browse().get("/directory/?q=pantry&need=food&zip=33128&km=10&no_remote=y").text

    assert 'value="pantry"' in page
    assert '<option selected value="food">' in page
    assert 'value="33128"' in page
    assert "checked" in page


def test_nothing_found_says_what_to_leave_out(browse: Browse) -> None:
    assert "Nothing in the directory fits all of this" in browse().get("/directory/?q=zebra").text


def test_a_zip_that_is_none_is_told_beside_the_field(browse: Browse) -> None:
    answer = browse().get("/directory/?zip=12")

    assert answer.status_code == 422
    assert "A ZIP code has five digits" in answer.text


def test_a_distance_without_a_place_is_said_not_to_count(browse: Browse) -> None:
    assert "without one the distance does not count" in browse().get("/directory/?km=10").text


def test_words_that_only_look_like_commands_find_nothing_and_break_nothing(browse: Browse) -> None:
    browser = browse()

    for text in ('"', "' OR 1=1 --", "a AND NOT (b", "*", "%"):
        assert browser.get("/directory/", query_string={"q": text}).status_code == 200


def test_parameters_of_the_framework_in_the_address_do_no_harm(records: Records, browse: Browse) -> None:
    records.service("Palm pantry")

    answer = browse().get("/directory/?_external=1&_scheme=javascript&_anchor=x")

    assert answer.status_code == 200
    assert "javascript:" not in answer.text


def test_a_long_answer_has_pages(records: Records, browse: Browse) -> None:
    for number in range(PAGE_SIZE + 1):
        records.service(f"Pantry {number:02}")

    page = browse().get("/directory/?q=pantry&page=2").text

    assert "Page 2 of 2" in page
    assert "Pantry 20" in page


def test_a_private_place_is_shown_nowhere(records: Records, browse: Browse) -> None:
    shelter = records.service(
        "Quiet house", is_confidential=True, email="desk@quiet.example", url="https://quiet.example"
    )
    records.address(records.place(shelter, 1, private=True), address_1="77 Secret Lane")
    browser = browse()

    for path in ("/directory/?q=quiet&zip=33128", f"/directory/services/{shelter.id}", "/directory/printed?q=quiet"):
        page = browser.get(path).text
        assert not any(hint in page for hint in ("Secret Lane", "miles away", "quiet.example"))


def test_confidential_services_are_not_printed(records: Records, browse: Browse) -> None:
    records.service("Quiet house", is_confidential=True)
    records.service("Quiet pantry")

    page = browse().get("/directory/printed?q=quiet").text

    assert "Quiet pantry" in page
    assert "Quiet house" not in page
    assert "1 confidential service is not printed." in page


def test_one_service_shows_hours_papers_and_ages(records: Records, browse: Browse) -> None:
    pantry = records.service("Palm pantry", minimum_age=18, description="Boxes.")
    opening = {"freq": "WEEKLY", "byday": "MO,TU,WE", "opens_at": time(9), "closes_at": time(17)}
    records.add(Schedule(service_id=pantry.id, **opening))
    records.add(RequiredDocument(service_id=pantry.id, document="Photo ID"))

    page = browse().get(f"/directory/services/{pantry.id}").text

    for words in ("Monday to Wednesday", "9:00", "Photo ID", "From 18 years", "Boxes."):
        assert words in page


def test_a_service_that_is_gone_is_not_found(records: Records, browse: Browse) -> None:
    gone = records.service("Palm pantry", status="defunct")

    assert browse().get(f"/directory/services/{gone.id}").status_code == 404


def test_a_web_address_that_is_a_script_is_no_link(records: Records, browse: Browse) -> None:
    odd = records.service("Palm pantry", url="javascript:alert(1)")

    assert "javascript:" not in browse().get(f"/directory/services/{odd.id}").text


def test_nobody_searches_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/directory/").status_code in (302, 303)
