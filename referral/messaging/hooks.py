"""What messaging asks of the slices above: what a reply means for the referral."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.messaging.arrivals import Arrival
from referral.messaging.models import InboundMessage


@dataclass(frozen=True)
class HandedOn:
    """A to-do that came of a text. `url`: its page; `what`: why somebody acts, in words."""

    url: str
    what: str
    owner: str | None
    done_by: str | None
    done_at: datetime | None


#: A text that is neither STOP, START nor HELP has been stored; answer what it changed, in a few fixed words.
on_inbound_reply: Hook[[ScopedSession, InboundMessage], str] = Hook("on_inbound_reply")

#: A text came to the sender of organizations' staff: store it and do what it says. It is nobody else's.
on_staff_text: Hook[[ScopedSession, Arrival], object] = Hook("on_staff_text")

#: A text has stopped all texts, and that is done; what else it says, such as danger, must reach a person.
on_opted_out: Hook[[ScopedSession, InboundMessage], None] = Hook("on_opted_out")

#: Returns inbound text id to the to-dos that came of it, for texts of one patient's record (its id), oldest first.
handed_on: Hook[[ScopedSession, UUID, Sequence[InboundMessage]], Mapping[UUID, Sequence[HandedOn]]] = Hook("handed_on")
