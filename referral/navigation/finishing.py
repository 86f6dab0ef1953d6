"""Finishing a to-do: what was done; for one that is done by calling, the call itself, or why there was none."""

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit.errors import InvalidInput
from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.navigation.attempts import NewAttempt, record_attempt
from referral.navigation.errands import errand_of
from referral.navigation.models import ContactAttempt
from referral.navigation.queries import referral_of
from referral.navigation.states import MADE, CallSaid, ContactChannel, Next
from referral.navigation.words import NO_CALL, ORGANIZATION_CALLED
from referral.referrals.models import Testimony
from referral.referrals.states import ReferralState, Side
from referral.todos.actions import mark_done
from referral.todos.models import ToDo

#: Done by calling the patient, or the organization.
CALLS_PATIENT = frozenset({Next.CALL, Next.TRY})
CALLS_ORGANIZATION = frozenset({Next.CALL_ORGANIZATION, Next.RECORD_ANSWER})


@dataclass(frozen=True)
class Finished:
    """How somebody finishes a to-do. `call`: what came of the call; None where none is asked for."""

    words: str = field(repr=False)
    call: CallSaid | None
    filling_id: UUID


def calls_organization(to_do: ToDo) -> bool:
    """Return True for a to-do that is done by calling the organization, not the patient."""
    return errand_of(to_do).next in CALLS_ORGANIZATION


def asks_for_call(session: ScopedSession, to_do: ToDo) -> bool:
    """Return True if a to-do is done by a call of which nothing has been written down since it was made."""
    if to_do.done_at is not None:
        return False
    if calls_organization(to_do):
        referral = referral_of(session, to_do)
        return referral is not None and referral.state == ReferralState.SENT
    return errand_of(to_do).next in CALLS_PATIENT and not _patient_was_contacted(session, to_do)


def finish_to_do(session: ScopedSession, to_do: ToDo, finished: Finished, *, by: UUID) -> None:
    """Finish a to-do; a call to the patient that was made is an attempt of its own.

    Raises InvalidInput where the call is asked for and nothing is said of it, Conflict when it is done. Flushes.
    """
    if asks_for_call(session, to_do):
        if finished.call is None:
            raise InvalidInput(_l("Say whether you called, or why there was no call."), "call")
        if finished.call in MADE and not calls_organization(to_do):
            made = NewAttempt(ContactChannel.PHONE, reached=finished.call is CallSaid.REACHED)
            record_attempt(session, to_do, made, by=by, attempt_id=finished.filling_id)
    mark_done(session, to_do, by=by, outcome=outcome_words(to_do, finished))


def outcome_words(to_do: ToDo, finished: Finished) -> str:
    """Return what is kept of it: what was typed, after what no list of attempts will tell of the call."""
    told = ORGANIZATION_CALLED if calls_organization(to_do) else NO_CALL
    if finished.call is None or finished.call not in told:
        return finished.words
    with speaking(STAFF_LANGUAGE):
        return f"{told[finished.call]} {finished.words}"


def _patient_was_contacted(session: ScopedSession, to_do: ToDo) -> bool:
    """Return True if an attempt, or what the patient said, was written down since the to-do was made."""
    tried = select(ContactAttempt.id).where(
        ContactAttempt.patient_id == to_do.patient_id, ContactAttempt.at >= to_do.created_at
    )
    heard = select(Testimony.id).where(
        Testimony.patient_id == to_do.patient_id,
        Testimony.side == Side.PATIENT,
        Testimony.taken_by.is_not(None),
        Testimony.at >= to_do.created_at,
    )
    return any(session.scalar(each.limit(1)) is not None for each in (tried, heard))
