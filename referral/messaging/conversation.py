"""A patient's newest texts, both sides, with what became of each: the part of their page that leads to the whole."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.messaging.words import EFFECTS, MESSAGE_STATES, reason_words
from referral.outbox.models import Message
from referral.outbox.states import Channel, MessageState
from referral.patients.hooks import Section
from referral.patients.models import Patient

#: Texts on the patient's page; the page of the conversation has them all.
MOST = 6

#: What stands where the words were kept long enough (records/retention.py).
REMOVED = _l("(removed after 90 days)")

#: Effects of a reply that need nobody.
UNDERSTOOD = frozenset({"applied", "opted_out", "opted_in", "help_sent", "ignored", "duplicate"})


@dataclass(frozen=True)
class Line:
    """One text of the conversation as the page draws it. `incoming`: from the patient."""

    text: str
    incoming: bool
    when: datetime
    state: str
    label: str
    language: str | None
    simulated: bool


def conversation_of(session: ScopedSession, patient_id: UUID) -> list[Line]:
    """Return the newest texts to and from the patient, oldest first."""
    sent = select(Message).where(Message.patient_id == patient_id, Message.channel == Channel.SMS)
    received = select(InboundMessage).where(InboundMessage.patient_id == patient_id)
    lines = [
        *(sent_line(row) for row in session.scalars(sent.order_by(Message.created_at.desc(), Message.id).limit(MOST))),
        *(
            received_line(row)
            for row in session.scalars(
                received.order_by(InboundMessage.received_at.desc(), InboundMessage.id).limit(MOST)
            )
        ),
    ]
    return sorted(lines, key=lambda line: (line.when, line.incoming))[-MOST:]


def conversation_section(session: ScopedSession, patient: Patient) -> Section:
    """Return the part of a patient's page that shows their texts."""
    shown = {"texts": conversation_of(session, patient.id), "patient_id": patient.id}
    return Section(_("Texts"), "messaging/conversation_section.html", shown)


def sent_line(message: Message) -> Line:
    """Return a text of ours as a page draws it."""
    label = str(MESSAGE_STATES[message.state])
    if message.reason and message.body is None:
        label = _("%(state)s: %(reason)s", state=label, reason=reason_words(message.reason))
    return Line(
        text=_words_of(message),
        incoming=False,
        when=message.sent_at or message.created_at,
        state=message.state,
        label=label,
        language=message.language,
        simulated=message.provider == "simulated",
    )


def _words_of(message: Message) -> str:
    if message.redacted_at is not None and not _is_over(message):
        return str(REMOVED)
    if message.body is None and _is_over(message):
        return str(_("A text was planned here. None went out."))
    return message.body or str(_("(the words are made when it is sent)"))


def _is_over(message: Message) -> bool:
    return message.state in (MessageState.SUPPRESSED, MessageState.CANCELED, MessageState.EXPIRED)


def received_line(inbound: InboundMessage) -> Line:
    """Return a text that came as a page draws it."""
    effect = (inbound.effect or "").split(" ")[0]
    return Line(
        text=str(REMOVED) if inbound.redacted_at else inbound.body or "",
        incoming=True,
        when=inbound.received_at,
        state="delivered" if effect in UNDERSTOOD else "needs_human",
        label=str(EFFECTS.get(effect, "")),
        language=None,
        simulated=inbound.source == "simulator",
    )
