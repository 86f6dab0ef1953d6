"""Makes many of everything in a world: copies of its rows, so that every list grows and each copy fits the rest.

A copy has an id of its own and points to the copies of what was copied with it. What a unique rule forbids to be there
twice gets another text, number or day, or is over; a row that cannot be there twice at all is not copied.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.scope import ScopedSession, job_scope
from referral.patients.models import PatientPhone
from referral.tables import metadata
from resources_directory.db import Base, new_id
from resources_directory.models.location import Location
from resources_directory.models.service import Service, ServiceNeed
from resources_directory.text_index import reindex
from tests.access.filling import made_row, owned_classes, sealed_names
from tests.access.world import World
from tests.factories import Town

#: Copies of all that one patient has, and of whole patients and of everything else.
OF_ONE, OF_ALL = 2, 12

#: What a person has; people with all that; what a member has.
OF_A_PERSON = frozenset({"second_factor", "login_session", "recovery_code"})
PEOPLE = OF_A_PERSON | {"person", "membership", "identity"}
OF_A_MEMBER = frozenset({"closed_day", "absence", "break_glass", "legal_demand", "legal_demand_step", "invitation"})
#: What the directory knows of a service; an organization with more services; more organizations.
OF_A_SERVICE = frozenset(
    {
        "accessibility", "address", "capacity_word", "contact", "cost_option", "funding", "language", "phone",
        "required_document", "schedule", "service_area", "field_declaration", "url",
    }
)  # fmt: skip
SERVICES = OF_A_SERVICE | {"favourite_service", "location", "service", "service_at_location", "service_need"}
ORGANIZATIONS = SERVICES | {"organization"}
#: What stands alone.
ALONE = frozenset({"audit_event", "instrument", "clock_policy", "member"})

#: Ids that name no row: of one filling of a form, of one request.
FREE_IDS = frozenset({"filling_id", "request_id"})


@dataclass
class Copier:
    """Copies the rows of some tables together, again and again. `refused`: what cannot be there twice."""

    session: Session
    rows: list[Any]
    refused: set[Any] = field(default_factory=set)

    def copy(self, number: int) -> None:
        """Add one copy of each row; the first time each on its own, to learn what is refused."""
        ids: dict[UUID, UUID] = {}
        for _table, rows in groupby(self.rows, key=type):
            for row in rows:
                made = None if row in self.refused else _copy_of(row, ids, number)
                if made is None or (number == 0 and not self._fits(made)):
                    self.refused.add(row)
                    continue
                self.session.add(made)
                if hasattr(row, "id"):
                    ids[row.id] = made.id
            self.session.flush()

    def _fits(self, made: Any) -> bool:
        try:
            with self.session.begin_nested():
                self.session.add(made)
        except IntegrityError:
            return False
        return True


def furnish(world: World) -> None:
    """Let the directory know one thing of each kind of the first tenant's service, and one more person their phones."""
    with world.app.test_request_context(), world.database.writing(job_scope("tests")) as session:
        service = session.get_one(Service, world.own.service_id)
        location = session.scalars(select(Location).order_by(Location.id).limit(1)).one()
        facts = {"service_id": service.id, "location_id": location.id, "organization_id": service.organization_id}
        facts |= {"member": world.own.organization_id, "person": world.own.people["organization_staff"]}
        for cls in (each for each in _classes().values() if each.__tablename__ in OF_A_SERVICE):
            session.add(made_row(session, cls, {"clinic_id": world.own.clinic_id, **facts}))
        session.add(ServiceNeed(service_id=service.id, need="food", origin="stated"))
        session.flush()
        _share_phones(session, world)
        reindex(session, list(session.scalars(select(Service.id))))


def _share_phones(session: ScopedSession, world: World) -> None:
    """Let one more patient of the first clinic have the phones of its patient: pages name whoever has them too."""
    other = Town(session).patient(session.get_one(Member, world.own.clinic_id))
    theirs = select(PatientPhone.phone_number_id).where(PatientPhone.patient_id == world.own.rows["patient", ""])
    for number_id in session.scalars(theirs.order_by(PatientPhone.id)).all():
        facts = {"clinic_id": world.own.clinic_id, "patient_id": other.id, "created_at": clock.now()}
        session.add(PatientPhone(phone_number_id=number_id, **facts))
    session.flush()


