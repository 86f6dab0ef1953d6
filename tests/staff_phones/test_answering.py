"""Referrals answered from a staff phone: the digits, what cannot be told apart, and what comes too late."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.accounts.models import Member, Membership, Person
from referral.kit import clock
from referral.outbox.models import Message
from referral.patients.states import BarKind
from referral.patients.wish_models import PatientBar
from referral.referrals.actions import accept, decline, mark_error
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.desk_models import ThreadMessage
from referral.referrals.late_models import LateAnswer
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.numbering import short_number
from referral.referrals.states import DeclineReason
from referral.staff_phones.models import StaffText
from referral.todos.models import ToDoReason
from tests.sign_in import sign_in
from tests.staff_phones.conftest import OLGA, StaffDesk

NURSE = Actor(ActorKind.PHONE, name="Somebody else")


def told_of_one(desk: StaffDesk) -> UUID:
    """Return the id of a referral that Olga's phone was just told of."""
    desk.agree()
    referral_id = desk.refer()
    desk.pass_time(minutes=4)
    return referral_id


def counted(desk: StaffDesk, table: type[Any]) -> int:
    with desk.database.job("tests") as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_new_referral_is_told_in_one_text_and_accepted_by_a_digit(desk: StaffDesk) -> None:
    referral_id = told_of_one(desk)
    number, told = short_number(referral_id), desk.texts()[-1]

    assert desk.say("1") == "answered"

    assert told == (
        f"NeedsRx: 1 new referral waits: {number}. Reply 1 accept, 2 full, 3 wrong service, 4 call me. STOP to end."
    )
    assert desk.last_move(referral_id) == ("accept", "staff_text", "Olga Ortiz", None)
    assert desk.texts()[-1].startswith(f"NeedsRx: {number} is accepted.")


@pytest.mark.parametrize(
    ("said", "reason"), [("2", DeclineReason.NO_CAPACITY), ("3 wrong service", DeclineReason.WRONG_SERVICE)]
)
def test_full_and_wrong_service_decline_with_that_reason(desk: StaffDesk, said: str, reason: DeclineReason) -> None:
    referral_id = told_of_one(desk)

    assert desk.say(said) == "answered"

    assert desk.last_move(referral_id) == ("decline", "staff_text", "Olga Ortiz", reason)


def test_call_me_makes_a_to_do_once_and_the_referral_waits_on(desk: StaffDesk) -> None:
    referral_id = told_of_one(desk)

    effects = [desk.say("4"), desk.say("4 call me")]

    notes = [note for reason, note in desk.to_dos() if reason == ToDoReason.OTHER]
    assert (effects, desk.state(referral_id)) == (["call_me", "call_me"], "sent")
    assert notes == ["Olga Ortiz asks by text to be called about this request."]


def test_a_doubled_webhook_is_one_text_and_a_doubled_answer_has_one_effect(desk: StaffDesk) -> None:
    referral_id = told_of_one(desk)

    effects = [desk.say("2", sid="SM1"), desk.say("2", sid="SM1"), desk.say("2", sid="SM2")]

    assert effects == ["answered", None, "answered_before"]
    assert (desk.state(referral_id), counted(desk, LateAnswer)) == ("declined", 0)
    assert "was answered before" in desk.texts()[-1]


def test_a_changed_mind_after_a_decline_is_kept_for_the_clinic_and_moves_nothing(desk: StaffDesk) -> None:
    referral_id = told_of_one(desk)
    desk.say("2")

    assert desk.say("1") == "late"

    assert (desk.state(referral_id), counted(desk, LateAnswer)) == ("declined", 1)
    assert "came late" in desk.texts()[-1]


def test_a_digit_after_a_colleague_answered_changes_nothing_and_says_so(desk: StaffDesk) -> None:
    referral_id = told_of_one(desk)
    with desk.database.job("tests") as session:
        accept(session, session.get_one(Referral, referral_id), NURSE)

    assert desk.say("2") == "answered_before"

    assert desk.state(referral_id) == "accepted"
    assert "Nothing was changed" in desk.texts()[-1]


