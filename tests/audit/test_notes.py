"""Notes of audit events: sealed, opened, erased with the patient's key."""

import pytest
from sqlalchemy import delete, select

from referral.audit.actions import record, record_apart
from referral.audit.models import AuditEvent, AuditKind
from referral.audit.notes import note_of
from referral.kit.crypto import INSTALLATION, DataKey, SealBroken
from referral.kit.scope import NOBODY, ScopedSession, job_scope
from referral.kit.transaction import Database
from tests.factories import Town

REASON = "Their lawyer asked for it on paper"


def noted(session: ScopedSession) -> AuditEvent:
    return session.scalars(select(AuditEvent).where(AuditEvent.note_sealed.is_not(None)).order_by(AuditEvent.id)).one()


def test_a_note_is_stored_as_bytes_that_do_not_hold_it(session: ScopedSession) -> None:
    record(session, AuditKind.EXPORTED, REASON)

    assert REASON.encode() not in (noted(session).note_sealed or b"")


def test_a_note_is_read_again_with_its_event(session: ScopedSession) -> None:
    record(session, AuditKind.EXPORTED, note=REASON)

    assert note_of(session, noted(session)) == REASON


def test_a_note_of_a_transaction_of_its_own_is_kept(database: Database) -> None:
    record_apart(database, NOBODY, AuditKind.DENIED, note=REASON)

    with database.reading(job_scope("tests")) as session:
        assert note_of(session, noted(session)) == REASON


def test_a_note_about_a_patient_is_erased_with_the_patients_key(town: Town, session: ScopedSession) -> None:
    patient = town.patient(town.clinic())
    record(session, AuditKind.EXPORTED, REASON, patient_id=patient.id, clinic_id=patient.clinic_id)
    session.execute(delete(DataKey).where(DataKey.owner_id == patient.id))
    session.info.pop("key_ring")

    event = noted(session)

    assert event.note_sealed is not None
    assert note_of(session, event) is None


def test_a_note_about_nobody_is_sealed_with_the_installations_key(session: ScopedSession) -> None:
    record(session, AuditKind.KEYS_ROTATED, REASON)
    session.execute(delete(DataKey).where(DataKey.owner_id == INSTALLATION))
    session.info.pop("key_ring")

    assert note_of(session, noted(session)) is None


def test_an_event_without_a_note_says_nothing(session: ScopedSession) -> None:
    record(session, AuditKind.SIGNED_OUT)

    assert note_of(session, session.scalars(select(AuditEvent)).one()) is None


def test_a_note_moved_to_another_event_does_not_open(session: ScopedSession) -> None:
    record(session, AuditKind.EXPORTED, REASON)
    moved = noted(session).note_sealed
    record(session, AuditKind.SIGNED_OUT)
    other = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.SIGNED_OUT)).one()
    session.expunge(other)
    other.note_sealed = moved

    with pytest.raises(SealBroken):
        note_of(session, other)
