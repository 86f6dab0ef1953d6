"""What an organization corrects in its own listing: two who do it at once see both, and neither is lost."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.principal import Signed
from referral.accounts.queries import names_of
from referral.audit.actions import record
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.collisions import Collided, Facts, meet
from referral.kit.scope import ScopedSession
from resources_directory.corrections import Listed, correct_listing, listed_facts, lock_listing, stand_of
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service

#: Who corrected it, as the public history of changes says it.
THE_ORGANIZATION = "the organization"


@dataclass(frozen=True)
class LastChange:
    """Who changed a listing last, and when. `name`: None where it was no colleague."""

    name: str | None
    at: datetime | None


@dataclass(frozen=True)
class Opened:
    """What a form was opened with. `seen`: the stand that the page showed; `facts`: what it consisted of."""

    seen: str
    facts: Facts | None = None

    def known(self) -> Facts | None:
        """Return the facts, if they are those of the stand."""
        return self.facts if self.facts is not None and stand_of(self.facts) == self.seen else None


def own_listing(session: ScopedSession, person: Signed) -> Organization | None:
    """Return the listing of somebody's organization; None where it has none."""
    listing_id = session.get_one(Member, person.member_id).listing_id
    return session.get(Organization, listing_id) if listing_id is not None else None


def own_services(session: ScopedSession, listing: Organization) -> list[Service]:
    """Return the living services of a listing, by name."""
    found = select(Service).where(Service.organization_id == listing.id, Service.retired_at.is_(None))
    return list(session.scalars(found.order_by(Service.name, Service.id)))


def own_service(session: ScopedSession, person: Signed, service_id: UUID) -> Service | None:
    """Return a living service of somebody's organization; None for every other."""
    listing = own_listing(session, person)
    found = select(Service).where(Service.id == service_id, Service.retired_at.is_(None))
    service = session.scalar(found) if listing is not None else None
    return service if service is not None and service.organization_id == getattr(listing, "id", None) else None


def save_listing(session: ScopedSession, row: Listed, typed: Facts, opened: Opened, *, by: Signed) -> list[str]:
    """Write what somebody changed on a form, and who did it; return the columns that changed.

    What only others have changed since stays. The same sent twice is one change. Raises Collided. Flushes; the caller
    commits.
    """
    lock_listing(session, row)
    stands = listed_facts(row)
    met = meet(stands if opened.seen == stand_of(stands) else opened.known(), stands, typed)
    together = dict(typed) | {name: stands[name] for name in met.theirs}
    if met.both:
        raise Collided(_l("Somebody else changed this first"), met.both, together)
    if together == stands:
        return []
    changed = correct_listing(session, row, together, by=THE_ORGANIZATION, now=clock.now())
    record(
        session,
        AuditKind.CHANGED,
        clinic_id=by.member_id,
        subject_kind=row.__tablename__,
        subject_id=row.id,
        detail={"columns": changed},
    )
    return changed


def last_change(session: ScopedSession, row: Listed, member_id: UUID) -> LastChange:
    """Return which colleague changed a listing last; no name where nobody of the organization has."""
    found = (
        select(AuditEvent.person_id, AuditEvent.at)
        .where(
            AuditEvent.clinic_id == member_id,
            AuditEvent.kind == AuditKind.CHANGED,
            AuditEvent.subject_kind == row.__tablename__,
            AuditEvent.subject_id == row.id,
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(1)
    )
    with session.widened("listing"):  # an organization reads no audit but who of its own changed this
        newest = session.execute(found).one_or_none()
    if newest is None:
        return LastChange(None, None)
    return LastChange(names_of(session, [newest.person_id]).get(newest.person_id), newest.at)
