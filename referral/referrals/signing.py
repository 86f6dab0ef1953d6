"""What stands against signing a referral: another place is asked already, or the place has said that it is full."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import records_of_person
from referral.referrals.models import Referral
from referral.referrals.room import check_room
from referral.referrals.states import LIVE_SENT_STATES, REFERRAL_MACHINE, Mode, ReferralState
from referral.screening.models import Need

#: Closed states that another referral for the same need follows; what was an error was nothing.
_FOLLOWED = sorted(set(ReferralState) - set(REFERRAL_MACHINE.live_states()) - {ReferralState.ENTERED_IN_ERROR})


def check_signing(session: ScopedSession, referral: Referral) -> None:
    """Raise Conflict while the need has another request out, this service is tried for it, or has said it is full.

    Never two live receivers for a need of a person, on whichever of their records it stands (of one record the unique
    index stands behind it); the patient may go elsewhere meanwhile, but twice to one service is a slip, whatever the
    mode. Two who sign for one need at the same moment go one after the other: the second sees what the first signed.
    """
    needs = _same_needs(session, referral)
    others = select(Referral.service_id, Referral.mode).where(
        Referral.need_id.in_(needs),
        Referral.id != referral.id,
        Referral.state.in_(LIVE_SENT_STATES),
    )
    if referral.mode == Mode.SENT:
        check_room(session, referral, now=clock.now())
    for service_id, mode in session.execute(others.order_by(Referral.id)):
        if mode == Mode.SENT and referral.mode == Mode.SENT:
            raise Conflict(ALREADY_ASKED)
        if service_id == referral.service_id:
            raise Conflict(_SAME_SERVICE)


def _same_needs(session: ScopedSession, referral: Referral) -> list[UUID]:
    """Return the need, and those of the same domain on other records of the person; locked in the order of their ids.

    The records are locked first, shared with others who sign: while they are, no merge begins.
    """
    records = sorted(records_of_person(session, referral.patient_id))
    session.execute(select(Patient.id).where(Patient.id.in_(records)).order_by(Patient.id).with_for_update(read=True))
    others = [each for each in records if each != referral.patient_id]
    elsewhere = Need.patient_id.in_(others) & (Need.domain == referral.domain)
    found = select(Need.id).where((Need.id == referral.need_id) | elsewhere)
    return list(session.scalars(found.order_by(Need.id).with_for_update(key_share=True)))


def followed_by(session: ScopedSession, need_id: UUID) -> UUID | None:
    """Return the referral that a new one for this need follows: the one that closed last, or None for a first one."""
    closed = select(Referral.id).where(Referral.need_id == need_id, Referral.state.in_(_FOLLOWED))
    newest = (func.coalesce(Referral.closed_at, Referral.created_at).desc(), Referral.id.desc())
    return session.scalar(closed.order_by(*newest).limit(1))


ALREADY_ASKED = _l(
    "Another place has been asked for this need already and has not finished. Cancel that referral first, or choose "
    "that the patient goes or calls."
)
_SAME_SERVICE = _l(
    "This service is being tried for this need already. Open that referral to see how it stands, or choose another "
    "service."
)