def test_a_digit_about_what_was_recalled_changes_nothing_and_says_so(desk: StaffDesk) -> None:
    referral_id = told_of_one(desk)
    with desk.database.job("tests") as session:
        mark_error(session, session.get_one(Referral, referral_id), Actor(ActorKind.MEMBERSHIP, name="Nadia"))

    assert desk.say("1") == "taken_back"

    assert (desk.state(referral_id), counted(desk, LateAnswer)) == ("entered_in_error", 0)
    assert "was taken back" in desk.texts()[-1]


def test_many_referrals_of_a_few_minutes_are_one_text_and_a_bare_digit_answers_none(desk: StaffDesk) -> None:
    desk.agree()
    referrals = [desk.refer() for _ in range(3)]
    desk.pass_time(minutes=4)
    told = [text for text in desk.texts() if "wait" in text and "we text" not in text]

    effect = desk.say("1")

    assert len(told) == 1
    assert told[0].startswith("NeedsRx: 3 referrals wait for your answer. See them: http://localhost/inbox")
    assert (effect, {desk.state(each) for each in referrals}) == ("unclear_which", {"sent"})
    assert "which referral do you mean" in desk.texts()[-1]


@pytest.mark.parametrize("shape", ["1 {}", "{} 1", "1 #{}", "1. {} accept", "1 {}, thanks"])
def test_a_digit_with_a_short_number_answers_that_one(desk: StaffDesk, shape: str) -> None:
    desk.agree()
    first, second = desk.refer(), desk.refer()
    desk.pass_time(minutes=4)

    assert desk.say(shape.format(short_number(first))) == "answered"

    assert (desk.state(first), desk.state(second)) == ("accepted", "sent")


def test_a_second_referral_counts_the_first_that_still_waits_so_that_no_digit_is_taken_for_the_wrong_one(
    desk: StaffDesk,
) -> None:
    first = told_of_one(desk)
    second = desk.refer()
    desk.pass_time(minutes=4)

    effect, told = desk.say("1"), desk.texts()[-2]

    assert told.startswith("NeedsRx: 2 referrals wait")
    assert (effect, desk.state(first), desk.state(second)) == ("unclear_which", "sent", "sent")


def test_a_second_referral_after_the_first_was_answered_is_told_alone(desk: StaffDesk) -> None:
    told_of_one(desk)
    desk.say("1")
    second = desk.refer()
    desk.pass_time(minutes=4)

    assert desk.say("2") == "answered"
    assert desk.state(second) == "declined"


def test_words_about_one_referral_go_into_its_thread_and_change_nothing_else(desk: StaffDesk) -> None:
    referral_id = told_of_one(desk)

    assert desk.say("Can she come on Friday?") == "passed_on"

    with desk.database.job("tests") as session:
        row = session.scalars(select(ThreadMessage)).one()
        assert (row.words, row.author_name, row.actor_kind) == ("Can she come on Friday?", "Olga Ortiz", "staff_text")
        assert session.scalars(select(StaffText)).one().body is None
    assert desk.state(referral_id) == "sent"
    assert [reason for reason, _note in desk.to_dos()] == [ToDoReason.ORGANIZATION_ASKS]


def test_words_that_may_be_about_several_stay_with_the_organization_and_a_person_is_told_to_call(
    desk: StaffDesk,
) -> None:
    desk.agree()
    referrals = [desk.refer(), desk.refer()]
    desk.pass_time(minutes=4)

    assert desk.say("We cannot take her this week") == "words_unplaced"

    notes = [note or "" for _reason, note in desk.to_dos()]
    assert len(notes) == 1
    assert notes[0].startswith("Olga Ortiz texted something")
    assert "this week" not in notes[0]
    assert (counted(desk, ThreadMessage), {desk.state(each) for each in referrals}) == (0, {"sent"})


@pytest.mark.parametrize("said", ["5", "1 2", "1?", "11", "👍", "1 no", "2 acepto"])
def test_what_is_no_clear_digit_moves_nothing(desk: StaffDesk, said: str) -> None:
    referral_id = told_of_one(desk)

    desk.say(said)

    assert (desk.state(referral_id), counted(desk, LateAnswer)) == ("sent", 0)


