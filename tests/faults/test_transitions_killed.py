"""Killed with -9 before and after the commit of every transition of a message: it stands whole or not at all.

The transitions are those of the machine itself: a new one for which no deed is written fails here. After each kill
time passes over the message, with a list that lags, and it must come to an end or to a person, and arrive once at most.
"""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from referral.kit import clock
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.quarantine import BY_HAND
from referral.outbox.receipts import record_receipt
from referral.outbox.states import MESSAGE_MACHINE
from referral.outbox.states import MessageEvent as E
from referral.outbox.states import MessageState as S
from resources_directory.db import new_id
from tests.fakes.deeds import BY_SENDER, GIVEN_UP, TAKEN, Deed, put
from tests.fakes.twilio_server import FakeTwilio
from tests.fakes.worker_process import WorkerProcess, order_for
from tests.faults.test_schedules import ENDS, Case, Run
from tests.outbox.conftest import PHONE, Script, database, new_text, queue, script, stored, twilio
from tests.outbox.test_receipts import receipt_of

__all__ = ["database", "script", "twilio"]

#: Long enough for a restful sender, the list's lag, the last look and the last report.
PASSING = ((10, timedelta(minutes=5)), (4, timedelta(minutes=30)), (4, timedelta(hours=24)))


def stand(database: Database, twilio: FakeTwilio, move: tuple[S, E]) -> Deed:
    """A message that stands where the move starts, and a provider that will do its part."""
    source, event = move
    message_id = queue(database, new_text(phone_number_id=new_id()))
    sid = taken(twilio, message_id) if source in TAKEN or event is E.CALLBACK_CLAIMS_IT else None
    deed = Deed(message_id, source, event, MESSAGE_MACHINE.moves[move], sid)
    with database.job("test") as session:
        message = session.get_one(Message, message_id)
        attempts = put(message, deed)
        session.flush()
        session.add_all(attempts)
    fault = BY_SENDER.get(move)
    if fault is not None:
        twilio.fail_next(fault)
    return deed


def taken(twilio: FakeTwilio, message_id: UUID) -> str:
    """Let the provider have the message's first attempt; return its name there."""
    address = f"https://needsrx.example.org/sms/status?m={message_id}&a=1"
    wanted = {"MessagingServiceSid": twilio.messaging_service_sid, "StatusCallback": address}
    return twilio.create(wanted | {"To": PHONE, "Body": "Clinic: hello."}).sid


def let_time_pass(database: Database, twilio: FakeTwilio, deed: Deed, *, reported: bool) -> None:
    """The provider delivers its webhook again; then healthy workers and four days."""
    with time_machine.travel(clock.wall() + timedelta(minutes=2)) as traveller:
        if deed.is_reported:
            assert deed.provider_id is not None
            status = deed.event.removeprefix("report_") if deed.event is not E.CALLBACK_CLAIMS_IT else "accepted"
            with database.job("webhook") as session:
                record_receipt(session, receipt_of(twilio.callback(deed.provider_id, status)))
        run = Run(database, twilio, [Case(PHONE, None, reported)])
        for steps, step in PASSING:
            run.pass_time(traveller, steps, step)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("move", MESSAGE_MACHINE.moves, ids=lambda move: f"{move[0]}:{move[1]}")
def test_killed_at_the_commit_of_a_transition_it_stands_whole_or_not_at_all_and_nothing_is_lost_or_doubled(
    database: Database, twilio: FakeTwilio, script: Script, move: tuple[S, E], moment: str
) -> None:
    deed = stand(database, twilio, move)

    code = WorkerProcess(order_for(database, twilio, deed=deed, step=moment, lease_s=30.0, timeout_s=5.0)).wait()
    at_rest = stored(database, deed.message_id)
    let_time_pass(database, twilio, deed, reported=moment == "after")
    message = stored(database, deed.message_id)

    assert (code, at_rest.state) == (-9, deed.target if moment == "after" else deed.source)
    assert len(twilio.texts_to(PHONE)) <= 1
    assert message.state in {*ENDS, S.SUPPRESSED, S.CANCELED, S.QUARANTINED}
    heard = bool(message.facts.get("told")) or deed.message_id in {each[0] for each in script.stuck}
    assert heard or message.state not in GIVEN_UP or message.reason == BY_HAND
    assert twilio.texts_to(PHONE) or heard or deed.event in (E.SUPPRESS, E.CANCEL, E.QUARANTINE)
