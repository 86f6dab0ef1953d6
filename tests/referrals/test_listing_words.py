"""What directories say, in the reader's language where the words are known, else as written and marked as English."""

from collections.abc import Iterator

import pytest
from flask import Flask

from referral.kit.i18n import speaking
from referral.prescriptions.slip import bring_words
from referral.referrals.listing_words import document_words, for_whom_words, papers


@pytest.fixture
def spanish(app: Flask) -> Iterator[None]:
    with app.test_request_context(), speaking("es"):
        yield


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context(), speaking("en"):
        yield


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Photo identification", "Identificación con foto"),
        ("PHOTO ID", "Identificación con foto"),
        ("Proof of income", "Comprobante de ingresos"),
        ("Photo identification if you have it", "Identificación con foto, si lo tiene"),
        ("Last year’s return if you have it", "Declaración de impuestos del año pasado, si lo tiene"),
    ],
)
def test_a_paper_that_is_known_is_told_in_spanish(spanish: None, written: str, told: str) -> None:
    assert document_words(written) == told


def test_a_paper_that_is_not_known_is_marked_as_english_and_is_no_markup(spanish: None) -> None:
    assert document_words("A <b>blue</b> form") == '<bdi lang="en">A &lt;b&gt;blue&lt;/b&gt; form</bdi>'


def test_what_to_bring_is_one_line_of_the_readers_language(spanish: None) -> None:
    assert (
        bring_words(["Photo identification", "Proof of income"]) == "Identificación con foto, Comprobante de ingresos"
    )
    assert bring_words(["None asked"]) == "No necesita llevar papeles."


def test_in_english_a_directorys_words_stay_as_they_are(english: None) -> None:
    assert papers(["Photo ID", "None asked", "A <form>"]) == "Photo ID, no papers, A &lt;form&gt;"
    assert for_whom_words("For veterans.") == "For veterans"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Open to everyone.", "Abierto para todos"),
        ("Anyone may come.", "Cualquier persona puede venir"),
        ("Age 60 and older.", "De 60 años en adelante"),
        ("Ages 5 to 15.", "De 5 a 15 años"),
        ("For families with children from birth to 5 years old.", "Familias con niños de 0 a 5 años"),
        ("For families, men and people with low income.", "Para familias, hombres y personas con ingresos bajos"),
    ],
)
def test_for_whom_it_is_is_told_in_spanish(spanish: None, written: str, told: str) -> None:
    assert for_whom_words(written) == told


def test_a_rule_that_is_not_known_stands_whole_as_it_was_written(spanish: None) -> None:
    assert for_whom_words("For parents and beekeepers.") == '<bdi lang="en">For parents and beekeepers</bdi>'
