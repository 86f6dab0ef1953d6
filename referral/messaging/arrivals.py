"""Texts as they arrive, from a webhook, the provider's list or the simulator, before anybody reads them."""

from dataclasses import dataclass
from datetime import datetime

from referral.kit.errors import InvalidInput
from referral.kit.phone import parse_phone
from referral.messaging.models import InboundSource

#: Characters of a text that are kept; a provider joins no more.
LONGEST_TEXT = 1600

#: Whole messages that Twilio answers by itself: we stay silent then (Twilio, Advanced Opt-Out).
TWILIO_WORDS = frozenset(
    (
        *("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"),
        *("start", "yes", "unstop", "help", "info"),
    )
)


@dataclass(frozen=True)
class Arrival:
    """A text as it came. `provider_id` names it for ever; `provider_answered`: the provider sent its own reply.

    `received_at`: when it arrived at the provider, if that is some time ago; none for now.
    """

    provider_id: str
    from_e164: str
    body: str
    source: InboundSource
    media_count: int = 0
    provider_answered: bool = False
    received_at: datetime | None = None


def arrival_of(
    provider_id: str,
    sent_by: str,
    body: str,
    *,
    source: InboundSource,
    media_count: int = 0,
    told_opt_out: bool = False,
    received_at: datetime | None = None,
) -> Arrival:
    """Return a text as the provider tells of it, by webhook or in its list. `told_opt_out`: it obeyed a keyword."""
    try:
        from_e164 = parse_phone(sent_by)
    except InvalidInput:
        from_e164 = sent_by[:32] or "unknown"
    return Arrival(
        provider_id=provider_id,
        from_e164=from_e164,
        body=body[:LONGEST_TEXT],
        source=source,
        media_count=media_count,
        provider_answered=told_opt_out or body.strip().casefold() in TWILIO_WORDS,
        received_at=received_at,
    )
