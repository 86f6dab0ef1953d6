"""Verification names the first bad row after each kind of tampering by the tables' owner."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, select, text, update

from referral.audit.actions import record
from referral.audit.chain import FORMS, NEWEST_FORM, Bad, Wrong
from referral.audit.heads import Head, newest_heads
from referral.audit.models import AuditEvent, AuditKind
from referral.audit.seal_models import NO_CLINIC, AuditSeal
from referral.audit.sealing import seal_new_events, seal_stragglers
from referral.audit.verifying import GRACE, Heads, Verified
from referral.kit import clock
from referral.kit.crypto import DataKey
from referral.kit.installation import installation
from referral.kit.scope import job_scope
from tests.audit.conftest import ONE, OTHER, Tampering, Trail, id_made
from tests.factories import Town

#: Another value for each column of an event.
EDITS: dict[str, Any] = {
    "at": clock.wall() - timedelta(days=1),
    "kind": "exported",
    "actor": "membership",
    "person_id": UUID(int=3),
    "membership_id": UUID(int=3),
    "patient_id": UUID(int=3),
    "subject_kind": "patient",
    "subject_id": UUID(int=3),
    "place": "elsewhere",
    "request_id": "r",
    "note_sealed": b"note",
    "detail": {"tables": ["patient"]},
}


def heads_of(trail: Trail) -> Heads:
    """The heads as the second place knows them."""
    with trail.database.reading(job_scope("tests")) as session:
        found: Sequence[Head] = newest_heads(session)
    return {head.chain: {head.number: head.hash} for head in found}


def edit(connection: Connection, event_id: UUID, **values: Any) -> None:
    connection.execute(update(AuditEvent).where(AuditEvent.id == event_id).values(**values))


def place_of(number: int, chain: UUID = ONE) -> Any:
    return (AuditSeal.chain == chain) & (AuditSeal.number == number)


def bad(number: int | None, event_id: UUID | None, wrong: Wrong, chain: UUID = ONE) -> Bad:
    return Bad(chain.hex, number, event_id.hex if event_id else None, wrong)


def test_chains_that_nobody_touched_are_whole(sealed: Trail) -> None:
    assert sealed.verify(heads_of(sealed)) == Verified(chains=3, events=33, heads=3)


def test_events_of_this_minute_may_wait_for_their_seal(sealed: Trail) -> None:
    sealed.add(ONE, 2)

    found = sealed.verify()

    assert (found.bad, found.waiting) == (None, 2)


def test_one_chain_is_verified_alone(sealed: Trail) -> None:
    assert sealed.verify(chain=OTHER) == Verified(chains=1, events=10)
    assert sealed.verify(chain=NO_CLINIC) == Verified(chains=1, events=3)


def test_every_column_has_an_edit_in_these_tests() -> None:
    assert {*EDITS, "id", "clinic_id"} == set(FORMS[NEWEST_FORM])


@pytest.mark.parametrize("column", EDITS)
def test_an_edit_of_a_column_is_named(sealed: Trail, tampering: Tampering, column: str) -> None:
    changed = sealed.events()[6]
    with tampering() as connection:
        edit(connection, changed, **{column: EDITS[column]})

    assert sealed.verify().bad == bad(7, changed, Wrong.CHANGED)


def test_a_new_id_of_an_event_is_named_as_its_absence(sealed: Trail, tampering: Tampering) -> None:
    gone = sealed.events()[6]
    with tampering() as connection:
        edit(connection, gone, id=UUID(int=gone.int + 1))

    assert sealed.verify().bad == bad(7, gone, Wrong.EVENT_MISSING)


def test_the_first_of_two_bad_rows_is_named(sealed: Trail, tampering: Tampering) -> None:
    later, earlier = sealed.events()[12], sealed.events()[3]
    with tampering() as connection:
        edit(connection, later, place="elsewhere")
        edit(connection, earlier, place="elsewhere")

    assert sealed.verify().bad == bad(4, earlier, Wrong.CHANGED)


def test_the_last_event_is_guarded_too(sealed: Trail, tampering: Tampering) -> None:
    last = sealed.events()[-1]
    with tampering() as connection:
        edit(connection, last, place="elsewhere")

    assert sealed.verify().bad == bad(20, last, Wrong.CHANGED)


@pytest.mark.parametrize("column", ["hash", "sealed_at", "form"])
def test_an_edit_of_a_seal_is_named(sealed: Trail, tampering: Tampering, column: str) -> None:
    values = {"hash": bytes(32), "sealed_at": clock.wall() - timedelta(hours=1), "form": 2}
    with tampering() as connection:
        connection.execute(update(AuditSeal).where(place_of(5)).values({column: values[column]}))

    assert sealed.verify().bad == bad(5, sealed.events()[4], Wrong.CHANGED)


def test_a_deleted_event_is_named(sealed: Trail, tampering: Tampering) -> None:
    gone = sealed.events()[9]
    with tampering() as connection:
        connection.execute(delete(AuditEvent).where(AuditEvent.id == gone))

    assert sealed.verify().bad == bad(10, gone, Wrong.EVENT_MISSING)


def test_deleted_seals_in_the_middle_are_named(sealed: Trail, tampering: Tampering) -> None:
    with tampering() as connection:
        connection.execute(delete(AuditSeal).where(AuditSeal.chain == ONE, AuditSeal.number.between(8, 10)))

    assert sealed.verify().bad == bad(8, None, Wrong.SEAL_MISSING)


def test_an_event_deleted_with_its_seal_is_named(sealed: Trail, tampering: Tampering) -> None:
    gone = sealed.events()[0]
    with tampering() as connection:
        connection.execute(delete(AuditSeal).where(place_of(1)))
        connection.execute(delete(AuditEvent).where(AuditEvent.id == gone))

    assert sealed.verify().bad == bad(1, None, Wrong.SEAL_MISSING)


def test_an_event_added_with_a_time_long_ago_is_named_as_never_sealed(sealed: Trail) -> None:
    (forged,) = sealed.add(ONE, id=id_made(timedelta(days=30)))
    sealed.seal()
    seal_stragglers(sealed.database)

    assert sealed.verify().bad == bad(None, forged, Wrong.NEVER_SEALED)


def test_an_event_added_with_a_time_of_yesterday_is_named_as_sealed_late(sealed: Trail) -> None:
    (forged,) = sealed.add(ONE, id=id_made(timedelta(days=1)))
    seal_stragglers(sealed.database)

    assert sealed.verify().bad == bad(21, forged, Wrong.SEALED_LATE)


def test_an_event_added_now_with_an_old_moment_is_named(sealed: Trail) -> None:
    with sealed.database.job("tests") as session:
        installation(session).demo = False
    (forged,) = sealed.add(ONE, at=clock.wall() - timedelta(days=30))
    sealed.seal()

    assert sealed.verify().bad == bad(21, forged, Wrong.OTHER_TIME)


def test_an_event_that_waits_too_long_is_named(sealed: Trail) -> None:
    (waiting,) = sealed.add(OTHER, id=id_made(GRACE + timedelta(minutes=1)))

    assert sealed.verify().bad == bad(None, waiting, Wrong.NEVER_SEALED, OTHER)
    assert sealed.verify(chain=ONE).bad is None


def test_events_in_each_others_places_are_named_as_out_of_order(sealed: Trail, tampering: Tampering) -> None:
    events = sealed.events()
    with tampering() as connection:
        connection.execute(update(AuditSeal).where(place_of(6)).values(event_id=UUID(int=1)))
        connection.execute(update(AuditSeal).where(place_of(14)).values(event_id=events[5]))
        connection.execute(update(AuditSeal).where(place_of(6)).values(event_id=events[13]))

    assert sealed.verify().bad == bad(6, events[13], Wrong.OUT_OF_ORDER)


def test_links_in_each_others_places_are_named_as_out_of_order(sealed: Trail, tampering: Tampering) -> None:
    events = sealed.events()
    with tampering() as connection:
        for before, after in ((6, 99), (14, 6), (99, 14)):
            connection.execute(update(AuditSeal).where(place_of(before)).values(number=after))

    assert sealed.verify().bad == bad(6, events[13], Wrong.OUT_OF_ORDER)


def test_an_event_given_to_another_clinic_is_named(sealed: Trail, tampering: Tampering) -> None:
    moved = sealed.events()[2]
    with tampering() as connection:
        edit(connection, moved, clinic_id=OTHER)

    assert sealed.verify().bad == bad(3, moved, Wrong.OTHER_CHAIN)


def test_events_of_two_clinics_in_each_others_places_are_named(sealed: Trail, tampering: Tampering) -> None:
    mine, foreign = sealed.events(ONE)[4], sealed.events(OTHER)[4]
    with tampering() as connection:
        connection.execute(update(AuditSeal).where(place_of(5)).values(event_id=UUID(int=1)))
        connection.execute(update(AuditSeal).where(place_of(5, OTHER)).values(event_id=mine))
        connection.execute(update(AuditSeal).where(place_of(5)).values(event_id=foreign))

    assert sealed.verify().bad == bad(5, foreign, Wrong.OTHER_CHAIN)


def test_links_of_two_clinics_in_each_others_places_are_named(sealed: Trail, tampering: Tampering) -> None:
    foreign = sealed.events(OTHER)[4]
    with tampering() as connection:
        for before, after in (((5, ONE), (99, ONE)), ((5, OTHER), (5, ONE)), ((99, ONE), (5, OTHER))):
            moved = update(AuditSeal).where(place_of(*before))
            connection.execute(moved.values(number=after[0], chain=after[1]))

    assert sealed.verify().bad == bad(5, foreign, Wrong.OTHER_CHAIN)


def test_a_chain_cut_off_at_its_end_is_told_by_its_head(sealed: Trail, tampering: Tampering) -> None:
    heads, cut = heads_of(sealed), sealed.events()[15:]
    with tampering() as connection:
        connection.execute(delete(AuditSeal).where(AuditSeal.event_id.in_(cut)))
        connection.execute(delete(AuditEvent).where(AuditEvent.id.in_(cut)))

    assert sealed.verify(heads).bad == bad(16, None, Wrong.HEAD_NOT_REACHED)
    assert sealed.verify().bad is None  # nothing inside the database can tell


def test_a_chain_cut_off_whole_is_told_by_its_head(sealed: Trail, tampering: Tampering) -> None:
    heads, cut = heads_of(sealed), sealed.events()
    with tampering() as connection:
        connection.execute(delete(AuditSeal).where(AuditSeal.event_id.in_(cut)))
        connection.execute(delete(AuditEvent).where(AuditEvent.id.in_(cut)))

    assert sealed.verify(heads).bad == bad(1, None, Wrong.HEAD_NOT_REACHED)


def test_a_chain_computed_anew_is_told_by_its_head(sealed: Trail, tampering: Tampering) -> None:
    heads, events = heads_of(sealed), sealed.events()
    with tampering() as connection:
        connection.execute(delete(AuditSeal).where(AuditSeal.chain == ONE))
        edit(connection, events[3], place="elsewhere")
    seal_new_events(sealed.database)

    assert sealed.verify(heads).bad == bad(20, sealed.events()[19], Wrong.REWRITTEN)
    assert sealed.verify().bad is None  # nothing inside the database can tell


def test_bytes_that_are_no_text_are_named(sealed: Trail, tampering: Tampering, database_url: str) -> None:
    changed = sealed.events()[6]
    odd = "X'FF'" if database_url.startswith("sqlite") else "chr(1)"  # PostgreSQL holds no such text
    with tampering() as connection:
        where = {"id": changed.hex if database_url.startswith("sqlite") else changed}
        connection.execute(text(f"UPDATE audit_event SET place = CAST({odd} AS TEXT) WHERE id = :id"), where)

    assert sealed.verify().bad == bad(7, changed, Wrong.CHANGED)


def test_destroying_a_patients_key_leaves_the_chain_whole(trail: Trail, town: Town) -> None:
    patient = town.patient(town.clinic())
    record(town.session, AuditKind.EXPORTED, "for their lawyer", patient_id=patient.id, clinic_id=patient.clinic_id)
    town.commit()
    trail.seal()
    town.session.execute(delete(DataKey).where(DataKey.owner_id == patient.id))
    town.commit()

    found = trail.verify()

    assert (found.bad, found.waiting) == (None, 0)


def test_events_of_the_whole_product_are_sealed_and_verified(trail: Trail, town: Town) -> None:
    town.need(town.patient(town.clinic()))
    town.commit()
    with trail.database.reading(job_scope("tests")) as session:
        written = len(session.scalars(select(AuditEvent.id)).all())

    assert trail.seal() == written
    assert trail.verify().events == written
