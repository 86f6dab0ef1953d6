"""What the simulator shows of phones of organizations' staff: by a sender of their own, apart from patients' texts."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Member, Person
from referral.demo.simulated import MOST, Phone, Text
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundSource
from referral.outbox.gateway.simulator import SimulatorGateway
from referral.outbox.models import Message
from referral.outbox.states import Channel
from referral.patients.models import PhoneNumber
from referral.staff_phones.models import StaffPhone, StaffText


def staff_phones(session: ScopedSession, words: str | None = None) -> list[Phone]:
    """Return the phones of staff that fit `words` (part of a name or number), the newest text first."""
    found = [_phone(session, number_id, owners) for number_id, owners in _owners(session).items()]
    fitting = [phone for phone in found if not words or _fits(phone, words)]
    return sorted(fitting, key=lambda phone: phone.last.when.timestamp() if phone.last else 0, reverse=True)


def staff_phone_by_id(session: ScopedSession, phone_number_id: UUID) -> Phone | None:
    """Return one phone with all texts of the staff sender, or None where no staff has it."""
    owners = _owners(session).get(phone_number_id)
    return _phone(session, phone_number_id, owners) if owners else None


def _owners(session: ScopedSession) -> dict[UUID, list[str]]:
    rows = session.execute(
        select(StaffPhone.phone_number_id, Person.name, Member.name)
        .join(Person, Person.id == StaffPhone.person_id)
        .join(Member, Member.id == StaffPhone.member_id)
        .order_by(StaffPhone.added_at, StaffPhone.id)
    )
    owners: dict[UUID, list[str]] = defaultdict(list)
    for number_id, person, member in rows:
        owner = f"{person}, {member}"
        if owner not in owners[number_id]:
            owners[number_id].append(owner)
    return owners


def _phone(session: ScopedSession, number_id: UUID, owners: Sequence[str]) -> Phone:
    number = session.get_one(PhoneNumber, number_id)
    texts = sorted([*_ours(session, number_id), *_theirs(session, number_id)], key=lambda text: text.when)
    return Phone(number_id, number.number or "", tuple(owners), number.opted_out_at is not None, tuple(texts))


def _ours(session: ScopedSession, number_id: UUID) -> list[Text]:
    sent = select(Message).where(
        Message.channel == Channel.STAFF_SMS, Message.phone_number_id == number_id, Message.sent_at.is_not(None)
    )
    return [
        Text(message.body or "", True, message.sent_at, message.language, message.provider == SimulatorGateway.provider)
        for message in session.scalars(sent.order_by(Message.sent_at.desc(), Message.id).limit(MOST))
        if message.sent_at is not None
    ]


def _theirs(session: ScopedSession, number_id: UUID) -> list[Text]:
    """Words that a request took stand there; here it is said how they were read."""
    came = select(StaffText).where(StaffText.phone_number_id == number_id)
    return [
        Text(text.body or text.reading.upper(), False, text.received_at, None, text.source == InboundSource.SIMULATOR)
        for text in session.scalars(came.order_by(StaffText.received_at.desc(), StaffText.id).limit(MOST))
    ]


def _fits(phone: Phone, words: str) -> bool:
    shown = " ".join((phone.e164, *phone.owners)).casefold()
    return all(word in shown for word in words.casefold().split())
