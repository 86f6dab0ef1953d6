"""Absence: an absent person's open to-dos are with the deputy the same day, and come back with them."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Membership, Person
from referral.accounts.roles import Role
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.navigation.actions import take_over
from referral.navigation.needs_left import look_after
from referral.patients.barring import bar_person
from referral.referrals.to_dos import need_a_person
from referral.screening.models import Need
from referral.todos.absences import (
    NewAbsence,
    end_absence,
    move_absent_peoples_to_dos,
    note_absence,
    people_at_work,
    stand_in,
    today_at,
)
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import Absence, ToDo, ToDoReason
from tests.navigation.conftest import Desk


@pytest.fixture(autouse=True)
def deputy(desk: Desk) -> Iterator[None]:
    desk.clinic.owner_person_id, desk.clinic.deputy_person_id = desk.nadia.id, desk.omar.id
    desk.town.session.flush()
    yield
    clock.set_offset(timedelta())


def away(desk: Desk, person: Person, *, first: int = 0, last: int = 2) -> Absence:
    """Write down that somebody is away, in days from today."""
    today = today_at(desk.clinic)
    days = NewAbsence(person.id, today + timedelta(days=first), today + timedelta(days=last))
    return note_absence(desk.town.session, desk.clinic, days, by=desk.omar.id, absence_id=uuid4())


def owners(session: ScopedSession, to_do_id: UUID) -> tuple[UUID | None, UUID | None]:
    row = session.get_one(ToDo, to_do_id)
    session.refresh(row)
    found = row.owner_person_id, row.covers_for_person_id
    session.commit()
    return found


def test_open_to_dos_go_to_the_deputy_at_once_when_somebody_is_away_today(session: ScopedSession, desk: Desk) -> None:
    to_do = desk.to_do("a")

    away(desk, desk.nadia)

    assert owners(session, to_do.id) == (desk.omar.id, desk.nadia.id)


def test_they_go_on_the_first_day_and_come_back_after_the_last(
    session: ScopedSession, desk: Desk, database: Database
) -> None:
    to_do = desk.to_do("a")
    away(desk, desk.nadia, first=2, last=3)
    desk.town.commit()

    seen = []
    for days in range(5):
        clock.set_offset(timedelta(days=days))
        move_absent_peoples_to_dos(database)
        seen.append(owners(session, to_do.id)[0])

    assert seen == [desk.nadia.id, desk.nadia.id, desk.omar.id, desk.omar.id, desk.nadia.id]


def test_a_to_dos_own_deputy_stands_in_before_the_clinics(session: ScopedSession, desk: Desk) -> None:
    ines = desk.town.person(desk.clinic, Role.NAVIGATOR, "Ines")
    to_do = desk.to_do("a", deputy_person_id=ines.id)

    away(desk, desk.nadia)

    assert owners(session, to_do.id) == (ines.id, desk.nadia.id)


def test_a_to_do_that_is_made_meanwhile_has_somebody_who_is_here(session: ScopedSession, desk: Desk) -> None:
    away(desk, desk.nadia)

    to_do = make_to_do(
        session,
        NewToDo(
            clinic_id=desk.clinic.id, patient_id=desk.patient.id, reason=ToDoReason.OTHER, subject_kind="referral",
            subject_id=desk.referral.id, dedupe_key="new", due_at=clock.now(),
        ),
    )  # fmt: skip

    assert to_do is not None
    assert owners(session, to_do.id) == (desk.omar.id, desk.nadia.id)


def test_when_nobody_else_is_here_it_keeps_its_owner(session: ScopedSession, desk: Desk) -> None:
    to_do = desk.to_do("a")
    away(desk, desk.omar)

    away(desk, desk.nadia)

    assert owners(session, to_do.id) == (desk.nadia.id, None)


def test_somebody_who_may_not_sign_in_any_more_is_away(session: ScopedSession, desk: Desk, database: Database) -> None:
    to_do = desk.to_do("a")
    desk.nadia.suspended_at = clock.now()
    desk.town.commit()

    move_absent_peoples_to_dos(database)

    assert owners(session, to_do.id) == (desk.omar.id, desk.nadia.id)


def test_do_no_harm_what_a_patient_barred_somebody_from_never_comes_back_to_them(
    session: ScopedSession, desk: Desk, database: Database
) -> None:
    to_do = desk.to_do("a")
    bar_person(session, desk.patient, desk.nadia.id, why=None, by=desk.omar.id)
    end_absence(session, away(desk, desk.nadia), desk.clinic)
    desk.town.commit()

    move_absent_peoples_to_dos(database)

    assert owners(session, to_do.id)[0] == desk.omar.id


def test_coming_back_early_gives_them_back_at_once(session: ScopedSession, desk: Desk) -> None:
    to_do = desk.to_do("a")
    absence = away(desk, desk.nadia)

    end_absence(session, absence, desk.clinic)

    assert owners(session, to_do.id) == (desk.nadia.id, None)


def test_what_somebody_took_over_for_good_stays_theirs(session: ScopedSession, desk: Desk, database: Database) -> None:
    to_do = desk.to_do("a")
    absence = away(desk, desk.nadia)
    ines = desk.town.person(desk.clinic, Role.NAVIGATOR, "Ines")
    row = session.get_one(ToDo, to_do.id)
    take_over(session, row, by=ines.id, version=row.version)

    end_absence(session, absence, desk.clinic)

    assert owners(session, to_do.id) == (ines.id, None)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(2, 1, "before the first"), (-3, -1, "These days are over"), (0, 200, "four months")],
    ids=["turned round", "over", "a leave"],
)
def test_days_that_cannot_be_are_refused(desk: Desk, first: int, last: int, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        away(desk, desk.nadia, first=first, last=last)


def test_the_page_writes_it_down_once_and_ends_it(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    today = today_at(desk.clinic)
    sent = {"person": str(desk.nadia.id), "first_day": str(today), "last_day": str(today), "form_id": str(uuid4())}

    for _ in range(2):
        browser.post("/to-dos/away", data={f"away-{name}": value for name, value in sent.items()})

    absence_id = session.scalars(select(Absence)).one().id
    assert owners(session, to_do.id)[0] == desk.omar.id
    assert "Nadia Reyes" in browser.get("/to-dos/away").text
    assert browser.post(f"/to-dos/away/{absence_id}/end").status_code == 303
    assert owners(session, to_do.id)[0] == desk.nadia.id


def test_the_list_says_for_whom_somebody_stands_in(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a", owner_person_id=desk.omar.id)
    away(desk, desk.omar)
    desk.town.commit()

    assert "For Omar Haddad, who is away" in browser.get("/to-dos/").text


def test_another_clinics_absence_is_not_there(desk: Desk, browser: FlaskClient) -> None:
    foreign = desk.town.clinic()
    absence = Absence(
        member_id=foreign.id, person_id=desk.nadia.id, noted_by=desk.nadia.id, created_at=clock.now(),
        first_day=date(2030, 1, 1), last_day=date(2030, 1, 2),
    )  # fmt: skip
    desk.town.session.add(absence)
    desk.town.commit()

    assert browser.post(f"/to-dos/away/{absence.id}/end").status_code == 404


def test_nobody_who_has_left_stands_in(session: ScopedSession, desk: Desk) -> None:
    ines = desk.town.person(desk.clinic, Role.NAVIGATOR, "Ines")
    to_do = desk.to_do("a", deputy_person_id=ines.id)
    session.scalars(select(Membership).where(Membership.person_id == ines.id)).one().ended_at = clock.now()

    away(desk, desk.nadia)

    assert owners(session, to_do.id) == (desk.omar.id, desk.nadia.id)


def test_nothing_new_is_for_who_is_suspended_neither_to_do_nor_to_stand_in_for(
    session: ScopedSession, desk: Desk
) -> None:
    desk.clinic.owner_person_id, desk.clinic.deputy_person_id = desk.nadia.id, desk.omar.id
    desk.nadia.suspended_at = desk.omar.suspended_at = clock.now()
    session.flush()

    made = need_a_person(session, desk.referral, ToDoReason.NOT_HELPED)

    assert made is not None
    assert made.owner_person_id in people_at_work(session, desk.clinic.id)
    assert made.deputy_person_id is None


def test_a_need_whose_writer_works_here_has_no_suspended_deputy(session: ScopedSession, desk: Desk) -> None:
    need = session.get_one(Need, desk.referral.need_id)
    desk.clinic.owner_person_id, desk.clinic.deputy_person_id = desk.nadia.id, None
    desk.nadia.suspended_at = clock.now()
    need.created_by, need.confirmed_by, need.confirmed_at = desk.omar.id, desk.omar.id, clock.now()
    session.delete(desk.referral)
    session.flush()

    with time_machine.travel(clock.now() + timedelta(days=7)):
        made = look_after(session, need.id)

    assert made is not None
    assert (made.owner_person_id, made.deputy_person_id) == (desk.omar.id, None)


def test_what_is_open_leaves_a_suspended_deputy(session: ScopedSession, desk: Desk) -> None:
    to_do = desk.to_do("a", deputy_person_id=desk.omar.id)
    desk.omar.suspended_at = clock.now()

    stand_in(session, desk.clinic)

    assert (to_do.owner_person_id, to_do.deputy_person_id) == (desk.nadia.id, None)
