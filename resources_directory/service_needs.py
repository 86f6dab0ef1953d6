"""Which needs the services of the directory answer, derived from their terms and words and kept as rows."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from resources_directory.models.service import NeedOrigin, Service, ServiceNeed
from resources_directory.models.taxonomy import Attribute, TaxonomyTerm
from resources_directory.needs import NeedDomain, needs_of_terms, needs_of_text

#: Codes of the 211 taxonomy that begin with Y say whom a service is for or touch on a topic, not what it gives.
PEOPLE_AND_TOPICS = re.compile(r"Y[A-Z](-\d{4}|$)")
#: Services looked at by one statement.
BATCH = 500


def derive_needs(session: Session, service_ids: Iterable[UUID]) -> int:
    """Write anew which needs these services answer and return the number of rows written.

    Terms come first; words of the text count only for a service whose terms say nothing. What a person stated stays.
    Flushes; the caller commits.
    """
    session.flush()
    wanted = sorted(set(service_ids))
    return sum(_derive_batch(session, wanted[start : start + BATCH]) for start in range(0, len(wanted), BATCH))


def _derive_batch(session: Session, service_ids: Sequence[UUID]) -> int:
    of_these = ServiceNeed.service_id.in_(service_ids)
    stated = NeedOrigin.STATED.value
    session.execute(delete(ServiceNeed).where(of_these, ServiceNeed.origin != stated))
    kept = set(session.execute(select(ServiceNeed.service_id, ServiceNeed.need).where(of_these)))
    terms = _term_names(session, service_ids)
    services = select(Service.id, Service.name, Service.description).where(Service.id.in_(service_ids))
    rows = []
    for service_id, name, description in session.execute(services.order_by(Service.id)):
        needs, origin = _needs_of(terms[service_id], name, description)
        found = sorted(need for need in needs if (service_id, need.value) not in kept)
        rows += [{"service_id": service_id, "need": need.value, "origin": origin.value} for need in found]
    if rows:
        session.execute(insert(ServiceNeed), rows)
    return len(rows)


def _needs_of(terms: list[str], name: str, description: str | None) -> tuple[frozenset[NeedDomain], NeedOrigin]:
    by_terms = needs_of_terms(terms)
    if by_terms:
        return by_terms, NeedOrigin.TAXONOMY
    return needs_of_text(name, description), NeedOrigin.TEXT


def _term_names(session: Session, service_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found = (
        select(Attribute.link_id, TaxonomyTerm.name, TaxonomyTerm.code)
        .join(TaxonomyTerm, TaxonomyTerm.id == Attribute.taxonomy_term_id)
        .where(Attribute.link_id.in_(service_ids), Attribute.link_entity == Service.__tablename__)
        .order_by(TaxonomyTerm.name, Attribute.id)
    )
    names: dict[UUID, list[str]] = defaultdict(list)
    for service_id, name, code in session.execute(found):
        if not PEOPLE_AND_TOPICS.match(code or ""):
            names[service_id].append(name)
    return names
