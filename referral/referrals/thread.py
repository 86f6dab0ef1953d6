"""The thread of a referral: what the organization asks the clinic, and what the clinic answers.

The organization's question makes a to-do; the clinic's answer goes to the organization as an e-mail with a link, and
stands on the page behind it. No word of either stands in the mail itself. Nothing here moves the referral.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput, Throttled
from referral.kit.scope import ScopedSession
from referral.referrals.actors import Actor
from referral.referrals.desk_models import ThreadMessage
from referral.referrals.models import Referral
from referral.referrals.notices import ANSWERED, OUTCOME_LINK_LASTS, live_link, queue_mail, renew_link
from referral.referrals.said_once import say_once
from referral.referrals.states import TAKEN_STATES, Mode, ReferralState
from referral.referrals.to_dos import need_a_person
from referral.todos.actions import mark_done
from referral.todos.models import ToDo, ToDoReason

#: While the organization may still say something both sides may write.
OPEN_STATES = (ReferralState.SENT, *TAKEN_STATES)

#: It is over, but the organization may still read an answer to what it asked.
_STILL_ANSWERED = (
    ReferralState.DECLINED,
    ReferralState.EXPIRED,
    ReferralState.COMPLETED,
    ReferralState.NOT_COMPLETED,
)

#: So many questions may wait for an answer; whoever asks more should call.
MOST_UNANSWERED = 10


@dataclass(frozen=True)
class Written:
    """What somebody writes. `message_id`: of the filled form; sent twice, it is one message."""

    actor: Actor
    message_id: UUID
    words: str | None = field(repr=False)


def may_write(referral: Referral) -> bool:
    """Return True while both sides may write: it was sent, and is not over. Nothing is ever mailed otherwise."""
    return referral.mode == Mode.SENT and referral.state in OPEN_STATES


def may_answer(session: ScopedSession, referral: Referral) -> bool:
    """Return True while the clinic may write: as both sides may, and then still to answer what it was asked before.

    An answer was promised to whoever asked. What was taken back is answered to nobody.
    """
    if may_write(referral):
        return True
    return referral.mode == Mode.SENT and referral.state in _STILL_ANSWERED and _unanswered(session, referral.id) > 0


def thread_of(session: ScopedSession, referral_id: UUID) -> Sequence[ThreadMessage]:
    """Return what both sides wrote, oldest first, as far as the session's scope reaches."""
    found = select(ThreadMessage).where(ThreadMessage.referral_id == referral_id)
    return session.scalars(found.order_by(ThreadMessage.at, ThreadMessage.id)).all()


def answered_threads(session: ScopedSession, referral_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of the referrals in which the clinic wrote last."""
    wanted = ThreadMessage.referral_id.in_(list(referral_ids))
    columns = select(ThreadMessage.referral_id, ThreadMessage.from_clinic).where(wanted)
    rows = session.execute(columns.order_by(ThreadMessage.at, ThreadMessage.id))
    return {referral_id for referral_id, from_clinic in {row[0]: row[1] for row in rows}.items() if from_clinic}


def ask_clinic(session: ScopedSession, referral: Referral, written: Written) -> ThreadMessage:
    """Return the organization's question; somebody at the clinic gets a to-do.

    Raises InvalidInput without words, Conflict when it is over, Throttled when too many wait. Flushes.
    """
    if _unanswered(session, referral.id) >= MOST_UNANSWERED:
        raise Throttled(_l("The clinic has not answered your last questions yet. Please call it."))
    message, _new = _write(session, referral, written, from_clinic=False)
    with session.widened("to-do"):
        waits = session.scalar(_open_to_dos(referral.id).limit(1)) is not None
    if not waits:
        need_a_person(session, referral, ToDoReason.ORGANIZATION_ASKS, key=str(message.id), note=message.words)
    return message


def answer_organization(session: ScopedSession, referral: Referral, written: Written) -> ThreadMessage:
    """Return what the clinic writes; a link to it is mailed, and to-dos about questions are done. Raises as above."""
    message, new = _write(session, referral, written, from_clinic=True)
    if not new:
        return message  # sent twice: it was mailed already
    for to_do in session.scalars(_open_to_dos(referral.id)).all():
        if written.actor.person_id is not None:
            mark_done(session, to_do, by=written.actor.person_id)
    with session.widened("organization told"):
        if live_link(session, referral.id) is None:
            renew_link(session, referral, expires_at=clock.now() + OUTCOME_LINK_LASTS)
        queue_mail(session, referral, ANSWERED, once=message.id)
    return message


def _write(
    session: ScopedSession, referral: Referral, written: Written, *, from_clinic: bool
) -> tuple[ThreadMessage, bool]:
    """Return the stored message, and whether it is new."""
    if not (may_answer(session, referral) if from_clinic else may_write(referral)):
        raise Conflict(_l("This request is over, so nothing more can be written here. Please call."))
    if not written.words:
        raise InvalidInput(_l("Type what you want to say."), "words")
    row = ThreadMessage(
        clinic_id=referral.clinic_id,
        receiver_id=referral.receiver_id,
        patient_id=referral.patient_id,
        referral_id=referral.id,
        from_clinic=from_clinic,
        actor_kind=written.actor.kind,
        person_id=written.actor.person_id,
        at=clock.now(),
    )
    row.words, row.author_name = written.words, written.actor.name
    stored = say_once(session, row, written.message_id)
    return stored, stored is row


def _unanswered(session: ScopedSession, referral_id: UUID) -> int:
    """Return how many questions came since the clinic wrote last."""
    sides = select(ThreadMessage.from_clinic).where(ThreadMessage.referral_id == referral_id)
    newest_first = session.scalars(sides.order_by(ThreadMessage.at.desc(), ThreadMessage.id.desc()))
    return sum(1 for _ in takewhile(lambda from_clinic: not from_clinic, newest_first))


def _open_to_dos(referral_id: UUID) -> Select[ToDo]:
    found = select(ToDo).where(
        ToDo.subject_kind == "referral",
        ToDo.subject_id == referral_id,
        ToDo.reason == ToDoReason.ORGANIZATION_ASKS,
        ToDo.done_at.is_(None),
    )
    return found.order_by(ToDo.created_at, ToDo.id)
