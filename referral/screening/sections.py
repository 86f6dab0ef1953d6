"""The needs on a patient's page: a section with what stands, and rows for the pages of screening."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import LazyString
from flask_babel import gettext as _

from referral.kit.scope import ScopedSession
from referral.patients.hooks import Section
from referral.patients.models import Patient
from referral.screening.models import Need
from referral.screening.queries import LIVE, needs_of, screenings_of
from referral.screening.states import NeedStatus
from referral.screening.words import STATUSES, WANTS, need_label


@dataclass(frozen=True)
class NeedRow:
    """A need in a list. `label` is neutral for a need that must not be read by others in the room."""

    id: UUID
    label: LazyString
    status: str
    status_label: LazyString
    wants: LazyString
    confirmable: bool
    unconfirmed: bool
    since: datetime


def need_row(need: Need) -> NeedRow:
    """Return the row of a need."""
    return NeedRow(
        id=need.id,
        label=need_label(need.domain),
        status=need.status,
        status_label=STATUSES[need.status],
        wants=WANTS[need.wants_help],
        confirmable=need.status in LIVE,
        unconfirmed=need.status == NeedStatus.UNCONFIRMED,
        since=need.created_at,
    )


def needs_section(session: ScopedSession, patient: Patient) -> Section:
    """Return the needs and screenings of the patient, for their page."""
    rows = [need_row(need) for need in needs_of(session, patient.id)]
    screenings = screenings_of(session, patient.id)
    return Section(_("Needs"), "screening/needs_section.html", {"needs": rows, "screenings": screenings})
