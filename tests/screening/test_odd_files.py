"""Odd values at every place of an instrument's file: taken, or refused by the path; nothing else ever happens."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from referral.screening.commands import instrument_commands
from referral.screening.instrument_files import numbered, read_file
from referral.screening.reading import Fault, WrongFile
from tests.screening.test_files import FHIR, PLAIN, changed

#: What programs and hands put where something else belongs. The last ones no database can keep.
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 3.5, "", "x", "x" * 3000, [], [1], [None], ["x"], [[]], [{}], {}, {"a": 1}, {"x": {"y": []}},
    10**400, float("nan"), "\ud800", "a\x00b",
)  # fmt: skip

TRANSLATED = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/translation",
            "extension": [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "Poco"}],
        }
    ]
}
ORDINAL = [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2}]
QUESTIONS = [
    {"linkId": "1", "text": "Enough to eat?", "_text": TRANSLATED, "type": "choice", "answerValueSet": "#few",
     "code": [{"system": "http://loinc.org", "code": "88122-7"}]},
    {"linkId": "2", "text": "A safe place?", "type": "choice", "repeats": True, "extension": ORDINAL,
     "answerOption": [{"valueCoding": {"code": "y", "display": "Yes", "extension": ORDINAL}}, {"valueInteger": 3}]},
    {"linkId": "3", "text": "A group", "type": "group", "item": [{"linkId": "4", "text": "Well?", "type": "boolean"}]},
]  # fmt: skip
FEW = {
    "resourceType": "ValueSet", "id": "few",
    "compose": {"include": [{"concept": [{"code": "n", "display": "No"}, {"code": "m", "display": "More"}]}]},
}  # fmt: skip
RICH: dict[str, Any] = FHIR | {
    "_title": TRANSLATED, "language": "en", "code": [{"code": "1-1"}], "publisher": "We", "copyright": "Free",
    "purpose": "To ask", "contained": [FEW], "item": QUESTIONS,
}  # fmt: skip
SCORED: dict[str, Any] = PLAIN | {
    "steward": "We", "licence_note": "Free", "citation": "Us", "panel": {"code": "1", "system": "http://loinc.org"},
    "scores": [
        {"id": "s", "display": "S", "members": ["1-1"], "positive": "total >= 2"},
        {"id": "any", "display": "Any", "answers": [{"code": "r", "positive": True}]},
    ],
    "items": [
        PLAIN["items"][0] | {"domain_by_answer": {"y": "housing-instability"}, "positive_rule": "n", "repeats": True}
    ],
}  # fmt: skip


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the path of everything inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield (*path, name)
        yield from places(each, (*path, name))


def with_odd(base: dict[str, Any], path: tuple[str | int, ...], odd: Any) -> str:
    raw: Any = deepcopy(base)
    inner = raw
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = odd
    return json.dumps(raw)


@pytest.mark.parametrize("base", [SCORED, RICH], ids=["plain", "fhir"])
def test_whatever_stands_anywhere_a_file_is_taken_whole_or_refused_by_a_path(base: dict[str, Any]) -> None:
    taken, faults = [], list[Fault]()
    for path in places(base):
        for odd in ODD:
            try:
                taken.append(read_file(with_odd(base, path, odd)))
            except WrongFile as wrong:
                faults += wrong.faults

    assert [fault for fault in faults if not fault.place.isprintable() or "Error" in fault.what] == []
    assert all(numbered(file.definition, "3") and file.definition.encode() for file in taken)
    assert len(faults) > len(taken) > 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (changed(SCORED, {"steward": ["We"]}), "steward"),
        (changed(SCORED, {"panel": "1-1"}), "panel"),
        (changed(SCORED, {"panel": {"code": [1]}}), "panel.code"),
        (changed(SCORED, {"scores": [{"answers": 5}]}), "scores[0].answers"),
        (changed(SCORED, {}, item={"domain_by_answer": {"y": []}}), "items[0].domain_by_answer"),
        (changed(SCORED, {}, item={"repeats": "yes"}), "items[0].repeats"),
        (changed(SCORED, {}, item={"text": "a\x00b"}), "items[0].text"),
        (changed(SCORED, {}, item={"text": "\ud800"}), "items[0].text"),
        (changed(SCORED, {}, item={"\ud800": 1}), "the name items[0].\\ud800"),
        (changed(SCORED, {"sources": 10**12}), "sources"),
        ('{"id": ' + "9" * 5000 + "}", "the file"),
        ("[" * 2000 + "]" * 2000, "the file"),
        (changed(RICH, {"language": ["en"]}), "language"),
        (changed(RICH, {"language": "value"}), "language"),
        (changed(RICH, {"item": [[]]}), "item[0]"),
        (changed(RICH, {}, item={"type": ["choice"]}), "item[0].type"),
        (changed(RICH, {}, item={"code": {"code": "x"}}), "item[0].code"),
        (changed(RICH, {}, item={"_text": {"extension": "es"}}), "item[0]._text.extension"),
        (changed(RICH, {"contained": [FEW | {"compose": []}]}), "contained[0].compose"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_named_by_its_path(text: str, place: str) -> None:
    with pytest.raises(WrongFile) as refused:
        read_file(text)

    assert place in [fault.place for fault in refused.value.faults]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing of it is stored
def test_the_command_names_the_place_and_imports_nothing(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text(changed(RICH, {}, item={"type": [], "\ud800": {}}), encoding="utf-8")

    told = app.test_cli_runner().invoke(instrument_commands, ["import", str(path)])

    assert told.exit_code == 1
    assert "\\ud800" in told.output
    assert "Nothing was imported." in told.output
