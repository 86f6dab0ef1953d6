"""The cadence of questions, as versioned data."""

from dataclasses import dataclass
from datetime import timedelta

from referral.followups.states import QuestionKind
from referral.referrals.states import Mode


@dataclass(frozen=True)
class Cadence:
    """When each question is asked, counted from the day the referral left; `version` is kept for explaining."""

    version: str
    #: Mode to ((question, days later), ...).
    plan: dict[Mode, tuple[tuple[QuestionKind, timedelta], ...]]
    #: How long an open question waits before it is asked again, and then given to a person.
    patience: timedelta
    #: A new topic waits this long after the last one on the same phone.
    between_topics: timedelta
    #: How many times a question is asked by text.
    rounds: int
    #: After words of danger nothing is asked automatically for this long.
    pause_after_crisis: timedelta


CADENCE = Cadence(
    version="2026-11",
    plan={
        Mode.SENT: (
            (QuestionKind.CHECK_CONTACT, timedelta(days=3)),
            (QuestionKind.CHECK_OUTCOME, timedelta(days=10)),
        ),
        Mode.SELF_DIRECTED: ((QuestionKind.CHECK_OUTCOME, timedelta(days=3)),),
        Mode.PHONE_HAND_OVER: ((QuestionKind.CHECK_OUTCOME, timedelta(days=10)),),
    },
    patience=timedelta(hours=48),
    between_topics=timedelta(hours=20),
    rounds=2,
    pause_after_crisis=timedelta(hours=24),
)

#: Questions that follow another at once: the same topic.
SAME_TOPIC = frozenset({QuestionKind.REASON, QuestionKind.NEXT_STEP})
