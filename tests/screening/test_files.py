"""Files of instruments: the real ones of the shared folder, FHIR Questionnaires, and everything that may be wrong."""

import json
from typing import Any

import pytest

from referral.screening.instrument_files import InstrumentFile, read_file
from referral.screening.instruments import Instrument
from referral.screening.reading import LOINC, WrongFile
from referral.screening.scoring import Positive, answers_given, positives, scores_of
from referral.screening.states import WantsHelp
from resources_directory.needs import NeedDomain as N
from tests.databases import shared_folder

HITS = ("/95618-5", "/95617-7", "/95616-9", "/95615-1")
NEVER, OFTEN, MUCH = "LA6270-8", "LA16644-9", "LA6482-9"


def shipped(name: str) -> InstrumentFile:
    """Read one of the files of the shared folder, where it lies."""
    return read_file((shared_folder() / "data" / "instruments" / f"{name}.json").read_text(encoding="utf-8"))


def gravity() -> InstrumentFile:
    folder = shared_folder() / "spec" / "gravity-sdohcc-3.0.0" / "examples"
    return read_file((folder / "Questionnaire-SDOHCC-QuestionnaireHungerVitalSign.json").read_text(encoding="utf-8"))


def found(instrument: Instrument, **answers: str) -> list[N]:
    return [positive.domain for positive in positives(instrument, {f"/{k}": v for k, v in answers.items()})]


def test_the_core_of_ahc_keeps_codes_answers_licence_and_citations() -> None:
    core = shipped("ahc-hrsn-core").instrument

    assert (core.key, core.code, core.steward) == ("ahc-hrsn-core", "96777-8", "CMS")
    assert [item.code for item in core.items][:3] == ["71802-3", "96778-6", "88122-7"]
    assert all(item.system == LOINC for item in core.items)
    assert core.licence is not None
    assert "US federal work" in core.licence
    assert core.citation is not None
    assert "Hager et al. 2010" in core.citation
    assert core.notice is not None
    assert "LOINC" in core.notice


@pytest.mark.parametrize(
    ("item", "answer", "domains", "source"),
    [
        ("/71802-3", "LA31994-9", [N.HOUSING], "worried about losing it"),
        ("/71802-3", "LA31995-6", [N.HOUSING], "no steady place"),
        ("/71802-3", "LA31993-1", [], "a steady place"),
        ("/96778-6", "LA28580-1|LA31998-0", [N.HOUSING], "mold and no heat"),
        ("/96778-6", "LA9-3", [], "none of the above"),
        ("/88122-7", "LA6729-3", [N.FOOD], "sometimes true"),
        ("/88123-5", "LA28398-8", [], "never true"),
        ("/93030-5", "LA33-6", [N.TRANSPORTATION], "yes"),
        ("/96779-4", "LA32002-0", [N.UTILITIES], "already shut off"),
        ("/96779-4", "LA32-8", [], "no"),
        ("/95618-5", MUCH, [], "no safety answer is positive alone: the total says it (interop.md C2)"),
        ("/71802-3", "declined", [], "nothing was said"),
    ],
)
def test_each_answer_of_the_core_is_scored_as_its_publisher_says(
    item: str, answer: str, domains: list[N], source: str
) -> None:
    core = shipped("ahc-hrsn-core").instrument

    assert [each.domain for each in positives(core, {item: answer})] == domains, source


@pytest.mark.parametrize(
    ("points", "total", "positive"),
    [((1, 1, 1, 1), 4, False), ((1, 3, 3, 3), 10, False), ((2, 3, 3, 3), 11, True), ((5, 5, 5, 5), 20, True)],
)
def test_the_safety_total_is_positive_from_eleven_on(points: tuple[int, ...], total: int, positive: bool) -> None:
    core = shipped("ahc-hrsn-core").instrument
    code = {1: NEVER, 2: "LA10066-1", 3: "LA10082-8", 4: OFTEN, 5: MUCH}
    answers = {item: code[each] for item, each in zip(HITS, points, strict=True)}

    (score,) = scores_of(core, answers)

    assert (score.total, score.positive, score.score.code) == (total, positive, "95614-4")
    assert positives(core, answers) == ([Positive(N.INTERPERSONAL_SAFETY, WantsHelp.NOT_NOW)] if positive else [])


