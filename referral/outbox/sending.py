"""The sender: claim, gate, commit, look at the clock, post with no transaction open, record.

Several posts are in the air at a time, each in a thread that does nothing else, and the next are made ready meanwhile.
All that touches the database is done by the one thread that runs the worker's tasks, a transaction for each message.
"""

import logging
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.outbox.claiming import LEASE, Claimed, claim_messages, give_back, sweep
from referral.outbox.gateway.base import TIMEOUT_S, OutcomeKind, OutgoingEmail, OutgoingSms, SendOutcome
from referral.outbox.gateway.choose import Gateways
from referral.outbox.lanes import AHEAD, Lane
from referral.outbox.quarantine import is_quarantined
from referral.outbox.recording import record_outcome
from referral.outbox.senders import Opening, Route, open_channels
from referral.outbox.states import Channel
from referral.outbox.submitting import LeaseLost, Submission, Terms, set_aside_unspeakable, submit
from resources_directory.db import new_id

log = logging.getLogger(__name__)

#: Seconds after which a call starts no further message, so that the heartbeat goes on when the provider stalls.
BATCH_S = 5.0

#: The most posts of a channel in the air at a time. A provider that has not answered well yet gets one.
IN_FLIGHT = 4

#: Seconds after which the queue is looked at again while posts are in the air.
LOOK_AGAIN_S = 0.25

#: Seconds between tries to write an outcome down when the database does not answer.
RECORD_PAUSES_S = (1.0, 3.0)


@dataclass(frozen=True)
class Timing:
    """Lease and limits. A POST starts only if the lease outlasts the gateway's timeout by `margin_s`."""

    lease: timedelta = LEASE
    timeout_s: float = TIMEOUT_S
    margin_s: float = 10.0

    @property
    def needed(self) -> timedelta:
        """How much of the lease must be left when a POST starts."""
        return timedelta(seconds=self.timeout_s + self.margin_s)


