"""What kind of value stands where in a file of an instrument, so that its readers find what they read. Pure.

Checked before anything is read: a list where a text belongs is named by its path. What stands in no shape is left
alone, because files carry more than is read here; what is null is not there.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from referral.screening.positions import shown
from referral.screening.reading import Faults

#: Deeper than this no questionnaire goes.
DEEPEST = 40
#: No code, score or position needs more.
LARGEST_NUMBER = 10**9


class Kind(StrEnum):
    """A single value, in words for whoever mends the file."""

    TEXT = "must be a text"
    TEXT_OR_LIST = "must be a list of objects, or a text that says why there is none"
    FLAG = "must be true or false"
    NUMBER = "must be a number"
    TEXTS = "must be an object whose values are texts"


T, F, N = Kind.TEXT, Kind.FLAG, Kind.NUMBER


@dataclass(frozen=True)
class Shape:
    """What an object may hold: single values, objects and lists of objects, by name. `itself`: of its own shape."""

    values: Mapping[str, Kind]
    objects: Mapping[str, "Shape"]
    lists: Mapping[str, "Shape"]
    itself: str | None = None


def _shape(
    values: Mapping[str, Kind] | None = None,
    *,
    objects: Mapping[str, Shape] | None = None,
    lists: Mapping[str, Shape] | None = None,
    itself: str | None = None,
) -> Shape:
    return Shape(values or {}, objects or {}, lists or {}, itself)


def _texts(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, Kind.TEXT)


_CODED = _shape(_texts("code", "system"))
_ANSWER = _shape(_texts("code", "display"))

#: The product's own JSON.
PLAIN = _shape(
    _texts("id", "url", "title", "version", "steward", "licence_note", "citation", "positive_rule_note", "ship_note"),
    objects={"panel": _CODED},
    lists={
        "items": _shape(
            _texts("linkId", "code", "system", "text", "domain", "origin", "positive_rule")
            | {"repeats": F, "positive_rule_verified": F, "domain_by_answer": Kind.TEXTS, "answers": Kind.TEXT_OR_LIST},
        ),
        "scores": _shape(_texts("id", "display", "code", "domain", "positive"), lists={"answers": _ANSWER}),
    },
)

_EXTENSION = _shape(
    _texts("url", "valueCode", "valueString", "valueMarkdown") | {"valueDecimal": N}, itself="extension"
)
_BESIDE = _shape(lists={"extension": _EXTENSION})
_CODING = _shape(_texts("code", "system", "display"), objects={"_display": _BESIDE}, lists={"extension": _EXTENSION})
_CONCEPTS = _shape(lists={"concept": _CODING})
_OPTION = _shape({"valueString": T, "valueInteger": N}, objects={"valueCoding": _CODING}, lists=_BESIDE.lists)
_ITEM = _shape(
    _texts("linkId", "text", "type", "answerValueSet") | {"repeats": F},
    objects={"_text": _BESIDE},
    lists={"code": _CODING, "answerOption": _OPTION, "extension": _EXTENSION},
    itself="item",
)

#: A FHIR R4 Questionnaire, as far as it is read.
QUESTIONNAIRE = _shape(
    _texts("resourceType", "id", "url", "version", "name", "title", "language", "publisher", "copyright", "purpose"),
    objects={"_title": _BESIDE, "_name": _BESIDE},
    lists={
        "code": _CODING,
        "item": _ITEM,
        "contained": _shape(
            _texts("resourceType", "id", "url"),
            objects={"compose": _shape(lists={"include": _CONCEPTS}), "expansion": _shape(lists={"contains": _CODING})},
        ),
    },
)


def check_shape(raw: Mapping[str, Any], shape: Shape, faults: Faults) -> None:
    """Note everything that is of another kind than its reader expects, and what no database can keep."""
    _check_values(raw, "", faults, depth=0)
    _check_object(raw, shape, "", faults)


def without_wrong(value: Any, places: Collection[str], path: str = "") -> Any:
    """Return a file without the values at these paths, so that the rest can be read; lists keep their length."""
    if isinstance(value, dict):
        inside = ((f"{path}.{shown(name)}" if path else shown(name), name, each) for name, each in value.items())
        return {name: without_wrong(each, places, here) for here, name, each in inside if here not in places}
    if isinstance(value, list):
        inside_list = ((f"{path}[{n}]", each) for n, each in enumerate(value))
        return [{} if here in places else without_wrong(each, places, here) for here, each in inside_list]
    return value


def _check_object(raw: Mapping[str, Any], shape: Shape, path: str, faults: Faults) -> None:
    for name, kind in shape.values.items():
        if raw.get(name) is not None and not _is(kind, raw[name]):
            faults.add(f"{path}{name}", kind)
    lists = {**shape.lists} | ({shape.itself: shape} if shape.itself else {})
    for place, value, inner in _inner(raw, shape.objects, lists, path, faults):
        if isinstance(value, dict):
            _check_object(value, inner, f"{place}.", faults)
        else:
            faults.add(place, "must be an object")


def _inner(
    raw: Mapping[str, Any], objects: Mapping[str, Shape], lists: Mapping[str, Shape], path: str, faults: Faults
) -> Iterator[tuple[str, Any, Shape]]:
    """Give (path, value, shape) of each object inside; a list that is none is noted."""
    for name, inner in objects.items():
        if raw.get(name) is not None:
            yield f"{path}{name}", raw[name], inner
    for name, inner in lists.items():
        if isinstance(raw.get(name), list):
            yield from ((f"{path}{name}[{n}]", each, inner) for n, each in enumerate(raw[name]))
        elif raw.get(name) is not None:
            faults.add(f"{path}{name}", "must be a list of objects")


def _is(kind: Kind, value: Any) -> bool:
    if kind is Kind.FLAG:
        return isinstance(value, bool)
    if kind is Kind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Kind.TEXTS:
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return isinstance(value, str) or (kind is Kind.TEXT_OR_LIST and isinstance(value, list))


def _check_values(value: Any, path: str, faults: Faults, *, depth: int) -> None:
    """Note texts with signs that are no letters, numbers without end, and what is nested too deeply."""
    place = path or "the file"
    if depth > DEEPEST:
        faults.add(place, f"is nested more than {DEEPEST} levels deep. Make it flatter")
    elif isinstance(value, dict):
        for name, each in value.items():
            here = f"{path}.{shown(name)}" if path else shown(name)
            _check_values(name, f"the name {here}", faults, depth=depth)
            _check_values(each, here, faults, depth=depth + 1)
    elif isinstance(value, list):
        for n, each in enumerate(value):
            _check_values(each, f"{path}[{n}]", faults, depth=depth + 1)
    elif isinstance(value, str) and any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in value):
        faults.add(place, "holds a sign that is no letter (NUL, or half of a pair). Take it out")
    elif isinstance(value, int | float) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        faults.add(place, "is no number that can be kept. Give at most nine digits")
