"""The words for why a service fits: when it opens next."""

from datetime import timedelta

import pytest
from flask import Flask

from referral.kit import clock
from referral.kit.i18n import speaking
from referral.referrals.reason_words import reason_lines
from resources_directory.service_hit import Reason, ReasonCode


@pytest.mark.parametrize(("days", "word"), [(0, "today at"), (1, "Opens T")])
def test_what_opens_later_today_says_today(app: Flask, days: int, word: str) -> None:
    clock.set_offset(clock.wall().replace(year=2026, month=11, day=23, hour=15, minute=0) - clock.wall())
    opens = clock.now() + timedelta(days=days, hours=2)

    with app.test_request_context():
        (line,) = reason_lines([Reason(ReasonCode.CLOSED_NOW, next_opening=opens)])

    assert word in line.text
    assert ("today" in line.text) is (days == 0)


def test_the_next_opening_is_told_in_the_times_of_the_language(app: Flask) -> None:
    clock.set_offset(clock.wall().replace(year=2026, month=11, day=23, hour=15, minute=0) - clock.wall())
    opens = clock.now().replace(hour=16, minute=30) + timedelta(days=1)

    with app.test_request_context():
        told = {}
        for language in ("en", "es"):
            with speaking(language):
                told[language] = reason_lines([Reason(ReasonCode.CLOSED_NOW, next_opening=opens)])[0].text

    assert "Tuesday, 4:30\u202fPM" in told["en"]
    assert "martes, 16:30" in told["es"]
