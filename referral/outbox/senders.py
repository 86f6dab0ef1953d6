"""How senders stand: they rest when the provider refuses or fails too often, and keep a pace shared by all workers.

All moments are real time. Limits are taken by changing the sender's own locked row, never by counting messages.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select, update

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.outbox.gateway.base import OutcomeKind, Pace, SendOutcome
from referral.outbox.models import SenderStanding
from referral.outbox.states import Channel
from resources_directory.db import native_insert

log = logging.getLogger(__name__)

#: After so many attempts in a row that failed for no fault of the message, the sender rests.
FAILURES_TO_REST = 5

#: Its first, second, … rest for failures; the last one repeats. After each, one message tries.
FAILURE_RESTS = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15))

#: How long it rests after the provider refused our account or sender; then one message tries again.
REFUSED_REST = timedelta(minutes=5)

#: Carriers of the United States let nothing more through: too fast (30022), or enough for a day (30023, 30027).
RATE_CODES = frozenset({"30022"})
RATE_REST = timedelta(hours=1)
DAY_CODES = frozenset({"30023", "30027"})
#: Where the carrier's day begins that has such a cap (Twilio docs, error 30023: T-Mobile counts days in Pacific time).
CARRIER_ZONE = "America/Los_Angeles"

#: Seconds of rest after "too fast" without a word of how long.
THROTTLED_REST_S = 10

#: Messages that one claim takes at most.
MOST_AT_ONCE = 50

_FAILED = (OutcomeKind.NOT_SENT, OutcomeKind.UNKNOWN)


@dataclass(frozen=True)
class Route:
    """Through whom a channel's messages go. `sender`: in whose name; `pace`: how fast, None for as fast as we can."""

    provider: str
    sender: str
    pace: Pace | None = None


@dataclass(frozen=True)
class Opening:
    """How many messages a sender may take now: those it has tokens for. `trial`: one, after a rest for failures."""

    most: int
    trial: bool = False


def open_channels(session: ScopedSession, routes: Mapping[Channel, Route], trial: timedelta) -> dict[Channel, Opening]:
    """Return the channels whose sender may send now, for one claim. Flushes.

    After a rest for failures one worker alone tries: for the others the rest goes on for `trial`.
    """
    found = {channel: _opening(session, route, trial) for channel, route in routes.items()}
    return {channel: opening for channel, opening in found.items() if opening is not None}


def take_tokens(session: ScopedSession, channel: Channel, route: Route, segments: int) -> bool:
    """Take the pace's tokens for a message; False where the sender must wait. Locks the sender's row. Flushes.

    A long message may overdraw: what follows waits the longer.
    """
    if route.pace is None:
        return True
    standing = _locked(session, channel, route)
    _refill(standing, route.pace, clock.wall())
    if standing.tokens < 1:
        return False
    standing.tokens -= segments
    session.flush()
    return True


def note_outcome(
    session: ScopedSession, channel: str, route: Route, outcome: SendOutcome, *, trial: bool = False
) -> None:
    """Let the sender rest, or count its failures, or forget them, by what an attempt came to. Flushes."""
    if outcome.kind is OutcomeKind.CONFIGURATION:
        rest(session, channel, route.sender, outcome.error_code or "configuration")
    elif outcome.kind is OutcomeKind.THROTTLED:
        seconds = outcome.retry_after_s or THROTTLED_REST_S
        _rest_until(session, channel, route, clock.wall() + timedelta(seconds=seconds), outcome.error_code or "429")
    elif outcome.kind in _FAILED:
        _failed(session, channel, route, outcome, trial=trial)
    elif outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.REJECTED):  # the provider answers
        forget = update(SenderStanding).where(SenderStanding.name == route.sender, SenderStanding.failures > 0)
        session.execute(forget.values(failures=0, rests_until=None, reason=None))


def rest(session: ScopedSession, channel: str, sender: str, code: str) -> None:
    """Let a sender rest because its account, registration or setting is refused: no message is spent on finding out.

    `code`: the provider's. Flushes.
    """
    _rest_until(session, channel, Route("", sender), _refused_until(code, clock.wall()), code)


