"""What one screening says: needs to confirm, scores, and how much was passed over; nothing about safety by name."""

from dataclasses import dataclass

from referral.kit.i18n import current_language
from referral.kit.scope import ScopedSession
from referral.screening.instrument_library import instrument_of
from referral.screening.instruments import Instrument, needs_check
from referral.screening.models import Screening
from referral.screening.queries import answers_of, live_need
from referral.screening.scoring import ScoreResult, positives, says_something, scores_of
from referral.screening.sections import NeedRow, need_row


@dataclass(frozen=True)
class Result:
    """A screening for its page. `rows`: needs that still stand; `scores`: without those on safety."""

    instrument: Instrument
    title: str
    rows: list[NeedRow]
    scores: list[ScoreResult]
    answered: int
    passed_over: int
    asked_alone: bool


def result_of(session: ScopedSession, screening: Screening) -> Result:
    """Return what a screening says, by the very version of the instrument that was asked."""
    instrument = instrument_of(session, screening.instrument, screening.instrument_version) or needs_check()
    answers = answers_of(session, screening.id)
    needs = [live_need(session, screening.patient_id, each.domain) for each in positives(instrument, answers)]
    private = instrument.private_names()
    said = [value for value in answers.values() if says_something(value)]
    return Result(
        instrument=instrument,
        title=instrument.title.say(current_language().code),
        rows=[need_row(need) for need in needs if need is not None],
        scores=[each for each in scores_of(instrument, answers) if not set(each.score.members) & private],
        answered=len(said),
        passed_over=len(answers) - len(said),
        asked_alone=screening.alone,
    )
