"""One answer to several requests: a result for each row, versions checked, a failing row losing none of the others."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from referral.accounts.roles import MemberKind, Role
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.states import ReferralState
from tests.referrals.conftest import Place, moves_of
from tests.referrals.test_inbox_list import another
from tests.sign_in import sign_in


@pytest.fixture
def desk(client: FlaskClient, place: Place) -> FlaskClient:
    place.town.commit()
    sign_in(client, place.staff)
    return client


def tick(referral: Referral, version: int | None = None) -> str:
    return f"{referral.id}:{version or referral.version}"


def states(place: Place, *referrals: Referral) -> list[str]:
    for referral in referrals:
        place.town.session.refresh(referral)
    found = [referral.state for referral in referrals]
    place.town.commit()
    return found


def test_several_are_declined_with_one_reason(desk: FlaskClient, place: Place) -> None:
    first, second = another(place), another(place)

    page = desk.post(
        "/inbox/several", data={"row": [tick(first), tick(second)], "answer": "decline", "reason": "no_capacity"}
    )

    assert (page.status_code, states(place, first, second)) == (200, ["declined", "declined"])
    assert first.reason == second.reason == "no_capacity"
    assert "2 of 2 were changed." in page.text


def test_a_row_that_moved_meanwhile_is_left_alone_and_loses_none_of_the_others(desk: FlaskClient, place: Place) -> None:
    good, moved, gone = another(place), another(place), another(place, ReferralState.WITHDRAWN)

    page = desk.post("/inbox/several", data={"row": [tick(moved, 9), tick(good), tick(gone)], "answer": "accept"})

    assert states(place, good, moved, gone) == ["accepted", "sent", "withdrawn"]
    assert "1 of 3 were changed." in page.text
    assert page.text.count("Nothing was changed") == 2


def test_the_answers_stand_in_the_persons_own_name(desk: FlaskClient, place: Place) -> None:
    referral = another(place)

    desk.post("/inbox/several", data={"row": tick(referral), "answer": "accept"})

    assert moves_of(place.town.session, referral)[-1].person_id == place.staff.id


def test_sent_twice_it_has_one_effect(desk: FlaskClient, place: Place) -> None:
    referral = another(place)
    data = {"row": tick(referral), "answer": "accept"}

    pages = [desk.post("/inbox/several", data=data).text for _n in range(2)]

    assert ["1 of 1 were changed." in page for page in pages] == [True, False]
    assert len(moves_of(place.town.session, referral)) == 1


def test_another_organizations_request_is_not_answered(client: FlaskClient, place: Place) -> None:
    referral = another(place)
    stranger = place.town.person(place.town.member(MemberKind.ORGANIZATION), Role.ORGANIZATION_STAFF)
    place.town.commit()
    sign_in(client, stranger)

    page = client.post("/inbox/several", data={"row": [tick(referral), f"{uuid4()}:1"], "answer": "accept"})

    assert states(place, referral) == ["sent"]
    assert page.text.count("it is not among your requests") == 2


@pytest.mark.parametrize(
    "data",
    [
        {"answer": "accept"},
        {"answer": "decline"},
        {"answer": "burn", "reason": "other"},
    ],
    ids=["nothing ticked", "no reason", "no such answer"],
)
def test_what_is_missing_is_said_and_the_ticks_stay(desk: FlaskClient, place: Place, data: dict[str, object]) -> None:
    referral = another(place)
    ticked = {} if data == {"answer": "accept"} else {"row": tick(referral)}

    page = desk.post("/inbox/several", data={**data, **ticked, "note": "kept words"})

    assert page.status_code == 422
    assert "kept words" in page.text
    assert (f'value="{tick(referral)}" checked' in page.text) is bool(ticked)
    assert short_number(referral.id) in page.text


@pytest.mark.parametrize("path", ["/inbox/several", "/inbox/room", "/inbox/files/look", "/inbox/files/apply"])
def test_the_clinic_does_not_answer_for_an_organization_in_its_inbox(
    client: FlaskClient, place: Place, path: str
) -> None:
    place.town.commit()
    sign_in(client, place.navigator)

    assert client.post(path, data={}).status_code == 404
