"""What every page of the privacy officer has in common: whose clinic, the tabs, what waits, numbers of pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from referral.accounts.glass_models import BreakGlass
from referral.accounts.principal import current_person
from referral.accounts.roles import MemberKind
from referral.kit.errors import NotFound
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.privacy.demand_models import LegalDemand
from referral.privacy.demand_states import DemandState

LAST_PAGE = 10_000

#: Endpoint, label. The last stands in a slice below this one.
_TABS = (
    ("privacy.latest_reads", _l("Who looked")),
    ("privacy_patients.find", _l("One patient")),
    ("privacy.exports", _l("Exports and lists")),
    ("privacy.denials", _l("Refused")),
    ("privacy_emergency.index", _l("Emergency access")),
    ("privacy_demands.index", _l("Legal demands")),
    ("records.index", _l("Whole records")),
)


@dataclass(frozen=True)
class Tab:
    """One of the officer's lists. `count` is what waits there, if something does."""

    url: str
    label: str
    current: bool
    count: int | None = None


def own_clinic() -> UUID:
    """Return the officer's clinic. Raises NotFound for a network's officer: records belong to clinics."""
    signed = current_person()
    if signed.member_kind is not MemberKind.CLINIC:
        raise NotFound
    return signed.member_id


def page_number() -> int:
    """Return the page of a list that the address asks for, from 1."""
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)


def unreviewed(session: ScopedSession, clinic_id: UUID) -> int:
    """Return how many emergency accesses of a clinic nobody has reviewed."""
    waiting = (BreakGlass.clinic_id == clinic_id, BreakGlass.reviewed_at.is_(None))
    return session.scalar(select(func.count()).select_from(BreakGlass).where(*waiting)) or 0


def page(template: str, **context: Any) -> str:
    """Return a page of the privacy officer, with the tabs on top."""
    session, clinic_id = request_session(), own_clinic()
    waiting = unreviewed(session, clinic_id)
    tabs = _tabs(waiting, _open_demands(session, clinic_id))
    return render_template(template, tabs=tabs, waiting=waiting, **context)


def _tabs(waiting: int, demands: int) -> Sequence[Tab]:
    here = (request.endpoint or "").split(".")[0]
    counts = {"privacy_emergency.index": waiting, "privacy_demands.index": demands}
    tabs = []
    for endpoint, label in _TABS:
        blueprint = endpoint.split(".")[0]
        current = endpoint == request.endpoint or (blueprint == here and blueprint != "privacy")
        tabs.append(Tab(url_for(endpoint), str(label), current, counts.get(endpoint) or None))
    return tabs


def _open_demands(session: ScopedSession, clinic_id: UUID) -> int:
    still_open = (LegalDemand.clinic_id == clinic_id, LegalDemand.state == DemandState.OPEN)
    return session.scalar(select(func.count()).select_from(LegalDemand).where(*still_open)) or 0
