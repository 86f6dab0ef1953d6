"""Appointments that an organization gives with its answer or later: the newest word counts, none is overwritten."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.kit.zones import FALLBACK_ZONE, zone_of
from referral.referrals import hooks
from referral.referrals.actors import Actor
from referral.referrals.desk_models import Appointment
from referral.referrals.models import Referral
from referral.referrals.said_once import say_once
from referral.referrals.states import REFERRAL_MACHINE, TAKEN_STATES, Mode, ReferralEvent, ReferralState

#: Nobody gives an appointment further ahead: a later one is a mistyped year.
FURTHEST = timedelta(days=730)


@dataclass(frozen=True)
class GivenAppointment:
    """When somebody is expected. `local`: on the clock of the organization, without a zone.

    `given_id`: the id of the filled form; given twice, it is one appointment.
    """

    local: datetime
    interpreter_booked: bool | None
    given_id: UUID
    actor: Actor = field(repr=False)


def give_appointment(session: ScopedSession, referral: Referral, given: GivenAppointment) -> Appointment:
    """Return the stored appointment; earlier ones stay as history. It moves nothing. Flushes.

    Raises IllegalMove when the organization has not taken it on, InvalidInput for a moment that is over or too far.
    """
    if referral.state not in TAKEN_STATES or referral.mode != Mode.SENT:
        raise IllegalMove(REFERRAL_MACHINE.name, ReferralState(referral.state), ReferralEvent.ACCEPT)
    row = Appointment(
        clinic_id=referral.clinic_id,
        receiver_id=referral.receiver_id,
        patient_id=referral.patient_id,
        referral_id=referral.id,
        starts_at=starts_at(session, referral, given.local),
        interpreter_booked=given.interpreter_booked,
        actor_kind=given.actor.kind,
        person_id=given.actor.person_id,
        said_at=clock.now(),
    )
    row.author_name = given.actor.name
    stored = say_once(session, row, given.given_id)
    if stored is row:
        hooks.on_appointment_given(session, referral, row)
    return stored


def starts_at(session: ScopedSession, referral: Referral, local: datetime) -> datetime:
    """Return the moment of a time on the organization's clock. Raises InvalidInput for one that is over or too far."""
    now = clock.now()
    moment = local.replace(tzinfo=zone_of(receivers_zone(session, referral)))
    if not now < moment < now + FURTHEST:
        raise InvalidInput(_l("Check the day of the appointment: it must be still to come."), "appointment")
    return moment


def receivers_zone(session: ScopedSession, referral: Referral) -> str:
    """Return the IANA name of the zone in which the organization tells its times."""
    receiver = session.get(Member, referral.receiver_id) if referral.receiver_id else None
    return receiver.timezone_name if receiver else FALLBACK_ZONE


def appointments_of(session: ScopedSession, referral_ids: Iterable[UUID]) -> dict[UUID, Appointment]:
    """Return referral id to its newest appointment, as far as the session's scope reaches."""
    wanted = Appointment.referral_id.in_(list(referral_ids))
    rows = session.scalars(select(Appointment).where(wanted).order_by(Appointment.said_at, Appointment.id))
    return {row.referral_id: row for row in rows}
