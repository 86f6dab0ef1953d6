"""The whole conversation with a patient, page by page: what each text says, what became of it, how it was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from referral.accounts.models import Member
from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.i18n import LANGUAGES, current_language
from referral.kit.paging import Page, nearest_page
from referral.kit.scope import ScopedSession
from referral.messaging.catalog import FactMissing, TextMissing
from referral.messaging.composing import LINK_PLACE, said_in
from referral.messaging.conversation import Line, received_line, sent_line
from referral.messaging.hooks import HandedOn, handed_on
from referral.messaging.models import InboundMessage
from referral.messaging.reading_words import reading_words
from referral.outbox.models import Message
from referral.outbox.moves import states_with
from referral.outbox.states import Channel, MessageEvent
from referral.patients.models import Patient
from referral.patients.queries import records_of_person

#: Texts on a page of the conversation.
SIZE = 20


@dataclass(frozen=True)
class Entry:
    """One text of the conversation. `meaning`: what one of ours says, in the reader's language, where that differs.

    `waits_until`: story time, for one that has not left. `who`: None for one of ours that no person sent.
    """

    line: Line
    direction: str
    meaning: str | None = None
    meaning_language: str | None = None
    who: str | None = None
    waits_until: datetime | None = None
    reading: str | None = None
    handed_on: Sequence[HandedOn] = ()
    media_count: int = 0


def thread_page(session: ScopedSession, patient: Patient, number: int) -> Page[Entry]:
    """Return a page of the conversation; page 1 is the newest. The texts of a page stand oldest first."""
    order = _order(session, patient.id)
    number = nearest_page(number, len(order), SIZE)
    ids = {text_id for _moment, text_id in order[(number - 1) * SIZE : number * SIZE]}
    sent = session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.id)).all()
    received = session.scalars(
        select(InboundMessage).where(InboundMessage.id.in_(ids)).order_by(InboundMessage.received_at, InboundMessage.id)
    ).all()
    names = names_of(session, {_sender(message) for message in sent})
    clinics = {each: session.get_one(Member, each) for each in {message.clinic_id for message in sent}}
    to_dos = handed_on(session, patient.id, received)
    entries = [
        *(_sent(message, clinics[message.clinic_id], names) for message in sent),
        *(_received(inbound, to_dos.get(inbound.id, ())) for inbound in received),
    ]
    entries.sort(key=lambda entry: (entry.line.when, entry.line.incoming))
    return Page(entries, number, len(order), SIZE)


def _order(session: ScopedSession, patient_id: UUID) -> list[tuple[datetime, UUID]]:
    """Return (moment, id) of every text of the person, newest first. Loads no row."""
    records = records_of_person(session, patient_id)
    moment = func.coalesce(Message.sent_at, Message.created_at)
    sent = select(moment, Message.id).where(Message.patient_id.in_(records), Message.channel == Channel.SMS)
    received = select(InboundMessage.received_at, InboundMessage.id).where(InboundMessage.patient_id.in_(records))
    rows = [*session.execute(sent.order_by(Message.id)), *session.execute(received.order_by(InboundMessage.id))]
    return sorted(((row[0], row[1]) for row in rows), reverse=True)


def _sent(message: Message, clinic: Member, names: Mapping[UUID | None, str]) -> Entry:
    waits = message.state in states_with(MessageEvent.CANCEL) and message.not_before > clock.now()
    language, meaning = _meaning(message, clinic)
    return Entry(
        line=sent_line(message),
        direction=_direction(message.language),
        meaning=meaning,
        meaning_language=language,
        who=names.get(_sender(message)),
        waits_until=message.not_before if waits else None,
    )


def _received(inbound: InboundMessage, to_dos: Sequence[HandedOn]) -> Entry:
    return Entry(
        line=received_line(inbound),
        direction="auto",
        reading=reading_words(inbound.reading_kind, inbound.reading_value, inbound.reading_rule),
        handed_on=to_dos,
        media_count=inbound.media_count,
    )


def _sender(message: Message) -> UUID | None:
    by = message.facts.get("by")
    return UUID(by) if by else None


def _direction(language: str | None) -> str:
    return LANGUAGES[language].direction if language in LANGUAGES else "auto"


def _meaning(message: Message, clinic: Member) -> tuple[str | None, str | None]:
    """Return (language, words) of what a text of ours says in the reader's language; English where it has no other.

    Nothing where the reader can read the text itself, or where no text of the catalog was sent.
    """
    reader = current_language().code
    if message.language == reader or message.redacted_at is not None:
        return None, None
    neutral = message.body is not None and clinic.texting_name not in message.body
    for language in dict.fromkeys((reader, "en")):
        try:
            words = said_in(message, clinic, language, neutral=neutral)
        except (TextMissing, FactMissing, KeyError):
            continue
        return language, words.replace(LINK_PLACE, str(_("(the link)")))
    return None, None
