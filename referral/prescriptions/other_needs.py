"""Services under a need for which they are not listed: which they are, and which must never stand there."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from resources_directory.models.service import ServiceNeed
from resources_directory.privacy import NEVER_SAID, hidden_services


def not_listed(session: ScopedSession, domain: str, service_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these services are not listed for a need."""
    if not service_ids:
        return frozenset()
    listed = select(ServiceNeed.service_id).where(
        ServiceNeed.need == domain, ServiceNeed.service_id.in_(sorted(service_ids))
    )
    return frozenset(service_ids) - frozenset(session.scalars(listed))


def never_under(session: ScopedSession, domain: str, service_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these services are never offered under a need: shelters that are not listed for it.

    Under any other need their names would stand on slips and pages that others read.
    """
    others = frozenset[UUID]() if domain in NEVER_SAID else not_listed(session, domain, service_ids)
    return hidden_services(session, others) if others else others
