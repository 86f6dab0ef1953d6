"""The demo on a real directory: the invented people move to where its services are."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from referral.accounts.roles import MemberKind
from referral.demo.people import Cast, InventedMember
from referral.kit import clock
from referral.kit.scope import ScopedSession
from resources_directory.geo import zip_point, zip_timezone
from resources_directory.models.location import Address, Location
from resources_directory.models.organization import Organization
from resources_directory.needs import NeedDomain
from resources_directory.search import find_services

#: For which need each invented organization with people stands.
NEED_OF = {
    "larkmead-community-larder": NeedDomain.FOOD,
    "valley-thread-transit-help": NeedDomain.TRANSPORTATION,
    "bright-porch-energy-fund": NeedDomain.UTILITIES,
    "alder-donated-care-network": NeedDomain.HEALTH_CARE_ACCESS,
}

#: Patients live in as many of the directory's ZIP codes as this, those with most places first.
NEIGHBOURHOODS = 12
LOOKED_AT = 20
LONGEST_TEXTING_NAME = 20


def moved_there(session: ScopedSession, invented: Cast) -> tuple[Cast, dict[str, UUID]]:
    """Return the same people living where the directory's services are, and the listing of each organization.

    Its people answer for a real listing, so the member takes its name; phones and e-mail stay invented.
    """
    zips = _zip_codes(session)
    listings: dict[str, UUID] = {}
    members = tuple(_moved_member(session, each, zips, listings) for each in invented.members)
    patients = tuple(
        replace(each, facts=replace(each.facts, zip_code=zips[n % len(zips)])) if zips and each.facts.zip_code else each
        for n, each in enumerate(invented.patients)
    )
    return replace(invented, members=members, patients=patients), listings


def _moved_member(
    session: ScopedSession, each: InventedMember, zips: list[str], listings: dict[str, UUID]
) -> InventedMember:
    zone = (zip_timezone(zips[0]) if zips else None) or each.timezone_name
    zip_code = zips[0] if zips and each.zip_code else each.zip_code
    moved = replace(each, timezone_name=zone, zip_code=zip_code)
    if each.kind is not MemberKind.ORGANIZATION:
        return moved
    found = _organization_for(session, NEED_OF[each.key], near=zips[0] if zips else None, taken=set(listings.values()))
    if found is None:
        return moved
    listings[each.key] = found.id
    return replace(moved, name=found.name, texting_name=found.name[:LONGEST_TEXTING_NAME].strip())


def _organization_for(
    session: ScopedSession, need: NeedDomain, *, near: str | None, taken: set[UUID]
) -> Organization | None:
    """Return the nearest organization that helps with the need and is nobody's yet."""
    hits = find_services(session, need=need, near=near, now=clock.now(), limit=LOOKED_AT)
    free = (hit for hit in hits if hit.organization_id not in taken and not hit.confidential)
    hit = next(free, None)
    return session.get(Organization, hit.organization_id) if hit else None


def _zip_codes(session: ScopedSession) -> list[str]:
    """Return ZIP codes of public places, those with most places first; only ones whose middle is known."""
    rows = session.scalars(
        select(Address.postal_code)
        .join(Location, Location.id == Address.location_id)
        .where(Address.postal_code.is_not(None), Location.is_private.is_(False))
        .order_by(Address.id)
    )
    counted = Counter((code or "").strip()[:5] for code in rows)
    by_size = sorted(counted, key=lambda code: (-counted[code], code))
    return [code for code in by_size if zip_point(code)][:NEIGHBOURHOODS]
