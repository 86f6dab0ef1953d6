"""What the readers of instrument files share: faults by line, texts, what no question may ask, known codes. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from referral.screening.instruments import BETWEEN, DATA
from referral.screening.positions import around, line_near
from resources_directory.needs import NeedDomain

#: A questionnaire in the shape of `instruments.read_instrument`.
Definition = dict[str, Any]

LOINC = "http://loinc.org"
#: Section 10 of the LOINC licence asks for it wherever its codes are shown.
LOINC_NOTICE = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright (c) Regenstrief Institute, Inc. "
    "and the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the "
    "license at http://loinc.org/license. LOINC(R) is a registered United States trademark of Regenstrief Institute, "
    "Inc."
)

#: What the product has no field for, whoever asks (product rules, 7). 93027-1: "Are you a refugee?"
NEVER_ASKED_CODES = frozenset({"93027-1"})
_NEVER_ASKED = re.compile(
    r"immigra|inmigra|citizen|ciudadan|refugee|refugiad|\bvisa\b|birthplace|country of birth|were you born"
    r"|social security|seguro social|passport|pasaporte|driver'?s licen[cs]e",
    re.IGNORECASE,
)

#: A key becomes part of addresses and of stored answers.
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")

#: BCP 47, as far as texts are told apart by it.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

LONGEST_TEXT = 2_000
MOST_ITEMS = 200
MOST_OPTIONS = 60


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file: the path, or the line where it cannot be read at all, and what to do."""

    place: str
    what: str
    line: int | None = None

    def __str__(self) -> str:
        """Say line, path and what to do in one sentence."""
        line = f"line {self.line}, " if self.line else ""
        return f"{line}{self.place}: {self.what}."


@dataclass
class Faults:
    """What was found wrong so far. `lines`: path to the line on which its value begins."""

    found: list[Fault] = field(default_factory=list)
    lines: Mapping[str, int] = field(default_factory=dict)
    places: set[str] = field(default_factory=set)

    def add(self, place: str, what: str) -> None:
        """Note a fault, unless one was noted already of the same value or of what it stands in."""
        if self.places.isdisjoint(around(place)):
            self.found.append(Fault(place, what, line_near(self.lines, place)))
            self.places.add(place)

    def text(self, raw: Mapping[str, Any], name: str, path: str) -> str:
        """Return a text that must be there; note the fault and return an empty one otherwise."""
        value = raw.get(name)
        if isinstance(value, str) and value.strip() and len(value) <= LONGEST_TEXT:
            return value.strip()
        self.add(f"{path}{name}", f"must be a text of 1 to {LONGEST_TEXT} letters")
        return ""

    def key(self, text: str, path: str) -> str:
        """Return a key made from an id; note the fault where none can be made."""
        key = re.sub(r"[^a-z0-9._-]+", "-", text.casefold()).strip("-.")
        if not _KEY.fullmatch(key):
            self.add(path, "must be 2 to 64 letters, digits, hyphens or dots: it names the instrument")
        return key

    def language(self, tag: str, path: str) -> str:
        """Return a language tag, which becomes the name of a text; note the fault where it is none."""
        if not _LANGUAGE.fullmatch(tag):
            self.add(path, f"names the language {tag!r}. Give a tag as “en” or “zh-Hans” (BCP 47)")
        return tag

    def apart(self, value: str, path: str, others: set[str]) -> None:
        """Note a value that another one has already, or with the sign that parts several answers."""
        if value in others:
            self.add(path, f"is {value!r} like another one here. Give each its own")
        if BETWEEN in value:
            self.add(path, f"must not hold the sign {BETWEEN}, which parts several answers")
        others.add(value)

    def objects(self, raw: Mapping[str, Any], name: str, path: str, most: int) -> list[Mapping[str, Any]]:
        """Return a list of objects that must be there and not empty; what is no object is an empty one."""
        value = raw.get(name)
        if not isinstance(value, list) or not value or len(value) > most:
            self.add(f"{path}{name}", f"must be a list of 1 to {most} objects")
            return []
        for n, each in enumerate(value):
            if not isinstance(each, dict):
                self.add(f"{path}{name}[{n}]", "must be an object")
        return [each if isinstance(each, dict) else {} for each in value]


class WrongFile(Exception):
    """A file is refused. `faults`: everything that is wrong, in the order of its lines."""

    def __init__(self, faults: Faults) -> None:
        """Keep the faults, and say them in lines."""
        self.faults = tuple(sorted(faults.found, key=lambda fault: fault.line or 0))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class KnownQuestion:
    """What a code of LOINC says about a question and its answers, where the file does not."""

    domain: NeedDomain
    positive: frozenset[str] = frozenset()
    negative: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()
    points: Mapping[str, int] = field(default_factory=dict)
    answer_domains: Mapping[str, str] = field(default_factory=dict)


def known_question(system: str | None, code: str | None) -> KnownQuestion | None:
    """Return what is known of a question's code, or None."""
    return _known_questions().get(code or "") if system == LOINC else None


def known_scores() -> Mapping[str, Mapping[str, Any]]:
    """Return LOINC code of a score to its definition; members are named by their codes."""
    scores: Mapping[str, Mapping[str, Any]] = _known()["scores"]
    return scores


def identity(raw: Mapping[str, Any]) -> Definition:
    """Return the canonical address of a questionnaire and its publisher's version, as written, where it has them."""
    known = {"url": str(raw.get("url") or "").partition("|")[0], "file_version": str(raw.get("version") or "")}
    return {name: value for name, value in known.items() if value}


def never_asked(code: str | None, text: str) -> bool:
    """Return True for a question about what the product has no field for: papers, birthplace, numbers of documents."""
    return code in NEVER_ASKED_CODES or bool(_NEVER_ASKED.search(text))


@cache
def _known() -> Any:
    return json.loads((DATA / "known_codes.json").read_text(encoding="utf-8"))


@cache
def _known_questions() -> dict[str, KnownQuestion]:
    return {
        code: KnownQuestion(
            NeedDomain(raw["domain"]),
            frozenset(raw.get("positive", ())),
            frozenset(raw.get("negative", ())),
            frozenset(raw.get("excludes", ())),
            raw.get("points", {}),
            raw.get("answer_domains", {}),
        )
        for code, raw in _known()["questions"].items()
    }
