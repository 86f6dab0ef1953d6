"""Queueing a message in the caller's transaction, and taking queued ones back when their cause is gone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.orm import make_transient_to_detached

from referral.kit import clock
from referral.kit.scope import ForeignWrite, ScopedSession
from referral.outbox.models import Message
from referral.outbox.moves import states_with
from referral.outbox.states import MESSAGE_MACHINE, Channel, MessageEvent
from resources_directory.db import native_insert, new_id

#: The table itself: whoever moves a referral by a link must be able to stop the messages about it, although nobody but
#: the clinic may read them. No loader criteria reach it; PostgreSQL's row-level security does, hence the wider look.
_MESSAGES: Table = Message.metadata.tables[Message.__tablename__]


@dataclass(frozen=True)
class NewMessage:
    """Something to say. `dedupe_key` is its business identity, for example referral:<id>:question:day_3:v4.

    `not_before` and `expires_at`: story time; none means now and never. `to_address` is for e-mail only.
    """

    channel: Channel
    composer: str
    template: str
    clinic_id: UUID
    subject_kind: str
    subject_id: UUID
    dedupe_key: str
    subject_version: int | None = None
    patient_id: UUID | None = None
    phone_number_id: UUID | None = None
    to_address: str | None = field(default=None, repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    not_before: datetime | None = None
    expires_at: datetime | None = None
    resend_ok: bool = True
    #: The message that it repeats because a carrier lost it.
    retry_of: UUID | None = None


def queue_message(session: ScopedSession, new: NewMessage) -> UUID | None:
    """Queue a message; return its id, or None when one with its dedupe_key was queued before.

    Flushes; the caller commits, so that the message exists exactly when its cause does. Two at once: one wins, the
    other gets None. Raises ForeignWrite when a clinic would speak for another.
    """
    message_id, now = new_id(), clock.now()
    values = {
        "id": message_id,
        "channel": new.channel,
        "composer": new.composer,
        "template": new.template,
        "facts": dict(new.facts),
        "clinic_id": new.clinic_id,
        "subject_kind": new.subject_kind,
        "subject_id": new.subject_id,
        "subject_version": new.subject_version,
        "dedupe_key": new.dedupe_key,
        "patient_id": new.patient_id,
        "phone_number_id": new.phone_number_id,
        "state": MESSAGE_MACHINE.initial,
        "not_before": new.not_before or now,
        "due_at": new.not_before or now,
        "retry_of": new.retry_of,
        "expires_at": new.expires_at,
        "resend_ok": new.resend_ok,
        "created_at": now,
    }
    if session.scope.clinic_ids and new.clinic_id not in session.scope.clinic_ids:
        raise ForeignWrite("a message of another clinic")
    with session.widened("message queued"):  # an organization may cause a message, but never read one
        if not _inserted(session, values):
            return None
        _seal_address(session, message_id, new)
    return message_id


def cancel_for_subject(
    session: ScopedSession, subject_kind: str, subject_id: UUID, *, reason: str, templates: Collection[str] = ()
) -> int:
    """Cancel what is queued about a subject that has moved; only of `templates` if any. Return how many.

    A message being submitted right now cannot be recalled; that is at most one. Flushes; the caller commits.
    """
    which = [_MESSAGES.c.subject_kind == subject_kind, _MESSAGES.c.subject_id == subject_id]
    if templates:
        which.append(_MESSAGES.c.template.in_(sorted(templates)))
    return _take_back(session, which, MessageEvent.CANCEL, reason)


def cancel_repetition(session: ScopedSession, message_id: UUID) -> int:
    """Cancel the repetition of a message that arrived after all. Return how many. Flushes."""
    return _take_back(session, [_MESSAGES.c.retry_of == message_id], MessageEvent.CANCEL, "arrived_after_all")


def suppress_for_phone(session: ScopedSession, phone_number_id: UUID, *, reason: str) -> int:
    """Suppress every queued text to a phone, of all clinics: a STOP, a wrong number. Return how many."""
    return _take_back(session, [_MESSAGES.c.phone_number_id == phone_number_id], MessageEvent.SUPPRESS, reason)


def suppress_for_patient(session: ScopedSession, patient_id: UUID, *, reason: str) -> int:
    """Suppress every queued message to a patient: consent withdrawn, died, a safety concern. Return how many."""
    which = [_MESSAGES.c.patient_id == patient_id, _MESSAGES.c.phone_number_id.is_not(None)]
    return _take_back(session, which, MessageEvent.SUPPRESS, reason)


def _inserted(session: ScopedSession, values: Mapping[str, Any]) -> bool:
    statement = native_insert(session, _MESSAGES).values(**values).on_conflict_do_nothing(index_elements=["dedupe_key"])
    return session.scalar(statement.returning(_MESSAGES.c.id)) is not None


def _seal_address(session: ScopedSession, message_id: UUID, new: NewMessage) -> None:
    """Seal the address into the row just made; the flush also asks whether this scope may write the row.

    The row is not read back: a receiving organization may cause a message but never read one.
    """
    row = Message(id=message_id, clinic_id=new.clinic_id, patient_id=new.patient_id)
    make_transient_to_detached(row)
    session.add(row)
    row.to_address = new.to_address
    session.flush()
    session.expunge(row)


def _take_back(session: ScopedSession, which: list[ColumnElement[bool]], event: MessageEvent, reason: str) -> int:
    session.flush()
    sources = states_with(event)
    # Locked in the order of their ids, so that two of these never wait for each other.
    found = select(_MESSAGES.c.id).where(*which, _MESSAGES.c.state.in_(sources)).order_by(_MESSAGES.c.id)
    statement = (
        update(_MESSAGES)
        .where(_MESSAGES.c.id.in_(select(found.with_for_update().cte("found").c.id)), _MESSAGES.c.state.in_(sources))
        .values(state=MESSAGE_MACHINE.next_state(sources[0], event), reason=reason, lease_owner=None, lease_until=None)
        .returning(_MESSAGES.c.id)
    )
    with session.widened("message taken back"):
        return len(session.scalars(statement).all())
