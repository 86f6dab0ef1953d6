"""A patient moves to another clinic: one clinic offers, a person of the other takes over, into a record of its own.

Keys bind what is sealed to its patient, so nothing moves: facts and phones are written anew there, under the new
record's key. Texting consent is taken anew; requests under way stay with the clinic that signed them until they close.
The move itself is a disclosure: the words by which the patient agreed, which facts, to whom, when.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.accounts.models import Member
from referral.accounts.queries import names_of
from referral.accounts.roles import MemberKind
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ClinicOwned, ScopedSession
from referral.patients import hooks
from referral.patients.actions import PatientFacts, PhoneFacts, add_phone, facts_of, register_patient
from referral.patients.barring import bars_of, carry_bars
from referral.patients.consents import ConsentTaken
from referral.patients.models import Patient
from referral.patients.queries import may_be_contacted, phones_of
from referral.patients.record_models import PatientMove
from referral.patients.states import MoveState, PhoneHolder, SmsSafety
from resources_directory.db import new_id

#: The widened look of whoever takes over, and what the audit calls it.
ACROSS = "move between clinics"

#: What the other clinic is shown: facts by name, and phones. Never the record number, which is the old clinic's own.
SHOWN = (
    "given_name", "family_name", "second_family_name", "chosen_name", "birth_date", "zip_code", "written_language",
    "spoken_language", "interpreter_needed", "privacy_level", "phones", "barred_organizations",
)  # fmt: skip

_NOT_NOW = _l("This patient cannot be offered to another clinic: look at the notices on their page.")
#: Also why a record cannot be merged into another.
OFFERED_ALREADY = _l("This patient is offered to a clinic already. Take that offer back first.")
_OVER = _l("This offer is over: it was answered or taken back. Open the list again to see what is left.")


@dataclass(frozen=True)
class Arrival:
    """A patient offered to one's clinic. `facts` and `phones` (E.164): what they agreed to give.

    `barred`: organizations that they never want asked, with their names. Whom they barred among people stays behind.
    """

    move_id: UUID
    from_clinic: str
    from_phone: str | None
    offered_by: str
    offered_at: datetime
    facts: PatientFacts
    phones: tuple[PhoneFacts, ...]
    barred: tuple[tuple[UUID, str], ...]
    note: str | None
    state: MoveState
    new_patient_id: UUID | None


@dataclass(frozen=True)
class OfferRow:
    """An offer in the list of the receiving clinic: no name stands there."""

    move_id: UUID
    from_clinic: str
    offered_by: str
    offered_at: datetime


@dataclass(frozen=True)
class MoveRow:
    """A move as the page of the old or the new record tells it. `clinic`: the other one."""

    move_id: UUID
    clinic: str
    clinic_phone: str | None
    state: MoveState
    offered_at: datetime
    ended_at: datetime | None
    words: str
    in_whose_name: str | None
    taken_by: str


def other_clinics(session: ScopedSession, clinic_id: UUID) -> list[Member]:
    """Return the other clinics that take part, by name."""
    found = select(Member).where(Member.kind == MemberKind.CLINIC, Member.id != clinic_id)
    return list(session.scalars(found.order_by(Member.name, Member.id)))


def offer_move(
    session: ScopedSession, patient: Patient, to_clinic_id: UUID, *, taken: ConsentTaken, note: str | None
) -> PatientMove:
    """Return the offer. The form sent twice makes one. Raises InvalidInput, Conflict when one is open. Flushes."""
    known = session.get(PatientMove, taken.event_id) if taken.event_id else None
    if known is not None:
        return known
    if not may_be_contacted(patient):
        raise InvalidInput(_NOT_NOW)
    if to_clinic_id not in {clinic.id for clinic in other_clinics(session, patient.clinic_id)}:
        raise InvalidInput(_l("Choose one of the clinics in the list."), "to")
    assert taken.taken_by is not None  # noqa: S101 - a person of the clinic offers
    spoken, _colon, proxy = taken.in_whose_name.partition(":")
    move = PatientMove(
        id=taken.event_id or new_id(),
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        to_clinic_id=to_clinic_id,
        words=taken.words,
        words_language=taken.words_language,
        words_version=taken.words_version,
        method=taken.method,
        in_whose_name=spoken,
        proxy_id=UUID(proxy) if proxy else None,
        offered_by=taken.taken_by,
        offered_at=clock.now(),
        fields=list(SHOWN),
    )
    try:
        with session.begin_nested():
            move.interpreter, move.note = taken.interpreter, note
            session.add(move)
            session.flush()
    except IntegrityError as error:
        raise Conflict(OFFERED_ALREADY) from error
    return move


def withdraw_offer(session: ScopedSession, move: PatientMove, *, by: UUID | None) -> None:
    """Take an offer back. Raises Conflict when it is over. Flushes."""
    session.refresh(move, with_for_update=True)
    _end(session, move, MoveState.WITHDRAWN, by=by)


def open_offer(session: ScopedSession, patient_id: UUID) -> PatientMove | None:
    """Return the offer of a patient that waits for an answer."""
    found = select(PatientMove).where(PatientMove.patient_id == patient_id, PatientMove.state == MoveState.OFFERED)
    return session.scalar(found)


def offers_to(session: ScopedSession, clinic_id: UUID) -> list[OfferRow]:
    """Return what other clinics offer to one's own and nobody has answered, the oldest first. Tells of nobody."""
    with session.widened(ACROSS):
        found = select(PatientMove.id, PatientMove.offered_by, PatientMove.offered_at, Member.name).join(
            Member, Member.id == PatientMove.clinic_id
        )
        waiting = found.where(PatientMove.to_clinic_id == clinic_id, PatientMove.state == MoveState.OFFERED)
        rows = session.execute(waiting.order_by(PatientMove.offered_at, PatientMove.id)).all()
    names = names_of(session, {row.offered_by for row in rows})
    return [OfferRow(row.id, row.name, names.get(row.offered_by, ""), row.offered_at) for row in rows]


