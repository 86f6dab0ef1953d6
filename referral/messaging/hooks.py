"""What messaging asks of the slices above: what a reply means for the referral."""

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage

#: A text that is neither STOP, START nor HELP has been stored; answer what it changed, in a few fixed words.
on_inbound_reply: Hook[[ScopedSession, InboundMessage], str] = Hook("on_inbound_reply")

#: A text has stopped all texts, and that is done; what else it says, such as danger, must reach a person.
on_opted_out: Hook[[ScopedSession, InboundMessage], None] = Hook("on_opted_out")
