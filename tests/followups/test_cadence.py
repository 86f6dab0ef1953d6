"""When patients are asked, by need, urgency and mode."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.policies import CADENCE
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.referrals.actions import move
from referral.referrals.actors import THE_CLOCK
from referral.referrals.states import Mode, ReferralEvent, ReferralState, Urgency
from resources_directory.needs import NeedDomain
from tests.factories import Town

#: (need, urgency, days until we ask whether they were called, days until we ask whether it helped)
DAYS = [
    ("food", Urgency.ROUTINE, 1, 5),
    ("utilities", Urgency.ROUTINE, 1, 5),
    ("transportation", Urgency.ROUTINE, 2, 7),
    ("transportation", Urgency.SOON, 1, 5),
    ("employment", Urgency.ROUTINE, 3, 10),
    ("employment", Urgency.SOON, 2, 7),
    ("employment", Urgency.TODAY, 1, 5),
    ("housing", Urgency.ROUTINE, 7, 21),
    ("housing", Urgency.SOON, 3, 10),
    ("housing", Urgency.TODAY, 1, 5),
]


@pytest.mark.parametrize(("domain", "urgency", "contact", "outcome"), DAYS)
def test_what_was_sent_is_asked_about(domain: str, urgency: Urgency, contact: int, outcome: int, town: Town) -> None:
    need = town.need(town.patient(town.clinic()), domain)
    referral = town.referral(need, town.service(), state=ReferralState.HELD, urgency=urgency)
    before = clock.now()

    move(town.session, referral, ReferralEvent.SEND, THE_CLOCK)

    asked = town.session.scalars(select(Question).order_by(Question.due_at)).all()
    assert [(row.kind, (row.due_at - before).days) for row in asked] == [
        (QuestionKind.CHECK_CONTACT, contact),
        (QuestionKind.CHECK_OUTCOME, outcome),
    ]


@pytest.mark.parametrize("mode", [Mode.SELF_DIRECTED, Mode.PHONE_HAND_OVER])
def test_nobody_is_asked_whether_a_group_called_that_was_never_asked(mode: Mode) -> None:
    kinds = {kind for each in NeedDomain for kind, _later in CADENCE.plan(mode, domain=each, urgency=Urgency.ROUTINE)}

    assert kinds == {QuestionKind.CHECK_OUTCOME}


def test_every_need_urgency_and_mode_has_a_plan_that_asks_for_the_outcome_last() -> None:
    plans = [
        CADENCE.plan(mode, domain=domain, urgency=urgency)
        for mode in Mode
        for domain in NeedDomain
        for urgency in Urgency
    ]

    assert all(plan[-1][0] == QuestionKind.CHECK_OUTCOME for plan in plans)
    assert all([later for _kind, later in plan] == sorted(later for _kind, later in plan) for plan in plans)
    assert min(plan[0][1] for plan in plans) >= timedelta(days=1)