def last_fetched(session: ScopedSession, sender: str) -> datetime | None:
    """Return when the texts that arrived for a sender were last fetched without a fault; None for never."""
    return session.scalar(select(SenderStanding.fetched_at).where(SenderStanding.name == sender))


def fetched(session: ScopedSession, channel: str, sender: str, at: datetime) -> None:
    """Note that the texts that arrived until `at` (real time) are here. Flushes."""
    _locked(session, channel, Route("", sender)).fetched_at = at
    session.flush()


def _opening(session: ScopedSession, route: Route, trial: timedelta) -> Opening | None:
    standing, now = session.get(SenderStanding, route.sender, populate_existing=True), clock.wall()
    tokens = MOST_AT_ONCE
    if route.pace is not None:
        tokens = min(tokens, int(_filled(standing, route.pace, now) if standing else route.pace.burst))
    if standing is None or standing.rests_until is None:
        return Opening(tokens) if tokens > 0 else None
    if standing.rests_until > now or tokens < 1:
        return None
    if standing.failures < FAILURES_TO_REST:
        return Opening(tokens)
    tried = update(SenderStanding).where(
        SenderStanding.name == route.sender, SenderStanding.rests_until == standing.rests_until
    )
    only = tried.values(rests_until=now + trial).returning(SenderStanding.name)
    first = session.scalar(only.execution_options(synchronize_session=False)) is not None
    return Opening(1, trial=True) if first else None


def _failed(session: ScopedSession, channel: str, route: Route, outcome: SendOutcome, *, trial: bool) -> None:
    standing, now = _locked(session, channel, route), clock.wall()
    resting = standing.failures >= FAILURES_TO_REST and standing.rests_until is not None and standing.rests_until > now
    if resting and not trial:
        return  # it was in the air when the rest began, and tells nothing new
    standing.failures += 1
    over = standing.failures - FAILURES_TO_REST
    if over >= 0:
        pause = FAILURE_RESTS[min(over, len(FAILURE_RESTS) - 1)]
        standing.rests_until, standing.reason = now + pause, f"failures:{outcome.kind}"
        log.error("sender paused", extra={"state": channel, "error": standing.reason})
    session.flush()


def _refused_until(code: str, now: datetime) -> datetime:
    if code in DAY_CODES:
        zone = zone_of(CARRIER_ZONE)
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), zone).astimezone(now.tzinfo)
    return now + (RATE_REST if code in RATE_CODES else REFUSED_REST)


def _rest_until(session: ScopedSession, channel: str, route: Route, until: datetime, reason: str) -> None:
    standing = _locked(session, channel, route)
    standing.rests_until, standing.reason = max(until, standing.rests_until or until), reason
    session.flush()
    log.error("sender paused", extra={"state": channel, "error": reason})


def _locked(session: ScopedSession, channel: str, route: Route) -> SenderStanding:
    """Return the sender's row, made on first use, locked until the transaction ends."""
    found = session.get(SenderStanding, route.sender, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    new = native_insert(session, SenderStanding).values(
        name=route.sender,
        channel=channel,
        failures=0,
        tokens=route.pace.burst if route.pace else 1.0,
        filled_at=clock.wall(),
    )
    session.execute(new.on_conflict_do_nothing(index_elements=["name"]))
    return session.get_one(SenderStanding, route.sender, with_for_update=True, populate_existing=True)


def _filled(standing: SenderStanding, pace: Pace, now: datetime) -> float:
    """Return the tokens as of now: more with time, never more than the burst, never less because a clock went back."""
    seconds = max(0.0, (now - standing.filled_at).total_seconds())
    return min(pace.burst, standing.tokens + seconds * pace.per_s)


def _refill(standing: SenderStanding, pace: Pace, now: datetime) -> None:
    standing.tokens, standing.filled_at = _filled(standing, pace, now), now
