"""What names an imported questionnaire is its url: the same name at another url is another instrument."""

import json
from typing import Any

from referral.kit.scope import ScopedSession
from referral.screening.instrument_files import read_file
from referral.screening.instrument_library import Imported, ImportOutcome, import_instrument, shelf
from tests.screening.test_files import FHIR, PLAIN

HERE, THERE = "http://here.example/Questionnaire/small", "http://there.example/Questionnaire/small"


def taken_in(session: ScopedSession, base: dict[str, Any] = FHIR, **facts: Any) -> Imported:
    text = json.dumps(base | facts)
    return import_instrument(session, read_file(text), text)


def test_another_url_with_the_same_name_is_another_instrument_and_replaces_nothing(session: ScopedSession) -> None:
    first = taken_in(session, url=HERE)
    second = taken_in(session, url=THERE, title="Other")

    assert (first.outcome, second.outcome) == (ImportOutcome.NEW, ImportOutcome.NEW)
    assert first.instrument.key != second.instrument.key
    assert [each.newest for each in shelf(session)] == [True, True, True]  # with the product's own


def test_a_new_version_goes_to_the_instrument_of_its_url(session: ScopedSession) -> None:
    taken_in(session, url=HERE)
    other = taken_in(session, url=THERE).instrument.key

    mended = taken_in(session, url=THERE + "|2", title="Mended")
    renamed = taken_in(session, url=HERE, name="Renamed", title="Mended")

    assert (mended.outcome, mended.instrument.key, mended.instrument.version) == ("new version", other, "2")
    assert (renamed.outcome, renamed.instrument.key, renamed.instrument.version) == ("new version", "small", "2")
    assert taken_in(session, url=THERE, title="Mended").outcome == ImportOutcome.SAME


def test_a_file_of_questions_never_replaces_a_questionnaire_of_its_name(session: ScopedSession) -> None:
    taken_in(session, url=HERE)

    assert taken_in(session, PLAIN, id="small").instrument.key == "small-plain"
    assert taken_in(session, PLAIN, id="small").outcome == ImportOutcome.SAME


def test_the_publishers_version_stays_as_it_is_written(session: ScopedSession) -> None:
    instrument = taken_in(session, url=HERE, version="1.0").instrument

    assert (instrument.version, instrument.file_version) == ("1", "1.0")
