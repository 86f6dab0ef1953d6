"""Needs for which a request is running: no answer is asked, nothing is asked twice, and nothing runs on unsaid."""

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.prescriptions import views
from referral.prescriptions.due import offer_again
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from referral.todos.models import ToDo
from tests.prescriptions.conftest import another, answers, filled, page_of, said
from tests.referrals.conftest import Place


def checked(page: str, name: str) -> list[str]:
    """Return the values of a group that are chosen."""
    boxes = re.findall(rf'<input([^>]*name="{name}"[^>]*)>', page)
    return [re.search(r'value="([^"]*)"', box)[1] for box in boxes if "checked" in box]


def running(place: Place, **facts: object) -> Referral:
    referral = place.referral(signed_by=place.clinician.id, signed_at=clock.now(), **facts)
    place.town.commit()
    return referral


def test_a_need_under_way_asks_for_no_answer_and_leads_to_its_request(offered: Place, nurse: FlaskClient):
    referral = running(offered)

    page = nurse.get(page_of(offered)).text

    assert checked(page, "lines-0-answer") == []
    assert f"/referrals/{referral.id}" in page
    assert "Already under way" in page


def test_another_need_is_prescribed_for_while_one_is_under_way(offered: Place, nurse: FlaskClient):
    running(offered)
    housing = offered.town.need(offered.patient, "housing", confirmed_at=clock.now())
    roof = answers(offered, offered.town.service(name="Roof House"), "housing")
    offered.town.commit()
    other = {"need_id": str(housing.id), "service": str(roof.id), "mode": "self_directed", "answer": "yes"}

    sent = filled(offered, **{"lines-0-service": None, "lines-0-answer": None, "lines-0-agreed": None})
    answer = nurse.post(page_of(offered), data=sent | {f"lines-1-{name}": value for name, value in other.items()})

    assert answer.status_code == 303


def test_a_second_request_is_refused_before_the_words_are_read_out(offered: Place, nurse: FlaskClient):
    running(offered)
    aster = another(offered, "Aster")
    offered.town.commit()

    answer = nurse.post(page_of(offered), data=filled(offered, step="review", **{"lines-0-service": str(aster.id)}))

    summary = answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]
    assert answer.status_code == 409
    assert "Prescribe help" in answer.text
    assert 'href="#lines-0-service-0"' in summary
    assert all(words in summary for words in ("Food", "Green Table Boxes", "Clara"))


def merged_with_a_running_request(place: Place) -> Referral:
    """The patient's other record was merged into this one; a request of it, for food, is under way."""
    other = place.town.patient(place.clinic, merged_into_id=place.patient.id)
    need = place.town.need(other, confirmed_at=clock.now())
    facts = {"service_facts": {"service_name": "Lantern Pantry"}, "state": ReferralState.ACCEPTED}
    referral = place.town.referral(need, another(place, "Lantern"), by=place.clinician, **facts)
    place.town.commit()
    return referral


def test_a_request_of_the_merged_record_stands_beside_the_need_and_is_named_before_signing(
    offered: Place, nurse: FlaskClient
):
    referral = merged_with_a_running_request(offered)

    page = nurse.get(page_of(offered)).text
    answer = nurse.post(page_of(offered), data=filled(offered, step="review"))

    summary = answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]
    assert f"/referrals/{referral.id}" in page
    assert "on the other record of this person" in page
    assert answer.status_code == 409
    assert "Another place has been asked for this need already: Lantern Pantry, signed by Clara" in summary
    assert f"/referrals/{referral.id}" in answer.text


def test_not_now_withdraws_the_request_of_the_merged_record_too(offered: Place, nurse: FlaskClient):
    referral = merged_with_a_running_request(offered)

    nurse.post(
        page_of(offered),
        data=not_now(offered, **{"lines-0-running": str(referral.id), "lines-0-then": "withdraw"}),
    )

    offered.town.session.expire_all()
    assert offered.town.session.get_one(Referral, referral.id).state == ReferralState.WITHDRAWN