@pytest.mark.parametrize("missing", HITS)
@pytest.mark.parametrize("said", [None, "skip", "declined"])
def test_there_is_no_safety_total_when_one_is_unanswered(missing: str, said: str | None) -> None:
    core = shipped("ahc-hrsn-core").instrument
    answers = dict.fromkeys(HITS, MUCH)
    answers = {**answers, missing: said} if said else {name: v for name, v in answers.items() if name != missing}

    assert scores_of(core, answers) == []
    assert positives(core, answers) == []


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("LA28397-0", None, "LA19952-3"),
        ("LA28398-8", "LA6729-3", "LA19952-3"),
        ("LA28398-8", "LA28398-8", "LA19983-8"),
        ("LA28398-8", None, None),
        ("LA28398-8", "LA15775-2", None),
        (None, None, None),
    ],
)
def test_the_hunger_vital_sign_says_at_risk_no_risk_or_nothing(first: str, second: str, code: str | None) -> None:
    answers = {name: value for name, value in (("/88122-7", first), ("/88123-5", second)) if value}

    for instrument in (shipped("hunger-vital-sign").instrument, gravity().instrument):
        assert [score.code for score in scores_of(instrument, answers)] == ([code] if code else [])


def test_a_questionnaire_of_the_standard_is_read_with_its_codes() -> None:
    file = gravity()

    assert (file.kind, len(file.instrument.items)) == ("fhir", 2)
    assert found(file.instrument, **{"88122-7": "LA6729-3"}) == [N.FOOD]
    assert any("no copyright" in note for note in file.instrument.notes)


def test_rules_that_nobody_checked_make_no_need_and_are_told() -> None:
    file = shipped("ahc-hrsn-supplemental").instrument

    assert found(file, **{"76513-1": "LA15832-1"}) == []
    assert found(file, **{"96780-2": "LA31981-6"}) == [N.EMPLOYMENT]
    assert any("positive_rule is not verified" in note for note in file.notes)
    assert any("is left out" in note for note in file.notes)


def test_what_is_no_need_of_ours_is_asked_only_alone_unless_it_is_harmless() -> None:
    file = shipped("ahc-hrsn-supplemental").instrument

    alone = {item.code for item in file.items if item.needs_to_be_alone}

    assert {"68524-8", "44250-9"} <= alone  # drugs, low mood
    assert "97027-7" not in alone  # another language at home


def test_reading_a_file_twice_gives_the_very_same_text() -> None:
    assert shipped("ahc-hrsn-core").definition == shipped("ahc-hrsn-core").definition


def test_none_of_these_does_not_stand_beside_a_lack_that_is_named() -> None:
    core = shipped("ahc-hrsn-core").instrument

    assert answers_given(core, {"/96778-6": ["LA9-3", "LA28580-1"]}, alone=False) == {"/96778-6": "LA28580-1"}
    assert answers_given(core, {"/96778-6": ["LA9-3"]}, alone=False) == {"/96778-6": "LA9-3"}


ENOUGH = [{"code": "y", "display": "Yes", "positive": False}, {"code": "n", "display": "No", "positive": True}]
PLAIN: dict[str, Any] = {
    "id": "two-questions",
    "title": "Two questions",
    "items": [{"linkId": "a", "code": "1-1", "text": "Enough to eat?", "domain": "food-insecurity", "answers": ENOUGH}],
}
FHIR: dict[str, Any] = {
    "resourceType": "Questionnaire", "name": "Small", "title": "Small",
    "item": [
        {"linkId": "1", "text": "Enough to eat?", "type": "choice",
         "answerOption": [{"valueCoding": {"code": "y", "display": "Yes"}}, {"valueString": "No"}]},
    ],
}  # fmt: skip


def changed(base: dict[str, Any], change: dict[str, Any], *, item: dict[str, Any] | None = None) -> str:
    raw = json.loads(json.dumps(base)) | change
    if item is not None:
        raw["items" if "items" in raw else "item"][0].update(item)
    return json.dumps(raw)


def answers_of(**facts: object) -> str:
    """A file whose only question has one answer, changed."""
    return changed(PLAIN, {}, item={"answers": [{"code": "y", "display": "Y"} | facts]})


