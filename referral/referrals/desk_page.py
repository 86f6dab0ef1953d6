"""What pages of both sides show beside the answer: the thread, the appointment, and what was said about room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, format_time
from flask_babel import gettext as _

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.referrals.appointments import appointments_of, receivers_zone
from referral.referrals.desk_models import Appointment
from referral.referrals.models import Referral
from referral.referrals.said_room import ROOM_WORDS, said_on
from referral.referrals.thread import may_answer, thread_of
from resources_directory.capacity import holds, newest_words
from resources_directory.models.capacity import CapacityStatus, CapacityWord


@dataclass(frozen=True)
class ThreadLine:
    """One message of the thread as a page shows it."""

    from_clinic: bool
    who: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Beside:
    """What stands beside the answer. `may_write`: the clinic may.

    `appointment`: (label, value) pairs, empty without one. `room`: one sentence.
    """

    thread: Sequence[ThreadLine]
    may_write: bool
    appointment: tuple[tuple[str, str], ...]
    room: str | None


#: What an organization sees of a request that was taken back, or that it may know nothing of any more.
NOTHING_BESIDE = Beside((), may_write=False, appointment=(), room=None)


def beside(session: ScopedSession, referral: Referral) -> Beside:
    """Return what both sides see of a referral beside its answer, as far as the session's scope reaches."""
    zone = receivers_zone(session, referral)
    given = appointments_of(session, [referral.id]).get(referral.id)
    word = newest_words(session, [referral.service_id]).get(referral.service_id)
    return Beside(
        thread=[
            ThreadLine(row.from_clinic, row.author_name or "", row.words or "", row.at)
            for row in thread_of(session, referral.id)
        ],
        may_write=may_answer(session, referral),
        appointment=_appointment(given, zone) if given else (),
        room=room_sentence(word, zone) if word else None,
    )


def room_sentence(word: CapacityWord, timezone_name: str) -> str | None:
    """Return what was said about room with its age and who said it; None once it is over or has aged away."""
    zone, now = zone_of(timezone_name), clock.now()
    if not holds(word, now=now, today=now.astimezone(zone).date()):
        return None
    facts = {
        "room": ROOM_WORDS[CapacityStatus(word.status)],
        "name": word.said_by,
        "day": said_on(word.said_at, zone=zone),
    }
    if word.until is not None:
        until = format_date(word.until, "full")
        return str(_("“%(room)s” until %(until)s, said by %(name)s on %(day)s.", until=until, **facts))
    return str(_("“%(room)s”, said by %(name)s on %(day)s.", **facts))


def appointment_words(row: Appointment, timezone_name: str) -> str:
    """Return day and time of an appointment on the organization's clock."""
    local = row.starts_at.astimezone(zone_of(timezone_name))
    day, time = format_date(local.date(), "full"), format_time(local.time(), "short")
    return str(_("%(day)s, %(time)s", day=day, time=time))


def _appointment(row: Appointment, timezone_name: str) -> tuple[tuple[str, str], ...]:
    booked = {True: _("Booked"), False: _("Not booked"), None: _("Not said")}[row.interpreter_booked]
    return (
        (_("Appointment"), appointment_words(row, timezone_name)),
        (_("Interpreter"), booked),
        (_("Said by"), row.author_name or ""),
    )
