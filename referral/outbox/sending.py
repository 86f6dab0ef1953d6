"""The sender: claim, gate, commit, look at the clock, post with no transaction open, record. One message at a time."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.outbox.claiming import LEASE, claim_message, sweep
from referral.outbox.gateway.base import TIMEOUT_S, OutcomeKind, OutgoingEmail, OutgoingSms, SendOutcome
from referral.outbox.gateway.choose import Gateways
from referral.outbox.quarantine import is_quarantined
from referral.outbox.recording import record_outcome
from referral.outbox.senders import Route, open_channels
from referral.outbox.states import Channel
from referral.outbox.submitting import LeaseLost, Submission, Terms, set_aside_unspeakable, submit
from resources_directory.db import new_id

log = logging.getLogger(__name__)

#: Seconds after which a call starts no further message, so that the heartbeat goes on when the provider stalls.
BATCH_S = 5.0

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

    def __init__(self, gateways: Gateways, public_base_url: str, timing: Timing | None = None) -> None:
        """`public_base_url`: where providers report to."""
        self._gateways = gateways
        self._timing = timing or Timing()
        self._terms = Terms(
            owner=str(new_id()),
            lease=self._timing.lease,
            public_base_url=public_base_url,
            routes=_routes(gateways),
        )

    def send_due(self, database: Database) -> int:
        """Send what is due, for a few seconds; return how many messages were looked at. A worker's task."""
        count, until_s = 0, clock.monotonic_s() + BATCH_S
        while clock.monotonic_s() < until_s and self.send_next(database):
            count += 1
        return count

    def send_next(self, database: Database) -> bool:
        """Take one due message as far as it goes; return False when none was due or may go now."""
        if not self._terms.routes:
            return False
        with database.job("outbox claim") as session:
            message_id = self._claimed(session)
        if message_id is None:
            return False
        submission = self._submitted(database, message_id)
        if submission is not None:
            self._record(database, submission, self._post(submission))
        return True

    def _claimed(self, session: ScopedSession) -> UUID | None:
        if is_quarantined(session):
            return None
        channels = open_channels(session, self._terms.routes, self._timing.lease)
        return claim_message(session, channels, owner=self._terms.owner, lease=self._timing.lease)

    def _submitted(self, database: Database, message_id: UUID) -> Submission | None:
        """Pass the gate. Words that cannot be made must not stop the messages behind; a lost database stops all."""
        try:
            with database.job("outbox submit") as session:
                return submit(session, message_id, self._terms)
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
