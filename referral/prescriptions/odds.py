"""Honest odds: what patients said came of earlier referrals to a service, where enough were made to say it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, Subquery, and_, bindparam, case, func, select

from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import Outcome, ReferralState, Side
from referral.screening.instruments import ASKED_ALONE
from resources_directory.id_list import among

#: So far back; and fewer referrals than this say nothing.
DAYS_BACK = 90
LEAST = 10
#: Younger ones are not counted: by then every patient has been asked what came of it (the slowest cadence of
#: followups/policies.py), so that "not known" tells of answers that are missing, and not of questions still to come.
DAYS_UNTIL_ASKED = 21

#: What never left, was taken back or was not wanted any more says nothing about the service.
_NOT_COUNTED = (
    ReferralState.DRAFT,
    ReferralState.HELD,
    ReferralState.WITHDRAWN,
    ReferralState.CANCELLED,
    ReferralState.ENTERED_IN_ERROR,
)
_CAME = (Outcome.RECEIVED, Outcome.PARTLY_RECEIVED)


@dataclass(frozen=True)
class Odds:
    """Of `asked` people referred DAYS_UNTIL_ASKED to DAYS_BACK days ago, how many said that help came, or did not."""

    asked: int
    came: int
    did_not: int

    @property
    def unknown(self) -> int:
        """Of how many it is not known."""
        return self.asked - self.came - self.did_not


def odds_of(session: ScopedSession, service_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Odds]:
    """Return service to its odds, of all clinics together; a service with fewer than LEAST referrals is left out.

    The newest word of each patient counts; nothing is counted of needs that are asked about only when alone.
    """
    if not service_ids:
        return {}
    days = {"since": now - timedelta(days=DAYS_BACK), "until": now - timedelta(days=DAYS_UNTIL_ASKED)}
    asked = {"service_ids": list(service_ids), **days}
    with session.widened("odds of services"):
        return {service_id: Odds(n, came, did_not) for service_id, n, came, did_not in session.execute(_COUNTED, asked)}


def odds_words(odds: Odds) -> str:
    """Return the odds as sentences of the page's language."""
    return str(
        _(
            "Of %(asked)s people referred here %(asked_by)s to %(days)s days ago, %(came)s said that help came and "
            "%(did_not)s that it did not; of %(unknown)s it is not known.",
            asked=odds.asked,
            asked_by=DAYS_UNTIL_ASKED,
            days=DAYS_BACK,
            came=odds.came,
            did_not=odds.did_not,
            unknown=odds.unknown,
        )
    )


def _newest_words() -> Subquery:
    newest_first = (Testimony.at.desc(), Testimony.id.desc())
    place = func.row_number().over(partition_by=Testimony.referral_id, order_by=newest_first)
    said = select(Testimony.referral_id, Testimony.outcome, place.label("place"))
    return said.where(Testimony.side == Side.PATIENT).subquery("said")


def _select_counted() -> Select[UUID, int, int, int]:
    newest = _newest_words()
    wanted = case((newest.c.outcome.in_(_CAME), 1), else_=0)
    refused = case((newest.c.outcome == Outcome.NOT_RECEIVED, 1), else_=0)
    return (
        select(Referral.service_id, func.count(), func.sum(wanted), func.sum(refused))
        .outerjoin(newest, and_(newest.c.referral_id == Referral.id, newest.c.place == 1))
        .where(
            among(Referral.service_id, "service_ids"),
            Referral.sent_at >= bindparam("since"),
            Referral.sent_at <= bindparam("until"),
            Referral.state.not_in(_NOT_COUNTED),
            Referral.domain.not_in(sorted(ASKED_ALONE)),
            func.coalesce(newest.c.outcome, "") != Outcome.NO_LONGER_WANTED,
        )
        .group_by(Referral.service_id)
        .having(func.count() >= LEAST)
    )


#: Made once: every page of prescribing asks it.
_COUNTED = _select_counted()
