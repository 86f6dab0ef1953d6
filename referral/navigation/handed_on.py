"""Which to-dos came of a patient's texts, and who did them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from flask import url_for
from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit.scope import ScopedSession
from referral.messaging.hooks import HandedOn
from referral.messaging.models import InboundMessage
from referral.navigation.words import REASONS
from referral.patients.pause_models import TextingPause
from referral.patients.queries import records_of_person
from referral.todos.models import ToDo

#: What comes of a text is made in the transaction that stores it.
AT_ONCE = timedelta(minutes=1)


def handed_on(
    session: ScopedSession, patient_id: UUID, texts: Sequence[InboundMessage]
) -> Mapping[UUID, Sequence[HandedOn]]:
    """Return text id to the to-dos that came of it, oldest first. Fills messaging.hooks.handed_on."""
    if not texts:
        return {}
    made = select(ToDo).where(
        ToDo.patient_id.in_(records_of_person(session, patient_id)),
        ToDo.created_at >= min(text.received_at for text in texts),
        ToDo.created_at <= max(text.received_at for text in texts) + AT_ONCE,
    )
    to_dos = session.scalars(made.order_by(ToDo.created_at, ToDo.id)).all()
    names = names_of(session, {person for each in to_dos for person in (each.owner_person_id, each.done_by)})
    doubts = _doubts(session, texts)
    return {
        text.id: [_shown(each, names) for each in to_dos if _came_of(each, text, doubts.get(text.id))] for text in texts
    }


def _doubts(session: ScopedSession, texts: Sequence[InboundMessage]) -> dict[UUID | None, UUID]:
    """Return text id to the pause that began because of it."""
    found = select(TextingPause.inbound_message_id, TextingPause.id).where(
        TextingPause.inbound_message_id.in_([text.id for text in texts])
    )
    return {row.inbound_message_id: row.id for row in session.execute(found.order_by(TextingPause.id))}


def _came_of(to_do: ToDo, text: InboundMessage, pause_id: UUID | None) -> bool:
    if text.id == to_do.subject_id or str(text.id) in to_do.dedupe_key or to_do.subject_id == pause_id:
        return True
    if not text.received_at <= to_do.created_at <= text.received_at + AT_ONCE:
        return False
    if to_do.subject_kind == "phone_number":
        return to_do.subject_id == text.phone_number_id
    return text.question_id is not None and str(text.question_id) in to_do.dedupe_key


def _shown(to_do: ToDo, names: Mapping[UUID | None, str]) -> HandedOn:
    return HandedOn(
        url=url_for("navigation.show", to_do_id=to_do.id),
        what=str(REASONS[to_do.reason]),
        owner=names.get(to_do.owner_person_id),
        done_by=names.get(to_do.done_by),
        done_at=to_do.done_at,
    )
