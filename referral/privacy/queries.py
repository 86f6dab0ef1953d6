"""Questions to the audit of one clinic: who looked, what left, what was refused. Newest first, in pages."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, select

from referral.accounts.models import Membership, Person
from referral.accounts.principal import EMERGENCY_LABEL
from referral.accounts.queries import names_of
from referral.audit.models import AuditEvent, AuditKind
from referral.audit.notes import note_of
from referral.kit.crypto import SealBroken
from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import display_name
from referral.privacy.event_words import actor_words, kind_words, place_words, table_words

log = logging.getLogger(__name__)

PAGE_SIZE = 50

#: What is done to records. Sign-ins are about nobody's record, and what was refused has a page of its own.
RECORD_KINDS = (
    AuditKind.READ,
    AuditKind.CREATED,
    AuditKind.CHANGED,
    AuditKind.DELETED,
    AuditKind.EXPORTED,
    AuditKind.LIST_MADE,
    AuditKind.ERASED,
    AuditKind.HELD,
    AuditKind.HOLD_LIFTED,
)
EXPORT_KINDS = (AuditKind.EXPORTED, AuditKind.LIST_MADE)
SIGN_IN_KINDS = (AuditKind.SIGN_IN_FAILED, AuditKind.FACTOR_FAILED)

#: These say what was touched; the other kinds say it by themselves.
_NAMING_TABLES = frozenset({AuditKind.READ, AuditKind.CREATED, AuditKind.CHANGED, AuditKind.DELETED})

_NEWEST = (AuditEvent.at.desc(), AuditEvent.id.desc())


@dataclass(frozen=True)
class Wanted:
    """Which facts of the audit: `since` belongs to the time, `before` does not."""

    kinds: Collection[AuditKind]
    person_id: UUID | None = None
    patient_id: UUID | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Look:
    """One fact of the audit with the words its row shows. `who` is None for the product's own work and for links."""

    at: datetime
    kind: AuditKind
    what: str
    who: str | None
    who_id: UUID | None
    actor: str
    emergency: bool
    patient_id: UUID | None
    patient_name: str | None
    place: str
    tables: tuple[str, ...]
    note: str | None


def looks_at(session: ScopedSession, clinic_id: UUID, wanted: Wanted, *, number: int = 1) -> Page[Look]:
    """Return a page of what was done to the clinic's rows, newest first."""
    return _page(session, _fitting(wanted).where(AuditEvent.clinic_id == clinic_id), number)


def failed_sign_ins(session: ScopedSession, clinic_id: UUID, wanted: Wanted, *, number: int = 1) -> Page[Look]:
    """Return a page of failed sign-ins of people who belong or belonged to the clinic, newest first.

    A wrong password names no clinic, so they are found by the people, whatever else these work for.
    """
    people = select(Membership.person_id).where(Membership.member_id == clinic_id)
    with session.widened("failed sign-ins of the clinic's people"):
        return _page(session, _fitting(wanted).where(AuditEvent.person_id.in_(people)), number)


def done_under(session: ScopedSession, clinic_id: UUID, wanted: Wanted, *, number: int = 1) -> Page[Look]:
    """Return a page of what a person did during emergency access, newest first."""
    mine = _fitting(wanted).where(AuditEvent.clinic_id == clinic_id, AuditEvent.actor == EMERGENCY_LABEL)
    return _page(session, mine, number)


def people_to_choose(session: ScopedSession, clinic_id: UUID, chosen: UUID | None) -> list[tuple[UUID, str]]:
    """Return (id, name) of the clinic's people, also those who left, by name.

    Whoever is chosen stands among them if they did something at the clinic: no id tells the name of a stranger.
    """
    own = select(Membership.person_id).where(Membership.member_id == clinic_id)
    acted = select(AuditEvent.person_id).where(AuditEvent.clinic_id == clinic_id, AuditEvent.person_id == chosen)
    rows = session.execute(
        select(Person.id, Person.name)
        .where(Person.id.in_(own) | Person.id.in_(acted))
        .order_by(Person.name, Person.email)
    )
    return [(person_id, name) for person_id, name in rows]


def _fitting(wanted: Wanted) -> Select[AuditEvent]:
    found = select(AuditEvent).where(AuditEvent.kind.in_(sorted(wanted.kinds)))
    if wanted.person_id is not None:
        found = found.where(AuditEvent.person_id == wanted.person_id)
    if wanted.patient_id is not None:
        found = found.where(AuditEvent.patient_id == wanted.patient_id)
    if wanted.since is not None:
        found = found.where(AuditEvent.at >= wanted.since)
    if wanted.before is not None:
        found = found.where(AuditEvent.at < wanted.before)
    return found


def _page(session: ScopedSession, found: Select[AuditEvent], number: int) -> Page[Look]:
    page = page_of(session, found, number, order=_NEWEST, size=PAGE_SIZE)
    people = names_of(session, {event.person_id for event in page.rows})
    patients = _patients(session, page.rows)
    return page.showing([_look(session, event, people, patients) for event in page.rows])


def _look(
    session: ScopedSession, event: AuditEvent, people: dict[UUID | None, str], patients: dict[UUID | None, str]
) -> Look:
    named = event.detail.get("tables") or [event.subject_kind if event.kind in _NAMING_TABLES else None]
    return Look(
        at=event.at,
        kind=AuditKind(event.kind),
        what=kind_words(event.kind),
        who=people.get(event.person_id),
        who_id=event.person_id,
        actor=actor_words(event.actor),
        emergency=event.actor == EMERGENCY_LABEL,
        patient_id=event.patient_id,
        patient_name=patients.get(event.patient_id),
        place=place_words(event.place),
        tables=tuple(table_words([name for name in named if name])),
        note=_note(session, event),
    )


def _note(session: ScopedSession, event: AuditEvent) -> str | None:
    """Return the note; words in its place where its bytes were moved or changed, which is told to whoever runs this."""
    try:
        return note_of(session, event)
    except SealBroken:
        log.exception("note of the audit cannot be opened", extra={"event": event.id.hex})
        return str(_("(cannot be opened: tell your administrator)"))


def _patients(session: ScopedSession, events: Sequence[AuditEvent]) -> dict[UUID | None, str]:
    wanted = {event.patient_id for event in events if event.patient_id}
    if not wanted:
        return {}
    rows = session.scalars(select(Patient).where(Patient.id.in_(wanted)).order_by(Patient.id))
    return {patient.id: display_name(patient) for patient in rows}
