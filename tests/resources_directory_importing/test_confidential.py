"""Which words make a service or its place confidential."""

import pytest

from resources_directory.importing.confidential import asked_to_hide, is_confidential, names_confidential_term


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Domestic Violence Shelter", ""),
        ("Safe house for victims of human trafficking", ""),
        ("Hope House", "Provides emergency shelter for survivors of domestic violence."),
        ("Hope House", "The location is kept confidential."),
        ("Hope House", "Families live at undisclosed locations."),
        ("Hope House", "Offers transitional housing to battered women."),
    ],
)
def test_a_shelter_from_violence_is_confidential(name: str, text: str) -> None:
    assert is_confidential(name, [text])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HIV testing", "Free and confidential testing."),
        ("Victim services", "Administers the Address Confidentiality Program."),
        ("Emergency shelter", "Beds for families without a home."),
        ("Police", "Refers victims of domestic violence to services."),
        ("Private school", "A private residence hall."),
    ],
)
def test_confidential_talk_and_other_shelters_are_not(name: str, text: str) -> None:
    assert not is_confidential(name, [text])


def test_a_term_may_make_its_services_confidential() -> None:
    assert names_confidential_term("Domestic Violence Shelters")
    assert not names_confidential_term("Homeless Shelters")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"display physical address to public users?": "No"}, "display physical address to public users?"),
        ({"address_is_private": "Yes"}, "address_is_private"),
        ({"address_is_private": "No"}, None),
        ({}, None),
    ],
)
def test_a_source_may_ask_to_hide_a_place(cells: dict[str, str], column: str | None) -> None:
    assert asked_to_hide(cells) == column
