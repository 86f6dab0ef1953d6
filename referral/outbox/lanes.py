"""What one worker holds of a channel: messages claimed that wait for their turn, and posts in the air."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from referral.kit import clock
from referral.outbox.claiming import Claimed
from referral.outbox.gateway.base import OutcomeKind, SendOutcome
from referral.outbox.states import Channel
from referral.outbox.submitting import Submission

#: Seconds for which a queue that was found empty is not asked again, while there is other work.
EMPTY_S = 0.2

_ANSWERED_WELL = (OutcomeKind.ACCEPTED, OutcomeKind.REJECTED)


@dataclass(eq=False)
class Lane:
    """A channel's messages at one worker, at most `most` posts at a time.

    How many go at a time depends on the provider's answers: one at first and after any failure, twice as many after
    each good one. So a provider that is down, or asks for patience, is never met by a crowd. Of one phone at most one
    message is in the air: a STOP can overtake all the others.
    """

    channel: Channel
    most: int
    #: How many posts may be in the air now.
    width: int = 1
    waiting: list[Claimed] = field(default_factory=list)
    in_air: dict[Future[SendOutcome], tuple[Claimed, Submission]] = field(default_factory=dict)
    _ask_again_s: float = 0.0

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
        busy = {claimed.phone_number_id for claimed, _submission in self.in_air.values()} - {None}
        for claimed in self.waiting:
            if claimed.phone_number_id not in busy and (alone or not claimed.suspect):
                self.waiting.remove(claimed)
                return claimed
        return None

    def learn(self, outcome: SendOutcome) -> bool:
        """Go faster or slower, by what a post came to; return False where the provider did not take it well."""
        if outcome.kind in _ANSWERED_WELL:
            self.width = min(self.most, self.width * 2)
        elif outcome.kind is not OutcomeKind.NOT_TRIED:
            self.width = 1
            return False
        return True

    @property
    def _has_room(self) -> bool:
        """True where one more may be posted: what has ended makes room, but one at a time waits for what it came to."""
        busy = self.in_air if self.width == 1 else [post for post in self.in_air if not post.done()]
        return len(busy) < self.width
