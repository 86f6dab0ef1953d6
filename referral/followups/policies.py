"""The cadence of questions and the most texts that a phone gets, as versioned data. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from referral.followups.states import QuestionKind
from referral.referrals.clock_policy import Pace
from referral.referrals.states import Mode, Urgency
from resources_directory.needs import NeedDomain

#: ((question, days after the referral left), ...).
Plan = tuple[tuple[QuestionKind, timedelta], ...]

_ONE_FASTER = {Pace.SLOW: Pace.USUAL, Pace.USUAL: Pace.FAST, Pace.FAST: Pace.FASTEST}


@dataclass(frozen=True)
class Cadence:
    """When each question is asked, counted from the day the referral left; a changed cadence is a new `version`."""

    version: str
    #: By pace, then by mode.
    plans: Mapping[Pace, Mapping[Mode, Plan]]
    #: Needs that are not named are asked about at the usual pace.
    paces: Mapping[NeedDomain, Pace]
    #: How long an open question waits before it is asked again, and then given to a person.
    patience: timedelta
    #: A new topic waits this long after the last one on the same phone.
    between_topics: timedelta
    #: How many times a question is asked by text.
    rounds: int
    #: After words of danger nothing is asked automatically for this long.
    pause_after_crisis: timedelta

    def pace_of(self, domain: str, urgency: str) -> Pace:
        """Return how soon a need is asked about: "soon" is one pace faster, "today" the fastest."""
        if urgency == Urgency.TODAY:
            return Pace.FASTEST
        pace = self.paces.get(NeedDomain(domain), Pace.USUAL)
        return _ONE_FASTER.get(pace, pace) if urgency == Urgency.SOON else pace

    def plan(self, mode: str, *, domain: str, urgency: str) -> Plan:
        """Return what is asked about a referral, and when."""
        return self.plans[self.pace_of(domain, urgency)][Mode(mode)]


def _plans(contact: int, outcome: int, went: int) -> Mapping[Mode, Plan]:
    """`contact`, `outcome`: days until we ask whether they were called, and helped; `went`: whether they went."""
    asked_contact = (QuestionKind.CHECK_CONTACT, timedelta(days=contact))
    asked_outcome = (QuestionKind.CHECK_OUTCOME, timedelta(days=outcome))
    return {
        Mode.SENT: (asked_contact, asked_outcome),
        Mode.SELF_DIRECTED: ((QuestionKind.CHECK_OUTCOME, timedelta(days=went)),),
        Mode.PHONE_HAND_OVER: (asked_outcome,),
    }


#: Hunger and a shut-off cannot wait; housing offices answer slowly. No trial isolates the timing: it is a hypothesis.
CADENCE = Cadence(
    version="2026-12",
    plans={
        Pace.FASTEST: _plans(1, 5, 2),
        Pace.FAST: _plans(2, 7, 2),
        Pace.USUAL: _plans(3, 10, 3),
        Pace.SLOW: _plans(7, 21, 7),
    },
    paces={
        NeedDomain.FOOD: Pace.FASTEST,
        NeedDomain.UTILITIES: Pace.FASTEST,
        NeedDomain.TRANSPORTATION: Pace.FAST,
        NeedDomain.HOUSING: Pace.SLOW,
    },
    patience=timedelta(hours=48),
    between_topics=timedelta(hours=20),
    rounds=2,
    pause_after_crisis=timedelta(hours=24),
)

#: Questions that follow another at once: the same topic.
SAME_TOPIC = frozenset({QuestionKind.REASON, QuestionKind.NEXT_STEP})
