"""Several texts in the air at a time: what goes together, what waits, and what becomes of the others when one fails."""

import threading
from collections import Counter
from concurrent.futures import Future
from datetime import timedelta

import pytest
import time_machine

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.outbox import hooks
from referral.outbox.claiming import Claimed, claim_messages, give_back
from referral.outbox.gateway.base import OutcomeKind, SendOutcome
from referral.outbox.lanes import AHEAD, LONGEST_READY_S, QUICK_S, Lane
from referral.outbox.models import Message
from referral.outbox.queueing import suppress_for_phone
from referral.outbox.senders import MOST_AT_ONCE
from referral.outbox.sending import IN_FLIGHT, sweep_outbox
from referral.outbox.states import Channel, MessageState
from resources_directory.db import new_id
from tests.fakes.twilio_server import FakeMessage, FakeTwilio
from tests.outbox.conftest import new_text, queue, sender_to, stored

FIRST, SECOND = "+13055550001", "+13055550002"


def claim(database: Database, owner: str = "worker") -> list[Claimed]:
    with database.job("test") as session:
        return claim_messages(session, Channel.SMS, most=MOST_AT_ONCE, owner=owner)


def texts_for(database: Database, phone: str, count: int) -> list[Message]:
    """So many texts to one phone, due one after the other."""
    number_id, now = new_id(), clock.now()
    ids = [
        queue(database, new_text(to=phone, phone_number_id=number_id, not_before=now - timedelta(seconds=60 - n)))
        for n in range(count)
    ]
    return [stored(database, each) for each in ids]


def test_texts_to_several_phones_are_in_the_air_together(database: Database, twilio: FakeTwilio) -> None:
    for n in range(3):
        texts_for(database, f"+1305555{n:04}", 1)
    meeting, order = threading.Barrier(2, timeout=20), iter(range(10))

    def meet(_text: FakeMessage) -> None:
        if next(order):  # the first goes alone
            meeting.wait()

    twilio.before_answer = meet
    sender = sender_to(twilio)
    sender.send_due(database)

    assert not meeting.broken
    assert len(twilio.messages) == 3


def test_of_one_phone_one_text_at_most_is_in_the_air_and_in_the_order_they_were_due(
    database: Database, twilio: FakeTwilio
) -> None:
    wanted = {phone: [message.id for message in texts_for(database, phone, 5)] for phone in (FIRST, SECOND)}
    in_the_air: Counter[str] = Counter()
    most: Counter[str] = Counter()

    def arrives(text: FakeMessage) -> None:
        in_the_air[text.to] += 1
        most[text.to] = max(most[text.to], in_the_air[text.to])
        with database.job("test"):
            in_the_air[text.to] -= 1

    twilio.before_answer = arrives
    sender_to(twilio).send_due(database)

    assert most == {FIRST: 1, SECOND: 1}
    for phone, ids in wanted.items():
        arrived = [text.status_callback or "" for text in twilio.texts_to(phone)]
        assert [str(each) in address for each, address in zip(ids, arrived, strict=True)] == [True] * 5


def test_a_stop_while_several_are_in_the_air_lets_at_most_one_more_go(database: Database, twilio: FakeTwilio) -> None:
    stopped = texts_for(database, FIRST, 6)
    texts_for(database, SECOND, 6)
    arrived_before: list[int] = []

    def stop(_text: FakeMessage) -> None:
        if len(twilio.messages) == 4 and not arrived_before:
            arrived_before.append(0)
            with database.job("test") as session:
                suppress_for_phone(session, stopped[0].phone_number_id or new_id(), reason="opted_out")
            arrived_before[0] = len(twilio.texts_to(FIRST))

    twilio.before_answer = stop
    sender_to(twilio).send_due(database)

    states = Counter(stored(database, message.id).state for message in stopped)
    sent = len(twilio.texts_to(FIRST))
    assert sent - arrived_before[0] <= 1
    assert states == {MessageState.ACCEPTED: sent, MessageState.SUPPRESSED: 6 - sent}
    assert len(twilio.texts_to(SECOND)) == 6


