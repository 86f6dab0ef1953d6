"""The base of every form: days and numbers that nothing can be reckoned with are refused beside their field."""

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional

from referral.kit.forms import Form


class Facts(Form):
    """A day and a number."""

    day = DateField(validators=[Optional()])
    number = IntegerField(validators=[InputRequired()])


@pytest.mark.parametrize(
    ("day", "number", "wrong"),
    [
        ("1900-01-01", "1", set()),
        ("2200-12-31", "-2147483647", set()),
        ("", "2147483647", set()),
        ("1899-12-31", "1", {"day"}),
        ("2201-01-01", "1", {"day"}),
        ("9999-12-31", "1", {"day"}),
        ("2026-11-21", "2147483648", {"number"}),
        ("2026-11-21", "9" * 40, {"number"}),
    ],
)
def test_a_day_or_number_that_cannot_be_meant_is_refused(app: Flask, day: str, number: str, wrong: set[str]) -> None:
    with app.test_request_context():
        form = Facts(formdata=MultiDict({"day": day, "number": number}), meta={"csrf": False})
        form.validate()

        assert set(form.errors) == wrong
        assert all(str(words) for errors in form.errors.values() for words in errors)


class Choices(Form):
    """One of two, and some of two."""

    one = SelectField(choices=["a", "b"])
    radio = RadioField(choices=["a", "b"])
    number = SelectField(choices=[1, 2], coerce=int)
    many = SelectMultipleField(choices=["a", "b"])


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("sent", [["01a2-made-by-hand"], ["01a2-made-by-hand", "another"]])
def test_what_cannot_be_chosen_is_refused_in_our_words_and_not_repeated(
    app: Flask, sent: list[str], language: str
) -> None:
    formdata = MultiDict([(name, value) for name in ("one", "radio", "number", "many") for value in sent])
    with app.test_request_context(), force_locale(language):
        form = Choices(formdata=formdata, meta={"csrf": False})
        form.validate()

        said = {name: [str(words) for words in errors] for name, errors in form.errors.items()}

    words = {"en": "cannot be chosen here", "es": "no se puede elegir aquí"}[language]
    assert set(said) == {"one", "radio", "number", "many"}
    assert all(words in sentence and "01a2" not in sentence for each in said.values() for sentence in each)
