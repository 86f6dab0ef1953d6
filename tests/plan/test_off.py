"""When the page is off: it answers as to a wrong year, whoever asks, and closes where it is open."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from referral.kit import clock
from referral.plan.standing import WHY_OFF, WhyOff, why_off
from referral.screening.states import NeedSource, NeedStatus
from tests.plan.conftest import Home
from tests.plan.test_opening import bare
from tests.sign_in import sign_in


def safety(home: Home, status: NeedStatus = NeedStatus.OPEN) -> None:
    home.town.need(home.patient, "interpersonal_safety", status=status)


def safety_on_a_merged_record(home: Home) -> None:
    other = home.town.patient(home.clinic, merged_into_id=home.patient.id)
    home.town.need(other, "interpersonal_safety")


def dies(home: Home) -> None:
    home.patient.deceased_at = clock.now()


def erased(home: Home) -> None:
    home.patient.erased_at = clock.now()


def merged(home: Home) -> None:
    home.patient.merged_into_id = home.town.patient(home.clinic).id


def moved_with_nothing_under_way(home: Home) -> None:
    home.patient.moved_at = clock.now() - timedelta(days=1)
    home.referral.state, home.referral.closed_at = "completed", clock.now()


def no_traces(home: Home) -> None:
    home.patient.privacy_level = "none"


OFF = [safety, safety_on_a_merged_record, dies, erased, merged, moved_with_nothing_under_way, no_traces]


@pytest.mark.parametrize("happens", OFF, ids=lambda each: each.__name__)
def test_a_page_that_is_off_answers_as_to_a_wrong_year(home: Home, happens: Callable[[Home], None]) -> None:
    wrong = home.try_to_open("1985")
    code = home.code
    happens(home)

    right = home.try_to_open("1984", code=code)

    assert right.status_code == wrong.status_code == 422
    assert bare(right.text) == bare(wrong.text)


@pytest.mark.parametrize("happens", OFF, ids=lambda each: each.__name__)
def test_a_page_that_goes_off_closes_where_it_is_open(home: Home, happens: Callable[[Home], None]) -> None:
    home.open()
    happens(home)
    home.town.commit()

    for path in ("/p/", "/p/file"):
        answer = home.client.get(path)
        assert answer.status_code == 410
        assert "Open Table" not in answer.text
    assert home.press("call").status_code == 410


@pytest.mark.parametrize("status", [NeedStatus.UNCONFIRMED, NeedStatus.OPEN, NeedStatus.PARTLY, NeedStatus.UNKNOWN])
def test_the_plan_page_is_off_while_a_safety_concern_stands_or_is_unconfirmed(home: Home, status: NeedStatus) -> None:
    home.town.need(home.patient, "interpersonal_safety", status=status, source=NeedSource.SCREENING, wants_help="no")

    assert why_off(home.session, home.patient) is WhyOff.SAFETY


@pytest.mark.parametrize("status", [NeedStatus.MET, NeedStatus.GONE])
def test_the_page_is_on_again_when_the_person_says_that_it_is_over(home: Home, status: NeedStatus) -> None:
    safety(home, status)

    assert why_off(home.session, home.patient) is None


def test_staff_learn_why_it_is_off(home: Home) -> None:
    safety(home)
    pages = [f"/patients/{home.patient.id}", f"/patients/{home.patient.id}/plan-page"]
    home.town.commit()
    sign_in(home.client, home.clinician)

    for page in pages:
        assert unescape(home.client.get(page).text).count(str(WHY_OFF[WhyOff.SAFETY])) == 1


def test_no_address_is_printed_while_it_is_off(home: Home) -> None:
    safety(home)
    code = home.code
    home.town.commit()
    sign_in(home.client, home.clinician)

    assert code not in home.client.get(f"/patients/{home.patient.id}/plan-page/printed").text
