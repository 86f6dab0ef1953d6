"""Fetching the texts that arrived at the provider and whose webhook never reached us."""

import logging
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.kit import clock
from referral.kit.transaction import Database
from referral.kit.worker import one_by_one
from referral.messaging import hooks
from referral.messaging.arrivals import arrival_of
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundMessage, InboundSource
from referral.outbox.gateway.base import ArrivedText, ProviderUnreachable, TextList
from referral.outbox.senders import fetched, last_fetched
from referral.outbox.states import Channel

log = logging.getLogger(__name__)

#: How far back is looked the first time, and beyond the last good time: lists lag by a quarter of an hour.
FIRST_LOOK_BACK = timedelta(days=1)
OVERLAP = timedelta(hours=1)

#: A text so young may still come by its webhook.
WEBHOOK_PATIENCE = timedelta(minutes=2)


class Fetcher:
    """Fetches from one provider what arrived for one sender."""

    def __init__(self, texts: TextList, channel: Channel = Channel.SMS) -> None:
        """`texts`: whom to ask; `channel`: what that sender sends. Nothing is contacted yet."""
        self._texts, self._channel = texts, channel

    def fetch(self, database: Database) -> int:
        """Take in what is missing, oldest first, as the webhook would have; return how many texts. A worker's task.

        After an outage it looks back to the last time that worked.
        """
        asked_at = clock.wall()
        with database.job("fetch texts") as session:
            before = last_fetched(session, self._texts.sender)
        since = asked_at - FIRST_LOOK_BACK if before is None else min(before, asked_at) - OVERLAP
        try:
            arrived = self._texts.texts_from_people(since)
        except ProviderUnreachable as error:
            log.warning("texts could not be fetched", extra={"error": str(error)})
            return 0
        ripe = [text for text in arrived if since <= text.arrived_at <= asked_at - WEBHOOK_PATIENCE]
        taken = one_by_one("fetch texts", self._unknown(database, ripe), lambda text: self._take_in(database, text))
        with database.job("fetch texts") as session:
            fetched(session, self._channel, self._texts.sender, asked_at)
        return taken

    def _unknown(self, database: Database, arrived: list[ArrivedText]) -> list[ArrivedText]:
        if self._channel is not Channel.SMS:
            return arrived  # whoever receives them knows which it has
        with database.job("fetch texts") as session:
            names = [text.provider_id for text in arrived]
            stored = select(InboundMessage.provider_id).where(InboundMessage.provider_id.in_(names))
            known = set(session.scalars(stored))
        return [text for text in arrived if text.provider_id not in known]

    def _take_in(self, database: Database, text: ArrivedText) -> int:
        arrival = arrival_of(
            text.provider_id,
            text.from_e164,
            text.body,
            source=InboundSource.FETCHED,
            media_count=text.media_count,
            received_at=text.arrived_at,
        )
        receive = receive_text if self._channel is Channel.SMS else hooks.on_staff_text
        try:
            with database.job("fetch texts") as session:
                return int(receive(session, arrival) is not None)
        except IntegrityError:
            return 0  # its webhook came at this very moment
