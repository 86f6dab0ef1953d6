"""What must hold of a patient's referrals after every step, whoever did what in which order."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure, SharingConsent
from referral.referrals.models import Referral, ReferralMove, Testimony
from referral.referrals.states import LIVE_SENT_STATES, REFERRAL_MACHINE, Mode, ReferralEvent, ReferralState
from referral.todos.models import ToDo

#: Signed and not closed: somebody waits for help.
LIVE = frozenset(LIVE_SENT_STATES)
CLOSED_BY_OUTCOME = (ReferralState.COMPLETED, ReferralState.NOT_COMPLETED)


@dataclass
class Memory:
    """What was said before: it may never change afterwards."""

    testimonies: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)
    outcomes: dict[UUID, tuple[str, str | None]] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)


def check(session: ScopedSession, patient_id: UUID, memory: Memory) -> None:
    """Assert every invariant of one patient's referrals."""
    referrals = session.scalars(select(Referral).where(Referral.patient_id == patient_id)).all()
    moves = select(ReferralMove).where(ReferralMove.patient_id == patient_id)
    history = session.scalars(moves.order_by(ReferralMove.at, ReferralMove.id)).all()
    for referral in referrals:
        _is_where_its_history_led(referral, [row for row in history if row.referral_id == referral.id])
        _is_looked_after(session, referral)
        _keeps_its_outcome(referral, memory)
    _one_receiver_for_a_need(referrals)
    _words_stay(session, patient_id, memory)
    _nothing_is_disclosed_without_consent(session, patient_id, {row.id: row for row in referrals})


def _is_where_its_history_led(referral: Referral, moves: list[ReferralMove]) -> None:
    state = REFERRAL_MACHINE.initial
    left = list(moves)
    while left:  # of moves at one moment, the one that goes on from here came next
        row = next((each for each in left if each.from_state == state and each.at == left[0].at), None)
        assert row is not None, f"no move of {referral.id} goes on from {state}"
        left.remove(row)
        assert REFERRAL_MACHINE.next_state(state, ReferralEvent(row.event)) == row.to_state
        state = ReferralState(row.to_state)
    assert referral.state == state
    assert (referral.closed_at is not None) == (state not in REFERRAL_MACHINE.live_states())


def _is_looked_after(session: ScopedSession, referral: Referral) -> None:
    """Every live referral has a moment at which the clock looks at it, and its open to-dos have owner and due time."""
    assert (referral.next_clock_at is not None) == (referral.state in LIVE), f"no clock fits {referral.state}"
    assert (referral.next_clock_step is not None) == (referral.next_clock_at is not None)
    to_dos = select(ToDo).where(ToDo.subject_id == referral.id, ToDo.done_at.is_(None))
    assert all(row.owner_person_id is not None and row.due_at is not None for row in session.scalars(to_dos))


def _keeps_its_outcome(referral: Referral, memory: Memory) -> None:
    assert referral.version >= memory.versions.get(referral.id, 0)
    memory.versions[referral.id] = referral.version
    if referral.state in CLOSED_BY_OUTCOME:
        known = memory.outcomes.setdefault(referral.id, (referral.state, referral.reason))
        assert known == (referral.state, referral.reason), "an outcome was changed"
    else:
        assert referral.id not in memory.outcomes, "an outcome was taken back"


def _one_receiver_for_a_need(referrals: Any) -> None:
    sent = Counter(row.need_id for row in referrals if row.mode == Mode.SENT and row.state in LIVE)
    assert all(number == 1 for number in sent.values()), "two live receivers for a need"
    places = Counter((row.need_id, row.service_id) for row in referrals if row.state in LIVE)
    assert all(number == 1 for number in places.values()), "one service is tried twice at once"


def _words_stay(session: ScopedSession, patient_id: UUID, memory: Memory) -> None:
    rows = session.scalars(select(Testimony).where(Testimony.patient_id == patient_id)).all()
    now = {row.id: (row.referral_id, row.side, row.outcome, row.reason, row.at) for row in rows}
    assert memory.testimonies.items() <= now.items(), "what one side said was changed"
    memory.testimonies = now


def _nothing_is_disclosed_without_consent(
    session: ScopedSession, patient_id: UUID, referrals: dict[UUID, Referral]
) -> None:
    given = select(SharingConsent).where(SharingConsent.patient_id == patient_id)
    consents = session.scalars(given.order_by(SharingConsent.at, SharingConsent.id)).all()
    for row in session.scalars(select(Disclosure).where(Disclosure.patient_id == patient_id)):
        referral = referrals[row.referral_id]
        own = next(consent for consent in consents if consent.id == row.consent_id)
        newest = [each for each in consents if each.organization_id == row.organization_id and each.at <= row.at][-1]
        assert own.given, "disclosed by a refusal"
        assert newest.given, "disclosed after permission was taken back"
        assert set(row.fields) <= set(own.fields) & set(newest.fields) & set(referral.shared_fields)
        assert row.receiver_id == referral.receiver_id, "disclosed to somebody else"
