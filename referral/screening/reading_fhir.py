"""Reads a FHIR R4 Questionnaire: groups, choices and yes/no, with codes, translations and contained sets. Pure.

Source: HL7 FHIR R4 4.0.1, Questionnaire; translations and ordinal values by its standard extensions. A Questionnaire
says nothing of needs: what an answer means comes from known codes (data/known_codes.json). A question whose code is not
known makes no need and is asked only when the person is alone, because nobody has said that it is harmless.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from referral.screening.reading import (
    LOINC,
    LOINC_NOTICE,
    MOST_ITEMS,
    MOST_OPTIONS,
    Definition,
    Faults,
    KnownQuestion,
    identity,
    known_question,
    known_scores,
    never_asked,
)

_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
_CALCULATED = "calculatedExpression"

_YES_NO = (("true", "Yes", "Sí"), ("false", "No", "No"))

_CHOICES = frozenset({"choice", "open-choice"})
#: Every type of an item (FHIR R4, value set item-type): what is asked here, and what is known and cannot be asked.
_ASKED = _CHOICES | {"boolean"}
_NOT_ASKED = frozenset(
    ["attachment", "date", "dateTime", "decimal", "integer", "quantity", "reference", "string", "text", "time", "url"]
)
_SILENT = frozenset({"group", "display"})


@dataclass
class _Reading:
    """A Questionnaire being read."""

    raw: Mapping[str, Any]
    language: str
    faults: Faults
    notes: list[str]
    link_ids: set[str] = field(default_factory=set)


def read_questionnaire(raw: Mapping[str, Any], faults: Faults) -> Definition:
    """Return the definition of a Questionnaire; what is wrong is noted in `faults`."""
    reading = _Reading(raw, faults.language(raw.get("language") or "en", "language"), faults, [])
    items = list(_items(reading, raw, "", 0))
    if not items and not faults.found:
        faults.add("item", "holds no question with answers to choose from. Give a Questionnaire with choices")
    if len(items) > MOST_ITEMS:
        faults.add("item", f"holds more than {MOST_ITEMS} questions. Give the file of one instrument")
    title = _texts(reading, raw, "title" if raw.get("title") else "name", "")
    languages = _shared_languages(reading.language, title, items)
    coding = next(iter(_dicts(raw.get("code"))), {})
    return {
        "key": faults.key(str(raw.get("name") or raw.get("id") or _last(raw.get("url"))), "name"),
        "title": title,
        "languages": languages,
        "steward": raw.get("publisher"),
        "licence": raw.get("copyright"),
        "citation": raw.get("purpose"),
        "notice": LOINC_NOTICE if any(item["system"] == LOINC for item in items) else None,
        "code": coding.get("code"),
        "system": coding.get("system"),
        "items": items,
        "scores": _scores(items),
        "notes": reading.notes + _of_the_whole(raw, languages),
    } | identity(raw)


def _of_the_whole(raw: Mapping[str, Any], languages: Sequence[str]) -> list[str]:
    notes = [f"Languages that every text exists in: {', '.join(languages)}."]
    if not raw.get("copyright"):
        notes.append("The file names no copyright. Make sure that you may use it.")
    return notes


def _items(reading: _Reading, raw: Mapping[str, Any], path: str, depth: int) -> Iterator[Definition]:
    """Give the questions of a level and of the groups and questions below it, in order."""
    if depth > 8:
        reading.faults.add(f"{path}item", "is nested more than eight levels. Make it flatter")
        return
    if depth == 0 and not isinstance(raw.get("item"), list):
        reading.faults.add("item", "must be a list of questions")
    for n, each in enumerate(_dicts(raw.get("item"))):
        here = f"{path}item[{n}]."
        kind = each.get("type")
        if kind not in _ASKED | _NOT_ASKED | _SILENT:
            known = ", ".join(sorted(_ASKED | _SILENT))
            reading.faults.add(f"{here}type", f"is {kind!r}, which is no type of an item. Asked here are: {known}")
        elif kind not in _SILENT and (item := _question(reading, each, here)) is not None:
            reading.faults.apart(item["link_id"], f"{here}linkId", reading.link_ids)
            yield item
        yield from _items(reading, each, here, depth + 1)


def _question(reading: _Reading, raw: Mapping[str, Any], path: str) -> Definition | None:
    kind, faults = raw.get("type"), reading.faults
    coding = next(iter(_dicts(raw.get("code"))), {})
    code, system = coding.get("code"), coding.get("system")
    if any(_CALCULATED in str(each.get("url")) for each in _dicts(raw.get("extension"))):
        if code not in known_scores():
            reading.notes.append(f"{path}linkId is reckoned from other answers in a way not known here: left out.")
        return None
    texts = _texts(reading, raw, "text", path)
    why_not = _why_left_out(raw, code, texts)
    if why_not:
        reading.notes.append(f"{path}text is left out: {why_not}.")
        return None
    known = known_question(system, code)
    if known is None:
        reading.notes.append(f"{path}code is not known here: asked only alone, its answers make no need.")
    options = _yes_no() if kind == "boolean" else _options(reading, raw, path)
    values = set[str]()
    for n, option in enumerate(options):
        faults.apart(option["value"], f"{path}answerOption[{n}]", values)
    return {
        "link_id": faults.text(raw, "linkId", path),
        "domain": known.domain if known else None,
        "private": known is None,
        "question": texts,
        "options": [_meaning(option, known) for option in options],
        "repeats": raw.get("repeats") is True,
        "code": code,
        "system": system,
        "origin": None,
    }


def _why_left_out(raw: Mapping[str, Any], code: str | None, texts: Mapping[str, str]) -> str | None:
    if any(never_asked(code, text) for text in texts.values()):
        return "the product asks nobody about papers, birthplace or document numbers"
    if raw.get("type") not in _ASKED:
        return f"questions of type {raw.get('type')!r} cannot be asked here, only choices and yes or no"
    if raw.get("enableWhen"):
        return "whether it is asked depends on other answers, which cannot be done here"
    return None


def _yes_no() -> list[Definition]:
    return [{"value": value, "en": english, "es": spanish, "score": None} for value, english, spanish in _YES_NO]


def _options(reading: _Reading, raw: Mapping[str, Any], path: str) -> list[Definition]:
    faults = reading.faults
    if raw.get("answerValueSet"):
        return _of_value_set(reading, str(raw["answerValueSet"]), path)
    options = []
    for n, each in enumerate(faults.objects(raw, "answerOption", path, MOST_OPTIONS)):
        here = f"{path}answerOption[{n}]."
        coding = each.get("valueCoding")
        if isinstance(coding, dict):
            options.append(_coded(reading, coding, f"{here}valueCoding.") | {"score": _ordinal(each, coding)})
        elif isinstance(each.get("valueString"), str):
            options.append({"value": each["valueString"], reading.language: each["valueString"], "score": None})
        elif isinstance(each.get("valueInteger"), int):
            text = str(each["valueInteger"])
            options.append({"value": text, reading.language: text, "score": None})
        else:
            faults.add(here.rstrip("."), "must have valueCoding, valueString or valueInteger")
    return options


def _of_value_set(reading: _Reading, canonical: str, path: str) -> list[Definition]:
    sets = [each for each in _dicts(reading.raw.get("contained")) if each.get("resourceType") == "ValueSet"]
    for found in sets:
        if canonical in (f"#{found.get('id')}", found.get("url")):
            compose, expansion = found.get("compose") or {}, found.get("expansion") or {}
            concepts = _dicts(expansion.get("contains")) or [
                concept for include in _dicts(compose.get("include")) for concept in _dicts(include.get("concept"))
            ]
            return [
                _coded(reading, each, f"{path}answerValueSet {canonical} concept[{n}].") | {"score": None}
                for n, each in enumerate(concepts)
            ]
    reading.faults.add(
        f"{path}answerValueSet", f"names {canonical}, which the file does not contain. Put the answers into the file"
    )
    return []


def _coded(reading: _Reading, coding: Mapping[str, Any], path: str) -> Definition:
    value = reading.faults.text(coding, "code", path)
    return {"value": value} | _texts(reading, coding, "display", path)


def _meaning(option: Definition, known: KnownQuestion | None) -> Definition:
    if known is None:
        return option | {"positive": None, "excludes": False, "domain": None}
    value = option["value"]
    points = option["score"] if option["score"] is not None else known.points.get(value)
    positive = True if value in known.positive else False if value in known.negative else None
    domain = known.answer_domains.get(value)
    return option | {"positive": positive, "score": points, "excludes": value in known.excludes, "domain": domain}


def _scores(items: list[Definition]) -> list[Definition]:
    by_code = {item["code"]: item["link_id"] for item in items if item["system"] == LOINC}
    return [
        {
            **score,
            "key": code,
            "code": code,
            "system": LOINC,
            "members": [by_code[member] for member in score["members"]],
        }
        for code, score in known_scores().items()
        if set(score["members"]) <= set(by_code)
    ]


def _texts(reading: _Reading, raw: Mapping[str, Any], name: str, path: str) -> dict[str, str]:
    """Return language to text: the element's own, and its translations."""
    texts = {reading.language: reading.faults.text(raw, name, path)}
    beside = raw.get(f"_{name}")
    for extension in _dicts(beside.get("extension") if isinstance(beside, dict) else None):
        parts = {each.get("url"): each for each in _dicts(extension.get("extension"))}
        language = (parts.get("lang") or {}).get("valueCode")
        content = parts.get("content") or {}
        text = content.get("valueString") or content.get("valueMarkdown")
        if extension.get("url") == _TRANSLATION and isinstance(language, str) and isinstance(text, str):
            reading.faults.language(language, f"{path}_{name}.extension")
            texts[language] = text
    return texts


def _shared_languages(own: str, title: dict[str, str], items: list[Definition]) -> list[str]:
    """Return the languages that every question and answer exists in, the file's own first; the title may lack one."""
    known = [item["question"].keys() for item in items]
    known += [option.keys() for item in items for option in item["options"]]
    shared = set(known[0]).intersection(*known[1:]) if known else {own}
    shared.add(own)
    for language in shared:
        title.setdefault(language, title[own])
    return [own, *sorted(shared - {own})]


def _ordinal(option: Mapping[str, Any], coding: Mapping[str, Any]) -> int | None:
    for extension in [*_dicts(option.get("extension")), *_dicts(coding.get("extension"))]:
        value = extension.get("valueDecimal")
        if extension.get("url") == _ORDINAL and isinstance(value, int | float) and value == int(value):
            return int(value)
    return None


def _last(url: Any) -> str:
    return str(url or "").rstrip("/").rsplit("/", 1)[-1]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
