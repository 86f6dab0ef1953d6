"""Scoring: which needs the answers of one filling speak of, and the scores of instruments. Pure and deterministic.

`answers`, everywhere here: link id or want id to the value ticked; several values stand with "|" between them. SKIP and
DECLINED say that nothing was said; a question that was not asked is absent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from referral.screening.instruments import (
    BETWEEN,
    DECLINED,
    SKIP,
    Instrument,
    Item,
    Option,
    Score,
    ScoreMethod,
)
from referral.screening.states import WantsHelp
from resources_directory.needs import NeedDomain

#: Nothing was said.
SILENT = frozenset({SKIP, DECLINED})

Ticked = Mapping[str, str | Iterable[str] | None]


@dataclass(frozen=True)
class Said:
    """What one filling says of a domain. `lacks`: None where no answer tells; `wants`: None where it was left open."""

    domain: NeedDomain
    lacks: bool | None
    wants: WantsHelp | None

    @property
    def positive(self) -> bool:
        """True if it speaks of a need: something lacks, or help is wanted."""
        return self.lacks is True or self.wants is WantsHelp.YES

    @property
    def denies(self) -> bool:
        """True if it says that there is no need: nothing lacks, and no help is wanted."""
        return self.lacks is False and self.wants is not WantsHelp.YES


@dataclass(frozen=True)
class Positive:
    """A domain in which the person may lack something, with what they said about help."""

    domain: NeedDomain
    wants_help: WantsHelp


@dataclass(frozen=True)
class ScoreResult:
    """A score that could be reckoned. `total`: the sum of points, if it is one; `code`: the publisher's for it."""

    score: Score
    positive: bool
    total: int | None = None
    code: str | None = None


def positives(instrument: Instrument, answers: Mapping[str, str]) -> list[Positive]:
    """Return the domains that an answer, a score or a wish for help speaks of, in the order of the instrument.

    A positive answer with the wish for help left open counts as "not now": nothing is done for a person without their
    word.
    """
    said = said_of_needs(instrument, answers)
    return [Positive(each.domain, each.wants or WantsHelp.NOT_NOW) for each in said if each.positive]


def said_of_needs(instrument: Instrument, answers: Mapping[str, str]) -> list[Said]:
    """Return what the answers say of each domain, in the order of the instrument; those left open are left out."""
    lacking = {domain for item in instrument.items for domain in _lacking(item, answers)}
    for result in scores_of(instrument, answers):
        if result.positive and result.score.domain is not None:
            lacking.add(result.score.domain)
    found = []
    for domain in _domains(instrument):
        lacks = True if domain in lacking else (False if _is_denied(instrument, domain, answers) else None)
        wish = _wish(instrument, domain, answers)
        if lacks is not None or wish is not None:
            found.append(Said(domain, lacks, wish))
    return found


def scores_of(instrument: Instrument, answers: Mapping[str, str]) -> list[ScoreResult]:
    """Return the scores that the answers allow, in the order of the instrument: none where an answer is missing."""
    found = (_score(instrument, score, answers) for score in instrument.scores)
    return [result for result in found if result is not None]


def unscored(instrument: Instrument, answers: Mapping[str, str]) -> list[Item]:
    """Return the questions that were answered, but of whose answer the instrument cannot say whether it is a need.

    It has no rule for the question, or a score lacks another answer. An "I don't know" beside a rule was understood.
    """
    reckoned = {member for result in scores_of(instrument, answers) for member in result.score.members}
    return [
        item
        for item in instrument.items
        if item.link_id not in reckoned
        and says_something(answers.get(item.link_id))
        and all(option.positive is None or (option.domain or item.domain) is None for option in item.options)
    ]


def answers_given(instrument: Instrument, ticked: Ticked, *, alone: bool) -> dict[str, str]:
    """Return the answers to keep: known questions, known values, what was passed over, safety only when alone."""
    kept = {}
    for item in instrument.asked(alone=alone):
        value = _kept(item.options, ticked.get(item.link_id), repeats=item.repeats)
        if value:
            kept[item.link_id] = value
        wish = _kept(instrument.wants, ticked.get(item.want_id), repeats=False) if item.want else None
        if wish and wish not in SILENT:
            kept[item.want_id] = wish
    return kept


def says_something(ticked: str | Iterable[str] | None) -> bool:
    """Return True for an answer, False where a question was passed over or not asked."""
    values = [ticked] if isinstance(ticked, str) else list(ticked or ())
    return any(value and value not in SILENT for value in values)


def chosen(options: Iterable[Option], value: str | None) -> list[Option]:
    """Return the options that an answer names, in their order."""
    values = (value or "").split(BETWEEN)
    return [option for option in options if option.value in values]


def _kept(options: tuple[Option, ...], ticked: str | Iterable[str] | None, *, repeats: bool) -> str | None:
    values = [ticked] if isinstance(ticked, str) else list(ticked or ())
    named = [option for option in options if option.value in values]
    if not named:
        return next((value for value in values if value in SILENT), None)
    if not repeats:
        return named[0].value
    named = [option for option in named if not option.excludes] or named[:1]  # a lack that is named outweighs "none"
    return BETWEEN.join(option.value for option in named)


def _domains(instrument: Instrument) -> list[NeedDomain]:
    named = [item.domain for item in instrument.items]
    named += [option.domain for item in instrument.items for option in item.options]
    named += [score.domain for score in instrument.scores]
    return list(dict.fromkeys(domain for domain in named if domain is not None))


def _lacking(item: Item, answers: Mapping[str, str]) -> set[NeedDomain]:
    named = {
        option.domain or item.domain for option in chosen(item.options, answers.get(item.link_id)) if option.positive
    }
    return {domain for domain in named if domain is not None}


def _wish(instrument: Instrument, domain: NeedDomain, answers: Mapping[str, str]) -> WantsHelp | None:
    for item in instrument.items:
        if item.domain == domain and item.want is not None:
            given = answers.get(item.want_id)
            return WantsHelp(given) if given else None
    return None


def _is_denied(instrument: Instrument, domain: NeedDomain, answers: Mapping[str, str]) -> bool:
    """Return True if every answer on this domain says that nothing lacks, and there is one."""
    said = [chosen(item.options, answers.get(item.link_id)) for item in instrument.items if item.domain == domain]
    return any(said) and all(_denied(options) for options in said if options)


def _score(instrument: Instrument, score: Score, answers: Mapping[str, str]) -> ScoreResult | None:
    members = [item for item in instrument.items if item.link_id in score.members]
    said = [chosen(item.options, answers.get(item.link_id)) for item in members]
    if score.method is ScoreMethod.SUM:
        points = [option.score for options in said for option in options[:1] if option.score is not None]
        if len(points) < len(score.members):
            return None  # no total when one is unanswered
        total = sum(points)
        positive = score.at_least is not None and total >= score.at_least
        return ScoreResult(score, positive, total, score.outcomes[0 if positive else 1])
    if any(option.positive for options in said for option in options):
        return ScoreResult(score, True, code=score.outcomes[0])
    if members and all(_denied(options) for options in said):
        return ScoreResult(score, False, code=score.outcomes[1])
    return None


def _denied(options: list[Option]) -> bool:
    """Return True if the answer says that nothing lacks; "don't know" says nothing."""
    return bool(options) and all(option.positive is False for option in options)