def arrival(session: ScopedSession, move_id: UUID, clinic_id: UUID) -> Arrival | None:
    """Return an offer made to one's own clinic, with what the patient agreed to give; None when it is not there.

    Of one that is over nothing is told but how it ended. Reading it is written to the other clinic's audit.
    """
    with session.widened(ACROSS):
        mine = PatientMove.id == move_id, PatientMove.to_clinic_id == clinic_id
        home = session.scalar(select(PatientMove.clinic_id).where(*mine))
    if home is None:
        return None
    with _as_at(session, home):
        move = session.scalars(select(PatientMove).where(*mine)).one()
        patient = session.scalar(select(Patient).where(Patient.id == move.patient_id, Patient.erased_at.is_(None)))
        clinic = session.get_one(Member, home)
        waits = move.state == MoveState.OFFERED and patient is not None
        return Arrival(
            move_id=move.id,
            from_clinic=clinic.name,
            from_phone=clinic.phone,
            offered_by=names_of(session, {move.offered_by}).get(move.offered_by, ""),
            offered_at=move.offered_at,
            facts=_facts(patient) if waits and patient else PatientFacts(),
            phones=_phones(session, patient) if waits and patient else (),
            barred=_barred(session, patient) if waits and patient else (),
            note=move.note if waits else None,
            state=MoveState(move.state),
            new_patient_id=move.new_patient_id,
        )


def take_over(session: ScopedSession, found: Arrival, *, clinic_id: UUID, by: UUID) -> UUID:
    """Return the id of the new record: facts and phones under its own key, no consent, and a to-do to call.

    Taken over already, it is that record. Raises Conflict when the offer is over. Flushes; the caller commits.
    """
    if found.new_patient_id is not None:
        return found.new_patient_id
    new_patient_id = new_id()
    with session.widened(ACROSS):
        which = select(PatientMove).where(PatientMove.id == found.move_id, PatientMove.to_clinic_id == clinic_id)
        move = session.scalars(which.with_for_update(of=PatientMove).execution_options(populate_existing=True)).one()
        if move.new_patient_id is not None:
            return move.new_patient_id
        _end(session, move, MoveState.TAKEN_OVER, by=by, new_patient_id=new_patient_id)
        session.get_one(Patient, move.patient_id).moved_at = clock.now()
        session.flush()
        hooks.on_patient_moved_away(session, move.patient_id)
    patient = register_patient(session, found.facts, clinic_id=clinic_id, by=by, patient_id=new_patient_id)
    for phone in found.phones:
        add_phone(session, patient, phone, by=by)
    carry_bars(session, patient, (organization_id for organization_id, _name in found.barred), by=by)
    hooks.on_patient_moved_here(session, patient, found.from_clinic)
    return patient.id


