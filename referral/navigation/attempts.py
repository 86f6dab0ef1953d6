"""Recording attempts to reach a patient, and reading them back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.i18n import LANGUAGES
from referral.kit.scope import ScopedSession
from referral.navigation.models import ContactAttempt
from referral.navigation.states import ContactChannel
from referral.todos.models import ToDo

#: Nobody talks for longer in one go; more is a slip of the keyboard.
LONGEST_MINUTES = 600


@dataclass(frozen=True)
class NewAttempt:
    """A try to reach the patient of a to-do. `language`: BCP 47. `interpreter`: who it was, None without one."""

    channel: ContactChannel
    reached: bool
    language: str | None = None
    interpreter: str | None = None
    minutes: int | None = None
    note: str | None = field(default=None, repr=False)


def record_attempt(
    session: ScopedSession, to_do: ToDo, attempt: NewAttempt, *, by: UUID, attempt_id: UUID
) -> ContactAttempt:
    """Return the stored attempt. `attempt_id` is the form's id: sent twice, it is one attempt.

    Raises InvalidInput, naming the field. Flushes; the caller commits.
    """
    _check(attempt)
    known = session.scalar(select(ContactAttempt).where(ContactAttempt.id == attempt_id))
    if known is not None:
        return known
    row = ContactAttempt(
        id=attempt_id,
        clinic_id=to_do.clinic_id,
        patient_id=to_do.patient_id,
        to_do_id=to_do.id,
        channel=attempt.channel,
        reached=attempt.reached,
        language=attempt.language,
        interpreter=attempt.interpreter,
        minutes=attempt.minutes,
        by=by,
        at=clock.now(),
    )
    row.note = attempt.note
    session.add(row)
    session.flush()
    return row


def attempts_of(session: ScopedSession, patient_id: UUID) -> Sequence[ContactAttempt]:
    """Return every attempt to reach the patient, oldest first."""
    made = select(ContactAttempt).where(ContactAttempt.patient_id == patient_id)
    return session.scalars(made.order_by(ContactAttempt.at, ContactAttempt.id)).all()


def _check(attempt: NewAttempt) -> None:
    if attempt.minutes is not None and not 0 <= attempt.minutes <= LONGEST_MINUTES:
        raise InvalidInput(_l("Type the minutes as a number from 0 to 600, or leave them empty."), "minutes")
    if attempt.language is not None and attempt.language not in LANGUAGES:
        raise InvalidInput(_l("Choose a language from the list."), "language")
