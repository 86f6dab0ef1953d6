"""Scopes: whose rows a session may see and write, enforced below the views. No scope, no rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Join, Table, and_, event, false, inspect, or_, text, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import NullType
from sqlalchemy.util import LRUCache

from resources_directory.db import Base


class ScopeKind(StrEnum):
    """What opened the session."""

    MEMBERSHIP = "membership"
    LINK = "link"
    JOB = "job"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Scope:
    """Whose rows: those of `clinic_ids`, those shared with `receiver_ids`, those of one referral; a job sees all.

    `patient_id`: of the clinics' rows, only those about this patient (a patient's own page).
    `barred`: patients of the clinics who do not want whoever acts to see them: none of their rows.
    `label` names the actor in the audit: "membership", "link" or the job's name.
    """

    kind: ScopeKind
    label: str
    clinic_ids: frozenset[UUID] = frozenset()
    receiver_ids: frozenset[UUID] = frozenset()
    referral_id: UUID | None = None
    patient_id: UUID | None = None
    barred: frozenset[UUID] = frozenset()
    person_id: UUID | None = None
    membership_id: UUID | None = None


NOBODY = Scope(ScopeKind.NOBODY, "nobody")


def job_scope(name: str) -> Scope:
    """Return the scope of a named job, which sees every row."""
    return Scope(ScopeKind.JOB, name)


class ForeignWrite(Exception):
    """A row of another tenant was about to be written; nothing was."""


class UnscopedJoin(Exception):
    """A statement joins an alias of an owned class, whose rows the scope could not judge; nothing was asked."""


class ClinicOwned:
    """A row that belongs to one clinic (member). Mixin for every table about patients."""

    #: The member that owns the row.
    clinic_id: Mapped[UUID] = mapped_column(index=True)


class Shared(ClinicOwned):
    """A clinic's row that one receiving member may see too. Mixin for the referral and what hangs on it."""

    #: The column that names the referral, for the scope of a link.
    referral_column: ClassVar[str] = "referral_id"

    #: The community organization (member) that the row is shared with; none until it is sent.
    receiver_id: Mapped[UUID | None] = mapped_column(index=True)


#: Tells PostgreSQL, whose row-level security (kit/row_security.py) is the second wall, until the transaction ends.
_TELL = text(
    "SELECT set_config('needsrx.sees', :sees, true), set_config('needsrx.clinics', :clinics, true),"
    " set_config('needsrx.receivers', :receivers, true), set_config('needsrx.referral', :referral, true)"
)

#: The same for jobs: where all is seen, it does not matter what the other settings say.
_TELL_ALL = "SET LOCAL needsrx.sees = 'all'"


class ScopedSession(Session):
    """A session that carries a Scope in `info["scope"]` and obeys it in every ORM statement."""

    @property
    def scope(self) -> Scope:
        """The scope this session was opened with; NOBODY when none was given."""
        scope = self.info.get("scope", NOBODY)
        assert isinstance(scope, Scope)  # noqa: S101 - info is untyped
        return scope

    def take_scope(self, scope: Scope) -> None:
        """Go on under another scope: a link that was opened, a person who just signed in."""
        self.info["scope"] = scope
        connection = self.info.get("told")
        if connection is not None and self.in_transaction():
            _tell(connection, scope)

    @contextmanager
    def widened(self, reason: str) -> Iterator[None]:
        """See all rows inside this block, for the product's own effects of what somebody did. `reason` is audited.

        What waits to be written is judged by the narrow scope before. Rows first seen inside are let go afterwards,
        so that nothing under the narrow scope finds them, or reads them unaudited.
        """
        narrow = self.scope
        self.flush()
        known = set(self.identity_map.keys())
        self.take_scope(replace(narrow, kind=ScopeKind.JOB, label=reason))
        try:
            yield
            self.flush()
        finally:
            self.take_scope(narrow)
            if narrow.kind is not ScopeKind.JOB:
                self._let_go_of_others(known)

    def _let_go_of_others(self, known: set[Any]) -> None:
        for row in list(self.identity_map.values()):
            if isinstance(row, ClinicOwned) and inspect(row).key not in known and row not in self.dirty:
                self.expunge(row)


def _tell(connection: Connection, scope: Scope) -> None:
    """Let the database know whose rows may be seen. One that has failed already shows none until it is rolled back."""
    if connection.dialect.name != "postgresql" or _has_failed(connection):
        return
    if scope.kind is ScopeKind.JOB:
        connection.exec_driver_sql(_TELL_ALL)
        return
    facts = {
        "sees": "some",
        "clinics": ",".join(str(each) for each in sorted(scope.clinic_ids)),
        "receivers": ",".join(str(each) for each in sorted(scope.receiver_ids)),
        "referral": str(scope.referral_id or ""),
    }
    connection.execute(_TELL, facts)


def _has_failed(connection: Connection) -> bool:
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.info.transaction_status.name == "INERROR")


@event.listens_for(ScopedSession, "after_begin")
def _tell_at_begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not isinstance(session, ScopedSession) or transaction.nested:
        return
    session.info["told"] = connection
    if session.scope.kind is not ScopeKind.NOBODY:  # who is told nothing sees nothing
        _tell(connection, session.scope)