class Sender:
    """One worker's sender. Its owner name is new with every start, so that it never takes over its own old leases."""

    def __init__(
        self, gateways: Gateways, public_base_url: str, timing: Timing | None = None, *, in_flight: int = IN_FLIGHT
    ) -> None:
        """`public_base_url`: where providers report to; `in_flight`: the most posts of a channel at a time."""
        self._gateways = gateways
        self._timing = timing or Timing()
        self._terms = Terms(
            owner=str(new_id()),
            lease=self._timing.lease,
            public_base_url=public_base_url,
            routes=_routes(gateways),
        )
        self._lanes = {channel: Lane(channel, in_flight) for channel in self._terms.routes}

    def send_due(self, database: Database) -> int:
        """Send what is due, for a few seconds; return how many messages were looked at. A worker's task.

        Whatever happens, what was posted is written down, and what was claimed in vain is given back.
        """
        count, until_s = 0, clock.monotonic_s() + BATCH_S
        most = sum(lane.most + AHEAD for lane in self._lanes.values())
        for lane in self._lanes.values():
            lane.begin()
        with ThreadPoolExecutor(max(1, most), thread_name_prefix="post") as pool:
            try:
                while clock.monotonic_s() < until_s:
                    started = self._start_next(database, pool)
                    count += started
                    if not self._land(database, 0 if started else LOOK_AGAIN_S) and not started:
                        break
            finally:
                self._end(database)
        return count

    def _start_next(self, database: Database, pool: Executor) -> bool:
        """Take one message through the gate, and let it be posted; return False when none may go now."""
        self._claim(database)
        alone = not any(lane.in_air for lane in self._lanes.values())
        for lane in self._lanes.values():
            claimed = lane.next(alone=alone)
            if claimed is not None:
                submission = self._submitted(database, claimed)
                if submission is not None:
                    lane.in_air[pool.submit(lane.post, submission, self._post)] = (claimed, submission)
                return True
        return False

    def _claim(self, database: Database) -> None:
        hungry = [lane for lane in self._lanes.values() if lane.is_hungry]
        if not hungry:
            return
        with database.job("outbox claim") as session:
            open_now = {}
            if not is_quarantined(session):
                routes = {lane.channel: self._terms.routes[lane.channel] for lane in hungry}
                open_now = open_channels(session, routes, self._timing.lease)
            found = {lane: self._claimed(session, lane, open_now.get(lane.channel)) for lane in hungry}
        for lane, messages in found.items():
            lane.take(messages)

    def _claimed(self, session: ScopedSession, lane: Lane, opening: Opening | None) -> list[Claimed]:
        if opening is None:
            return []
        terms = self._terms
        found = claim_messages(session, lane.channel, most=opening.most, owner=terms.owner, lease=terms.lease)
        return [replace(each, trial=opening.trial) for each in found]

    def _land(self, database: Database, patience_s: float | None) -> bool:
        """Wait for a post to end, write down what came of all that have; return False when none is in the air."""
        in_air = [(post, lane) for lane in self._lanes.values() for post in lane.in_air]
        wait([post for post, _lane in in_air], patience_s, FIRST_COMPLETED)
        for post, lane in in_air:
            if post.done():
                _claimed, submission = lane.in_air.pop(post)
                outcome = post.result()
                self._record(database, submission, outcome)
                if not lane.learn(outcome):
                    self._give_back(database, lane)
        return bool(in_air)

    def _end(self, database: Database) -> None:
        """Land what is in the air, each whatever becomes of the others, and give back what waits."""
        with ExitStack() as stack:
            for lane in self._lanes.values():
                stack.callback(self._give_back, database, lane)
                for _post in lane.in_air:
                    stack.callback(self._land, database, None)

    def _give_back(self, database: Database, lane: Lane) -> None:
        if not lane.waiting:
            return
        ids = [each.message_id for each in lane.waiting]
        lane.waiting.clear()
        with database.job("outbox give back") as session:
            give_back(session, ids, owner=self._terms.owner)

    def _submitted(self, database: Database, claimed: Claimed) -> Submission | None:
        """Pass the gate. Words that cannot be made must not stop the messages behind; a lost database stops all."""
        message_id = claimed.message_id
        try:
            with database.job("outbox submit") as session:
                return submit(session, message_id, self._terms, trial=claimed.trial)
        except LeaseLost:
            return None
        except SQLAlchemyError:
            raise
        except Exception as error:
            log.exception("words could not be made", extra={"message_id": str(message_id)})
            reason = f"no_words:{type(error).__name__}"
        with suppress(LeaseLost), database.job("outbox submit") as session:
            set_aside_unspeakable(session, message_id, owner=self._terms.owner, reason=reason)
        return None

    def _post(self, submission: Submission) -> SendOutcome:
        """Post once. A worker that slept since the commit finds its lease too short and posts nothing."""
        if submission.lease_until - clock.wall() <= self._timing.needed:
            return SendOutcome(OutcomeKind.NOT_TRIED, detail="lease too short")
        outgoing = submission.outgoing
        texts = self._gateways.staff_sms if submission.channel is Channel.STAFF_SMS else self._gateways.sms
        if isinstance(outgoing, OutgoingSms) and texts is not None:
            return texts.send_sms(outgoing)
        if isinstance(outgoing, OutgoingEmail) and self._gateways.email is not None:
            return self._gateways.email.send_email(outgoing)
        return SendOutcome(OutcomeKind.NOT_TRIED, detail="no gateway")

    def _record(self, database: Database, submission: Submission, outcome: SendOutcome) -> None:
        """Write the outcome down, patiently: lost, it would leave the message UNKNOWN."""
        for pause_s in (*RECORD_PAUSES_S, None):
            try:
                with database.job("outbox record") as session:
                    record_outcome(session, submission, outcome)
            except SQLAlchemyError:
                if pause_s is None:
                    raise
                clock.sleep_s(pause_s)
            else:
                return


def sweep_outbox(database: Database) -> int:
    """Move on what time has overtaken; return how many. A worker's task, every few seconds."""
    with database.job("outbox sweep") as session:
        return sweep(session)


def _routes(gateways: Gateways) -> dict[Channel, Route]:
    found = {Channel.SMS: gateways.sms, Channel.STAFF_SMS: gateways.staff_sms, Channel.EMAIL: gateways.email}
    return {
        channel: Route(gateway.provider, gateway.sender, gateway.pace)
        for channel, gateway in found.items()
        if gateway is not None
    }
