"""A request that was recalled: the phone that heard of it is told that nobody should call, and no other one."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from referral.kit import clock
from referral.messaging.catalog import shipped_catalog
from referral.outbox.models import Message, MessageAttempt
from referral.outbox.states import MessageState
from referral.patients.models import Patient, PatientPhone
from referral.patients.states import PhoneHolder
from referral.referrals.actions import mark_error
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral
from tests.factories import Town
from tests.followups.test_conversation import Conversation
from tests.followups.test_news import prescribe
from tests.followups.test_other_places import bodies, talk

__all__ = ["talk"]

LANGUAGES = ["en", "es", "zh-Hans", "vi", "ar", "ht", "ru", "ko"]


def recall(talk: Conversation, *referral_ids: UUID) -> None:
    with talk.database.job("tests") as session:
        for each in referral_ids:
            mark_error(session, session.get_one(Referral, each), Actor(ActorKind.MEMBERSHIP, talk.navigator_id))


def a_day_later(talk: Conversation) -> None:
    """The texts of today have gone or wait for tomorrow; that comes."""
    talk.work()
    talk.wait(timedelta(days=1))
    talk.work()


def queued(talk: Conversation) -> list[str]:
    """The states of the texts that say so, in order."""
    with talk.database.job("tests") as session:
        found = select(Message.state).where(Message.template == "recalled").order_by(Message.created_at, Message.id)
        return list(session.scalars(found))


def test_who_was_texted_of_a_request_is_texted_that_it_was_taken_back(talk: Conversation) -> None:
    (referral_id,) = prescribe(talk, "utilities")
    talk.work()

    recall(talk, referral_id)
    a_day_later(talk)

    assert talk.texts() == [("sent", "en"), ("recalled", "en")]
    (body,) = bodies(talk, "recalled")
    assert "We took back your request of" in body
    assert "Nobody should call you about it." in body
    assert body.endswith("Reply 9 and we call you.")


def test_who_was_texted_that_it_was_accepted_is_told_too(talk: Conversation) -> None:
    talk.accept()
    talk.work()

    recall(talk, talk.referral_id)
    a_day_later(talk)

    assert talk.texts() == [("accepted", "en"), ("recalled", "en")]


def test_nobody_is_told_of_a_recall_who_was_never_texted_of_the_request(talk: Conversation) -> None:
    (referral_id,) = prescribe(talk, "utilities")

    recall(talk, referral_id)  # the text waits still: it is taken back with the request
    a_day_later(talk)

    assert (talk.texts(), queued(talk)) == ([], [])


@pytest.mark.parametrize(
    ("state", "outcome", "told"),
    [
        (MessageState.SUBMITTING, None, True),
        (MessageState.UNKNOWN, "unknown", True),
        (MessageState.RETRY_WAIT, "unknown", True),
        (MessageState.RETRY_WAIT, "not_sent", False),
        (MessageState.REJECTED, "rejected", False),
        (MessageState.UNDELIVERED, "accepted", False),
        (MessageState.DELIVERED, "accepted", True),
    ],
)
def test_a_text_that_may_have_left_counts_as_heard(
    talk: Conversation, state: MessageState, outcome: str | None, told: bool
) -> None:
    (referral_id,) = prescribe(talk, "utilities")
    with talk.database.job("tests") as session:
        message = session.scalars(select(Message).where(Message.template == "sent")).one()
        message.state = state
        now = clock.wall()
        session.add(MessageAttempt(message_id=message.id, attempt_no=1, started_at=now, outcome=outcome))

    recall(talk, referral_id)

    assert queued(talk) == ([MessageState.PENDING] if told else [])


def test_a_text_that_turns_out_never_to_have_left_needs_no_other(talk: Conversation) -> None:
    (referral_id,) = prescribe(talk, "utilities")
    sent = update(Message).where(Message.template == "sent")
    with talk.database.job("tests") as session:
        session.execute(sent.values(state=MessageState.SUBMITTING))
    recall(talk, referral_id)

    with talk.database.job("tests") as session:
        session.execute(sent.values(state=MessageState.REJECTED))
    a_day_later(talk)

    assert (talk.texts(), queued(talk)) == ([], [MessageState.SUPPRESSED])


def test_one_of_two_requests_told_together_is_told_of_by_itself(talk: Conversation) -> None:
    first, _second = prescribe(talk, "utilities", "transportation")
    talk.work()

    recall(talk, first)
    a_day_later(talk)

    assert talk.texts() == [("several_sent", "en"), ("recalled", "en")]


def test_several_recalls_of_a_day_are_told_in_one_text_with_what_can_be_done(talk: Conversation) -> None:
    both = prescribe(talk, "utilities", "transportation")
    talk.work()

    recall(talk, *both)
    a_day_later(talk)

    assert talk.texts() == [("several_sent", "en"), ("several_moved", "en")]


def test_do_no_harm_nothing_is_texted_of_the_recall_of_a_sensitive_request(talk: Conversation) -> None:
    (referral_id,) = prescribe(talk, "utilities")
    talk.work()
    with talk.database.job("tests") as session:  # what was texted of before is sensitive by now
        session.execute(update(Referral).where(Referral.id == referral_id).values(domain="interpersonal_safety"))

    recall(talk, referral_id)
    a_day_later(talk)

    assert (talk.texts(), queued(talk)) == ([("sent", "en")], [])


def test_do_no_harm_whoever_else_holds_the_phone_by_now_hears_nothing_of_a_private_request(talk: Conversation) -> None:
    (referral_id,) = prescribe(talk, "utilities")
    talk.work()
    with talk.database.job("tests") as session:
        patient = session.scalars(select(Patient)).one()
        patient.private_domains_text = "utilities"
        session.execute(update(PatientPhone).values(holder=PhoneHolder.PARENT))

    recall(talk, referral_id)
    a_day_later(talk)

    assert (talk.texts(), queued(talk)) == ([("sent", "en")], [])


def test_a_new_phone_that_never_heard_of_the_request_is_not_texted(talk: Conversation) -> None:
    (referral_id,) = prescribe(talk, "utilities")
    talk.work()
    with talk.database.job("tests") as session:
        session.execute(update(PatientPhone).values(retired_at=clock.now()))
        Town(session).phone(session.scalars(select(Patient)).one(), "+15595550188")

    recall(talk, referral_id)
    a_day_later(talk)

    assert (talk.texts(), queued(talk)) == ([("sent", "en")], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_do_no_harm_the_text_names_neither_need_nor_organization(language: str) -> None:
    version = shipped_catalog().text("recalled").version(language)

    assert version is not None
    named = {name for name in ("clinic", "date", "link", "options", "count", "phone") if f"{{{name}}}" in version.body}
    assert named == {"clinic", "date"}
