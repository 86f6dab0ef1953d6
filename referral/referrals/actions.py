"""Opening a referral and moving it: `move` is the only way in which its state changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from json import dumps
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.settings import settings_of
from referral.kit.state_machine import IllegalMove
from referral.referrals import hooks, notices
from referral.referrals.actors import Actor, check_actor
from referral.referrals.deadlines import wind_clock
from referral.referrals.declining import check_rule
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.policy_versions import policy_in_effect
from referral.referrals.receivers import receiver_of
from referral.referrals.rerouting import look_elsewhere, note_signature
from referral.referrals.sent_again import marked_id
from referral.referrals.signing import ALREADY_ASKED, check_signing, followed_by
from referral.referrals.states import (
    PATIENT_DIED,
    REFERRAL_MACHINE,
    TAKEN_STATES,
    DeclineReason,
    Mode,
    RecallReason,
    ReferralEvent,
    ReferralState,
    Urgency,
)
from referral.referrals.to_dos import need_a_person
from referral.todos.models import ToDoReason
from resources_directory.db import new_id

#: Until then a signature can be undone and nothing leaves.
UNDO_WINDOW = timedelta(seconds=30)

E, S = ReferralEvent, ReferralState

_CLOSING = frozenset(set(S) - set(REFERRAL_MACHINE.live_states()))
_LEAVING = frozenset({E.SEND, E.BEGIN})
_OUT = frozenset({S.SENT, *TAKEN_STATES})

#: A navigator must act after these: nobody else is asked by itself.
_TO_DO_AFTER = {E.DECLINE: ToDoReason.ORGANIZATION_DECLINED, E.EXPIRE: ToDoReason.REFERRAL_EXPIRED}


@dataclass(frozen=True)
class NewReferral:
    """What one line of a prescription asks for. `snapshot`: SharedField to the value as it is now."""

    clinic_id: UUID
    patient_id: UUID
    need_id: UUID
    domain: str
    prescription_id: UUID
    service_id: UUID
    organization_id: UUID
    service_facts: Mapping[str, object]
    mode: Mode
    urgency: Urgency = Urgency.ROUTINE
    shared_fields: tuple[str, ...] = ()
    snapshot: Mapping[str, str] = field(default_factory=dict, repr=False)
    note: str | None = field(default=None, repr=False)
    sharing_consent_id: UUID | None = None
    follows_id: UUID | None = None


def open_referral(session: ScopedSession, new: NewReferral) -> Referral:
    """Return the referral as a draft; SIGN sends it on its way. Flushes; the caller commits."""
    referral = Referral(
        id=new_id(),
        clinic_id=new.clinic_id,
        patient_id=new.patient_id,
        need_id=new.need_id,
        domain=new.domain,
        prescription_id=new.prescription_id,
        service_id=new.service_id,
        organization_id=new.organization_id,
        service_facts=dict(new.service_facts),
        mode=new.mode,
        urgency=new.urgency,
        state=REFERRAL_MACHINE.initial,
        shared_fields=list(new.shared_fields),
        sharing_consent_id=new.sharing_consent_id,
        follows_id=new.follows_id or followed_by(session, new.need_id),
        created_at=clock.now(),
    )
    referral.snapshot = dumps(dict(new.snapshot), ensure_ascii=False)
    referral.note = new.note
    session.add(referral)
    session.flush()
    return referral


def move(
    session: ScopedSession,
    referral: Referral,
    event: ReferralEvent,
    actor: Actor,
    *,
    reason: str | None = None,
    note: str | None = None,
) -> ReferralMove:
    """Return the history row of the move; messages, links, clocks and the slices above follow in the same transaction.

    Raises IllegalMove when the state forbids it, Denied when this kind of actor never may, StaleDataError when somebody
    else moved it at the same moment, Conflict when the need has another live referral. Flushes; the caller commits.
    """
    check_actor(actor, event)
    from_state = S(referral.state)
    to_state = REFERRAL_MACHINE.next_state(from_state, event)
    if event in _LEAVING and (event is E.SEND) != (referral.mode == Mode.SENT):
        raise IllegalMove(REFERRAL_MACHINE.name, from_state, event)  # only what is to be sent is sent
    if event is E.SIGN:
        check_signing(session, referral)
    answer_by = _apply(session, referral, event, to_state, actor)
    if event in (E.DECLINE, E.FAIL, E.COMPLETE) or reason == PATIENT_DIED:
        referral.reason = reason
    row = _history(referral, event, actor, from_state=from_state)
    row.reason, row.note = reason, note
    session.add(row)
    _flush(session, event)
    with session.widened("referral moved"):  # the effects reach rows that the actor may not see
        notices.follow_move(session, referral, was_out=from_state in _OUT, answer_by=answer_by)
        if event is E.SIGN:
            note_signature(session, referral, actor)
        if event in _TO_DO_AFTER:
            need_a_person(session, referral, _TO_DO_AFTER[event])
            look_elsewhere(session, referral, now=row.at)
        hooks.on_referral_moved(session, referral, row)
    return row


def accept(session: ScopedSession, referral: Referral, actor: Actor, *, note: str | None = None) -> ReferralMove:
    """Record that the organization takes it. Raises as `move`."""
    return move(session, referral, E.ACCEPT, actor, note=note)


def decline(
    session: ScopedSession, referral: Referral, actor: Actor, *, reason: DeclineReason, note: str | None = None
) -> ReferralMove:
    """Record that the organization cannot take it, and why. Raises as `move`, and as `check_rule`."""
    check_rule(reason, note)
    return move(session, referral, E.DECLINE, actor, reason=reason, note=note)


#: No waiting list is longer; PostgreSQL could not even store a far larger number.
LONGEST_LIST = 9999


def waitlist(
    session: ScopedSession,
    referral: Referral,
    actor: Actor,
    *,
    position: int | None = None,
    estimate: str | None = None,
    note: str | None = None,
) -> ReferralMove:
    """Put it on the organization's waiting list; as a first answer this accepts it too. Raises as `move`, InvalidInput.

    `position`: from 1. `estimate`: the organization's own words, such as "about two weeks".
    """
    check_position(position)
    if referral.state == S.SENT:
        move(session, referral, E.ACCEPT, replace(actor, sending=None))
    REFERRAL_MACHINE.next_state(S(referral.state), E.WAITLIST)
    referral.waitlist_position, referral.waitlist_estimate = position, estimate
    return move(session, referral, E.WAITLIST, actor, note=note)


def check_position(position: int | None) -> None:
    """Raise InvalidInput for a place that no waiting list has. None: not known."""
    if position is not None and not 1 <= position <= LONGEST_LIST:
        text = _l("A place on the list is a number from 1 to 9999. Leave it empty if you do not know.")
        raise InvalidInput(text, "position")


def start(session: ScopedSession, referral: Referral, actor: Actor, *, note: str | None = None) -> ReferralMove:
    """Record that the organization has begun. Raises as `move`."""
    return move(session, referral, E.START, actor, note=note)


def undo(session: ScopedSession, referral: Referral, actor: Actor, *, note: str | None = None) -> ReferralMove:
    """Take a signature back before anything has left. Raises as `move`."""
    return move(session, referral, E.UNDO, actor, note=note)


def cancel(session: ScopedSession, referral: Referral, actor: Actor, *, note: str | None = None) -> ReferralMove:
    """Cancel it for the clinic. Raises as `move`."""
    return move(session, referral, E.CANCEL, actor, note=note)


def withdraw(
    session: ScopedSession, referral: Referral, actor: Actor, *, reason: str | None = None, note: str | None = None
) -> ReferralMove:
    """Withdraw it because the patient says so, or died (`reason`). Raises as `move`."""
    return move(session, referral, E.WITHDRAW, actor, reason=reason, note=note)


def mark_error(
    session: ScopedSession,
    referral: Referral,
    actor: Actor,
    *,
    reason: RecallReason | None = None,
    note: str | None = None,
) -> ReferralMove:
    """Recall it: sent in error. The link dies, the receiver is told to discard it, disclosures stay. As `move`."""
    return move(session, referral, E.MARK_ERROR, actor, reason=reason, note=note)


def _apply(
    session: ScopedSession, referral: Referral, event: ReferralEvent, to_state: ReferralState, actor: Actor
) -> datetime | None:
    """Write the new state with its times; return when it expires unanswered, where it now waits for an answer."""
    now = clock.now()
    receiver = receiver_of(session, referral) if event is E.SEND else None  # it flushes, so before the change
    with session.no_autoflush:  # what is looked up in between must not store half a move
        referral.state = to_state
        if event is E.SIGN:
            referral.signed_by, referral.signed_at = actor.person_id, now
            referral.undo_until = now + UNDO_WINDOW
            referral.clock_policy = policy_in_effect(session, now).version
        elif event is E.UNDO:
            referral.signed_by = referral.signed_at = referral.undo_until = referral.clock_policy = None
        elif event in (E.SEND, E.BEGIN):
            referral.sent_at = now
            referral.simulated = settings_of(session).message_gateway == "simulator"
            referral.receiver_id = receiver.id if receiver is not None else None
        elif event in (E.ACCEPT, E.DECLINE):
            referral.answered_at = now
        if to_state in _CLOSING:
            referral.closed_at = now
        return wind_clock(session, referral, now=now)


def _history(referral: Referral, event: ReferralEvent, actor: Actor, *, from_state: ReferralState) -> ReferralMove:
    row = ReferralMove(
        id=marked_id(referral.id, actor.sending),
        clinic_id=referral.clinic_id,
        receiver_id=referral.receiver_id,
        patient_id=referral.patient_id,
        referral_id=referral.id,
        from_state=from_state,
        event=event,
        to_state=referral.state,
        actor_kind=actor.kind,
        person_id=actor.person_id,
        at=clock.now(),
    )
    row.actor_name = actor.name
    return row


def _flush(session: ScopedSession, event: ReferralEvent) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if event is not E.SIGN:
            raise
        # Somebody signed another one for this need at the same moment; the unique index knows.
        raise Conflict(ALREADY_ASKED) from error
