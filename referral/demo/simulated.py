"""What the simulator shows of phones: whose each is, the texts on it, and what waits for it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from referral.followups.models import Question
from referral.followups.states import QuestionState
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage, InboundSource
from referral.outbox.gateway.simulator import SimulatorGateway
from referral.outbox.models import Message
from referral.outbox.moves import states_with
from referral.outbox.states import Channel, MessageEvent
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.queries import display_name
from referral.staff_phones.models import StaffPhone

#: The newest so many messages are looked at.
MOST = 2000


@dataclass(frozen=True)
class Text:
    """One text on a phone. `incoming`: seen from the phone, so our own texts are incoming."""

    text: str
    incoming: bool
    when: datetime
    language: str | None = None
    simulated: bool = True


@dataclass(frozen=True)
class Waiting:
    """A text that is queued for the phone, and why it waits."""

    not_before: datetime
    reason: str | None


@dataclass(frozen=True)
class Phone:
    """A phone with whose it is, its texts (oldest first), and how many came since it last wrote."""

    phone_number_id: UUID
    e164: str
    owners: tuple[str, ...]
    stopped: bool
    texts: tuple[Text, ...]

    @property
    def last(self) -> Text | None:
        """The newest text."""
        return self.texts[-1] if self.texts else None

    @property
    def unread(self) -> int:
        """How many texts came since the phone last wrote."""
        count = 0
        for text in reversed(self.texts):
            if not text.incoming:
                break
            count += 1
        return count


def phones(session: ScopedSession, words: str | None = None) -> list[Phone]:
    """Return the phones that fit `words` (part of a name or number), the one with the newest text first.

    Those that only staff of organizations have are not among them (simulated_staff.py).
    """
    owners = _owners(session)
    texts = _texts(session)
    numbers = session.scalars(select(PhoneNumber).order_by(PhoneNumber.created_at, PhoneNumber.id))
    staff = set(session.scalars(select(StaffPhone.phone_number_id)))
    kept = [number for number in numbers if number.id not in staff or owners[number.id] or texts[number.id]]
    found = [_phone(number, owners[number.id], texts[number.id]) for number in kept]
    fitting = [phone for phone in found if not words or _fits(phone, words)]
    return sorted(fitting, key=lambda phone: phone.last.when.timestamp() if phone.last else 0, reverse=True)


def phone_by_id(session: ScopedSession, phone_number_id: UUID) -> Phone | None:
    """Return one phone with all its texts, or None."""
    number = session.get(PhoneNumber, phone_number_id)
    if number is None:
        return None
    return _phone(number, _owners(session, phone_number_id)[number.id], _texts(session, phone_number_id)[number.id])


def waiting_for(session: ScopedSession, phone_number_id: UUID, channel: Channel = Channel.SMS) -> list[Waiting]:
    """Return the texts of a channel that wait for the phone, the first to go first."""
    queued = select(Message).where(
        Message.phone_number_id == phone_number_id,
        Message.channel == channel,
        Message.state.in_(states_with(MessageEvent.CLAIM)),
    )
    rows = session.scalars(queued.order_by(Message.not_before, Message.id))
    return [Waiting(message.not_before, message.reason) for message in rows]


def digits_offered(session: ScopedSession, phone_number_id: UUID) -> list[str]:
    """Return the digits of the question that is open on the phone; none when nothing is asked."""
    asked = select(Question).where(Question.phone_number_id == phone_number_id, Question.state == QuestionState.OPEN)
    question = session.scalars(asked.order_by(Question.opened_at, Question.id)).first()
    return list(question.options) if question else []


def _phone(number: PhoneNumber, owners: list[str], texts: list[Text]) -> Phone:
    ordered = sorted(texts, key=lambda text: text.when)
    return Phone(number.id, number.number or "", tuple(owners), number.opted_out_at is not None, tuple(ordered))


def _fits(phone: Phone, words: str) -> bool:
    shown = " ".join((phone.e164, show_phone(phone.e164), *phone.owners)).casefold()
    return all(word in shown for word in words.casefold().split())


def _owners(session: ScopedSession, phone_number_id: UUID | None = None) -> dict[UUID, list[str]]:
    owned = (
        select(PatientPhone.phone_number_id, Patient)
        .join(Patient, Patient.id == PatientPhone.patient_id)
        .where(PatientPhone.retired_at.is_(None))
    )
    if phone_number_id is not None:
        owned = owned.where(PatientPhone.phone_number_id == phone_number_id)
    owners: dict[UUID, list[str]] = defaultdict(list)
    for number_id, patient in session.execute(owned.order_by(PatientPhone.created_at, PatientPhone.id)):
        owners[number_id].append(display_name(patient))
    return owners


def _texts(session: ScopedSession, phone_number_id: UUID | None = None) -> dict[UUID, list[Text]]:
    """Return the texts on each phone: ours as they were sent, and those written on it."""
    ours = select(Message).where(Message.channel == Channel.SMS, Message.sent_at.is_not(None))
    theirs = select(InboundMessage)
    if phone_number_id is not None:
        ours = ours.where(Message.phone_number_id == phone_number_id)
        theirs = theirs.where(InboundMessage.phone_number_id == phone_number_id)
    texts: dict[UUID, list[Text]] = defaultdict(list)
    for message in session.scalars(ours.order_by(Message.sent_at.desc(), Message.id).limit(MOST)):
        if message.phone_number_id is not None and message.sent_at is not None:
            simulated = message.provider == SimulatorGateway.provider
            text = Text(message.body or "", True, message.sent_at, message.language, simulated)
            texts[message.phone_number_id].append(text)
    for inbound in session.scalars(theirs.order_by(InboundMessage.received_at.desc(), InboundMessage.id).limit(MOST)):
        simulated = inbound.source == InboundSource.SIMULATOR
        text = Text(inbound.body or "", False, inbound.received_at, None, simulated)
        texts[inbound.phone_number_id].append(text)
    return texts