def test_a_digit_from_a_phone_that_was_told_nothing_is_answered_so(desk: StaffDesk) -> None:
    desk.agree()

    assert desk.say("1") == "nothing_waits"
    assert "no referral waits" in desk.texts()[-1]


def test_a_stranger_is_kept_and_answered_nothing(desk: StaffDesk) -> None:
    desk.agree()
    referral_id = desk.refer()
    desk.pass_time(minutes=4)

    assert desk.say("1", "+15595550142") == "nobody"

    assert (desk.state(referral_id), desk.texts(e164="+15595550142")) == ("sent", [])


def test_a_person_whom_the_patient_barred_is_told_nothing_and_answers_nothing(desk: StaffDesk) -> None:
    desk.agree()
    referral_id = desk.refer()
    with desk.database.job("tests") as session:
        referral = session.get_one(Referral, referral_id)
        bar = PatientBar(
            clinic_id=referral.clinic_id,
            patient_id=referral.patient_id,
            kind=BarKind.PERSON,
            person_id=desk.olga_id,
            barred_by=desk.olga_id,
            barred_at=clock.now(),
        )
        session.add(bar)
    before = desk.texts()
    desk.pass_time(minutes=4)

    assert desk.texts() == before
    assert desk.say(f"1 {short_number(referral_id)}") == "nothing_waits"
    assert desk.state(referral_id) == "sent"


def test_whoever_left_the_organization_is_told_nothing_and_answers_nothing(desk: StaffDesk) -> None:
    referral_id = told_of_one(desk)
    with desk.database.job("tests") as session:
        session.scalars(select(Membership).where(Membership.person_id == desk.olga_id)).one().ended_at = clock.now()

    assert desk.say("1") == "nobody"
    assert desk.state(referral_id) == "sent"


def test_what_was_answered_before_the_text_left_is_not_told(desk: StaffDesk) -> None:
    desk.agree()
    referral_id = desk.refer()
    with desk.database.job("tests") as session:
        decline(session, session.get_one(Referral, referral_id), NURSE, reason=DeclineReason.DUPLICATE)
    before = desk.texts()
    desk.pass_time(minutes=4)

    with desk.database.job("tests") as session:
        reasons = session.scalars(select(Message.reason).where(Message.composer == "staff_notice")).all()
    assert (desk.texts(), reasons) == (before, ["moved"])


def test_a_reply_while_a_newer_text_may_be_on_the_phone_is_not_taken_for_either(desk: StaffDesk) -> None:
    first = told_of_one(desk)
    desk.say("2")
    second = desk.refer()
    desk.pass_time(minutes=4)
    with desk.database.job("tests") as session:  # its end is not known: perhaps it is there, perhaps not
        notices = select(Message).where(Message.composer == "staff_notice").order_by(Message.created_at.desc())
        newest = session.scalars(notices).first()
        assert newest is not None
        newest.state, newest.sent_at = "unknown", None

    desk.say("1")

    assert (desk.state(first), desk.state(second)) == ("declined", "sent")
    assert counted(desk, ReferralMove) == 3
    assert desk.texts(e164=OLGA)


def test_a_text_that_certainly_never_left_is_not_taken_for_the_newest(desk: StaffDesk) -> None:
    first = told_of_one(desk)
    second = desk.refer()
    desk.pass_time(minutes=4)
    with desk.database.job("tests") as session:
        newest = session.scalars(
            select(Message).where(Message.composer == "staff_notice").order_by(Message.created_at.desc())
        ).first()
        assert newest is not None
        newest.state, newest.sent_at = "retry_wait", None
        newest.not_before = clock.now() + timedelta(hours=1)

    effect = desk.say("1")

    assert (effect, desk.state(first), desk.state(second)) == ("unclear_which", "sent", "sent")


def test_the_clinic_reads_who_answered_and_that_it_was_by_text(desk: StaffDesk, client: FlaskClient) -> None:
    referral_id = told_of_one(desk)
    desk.say("1")
    with desk.database.job("tests") as session:
        member = session.get_one(Member, desk.clinic_id)
        nurse = session.get_one(Person, member.owner_person_id)
    sign_in(client, nurse)

    assert "Olga Ortiz, by text message" in client.get(f"/referrals/{referral_id}").text
