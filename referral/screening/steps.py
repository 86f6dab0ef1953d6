"""The questions as they are put: numbered for paper and keyboard, one step at a time for patients. Pure.

The numbers on paper are those of the page on which the sheet is typed in.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from referral.screening.instruments import DECLINED, Instrument, Item, Option, Words, unanswered
from resources_directory.needs import NeedDomain


@dataclass(frozen=True)
class Asked:
    """One question with its options. `name`: that of its answer; `number`: from 1, over the whole instrument."""

    number: int
    name: str
    item: Item
    words: Words
    options: tuple[Option, ...]
    repeats: bool
    about_help: bool

    @property
    def numbered_options(self) -> list[tuple[int, Option]]:
        """The options with the number to type for each; the last one is "I would rather not say"."""
        beside = () if self.about_help else tuple(option for option in unanswered() if option.value == DECLINED)
        return list(enumerate((*self.options, *beside), start=1))


@dataclass(frozen=True)
class Step:
    """What is asked at once: the questions on one domain, or one question of its own. `number`: from 1."""

    number: int
    domain: NeedDomain | None
    questions: tuple[Asked, ...]


def numbered_questions(instrument: Instrument, *, alone: bool) -> list[Asked]:
    """Return every question in the order of asking: in each domain the wish for help first, then what lacks."""
    return [question for step in steps_of(instrument, alone=alone) for question in step.questions]


def steps_of(instrument: Instrument, *, alone: bool, without: Collection[NeedDomain] = ()) -> list[Step]:
    """Return the steps in order. Where nothing asks for wishes, each question is a step.

    `without`: needs that are not asked about, because somebody else answers; then neither is a question that speaks of
    no need. A question keeps its number whichever others are asked.
    """
    steps: list[Step] = []
    number = 0
    for domain, items in _groups(instrument, instrument.items):
        questions = []
        for item, about_help in _in_order(items):
            number += 1
            if (alone or not item.needs_to_be_alone) and _is_open(item, without):
                questions.append(_asked(instrument, item, number, about_help=about_help))
        if questions:
            steps.append(Step(len(steps) + 1, domain, tuple(questions)))
    return steps


def next_step(steps: list[Step], answered: Collection[str]) -> Step | None:
    """Return the first step of which nothing is answered or passed over, or None at the end."""
    for step in steps:
        if not any(question.name in answered for question in step.questions):
            return step
    return None


def typed_answer(question: Asked, typed: str) -> list[str] | None:
    """Return the values that the numbers typed for a question name; None for numbers that it has not.

    One number, or several with blanks or commas between them where several may be ticked.
    """
    values: Mapping[str, str] = {str(number): option.value for number, option in question.numbered_options}
    numbers = typed.replace(",", " ").replace(".", " ").split()
    if not numbers or any(number not in values for number in numbers) or (len(numbers) > 1 and not question.repeats):
        return None
    return [values[number] for number in numbers]


def _is_open(item: Item, without: Collection[NeedDomain]) -> bool:
    named = {domain for domain in (item.domain, *(option.domain for option in item.options)) if domain is not None}
    return not without or (bool(named) and named.isdisjoint(without))


def _groups(instrument: Instrument, items: tuple[Item, ...]) -> Iterator[tuple[NeedDomain | None, list[Item]]]:
    if not instrument.wants:
        yield from ((item.domain, [item]) for item in items)
        return
    for domain in dict.fromkeys(item.domain for item in items):
        yield domain, [item for item in items if item.domain == domain]


def _in_order(items: list[Item]) -> Iterator[tuple[Item, bool]]:
    """Give (item, whether it is its wish for help that is asked)."""
    yield from ((item, True) for item in items if item.want is not None)
    yield from ((item, False) for item in items)


def _asked(instrument: Instrument, item: Item, number: int, *, about_help: bool) -> Asked:
    if about_help and item.want is not None:
        return Asked(number, item.want_id, item, item.want, instrument.wants, False, True)
    return Asked(number, item.link_id, item, item.question, item.options, item.repeats, False)
