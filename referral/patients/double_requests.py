"""When two records become one person: for one need two organizations may be asked, and only one of them may stay."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from flask_babel import lazy_gettext as _l

from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients import hooks
from referral.patients.barring import barred_organizations
from referral.patients.hooks import SentRequest
from referral.patients.queries import records_of_person

#: Need domain to the requests for it that are on both sides, oldest first.
Doubles = Mapping[str, list[SentRequest]]

_CHOOSE = _l("For one need both records have a request. Choose below, for each such need, which request goes on.")


def double_requests(session: ScopedSession, kept_id: UUID, merged_id: UUID) -> Doubles:
    """Return the needs for which both records have asked an organization, with all these requests, by need.

    One to an organization that the person barred is left out: the merge ends it anyway.
    """
    both = {*records_of_person(session, kept_id), merged_id}
    barred = barred_organizations(session, kept_id) | barred_organizations(session, merged_id)
    found: defaultdict[str, list[SentRequest]] = defaultdict(list)
    for request in hooks.sent_requests(session, both):
        if request.organization_id not in barred:
            found[request.domain].append(request)
    return {domain: rows for domain, rows in sorted(found.items()) if len({row.patient_id for row in rows}) > 1}


def those_to_end(doubles: Doubles, going_on: Collection[UUID]) -> list[UUID]:
    """Return the requests that end with a merge: of each need all but the one in `going_on`.

    Raises InvalidInput where not exactly one of a need was chosen.
    """
    ending = []
    for rows in doubles.values():
        rest = [row.id for row in rows if row.id not in going_on]
        if len(rest) != len(rows) - 1:
            raise InvalidInput(_CHOOSE)
        ending += rest
    return ending
