"""How far events are sealed, for pages."""

from datetime import timedelta

from referral.accounts.models import Member
from referral.audit.queries import chain_state, events_with_seals
from referral.kit.scope import Scope, ScopeKind, job_scope
from tests.audit.conftest import ONE, OTHER, Trail, id_made
from tests.factories import Town


def officer(clinic: Member) -> Scope:
    """Whoever looks at the events of one clinic."""
    return Scope(ScopeKind.MEMBERSHIP, "membership", clinic_ids=frozenset({clinic.id}))


def test_a_clinic_without_events_has_no_seals(trail: Trail) -> None:
    with trail.database.reading(job_scope("tests")) as session:
        state = chain_state(session, ONE)

    assert (state.number, state.sealed_at, state.waiting, state.head_at) == (0, None, 0, None)


def test_a_chain_tells_how_far_it_is_sealed_and_what_waits(sealed: Trail) -> None:
    sealed.add(ONE, 2)

    with sealed.database.reading(job_scope("tests")) as session:
        state = chain_state(session, ONE)

    assert (state.number, state.waiting) == (20, 2)
    assert state.sealed_at is not None


def test_events_of_no_clinic_have_a_state_too(sealed: Trail) -> None:
    with sealed.database.reading(job_scope("tests")) as session:
        assert chain_state(session, None).number == 3


def test_events_come_newest_first_with_their_seals(sealed: Trail) -> None:
    (waiting,) = sealed.add(ONE)

    with sealed.database.reading(job_scope("tests")) as session:
        rows = events_with_seals(session, ONE, limit=3)
        newest = rows[0][0].id

    assert [row[1] for row in rows] == [None, 20, 19]
    assert newest == waiting


def test_events_of_one_patient_are_found_beyond_the_first_page(trail: Trail) -> None:
    for minutes in (3, 2, 1):
        trail.add(ONE, id=id_made(timedelta(minutes=minutes)), patient_id=OTHER)
    trail.add(ONE, 2)
    trail.seal()

    with trail.database.reading(job_scope("tests")) as session:
        rows = events_with_seals(session, ONE, patient_id=OTHER, offset=1)

    assert [row[1] for row in rows] == [2, 1]


def test_an_officer_sees_how_far_their_own_clinic_is_sealed(trail: Trail, town: Town) -> None:
    clinic = town.clinic()
    town.patient(clinic)
    town.commit()
    trail.seal()

    with trail.database.reading(officer(clinic)) as session:
        state, rows = chain_state(session, clinic.id), events_with_seals(session, clinic.id)

    assert state.number == len(rows) == len(trail.events(clinic.id)) > 0
