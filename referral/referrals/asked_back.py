"""What is asked back before it is kept: an appointment on a closed day, an outcome before the appointment.

Neither is wrong by itself: whoever says "keep it" is believed.
"""

from datetime import date, datetime

from flask_babel import LazyString, format_date
from flask_babel import lazy_gettext as _l

from referral.kit import clock
from referral.kit.business_days import SATURDAY, is_business_day
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.referrals.appointments import appointments_of, receivers_zone
from referral.referrals.deadlines import calendar_of
from referral.referrals.desk_models import Appointment
from referral.referrals.desk_page import appointment_words
from referral.referrals.models import Referral
from referral.referrals.states import TAKEN_STATES, Outcome
from resources_directory.hours import openings_on
from resources_directory.search import get_services

KEEP_DAY = _l("Keep this day")
KEEP_OUTCOME = _l("Keep what was chosen")


def check_open(session: ScopedSession, referral: Referral, local: datetime, *, keep: bool) -> None:
    """Raise InvalidInput (field "keep_day") for a time on a weekend, a holiday or a closed day, unless it is kept.

    `local`: on the clock of the organization, without a zone.
    """
    day, closed = local.date(), calendar_of(session, referral.receiver_id).closed_days
    if keep or is_business_day(day, closed):
        return
    if day.weekday() >= SATURDAY and day not in closed and _is_open_by_hours(session, referral, day):
        return  # many a pantry opens on Saturdays
    words = _l(
        "On %(day)s the organization is closed by its calendar. Choose another day, or keep this one.",
        day=format_date(day, "full"),
    )
    raise InvalidInput(words, "keep_day")


def check_after_appointment(session: ScopedSession, referral: Referral, outcome: str, *, keep: bool) -> None:
    """Raise InvalidInput (field "keep_outcome") for an outcome before the appointment, unless it is kept.

    That somebody wants no help any more can be said before it.
    """
    given = appointments_of(session, [referral.id]).get(referral.id)
    if not keep and outcome != Outcome.NO_LONGER_WANTED and given is not None and is_ahead(referral, given):
        raise InvalidInput(ahead_words(given, receivers_zone(session, referral)), "keep_outcome")


def is_ahead(referral: Referral, given: Appointment | None) -> bool:
    """Return True if somebody who was taken on is still expected."""
    return given is not None and referral.state in TAKEN_STATES and given.starts_at > clock.now()


def ahead_words(given: Appointment, timezone_name: str) -> LazyString:
    """Return the words that an appointment is still to come, its time on the clock of the zone."""
    return _l(
        "The appointment (%(moment)s) is still to come. Check what you chose, or keep it.",
        moment=appointment_words(given, timezone_name),
    )


def _is_open_by_hours(session: ScopedSession, referral: Referral, day: date) -> bool:
    hit = get_services(session, {referral.service_id}, now=clock.now()).get(referral.service_id)
    return hit is not None and bool(openings_on(hit.hours, day))
