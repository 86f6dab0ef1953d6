"""Two records of one clinic that are one person: linked, never copied, so that it can be undone exactly.

What is sealed with a patient's key stays with that key. Needs, requests, texts, consents and phones stay where they
are, least of all a safety concern is written into the other, and the kept record's page shows both. Only facts that
the kept record lacks and every match rests on (FILLED) are filled in, and emptied again when the two are taken apart.
Where both have asked an organization for the same need, one request goes on and the other ends for good.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput, NotFound
from referral.kit.scope import ScopedSession
from referral.patients import hooks
from referral.patients.actions import correct_patient, facts_of
from referral.patients.double_requests import double_requests, those_to_end
from referral.patients.joining import end_what_is_barred, give_back
from referral.patients.models import Patient
from referral.patients.moving import OFFERED_ALREADY, open_offer
from referral.patients.record_models import PatientCorrection, PatientMerge
from resources_directory.db import new_id

#: What the kept record takes from the other where it knows nothing: with the history of facts, as if it was typed.
FILLED = ("birth_date", "zip_code", "written_language", "spoken_language")

_SAME = _l("This is one record. Choose another one that is the same person.")
_HELD = _l("A legal hold stands on one of the two records. It must stay as it is until two persons have lifted it.")
_ENDED = _l("One of the two is marked as moved or as having died. Look at both records again before you merge them.")
_MERGED = _l("One of the two is merged with another record already. Take that apart first.")


@dataclass(frozen=True)
class MergeRow:
    """One merge as a page shows it: when, by whom, why; and how it was undone."""

    id: UUID
    kept_id: UUID
    merged_id: UUID
    why: str | None
    by: str | None
    at: datetime
    undone_by: str | None
    undone_at: datetime | None


def merge_records(
    session: ScopedSession,
    kept_id: UUID,
    merged_id: UUID,
    *,
    why: str | None,
    by: UUID,
    merge_id: UUID | None = None,
    going_on: Collection[UUID] = (),
) -> PatientMerge:
    """Return the merge: from now on the kept record stands for both. `merge_id`: the form's id.

    `going_on`: of the requests that are double (double_requests.py), for each need the one that stays.
    Whom the person barred on one record is barred on both: to-dos of such a person are somebody else's, and sharing
    with such an organization ends (joining.py).
    Raises NotFound when one is absent, erased or not theirs; InvalidInput where the two cannot be merged. Flushes.
    """
    known = session.get(PatientMerge, merge_id) if merge_id else None
    if known is not None:
        return known
    kept, merged = _locked(session, kept_id, merged_id)
    why_not = why_not_merge(session, kept, merged)
    if why_not is not None:
        raise InvalidInput(why_not)
    ending = those_to_end(double_requests(session, kept.id, merged.id), going_on)
    merge = _linked(session, kept, merged, by=by, merge_id=merge_id, why=why)
    merged.merged_into_id = kept.id
    session.flush()
    _fill(session, kept, merged, by=by)
    hooks.take_back_doubles(session, ending, by)
    end_what_is_barred(session, merge, by=by)
    return merge


def undo_merge(session: ScopedSession, merge: PatientMerge, *, by: UUID) -> None:
    """Take the two apart: both are again as they were. Done already, it stays. Raises InvalidInput on hold. Flushes.

    A request that ended with the merge stays ended: the organization was told so. So does a permission, unless nothing
    has come of its end (joining.py). Whatever stays ended is somebody's to-do.
    Where the kept one is marked as having died, what ended for the other with it is for a person to take up again.
    """
    kept, merged = _locked(session, merge.patient_id, merge.merged_id)
    session.refresh(merge)
    if merge.undone_at is not None:
        return
    if any(hooks.is_on_hold(session, record.id) for record in (kept, merged)):
        raise InvalidInput(_HELD)
    give_back(session, merge, by=by)
    merge.undone_at, merge.undone_by = clock.now(), by
    merged.merged_into_id = None
    _empty(session, merge, kept, merged, by=by)
    session.flush()
    if kept.deceased_at is not None and merged.deceased_at is None:
        hooks.on_contact_resumed(session, merged)


def release_merged(session: ScopedSession, kept_id: UUID, *, by: UUID | None) -> None:
    """Let the records that one stands for stand alone again, because it goes: none must vanish with it. Flushes."""
    standing = select(PatientMerge).where(PatientMerge.patient_id == kept_id, PatientMerge.undone_at.is_(None))
    for merge in session.scalars(standing.order_by(PatientMerge.id)):
        merge.undone_at, merge.undone_by = clock.now(), by
        session.get_one(Patient, merge.merged_id).merged_into_id = None
    session.flush()


def why_not_merge(session: ScopedSession, kept: Patient, merged: Patient) -> LazyString | None:
    """Return the words for why two records cannot be merged, or None."""
    if kept.id == merged.id:
        return _SAME
    if kept.clinic_id != merged.clinic_id or kept.erased_at is not None or merged.erased_at is not None:
        raise NotFound
    if any(hooks.is_on_hold(session, record.id) for record in (kept, merged)):
        return _HELD
    if any(record.deceased_at is not None or record.moved_at is not None for record in (kept, merged)):
        return _ENDED
    stands_for_others = select(Patient.id).where(Patient.merged_into_id == merged.id).limit(1)
    if kept.merged_into_id is not None or merged.merged_into_id is not None or session.scalar(stands_for_others):
        return _MERGED
    return OFFERED_ALREADY if open_offer(session, merged.id) is not None else None


def merges_of(session: ScopedSession, patient_id: UUID, *, in_force: bool = False) -> list[MergeRow]:
    """Return the merges that a record takes part in, the oldest first. `in_force`: only those that stand."""
    found = select(PatientMerge).where((PatientMerge.patient_id == patient_id) | (PatientMerge.merged_id == patient_id))
    if in_force:
        found = found.where(PatientMerge.undone_at.is_(None))
    rows = session.scalars(found.order_by(PatientMerge.merged_at, PatientMerge.id)).all()
    names = names_of(session, {each for row in rows for each in (row.merged_by, row.undone_by)})
    return [
        MergeRow(
            id=row.id,
            kept_id=row.patient_id,
            merged_id=row.merged_id,
            why=row.why,
            by=names.get(row.merged_by),
            at=row.merged_at,
            undone_by=names.get(row.undone_by),
            undone_at=row.undone_at,
        )
        for row in rows
    ]


def _linked(
    session: ScopedSession, kept: Patient, merged: Patient, *, by: UUID, merge_id: UUID | None, why: str | None
) -> PatientMerge:
    """Return the stored merge. Raises Conflict where somebody merged one of them at this very moment."""
    merge = PatientMerge(
        id=merge_id or new_id(),
        clinic_id=kept.clinic_id,
        patient_id=kept.id,
        merged_id=merged.id,
        merged_by=by,
        merged_at=clock.now(),
    )
    try:
        with session.begin_nested():
            merge.why = why
            session.add(merge)
            session.flush()
    except IntegrityError as error:
        raise Conflict(_MERGED) from error
    return merge


def _fill(session: ScopedSession, kept: Patient, merged: Patient, *, by: UUID) -> None:
    known, other = facts_of(kept), facts_of(merged)
    lacking = {name: getattr(other, name) for name in FILLED if getattr(known, name) is None}
    if any(value is not None for value in lacking.values()):
        correct_patient(session, kept, replace(known, **lacking), version=kept.version, by=by)


def _empty(session: ScopedSession, merge: PatientMerge, kept: Patient, merged: Patient, *, by: UUID) -> None:
    """Empty what the merge has filled in and nobody has changed since."""
    now, other = facts_of(kept), facts_of(merged)
    written = select(PatientCorrection).where(
        PatientCorrection.patient_id == kept.id,
        PatientCorrection.fact.in_(FILLED),
        PatientCorrection.by == merge.merged_by,
        PatientCorrection.at >= merge.merged_at,
    )
    filled = {row.fact for row in session.scalars(written.order_by(PatientCorrection.id)) if row.old_value is None}
    empty: dict[str, Any] = {name: None for name in sorted(filled) if getattr(now, name) == getattr(other, name)}
    if empty:
        correct_patient(session, kept, replace(now, **empty), version=kept.version, by=by)


def _locked(session: ScopedSession, kept_id: UUID, merged_id: UUID) -> tuple[Patient, Patient]:
    """Return both records, locked in the order of their ids. Raises NotFound."""
    found = select(Patient).where(Patient.id.in_({kept_id, merged_id}), Patient.erased_at.is_(None))
    found = found.order_by(Patient.id).with_for_update(of=Patient).execution_options(populate_existing=True)
    records = {patient.id: patient for patient in session.scalars(found)}
    if kept_id not in records or merged_id not in records:
        raise NotFound
    return records[kept_id], records[merged_id]
