"""When the page is off: it answers as to a wrong year, whoever asks, and closes where it is open."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from referral.kit import clock
from referral.plan.standing import IS_OFF, WHY_OFF, WhyOff, why_off
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


def off_pages(home: Home, happens: Callable[[Home], None]) -> dict[str, str]:
    """Return the pages of staff that say that it is off, by their ends, as somebody looking on reads them."""
    prescription = f"/prescriptions/{home.referral.prescription_id}"
    patient = f"/patients/{home.patient.id}"
    happens(home)
    home.town.commit()
    sign_in(home.client, home.clinician)
    ends = [patient, f"{patient}/plan-page", f"{patient}/plan-page/printed"]
    ends += [f"{prescription}/slip", f"{prescription}/receipt"]
    return {end: unescape(home.client.get(end).text) for end in ends}


@pytest.mark.parametrize("happens", [safety, no_traces])
def test_nobody_looking_on_reads_why_it_is_off(home: Home, happens: Callable[[Home], None]) -> None:
    for end, page in off_pages(home, happens).items():
        told = [str(words) for words in (WHY_OFF[WhyOff.SAFETY], WHY_OFF[WhyOff.PRIVACY]) if str(words) in page]
        assert not told, end
        assert "safety stands" not in page, end
        assert str(IS_OFF) in page, end


@pytest.mark.parametrize(("happens", "why"), [(safety, WhyOff.SAFETY), (no_traces, WhyOff.PRIVACY)])
def test_staff_who_are_alone_with_the_screen_learn_why_it_is_off(
    home: Home, happens: Callable[[Home], None], why: WhyOff
) -> None:
    page = f"/patients/{home.patient.id}/plan-page"
    happens(home)
    home.town.commit()
    sign_in(home.client, home.clinician)

    assert f"{page}?private=1" in home.client.get(page).text
    assert unescape(home.client.get(f"{page}?private=1").text).count(str(WHY_OFF[why])) == 1


def test_a_reason_that_anybody_may_read_stands_at_once(home: Home) -> None:
    home.patient.moved_at = clock.now() - timedelta(days=1)
    home.referral.state, home.referral.closed_at = "completed", clock.now()
    home.town.commit()
    sign_in(home.client, home.clinician)

    assert str(WHY_OFF[WhyOff.MOVED]) in unescape(home.client.get(f"/patients/{home.patient.id}/plan-page").text)


def test_no_address_is_printed_while_it_is_off(home: Home) -> None:
    safety(home)
    code = home.code
    home.town.commit()
    sign_in(home.client, home.clinician)

    assert code not in home.client.get(f"/patients/{home.patient.id}/plan-page/printed").text
