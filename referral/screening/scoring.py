"""Scoring: which needs the answers of one filling speak of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from referral.screening.instruments import Instrument
from referral.screening.states import WantsHelp
from resources_directory.needs import NeedDomain

YES = "yes"
SKIP = "skip"


@dataclass(frozen=True)
class Positive:
    """A domain in which the person may lack something, with what they said about help."""

    domain: NeedDomain
    wants_help: WantsHelp


def positives(instrument: Instrument, answers: Mapping[str, str]) -> list[Positive]:
    """Return the domains with a "yes" to a question or to help, in the order of the instrument.

    `answers`: link id or want id to the value ticked; what was skipped is absent. A "yes" to a question with the wish
    for help left open counts as "not now": nothing is done for a person without their word.
    """
    found = []
    for domain in dict.fromkeys(item.domain for item in instrument.items):
        wish = _wish(instrument, domain, answers)
        lacking = any(answers.get(item.link_id) == YES for item in instrument.items if item.domain == domain)
        if lacking or wish is WantsHelp.YES:
            found.append(Positive(domain, wish or WantsHelp.NOT_NOW))
    return found


def answers_given(instrument: Instrument, ticked: Mapping[str, str | None], *, alone: bool) -> dict[str, str]:
    """Return the answers to keep: known questions, known values, nothing skipped, safety only when alone."""
    kept = {}
    for item in instrument.asked(alone=alone):
        for name, options in ((item.link_id, instrument.answers), (item.want_id, instrument.wants)):
            value = ticked.get(name)
            if value in {option.value for option in options} - {SKIP}:
                kept[name] = str(value)
    return kept


def _wish(instrument: Instrument, domain: NeedDomain, answers: Mapping[str, str]) -> WantsHelp | None:
    for item in instrument.items:
        if item.domain == domain and item.want is not None:
            given = answers.get(item.want_id)
            return WantsHelp(given) if given else None
    return None
