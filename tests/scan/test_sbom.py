"""The bill of materials names what the product stands on, with versions."""

from tests.scan.sbom import bill


def test_it_names_what_is_asked_for_and_what_that_needs_in_turn() -> None:
    names = {part["name"].lower() for part in bill()["components"]}

    assert {"flask", "sqlalchemy", "twilio", "psycopg", "werkzeug", "markupsafe"} <= names
    assert not names & {"pytest", "playwright"}


def test_every_part_has_a_version() -> None:
    assert [part["name"] for part in bill()["components"] if not part["version"]] == []