def test_what_cannot_be_written_down_of_one_is_written_down_of_the_others(
    database: Database, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [texts_for(database, f"+1305555{n:04}", 1)[0] for n in range(6)]

    def fail_for_one(_session: ScopedSession, message: Message) -> None:
        if message.id == messages[3].id:
            raise ValueError

    monkeypatch.setattr(hooks.on_message_accepted, "_answer", fail_for_one)
    with pytest.raises(ValueError):
        sender_to(twilio).send_due(database)

    states = Counter(stored(database, message.id).state for message in messages)
    assert states[MessageState.SUBMITTING] == 1
    assert states[MessageState.ACCEPTED] == len(twilio.messages) - 1
    assert set(states) <= {MessageState.SUBMITTING, MessageState.ACCEPTED, MessageState.PENDING}


def test_messages_are_claimed_together_oldest_first(database: Database) -> None:
    messages = texts_for(database, FIRST, 4)

    assert [each.message_id for each in claim(database)] == [message.id for message in messages]
    assert claim(database, "another") == []


def test_messages_that_a_worker_died_with_are_claimed_one_by_one(database: Database) -> None:
    messages = texts_for(database, FIRST, 3)
    with time_machine.travel(clock.wall()) as traveller:
        claim(database)
        traveller.shift(timedelta(minutes=1))
        sweep_outbox(database)
        later = texts_for(database, SECOND, 1)

        found = [claim(database) for _each in range(4)]

    assert [[each.message_id for each in claimed] for claimed in found] == [[each.id] for each in (*messages, *later)]


def test_what_is_given_back_is_nobodys_and_what_was_taken_back_stays_so(database: Database) -> None:
    first, second = (texts_for(database, phone, 1)[0] for phone in (FIRST, SECOND))
    claim(database)
    with database.job("test") as session:
        suppress_for_phone(session, second.phone_number_id or new_id(), reason="opted_out")

    with database.job("test") as session:
        give_back(session, [first.id, second.id], owner="worker")

    found = [stored(database, each.id) for each in (first, second)]
    assert [each.state for each in found] == [MessageState.PENDING, MessageState.SUPPRESSED]
    assert (found[0].lease_owner, found[0].lost_claims) == (None, 0)


def test_good_answers_let_more_go_at_a_time_and_any_other_lets_one() -> None:
    lane, widths = Lane(Channel.SMS, IN_FLIGHT), []

    for kind in (OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.NOT_TRIED, OutcomeKind.UNKNOWN):
        lane.learn(SendOutcome(kind))
        widths.append(lane.width)

    assert widths == [2, IN_FLIGHT, IN_FLIGHT, 1]


def test_a_suspect_waits_until_nothing_is_in_the_air() -> None:
    lane = Lane(Channel.SMS, IN_FLIGHT, width=IN_FLIGHT)
    lane.take([Claimed(new_id(), None, suspect=True)])

    assert lane.next(alone=False) is None
    assert lane.next(alone=True) is not None


def test_one_at_a_time_waits_for_what_the_one_before_came_to() -> None:
    lane, post = Lane(Channel.SMS, IN_FLIGHT), Future[SendOutcome]()
    post.set_result(SendOutcome(OutcomeKind.UNKNOWN))
    lane.take([Claimed(new_id(), None, suspect=False)])
    lane.in_air[post] = (Claimed(new_id(), None, suspect=False), None)  # type: ignore[assignment]  # never looked at

    assert lane.next(alone=False) is None


def lane_with_room() -> Lane:
    """A lane of a provider that has answered well, with a message for each of many phones."""
    lane = Lane(Channel.SMS, IN_FLIGHT, width=IN_FLIGHT)
    lane.take([Claimed(new_id(), new_id(), suspect=False) for _each in range(3 * IN_FLIGHT)])
    return lane


def pass_the_gate(lane: Lane, count: int) -> int:
    """Let so many pass, and return how many did."""
    passed = 0
    while passed < count and (claimed := lane.next(alone=False)) is not None:
        lane.in_air[Future[SendOutcome]()] = (claimed, None)  # type: ignore[assignment]  # never looked at
        passed += 1
    return passed


def said_after(outcome: SendOutcome, seconds: float, monkeypatch: pytest.MonkeyPatch) -> Lane:
    """A lane with room whose last post took so long and came to this."""
    lane, moments = lane_with_room(), iter([0.0, 0.0, seconds])
    with monkeypatch.context() as patch:
        patch.setattr(clock, "monotonic_s", lambda: next(moments))
        lane.post(None, lambda _submission: outcome)  # type: ignore[arg-type]  # never looked at
    return lane


def test_a_few_are_made_ready_while_a_quick_provider_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = said_after(SendOutcome(OutcomeKind.ACCEPTED), QUICK_S / 2, monkeypatch)
    slow = said_after(SendOutcome(OutcomeKind.ACCEPTED), QUICK_S * 2, monkeypatch)

    assert pass_the_gate(quick, 3 * IN_FLIGHT) == IN_FLIGHT + AHEAD
    assert pass_the_gate(slow, 3 * IN_FLIGHT) == IN_FLIGHT


def test_of_one_phone_none_is_made_ready_beside_the_one_in_the_air() -> None:
    lane, phone = Lane(Channel.SMS, IN_FLIGHT, width=IN_FLIGHT), new_id()
    lane.take([Claimed(new_id(), phone, suspect=False) for _each in range(3)])

    assert pass_the_gate(lane, 3) == 1


def test_what_is_ready_when_a_post_goes_badly_is_not_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    lane = said_after(SendOutcome(OutcomeKind.UNKNOWN), QUICK_S / 2, monkeypatch)
    posted: list[object] = []

    outcome = lane.post(None, posted.append)  # type: ignore[arg-type]  # nothing is posted

    assert (outcome.kind, posted) == (OutcomeKind.NOT_TRIED, [])


def test_what_was_ready_for_too_long_is_not_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    lane, posted = lane_with_room(), list[object]()
    moments = iter([0.0, LONGEST_READY_S + 0.1])
    monkeypatch.setattr(clock, "monotonic_s", lambda: next(moments))

    outcome = lane.post(None, posted.append)  # type: ignore[arg-type]  # nothing is posted

    assert (outcome.kind, posted) == (OutcomeKind.NOT_TRIED, [])


def test_after_a_post_that_went_badly_one_goes_when_all_has_landed(monkeypatch: pytest.MonkeyPatch) -> None:
    lane = said_after(SendOutcome(OutcomeKind.UNKNOWN), QUICK_S / 2, monkeypatch)
    lane.learn(SendOutcome(OutcomeKind.UNKNOWN))
    accepted = SendOutcome(OutcomeKind.ACCEPTED)

    assert pass_the_gate(lane, 3 * IN_FLIGHT) == 1
    assert lane.post(None, lambda _submission: accepted) is accepted  # type: ignore[arg-type]  # never looked at


def test_never_more_are_in_the_air_than_may_be(database: Database, twilio: FakeTwilio) -> None:
    for n in range(30):
        texts_for(database, f"+1305555{n:04}", 1)
    lock, now, most = threading.Lock(), [0], [0]

    def arrives(_text: FakeMessage) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.02)
        with lock:
            now[0] -= 1

    twilio.before_answer = arrives
    sender_to(twilio).send_due(database)

    assert len(twilio.messages) == 30
    assert most[0] <= IN_FLIGHT
