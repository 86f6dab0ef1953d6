"""Fills what a world's maker left empty: a row of each clinic in every table, a canary in every free text."""

import json
import os
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    inspect,
    select,
)
from sqlalchemy.orm import Session

from referral.kit import clock
from referral.kit.crypto import sealed, sealed_json
from referral.kit.scope import ClinicOwned
from resources_directory.db import Base, UtcDateTime, new_id
from tests.access.canaries import Aviary, Canary

#: Free columns whose shape matters; every other sealed or open text takes any word.
SHAPES = {
    "patient.zip_code": "zip_code",
    "patient.birth_date_text": "birth_date",
    "patient.death_date_text": "birth_date",
    "phone_number.number": "phone",
}
#: Free columns that hold words of the product.
WORDS_OF_OURS = frozenset({"patient.private_domains_text"})
#: Open texts with words of the product in them: kinds, codes, languages, versions. They tell who chose among few.
CODED = frozenset(
    {
        "actor_kind", "answer", "answer_kind", "channel", "code", "composer", "dedupe_key", "direction", "domain",
        "effect", "email", "endpoint", "error_code", "event", "fact", "format", "from_state", "holder", "in_whose_name",
        "instrument", "instrument_version", "item", "kind", "language", "lease_owner", "method", "mode",
        "next_clock_step", "outcome", "place", "privacy_level", "provider", "provider_id", "purpose", "reading_kind",
        "reading_rule", "reading_value", "reason", "role", "sender", "side", "sms_ok", "source", "spoken_language",
        "state", "status", "subject_kind", "template", "to_state", "type", "urgency", "wants_help", "words",
        "words_language", "words_version", "written_language", "written_by",
        "chosen_by_kind", "clock_policy",
    }
)  # fmt: skip


def owned_classes() -> list[Any]:
    """Return every model of rows that belong to a clinic; what others name comes before them."""
    found = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, ClinicOwned)]
    order = [table.name for table in Base.metadata.sorted_tables]
    return sorted(found, key=lambda cls: order.index(str(cls.__tablename__)))


def sealed_names(cls: Any) -> Iterator[tuple[str, bool]]:
    """Give (attribute, whether it holds facts as JSON) of each sealed column of a model."""
    for base in cls.__mro__:
        for name, value in vars(base).items():
            if isinstance(value, sealed):
                yield name, False
            elif isinstance(value, sealed_json):
                yield name, True


def fill_empty_tables(session: Session, aviary: Aviary, tenant: str, facts: dict[str, Any]) -> dict[str, UUID]:
    """Make a row, full of canaries, in every owned table that has none of this clinic. Return their ids by table.

    `facts`: values by column name (clinic_id, patient_id…), and row ids by table name for foreign keys.
    """
    made = {}
    for cls in owned_classes():
        if session.scalar(select(cls.id).where(cls.clinic_id == facts["clinic_id"]).limit(1)) is None:
            row = made_row(session, cls, facts)
            put_into(aviary, tenant, row, getattr(row, "patient_id", None))
            session.add(row)
            session.flush()
            made[str(cls.__tablename__)] = row.id
    return made


def made_row(session: Session, cls: Any, facts: dict[str, Any]) -> Any:
    """Return a row, not added yet, with what its columns must have and what the facts say."""
    values = {}
    for column in cls.__table__.columns:
        key = inspect(cls).get_property_by_column(column).key
        if key not in ("id", "version"):
            value = _value(session, cls, column, facts)
            if value is not None:
                values[key] = value
    return cls(id=new_id(), **values)


def _value(session: Session, cls: Any, column: Column[Any], facts: dict[str, Any]) -> Any:
    if column.name in facts:
        return facts[column.name]
    if column.nullable or column.default is not None:
        return None
    for key in column.foreign_keys:
        return facts.get(key.column.table.name) or _first(session, key.column.table, facts)
    return _plain(cls, column)


def _first(session: Session, table: Any, facts: dict[str, Any]) -> Any:
    found = select(table.c.id)
    if "clinic_id" in table.c:
        found = found.where(table.c.clinic_id == facts["clinic_id"])
    return session.scalar(found.limit(1))


def _plain(cls: Any, column: Column[Any]) -> Any:
    if isinstance(column.type, Text):
        return _among(cls, column.name) or f"made-{new_id()}"
    if isinstance(column.type, Uuid):
        return new_id()
    if isinstance(column.type, UtcDateTime | DateTime):
        return clock.now()
    if isinstance(column.type, Date):
        return clock.now().date()
    if isinstance(column.type, LargeBinary):
        return os.urandom(16)
    if isinstance(column.type, JSON):
        return []
    return False if isinstance(column.type, Boolean) else 1 if isinstance(column.type, Integer) else None


def _among(cls: Any, name: str) -> str | None:
    """Return the first of the words that a CHECK allows."""
    for rule in cls.__table__.constraints:
        if isinstance(rule, CheckConstraint):
            found = re.match(rf"{name} IN \('([^']*)'", str(rule.sqltext))
            if found:
                return found[1]
    return None


def put_canaries(session: Session, aviary: Aviary, tenant: str, clinic_id: UUID) -> None:
    """Put a canary into every sealed column and every free text of the clinic's rows. Flushes."""
    for cls in owned_classes():
        for row in session.scalars(select(cls).where(cls.clinic_id == clinic_id).order_by(cls.id)):
            if row.id not in aviary.filled:
                put_into(aviary, tenant, row, getattr(row, "patient_id", None))
    session.flush()


def put_into(aviary: Aviary, tenant: str, row: Any, patient_id: UUID | None) -> None:
    """Put a canary into every sealed column and free text of one row. What a patient said is kept apart by its name."""
    table = row.__tablename__ + (" of the patient" if getattr(row, "side", None) == "patient" else "")
    aviary.filled.add(row.id)
    for name, as_json in sealed_names(type(row)):
        where = Canary(tenant, f"{table}.{name}", row.id, patient_id)
        if where.name in WORDS_OF_OURS:
            continue
        if as_json or name == "snapshot":
            _put_facts(aviary, where, row, name)
        else:
            setattr(row, name, getattr(aviary, SHAPES.get(where.name, "word"))(where))
    for column in row.__table__.columns:
        if isinstance(column.type, Text) and column.name not in CODED and _among(type(row), column.name) is None:
            setattr(row, column.name, aviary.word(Canary(tenant, f"{table}.{column.name}", row.id, patient_id)))


def _put_facts(aviary: Aviary, where: Canary, row: Any, name: str) -> None:
    stored = getattr(row, name)
    facts = json.loads(stored or "{}") if isinstance(stored, str | None) else dict(stored)
    for key, value in facts.items():
        at = Canary(where.tenant, f"{where.name}.{key}", where.row_id, where.patient_id)
        if key in ("need", "spoken_language", "timezone_name") or not isinstance(value, str):
            continue
        shape = {"phone": "phone", "zip_code": "zip_code", "birth_date": "birth_date"}.get(key, "word")
        facts[key] = getattr(aviary, shape)(at)
    setattr(row, name, json.dumps(facts) if isinstance(stored, str | None) else facts)
