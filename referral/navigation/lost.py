"""The rule by which a referral may be closed as lost, because the patient could not be reached.

Lost means calls on two different days and two texts, where a text can reach them, all without a word from the patient.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from referral.accounts.models import Member
from referral.followups.planning import cancel_questions
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.messaging.models import InboundMessage
from referral.navigation.models import ContactAttempt
from referral.navigation.states import ContactChannel
from referral.navigation.texting import why_no_text
from referral.outbox.models import Message
from referral.outbox.states import Channel, MessageState
from referral.patients.queries import patient_by_id
from referral.referrals.actions import move
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral, ReferralMove, Testimony
from referral.referrals.states import TAKEN_STATES, NotCompletedReason, ReferralEvent, Side

CALL_DAYS = 2
TEXTS = 2

#: What counts as a call.
_CALLS = (ContactChannel.PHONE, ContactChannel.VIDEO)
#: The text left us, as far as anybody can say.
_LEFT = (MessageState.ACCEPTED, MessageState.SENT, MessageState.DELIVERED, MessageState.UNCONFIRMED)


@dataclass(frozen=True)
class LostCheck:
    """What was tried since the patient was last heard of. `texts_needed` is 0 where no text can reach them."""

    call_days: int
    texts: int
    texts_needed: int
    #: On how many different days somebody must have called.
    days_needed: int = CALL_DAYS

    @property
    def may_close(self) -> bool:
        """True once enough was tried."""
        return self.call_days >= self.days_needed and self.texts >= self.texts_needed


def lost_check(session: ScopedSession, referral: Referral) -> LostCheck | None:
    """Return what was tried for a referral that was taken on; None for one that is not under way."""
    if referral.state not in TAKEN_STATES:
        return None
    since = _last_heard(session, referral)
    calls = session.scalars(
        select(ContactAttempt.at)
        .where(ContactAttempt.patient_id == referral.patient_id, ContactAttempt.at > since)
        .where(ContactAttempt.channel.in_(_CALLS), ContactAttempt.reached.is_(False))
        .order_by(ContactAttempt.at)
    )
    clinic = session.get_one(Member, referral.clinic_id)
    zone = zone_of(clinic.timezone_name)
    texts = select(func.count(Message.id)).where(
        Message.patient_id == referral.patient_id,
        Message.channel == Channel.SMS,
        Message.state.in_(_LEFT),
        Message.created_at > since,
    )
    return LostCheck(
        call_days=len({moment.astimezone(zone).date() for moment in calls}),
        texts=session.scalar(texts) or 0,
        texts_needed=TEXTS if _can_be_texted(session, referral) else 0,
    )


def progress_words(check: LostCheck) -> str:
    """Return in a sentence how much was tried of what the rule asks for."""
    days = {"days": min(check.call_days, check.days_needed), "of_days": check.days_needed}
    if not check.texts_needed:
        return str(
            _(
                "Tried so far: %(days)s of %(of_days)s days called. No text can reach them.",
                **days,
            )
        )
    texts = {"texts": min(check.texts, check.texts_needed), "of_texts": check.texts_needed}
    return str(
        _("Tried so far: %(days)s of %(of_days)s days called, %(texts)s of %(of_texts)s texts.", **days, **texts)
    )


def close_as_lost(session: ScopedSession, referral: Referral, *, by: UUID, name: str) -> ReferralMove:
    """Close the referral because the patient could not be reached. Raises Conflict before enough was tried. Flushes.

    It states no outcome: in reports the loop stays open. Nothing more is asked about it.
    """
    check = lost_check(session, referral)
    if check is None or not check.may_close:
        raise Conflict(_l("Call on two different days first, and text twice where a text can reach them."))
    actor = Actor(ActorKind.MEMBERSHIP, by, name)
    closed = move(session, referral, ReferralEvent.FAIL, actor, reason=NotCompletedReason.COULD_NOT_REACH)
    with session.widened("effects of a move"):
        cancel_questions(session, referral)
    return closed


def _last_heard(session: ScopedSession, referral: Referral) -> datetime:
    """Return when the patient was last heard of, however that was; at the earliest when the referral was signed."""
    patient_id = referral.patient_id
    reached = select(func.max(ContactAttempt.at)).where(
        ContactAttempt.patient_id == patient_id, ContactAttempt.reached.is_(True)
    )
    wrote = select(func.max(InboundMessage.received_at)).where(InboundMessage.patient_id == patient_id)
    said = select(func.max(Testimony.at)).where(Testimony.patient_id == patient_id, Testimony.side == Side.PATIENT)
    moments = [session.scalar(question) for question in (reached, wrote, said)]
    return max(moment for moment in (referral.signed_at or referral.created_at, *moments) if moment is not None)


def _can_be_texted(session: ScopedSession, referral: Referral) -> bool:
    patient = patient_by_id(session, referral.patient_id)
    return patient is not None and why_no_text(session, referral, patient) is None
