"""What a patient says when a need is confirmed or written down counts as much as where help is prescribed."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from time_machine import travel
from werkzeug.test import TestResponse

from referral.kit import clock
from referral.kit.transaction import Database
from referral.prescriptions.due import offer_again
from referral.prescriptions.models import NeedPlan
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import ReferralEvent, ReferralState
from referral.screening.models import Need
from referral.screening.states import NeedStatus
from referral.todos.models import ToDo, ToDoReason
from tests.prescriptions.conftest import page_of
from tests.prescriptions.test_under_way import checked, merged_with_a_running_request, running
from tests.referrals.conftest import TUESDAY, Place
from tests.sign_in import sign_in

Sent = dict[str, str]
Say = Callable[..., tuple[str, Sent]]

IN_TWO_WEEKS = "Not now; to be asked again on Jun 16, 2026"


def confirming(place: Place, says: str, **facts: str) -> tuple[str, Sent]:
    """The address and the form with which a need is confirmed."""
    form = {"says": says, "version": str(place.need.version), "form_id": str(uuid4()), "again_in": "4"}
    address = f"/needs/{place.need.id}/confirm"
    place.town.session.commit()
    return address, form | facts


def voicing(place: Place, says: str, **facts: str) -> tuple[str, Sent]:
    """The address and the form with which a need is written down."""
    form = {"domain": "food", "wants_help": says, "form_id": str(uuid4()), "again_in": "4"}
    address = f"/patients/{place.patient.id}/needs/new"
    place.town.session.commit()
    return address, form | facts


@pytest.fixture(params=[confirming, voicing])
def say(request: pytest.FixtureRequest) -> Say:
    """Either page on which a need is answered."""
    found: Say = request.param
    return found


def post(browser: FlaskClient, page: tuple[str, Sent]) -> TestResponse:
    return browser.post(page[0], data=page[1])


class Standing(NamedTuple):
    """What stands of when help is wanted."""

    need_id: UUID
    wants: str
    offer_again_at: datetime | None
    taken_by: UUID | None


def plans(place: Place) -> list[Standing]:
    """What stands, as the pages wrote it; the transaction is over afterwards, so that pages can write."""
    place.town.session.rollback()
    place.town.session.expire_all()
    found = select(NeedPlan).where(NeedPlan.ended_at.is_(None)).order_by(NeedPlan.stated_at, NeedPlan.id)
    rows = place.town.session.scalars(found).all()
    standing = [Standing(row.need_id, row.wants, row.offer_again_at, row.taken_by) for row in rows]
    place.town.session.rollback()
    return standing


def state_of(place: Place, referral: Referral) -> str:
    place.town.session.rollback()
    place.town.session.expire_all()
    return place.town.session.get_one(Referral, referral.id).state


def ends_of(place: Place, referral: Referral) -> int:
    """How often the request was withdrawn."""
    moves = select(func.count()).select_from(ReferralMove)
    ended = (ReferralMove.referral_id == referral.id, ReferralMove.event == ReferralEvent.WITHDRAW)
    return place.town.session.scalar(moves.where(*ended)) or 0


def test_not_now_sets_the_day_to_ask_again_wherever_it_is_said(offered: Place, nurse: FlaskClient, say: Say):
    with travel(TUESDAY, tick=False):
        answer = post(nurse, say(offered, "not_now", again_in="2"))

    (plan,) = plans(offered)
    assert answer.status_code == 303
    assert (plan.need_id, plan.wants, plan.taken_by) == (offered.need.id, "not_now", offered.navigator.id)
    assert plan.offer_again_at == datetime.fromisoformat("2026-06-16T15:00:00+00:00")


def test_not_now_of_a_need_that_is_new_sets_the_day_too(offered: Place, nurse: FlaskClient):
    with travel(TUESDAY, tick=False):
        answer = post(nurse, voicing(offered, "not_now", domain="housing", again_on="2026-07-01"))

    (plan,) = plans(offered)
    assert answer.status_code == 303
    assert offered.town.session.get_one(Need, plan.need_id).domain == "housing"
    assert plan.offer_again_at == datetime.fromisoformat("2026-07-01T15:00:00+00:00")


def test_the_day_stands_on_the_patients_page_the_prescribing_page_and_the_home_page(
    offered: Place, nurse: FlaskClient, say: Say
):
    with travel(TUESDAY, tick=False):
        post(nurse, say(offered, "not_now", again_in="2"))
        of_patient, of_needs = nurse.get(f"/patients/{offered.patient.id}").text, nurse.get(page_of(offered)).text
        offered.town.session.expire_all()
        offered.town.session.get_one(Need, offered.need.id).confirmed_by = offered.clinician.id
        offered.town.commit()
        sign_in(nurse, offered.clinician)
        home = nurse.get("/my-patients").text

    assert [IN_TWO_WEEKS in page for page in (of_patient, of_needs, home)] == [True, True, True]


def test_the_day_can_be_changed_where_help_is_prescribed(offered: Place, nurse: FlaskClient, say: Say):
    with travel(TUESDAY, tick=False):
        post(nurse, say(offered, "not_now", again_in="2"))
        page = nurse.get(f"{page_of(offered)}?need={offered.need.id}").text

    assert re.search(r'name="lines-0-again_on"[^>]*value="2026-06-16"', page)


def test_on_the_day_it_is_somebodys_to_do(offered: Place, nurse: FlaskClient, database: Database, say: Say):
    with travel(TUESDAY, tick=False):
        post(nurse, say(offered, "not_now", again_in="1"))
    with travel(datetime.fromisoformat("2026-06-09T15:01:00+00:00"), tick=False):
        offer_again(database)

    made = offered.town.session.scalars(select(ToDo).where(ToDo.reason == ToDoReason.OFFER_AGAIN)).one()
    assert made.due_at == datetime.fromisoformat("2026-06-10T00:00:00+00:00")


def test_another_answer_ends_the_day(offered: Place, nurse: FlaskClient, say: Say):
    post(nurse, say(offered, "not_now"))
    plans(offered)

    post(nurse, say(offered, "yes"))

    assert [(plan.wants, plan.offer_again_at) for plan in plans(offered)] == [("yes", None)]


def test_who_helps_already_is_kept_and_shown(offered: Place, nurse: FlaskClient, say: Say):
    post(nurse, say(offered, "already", helped_by="Saint Ann's kitchen"))

    assert "Already getting help: Saint Ann&#39;s kitchen" in nurse.get(f"/patients/{offered.patient.id}").text


@pytest.mark.parametrize("day", ["2026-06-02", "2026-05-01", "2199-01-01", "nonsense"])
def test_a_day_that_is_not_ahead_is_refused_beside_its_field(offered: Place, nurse: FlaskClient, say: Say, day: str):
    with travel(TUESDAY, tick=False):
        answer = post(nurse, say(offered, "not_now", again_on=day))

    assert answer.status_code == 422
    assert 'id="again_on-error"' in answer.text
    assert plans(offered) == []


def test_what_becomes_of_a_request_under_way_is_asked_and_nothing_typed_is_lost(
    offered: Place, nurse: FlaskClient, say: Say
):
    referral = running(offered)
    day = (clock.now().date() + timedelta(days=30)).isoformat()

    answer = post(nurse, say(offered, "not_now", again_on=day))

    assert answer.status_code == 422
    assert "Choose what becomes of it" in answer.text
    assert 'id="then-error"' in answer.text
    assert f"/referrals/{referral.id}" in answer.text
    assert f'value="{day}"' in answer.text
    assert "not_now" in [*checked(answer.text, "says"), *checked(answer.text, "wants_help")]
    assert (plans(offered), state_of(offered, referral)) == ([], ReferralState.SENT)


@pytest.mark.parametrize("says", ["not_now", "already", "no", "not_a_need"])
def test_every_answer_but_yes_asks_what_becomes_of_the_request(offered: Place, nurse: FlaskClient, says: str):
    referral = running(offered)

    answer = post(nurse, confirming(offered, says))

    assert (answer.status_code, state_of(offered, referral)) == (422, ReferralState.SENT)
    assert offered.town.session.get_one(Need, offered.need.id).wants_help == "yes"


def test_the_page_that_confirms_shows_the_request_and_chooses_nothing(offered: Place, nurse: FlaskClient):
    referral = running(offered)

    page = nurse.get(f"/needs/{offered.need.id}/confirm").text

    assert f"/referrals/{referral.id}" in page
    assert "What becomes of the request that is under way?" in page
    assert checked(page, "then") == []


def test_yes_asks_nothing_about_the_request(offered: Place, nurse: FlaskClient, say: Say):
    referral = running(offered)

    answer = post(nurse, say(offered, "yes"))

    assert (answer.status_code, state_of(offered, referral)) == (303, ReferralState.SENT)


def test_the_request_goes_on_where_that_is_chosen(offered: Place, nurse: FlaskClient, say: Say):
    referral = running(offered)

    answer = post(nurse, say(offered, "not_now", then="keep", running=str(referral.id)))

    assert (answer.status_code, state_of(offered, referral)) == (303, ReferralState.SENT)
    assert [plan.wants for plan in plans(offered)] == ["not_now"]


@pytest.mark.parametrize("says", ["not_now", "already", "no"])
def test_the_request_is_withdrawn_once_by_a_form_sent_twice(offered: Place, nurse: FlaskClient, say: Say, says: str):
    referral = running(offered)
    same = say(offered, says, then="withdraw", running=str(referral.id))

    answers = [post(nurse, same) for _press in range(2)]

    assert [(each.status_code, each.location) for each in answers] == [(303, f"/patients/{offered.patient.id}")] * 2
    assert (state_of(offered, referral), ends_of(offered, referral)) == (ReferralState.WITHDRAWN, 1)
    assert [plan.wants for plan in plans(offered)] == [says]


def test_a_need_that_is_none_withdraws_the_request(offered: Place, nurse: FlaskClient):
    referral = running(offered)
    same = confirming(offered, "not_a_need", then="withdraw", running=str(referral.id))

    answers = [post(nurse, same).status_code for _press in range(2)]

    assert (answers, state_of(offered, referral)) == ([303, 303], ReferralState.WITHDRAWN)
    assert offered.town.session.get_one(Need, offered.need.id).status == NeedStatus.GONE


def test_the_request_of_the_merged_record_is_asked_about_and_withdrawn_too(offered: Place, nurse: FlaskClient):
    referral = merged_with_a_running_request(offered)

    asked = post(nurse, confirming(offered, "no"))
    sent = post(nurse, confirming(offered, "no", then="withdraw", running=str(referral.id)))

    assert (asked.status_code, sent.status_code) == (422, 303)
    assert "on the other record of this person" in asked.text
    assert state_of(offered, referral) == ReferralState.WITHDRAWN


def test_a_request_that_the_page_did_not_show_is_asked_about_before_anything_is_withdrawn(
    offered: Place, nurse: FlaskClient, say: Say
):
    page = say(offered, "no", then="withdraw")
    referral = running(offered)

    answer = post(nurse, page)

    assert answer.status_code == 422
    assert "Another request is under way by now" in answer.text
    assert checked(answer.text, "then") == ["withdraw"]
    assert state_of(offered, referral) == ReferralState.SENT


def test_another_day_chosen_after_going_back_is_not_dropped(offered: Place, nurse: FlaskClient, say: Say):
    address, form = say(offered, "not_now", again_in="2")
    with travel(TUESDAY, tick=False):
        nurse.post(address, data=form)
        refused = nurse.post(address, data=form | {"again_in": "8"})
        hidden = {
            name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', refused.text) for name in ("form_id", "version")
        }
        fresh = {name: found[1] for name, found in hidden.items() if found}
        sent = nurse.post(address, data=form | {"again_in": "8"} | fresh)

    assert (refused.status_code, sent.status_code) == (409, 303)
    assert [plan.offer_again_at for plan in plans(offered)] == [datetime.fromisoformat("2026-07-28T15:00:00+00:00")]


def test_do_no_harm_the_place_of_a_private_matter_is_not_named_where_it_is_confirmed(
    offered: Place, nurse: FlaskClient
):
    need = offered.town.need(offered.patient, "interpersonal_safety", confirmed_at=clock.now())
    offered.town.referral(need, offered.service, by=offered.clinician, service_facts={"service_name": "Harbor House"})
    offered.town.commit()

    page = nurse.get(f"/needs/{need.id}/confirm").text

    assert "What becomes of the request that is under way?" in page
    assert "Harbor House" not in page