def crowd(world: World) -> None:
    """Copy the rows of both tenants and of what all share."""
    with world.app.test_request_context(), world.database.writing(job_scope("tests")) as session:
        copiers = [(Copier(session, _rows(session, tables)), copies) for tables, copies in _crowds()]
        for copier, copies in copiers:
            for number in range(copies):
                copier.copy(number)
        reindex(session, list(session.scalars(select(Service.id))))


def _crowds() -> Iterator[tuple[frozenset[str], int]]:
    """Give (tables whose rows are copied together, how often)."""
    of_patients = frozenset(cls.__tablename__ for cls in owned_classes() if "patient_id" in cls.__table__.c)
    yield of_patients, OF_ONE
    yield of_patients | {"patient"}, OF_ALL
    yield from ((each, OF_ALL) for each in (OF_A_PERSON, PEOPLE, OF_A_MEMBER, OF_A_SERVICE, SERVICES, ORGANIZATIONS))
    yield from ((frozenset({each}), OF_ALL) for each in sorted(ALONE))


def _rows(session: Session, tables: Iterable[str]) -> list[Any]:
    """Return all rows of the tables, those that others point to first."""
    classes, found = _classes(), list[Any]()
    for name in (table.name for table in metadata.sorted_tables if table.name in tables):
        found += session.scalars(select(classes[name]).order_by(*classes[name].__table__.primary_key))
    return found


def _classes() -> dict[str, Any]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def _copy_of(row: Any, ids: dict[UUID, UUID], number: int) -> Any | None:
    """Return a copy that is not added yet, or None where nothing of it may differ."""
    cls, hidden = type(row), dict(sealed_names(type(row)))
    values = {}
    for column in row.__table__.columns:
        key = inspect(cls).get_property_by_column(column).key
        value = getattr(row, key)
        values[key] = ids.get(value, value) if isinstance(value, UUID) else value
    values |= {key: None for key in values if key.endswith("_sealed")}
    if "id" in values:
        values["id"] = new_id()
    for rule in _rules(row):
        if not _told_apart(row, values, rule, number):
            return None
    made = cls(**values)
    for name in hidden:
        value = getattr(row, name)
        if value:
            setattr(made, name, value)
    return made


def _rules(row: Any) -> Iterator[tuple[list[Column[Any]], str]]:
    """Give (columns, condition) of each unique rule that binds the row."""
    yield list(row.__table__.primary_key), ""
    for rule in row.__table__.constraints:
        if isinstance(rule, UniqueConstraint):
            yield list(rule.columns), ""
    for index in row.__table__.indexes:
        if isinstance(index, Index) and index.unique:
            rule = index.dialect_options["sqlite"].get("where")
            where = "" if rule is None else str(rule.compile(compile_kwargs={"literal_binds": True}))
            if _binds(row, where):
                yield list(index.columns), where


def _binds(row: Any, where: str) -> bool:
    over = any(getattr(row, name) is not None for name in re.findall(r"(\w+) IS NULL", where))
    other = any(f"'{getattr(row, name)}'" not in where for name in re.findall(r"(\w+) (?:IN|=)", where))
    return not over and not other


def _told_apart(row: Any, values: dict[str, Any], rule: tuple[list[Column[Any]], str], number: int) -> bool:
    """Let the copy differ from the row as the rule wants; False where it cannot."""
    columns, where = rule
    if any(values[column.name] is None or values[column.name] != getattr(row, column.name) for column in columns):
        return True
    for column in columns:
        other = None if column.foreign_keys else _another(column.name, values[column.name], number)
        if other is not None:
            values[column.name] = other
            return True
    ends = dict.fromkeys(re.findall(r"(\w+_at) IS NULL", where), clock.now())
    values |= ends or {column.name: None for column in columns if column.nullable}
    return bool(ends) or any(column.nullable for column in columns)


def _another(name: str, value: Any, number: int) -> Any:
    if isinstance(value, str) and name not in ("kind", "state", "role", "item", "status"):
        return f"{value}-{new_id()}"
    if isinstance(value, bytes):
        return os.urandom(len(value))
    if isinstance(value, date | datetime):
        return value + timedelta(days=number + 1)
    if isinstance(value, int):
        return value + 1000 + number
    return new_id() if name in FREE_IDS else None
