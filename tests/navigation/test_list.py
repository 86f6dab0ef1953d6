"""The clinic's list of to-dos."""

from datetime import timedelta

from flask.testing import FlaskClient

from referral.kit import clock
from referral.kit.paging import PAGE_SIZE
from referral.kit.scope import ScopedSession
from referral.navigation.queries import to_do_page
from referral.navigation.states import ToDoView
from referral.todos.models import ToDoReason
from tests.navigation.conftest import Desk


def test_urgent_comes_first_then_what_is_due_first_then_the_id(session: ScopedSession, desk: Desk) -> None:
    soon, later = clock.now() + timedelta(hours=1), clock.now() + timedelta(days=1)
    last = desk.to_do("a", due_at=later)
    same = [desk.to_do(key, due_at=soon).id for key in ("b", "c")]
    urgent = desk.to_do("d", due_at=later, urgent=True)

    page = to_do_page(session, desk.clinic.id, ToDoView.ALL, person_id=desk.nadia.id)

    assert [row.to_do.id for row in page.rows] == [urgent.id, *sorted(same), last.id]


def test_mine_are_those_i_own_or_stand_in_for(session: ScopedSession, desk: Desk) -> None:
    owned = desk.to_do("a")
    stands_in = desk.to_do("b", owner_person_id=desk.omar.id, deputy_person_id=desk.nadia.id)
    desk.to_do("c", owner_person_id=desk.omar.id)

    page = to_do_page(session, desk.clinic.id, ToDoView.MINE, person_id=desk.nadia.id)

    assert {row.to_do.id for row in page.rows} == {owned.id, stands_in.id}


def test_a_row_says_why_about_whom_and_who_owns_it(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a", deputy_person_id=desk.omar.id, reason=ToDoReason.NOT_HELPED, urgent=True)
    desk.town.commit()

    page = browser.get("/to-dos/").text

    for words in ("Says that help did not come", "Rosa Molina", "Deputy: Omar Haddad", "Urgent", "You"):
        assert words in page


def test_what_is_past_due_says_so_in_words(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a", due_at=clock.now() - timedelta(hours=1))
    desk.town.commit()

    assert "Overdue" in browser.get("/to-dos/").text


def test_the_filter_stands_in_the_address(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a", done_at=clock.now(), done_by=desk.omar.id)
    desk.town.commit()

    page = browser.get("/to-dos/?show=done").text

    assert "Did not answer our question" in page
    assert 'href="/to-dos/?show=done" aria-current="page"' in page


def test_an_empty_list_says_what_that_means(browser: FlaskClient) -> None:
    assert "Nobody is about to be failed" in browser.get("/to-dos/").text


def test_a_page_beyond_the_last_shows_the_last(session: ScopedSession, desk: Desk) -> None:
    for number in range(PAGE_SIZE + 1):
        desk.to_do(f"n{number}")

    page = to_do_page(session, desk.clinic.id, ToDoView.ALL, person_id=desk.nadia.id, number=99)

    assert (page.number, page.page_count, len(page.rows)) == (2, 2, 1)


def test_another_clinics_to_dos_are_neither_listed_nor_opened(desk: Desk, browser: FlaskClient) -> None:
    foreign = desk.town.clinic()
    patient = desk.town.patient(foreign, given_name="Hidden")
    to_do = desk.to_do("a", patient_id=patient.id)
    to_do.clinic_id = foreign.id
    desk.town.commit()

    assert "Hidden" not in browser.get("/to-dos/").text
    assert browser.get(f"/to-dos/{to_do.id}").status_code == 404
