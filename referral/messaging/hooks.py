"""What messaging asks of the slices above: what a reply means for the referral."""

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage

#: A text that is neither STOP, START nor HELP has been stored; answer what it changed, in a few fixed words.
on_inbound_reply: Hook[[ScopedSession, InboundMessage], str] = Hook("on_inbound_reply")

#: A phone number wants no more texts; questions that were open on it must reach a person.
on_opted_out: Hook[[ScopedSession, InboundMessage], None] = Hook("on_opted_out")
