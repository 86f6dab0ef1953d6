"""A need that no place was ever asked for, whose signature was taken back, or that was helped in part, is a row too."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from referral.accounts.closed_days import close_day
from referral.accounts.models import Membership, Person
from referral.accounts.roles import Role
from referral.followups.models import Question
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.navigation.actions import record_words_of_patient
from referral.navigation.needs_left import WhyLeft, is_left, needs_left, watch_needs, whys_left
from referral.referrals import testimonies
from referral.referrals.models import Referral
from referral.referrals.states import Outcome, ReferralState, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony
from referral.screening.models import Need
from referral.screening.states import NeedStatus, WantsHelp
from referral.todos.models import ToDo, ToDoReason
from tests.navigation.conftest import Desk
from tests.sign_in import sign_in

S = ReferralState
#: A Friday, eleven in the morning in Los Angeles.
FRIDAY = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clara(desk: Desk) -> Person:
    """A clinician, who writes the needs down."""
    return desk.town.person(desk.clinic, Role.CLINICIAN, "Clara Stone")


@pytest.fixture
def need(desk: Desk, clara: Person) -> Need:
    """A need that the patient confirmed on the Friday, for which nothing was prescribed."""
    facts = {"confirmed_at": clock.now(), "confirmed_by": clara.id, "created_by": clara.id}
    return desk.town.need(desk.patient, "utilities", **facts)


def told(outcome: Outcome) -> GivenTestimony:
    return GivenTestimony(Side.PATIENT, outcome, TestimonyChannel.PHONE, speaker="Rosa Molina")


def asked(desk: Desk, need: Need, state: ReferralState, **facts: object) -> Referral:
    return desk.town.referral(need, desk.town.service(), by=desk.nadia, state=state, **facts)


def open_ones(session: ScopedSession, need: Need) -> list[ToDo]:
    session.expire_all()
    found = select(ToDo).where(ToDo.subject_kind == "need", ToDo.subject_id == need.id, ToDo.done_at.is_(None))
    return list(session.scalars(found.order_by(ToDo.id)))


@pytest.mark.parametrize(
    ("later", "left"),
    [(timedelta(hours=12), False), (timedelta(days=2, hours=4), False), (timedelta(days=2, hours=14), True)],
    ids=["that evening", "on Sunday", "on Monday"],
)
def test_the_day_of_writing_is_the_clinicians_and_the_next_business_day_it_is_a_row(
    session: ScopedSession, need: Need, traveller: time_machine.Traveller, later: timedelta, left: bool
) -> None:
    traveller.shift(later)

    assert is_left(session, need.id) is left


def test_closed_days_of_the_clinic_lengthen_the_grace(
    session: ScopedSession, desk: Desk, need: Need, traveller: time_machine.Traveller
) -> None:
    close_day(session, desk.clinic.id, (FRIDAY + timedelta(days=3)).date(), by=desk.nadia.id)

    seen = []
    for _day in range(2):
        traveller.shift(timedelta(days=3 if not seen else 1))
        seen.append(is_left(session, need.id))

    assert seen == [False, True]


def test_the_worker_gives_it_to_whoever_wrote_it_down_as_one_to_do(
    session: ScopedSession, desk: Desk, need: Need, clara: Person, database: Database, traveller
) -> None:
    desk.town.commit()
    traveller.shift(timedelta(days=3))

    made = [watch_needs(database), watch_needs(database)]

    (to_do,) = open_ones(session, need)
    assert (made, to_do.owner_person_id, to_do.due_at) == ([1, 0], clara.id, FRIDAY + timedelta(days=4))
    assert to_do.deputy_person_id == desk.clinic.owner_person_id


def test_it_goes_to_the_clinics_owner_where_whoever_wrote_it_has_left(
    session: ScopedSession, desk: Desk, need: Need, clara: Person, database: Database, traveller
) -> None:
    session.scalars(select(Membership).where(Membership.person_id == clara.id)).one().ended_at = clock.now()
    desk.town.commit()
    traveller.shift(timedelta(days=3))

    watch_needs(database)

    assert [row.owner_person_id for row in open_ones(session, need)] == [desk.clinic.owner_person_id]


def test_a_signature_that_was_taken_back_leaves_it_from_the_next_business_day(
    session: ScopedSession, desk: Desk, need: Need, traveller: time_machine.Traveller
) -> None:
    traveller.shift(timedelta(days=3))
    asked(desk, need, S.DRAFT, created_at=clock.now())

    seen = [is_left(session, need.id)]
    traveller.shift(timedelta(days=1))
    seen.append(is_left(session, need.id))

    assert (seen, whys_left(session, [need])) == ([False, True], {need.id: WhyLeft.TAKEN_BACK})


def test_help_in_part_leaves_it_at_once_and_all_of_it_does_not(session: ScopedSession, desk: Desk, need: Need) -> None:
    referral = asked(desk, need, S.COMPLETED, reason=Outcome.PARTLY_RECEIVED, closed_at=clock.now())
    in_part = needs_left(session)

    referral.reason = None
    session.flush()

    assert (in_part, needs_left(session)) == ([need], [])


def test_the_patient_says_that_only_a_part_came_though_the_organization_said_all(
    session: ScopedSession, desk: Desk, need: Need
) -> None:
    referral = asked(desk, need, S.COMPLETED, closed_at=clock.now())

    testimonies.testify(session, referral, told(Outcome.PARTLY_RECEIVED))

    assert is_left(session, need.id)


def test_the_patient_says_that_all_of_it_came_though_the_organization_gave_a_part(
    session: ScopedSession, desk: Desk, need: Need
) -> None:
    referral = asked(desk, need, S.COMPLETED, reason=Outcome.PARTLY_RECEIVED, closed_at=clock.now())

    testimonies.testify(session, referral, told(Outcome.RECEIVED))

    assert not is_left(session, need.id)


def test_help_came_and_the_patient_says_that_the_need_stands_all_the_same(
    session: ScopedSession, desk: Desk, need: Need, traveller: time_machine.Traveller
) -> None:
    referral = asked(desk, need, S.ACCEPTED)
    traveller.shift(timedelta(hours=1))
    record_words_of_patient(session, referral, told(Outcome.RECEIVED), need_status=NeedStatus.OPEN)
    session.query(Question).delete()
    traveller.shift(timedelta(hours=1))
    need.confirmed_at = clock.now()
    session.flush()

    traveller.shift(timedelta(days=3))

    assert (needs_left(session), whys_left(session, [need])) == ([need], {need.id: WhyLeft.STILL_WANTED})


def test_whoever_says_that_they_want_it_no_more_is_left_alone_until_they_want_it_again(
    session: ScopedSession, desk: Desk, need: Need, traveller: time_machine.Traveller
) -> None:
    referral = asked(desk, need, S.EXPIRED)
    testimonies.testify(session, referral, told(Outcome.NO_LONGER_WANTED))
    traveller.shift(timedelta(days=5))
    seen = [is_left(session, need.id)]

    need.confirmed_at = clock.now()
    session.flush()
    traveller.shift(timedelta(days=5))
    seen.append(is_left(session, need.id))

    assert seen == [False, True]


def test_one_that_nobody_has_confirmed_is_to_be_confirmed_unless_a_screening_is_gone_through(
    session: ScopedSession, desk: Desk, database: Database, client: FlaskClient, traveller
) -> None:
    suspected = desk.town.need(desk.patient, "housing", status=NeedStatus.UNCONFIRMED)
    waits = desk.to_do("a", reason=ToDoReason.CONFIRM_NEED, subject_kind="screening")
    traveller.shift(timedelta(days=3))
    seen = [is_left(session, suspected.id)]
    waits.done_at = clock.now()
    desk.town.commit()

    watch_needs(database)

    rows = [row.reason for row in open_ones(session, suspected)]
    desk.town.commit()
    sign_in(client, desk.nadia)
    assert (seen, rows) == ([False], [ToDoReason.CONFIRM_NEED])
    assert f'/needs/{suspected.id}/confirm">Ask and confirm' in client.get("/to-dos/").text


def test_one_that_was_confirmed_as_not_wanted_is_nobodys_to_do_any_more(
    session: ScopedSession, desk: Desk, need: Need, database: Database, traveller: time_machine.Traveller
) -> None:
    desk.town.commit()
    traveller.shift(timedelta(days=3))
    watch_needs(database)
    session.get_one(Need, need.id).wants_help = WantsHelp.NO
    desk.town.commit()

    watch_needs(database)

    assert open_ones(session, need) == []


@pytest.mark.parametrize(
    ("state", "words", "button"),
    [
        (None, "Needs a place: none has been asked yet", "Prescribe"),
        (S.DRAFT, "Needs a place: the signature was taken back", "Prescribe"),
        (S.COMPLETED, "Help came, but they still want help", "Prescribe again"),
    ],
)
def test_its_row_says_why_until_when_and_prescribes_in_one_click(
    desk: Desk, need: Need, database: Database, client: FlaskClient, traveller, state, words: str, button: str
) -> None:
    if state:
        asked(desk, need, state, reason=Outcome.PARTLY_RECEIVED if state is S.COMPLETED else None)
    desk.town.commit()
    traveller.shift(timedelta(days=3))
    watch_needs(database)

    sign_in(client, desk.nadia)
    page = client.get("/to-dos/").text

    assert words in page
    assert "in 24 hours" in page or "in 1 day" in page
    assert f'/prescribe?need={need.id}">{button}' in page


def test_before_the_worker_comes_the_page_shows_one_entry_for_each_patient(
    desk: Desk, need: Need, client: FlaskClient, traveller: time_machine.Traveller
) -> None:
    desk.town.need(desk.patient, "housing", confirmed_at=clock.now())
    desk.town.commit()
    traveller.shift(timedelta(days=3))

    sign_in(client, desk.nadia)
    page = client.get("/to-dos/").text
    card = page[page.index("Nobody looks after these") :]

    assert card.count(f'href="/patients/{desk.patient.id}"') == 1
    assert card.count("Needs a place: none has been asked yet") == 2


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_needs(
    app: Flask, desk: Desk, need: Need, client: FlaskClient, traveller: time_machine.Traveller
) -> None:
    def with_more(number: int) -> int:
        for _each in range(number):
            desk.town.need(desk.town.patient(desk.clinic), confirmed_at=FRIDAY).created_at = FRIDAY
        desk.town.commit()
        statements: list[str] = []
        listen = lambda *args: statements.append(args[2])  # noqa: E731 - the event wants a plain callable
        engine = app.extensions["database"].read_engine
        event.listen(engine, "before_cursor_execute", listen)
        client.get("/to-dos/")
        event.remove(engine, "before_cursor_execute", listen)
        return len(statements)

    traveller.shift(timedelta(days=3))
    desk.town.commit()
    sign_in(client, desk.nadia)
    few = with_more(1)

    assert with_more(9) == few


def test_wanted_needs_are_found_by_their_index(session: ScopedSession, desk: Desk) -> None:
    seen: list[tuple[str, object]] = []
    listen = lambda *args: seen.append((args[2], args[3]))  # noqa: E731 - the event wants a plain callable
    event.listen(session.get_bind(), "before_cursor_execute", listen)
    needs_left(session, clinic_id=desk.clinic.id)
    event.remove(session.get_bind(), "before_cursor_execute", listen)
    (statement, facts), connection = seen[-1], session.connection()
    explain = "EXPLAIN QUERY PLAN"
    if session.get_bind().dialect.name == "postgresql":
        explain = "EXPLAIN"
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the tables of a test are too small for an index

    plan = connection.exec_driver_sql(f"{explain} {statement}", facts).all()

    assert any("ix_need_wanted" in row[-1] for row in plan)
