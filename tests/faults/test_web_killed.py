"""The web server killed with -9 between any two statements of "prescribe": all of the signature stands, or nothing.

FAULT_ROUNDS sets how many servers die, FAULT_SEED repeats a run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import requests
from flask.testing import FlaskClient

from referral.accounts.sessions import cookie_name
from referral.kit import clock
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.referrals.clocks import run_clocks
from tests.faults.prescribing import (
    ALL_OF_IT,
    HalfDone,
    Visit,
    check_all_or_nothing,
    letters_of,
    rows_of,
    standing_of,
)
from tests.faults.rounds import points
from tests.faults.serve_and_die import ServeOrder, ServerProcess, serving


@dataclass
class Desk:
    """A clinician's browser, which can sign visits at any server."""

    settings: Settings
    cookies: dict[str, str]
    new_visit: Callable[[], Visit]
    database: Database

    def sign(self, server: ServerProcess, visit: Visit) -> int:
        """Send the form; return the status."""
        url = f"http://127.0.0.1:{server.port}{visit.path}"
        answer = requests.post(url, visit.form, cookies=self.cookies, allow_redirects=False, timeout=30)
        return answer.status_code

    def sign_at_dying(self, order: ServeOrder, visit: Visit) -> None:
        """Send the form to a server that dies on the way, and wait until it is dead."""
        self.database.engine.dispose()  # the dead server's connections are the only ones
        with serving(order) as server:
            with pytest.raises(requests.ConnectionError):
                self.sign(server, visit)
            assert server.exit_code() == -9


@pytest.fixture
def desk(settings: Settings, clinician: FlaskClient, visits: Callable[[], Visit], database: Database) -> Desk:
    cookie = clinician.get_cookie(cookie_name(settings))
    assert cookie is not None
    return Desk(settings, {cookie.key: cookie.value}, visits, database)


def steps_of_a_signature(desk: Desk) -> int:
    """Return how many statements and commits a whole signature takes."""
    with serving(ServeOrder(desk.settings)) as server:
        assert desk.sign(server, desk.new_visit()) == 303
        return server.steps()


def test_a_killed_server_leaves_the_whole_signature_or_nothing(desk: Desk) -> None:
    steps, outcomes = steps_of_a_signature(desk), []

    for step in points(steps):
        visit, before = desk.new_visit(), rows_of(desk.settings)
        desk.sign_at_dying(ServeOrder(desk.settings, die_at=step), visit)
        outcomes.append(check_all_or_nothing(standing_of(desk.settings, visit)))
        assert outcomes[-1] or rows_of(desk.settings) == before

    assert outcomes[:2] == [True, False]  # after the commit, and just before it


def test_the_form_sent_again_after_a_kill_makes_exactly_one_signature_that_leaves_once(desk: Desk) -> None:
    steps = steps_of_a_signature(desk)
    visits = [desk.new_visit(), desk.new_visit()]
    for visit, step in zip(visits, (steps, steps // 2), strict=True):
        desk.sign_at_dying(ServeOrder(desk.settings, die_at=step), visit)

    with serving(ServeOrder(desk.settings)) as server:
        assert {desk.sign(server, visit) for visit in visits for _twice in range(2)} == {303}

    assert {standing_of(desk.settings, visit) for visit in visits} == {ALL_OF_IT}
    clock.set_offset(timedelta(minutes=1))
    run_clocks(desk.database)
    run_clocks(desk.database)
    assert [letters_of(desk.settings, visit) for visit in visits] == [["referral_new", "referral_new"]] * 2


def test_the_check_notices_a_signature_made_in_two_transactions(desk: Desk) -> None:
    visit = desk.new_visit()
    with serving(ServeOrder(desk.settings, in_two_transactions=True)) as server:
        desk.sign(server, desk.new_visit())
        steps = server.steps()

    desk.sign_at_dying(ServeOrder(desk.settings, die_at=steps - 1, in_two_transactions=True), visit)

    with pytest.raises(HalfDone):
        check_all_or_nothing(standing_of(desk.settings, visit))
