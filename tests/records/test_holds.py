"""A hold protects at once, is confirmed by a second person, ends only by two, and beats erasure and retention."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.accounts.models import Person
from referral.audit.models import AuditEvent, AuditKind
from referral.audit.notes import note_of
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.records.erasing import erase_record
from referral.records.holds import (
    AnotherPersonNeeded,
    ask_to_lift,
    confirm_hold,
    hold_of,
    is_held,
    keep_hold,
    lift_hold,
    place_hold,
)
from referral.records.models import LegalHold
from tests.referrals.conftest import Place


@pytest.fixture
def hold(session: ScopedSession, place: Place, officer: Person) -> LegalHold:
    """A hold that the privacy officer has just placed."""
    return place_hold(session, place.patient.id, reason="A court asks for it.", by=officer.id)


def test_a_hold_protects_from_the_moment_it_is_placed(session: ScopedSession, place: Place, hold: LegalHold) -> None:
    assert hold.confirmed_at is None
    assert is_held(session, place.patient.id)


def test_a_second_person_confirms_it_and_never_the_first(
    session: ScopedSession, hold: LegalHold, officer: Person, administrator: Person
) -> None:
    with pytest.raises(AnotherPersonNeeded):
        confirm_hold(session, hold, by=officer.id)
    confirm_hold(session, hold, by=administrator.id)

    assert hold.confirmed_by == administrator.id


def test_a_record_is_on_one_hold_at_a_time(session: ScopedSession, place: Place, hold: LegalHold) -> None:
    with pytest.raises(Conflict):
        place_hold(session, place.patient.id, reason="Another court.", by=place.navigator.id)


def test_one_person_alone_never_ends_a_hold(session: ScopedSession, hold: LegalHold, administrator: Person) -> None:
    with pytest.raises(Conflict):
        lift_hold(session, hold, by=administrator.id)
    ask_to_lift(session, hold, reason="It is over.", by=administrator.id)
    with pytest.raises(AnotherPersonNeeded):
        lift_hold(session, hold, by=administrator.id)

    assert is_held(session, hold.patient_id)


def test_the_database_itself_refuses_one_person_who_does_both(
    session: ScopedSession, hold: LegalHold, officer: Person
) -> None:
    hold.lift_asked_by, hold.lift_asked_at, hold.lifted_by, hold.lifted_at = (
        officer.id,
        hold.placed_at,
        officer.id,
        hold.placed_at,
    )

    with pytest.raises(IntegrityError):
        session.flush()


def test_two_persons_end_a_hold(
    session: ScopedSession, hold: LegalHold, officer: Person, administrator: Person
) -> None:
    ask_to_lift(session, hold, reason="It is over.", by=officer.id)

    lift_hold(session, hold, by=administrator.id)

    assert hold_of(session, hold.patient_id) is None


def test_the_wish_to_lift_can_be_turned_down(session: ScopedSession, hold: LegalHold, officer: Person) -> None:
    ask_to_lift(session, hold, reason="It is over.", by=officer.id)

    keep_hold(session, hold)

    assert (hold.lift_asked_by, hold.lift_reason) == (None, None)
    assert is_held(session, hold.patient_id)


def test_a_hold_forbids_erasure_until_it_is_lifted(
    session: ScopedSession, place: Place, hold: LegalHold, officer: Person, administrator: Person
) -> None:
    with pytest.raises(Conflict):
        erase_record(session, place.patient.id, reason="They asked.", by=officer.id)
    ask_to_lift(session, hold, reason="It is over.", by=officer.id)
    with pytest.raises(Conflict):
        erase_record(session, place.patient.id, reason="They asked.", by=officer.id)
    lift_hold(session, hold, by=administrator.id)

    assert erase_record(session, place.patient.id, reason="They asked.", by=officer.id)


def test_placing_confirming_and_lifting_are_audited_with_their_reasons(
    session: ScopedSession, hold: LegalHold, officer: Person, administrator: Person
) -> None:
    confirm_hold(session, hold, by=administrator.id)
    ask_to_lift(session, hold, reason="It is over.", by=officer.id)
    lift_hold(session, hold, by=administrator.id)

    kinds = (AuditKind.HELD, AuditKind.HOLD_LIFTED)
    events = session.scalars(select(AuditEvent).where(AuditEvent.kind.in_(kinds)).order_by(AuditEvent.id)).all()
    assert [(event.kind, note_of(session, event)) for event in events] == [
        ("held", "A court asks for it."),
        ("held", None),
        ("hold_lifted", "It is over."),
    ]