def test_whoever_signs_second_sees_what_the_first_signed_and_keeps_their_own(
    offered: Place, nurse: FlaskClient, monkeypatch
):
    aster = another(offered, "Aster")
    offered.town.commit()
    sent = filled(offered, **{"lines-0-service": str(aster.id), "lines-0-note": "Ring twice."})

    def too_late(session: ScopedSession, _order: object, *, by: object) -> None:
        session.rollback()  # the other one is faster
        running(offered)
        raise Conflict("too late")

    monkeypatch.setattr(views, "sign_prescription", too_late)
    answer = nurse.post(page_of(offered), data=sent)

    assert answer.status_code == 409
    assert all(words in answer.text for words in ("Green Table Boxes", "Clara", "Ring twice."))
    assert checked(answer.text, "lines-0-service") == [str(aster.id)]


def not_now(place: Place, **facts: str) -> dict[str, object]:
    day = (clock.now().date() + timedelta(days=30)).isoformat()
    return said(place, "not_now", step="review", **{"lines-0-again_on": day} | facts)


def test_not_now_asks_what_becomes_of_the_running_request_and_keeps_it(offered: Place, nurse: FlaskClient):
    referral = running(offered)

    page = nurse.get(page_of(offered)).text
    nurse.post(page_of(offered), data=not_now(offered, **{"lines-0-running": str(referral.id)}))

    assert "What becomes of the request that is under way?" in page
    assert checked(page, "lines-0-then") == ["keep"]
    assert offered.town.session.scalars(select(Referral.state)).one() == ReferralState.SENT


def test_not_now_withdraws_the_running_request_in_the_same_step_once(offered: Place, nurse: FlaskClient):
    referral = running(offered)
    sent = not_now(offered, **{"lines-0-running": str(referral.id), "lines-0-then": "withdraw"})

    answers_given = [nurse.post(page_of(offered), data=sent).status_code for _press in range(2)]

    assert answers_given == [303, 303]
    assert offered.town.session.scalars(select(Referral.state)).one() == ReferralState.WITHDRAWN
    offered.town.session.refresh(offered.need)
    assert offered.need.wants_help == "not_now"


def test_a_request_that_the_page_did_not_show_is_not_withdrawn(offered: Place, nurse: FlaskClient):
    referral = running(offered)

    nurse.post(page_of(offered), data=not_now(offered, **{"lines-0-then": "withdraw"}))

    offered.town.session.refresh(referral)
    assert referral.state == ReferralState.SENT


def test_help_is_not_offered_again_while_the_request_runs_and_is_once_it_is_over(
    offered: Place, nurse: FlaskClient, app: Flask, database: Database
):
    referral = running(offered)
    nurse.post(page_of(offered), data=not_now(offered, **{"lines-0-running": str(referral.id)}))
    offered.town.commit()
    clock.set_offset(timedelta(days=40))

    def to_dos() -> int:
        with app.app_context():
            offer_again(database)
        reasons = select(func.count()).select_from(ToDo).where(ToDo.reason == "offer_again")
        found = offered.town.session.scalar(reasons)
        offered.town.commit()
        return found or 0

    assert to_dos() == 0
    referral.state = ReferralState.DECLINED
    offered.town.commit()
    assert to_dos() == 1


def test_two_needs_without_a_service_are_told_apart(offered: Place, nurse: FlaskClient):
    housing = offered.town.need(offered.patient, "housing", confirmed_at=clock.now())
    offered.town.commit()
    empty = {"lines-0-service": None, "lines-1-need_id": str(housing.id), "lines-1-answer": "yes"}

    page = nurse.post(page_of(offered), data=filled(offered, **empty, **{"lines-1-mode": "sent"})).text

    summary = page.partition('id="error-summary"')[2].partition("</ul>")[0]
    assert summary.count("Food:") == summary.count("Housing:") == 1
