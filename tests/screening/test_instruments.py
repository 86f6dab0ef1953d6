"""The product's own needs check, and how instruments are read."""

import json

import pytest

from referral.messaging.reading_grade import reading_grade
from referral.screening.instruments import (
    ASKED_ALONE,
    DATA,
    LANGUAGES,
    BrokenInstrument,
    Words,
    needs_check,
    read_instrument,
    unanswered,
)
from referral.screening.states import WantsHelp
from resources_directory.needs import NeedDomain

TEXT = (DATA / "needs_check.json").read_text(encoding="utf-8")


def every_text() -> list[tuple[str, str]]:
    check = needs_check()
    options = [*check.items[0].options, *check.wants, *unanswered()]
    texts: list[Words] = [check.title, check.intro, *(option.words for option in options)]
    texts += [words for item in check.items for words in (item.question, item.want) if words]
    return [(language, words.say(language)) for words in texts for language in LANGUAGES]


def test_the_needs_check_asks_about_every_domain() -> None:
    assert {item.domain for item in needs_check().items} == set(NeedDomain)


def test_the_wishes_are_those_that_needs_know() -> None:
    assert {option.value for option in needs_check().wants} == {str(wish) for wish in WantsHelp}


def test_questions_on_safety_come_last_and_only_when_alone() -> None:
    everything, among_others = needs_check().asked(alone=True), needs_check().asked(alone=False)

    assert everything[: len(among_others)] == among_others
    assert {item.domain for item in everything} - {item.domain for item in among_others} == ASKED_ALONE


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_needs_check_asks_for_no_more_than_the_sixth_grade(language: str) -> None:
    whole = " ".join(text for spoken, text in every_text() if spoken == language)

    assert reading_grade(whole, language) <= 6


@pytest.mark.parametrize(("language", "text"), every_text())
def test_no_single_text_is_hard(language: str, text: str) -> None:
    """The formulas are rough on one sentence, so a single one has some room."""
    assert reading_grade(text, language) <= 8 or len(text.split()) <= 4


@pytest.mark.parametrize(("language", "text"), every_text())
def test_no_text_asks_for_papers_or_status(language: str, text: str) -> None:
    forbidden = ("immigra", "inmigra", "citizen", "ciudadan", "visa", "social security", "seguro social")

    assert not [word for word in forbidden if word in text.casefold()]


def broken(**changes: object) -> str:
    return json.dumps(json.loads(TEXT) | changes)


ITEM = {"link_id": "a", "domain": "food", "want": {"en": "?", "es": "?"}, "question": {"en": "?", "es": "?"}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "no JSON"),
        ("[]", "no object"),
        (broken(items=[{"link_id": "a"}]), "an item without a domain"),
        (broken(items=[ITEM | {"domain": "gold"}]), "an unknown domain"),
        (broken(items=[ITEM | {"question": {"en": "?"}}]), "a language is missing"),
        (broken(items=[ITEM, ITEM]), "an id used twice"),
        (broken(items=[ITEM | {"want": None}]), "nobody asks whether help is wanted"),
    ],
)
def test_a_broken_instrument_is_named(text: str, why: str) -> None:
    with pytest.raises(BrokenInstrument):
        read_instrument(text)
