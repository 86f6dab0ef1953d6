"""Opening hours in words."""

from datetime import time

import pytest
from flask import Flask

from referral.directory.hour_words import hour_lines
from resources_directory.hours import Opening

NINE, FIVE = time(9), time(17)


@pytest.mark.parametrize(
    ("opening", "line", "why"),
    [
        (Opening("MO,TU,WE,TH,FR", NINE, FIVE), "Monday to Friday: 9:00 AM to 5:00 PM", "days in a row"),
        (Opening("MO,WE", NINE, FIVE), "Monday, Wednesday: 9:00 AM to 5:00 PM", "single days"),
        (Opening("MO,TU,WE,TH,FR,SA,SU", time(0), time(23, 59)), "Every day: all day", "always open"),
        (Opening("MO", time(0), time(0)), "Monday: all day", "midnight to midnight"),
        (Opening("MO", time(0, 30), time(23, 59)), "Monday: 12:30 AM to 11:59 PM", "half an hour is left out"),
        (Opening("SA", NINE), "Saturday: from 9:00 AM", "nobody knows when it closes"),
        (
            Opening("2TU", NINE, FIVE, description="Second Tuesday"),
            "2TU: 9:00 AM to 5:00 PM (Second Tuesday)",
            "monthly",
        ),
        (Opening(None, NINE, FIVE, description="By appointment"), "By appointment", "no days"),
        (Opening("MO", NINE, FIVE, readable=False, description="Every other Monday"), "Every other Monday", "not ours"),
    ],
)
def test_a_rule_reads_as_people_say_it(app: Flask, opening: Opening, line: str, why: str) -> None:
    with app.test_request_context():
        said = [text.replace("\u202f", " ") for text in hour_lines([opening])]

    assert said == [line], why


def test_a_rule_that_says_nothing_is_left_out(app: Flask) -> None:
    with app.test_request_context():
        assert hour_lines([Opening()]) == []
