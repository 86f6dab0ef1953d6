"""What one screening says: needs to confirm, scores, and how much was passed over; nothing about safety by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from referral.kit.i18n import current_language
from referral.kit.scope import ScopedSession
from referral.screening.differences import differs, filled
from referral.screening.instruments import ASKED_ALONE, Instrument, Item
from referral.screening.models import Screening
from referral.screening.queries import live_need
from referral.screening.scoring import (
    Said,
    ScoreResult,
    chosen,
    said_of_needs,
    says_something,
    scores_of,
    unscored,
)
from referral.screening.sections import NeedRow, need_row
from referral.screening.words import WANTS


@dataclass(frozen=True)
class AnsweredRow:
    """A need that still stands, with what was answered of it. `differs`: from what is on file."""

    need: NeedRow
    answer: str
    differs: bool


@dataclass(frozen=True)
class Result:
    """A screening for its page. `rows`: needs that still stand, with the answers; `scores`: without those on safety.

    `unscored`: (question, answer) of which nothing says whether it is a need; `unscored_alone`: those asked only alone;
    `safety_unscored`: some of these are on safety, and stand nowhere. `answered`, `asked`: numbers of questions.
    """

    instrument: Instrument
    title: str
    rows: list[AnsweredRow]
    scores: list[ScoreResult]
    unscored: list[tuple[str, str]]
    unscored_alone: list[tuple[str, str]]
    safety_unscored: bool
    answered: int
    asked: int
    asked_alone: bool

    @property
    def waiting(self) -> bool:
        """True if a need waits to be confirmed with the patient."""
        return any(row.need.unconfirmed for row in self.rows)

    @property
    def differing(self) -> bool:
        """True if an answer says something else than is on file."""
        return any(row.differs for row in self.rows)

    @property
    def is_unscored(self) -> bool:
        """True if the absence of needs means nothing."""
        return bool(self.unscored or self.unscored_alone or self.safety_unscored)


def result_of(session: ScopedSession, screening: Screening) -> Result:
    """Return what a screening says, by the very version of the instrument that was asked."""
    instrument, answers = filled(session, screening)
    private = instrument.private_names()
    asked = instrument.asked(alone=screening.alone)
    loose = unscored(instrument, answers)
    told = [item for item in loose if not item.speaks_of(ASKED_ALONE)]
    return Result(
        instrument=instrument,
        title=instrument.title.say(current_language().code),
        rows=_rows(session, screening, said_of_needs(instrument, answers)),
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
    return bool(unscored(*filled(session, screening)))


def _rows(session: ScopedSession, screening: Screening, said: list[Said]) -> list[AnsweredRow]:
    found = []
    for each in said:
        need = live_need(session, screening.patient_id, each.domain)
        if need is not None and (each.positive or differs(need, each, screening)):
            found.append(AnsweredRow(need_row(need), _said_words(each), differs(need, each, screening)))
    return found


def _said_words(said: Said) -> str:
    if said.wants is not None and not said.denies:
        return str(WANTS[said.wants])
    return str(_("No need now") if said.denies else _("A need; nothing was said about help"))


def _in_words(item: Item, answers: Mapping[str, str]) -> tuple[str, str]:
    """Return question and answer in the language now spoken."""
    language = current_language().code
    said = [option.words.say(language) for option in chosen(item.options, answers.get(item.link_id))]
    return item.question.say(language), ", ".join(said)
