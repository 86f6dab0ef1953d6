"""What fails, or waits, at the head of what is due keeps nobody behind it waiting: each round goes on behind the last.

The tasks look at one row a round here, and their first one fails every time.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from referral.accounts import reset
from referral.accounts.reset_models import ResetWish
from referral.followups import due as questions
from referral.followups.models import Question
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.kit.worker import Turn
from referral.navigation import due as plans
from referral.navigation import watching
from referral.navigation.models import ContactPlan
from referral.outbox import claiming, hooks
from referral.outbox.models import Message
from referral.prescriptions import due as offers
from referral.prescriptions.models import NeedPlan
from referral.referrals import clocks
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from tests.referrals.conftest import Place
from tests.referrals.conftest import place as place

Done = list[UUID]
ROUNDS = 5


def two_referrals(place: Place) -> Done:
    """Two whose undo window is over."""
    past = clock.now() - timedelta(hours=1)
    facts = {"next_clock_step": "release", "undo_until": past}
    needs = [place.town.need(place.patient) for _each in range(2)]
    found = []
    for number, need in enumerate(needs):
        place.need = need
        at = past + timedelta(minutes=number)
        found.append(place.referral(ReferralState.HELD, next_clock_at=at, **facts).id)
    return found


def two_of(model: Any, place: Place, /, **facts: Any) -> Done:
    """Two rows of a model about the patient; `facts` that are functions are called with 0 and 1."""
    own = {"clinic_id": place.clinic.id, "patient_id": place.patient.id}
    rows = [
        model(**own, **{name: fact(number) if callable(fact) else fact for name, fact in facts.items()})
        for number in range(2)
    ]
    place.town.session.add_all(rows)
    place.town.session.flush()
    return [row.id for row in rows]


def minutes_ago(number: int) -> Any:
    return clock.now() - timedelta(minutes=10 - number)


def two_questions(place: Place) -> Done:
    referrals = two_referrals(place)
    facts = {"kind": "check_contact_d3", "options": ["1"], "state": "scheduled", "created_at": clock.now()}
    return two_of(Question, place, referral_id=referrals.__getitem__, due_at=minutes_ago, **facts)


def two_plans(place: Place) -> Done:
    referrals = two_referrals(place)
    by = {"owner_person_id": place.navigator.id, "planned_by": place.navigator.id}
    facts = {"subject_kind": "referral", "channel": "phone", "created_at": clock.now()} | by
    return two_of(ContactPlan, place, subject_id=referrals.__getitem__, at=minutes_ago, **facts)


def two_offers(place: Place) -> Done:
    needs = [place.town.need(place.patient).id for _each in range(2)]
    facts = {"wants": "not_now", "stated_at": clock.now()}
    return two_of(NeedPlan, place, need_id=needs.__getitem__, offer_again_at=minutes_ago, **facts)


def two_wishes(place: Place) -> Done:
    rows = [ResetWish(asked_at=minutes_ago(number)) for number in range(2)]
    place.town.session.add_all(rows)
    place.town.session.flush()
    return [row.id for row in rows]


def two_unwatched(place: Place) -> Done:
    return two_referrals(place)


CASES = [
    (clocks, "TURN", clocks.run_clocks, "_run", lambda each: each.referral_id, two_referrals),
    (questions, "ASKED", questions.ask_due_questions, "_one", lambda each: each, two_questions),
    (plans, "TURN", plans.keep_contact_plans, "_keep", lambda each: each, two_plans),
    (offers, "TURN", offers.offer_again, "_offer_one", lambda each: each, two_offers),
    (reset, "TURN", reset.answer_reset_wishes, "_answer_one", lambda each: each, two_wishes),
    (watching, "TURN", watching.watch_referrals, "_watch_one", lambda each: each, two_unwatched),
]


@pytest.mark.parametrize(
    ("module", "turn", "task", "work", "id_of", "make"), CASES, ids=[case[2].__name__ for case in CASES]
)
def test_one_that_always_fails_keeps_nobody_waiting(
    module: Any,
    turn: str,
    task: Callable[[Database], int],
    work: str,
    id_of: Callable[[Any], UUID],
    make: Callable[[Place], Done],
    app: Flask,
    place: Place,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = make(place)
    place.town.commit()
    looked_at: Done = []

    def fail(_database: Database, each: Any, *_more: Any) -> int:
        looked_at.append(id_of(each))
        raise ValueError

    monkeypatch.setattr(module, turn, Turn(turn, 1))
    monkeypatch.setattr(module, work, fail)
    with app.app_context():
        for _round in range(ROUNDS):
            task(database)

    assert looked_at.count(first) >= 2
    assert looked_at.count(second) >= 2
    assert looked_at[:2] == [first, second]


def test_one_stuck_message_keeps_none_of_the_others_from_a_person(
    place: Place, session: ScopedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"channel": "sms", "composer": "c", "template": "t", "facts": {}, "subject_kind": "patient"}
    facts |= {"subject_id": place.patient.id, "not_before": clock.now(), "created_at": clock.now(), "state": "pending"}
    two_of(Message, place, dedupe_key=str, expires_at=minutes_ago, **facts)
    told: list[str] = []

    def tell(_session: ScopedSession, message: Message) -> None:
        if message.dedupe_key == "0":
            raise ValueError
        told.append(message.dedupe_key)

    monkeypatch.setattr(hooks, "on_message_stuck", tell)

    claiming.sweep(session)

    assert told == ["1"]
    states = select(Message.state).order_by(Message.dedupe_key)
    assert list(session.scalars(states)) == ["pending", "expired"]
    assert session.scalars(select(Referral)).all() == []
