"""What one worker holds of a channel: messages claimed that wait for their turn, and posts ready or in the air."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Semaphore

from referral.kit import clock
from referral.outbox.claiming import Claimed
from referral.outbox.gateway.base import OutcomeKind, SendOutcome
from referral.outbox.states import Channel
from referral.outbox.submitting import Submission

#: Seconds for which a queue that was found empty is not asked again, while there is other work.
EMPTY_S = 0.2

#: Posts of a channel that are made ready beside those in the air, so that one starts as soon as another ends.
AHEAD = 2

#: Only where a post takes no more seconds than this: beside a slower one it does not matter what we do in between.
QUICK_S = 0.25

#: Seconds for which a post may be ready and not start: a STOP of that time comes too late for it, so it is short.
LONGEST_READY_S = 1.0

_ANSWERED_WELL = (OutcomeKind.ACCEPTED, OutcomeKind.REJECTED)


@dataclass(eq=False)
class Lane:
    """A channel's messages at one worker, at most `most` posts at a time.

    How many go at a time depends on the provider's answers: one at first and after any failure, twice as many after
    each good one. So a provider that is down, or asks for patience, is never met by a crowd: what was made ready when
    a post goes badly is not posted. Of one phone at most one message is past the gate: a STOP overtakes all others.
    """

    channel: Channel
    most: int
    #: How many posts may be in the air now.
    width: int = 1
    waiting: list[Claimed] = field(default_factory=list)
    #: Past the gate: posted, or ready to be, or ended and not yet written down.
    in_air: dict[Future[SendOutcome], tuple[Claimed, Submission]] = field(default_factory=dict)
    _ask_again_s: float = 0.0
    #: How long the last post took.
    _took_s: float = 0.0
    #: A post went badly, and not all that was past the gate then is written down.
    _warned: bool = False

    def __post_init__(self) -> None:
        """Make as many turns as there may be posts."""
        self._turns = Semaphore(self.most)

    @property
    def is_hungry(self) -> bool:
        """True where more messages could go than are waiting."""
        return not self.waiting and self._has_room and clock.monotonic_s() >= self._ask_again_s

    def begin(self) -> None:
        """Forget that the queue was empty: time has passed."""
        self._ask_again_s = 0.0

    def take(self, messages: Sequence[Claimed]) -> None:
        """Let claimed messages wait, oldest first."""
        self.waiting.extend(messages)
        self._ask_again_s = 0.0 if messages else clock.monotonic_s() + EMPTY_S

    def next(self, *, alone: bool) -> Claimed | None:
        """Return the message whose turn it is, which waits no longer; None when none may go now.

        `alone`: nothing at all is in the air. A suspect waits for that: what is in the air would be doubted with it.
        """
        if not self._has_room:
            return None
        if not self.in_air:
            self._warned = False
        busy = {claimed.phone_number_id for claimed, _submission in self.in_air.values()} - {None}
        for claimed in self.waiting:
            if claimed.phone_number_id not in busy and (alone or not claimed.suspect):
                self.waiting.remove(claimed)
                return claimed
        return None

    def post(self, submission: Submission, post: Callable[[Submission], SendOutcome]) -> SendOutcome:
        """Post when it is its turn; not at all when that comes too late, or after a post that went badly. Waits."""
        ready_s = clock.monotonic_s()
        with self._turns:
            started_s = clock.monotonic_s()
            if self._warned or started_s - ready_s > LONGEST_READY_S:
                return SendOutcome(OutcomeKind.NOT_TRIED, detail="not its turn")
            outcome = post(submission)
            self._took_s = clock.monotonic_s() - started_s
            self._warned = self._warned or _went_badly(outcome)
        return outcome

    def learn(self, outcome: SendOutcome) -> bool:
        """Go faster or slower, by what a post came to; return False where the provider did not take it well."""
        if outcome.kind in _ANSWERED_WELL:
            self.width = min(self.most, self.width * 2)
        elif _went_badly(outcome):
            self.width = 1
            return False
        return True

    @property
    def _has_room(self) -> bool:
        """True where one more may pass: what has ended makes room, but one at a time waits for what it came to."""
        if self.width == 1 or self._warned:
            return not self.in_air
        ahead = AHEAD if self.width == self.most and self._took_s <= QUICK_S else 0
        return sum(not post.done() for post in self.in_air) < self.width + ahead


def _went_badly(outcome: SendOutcome) -> bool:
    return outcome.kind not in _ANSWERED_WELL and outcome.kind is not OutcomeKind.NOT_TRIED
