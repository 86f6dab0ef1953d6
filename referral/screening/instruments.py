"""Instruments: questionnaires as data. The product's own needs check is read from data/needs_check.json. Pure.

Instruments that came in by `flask instruments import` are kept in the same shape (instrument_library.py).
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from resources_directory.needs import NeedDomain

DATA = Path(__file__).parent / "data"

#: Languages of the product's own needs check, the first one being what others fall back to.
LANGUAGES = ("en", "es")

#: Asked only when the person is alone.
ASKED_ALONE = frozenset({NeedDomain.INTERPERSONAL_SAFETY})

#: What is written down where nothing was said: the question was passed over, or the person would rather not say.
SKIP, DECLINED = "skip", "declined"

#: Parts the values of one answer where several may be ticked.
BETWEEN = "|"


#: Single texts of an instrument that may be absent.
_TEXTS = ("code", "system", "steward", "licence", "citation", "notice", "file_version")


class BrokenInstrument(Exception):
    """An instrument's file lacks something; the text says what and where."""


class ScoreMethod(StrEnum):
    """How a score comes from its members: their sum, or whether any of them is positive."""

    SUM = "sum"
    ANY = "any"


@dataclass(frozen=True)
class Words:
    """One text in every language of the instrument."""

    by_language: Mapping[str, str]

    def say(self, language: str) -> str:
        """Return the text in `language`, or in the instrument's first one where it does not exist."""
        return self.by_language.get(language) or next(iter(self.by_language.values()))


@dataclass(frozen=True)
class Option:
    """One answer that may be ticked. `domain`: where it speaks of another one than its question.

    `positive`: it says that something lacks, that nothing lacks, or neither (None); `score`: its points; `excludes`:
    it cannot stand beside others, such as "none of these".
    """

    value: str
    words: Words
    positive: bool | None = None
    score: int | None = None
    domain: NeedDomain | None = None
    excludes: bool = False


@dataclass(frozen=True)
class Item:
    """One question with its options and the domain it speaks of, or none. `want` asks first whether help is wanted.

    `code`, `system`: the question's code at its publisher; `origin`: whose words they are; `private`: asked only alone.
    """

    link_id: str
    domain: NeedDomain | None
    question: Words
    options: tuple[Option, ...]
    want: Words | None = None
    repeats: bool = False
    private: bool = False
    code: str | None = None
    system: str | None = None
    origin: str | None = None

    @property
    def want_id(self) -> str:
        """The name under which the answer to `want` is stored."""
        return f"{self.link_id}_want"

    @property
    def needs_to_be_alone(self) -> bool:
        """True for what is asked only when nobody listens."""
        return self.private or self.speaks_of(ASKED_ALONE)

    def speaks_of(self, domains: Collection[NeedDomain]) -> bool:
        """Return True if the question, or one of its answers, speaks of one of these needs."""
        return any(domain in domains for domain in (self.domain, *(option.domain for option in self.options)))


@dataclass(frozen=True)
class Score:
    """What several answers say together. `members`: link ids; `at_least`: the sum that is positive.

    `outcomes`: the codes of a positive and of another result, where the publisher has them.
    """

    key: str
    display: str
    method: ScoreMethod
    members: tuple[str, ...]
    at_least: int | None = None
    domain: NeedDomain | None = None
    code: str | None = None
    system: str | None = None
    outcomes: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True)