def score_of(**facts: object) -> str:
    return changed(
        PLAIN, {"scores": [{"id": "s", "display": "S", "members": ["1-1"], "positive": "total >= 2"} | facts]}
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "line 1, column 2"),
        ('{\n  "id": "x",\n  "title": oops\n}', "line 3, column 12"),
        ("[]", "the file"),
        ('{"resourceType": "Patient"}', "resourceType"),
        (changed(PLAIN, {"id": ""}), "id"),
        (changed(PLAIN, {"items": []}), "items"),
        (changed(PLAIN, {}, item={"text": 7}), "items[0].text"),
        (changed(PLAIN, {}, item={"linkId": None}), "items[0].linkId"),
        (answers_of(display=None), "items[0].answers[0].display"),
        (answers_of(positive="yes"), "items[0].answers[0].positive"),
        (answers_of(score="1"), "items[0].answers[0].score"),
        (answers_of(code="a|b"), "items[0].answers[0].code"),
        (changed(PLAIN, {"items": PLAIN["items"] * 2}), "items[1].linkId"),
        (score_of(members=["9-9"]), "scores[0].members"),
        (score_of(positive="more"), "scores[0].positive"),
        (changed(FHIR, {"item": None}), "item"),
        (changed(FHIR, {}, item={"type": "string"}), "item"),
        (changed(FHIR, {}, item={"answerOption": []}), "item[0].answerOption"),
        (changed(FHIR, {}, item={"answerOption": [{"valueDate": "2020"}]}), "item[0].answerOption[0]"),
        (changed(FHIR, {}, item={"answerValueSet": "http://x"}), "item[0].answerValueSet"),
        (changed(FHIR, {}, item={"linkId": 5}), "item[0].linkId"),
    ],
)
def test_a_wrong_file_is_refused_by_line_or_path(text: str, place: str) -> None:
    with pytest.raises(WrongFile) as refused:
        read_file(text)

    assert place in [fault.place for fault in refused.value.faults]


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(WrongFile) as refused:
        read_file(changed(PLAIN, {"title": ""}, item={"text": ""}))

    assert [fault.place for fault in refused.value.faults] == ["items[0].text", "title"]


@pytest.mark.parametrize(
    "text",
    [
        "Are you a refugee?",
        "What is your immigration status?",
        "In which country were you born?",
        "Social Security number?",
    ],
)
@pytest.mark.parametrize("base", [PLAIN, FHIR], ids=["plain", "fhir"])
def test_nobody_is_asked_for_papers_birthplace_or_document_numbers(base: dict[str, Any], text: str) -> None:
    raw = json.loads(json.dumps(base))
    name = "items" if base is PLAIN else "item"
    raw[name].append({**raw[name][0], "linkId": "2", "text": text})

    instrument = read_file(json.dumps(raw)).instrument

    assert [item.question.say("en") for item in instrument.items] == ["Enough to eat?"]
    assert any("is left out" in note for note in instrument.notes)


def test_a_question_whose_code_nobody_knows_is_asked_only_alone_and_makes_no_need() -> None:
    instrument = read_file(json.dumps(FHIR)).instrument

    assert instrument.asked(alone=False) == ()
    assert positives(instrument, {"1": "y"}) == []


def test_translations_of_a_questionnaire_are_read_where_every_text_has_one() -> None:
    def in_spanish(text: str) -> dict[str, Any]:
        parts = [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": text}]
        return {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": parts}]}

    option = {"code": "LA33-6", "display": "Yes", "_display": in_spanish("Sí")}
    item = {
        "code": [{"system": LOINC, "code": "93030-5"}],
        "_text": in_spanish("¿Transporte?"),
        "answerOption": [{"valueCoding": option}],
    }
    instrument = read_file(changed(FHIR, {}, item=item)).instrument

    assert instrument.languages == ("en", "es")
    assert instrument.items[0].question.say("es") == "¿Transporte?"
    assert instrument.items[0].options[0].words.say("es") == "Sí"
    assert instrument.title.say("es") == "Small"


def test_questions_in_groups_yes_or_no_and_contained_answers_are_read() -> None:
    concept = {"code": "LA33-6", "display": "Yes"}
    contained = [{"resourceType": "ValueSet", "id": "yn", "compose": {"include": [{"concept": [concept]}]}}]
    group = {
        "linkId": "g", "type": "group", "text": "Group",
        "item": [
            {"linkId": "1", "type": "boolean", "text": "Yes or no?"},
            {"linkId": "2", "type": "choice", "text": "Rides?", "answerValueSet": "#yn",
             "code": [{"system": LOINC, "code": "93030-5"}]},
        ],
    }  # fmt: skip
    instrument = read_file(json.dumps(FHIR | {"contained": contained, "item": [group]})).instrument

    assert [item.link_id for item in instrument.items] == ["1", "2"]
    assert found_first(instrument) == ["true", "false"]
    assert [each.domain for each in positives(instrument, {"2": "LA33-6"})] == [N.TRANSPORTATION]


def found_first(instrument: Instrument) -> list[str]:
    return [option.value for option in instrument.items[0].options]
