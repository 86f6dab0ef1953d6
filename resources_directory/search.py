"""Finding services: by need, words, language, age and distance, one page at a time, the same on both databases."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, case, func, literal, or_, select, union
from sqlalchemy.orm import Session

from resources_directory.geo import KM_PER_DEGREE_LATITUDE, Point, cells_around, km_per_degree_longitude, zip_point
from resources_directory.hit_details import Found, hits_of
from resources_directory.models.language import Language
from resources_directory.models.location import Location, LocationType
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service, ServiceAtLocation, ServiceNeed
from resources_directory.needs import NeedDomain
from resources_directory.ranking import Wishes, reasons_for
from resources_directory.service_hit import ServiceHit
from resources_directory.text_index import find_by_words, live_place, live_service

#: Where a remote service stands among places ordered by distance: neither before all nor after all.
REMOTE_STANDS_AT_KM = 10.0
#: Where a service stands whose distance nobody knows: after every place on earth.
UNKNOWN_STANDS_AT_KM = 100_000.0
#: Merged listings are followed so many times; a circle of them ends here.
MOST_REDIRECTS = 5


@dataclass(frozen=True)
class ServiceQuery:
    """What is looked for; everything given must hold.

    `need`: a value of NeedDomain; another raises ValueError. `text`: whatever somebody typed. `language`: ISO 639 code;
    keeps only services known to speak it themselves (to prefer a language leave it out and use `ranking.rank`).
    `near`: a point or a ZIP code; an unknown ZIP gives no distances and no radius. `within_km` counts only with `near`:
    remote services are within any distance unless `include_remote` is False; private places and places without
    coordinates are within none. `age`: years; drops services that say that they are for other ages. `confidential`:
    only those that are called and never written to. `among`: only these services.
    """

    need: NeedDomain | str | None = None
    text: str | None = None
    language: str | None = None
    near: Point | str | None = None
    within_km: float | None = None
    include_remote: bool = True
    age: float | None = None
    confidential: bool = False
    among: frozenset[UUID] | None = None

    @property
    def point(self) -> Point | None:
        """The place to measure from."""
        return zip_point(self.near) if isinstance(self.near, str) else self.near


def find_services(
    session: Session,
    *,
    need: NeedDomain | str | None = None,
    text: str | None = None,
    language: str | None = None,
    near: Point | str | None = None,
    within_km: float | None = None,
    include_remote: bool = True,
    now: datetime,
    age: float | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[ServiceHit]:
    """Return the services that fit (the arguments are those of `ServiceQuery`), with their reasons.

    Order: nearest first where a place is given (remote ones at `REMOTE_STANDS_AT_KM`, unknown ones last), else best
    words first, then by name and id.
    """
    query = ServiceQuery(need, text, language, near, within_km, include_remote, age)
    return run_query(session, query, now=now, limit=limit, offset=offset)


def run_query(
    session: Session, query: ServiceQuery, *, now: datetime, limit: int = 20, offset: int = 0
) -> list[ServiceHit]:
    """Return one page of what a query finds, in the order of `find_services`."""
    found = _found(session, query, limit=limit, offset=offset)
    hits = hits_of(session, found, near=query.point, now=now)
    return [_with_reasons(hit, query) for hit in hits]


def find_for_needs(
    session: Session,
    needs: Iterable[NeedDomain | str],
    *,
    near: Point | str | None = None,
    now: datetime,
    age: float | None = None,
    limit: int = 20,
) -> dict[str, list[ServiceHit]]:
    """Return each need to what `find_services` finds for it, without reasons: they are the person's (`ranking.rank`).

    One statement finds for each need; the details of all are read together, however many needs there are.
    """
    queries = {str(need): ServiceQuery(need=need, near=near, age=age) for need in needs}
    found = {need: _found(session, query, limit=limit, offset=0) for need, query in queries.items()}
    place = ServiceQuery(near=near).point
    hits = iter(hits_of(session, [each for of_need in found.values() for each in of_need], near=place, now=now))
    return {need: [next(hits) for _each in of_need] for need, of_need in found.items()}


def _found(session: Session, query: ServiceQuery, *, limit: int, offset: int) -> list[Found]:
    page = _ordered(session, query).limit(limit).offset(offset)
    return [Found(service_id, location_id) for service_id, location_id in session.execute(page)]


def _with_reasons(hit: ServiceHit, query: ServiceQuery) -> ServiceHit:
    wishes = Wishes(language=query.language, age=query.age, has_place=query.point is not None)
    return replace(hit, reasons=reasons_for(hit, wishes))


def count_services(session: Session, query: ServiceQuery) -> int:
    """Return how many services a query finds on all its pages."""
    matching = _ordered(session, query).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(matching)) or 0


def get_services(
    session: Session, service_ids: Iterable[UUID], *, near: Point | str | None = None, now: datetime
) -> dict[UUID, ServiceHit]:
    """Return each id to its service as a search near a place would show it; one that was merged gives the one kept.

    Those that are gone are left out. The number of statements grows only with merged ones.
    """
    wanted = frozenset(service_ids)
    if not wanted:
        return {}
    found = _by_id(session, wanted, near, now)
    merged = {asked: kept for asked in wanted - found.keys() if (kept := _after_merges(session, asked)) != asked}
    others = _by_id(session, frozenset(merged.values()), near, now) if merged else {}
    return found | {asked: others[kept] for asked, kept in merged.items() if kept in others}


def _by_id(
    session: Session, wanted: frozenset[UUID], near: Point | str | None, now: datetime
) -> dict[UUID, ServiceHit]:
    hits = run_query(session, ServiceQuery(near=near, among=wanted), now=now, limit=len(wanted))
    return {hit.service_id: hit for hit in hits}


def get_service(session: Session, service_id: UUID, now: datetime) -> ServiceHit | None:
    """Return one service as a search would show it, or the one it was merged into; nothing when it is gone."""
    wanted = _after_merges(session, service_id)
    live = select(Service.id).join(Organization, Organization.id == Service.organization_id)
    if session.scalar(live.where(Service.id == wanted, *live_service())) is None:
        return None
    hit = hits_of(session, [Found(wanted, None)], near=None, now=now)[0]
    return replace(hit, reasons=reasons_for(hit, Wishes()))


def _after_merges(session: Session, service_id: UUID) -> UUID:
    for _ in range(MOST_REDIRECTS):
        following = session.scalar(select(Service.replaced_by_id).where(Service.id == service_id))
        if following is None:
            break
        service_id = following
    return service_id


def _ordered(session: Session, query: ServiceQuery) -> Select[UUID, UUID | None]:
    """Return a select of (service id, id of its nearest place or nothing) in the order of the answer."""
    location_id: ColumnElement[Any] = literal(None, Location.id.type)
    order: list[ColumnElement[Any]] = []
    nearest = _nearest(query)
    if nearest is not None:
        location_id = nearest.c.location_id
        elsewhere = case((Service.id.in_(_remote()), REMOTE_STANDS_AT_KM**2), else_=UNKNOWN_STANDS_AT_KM**2)
        order.append(func.coalesce(nearest.c.squared_km, elsewhere))
    found = select(Service.id, location_id).join(Organization, Organization.id == Service.organization_id)
    found = found.where(*live_service(), *_conditions(query))
    if nearest is not None:
        found = found.outerjoin(nearest, nearest.c.service_id == Service.id)
        if query.within_km is not None:
            found = found.where(Service.id.in_(_within(nearest, query)))
    words = find_by_words(session, query.text) if query.text else None
    if words is not None:
        by_words = words.cte("by_words").prefix_with(
            "MATERIALIZED"
        )  # bm25 fails where its query is folded into another
        found = found.join(by_words, by_words.c.service_id == Service.id)
        order.append(by_words.c.rank)
    return found.order_by(*order, Service.name, Service.id)


def _conditions(query: ServiceQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.need:
        of_need = select(ServiceNeed.service_id).where(ServiceNeed.need == NeedDomain(query.need).value)
        conditions.append(Service.id.in_(of_need))
    if query.language:
        conditions.append(Service.id.in_(_speaking(query.language)))
    if query.confidential:
        conditions.append(Service.is_confidential.is_(True))
    if query.among is not None:
        conditions.append(Service.id.in_(sorted(query.among)))
    if query.age is not None:
        conditions.append(or_(Service.minimum_age.is_(None), Service.minimum_age <= query.age))
        conditions.append(or_(Service.maximum_age.is_(None), Service.maximum_age > query.age - 1))
    if not query.include_remote:
        has_place = _live_places().where(Location.location_type != LocationType.VIRTUAL.value)
        conditions.append(or_(Service.id.in_(has_place), Service.id.not_in(_remote())))
    return conditions


def _nearest(query: ServiceQuery) -> CTE | None:
    """Return (service_id, location_id, squared_km) of the nearest public place of each service, or None for no point.

    The formula is `geo.distance_km`, squared, so that neither database needs a function for it.
    """
    point = query.point
    if point is None:
        return None
    east = (Location.longitude - point.longitude) * km_per_degree_longitude(point.latitude)
    north = (Location.latitude - point.latitude) * KM_PER_DEGREE_LATITUDE
    squared = east * east + north * north
    rank = func.row_number().over(
        partition_by=ServiceAtLocation.service_id, order_by=(squared, ServiceAtLocation.location_id)
    )
    places = select(ServiceAtLocation.service_id, Location.id.label("location_id"), squared.label("squared_km"))
    places = places.join(Location, Location.id == ServiceAtLocation.location_id).where(
        *live_place(),
        Location.location_type == LocationType.PHYSICAL.value,
        Location.is_private.is_(False),
        Location.geocell.is_not(None),
    )
    if query.within_km is not None:
        rows = cells_around(point, query.within_km)
        in_cells = [Location.geocell.between(row.start, row.stop - 1) for row in rows]
        places = places.where(or_(*in_cells), squared <= query.within_km**2)
    ranked = places.add_columns(rank.label("place_rank")).subquery("ranked")
    first = select(ranked.c.service_id, ranked.c.location_id, ranked.c.squared_km).where(ranked.c.place_rank == 1)
    return first.cte("nearest")


def _within(nearest: CTE, query: ServiceQuery) -> Any:
    inside = select(nearest.c.service_id)
    return union(inside, _remote()) if query.include_remote else inside


def _remote() -> Select[UUID]:
    return _live_places().where(Location.location_type == LocationType.VIRTUAL.value)


def _live_places() -> Select[UUID]:
    places = select(ServiceAtLocation.service_id).join(Location, Location.id == ServiceAtLocation.location_id)
    return places.where(*live_place())


def _speaking(language: str) -> Any:
    spoken = Language.code == language.lower()
    at_places = _live_places().join(Language, Language.location_id == Location.id).where(spoken)
    return union(select(Language.service_id).where(spoken, Language.service_id.is_not(None)), at_places)
