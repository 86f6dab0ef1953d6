"""What one screening says: needs to confirm, scores, and how much was passed over; nothing about safety by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from referral.kit.i18n import current_language
from referral.kit.scope import ScopedSession
from referral.screening.instrument_library import instrument_of
from referral.screening.instruments import ASKED_ALONE, Instrument, Item, needs_check
from referral.screening.models import Screening
from referral.screening.queries import answers_of, live_need
from referral.screening.scoring import ScoreResult, chosen, positives, says_something, scores_of, unscored
from referral.screening.sections import NeedRow, need_row


@dataclass(frozen=True)
class Result:
    """A screening for its page. `rows`: needs that still stand; `scores`: without those on safety.

    `unscored`: (question, answer) of which nothing says whether it is a need; `unscored_alone`: those asked only alone;
    `safety_unscored`: some of these are on safety, and stand nowhere. `answered`, `asked`: numbers of questions.
    """

    instrument: Instrument
    title: str
    rows: list[NeedRow]
    scores: list[ScoreResult]
    unscored: list[tuple[str, str]]
    unscored_alone: list[tuple[str, str]]
    safety_unscored: bool
    answered: int
    asked: int
    asked_alone: bool

    @property
    def is_unscored(self) -> bool:
        """True if the absence of needs means nothing."""
        return bool(self.unscored or self.unscored_alone or self.safety_unscored)


def result_of(session: ScopedSession, screening: Screening) -> Result:
    """Return what a screening says, by the very version of the instrument that was asked."""
    instrument, answers = _filled(session, screening)
    needs = [live_need(session, screening.patient_id, each.domain) for each in positives(instrument, answers)]
    private = instrument.private_names()
    asked = instrument.asked(alone=screening.alone)
    loose = unscored(instrument, answers)
    told = [item for item in loose if not item.speaks_of(ASKED_ALONE)]
    return Result(
        instrument=instrument,
        title=instrument.title.say(current_language().code),
        rows=[need_row(need) for need in needs if need is not None],
        scores=[each for each in scores_of(instrument, answers) if not set(each.score.members) & private],
        unscored=[_in_words(item, answers) for item in told if not item.needs_to_be_alone],
        unscored_alone=[_in_words(item, answers) for item in told if item.needs_to_be_alone],
        safety_unscored=len(told) < len(loose),
        answered=sum(any(says_something(answers.get(name)) for name in (each.link_id, each.want_id)) for each in asked),
        asked=len(asked),
        asked_alone=screening.alone,
    )


def has_unscored_answers(session: ScopedSession, screening: Screening) -> bool:
    """Return True if a person must look at the answers, because nothing says whether they speak of a need."""
    return bool(unscored(*_filled(session, screening)))


def _filled(session: ScopedSession, screening: Screening) -> tuple[Instrument, dict[str, str]]:
    instrument = instrument_of(session, screening.instrument, screening.instrument_version) or needs_check()
    return instrument, answers_of(session, screening.id)


def _in_words(item: Item, answers: Mapping[str, str]) -> tuple[str, str]:
    """Return question and answer in the language now spoken."""
    language = current_language().code
    said = [option.words.say(language) for option in chosen(item.options, answers.get(item.link_id))]
    return item.question.say(language), ", ".join(said)