class Instrument:
    """A questionnaire. `wants`: options of a wish for help, if it asks for one; `notes`: what its import left out."""

    key: str
    version: str
    title: Words
    intro: Words
    items: tuple[Item, ...]
    wants: tuple[Option, ...] = ()
    scores: tuple[Score, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    code: str | None = None
    system: str | None = None
    steward: str | None = None
    licence: str | None = None
    citation: str | None = None
    notice: str | None = None
    #: What the publisher calls the version; the library counts its own.
    file_version: str | None = None
    notes: tuple[str, ...] = ()

    def asked(self, *, alone: bool) -> tuple[Item, ...]:
        """Return the items to ask, in order: those on safety only when the person is alone."""
        return tuple(item for item in self.items if alone or not item.needs_to_be_alone)

    def private_names(self) -> frozenset[str]:
        """Return the names of answers that are given only when nobody listens."""
        return frozenset(n for item in self.items if item.needs_to_be_alone for n in (item.link_id, item.want_id))


@cache
def needs_check() -> Instrument:
    """Return the product's own needs check."""
    return read_instrument((DATA / "needs_check.json").read_text(encoding="utf-8"))


@cache
def unanswered() -> tuple[Option, ...]:
    """Return what stands below the options of every question: skip, and "I would rather not say"."""
    raw = json.loads((DATA / "needs_check.json").read_text(encoding="utf-8"))
    return _options(raw["unanswered"], LANGUAGES)


def read_instrument(text: str) -> Instrument:
    """Return the instrument of a JSON text. Raises BrokenInstrument naming what is missing."""
    try:
        raw = json.loads(text)
        languages = tuple(raw["languages"])
        shared = raw.get("answers", [])
        instrument = Instrument(
            key=raw["key"],
            version=raw["version"],
            title=_words(raw["title"], languages),
            intro=_words(raw["intro"], languages) if raw.get("intro") else needs_check().intro,
            items=tuple(_item(item, shared, languages) for item in raw["items"]),
            wants=_options(raw.get("wants", []), languages),
            scores=tuple(_score(score) for score in raw.get("scores", [])),
            languages=languages,
            notes=tuple(raw.get("notes", [])),
            **{name: raw.get(name) for name in _TEXTS},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenInstrument(f"the instrument cannot be read: {error!r}") from error
    _check_ids(instrument)
    return instrument


def _item(raw: Mapping[str, Any], shared: Sequence[Any], languages: Sequence[str]) -> Item:
    want = raw.get("want")
    return Item(
        link_id=raw["link_id"],
        domain=_domain(raw["domain"]),
        question=_words(raw["question"], languages),
        options=_options(raw.get("options", shared), languages),
        want=_words(want, languages) if want else None,
        repeats=raw.get("repeats", False),
        private=raw.get("private", False),
        code=raw.get("code"),
        system=raw.get("system"),
        origin=raw.get("origin"),
    )


def _options(raw: Sequence[Mapping[str, Any]], languages: Sequence[str]) -> tuple[Option, ...]:
    return tuple(
        Option(
            option["value"],
            _words(option, languages),
            option.get("positive"),
            option.get("score"),
            _domain(option.get("domain")),
            option.get("excludes", False),
        )
        for option in raw
    )


def _score(raw: Mapping[str, Any]) -> Score:
    positive, other = raw.get("outcomes", (None, None))
    return Score(
        key=raw["key"],
        display=raw["display"],
        method=ScoreMethod(raw["method"]),
        members=tuple(raw["members"]),
        at_least=raw.get("at_least"),
        domain=_domain(raw.get("domain")),
        code=raw.get("code"),
        system=raw.get("system"),
        outcomes=(positive, other),
    )


def _domain(raw: str | None) -> NeedDomain | None:
    return NeedDomain(raw) if raw is not None else None


def _words(raw: Mapping[str, str], languages: Sequence[str]) -> Words:
    return Words({language: raw[language] for language in languages})


def _check_ids(instrument: Instrument) -> None:
    ids = [item.link_id for item in instrument.items] + [item.want_id for item in instrument.items]
    twice = sorted({link_id for link_id in ids if ids.count(link_id) > 1})
    if twice:
        raise BrokenInstrument(f"used twice: {', '.join(twice)}")
    for item in instrument.items:
        values = [option.value for option in item.options]
        if not values or len(set(values)) < len(values) or any(BETWEEN in value for value in values):
            raise BrokenInstrument(f"{item.link_id}: each answer needs a value of its own, without {BETWEEN}")
        wishes = [other for other in instrument.items if other.domain == item.domain and other.want]
        if instrument.wants and len(wishes) != 1:
            raise BrokenInstrument(f"{item.domain}: exactly one item must ask whether help is wanted")
    unknown = {member for score in instrument.scores for member in score.members} - set(ids)
    if unknown:
        raise BrokenInstrument(f"a score names questions that are not there: {', '.join(sorted(unknown))}")
