"""Saying no takes one press: each reason is a button. The Enter key says nothing by itself."""

import pytest

from referral.kit.errors import InvalidInput
from referral.referrals.actions import decline
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.states import DeclineReason
from tests.access.page_tree import Element, forms_in, main_of
from tests.referrals.conftest import Place
from tests.referrals.desks import Desk
from tests.referrals.test_answering import desk as desk
from tests.referrals.test_answering import fresh
from tests.referrals.test_answering import referral as referral


def buttons(page: str) -> list[Element]:
    """Return the buttons of the form that declines, in their order."""
    form = next(form for form in forms_in(main_of(page)) if form.get("action").endswith("/decline"))
    return list(form.inside("button"))


def test_each_reason_is_a_button(desk: Desk) -> None:
    _for_enter, *reasons = buttons(desk.look().text)

    assert [each.get("value") for each in reasons] == [str(reason) for reason in DeclineReason]
    assert all(each.words for each in reasons)


@pytest.mark.parametrize("reason", DeclineReason)
def test_one_press_declines_with_the_reason(
    reason: DeclineReason, place: Place, referral: Referral, desk: Desk
) -> None:
    answer = desk.press("decline", reason=str(reason), note="Only families with children.")

    assert (answer.status_code, fresh(place, referral).reason) == (303, reason)


def test_the_enter_key_chooses_no_reason(place: Place, referral: Referral, desk: Desk) -> None:
    for_enter, *_reasons = buttons(desk.look().text)  # a browser presses the first button of a form

    answer = desk.press("decline")

    assert not for_enter.get("name")
    assert (answer.status_code, fresh(place, referral).state) == (422, "sent")
    assert 'value="Olga"' in answer.text


def test_a_reason_pressed_without_a_name_is_remembered(place: Place, referral: Referral, desk: Desk) -> None:
    answer = desk.press("decline", reason="out_of_area", name="")

    assert "You pressed “Outside our area”" in answer.text
    assert buttons(answer.text)[0].get("value") == "out_of_area"
    assert fresh(place, referral).state == "sent"


def test_after_a_no_it_is_told_how_more_can_be_said(desk: Desk) -> None:
    answer = desk.press("decline", reason="wrong_service")

    page = desk.client.get(answer.location).text
    assert "let us mail you a fresh one" in page


def test_a_rule_that_somebody_does_not_fit_is_named(place: Place, referral: Referral, desk: Desk) -> None:
    answer = desk.press("decline", reason="not_eligible", note=" ")

    assert answer.status_code == 422
    assert "Type which rule it is" in answer.text
    assert '<details class="more" open>' in answer.text  # the field is in sight
    assert fresh(place, referral).state == "sent"


@pytest.mark.parametrize("kind", [ActorKind.LINK, ActorKind.MEMBERSHIP, ActorKind.PHONE])
def test_no_way_of_declining_leaves_the_rule_out(place: Place, kind: ActorKind) -> None:
    referral = place.referral()

    with pytest.raises(InvalidInput, match="which rule"):
        decline(place.town.session, referral, place.actors[kind], reason=DeclineReason.NOT_ELIGIBLE)

    assert referral.state == "sent"
