"""Who said no to a need for want of room, and what that means for the order in which other places are offered.

"Full" lowers no rank in the directory (product.md 7): nobody is to be hidden for a full week. Here a request has just
come to nothing, and two places are named: who has said that they can take nobody stands after the others, and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral
from referral.referrals.reason_words import ReasonLine
from referral.referrals.states import DeclineReason, ReferralState
from resources_directory.capacity import holds, newest_words
from resources_directory.models.capacity import CapacityStatus
from resources_directory.service_hit import ReasonCode, ServiceHit


@dataclass(frozen=True)
class Refusals:
    """Who said no to the requests for one need for want of room, and when: by service, and by organization.

    `room_again`: the services that have said since that they have room; they can be asked again.
    """

    services: Mapping[UUID, datetime]
    organizations: Mapping[UUID, datetime]
    room_again: frozenset[UUID]

    def in_order(self, hits: Iterable[ServiceHit]) -> list[ServiceHit]:
        """Return the places with room again first, the full ones behind the others, then those of who said no."""
        return sorted(hits, key=self._place)

    def reasons_for(self, hit: ServiceHit) -> list[ReasonLine]:
        """Return what is to be said of a place because of what was said before; empty for most."""
        if hit.service_id in self.room_again:
            day = format_date(self.services[hit.service_id], "medium")
            text = _(
                "They said on %(day)s that they were full. Since then they have said that they have room.", day=day
            )
            return [ReasonLine(str(text), "for")]
        if self._said_no(hit):
            day = format_date(self.organizations[hit.organization_id], "medium")
            text = _("The same organization said no on %(day)s, because it was full.", day=day)
            return [ReasonLine(str(text), "against")]
        return []

    def _place(self, hit: ServiceHit) -> int:
        if hit.service_id in self.room_again:
            return 0
        if self._said_no(hit):
            return 3
        return 2 if any(reason.code is ReasonCode.FULL for reason in hit.reasons) else 1

    def _said_no(self, hit: ServiceHit) -> bool:
        """Return True for another service of who said no, unless it has said since that this one has room."""
        said_at = self.organizations.get(hit.organization_id)
        has_room = any(reason.code is ReasonCode.HAS_ROOM for reason in hit.reasons)
        newer = hit.capacity is not None and said_at is not None and hit.capacity.updated > said_at
        return said_at is not None and not (has_room and newer)


def refusals_of(session: ScopedSession, referrals: Sequence[Referral], *, now: datetime) -> dict[UUID, Refusals]:
    """Return need to who said no to it for want of room, for the needs of these requests; two statements."""
    needs = sorted({row.need_id for row in referrals})
    found = select(Referral.need_id, Referral.service_id, Referral.organization_id, Referral.answered_at).where(
        Referral.need_id.in_(needs),
        Referral.state == ReferralState.DECLINED,
        Referral.reason == DeclineReason.NO_CAPACITY,
        Referral.answered_at.is_not(None),
    )
    rows = session.execute(found.order_by(Referral.answered_at, Referral.id)).all() if needs else []
    words = newest_words(session, {row.service_id for row in rows}) if rows else {}
    free = {
        service_id: word.said_at
        for service_id, word in words.items()
        if word.status == CapacityStatus.CAPACITY and holds(word, now=now, today=now.date())
    }
    refusals = {}
    for need_id in needs:
        own = [row for row in rows if row.need_id == need_id]
        services = {row.service_id: row.answered_at for row in own}
        again = frozenset(each for each, said_at in services.items() if each in free and free[each] > said_at)
        refusals[need_id] = Refusals(services, {row.organization_id: row.answered_at for row in own}, again)
    return refusals
