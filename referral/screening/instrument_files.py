"""Reading files of instruments: the product's own JSON of questions with codes and rules, and FHIR R4 Questionnaires.

A file becomes a definition in the shape that `read_instrument` takes, without key of a version. What cannot be asked
here is left out and said in its notes; a file that is wrong is refused as a whole. Pure.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from referral.screening.instruments import BrokenInstrument, Instrument, read_instrument
from referral.screening.positions import lines_of
from referral.screening.reading import Definition, Faults, WrongFile
from referral.screening.reading_fhir import read_questionnaire
from referral.screening.reading_names import check_names
from referral.screening.reading_plain import read_plain
from referral.screening.reading_shapes import PLAIN, QUESTIONNAIRE, check_shape, without_wrong

#: More than this is no questionnaire.
LARGEST_FILE = 2_000_000

#: The version in a definition that no library has numbered yet.
UNNUMBERED = "0"


@dataclass(frozen=True)
class InstrumentFile:
    """A file that was read. `definition`: canonical JSON without a version; `url`: what names it everywhere, if any."""

    key: str
    instrument: Instrument
    definition: str
    kind: str
    url: str | None = None


def read_file(text: str) -> InstrumentFile:
    """Return what a file holds. Raises WrongFile naming all that is wrong by line and path, and what to do."""
    faults = Faults()
    if len(text) > LARGEST_FILE:
        faults.add("the file", "is larger than 2 MB. Give the file of one instrument")
        raise WrongFile(faults)
    raw = _parsed(text, faults)
    questionnaire = raw.get("resourceType") == "Questionnaire"
    if "resourceType" in raw and not questionnaire:
        faults.add("resourceType", f"is {raw['resourceType']!r}. Give a FHIR R4 Questionnaire, or a file of questions")
        raise WrongFile(faults)
    check_shape(raw, QUESTIONNAIRE if questionnaire else PLAIN, faults)
    if not questionnaire:
        check_names(raw, faults)
    if faults.found:  # the rest is read all the same, so that everything is named at once
        raw = without_wrong(raw, faults.places)
    definition = read_questionnaire(raw, faults) if questionnaire else read_plain(raw, faults)
    if faults.found:
        raise WrongFile(faults)
    return _checked(definition, "fhir" if questionnaire else "plain", faults)


def canonical(definition: Definition) -> str:
    """Return a definition as text: the same content is always the same text."""
    return json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def numbered(definition: str, version: str) -> Instrument:
    """Return the instrument of a stored definition under the version that the library gave it."""
    return replace(read_instrument(definition), version=version)


def _parsed(text: str, faults: Faults) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        faults.add(f"line {error.lineno}, column {error.colno}", f"{error.msg}. Mend the JSON there")
        raise WrongFile(faults) from error
    except ValueError as error:  # Python reads no number of thousands of digits
        faults.add("the file", "holds a number that is too long. Give at most nine digits")
        raise WrongFile(faults) from error
    except RecursionError as error:
        faults.add("the file", "is nested too deeply. Give the file of one instrument")
        raise WrongFile(faults) from error
    faults.lines = lines_of(text)
    if not isinstance(raw, dict):
        faults.add("the file", "holds no JSON object. Give the file of one instrument")
        raise WrongFile(faults)
    return raw


def _checked(definition: Definition, kind: str, faults: Faults) -> InstrumentFile:
    text = canonical(definition | {"version": UNNUMBERED})
    try:
        instrument = read_instrument(text)
    except BrokenInstrument as error:
        faults.add("items", str(error))
        raise WrongFile(faults) from error
    return InstrumentFile(instrument.key, instrument, text, kind, definition.get("url"))


def under_key(file: InstrumentFile, key: str) -> InstrumentFile:
    """Return the same file under another key."""
    text = canonical(json.loads(file.definition) | {"key": key})
    return replace(file, key=key, instrument=read_instrument(text), definition=text)
