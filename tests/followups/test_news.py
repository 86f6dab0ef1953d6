"""One text for the news of several requests: what happened where it is the same, what can be done where it is not."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from referral.followups.news import compose_referral_text
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.messaging.catalog import shipped_catalog
from referral.outbox.models import Message
from referral.patients.models import Patient
from referral.referrals.actions import accept, cancel, decline, move
from referral.referrals.actors import THE_CLOCK, Actor, ActorKind
from referral.referrals.models import Referral
from referral.referrals.states import DeclineReason, ReferralEvent
from tests.factories import Town
from tests.followups.test_conversation import DESK, Conversation
from tests.followups.test_other_places import bodies, talk

__all__ = ["talk"]


def prescribe(talk: Conversation, *domains: str) -> list[UUID]:
    """Requests signed together, whose undo window has passed: what is sent, and the texts wait."""
    with talk.database.job("tests") as session:
        town, patient = Town(session), session.scalars(select(Patient)).one()
        signed = [town.referral(town.need(patient, each), town.service(), state="held") for each in domains]
        for each in signed:
            move(session, each, ReferralEvent.SEND, THE_CLOCK)
        return [each.id for each in signed]


def test_two_needs_sent_together_are_told_in_one_text_that_says_so(talk: Conversation) -> None:
    prescribe(talk, "utilities", "transportation")

    talk.work()

    assert talk.texts() == [("several_sent", "en")]
    (body,) = bodies(talk, "several_sent")
    assert "We sent your 2 requests to local groups. They may call from a number you do not know." in body
    assert body.endswith("STOP to end texts.")


def test_two_acceptances_of_a_day_are_told_in_one_text_that_says_so(talk: Conversation) -> None:
    with talk.database.job("tests") as session:
        town, patient = Town(session), session.scalars(select(Patient)).one()
        town.referral(town.need(patient, "utilities"), town.service())
        for each in session.scalars(select(Referral)).all():
            accept(session, each, DESK)

    talk.work()

    assert "Local groups said yes to 2 of your requests." in bodies(talk, "several_accepted")[0]


def test_of_the_text_of_a_day_the_question_about_another_place_comes_before_news(talk: Conversation) -> None:
    first, second = prescribe(talk, "utilities", "transportation")
    talk.work()
    with talk.database.job("tests") as session:
        accept(session, session.get_one(Referral, second), DESK)
    with talk.database.job("tests") as session:
        decline(session, session.get_one(Referral, first), DESK, reason=DeclineReason.NO_CAPACITY)
    talk.work()
    same_day = talk.texts()

    talk.wait(timedelta(days=1))
    talk.work()
    next_day = talk.texts()

    assert same_day == [("several_sent", "en")]
    assert next_day == [*same_day, ("declined_other_place", "en")]


def test_a_question_that_cannot_leave_holds_up_no_news(talk: Conversation) -> None:
    first, second = prescribe(talk, "childcare", "employment")
    talk.ask(QuestionKind.CHECK_OUTCOME)  # it waits for its answer on this phone
    with talk.database.job("tests") as session:
        decline(session, session.get_one(Referral, first), DESK, reason=DeclineReason.NO_CAPACITY)
        accept(session, session.get_one(Referral, second), DESK)
    talk.work()

    talk.wait(timedelta(days=1))
    talk.work()

    assert talk.texts()[-1] == ("accepted", "en")


def test_moves_of_two_kinds_are_told_in_general_words_with_what_can_be_done(talk: Conversation) -> None:
    prescribe(talk, "utilities")
    talk.accept()

    talk.work()

    assert talk.texts() == [("several_moved", "en")]
    (body,) = bodies(talk, "several_moved")
    assert "reply 9 and we call you" in body
    assert "STOP" in body


def test_the_news_that_is_still_true_is_told_alone_where_the_other_request_has_moved_on(talk: Conversation) -> None:
    first, second = prescribe(talk, "utilities", "transportation")
    with talk.database.job("tests") as session:
        waiting = select(Message).where(Message.subject_id == first, Message.template == "sent")
        compose_referral_text(session, session.scalars(waiting).one(), clock.now())  # the gate puts them together
        cancel(session, session.get_one(Referral, second), Actor(ActorKind.MEMBERSHIP, talk.navigator_id))

    talk.work()

    assert talk.texts() == [("sent", "en")]


@pytest.mark.parametrize("key", ["several_sent", "several_accepted", "several_moved"])
@pytest.mark.parametrize("language", ["en", "es", "zh-Hans", "vi", "ar", "ht", "ru", "ko"])
def test_one_text_for_several_names_neither_need_nor_organization(key: str, language: str) -> None:
    version = shipped_catalog().text(key).version(language)

    assert version is not None
    named = {name for name in ("date", "link", "options") if f"{{{name}}}" in version.body}
    assert named == set()
    assert ("{count}" in version.body) == (key != "several_moved")
