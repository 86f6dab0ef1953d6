"""The note of an audit event: words that somebody gave as a reason, sealed, readable while the patient's key lives."""

from typing import Protocol
from uuid import UUID

from referral.audit.models import AuditEvent
from referral.kit.crypto import INSTALLATION, KeyGone, open_apart, seal_apart
from referral.kit.scope import ScopedSession


class Noted(Protocol):
    """An audit event, or the columns of one."""

    @property
    def id(self) -> UUID:
        """The event's id."""

    @property
    def patient_id(self) -> UUID | None:
        """Whom it is about."""

    @property
    def note_sealed(self) -> bytes | None:
        """The note as stored."""


def sealed_note(session: ScopedSession, event_id: UUID, note: str, *, patient_id: UUID | None) -> bytes:
    """Return `note` as the event stores it: sealed with the patient's key, or the installation's."""
    return seal_apart(session, patient_id or INSTALLATION, _place(event_id), note)


def note_of(session: ScopedSession, event: Noted) -> str | None:
    """Return the words of the event's note; None where it has none, or where its key was destroyed (erased).

    `event.note_sealed` tells the two apart. Raises SealBroken when the bytes were moved or changed.
    """
    if event.note_sealed is None:
        return None
    try:
        return open_apart(session, event.patient_id or INSTALLATION, _place(event.id), event.note_sealed)
    except KeyGone:
        return None


def _place(event_id: UUID) -> str:
    return f"{AuditEvent.__tablename__}.{AuditEvent.note_sealed.key}:{event_id}"
