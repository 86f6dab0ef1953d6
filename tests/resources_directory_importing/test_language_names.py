"""Languages as directories write them."""

import pytest

from resources_directory.importing.language_names import language_code, spoken_languages
from resources_directory.importing.report import DefectCode


@pytest.mark.parametrize(
    ("name", "code"), [("English", "en"), ("spanish", "es"), ("Haitian Creole", "ht"), ("ASL", "ase")]
)
def test_a_name_gets_its_code(name: str, code: str) -> None:
    found = spoken_languages(name)

    assert [(language.name, language.code, language.note) for language in found.languages] == [(name, code, None)]
    assert found.codes == ()


def test_a_list_of_names_is_taken_apart() -> None:
    found = spoken_languages("English, Spanish and Creole")

    assert [language.code for language in found.languages] == ["en", "es", "ht"]
    assert found.codes == (DefectCode.LANGUAGE_LIST,)


@pytest.mark.parametrize("text", ["Spanish (limited)", "Spanish. Phone interpreters for others."])
def test_a_sentence_that_begins_with_a_language_is_kept_as_its_note(text: str) -> None:
    found = spoken_languages(text)

    assert [(language.name, language.code, language.note) for language in found.languages] == [("Spanish", "es", text)]
    assert found.codes == (DefectCode.LANGUAGE_SENTENCE,)


@pytest.mark.parametrize("text", ["other languages available upon request", "some Spanish", "Language line available"])
def test_a_sentence_that_mentions_a_language_promises_none(text: str) -> None:
    found = spoken_languages(text)

    assert [(language.name, language.code, language.note) for language in found.languages] == [(None, None, text)]
    assert found.codes == (DefectCode.LANGUAGE_SENTENCE,)


def test_an_unknown_language_keeps_its_name_without_a_code() -> None:
    assert spoken_languages("Garifuna").languages[0].name == "Garifuna"
    assert spoken_languages("Garifuna").languages[0].code is None


@pytest.mark.parametrize(("text", "code"), [("EN", "en"), ("Spanish", "es"), ("not a code", None)])
def test_a_code_or_a_name_gives_the_code(text: str, code: str | None) -> None:
    assert language_code(text) == code
