"""The base of every form: days and numbers that nothing can be reckoned with are refused beside their field."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField
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
