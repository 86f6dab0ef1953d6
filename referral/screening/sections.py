"""The needs on a patient's page: a section with what stands, and rows for the pages of screening."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import LazyString
from flask_babel import gettext as _

from referral.kit.i18n import current_language
from referral.kit.scope import ScopedSession
from referral.patients.hooks import Section
from referral.patients.models import Patient
from referral.screening.differences import on_file
from referral.screening.hooks import words_of_needs
from referral.screening.instrument_library import shelf
from referral.screening.instruments import needs_check
from referral.screening.models import Need, Screening
from referral.screening.queries import LIVE, needs_of, screenings_of
from referral.screening.started import started_of
from referral.screening.started_models import StartedScreening
from referral.screening.states import NeedStatus
from referral.screening.words import MODES, STATUSES, WANTS, need_label


@dataclass(frozen=True)
class NeedRow:
    """A need in a list. `label` is neutral for a need that must not be read by others in the room."""

    id: UUID
    label: LazyString
    status: str
    status_label: LazyString
    wants: LazyString | str
    confirmable: bool
    unconfirmed: bool
    since: datetime
    #: What the patient had confirmed, and when, beside a newer answer that waits; `answered_at`: of that one.
    on_file: tuple[LazyString, datetime] | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class ScreeningRow:
    """A screening in a list: finished, or on its way."""

    id: UUID
    title: str
    mode: LazyString
    completed_at: datetime | None = None
    started_at: datetime | None = None


def need_row(need: Need, words: str | None = None) -> NeedRow:
    """Return the row of a need. `words`: what the patient said about when."""
    known, waits = on_file(need), need.status == NeedStatus.UNCONFIRMED
    return NeedRow(
        id=need.id,
        label=need_label(need.domain),
        status=need.status,
        status_label=STATUSES[need.status],
        wants=words or WANTS[need.wants_help],
        confirmable=need.status in LIVE,
        unconfirmed=waits,
        since=need.created_at,
        on_file=(WANTS[known[0]], known[1]) if known is not None else None,
        answered_at=need.answered_at if waits else None,
    )


def needs_section(session: ScopedSession, patient: Patient) -> Section:
    """Return the needs and screenings of the patient, for their page."""
    needs = needs_of(session, patient.id)
    words = words_of_needs(session, needs)
    rows = [need_row(need, words.get(need.id)) for need in needs]
    titles = {(each.instrument.key, each.instrument.version): each.instrument.title for each in shelf(session)}
    language = current_language().code

    def title(row: Screening | StartedScreening) -> str:
        words = titles.get((row.instrument, row.instrument_version)) or needs_check().title
        return words.say(language)

    return Section(
        _("Needs"),
        "screening/needs_section.html",
        {
            "needs": rows,
            "screenings": [
                ScreeningRow(each.id, title(each), MODES[each.mode], completed_at=each.completed_at)
                for each in screenings_of(session, patient.id)
            ],
            "started": [
                ScreeningRow(each.id, title(each), MODES[each.mode], started_at=each.started_at)
                for each in started_of(session, patient.id)
            ],
        },
    )
