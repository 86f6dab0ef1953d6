"""When help is wanted: now, later, not at all, somewhere else already; and the day on which it is offered again."""

from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from time_machine import travel

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.prescriptions.actions import Signer, sign_prescription
from referral.prescriptions.due import offer_again
from referral.prescriptions.models import NeedPlan, Prescription
from referral.prescriptions.need_plans import record_answers, standing_plans
from referral.screening.hooks import NeedAnswer
from referral.screening.models import Need
from referral.screening.states import NeedStatus, WantsHelp
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from tests.prescriptions.conftest import MakeOrder, filled, page_of, said
from tests.referrals.conftest import TUESDAY, Place


def only_plan(place: Place) -> NeedPlan:
    again(place)
    return place.town.session.scalars(select(NeedPlan)).one()


def again(place: Place) -> None:
    """Read anew what the pages have written."""
    place.town.session.rollback()
    place.town.session.expire_all()


def not_now(place: Place, day: date) -> NeedAnswer:
    return NeedAnswer(place.need.id, WantsHelp.NOT_NOW, again_on=day)


def to_dos(session: ScopedSession) -> list[ToDo]:
    session.rollback()
    return list(session.scalars(select(ToDo).where(ToDo.reason == ToDoReason.OFFER_AGAIN)))


def test_not_now_in_weeks_sets_the_day(offered: Place, nurse: FlaskClient):
    with travel(TUESDAY, tick=False):
        answer = nurse.post(page_of(offered), data=said(offered, "not_now", **{"lines-0-again_in": "2"}))

    assert answer.status_code == 303
    assert only_plan(offered).offer_again_at == datetime.fromisoformat("2026-06-16T15:00:00+00:00")
    assert offered.town.session.get(type(offered.need), offered.need.id).wants_help == "not_now"


def test_a_day_counts_instead_of_weeks(offered: Place, nurse: FlaskClient):
    with travel(TUESDAY, tick=False):
        sent = said(offered, "not_now", **{"lines-0-again_in": "2", "lines-0-again_on": "2026-07-01"})
        nurse.post(page_of(offered), data=sent)

    assert only_plan(offered).offer_again_at == datetime.fromisoformat("2026-07-01T15:00:00+00:00")


@pytest.mark.parametrize("day", ["2026-06-02", "2026-05-01", "2199-01-01", "nonsense"])
def test_a_day_that_is_not_ahead_is_refused_beside_its_field(offered: Place, nurse: FlaskClient, day: str):
    with travel(TUESDAY, tick=False):
        answer = nurse.post(page_of(offered), data=said(offered, "not_now", **{"lines-0-again_on": day}))

    assert answer.status_code == 422
    assert 'id="lines-0-again_on-error"' in answer.text
    assert offered.town.session.scalar(select(func.count()).select_from(NeedPlan)) == 0


def test_sent_twice_it_is_written_once(offered: Place, nurse: FlaskClient):
    same = said(offered, "not_now")

    statuses = [nurse.post(page_of(offered), data=same).status_code for _press in range(2)]

    assert statuses == [303, 303]
    assert only_plan(offered).wants == "not_now"


def test_already_getting_help_is_recorded_with_who_helps(offered: Place, nurse: FlaskClient):
    where = page_of(offered)

    nurse.post(where, data=said(offered, "already", **{"lines-0-helped_by": "Saint Ann's kitchen"}))

    assert only_plan(offered).helped_by == "Saint Ann's kitchen"
    offered.town.session.rollback()
    assert "Already getting help: Saint Ann&#39;s kitchen" in nurse.get(where).text


def test_already_getting_help_prevents_a_double_referral(session, place: Place, order: MakeOrder, signer: Signer):
    record_answers(session, [NeedAnswer(place.need.id, WantsHelp.ALREADY, helped_by="A")], form_id=new_id(), by=None)

    with pytest.raises(InvalidInput, match="already"):
        sign_prescription(session, order(), by=signer)


def test_who_helped_already_may_still_be_asked_for_more(session, place: Place, order: MakeOrder, signer: Signer):
    record_answers(session, [NeedAnswer(place.need.id, WantsHelp.ALREADY, helped_by="A")], form_id=new_id(), by=None)
    wanted = order(said_now=True)
    wanted = type(wanted)(wanted.patient_id, wanted.form_id, wanted.lines, wanted.urgency, (yes(place),))

    sign_prescription(session, wanted, by=signer)

    assert place.need.wants_help == WantsHelp.YES
    assert standing_plans(session, place.patient.id)[place.need.id].wants == WantsHelp.YES


def yes(place: Place) -> NeedAnswer:
    return NeedAnswer(place.need.id, WantsHelp.YES)


def test_a_service_and_not_now_do_not_go_together(offered: Place, nurse: FlaskClient):
    answer = nurse.post(page_of(offered), data=filled(offered, **{"lines-0-answer": "not_now"}))

    assert answer.status_code == 422
    assert "does not want help now" in answer.text