def decline(session: ScopedSession, found: Arrival, *, clinic_id: UUID, by: UUID) -> None:
    """Turn an offer down, once; the patient stays where they are. Raises Conflict when it is over. Flushes."""
    with session.widened(ACROSS):
        which = select(PatientMove).where(PatientMove.id == found.move_id, PatientMove.to_clinic_id == clinic_id)
        move = session.scalars(which.with_for_update(of=PatientMove).execution_options(populate_existing=True)).one()
        if (move.state, move.ended_by) != (MoveState.DECLINED, by):
            _end(session, move, MoveState.DECLINED, by=by)


def moves_of(session: ScopedSession, patient_id: UUID) -> list[MoveRow]:
    """Return the moves away from a record, the newest first."""
    found = select(PatientMove, Member).join(Member, Member.id == PatientMove.to_clinic_id)
    found = found.where(PatientMove.patient_id == patient_id)
    rows = session.execute(found.order_by(PatientMove.offered_at.desc(), PatientMove.id)).all()
    names = names_of(session, {move.offered_by for move, _clinic in rows})
    return [_row(move, clinic, names.get(move.offered_by, "")) for move, clinic in rows]


def came_from(session: ScopedSession, patient_id: UUID) -> MoveRow | None:
    """Return the move that brought a record here, if one did."""
    with session.widened(ACROSS):
        found = select(PatientMove, Member).join(Member, Member.id == PatientMove.clinic_id)
        row = session.execute(found.where(PatientMove.new_patient_id == patient_id)).first()
        if row is None:
            return None
        move, clinic = row
        return _row(move, clinic, names_of(session, {move.offered_by}).get(move.offered_by, ""))


def _row(move: PatientMove, clinic: Member, taken_by: str) -> MoveRow:
    return MoveRow(
        move_id=move.id,
        clinic=clinic.name,
        clinic_phone=clinic.phone,
        state=MoveState(move.state),
        offered_at=move.offered_at,
        ended_at=move.ended_at,
        words=move.words,
        in_whose_name=move.in_whose_name,
        taken_by=taken_by,
    )


@contextmanager
def _as_at(session: ScopedSession, clinic_id: UUID) -> Iterator[None]:
    """Read as somebody of that clinic would: in the reader's own name, and audited. What was read is let go of."""
    narrow = session.scope
    session.take_scope(replace(narrow, clinic_ids=frozenset({clinic_id})))
    try:
        yield
    finally:
        session.take_scope(narrow)
        for row in list(session.identity_map.values()):
            if isinstance(row, ClinicOwned) and row.clinic_id == clinic_id:
                session.expunge(row)


def _facts(patient: Patient) -> PatientFacts:
    return replace(facts_of(patient), record_number=None)


def _barred(session: ScopedSession, patient: Patient) -> tuple[tuple[UUID, str], ...]:
    rows = bars_of(session, patient.id)
    return tuple((row.organization_id, row.name) for row in rows if row.organization_id is not None)


def _phones(session: ScopedSession, patient: Patient) -> tuple[PhoneFacts, ...]:
    """Whose phone it is comes along; whether texts are safe is asked anew."""
    return tuple(
        PhoneFacts(view.e164, PhoneHolder(view.phone.holder), view.phone.is_shared, SmsSafety.UNKNOWN)
        for view in phones_of(session, patient.id)
    )


def _end(
    session: ScopedSession, move: PatientMove, state: MoveState, *, by: UUID | None, new_patient_id: UUID | None = None
) -> None:
    if move.state != MoveState.OFFERED:
        raise Conflict(_OVER)
    move.state, move.ended_by, move.ended_at = state, by, clock.now()
    move.new_patient_id = new_patient_id
    session.flush()
