"""Taking what tells who somebody is out of the rows that stay, and deleting the rows that hold nothing else.

Driven by class_tables: a column whose class is erased is emptied in every table that names patients. What is left are
ids, states and times, on which counts rest.
"""

import os
from typing import Any
from uuid import UUID

from sqlalchemy import Table, and_, delete, exists, select, update

from referral.kit.crypto import DataKey
from referral.kit.scope import ScopedSession
from referral.messaging.forgotten import forget_texts
from referral.messaging.models import InboundMessage
from referral.outbox.models import Message, MessageAttempt, ProviderEvent
from referral.patients.consent_models import OptOutEvent
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.records.class_names import ERASED
from referral.records.class_tables import COLUMNS
from referral.records.data_classes import columns_of
from referral.staff_phones.models import StaffPhone, StaffText
from resources_directory.db import Base

#: Tables whose rows about a patient go altogether.
DELETED = frozenset(
    {
        "answer",
        "started_screening",
        "patient_name_token",
        "patient_phone",
        "patient_proxy",
        "texting_consent",
        "inbound_message",
        "referral_rating",
        "household_member",
        "texting_pause",
    }
)

#: Tables that say what was done with a record: they outlive it.
KEPT = frozenset({"audit_event", "erasure"})

#: What stands in a column that may not be empty.
NEUTRAL: dict[str, Any] = {
    "patient.interpreter_needed": False,
    "patient.privacy_level": "none",
    "sharing_consent.words_language": "und",  # undetermined, ISO 639-2
    "sharing_consent.in_whose_name": "patient",
    "screening.language": "und",
    "screening.alone": False,
    "message.facts": {},
}

_INDEX_BYTES = 16


def scrubbed_tables() -> list[Table]:
    """Return the tables whose rows about a patient stay but are emptied, those that are referred to last."""
    named = [table for table in reversed(Base.metadata.sorted_tables) if table.name in COLUMNS]
    return [
        table
        for table in named
        if "patient_id" in table.columns and table.name not in DELETED | KEPT and columns_of(table, ERASED)
    ]


def neutral_values(table: Table) -> dict[str, Any]:
    """Return column name to the value that an emptied row of `table` holds."""
    return {column.name: NEUTRAL.get(str(column)) for column in columns_of(table, ERASED)}


def scrub(session: ScopedSession, patient_id: UUID) -> None:
    """Empty every row about a patient, delete those that hold nothing else, and destroy the patient's key.

    Done twice it changes nothing more, so that the worker can do it again. The session sees all rows. Flushes; the
    caller commits.
    """
    session.flush()
    numbers = _numbers_of(session, patient_id)
    _scrub_messages(session, patient_id)
    forget_texts(session, InboundMessage.patient_id == patient_id)
    for table in scrubbed_tables():
        session.execute(update(table).where(table.c.patient_id == patient_id).values(neutral_values(table)))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in DELETED:
            session.execute(delete(table).where(table.c.patient_id == patient_id))
    patients = _table(Patient)
    session.execute(update(patients).where(patients.c.id == patient_id).values(**neutral_values(patients)))
    for number_id in sorted(numbers):
        forget_number(session, number_id)
    session.execute(delete(_table(DataKey)).where(_table(DataKey).c.owner_id == patient_id))
    session.info.get("key_ring", {}).pop(patient_id, None)
    session.expire_all()


def forget_number(session: ScopedSession, number_id: UUID) -> None:
    """Forget a phone number unless a patient still has it, or somebody of an organization.

    A STOP is kept, as the keyed index alone. Flushes.
    """
    numbers, inbound, phones = _table(PhoneNumber), _table(InboundMessage), _table(PatientPhone)
    if session.scalar(select(exists().where(phones.c.phone_number_id == number_id))):
        return
    strangers = and_(inbound.c.phone_number_id == number_id, inbound.c.patient_id.is_(None))
    forget_texts(session, strangers)
    session.execute(delete(inbound).where(strangers))
    if session.scalar(select(exists().where(_table(StaffPhone).c.phone_number_id == number_id))):
        return
    session.execute(delete(_table(StaffText)).where(_table(StaffText).c.phone_number_id == number_id))
    this = numbers.c.id == number_id
    if session.scalar(select(numbers.c.opted_out_at).where(this)) is not None:
        session.execute(update(numbers).where(this).values(number_sealed=None))
        return
    events = _table(OptOutEvent)
    session.execute(delete(events).where(events.c.phone_number_id == number_id))
    if session.scalar(select(exists().where(inbound.c.phone_number_id == number_id))):
        blank = {"number_sealed": None, "number_index": os.urandom(_INDEX_BYTES), "unusable_at": None}
        session.execute(update(numbers).where(this, numbers.c.number_sealed.is_not(None)).values(blank))
    else:
        session.execute(delete(numbers).where(this))


def _numbers_of(session: ScopedSession, patient_id: UUID) -> set[UUID]:
    found: set[UUID] = set()
    for table in (_table(PatientPhone), _table(InboundMessage), _table(Message)):
        number = table.c.phone_number_id
        rows = select(number).where(table.c.patient_id == patient_id, number.is_not(None)).distinct()
        found.update(session.scalars(rows.order_by(number)))
    return found


def _scrub_messages(session: ScopedSession, patient_id: UUID) -> None:
    """Cut what leads from our messages to the copies that a provider may still hold."""
    messages, attempts, reports = _table(Message), _table(MessageAttempt), _table(ProviderEvent)
    own = select(messages.c.id).where(messages.c.patient_id == patient_id)
    session.execute(update(attempts).where(attempts.c.message_id.in_(own)).values(provider_id=None))
    session.execute(delete(reports).where(reports.c.message_id.in_(own)))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - mapped classes of ours have tables
    return table
