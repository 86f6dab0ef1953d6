"""The clinic's list of to-dos."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from referral.accounts.roles import Role
from referral.kit import clock
from referral.kit.paging import PAGE_SIZE, Page
from referral.kit.scope import ScopedSession
from referral.navigation import words
from referral.navigation.errands import NEXT
from referral.navigation.queries import ALL_OF_THEM, ToDoRow, Wanted, count_views, to_do_page, to_dos_of_view
from referral.navigation.states import ToDoView
from referral.referrals.rerouting_models import RerouteAlternative
from referral.todos.models import ToDoReason
from tests.navigation.conftest import Desk
from tests.sign_in import sign_in


def page_of_view(
    session: ScopedSession, desk: Desk, view: ToDoView, *, number: int = 1, wanted: Wanted = ALL_OF_THEM
) -> Page[ToDoRow]:
    found = to_dos_of_view(session, desk.clinic.id, view, person_id=desk.nadia.id, wanted=wanted)
    return to_do_page(session, found, number)


def test_urgent_comes_first_then_what_is_due_first_then_the_id(session: ScopedSession, desk: Desk) -> None:
    soon, later = clock.now() + timedelta(hours=1), clock.now() + timedelta(days=1)
    last = desk.to_do("a", due_at=later)
    same = [desk.to_do(key, due_at=soon).id for key in ("b", "c")]
    urgent = desk.to_do("d", due_at=later, urgent=True)

    page = page_of_view(session, desk, ToDoView.ALL)

    assert [row.to_do.id for row in page.rows] == [urgent.id, *sorted(same), last.id]


def test_mine_are_those_i_own_and_apart_from_them_those_where_i_stand_in(session: ScopedSession, desk: Desk) -> None:
    owned = desk.to_do("a")
    stands_in = desk.to_do("b", owner_person_id=desk.omar.id, deputy_person_id=desk.nadia.id)
    desk.to_do("c", owner_person_id=desk.omar.id)

    views = {view: page_of_view(session, desk, view).rows for view in (ToDoView.MINE, ToDoView.DEPUTY)}

    assert [row.to_do.id for row in views[ToDoView.MINE]] == [owned.id]
    assert [row.to_do.id for row in views[ToDoView.DEPUTY]] == [stands_in.id]


def test_each_view_counts_patients_as_its_table_shows_them(session: ScopedSession, desk: Desk) -> None:
    other = desk.town.patient(desk.clinic)
    desk.to_do("a")
    desk.to_do("also about the first")
    desk.to_do("b", patient_id=other.id, owner_person_id=desk.omar.id, deputy_person_id=desk.nadia.id)
    desk.to_do("c", patient_id=desk.town.patient(desk.clinic).id, done_at=clock.now())

    counts = count_views(session, desk.clinic.id, person_id=desk.nadia.id)
    page = page_of_view(session, desk, ToDoView.ALL)

    assert counts == {ToDoView.ALL: 2, ToDoView.MINE: 1, ToDoView.DEPUTY: 1}
    assert (page.total, len(page.rows)) == (2, 3)


def test_a_page_holds_all_to_dos_of_each_of_its_patients_the_most_pressing_first(
    session: ScopedSession, desk: Desk
) -> None:
    now = clock.now()
    others = [desk.town.patient(desk.clinic) for _ in range(PAGE_SIZE)]
    for number, other in enumerate(others):
        desk.to_do(f"n{number}", patient_id=other.id, due_at=now + timedelta(hours=number))
    late, soon = desk.to_do("late", due_at=now + timedelta(days=9)), desk.to_do("soon", due_at=now - timedelta(hours=1))

    first, second = (page_of_view(session, desk, ToDoView.ALL, number=number) for number in (1, 2))

    assert [first.rows[0].to_do.id, first.rows[-1].to_do.id] == [soon.id, late.id]
    assert [row.to_do.patient_id for row in second.rows] == [others[-1].id]
    assert second.page_count == 2


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(reason="crisis"), ["a"]),
        (Wanted(language="vi"), ["b"]),
        (Wanted(neighbourhood="936"), ["b"]),
        (Wanted(neighbourhood="937"), ["a"]),
        (Wanted(reason="crisis", language="vi"), []),
    ],
    ids=["reason", "language", "another neighbourhood", "neighbourhood", "both"],
)
def test_the_list_is_narrowed_by_reason_language_and_neighbourhood(
    session: ScopedSession, desk: Desk, wanted: Wanted, found: list[str]
) -> None:
    linh = desk.town.patient(desk.clinic, spoken_language="vi", written_language="vi", zip_code="93612")
    desk.to_do("a", reason=ToDoReason.CRISIS)
    desk.to_do("b", patient_id=linh.id)

    rows = page_of_view(session, desk, ToDoView.ALL, wanted=wanted).rows

    assert [row.to_do.dedupe_key for row in rows] == found


@pytest.mark.parametrize("by_person", ["language=es", "near=937"])
def test_the_filter_goes_along_to_the_other_views_and_pages(by_person: str, desk: Desk, browser: FlaskClient) -> None:
    for number in range(PAGE_SIZE + 1):
        desk.to_do(f"n{number}", patient_id=desk.town.patient(desk.clinic).id)
    desk.town.commit()

    page = browser.get(f"/to-dos/?reason=no_reply&{by_person}").text

    assert f"show=mine&amp;reason=no_reply&amp;{by_person}" in page
    assert f"reason=no_reply&amp;{by_person}&amp;page=2" in page
    assert 'show=done&amp;reason=no_reply"' in page  # what was done is narrowed neither by language nor by place


def test_no_list_is_ever_selected_by_language_and_place_together(session: ScopedSession, desk: Desk) -> None:
    with pytest.raises(ValueError, match="never narrow a list together"):
        Wanted(language="es", neighbourhood="937")


@pytest.mark.parametrize("wanted", [Wanted(language="es"), Wanted(neighbourhood="937")], ids=["language", "place"])
def test_what_was_done_is_never_selected_by_language_or_place(
    session: ScopedSession, desk: Desk, wanted: Wanted
) -> None:
    with pytest.raises(ValueError, match="neither by language nor by place"):
        to_dos_of_view(session, desk.clinic.id, ToDoView.DONE, person_id=desk.nadia.id, wanted=wanted)


def test_somebody_about_whom_all_is_done_is_not_found_by_where_they_live(session: ScopedSession, desk: Desk) -> None:
    desk.to_do("a", done_at=clock.now())
    desk.to_do("b", patient_id=desk.town.patient(desk.clinic, zip_code="93612").id)

    rows = page_of_view(session, desk, ToDoView.ALL, wanted=Wanted(neighbourhood="937")).rows

    assert rows == []


def test_a_filter_that_nobody_could_choose_narrows_nothing(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a")
    desk.town.commit()

    assert "Rosa Molina" in browser.get("/to-dos/?reason=nonsense&language=xx&near=9'%25").text


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_rows(
    desk: Desk, browser: FlaskClient, app: Flask
) -> None:
    def asked() -> int:
        desk.town.commit()
        statements: list[str] = []
        listen = lambda *args: statements.append(args[2])  # noqa: E731 - the event wants a plain callable
        engine = app.extensions["database"].read_engine
        event.listen(engine, "before_cursor_execute", listen)
        browser.get("/to-dos/?near=937")
        event.remove(engine, "before_cursor_execute", listen)
        return len(statements)

    desk.to_do("a")
    asked()
    few = asked()
    for number in range(10):
        desk.to_do(f"n{number}", patient_id=desk.town.patient(desk.clinic).id)

    assert asked() - few <= 0


def test_a_row_says_why_about_whom_and_who_owns_it(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a", deputy_person_id=desk.omar.id, reason=ToDoReason.NOT_HELPED, urgent=True)
    desk.town.commit()

    page = browser.get("/to-dos/").text

    for told in ("Says that help did not come", "Rosa Molina", "Deputy: Omar Haddad", "Urgent", "You", "in 1 hour"):
        assert told in page


def test_what_is_past_due_says_so_in_words(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a", due_at=clock.now() - timedelta(days=2))
    desk.town.commit()

    assert "2 days late" in browser.get("/to-dos/").text


@pytest.mark.parametrize(
    ("reason", "state", "label", "where"),
    [
        (ToDoReason.NO_REPLY, "accepted", "Call", "/to-dos/{to_do}#call"),
        (ToDoReason.NEXT_CONTACT, "accepted", "Try again", "/to-dos/{to_do}#call"),
        (ToDoReason.ORGANIZATION_SILENT, "sent", "Write down its answer", "/referrals/{referral}/answer"),
        (ToDoReason.ORGANIZATION_SILENT, "accepted", "Write down its answer", "/referrals/{referral}"),
        (ToDoReason.ANSWERS_DIFFER, "completed", "Compare both answers", "/referrals/{referral}"),
        (ToDoReason.ORGANIZATION_ASKS, "sent", "Answer it", "/referrals/{referral}#thread"),
        (ToDoReason.ORGANIZATION_DECLINED, "declined", "Offer another place", "/to-dos/{to_do}#places"),
        (ToDoReason.CHOSE_OTHER_PLACE, "declined", "Prescribe", "/patients/{patient}/prescribe"),
        (ToDoReason.WRONG_NUMBER, "sent", "Correct the number", "/patients/{patient}/phones"),
    ],
)
def test_the_button_of_a_row_is_the_next_thing_itself(
    desk: Desk, browser: FlaskClient, reason: ToDoReason, state: str, label: str, where: str
) -> None:
    desk.referral.state = state
    to_do = desk.to_do("a", reason=reason)
    desk.town.commit()
    url = where.format(to_do=to_do.id, referral=desk.referral.id, patient=desk.patient.id)

    page = browser.get("/to-dos/").text

    assert f'href="{url}">{label}<' in page
    assert browser.get(url.partition("#")[0]).status_code == 200


def test_every_reason_has_a_next_step() -> None:
    assert set(NEXT) == set(words.REASONS) == set(words.NEXT_STEPS) == set(ToDoReason)


def test_whoever_may_not_prescribe_is_led_to_the_to_do(desk: Desk, client: FlaskClient) -> None:
    to_do = desk.to_do("a", reason=ToDoReason.OFFER_AGAIN)
    administrator = desk.town.person(desk.clinic, Role.CLINIC_ADMINISTRATOR)
    desk.town.commit()
    sign_in(client, administrator)

    assert f'href="/to-dos/{to_do.id}">Read it<' in client.get("/to-dos/").text


@pytest.mark.parametrize("reason", [ToDoReason.CHOSE_OTHER_PLACE, ToDoReason.ORGANIZATION_DECLINED])
def test_a_place_that_was_chosen_is_one_click_from_being_prescribed(
    session: ScopedSession, desk: Desk, browser: FlaskClient, reason: ToDoReason
) -> None:
    desk.referral.state = "declined"
    other = desk.town.service()
    own = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "referral_id": desk.referral.id}
    where = {"service_id": other.id, "organization_id": other.organization_id, "offered_at": clock.now()}
    alternative = RerouteAlternative(rank=1, chosen_at=clock.now(), **own, **where)
    alternative.facts = {}
    session.add(alternative)
    to_do = desk.to_do("a", reason=reason)
    desk.town.commit()

    listed, page = browser.get("/to-dos/").text, browser.get(f"/to-dos/{to_do.id}").text

    assert f"/prescribe?need={desk.referral.need_id}&amp;service={other.id}" in listed
    for shown in (listed, page):
        assert "Chose another place" in shown
        assert "Offer another place" not in shown


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
        desk.to_do(f"n{number}", patient_id=desk.town.patient(desk.clinic).id)

    page = page_of_view(session, desk, ToDoView.ALL, number=99)

    assert (page.number, page.page_count, len(page.rows)) == (2, 2, 1)


def test_another_clinics_to_dos_are_neither_listed_nor_opened(desk: Desk, browser: FlaskClient) -> None:
    foreign = desk.town.clinic()
    patient = desk.town.patient(foreign, given_name="Hidden")
    to_do = desk.to_do("a", patient_id=patient.id)
    to_do.clinic_id = foreign.id
    desk.town.commit()

    assert "Hidden" not in browser.get("/to-dos/").text
    assert browser.get(f"/to-dos/{to_do.id}").status_code == 404