def test_a_need_from_the_needs_check_is_confirmed_by_what_the_patient_says_here(offered: Place, nurse: FlaskClient):
    offered.need.status = NeedStatus.UNCONFIRMED
    offered.town.commit()

    answer = nurse.post(page_of(offered), data=filled(offered))

    again(offered)
    assert answer.status_code == 303
    assert offered.need.status == NeedStatus.OPEN
    assert offered.need.confirmed_by == offered.navigator.id


def test_a_need_from_the_needs_check_has_nothing_chosen(offered: Place, nurse: FlaskClient):
    offered.need.status = NeedStatus.UNCONFIRMED
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert "Nobody has confirmed this need" in page
    assert 'name="lines-0-answer" type="radio" value="yes" checked' not in page.replace("checked ", "")


def test_what_a_colleague_wrote_meanwhile_is_shown_and_not_overwritten(offered: Place, nurse: FlaskClient):
    seen = str(offered.need.version)
    nurse.post(page_of(offered), data=said(offered, "already", **{"lines-0-helped_by": "Saint Ann's kitchen"}))

    late = filled(offered, **{"lines-0-seen": seen})
    first = nurse.post(page_of(offered), data=late)
    second = nurse.post(page_of(offered), data=late | {"lines-0-seen": str(version_of(offered))})

    assert first.status_code == 409
    assert "Somebody has written down meanwhile: Already getting help: Saint Ann&#39;s kitchen" in first.text
    assert second.status_code == 303


def version_of(place: Place) -> int:
    again(place)
    version = place.need.version
    place.town.session.rollback()  # the page writes next
    return version


def test_undo_keeps_what_the_patient_said(session, place: Place, order: MakeOrder, signer: Signer):
    other = place.town.need(place.patient, "housing")
    wanted = order()
    answer = NeedAnswer(other.id, WantsHelp.NO)
    signed = sign_prescription(
        session, type(wanted)(wanted.patient_id, wanted.form_id, wanted.lines, wanted.urgency, (answer,)), by=signer
    )

    assert session.get(Prescription, signed.id) is not None
    assert other.wants_help == WantsHelp.NO


def test_on_the_day_somebody_is_asked_to_offer_again(database: Database, session: ScopedSession, place: Place):
    with travel(TUESDAY, tick=False):
        record_answers(session, [not_now(place, date(2026, 6, 9))], form_id=new_id(), by=place.clinician.id)
        place.town.commit()
        assert offer_again(database) == 0
    with travel(datetime.fromisoformat("2026-06-09T15:01:00+00:00"), tick=False):
        offer_again(database)
        assert offer_again(database) == 0

    (made,) = to_dos(session)
    assert (made.subject_id, made.owner_person_id) == (place.need.id, place.clinic.owner_person_id)
    assert made.due_at == datetime.fromisoformat("2026-06-10T00:00:00+00:00")


def test_who_said_something_else_since_is_not_asked_again(database: Database, session: ScopedSession, place: Place):
    tomorrow = clock.now().date() + timedelta(days=3)
    record_answers(session, [not_now(place, tomorrow)], form_id=new_id(), by=None)
    record_answers(session, [NeedAnswer(place.need.id, WantsHelp.NO)], form_id=new_id(), by=None)
    place.town.commit()

    clock.set_offset(timedelta(days=5))
    offer_again(database)

    assert to_dos(session) == []


def test_the_dead_are_not_asked_again(database: Database, session: ScopedSession, place: Place):
    record_answers(session, [not_now(place, clock.now().date() + timedelta(days=3))], form_id=new_id(), by=None)
    place.patient.deceased_at = clock.now()
    place.town.commit()

    clock.set_offset(timedelta(days=5))
    offer_again(database)

    assert to_dos(session) == []


def test_who_said_not_now_is_asked_again_after_a_merge(database: Database, session: ScopedSession, place: Place):
    record_answers(session, [not_now(place, clock.now().date() + timedelta(days=3))], form_id=new_id(), by=None)
    place.patient.merged_into_id = place.town.patient(place.clinic).id
    place.town.commit()

    clock.set_offset(timedelta(days=5))
    offer_again(database)

    assert [each.subject_id for each in to_dos(session)] == [place.need.id]


def test_a_need_with_which_no_help_is_wanted_can_be_taken_up_again(offered: Place, nurse: FlaskClient):
    nurse.post(page_of(offered), data=said(offered, "no"))

    page = nurse.get(page_of(offered)).text

    assert "Prescribe for it after all" in page
    assert "Green Table Boxes" in nurse.get(f"{page_of(offered)}?need={offered.need.id}").text


def test_of_two_who_write_in_the_same_moment_one_is_told(session: ScopedSession, place: Place):
    place.town.commit()
    session.execute(update(Need.__table__).values(version=7))  # what another request did meanwhile

    with pytest.raises(Conflict, match="at the same moment"):
        record_answers(session, [NeedAnswer(place.need.id, WantsHelp.NO)], form_id=new_id(), by=None)
