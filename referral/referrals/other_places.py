"""What the clinic's pages show of other places after a decline or an expiry, and of what came before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from referral.accounts.principal import Signed
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.referrals.alternatives import SEARCHED, Alternative, alternatives_for
from referral.referrals.late_answers import late_answers_of
from referral.referrals.models import Referral
from referral.referrals.policies import ReferralPermission
from referral.referrals.queries import history_of
from referral.referrals.reason_words import ReasonLine
from referral.referrals.refusals import refusals_of
from referral.referrals.rerouting import (
    left_out_of,
    may_choose,
    may_offer_by_itself,
    prefill_for,
)
from referral.referrals.rerouting_models import LeftOut
from referral.referrals.states import REFERRAL_MACHINE, RecallReason, ReferralEvent, ReferralState
from referral.referrals.words import state_words
from referral.screening.words import place_label

#: A recall after which the same person is not prescribed the same again.
_NEVER_AGAIN = frozenset({RecallReason.WRONG_PATIENT, RecallReason.TWICE})

LEFT_OUT: Mapping[str, LazyString] = {
    LeftOut.TRIED: _l("was tried for this need already"),
    LeftOut.BARRED: _l("the patient wants nothing to do with it"),
    LeftOut.NO_ROOM: _l("said lately that it has no room"),
    LeftOut.CONFIDENTIAL: _l("is confidential: call it together with the patient"),
}


@dataclass(frozen=True)
class PlaceLine:
    """One other place. `prescribe_url`: where consent is taken and a new referral is signed."""

    service_name: str
    organization_name: str
    reasons: list[ReasonLine]
    chosen_at: datetime | None
    prescribe_url: str


@dataclass(frozen=True)
class OtherPlaces:
    """Other places for a referral that came to nothing. `left_out`: (name, why) of those that fit and are not offered.

    `may_look`: none were looked for by themselves, because of what the need is; whoever signs may look.
    """

    places: tuple[PlaceLine, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    may_look: bool = False


@dataclass(frozen=True)
class Linked:
    """The referral before or after in the story of a need."""

    url: str
    label: str
    state: str
    state_label: str


def other_places(session: ScopedSession, referral: Referral, person: Signed) -> OtherPlaces | None:
    """Return what the page shows of other places; None where none are looked for. Four statements and two a place."""
    if referral.state not in SEARCHED or not person.allows(ReferralPermission.SIGN):
        return None
    if not may_choose(session, referral):
        return None
    found = alternatives_for(session, referral, now=clock.now())
    places, offered = tuple(_line(referral, each) for each in found), {each.service_id for each in found}
    left_out = tuple(
        (str(row.facts.get("service_name", "")), str(LEFT_OUT[row.left_out or ""]))
        for row in left_out_of(session, referral.id)
        if row.service_id not in offered
    )
    looked = bool(places or left_out)
    return OtherPlaces(places, left_out, may_look=not looked and not may_offer_by_itself(session, referral))


def linked_referrals(session: ScopedSession, referral: Referral) -> list[Linked]:
    """Return the referral that this one follows, and those that follow it, oldest first."""
    about = or_(Referral.id == referral.follows_id, Referral.follows_id == referral.id)
    found = select(Referral).where(about, Referral.erased_at.is_(None))
    rows = session.scalars(found.order_by(Referral.created_at, Referral.id)).all()
    return [_linked(row, before=row.id == referral.follows_id) for row in rows]


def start_again_url(session: ScopedSession, referral: Referral, person: Signed) -> str | None:
    """Return where a closed referral is prescribed anew; None for one that is live.

    One that was recalled is made again rightly: at another place where it went to the wrong one, and not at all where
    it was about somebody else, or sent twice.
    """
    if referral.state in REFERRAL_MACHINE.live_states() or not person.allows(ReferralPermission.SIGN):
        return None
    recalled = referral.state == ReferralState.ENTERED_IN_ERROR
    moves = history_of(session, referral.id) if recalled else []
    why = moves[-1].reason if moves else None
    if why in _NEVER_AGAIN:
        return None
    return prefill_for(referral, None if why == RecallReason.WRONG_ORGANIZATION else referral.service_id)


def ask_again_url(session: ScopedSession, referral: Referral, person: Signed) -> str | None:
    """Return where the place is asked again that could help after all; None once another one is asked.

    It said late of this request that it can, or was full and has said since that it has room.
    """
    if not person.allows(ReferralPermission.SIGN) or not may_choose(session, referral):
        return None
    late = late_answers_of(session, referral)
    helps = bool(late) and late[-1].event != ReferralEvent.DECLINE
    room_again = refusals_of(session, [referral], now=clock.now())[referral.need_id].room_again
    return prefill_for(referral, referral.service_id) if helps or referral.service_id in room_again else None


def _line(referral: Referral, alternative: Alternative) -> PlaceLine:
    return PlaceLine(
        service_name=alternative.hit.service_name,
        organization_name=alternative.hit.organization_name,
        reasons=alternative.reasons,
        chosen_at=alternative.chosen_at,
        prescribe_url=prefill_for(referral, alternative.service_id),
    )


def _linked(row: Referral, *, before: bool) -> Linked:
    service = place_label(row.domain, row.service_facts.get("service_name"))
    return Linked(
        url=url_for("referrals.show", referral_id=row.id),
        label=_("Before: %(service)s", service=service) if before else _("Then: %(service)s", service=service),
        state=row.state,
        state_label=str(state_words(row)),
    )