@event.listens_for(ScopedSession, "after_transaction_end")
def _forget_connection(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("told", None)


#: What `_owned_in` found, by the shape of the statement.
_owned_by_shape: LRUCache[Any, frozenset[Any]] = LRUCache(2048)


def _owned_classes() -> dict[str, Any]:
    """Return each class whose rows belong to a clinic, by the name of its table."""
    owned: Iterator[Any] = (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, ClinicOwned))
    return {cls.__table__.name: cls for cls in owned}


def _owned_in(statement: Any) -> frozenset[Any]:
    """Return the owned classes that a statement names anywhere: entities, columns, joins, subqueries, CTEs, targets.

    Statements of one shape share the answer. No class has a relationship (a test holds it), so nothing else is loaded.
    """
    shape = statement._generate_cache_key()  # what SQLAlchemy itself knows compiled statements by
    if shape is None:
        return frozenset(_owned_classes().values())
    if shape.key not in _owned_by_shape:
        _owned_by_shape[shape.key] = frozenset(_named_in(statement))
    return _owned_by_shape[shape.key]


def _named_in(statement: Any) -> Iterator[Any]:
    """Raises UnscopedJoin where an alias of an owned class is joined: SQLAlchemy judges it by the rows of the class."""
    classes = _owned_classes()
    for element in visitors.iterate(statement):
        joins = [each[0] for each in getattr(element, "_setup_joins", ())]
        for joined in (*joins, element.right) if isinstance(element, Join) else joins:
            entity = getattr(joined, "_annotations", {}).get("parententity")
            if entity is not None and entity.is_aliased_class and issubclass(entity.class_, ClinicOwned):
                raise UnscopedJoin(f"{entity.class_.__name__}: ask for it by EXISTS or in a subquery")
        for part in (element, getattr(element, "table", None)):
            if isinstance(part, Table) and part.name in classes:
                yield classes[part.name]


class likely(GenericFunction[Any]):  # noqa: N801 - the name of SQLite's own function
    """Tells SQLite that nearly every row passes, so that it looks rows up by what the statement itself asks for.

    Without it each statement about one patient could read all rows of the clinic: https://sqlite.org/lang_corefunc.html
    """

    type = NullType()  # a Boolean would be compared with 1, and no index would be used at all
    inherit_cache = True


@compiles(likely, "postgresql")
def _passes(element: likely, compiler: Any, **options: Any) -> str:
    """PostgreSQL counts its rows itself."""
    return str(compiler.process(element.clauses, **options))


def _visible(cls: Any, scope: Scope) -> ColumnElement[bool]:
    seen: list[ColumnElement[bool]] = []
    if scope.clinic_ids:
        seen.append(and_(likely(cls.clinic_id.in_(sorted(scope.clinic_ids))), _about(cls, scope)))
    if issubclass(cls, Shared):
        if scope.receiver_ids:
            seen.append(cls.receiver_id.in_(sorted(scope.receiver_ids)))
        if scope.referral_id is not None:
            seen.append(getattr(cls, cls.referral_column) == scope.referral_id)
    return or_(*seen) if seen else false()


def _about(cls: Any, scope: Scope) -> ColumnElement[bool]:
    if scope.patient_id is None and not scope.barred:
        return true()
    column = _patient_column(cls)
    if column is None:
        return true() if scope.patient_id is None else false()
    if scope.patient_id is not None:
        return and_(column == scope.patient_id, column.not_in(sorted(scope.barred)))
    return or_(column.is_(None), column.not_in(sorted(scope.barred)))


def _patient_column(cls: Any) -> Any:
    if "patient_id" in cls.__table__.c:
        return cls.patient_id
    return cls.id if hasattr(cls, "patient_id") else None  # a patient's row is about themselves


@lru_cache(maxsize=4096)
def _criterion(cls: Any, scope: Scope) -> Any:
    return with_loader_criteria(cls, _visible(cls, scope), include_aliases=True, propagate_to_loaders=True)


@event.listens_for(ScopedSession, "do_orm_execute")
def _filter_rows(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, ScopedSession) or session.scope.kind is ScopeKind.JOB:
        return
    if state.is_insert and any(issubclass(mapper.class_, ClinicOwned) for mapper in state.all_mappers):
        raise ForeignWrite("rows of clinics are added one by one, so that their owner is checked")
    if state.is_select or state.is_update or state.is_delete:
        owned = _owned_in(state.statement)
        state.statement = state.statement.options(*(_criterion(cls, session.scope) for cls in owned))


@event.listens_for(ScopedSession, "before_flush")
def _refuse_foreign_rows(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if not isinstance(session, ScopedSession) or session.scope.kind is ScopeKind.JOB:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, ClinicOwned) and not _may_write(row, session.scope):
            raise ForeignWrite(type(row).__name__)


def _may_write(row: ClinicOwned, scope: Scope) -> bool:
    if row.clinic_id in scope.clinic_ids:
        return scope.patient_id in (None, getattr(row, "patient_id", None))
    if not isinstance(row, Shared):
        return False
    if row.receiver_id is not None and row.receiver_id in scope.receiver_ids:
        return True
    return scope.referral_id is not None and getattr(row, row.referral_column) == scope.referral_id
