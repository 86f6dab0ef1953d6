"""Texts that were erased stay erased, though the provider may still list them, or tell of them again.

What is kept is a digest of the provider's name of the text, among the provider's reports and as long as these: it
leads to nobody, and says only that this text is not to be taken in again.
"""

import hashlib

from sqlalchemy import ColumnElement, select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.outbox.models import ProviderEvent
from resources_directory.db import native_insert, new_id

_STATUS = "erased"


def forget_texts(session: ScopedSession, which: ColumnElement[bool]) -> None:
    """Note that the texts that fit are about to be erased. Flushes."""
    for name in session.scalars(select(InboundMessage.provider_id).where(which).order_by(InboundMessage.id)).all():
        noted = native_insert(session, ProviderEvent).values(
            id=new_id(), provider_id=_digest(name), status=_STATUS, error_code="", received_at=clock.now()
        )
        session.execute(noted.on_conflict_do_nothing(index_elements=["provider_id", "status", "error_code"]))


def was_forgotten(session: ScopedSession, name: str) -> bool:
    """Return True if the text of that name (the provider's) was here and was erased."""
    noted = select(ProviderEvent.id).where(ProviderEvent.provider_id == _digest(name), ProviderEvent.status == _STATUS)
    return session.scalar(noted) is not None


def _digest(name: str) -> str:
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"
