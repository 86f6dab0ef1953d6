"""Which needs the names and words of services speak of."""

import csv

import pytest

from resources_directory.need_words import OPEN_ELIGIBILITY, PHRASES
from resources_directory.needs import NeedDomain, needs_of_terms, needs_of_text
from tests.databases import shared_folder

N = NeedDomain


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("Food Pantry", {N.FOOD}),
        ("Food Pantries", {N.FOOD}),
        ("Work", {N.EMPLOYMENT}),
        ("Utility Bill Payment Assistance", {N.UTILITIES}),
        ("Electric Service Payment Assistance", {N.UTILITIES}),
        ("WIC", {N.FOOD, N.BENEFITS_ENROLMENT}),
        ("Landlord/Tenant Assistance", {N.HOUSING, N.LEGAL_IMMIGRATION}),
        ("Digital Literacy Classes", {N.DIGITAL_ACCESS}),
        ("Adult Day Care", set()),
        ("Animal Shelters", set()),
        ("Preschool Age Children", set()),
        ("Homeless Shelter Volunteer Opportunities", set()),
        ("Immigrants", set()),
        ("Legal", {N.LEGAL_IMMIGRATION}),
        ("Health", {N.HEALTH_CARE_ACCESS}),
        ("Healthy Streets", set()),
        ("", set()),
    ],
    ids=[
        "Open Eligibility",
        "plural",
        "a short name counts only whole",
        "a list in the wild",
        "a list in the wild, other words",
        "a term of two domains",
        "another one",
        "the longest phrase wins: no education",
        "adults, not children",
        "animals",
        "people, not help",
        "asks for hands",
        "whom it is for",
        "whole name of a top term",
        "whole name of another",
        "a name that only begins so",
        "nothing",
    ],
)
def test_a_term_speaks_of_its_needs(name: str, needs: set[NeedDomain]) -> None:
    assert needs_of_terms([name]) == needs


def test_several_terms_speak_of_all_their_needs() -> None:
    assert needs_of_terms(["Food Pantry", "Bus Passes"]) == {N.FOOD, N.TRANSPORTATION}


def test_a_description_counts_only_where_the_name_says_nothing() -> None:
    description = "We refer to a food pantry."

    assert needs_of_text("Rental assistance", description) == {N.HOUSING}
    assert needs_of_text("Community desk", description) == {N.FOOD}


def test_a_single_word_of_a_description_is_not_enough() -> None:
    assert needs_of_text("Community desk", "Close to public transportation.") == frozenset()


def test_every_list_is_named_by_a_need_and_every_need_has_its_words() -> None:
    assert set(PHRASES) == set(OPEN_ELIGIBILITY) == {need.value for need in NeedDomain}


def test_every_open_eligibility_service_of_the_mapping_is_known() -> None:
    path = shared_folder() / "data" / "need_domain_to_openeligibility.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["facet"] == "service"]

    missing = {row["oe_name"] for row in rows if _domain(row) not in needs_of_terms([row["oe_name"]])}

    assert missing == set()


def _domain(row: dict[str, str]) -> NeedDomain:
    return NeedDomain("education" if row["domain"] == "education_esl" else row["domain"])
