"""The three rates of a set of referrals, each "n of N" with its exclusions named and its unknowns as a band. Pure.

Never one rate, because each alone can be made to look good: a loop can be closed by "help did not come".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from referral.referrals.states import LIVE_SENT_STATES, NotCompletedReason, Outcome, ReferralState, Side
from referral.screening.states import NeedStatus

S = ReferralState

_HELPED = frozenset({Outcome.RECEIVED, Outcome.PARTLY_RECEIVED})
#: A referral in one of these may still get an outcome.
#: Nothing was given by these referrals: one side said so, without an outcome testimony.
_NOTHING_GIVEN = frozenset({S.DECLINED, S.WITHDRAWN})


@dataclass(frozen=True)
class Said:
    """One outcome testimony: whose, what, and the reason where help did not come."""

    side: Side
    outcome: Outcome
    reason: str | None = None

    @property
    def states_an_outcome(self) -> bool:
        """False for "could not be reached": then nobody knows what happened to the person."""
        return self.reason != NotCompletedReason.COULD_NOT_REACH


@dataclass(frozen=True)
class ReferralFact:
    """What the rates need to know of one referral, and nothing by which anybody is known.

    `said`: all testimonies, oldest first. `contradicted`: the answers differ. `language`: BCP 47, None if not recorded.
    """

    state: ReferralState
    signed: bool = True
    said: tuple[Said, ...] = ()
    contradicted: bool = False
    need_status: NeedStatus = NeedStatus.OPEN
    simulated: bool = False
    language: str | None = None

    def last_words(self) -> dict[Side, Outcome]:
        """Return what each side said last; sides that stated no outcome are left out."""
        return {word.side: word.outcome for word in self.said if word.states_an_outcome}


class Exclusion(StrEnum):
    """Why a referral is in no denominator."""

    NOT_SIGNED = "not_signed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered_in_error"
    SIMULATED = "simulated"


@dataclass(frozen=True)
class Rate:
    """`n` of `of`; `unknown` of the rest may be either, so that the truth lies between `low` and `high`."""

    n: int
    of: int
    unknown: int

    @property
    def low(self) -> float | None:
        """The share if all unknowns are "no", 0 to 1; None of nothing."""
        return self.n / self.of if self.of else None

    @property
    def high(self) -> float | None:
        """The share if all unknowns are "yes", 0 to 1; None of nothing."""
        return (self.n + self.unknown) / self.of if self.of else None


@dataclass(frozen=True)
class Rates:
    """The three rates over the same denominator, and how many were left out of it for which reason."""

    closed: Rate
    received: Rate
    met: Rate
    excluded: tuple[tuple[Exclusion, int], ...]
    contradicted: int
    simulated: int

    @property
    def of(self) -> int:
        """The denominator: referrals signed, less cancelled, entered in error and what else is excluded."""
        return self.closed.of


def exclusion_of(fact: ReferralFact, *, count_simulated: bool) -> Exclusion | None:
    """Return why the referral is in no denominator, or None. The first reason in the order of `Exclusion` counts."""
    if not fact.signed or fact.state is S.DRAFT:
        return Exclusion.NOT_SIGNED
    if fact.state is S.CANCELLED:
        return Exclusion.CANCELLED
    if fact.state is S.ENTERED_IN_ERROR:
        return Exclusion.ENTERED_IN_ERROR
    return Exclusion.SIMULATED if fact.simulated and not count_simulated else None


def is_closed(fact: ReferralFact) -> bool:
    """Return True if either side stated an outcome. Declined, expired and lost are not closed."""
    return bool(fact.last_words())


def is_received(fact: ReferralFact) -> bool:
    """Return True if help was stated to be received, wholly or partly, and nobody contradicts it."""
    words = set(fact.last_words().values())
    differ = fact.contradicted or Outcome.NOT_RECEIVED in words
    return bool(words & _HELPED) and not differ


def is_met(fact: ReferralFact) -> bool:
    """Return True if the person said that the need is met."""
    return fact.need_status is NeedStatus.MET


def _closed_unknown(fact: ReferralFact) -> bool:
    return not is_closed(fact) and fact.state in LIVE_SENT_STATES


def _received_unknown(fact: ReferralFact) -> bool:
    """Nobody stated an outcome, or the two sides contradict each other. A patient's "no" is a "no"."""
    if is_received(fact):
        return False
    if fact.contradicted:
        return True
    words = set(fact.last_words().values())
    if words & _HELPED:  # beside it stands a "not received"
        return True
    return not words and fact.state not in _NOTHING_GIVEN


def _met_unknown(fact: ReferralFact) -> bool:
    """The person has not said: an open need is a "no" only where the person said that help did not come."""
    if fact.need_status in (NeedStatus.MET, NeedStatus.PARTLY, NeedStatus.GONE):
        return False
    if fact.need_status is NeedStatus.UNKNOWN:
        return True
    return fact.last_words().get(Side.PATIENT) not in (Outcome.NOT_RECEIVED, Outcome.NO_LONGER_WANTED)


def rates_of(facts: Iterable[ReferralFact], *, count_simulated: bool) -> Rates:
    """Return the rates. `count_simulated`: only a demo counts what never left the server."""
    everything = list(facts)
    reasons = [exclusion_of(fact, count_simulated=count_simulated) for fact in everything]
    counted = [fact for fact, reason in zip(everything, reasons, strict=True) if reason is None]
    of = len(counted)
    return Rates(
        closed=Rate(sum(map(is_closed, counted)), of, sum(map(_closed_unknown, counted))),
        received=Rate(sum(map(is_received, counted)), of, sum(map(_received_unknown, counted))),
        met=Rate(sum(map(is_met, counted)), of, sum(map(_met_unknown, counted))),
        excluded=tuple((reason, reasons.count(reason)) for reason in Exclusion),
        contradicted=sum(fact.contradicted for fact in counted),
        simulated=sum(fact.simulated for fact in counted),
    )


def rates_by_language(facts: Sequence[ReferralFact], *, count_simulated: bool) -> list[tuple[str | None, Rates]]:
    """Return (language, rates) for each language that has counted referrals: most referrals first, then by code."""
    languages = {fact.language for fact in facts}
    found = [
        (language, rates_of([fact for fact in facts if fact.language == language], count_simulated=count_simulated))
        for language in languages
    ]
    return sorted((row for row in found if row[1].of), key=lambda row: (-row[1].of, row[0] is None, row[0] or ""))
