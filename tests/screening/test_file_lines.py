"""Everything that is wrong in a file of an instrument is named at once, each with the line on which it stands."""

import json
from typing import Any

import pytest

from referral.screening.instrument_files import read_file
from referral.screening.positions import line_near, lines_of
from referral.screening.reading import WrongFile
from tests.screening.test_files import FHIR, PLAIN, changed

WRONG = """{
  "id": "two-questions",
  "title": "Two questions",
  "items": [
    {
      "linkId": "a",
      "code": "1-1",
      "text": "Enough to eat?",
      "domain": "food-insecurty",
      "answers": [
        {"code": "y", "display": "Yes, \\"always\\" {[,]}"},
        {"display": "No"}
      ]
    }
  ],
  "scores": [
    {"id": "s", "display": "S",
     "code": 7}
  ]
}"""


def faults_of(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(WrongFile) as refused:
        read_file(text)
    return [(fault.line, fault.place) for fault in refused.value.faults]


def with_item(**facts: Any) -> str:
    return changed(FHIR, {}, item=facts)


def test_three_faults_of_three_kinds_are_named_together_each_with_its_line() -> None:
    assert faults_of(WRONG) == [
        (9, "items[0].domain"),
        (12, "items[0].answers[1].code"),
        (18, "scores[0].code"),
    ]


def test_a_fault_says_line_path_and_what_to_do() -> None:
    with pytest.raises(WrongFile, match=r"line 12, items\[0\]\.answers\[1\]\.code: must be a text of 1 to"):
        read_file(WRONG)


def test_what_follows_something_that_is_no_object_keeps_its_place_and_line() -> None:
    text = json.dumps(PLAIN | {"items": [5, PLAIN["items"][0] | {"text": ""}]}, indent=1)

    assert [place for _line, place in faults_of(text)] == ["items[0]", "items[1].text"]


@pytest.mark.parametrize("kind", ["chioce", "question", "", None])
def test_an_item_of_a_type_that_does_not_exist_is_refused(kind: str | None) -> None:
    assert "item[0].type" in [place for _line, place in faults_of(with_item(type=kind))]


@pytest.mark.parametrize("kind", ["attachment", "reference", "string", "date"])
def test_an_item_of_a_type_that_cannot_be_asked_is_left_out_with_a_note(kind: str) -> None:
    both = json.dumps(FHIR | {"item": [*FHIR["item"], {"linkId": "2", "text": "Show it", "type": kind}]})

    instrument = read_file(both).instrument

    assert len(instrument.items) == 1
    assert any(f"questions of type {kind!r} cannot be asked here" in note for note in instrument.notes)


@pytest.mark.parametrize(
    "facts",
    [{"domain": "food"}, {"domain": "substance-use"}, {"domain": "veteran-status"}, {"domain": "language-access"}],
)
def test_domains_of_others_that_are_no_need_of_ours_are_taken(facts: dict[str, str]) -> None:
    assert read_file(changed(PLAIN, {}, item=facts)).instrument.items


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("{}", "", 1),
        ('{\n"a": [1,\n2,\n{"b":\ntrue}]}', "a[2].b", 5),
        ('{"a":\n"x\\"}{",\n"b.c": [[],\n[3]]}', "b.c[1][0]", 4),
        ('{"a": {},\n"a": {"z": NaN}}', "a.z", 2),
        ('\n\n{"": 1}', "", 3),
        ('{"items": [\n{"x": 1}]}', "items[0].y.z", 2),
    ],
)
def test_the_line_of_each_value_is_known_and_of_what_is_missing_that_of_its_object(
    text: str, path: str, line: int
) -> None:
    assert line_near(lines_of(text), path) == line


@pytest.mark.parametrize(
    ("right", "misspelt", "line"),
    [('"code": "1-1"', '"cod": "1-1"', 7), ('"title"', '"titel"', 3), ('"scores"', '"score"', 16)],
)
def test_a_misspelt_name_is_refused_by_its_line_with_the_one_that_was_meant(
    right: str, misspelt: str, line: int
) -> None:
    with pytest.raises(WrongFile) as refused:
        read_file(WRONG.replace(right, misspelt))

    (told,) = [str(each) for each in refused.value.faults if "is a name that these files do not have" in str(each)]
    assert told.startswith(f"line {line}, ")
    assert right.split('"')[1] in told
