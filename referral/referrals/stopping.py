"""What follows in referrals when a patient stops sharing with an organization: what is under way there is withdrawn."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.patients.consents import sharing_consents_of
from referral.patients.models import Patient
from referral.patients.states import ConsentMethod
from referral.patients.words import SPEAKERS
from referral.referrals.actions import withdraw
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral
from referral.referrals.states import REFERRAL_MACHINE, Mode


def withdraw_from(session: ScopedSession, patient: Patient, organization_id: UUID) -> None:
    """Withdraw, by the patient's word, every live referral that is or would be sent to the organization.

    The links die, and an organization that was asked is told to discard what it knows. What the patient does alone goes
    on: the organization hears nothing of it. Fills patients.hooks.on_sharing_stopped. Raises as `move`. Flushes.
    """
    live = select(Referral).where(
        Referral.patient_id == patient.id,
        Referral.organization_id == organization_id,
        Referral.mode == Mode.SENT,
        Referral.state.in_(REFERRAL_MACHINE.live_states()),
    )
    actor = _patients_word(session, patient, organization_id)
    for referral in session.scalars(live.order_by(Referral.created_at, Referral.id)).all():
        withdraw(session, referral, actor, note=_("Sharing with this organization was stopped."))


def _patients_word(session: ScopedSession, patient: Patient, organization_id: UUID) -> Actor:
    """Return who spoke and who wrote it down, from the newest consent. No name: the organization may see the move."""
    newest = {consent.organization_id: consent for consent in sharing_consents_of(session, patient.id)}
    said = newest[organization_id]
    speaker = str(SPEAKERS.get(said.in_whose_name, said.in_whose_name))
    kind = ActorKind.PLAN_PAGE if said.method == ConsentMethod.ON_PLAN_PAGE else ActorKind.PHONE
    return Actor(kind, said.taken_by, speaker)
