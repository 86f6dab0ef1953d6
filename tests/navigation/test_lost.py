"""A referral is lost only after calls on two different days, and two texts where texting is permitted."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.navigation.lost import LostCheck, close_as_lost, lost_check
from referral.navigation.models import ContactAttempt
from referral.outbox.models import Message
from referral.outbox.states import Channel, MessageState
from referral.patients.models import PatientPhone
from referral.referrals.models import ReferralMove
from referral.referrals.states import ReferralState
from tests.navigation.conftest import Desk


@pytest.fixture(autouse=True)
def signed_long_ago(desk: Desk) -> None:
    desk.referral.signed_at = clock.now() - timedelta(days=20)


def call(desk: Desk, *, days_ago: int, reached: bool = False) -> None:
    own = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "by": desk.nadia.id, "channel": "phone"}
    at = clock.now() - timedelta(days=days_ago)
    desk.town.session.add(ContactAttempt(reached=reached, at=at, **own))
    desk.town.session.flush()


def text(desk: Desk, key: str, state: MessageState = MessageState.DELIVERED) -> None:
    own = {"clinic_id": desk.clinic.id, "patient_id": desk.patient.id, "channel": Channel.SMS, "state": state}
    now = clock.now()
    about: dict[str, str | UUID] = {"subject_kind": "referral", "subject_id": desk.referral.id, "dedupe_key": key}
    words = {"composer": "question", "template": "check", "facts": {}}
    desk.town.session.add(Message(created_at=now, not_before=now, **own, **about, **words))
    desk.town.session.flush()


def silence(desk: Desk) -> None:
    desk.town.session.query(PatientPhone).update({"sms_ok": "no"})


@pytest.mark.parametrize(
    ("days", "texts", "permitted", "may_close"),
    [
        ((3, 1), 2, True, True),
        ((3, 1), 1, True, False),
        ((1, 1), 2, True, False),
        ((3, 1), 0, False, True),
        ((3,), 0, False, False),
    ],
    ids=["enough", "one text is missing", "both calls on one day", "texting is not permitted", "one call"],
)
def test_enough_must_be_tried(
    session: ScopedSession, desk: Desk, days: tuple[int, ...], texts: int, permitted: bool, may_close: bool
) -> None:
    for days_ago in days:
        call(desk, days_ago=days_ago)
    for number in range(texts):
        text(desk, f"t{number}")
    if not permitted:
        silence(desk)

    check = lost_check(session, desk.referral)

    assert check is not None
    assert check.may_close is may_close


def test_whoever_was_reached_is_not_lost(session: ScopedSession, desk: Desk) -> None:
    silence(desk)
    call(desk, days_ago=5)
    call(desk, days_ago=3)
    call(desk, days_ago=2, reached=True)

    assert lost_check(session, desk.referral) == LostCheck(call_days=0, texts=0, texts_needed=0)


def test_texts_that_never_left_do_not_count(session: ScopedSession, desk: Desk) -> None:
    text(desk, "a", MessageState.SUPPRESSED)
    text(desk, "b", MessageState.FAILED)

    assert lost_check(session, desk.referral) == LostCheck(call_days=0, texts=0, texts_needed=2)


def test_what_is_not_under_way_cannot_be_lost(session: ScopedSession, desk: Desk) -> None:
    desk.referral.state = ReferralState.SENT

    assert lost_check(session, desk.referral) is None


def test_closing_too_early_changes_nothing(session: ScopedSession, desk: Desk) -> None:
    with pytest.raises(Conflict):
        close_as_lost(session, desk.referral, by=desk.nadia.id, name="Nadia")

    assert desk.referral.state == ReferralState.ACCEPTED


def test_the_button_closes_it_with_the_reason(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    silence(desk)
    call(desk, days_ago=3)
    call(desk, days_ago=1)
    to_do = desk.to_do("a")
    desk.town.commit()

    assert "Close: could not be reached" in browser.get(f"/to-dos/{to_do.id}").text
    answer = browser.post(f"/to-dos/{to_do.id}/lost")

    session.refresh(desk.referral)
    assert answer.status_code == 303
    assert (desk.referral.state, desk.referral.reason) == (ReferralState.NOT_COMPLETED, "could_not_reach")


def test_the_button_pressed_twice_closes_it_once(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    silence(desk)
    call(desk, days_ago=3)
    call(desk, days_ago=1)
    to_do = desk.to_do("a")
    desk.town.commit()

    answers = [browser.post(f"/to-dos/{to_do.id}/lost").status_code for _press in range(2)]

    assert (answers[0], answers[1] < 500) == (303, True)
    assert session.scalar(select(func.count()).where(ReferralMove.to_state == ReferralState.NOT_COMPLETED)) == 1


@pytest.mark.parametrize("language", ["so", "none"], ids=["no words that may leave", "reads no language"])
def test_texts_that_could_never_leave_are_not_asked_for(session: ScopedSession, desk: Desk, language: str) -> None:
    desk.patient.written_language = language
    call(desk, days_ago=3)
    call(desk, days_ago=1)
    text(desk, "a", MessageState.SUPPRESSED)

    check = lost_check(session, desk.referral)

    assert check == LostCheck(call_days=2, texts=0, texts_needed=0)
    assert check.may_close


def test_nobody_is_asked_for_texts_to_a_phone_that_others_read(session: ScopedSession, desk: Desk) -> None:
    desk.town.session.query(PatientPhone).update({"is_shared": True})

    assert lost_check(session, desk.referral) == LostCheck(call_days=0, texts=0, texts_needed=0)
