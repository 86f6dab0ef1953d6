"""Lists in pages."""

import pytest
from sqlalchemy import select

from referral.kit.paging import Page, nearest_page, page_count, page_of
from referral.patients.models import Patient
from tests.factories import Town


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (25, 1), (26, 2), (50, 2), (51, 3)])
def test_rows_fill_whole_pages_and_at_least_one(total: int, pages: int) -> None:
    assert page_count(total, 25) == pages


@pytest.mark.parametrize(("asked", "given"), [(-1, 1), (0, 1), (2, 2), (3, 3), (9, 3)])
def test_a_page_that_does_not_exist_is_the_nearest_one(asked: int, given: int) -> None:
    assert nearest_page(asked, 51, 25) == given


def test_the_last_page_holds_the_rest(town: Town) -> None:
    clinic = town.clinic()
    patients = sorted(town.patient(clinic).id for _n in range(5))

    page = page_of(town.session, select(Patient), 9, order=(Patient.id,), size=2)

    assert ([row.id for row in page.rows], page.number, page.total, page.page_count) == (patients[4:], 3, 5, 3)


def test_rows_as_shown_keep_their_page() -> None:
    assert Page([1, 2], 2, 4, 2).showing(["one", "two"]) == Page(["one", "two"], 2, 4, 2)
