"""Legal holds: what is on hold is neither erased nor shortened by retention, whoever asks.

The rule, from the safer side of each doubt: a hold protects from the moment one person places it; it is called
provisional until a second person confirms it, and it never lapses by itself; it ends only when one person asks to lift
it and another one does. Hold beats erasure, and erasure beats retention. Source: assurance of the product, 6.4.
"""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict, NotFound
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.records.models import LegalHold

_HELD_ALREADY = _l("This record is on hold already. Open it to see since when.")
_SAME_PERSON = _l("Two different persons must agree to this. Ask a colleague with your role to open this page.")
_NOT_ASKED = _l("Nobody asks for this any more. Open the record again to see where the hold stands.")


class AnotherPersonNeeded(Conflict):
    """Two persons must agree, and this is the first of them again; nobody else was faster."""

    title = _l("This takes a second person")


def hold_of(session: ScopedSession, patient_id: UUID) -> LegalHold | None:
    """Return the hold in force on a patient's record, confirmed or provisional; None where there is none."""
    return session.scalar(select(LegalHold).where(LegalHold.patient_id == patient_id, LegalHold.lifted_at.is_(None)))


def is_held(session: ScopedSession, patient_id: UUID) -> bool:
    """Return True while a patient's record must stay as it is."""
    return hold_of(session, patient_id) is not None


def held_patients() -> Select[UUID]:
    """Return a select of the ids of all patients on hold, for jobs that must leave them alone."""
    return select(LegalHold.patient_id).where(LegalHold.lifted_at.is_(None))


def lock_record(session: ScopedSession, patient_id: UUID) -> Patient:
    """Return the patient, locked until the transaction ends: a hold and an erasure never pass each other.

    Raises NotFound when absent, erased or not theirs.
    """
    found = select(Patient).where(Patient.id == patient_id).with_for_update(of=Patient)
    patient = session.scalar(found.execution_options(populate_existing=True))
    if patient is None or patient.erased_at is not None:
        raise NotFound
    return patient


def place_hold(session: ScopedSession, patient_id: UUID, *, reason: str, by: UUID) -> LegalHold:
    """Return the new hold; it protects at once. Raises NotFound, or Conflict when there is one. Flushes."""
    patient = lock_record(session, patient_id)
    if is_held(session, patient_id):
        raise Conflict(_HELD_ALREADY)
    hold = LegalHold(clinic_id=patient.clinic_id, patient_id=patient.id, placed_by=by, placed_at=clock.now())
    hold.reason = reason
    session.add(hold)
    session.flush()
    _audit(session, hold, AuditKind.HELD, reason)
    return hold


def confirm_hold(session: ScopedSession, hold: LegalHold, *, by: UUID) -> None:
    """Make a provisional hold a confirmed one; confirmed by them already, it stays so. Flushes.

    Raises AnotherPersonNeeded when whoever placed it does, Conflict when somebody else has confirmed it.
    """
    session.refresh(hold, with_for_update=True)
    if hold.confirmed_by == by and hold.lifted_at is None:
        return
    if hold.confirmed_by is not None or hold.lifted_at is not None:
        raise Conflict(_NOT_ASKED)
    if by == hold.placed_by:
        raise AnotherPersonNeeded(_SAME_PERSON)
    hold.confirmed_by, hold.confirmed_at = by, clock.now()
    session.flush()
    _audit(session, hold, AuditKind.HELD)


def ask_to_lift(session: ScopedSession, hold: LegalHold, *, reason: str, by: UUID) -> None:
    """Ask for the end of a hold; it stands until another person lifts it. Asked in these words already, it stays so.

    Raises Conflict. Flushes.
    """
    session.refresh(hold, with_for_update=True)
    if (hold.lift_asked_by, hold.lift_reason, hold.lifted_at) == (by, reason, None):
        return
    if hold.lift_asked_by is not None or hold.lifted_at is not None:
        raise Conflict(_NOT_ASKED)
    hold.lift_asked_by, hold.lift_asked_at = by, clock.now()
    hold.lift_reason = reason
    session.flush()


def keep_hold(session: ScopedSession, hold: LegalHold) -> None:
    """Turn down the wish to lift a hold. Raises Conflict when nobody asks. Flushes."""
    if hold.lift_asked_by is None or hold.lifted_at is not None:
        raise Conflict(_NOT_ASKED)
    hold.lift_asked_by = hold.lift_asked_at = hold.lift_reason = None
    session.flush()


def lift_hold(session: ScopedSession, hold: LegalHold, *, by: UUID) -> None:
    """End a hold that another person asked to lift. Flushes; the caller commits.

    Raises AnotherPersonNeeded when they asked themselves, Conflict when nobody asks any more.
    """
    if hold.lift_asked_by is None or hold.lifted_at is not None:
        raise Conflict(_NOT_ASKED)
    if by == hold.lift_asked_by:
        raise AnotherPersonNeeded(_SAME_PERSON)
    hold.lifted_by, hold.lifted_at = by, clock.now()
    session.flush()
    _audit(session, hold, AuditKind.HOLD_LIFTED, hold.lift_reason)


def _audit(session: ScopedSession, hold: LegalHold, kind: AuditKind, note: str | None = None) -> None:
    about = {"subject_kind": LegalHold.__tablename__, "subject_id": hold.id}
    record(session, kind, note, clinic_id=hold.clinic_id, patient_id=hold.patient_id, **about)
