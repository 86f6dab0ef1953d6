"""Instruments: questionnaires as data. The product's own needs check is read from data/needs_check.json. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from resources_directory.needs import NeedDomain

DATA = Path(__file__).parent / "data"

#: Languages that every text of an instrument exists in, the first one being what others fall back to.
LANGUAGES = ("en", "es")

#: Asked only when the person is alone.
ASKED_ALONE = frozenset({NeedDomain.INTERPERSONAL_SAFETY})


class BrokenInstrument(Exception):
    """An instrument's file lacks something; the text says what and where."""


@dataclass(frozen=True)
class Words:
    """One text in every language of the instrument."""

    by_language: Mapping[str, str]

    def say(self, language: str) -> str:
        """Return the text in `language`, or in English where it does not exist."""
        return self.by_language.get(language, self.by_language[LANGUAGES[0]])


@dataclass(frozen=True)
class Option:
    """One answer that may be ticked."""

    value: str
    words: Words


@dataclass(frozen=True)
class Item:
    """One question with the domain it speaks of. `want` asks first whether help is wanted; one item a domain has it."""

    link_id: str
    domain: NeedDomain
    question: Words
    want: Words | None

    @property
    def want_id(self) -> str:
        """The name under which the answer to `want` is stored."""
        return f"{self.link_id}_want"

    @property
    def needs_to_be_alone(self) -> bool:
        """True for what is asked only when nobody listens."""
        return self.domain in ASKED_ALONE


@dataclass(frozen=True)
class Instrument:
    """A questionnaire. `answers`: options of a question; `wants`: options of a wish for help."""

    key: str
    version: str
    title: Words
    intro: Words
    answers: tuple[Option, ...]
    wants: tuple[Option, ...]
    items: tuple[Item, ...]

    def asked(self, *, alone: bool) -> tuple[Item, ...]:
        """Return the items to ask, in order: those on safety only when the person is alone."""
        return tuple(item for item in self.items if alone or not item.needs_to_be_alone)


@cache
def needs_check() -> Instrument:
    """Return the product's own needs check."""
    return read_instrument((DATA / "needs_check.json").read_text(encoding="utf-8"))


@cache
def _known() -> Mapping[str, Instrument]:
    return {needs_check().key: needs_check()}


def instrument_by_key(key: str) -> Instrument | None:
    """Return the instrument of this key, or None."""
    return _known().get(key)


def read_instrument(text: str) -> Instrument:
    """Return the instrument of a JSON text. Raises BrokenInstrument naming what is missing."""
    try:
        raw = json.loads(text)
        instrument = Instrument(
            key=raw["key"],
            version=raw["version"],
            title=_words(raw["title"]),
            intro=_words(raw["intro"]),
            answers=tuple(Option(option["value"], _words(option)) for option in raw["answers"]),
            wants=tuple(Option(option["value"], _words(option)) for option in raw["wants"]),
            items=tuple(_item(item) for item in raw["items"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenInstrument(f"the instrument cannot be read: {error}") from error
    _check_ids(instrument)
    return instrument


def _item(raw: Mapping[str, Any]) -> Item:
    want = raw["want"]
    return Item(raw["link_id"], NeedDomain(raw["domain"]), _words(raw["question"]), _words(want) if want else None)


def _words(raw: Mapping[str, str]) -> Words:
    return Words({language: raw[language] for language in LANGUAGES})


def _check_ids(instrument: Instrument) -> None:
    ids = [item.link_id for item in instrument.items] + [item.want_id for item in instrument.items]
    twice = sorted({link_id for link_id in ids if ids.count(link_id) > 1})
    if twice:
        raise BrokenInstrument(f"used twice: {', '.join(twice)}")
    for item in instrument.items:
        wishes = [other for other in instrument.items if other.domain == item.domain and other.want]
        if len(wishes) != 1:
            raise BrokenInstrument(f"{item.domain}: exactly one item must ask whether help is wanted")
