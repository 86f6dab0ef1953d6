"""The two walls below the views, asked directly: scopes on both databases, row-level security on PostgreSQL.

Each yields what is wrong, table by table. A view's own filter may hide that a wall is missing; here nothing does.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, create_engine, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm.attributes import flag_modified

from referral.kit.scope import NOBODY, ForeignWrite, Scope, ScopedSession, ScopeKind, Shared
from referral.patients.record_models import NeverRewritten
from tests.access.filling import owned_classes
from tests.access.world import World

Finding = Iterator[str]


def scopes_without(world: World) -> dict[str, Scope]:
    """Return scopes under which no row of the own clinic may be seen, by name."""
    foreign = world.foreign
    member = ScopeKind.MEMBERSHIP
    return {
        "nobody": NOBODY,
        "another clinic": Scope(member, "membership", clinic_ids=frozenset({foreign.clinic_id})),
        "another organization": Scope(member, "membership", receiver_ids=frozenset({foreign.organization_id})),
        "another link": Scope(ScopeKind.LINK, "link", referral_id=foreign.rows["referral", "sent"]),
    }


def scopes_within(world: World) -> dict[str, Scope]:
    """Return scopes that see rows of the own clinic: all of them, those shared, those of one referral."""
    own, member = world.own, ScopeKind.MEMBERSHIP
    return {
        "own clinic": Scope(member, "membership", clinic_ids=frozenset({own.clinic_id})),
        "own organization": Scope(member, "membership", receiver_ids=frozenset({own.organization_id})),
        "own link": Scope(ScopeKind.LINK, "link", referral_id=own.rows["referral", "sent"]),
    }


def scope_faults(world: World) -> Finding:
    """Name each table whose rows are seen, changed, deleted or added under a scope that is not theirs."""
    for name, scope in scopes_without(world).items():
        for cls in owned_classes():
            row_id = _row_of(world, cls)
            with world.database.reading(scope) as session:
                if session.scalars(select(cls.id).where(cls.clinic_id == world.own.clinic_id)).all():
                    yield f"{cls.__tablename__} is listed to {name}"
                if session.get(cls, row_id) is not None:
                    yield f"{cls.__tablename__} is opened by key to {name}"
            yield from _statement_faults(world, cls, name, scope)
            yield from _write_faults(world, cls, name, scope)
    for name, scope in scopes_within(world).items():
        yield from _too_much(world, name, scope)
    yield from _other_patients(world)


def _other_patients(world: World) -> Finding:
    """Name each table of which the scope of one patient sees or changes rows of another at the same clinic."""
    mine, clinic = world.own.rows["patient", "second"], frozenset({world.own.clinic_id})
    scope = Scope(ScopeKind.LINK, "one patient", clinic_ids=clinic, patient_id=mine)
    for cls in (each for each in owned_classes() if "patient_id" in each.__table__.c):
        theirs = cls.patient_id != mine, cls.clinic_id == world.own.clinic_id
        with world.database.reading(scope) as session:
            if session.scalars(select(cls.id).where(*theirs)).all():
                yield f"{cls.__tablename__} of another patient is seen by one patient"
        session = world.database.open(Scope(ScopeKind.JOB, "tests"))
        try:
            row = session.scalars(select(cls).where(*theirs).limit(1)).first()
            session.take_scope(scope)
            if row is not None:
                _touch(session, row)
                session.flush()
                yield f"{cls.__tablename__} of another patient is changed by one patient"
        except (ForeignWrite, NeverRewritten):
            pass
        finally:
            session.rollback()
            session.close()


def _row_of(world: World, cls: Any) -> UUID:
    with world.database.job("tests") as session:
        return session.scalars(select(cls.id).where(cls.clinic_id == world.own.clinic_id).limit(1)).one()


def _statement_faults(world: World, cls: Any, name: str, scope: Scope) -> Finding:
    for verb, change in (
        ("changed", update(cls).values(clinic_id=cls.clinic_id)),
        ("deleted", delete(cls)),
    ):
        session = world.database.open(scope)
        try:
            found = session.execute(change.where(cls.clinic_id == world.own.clinic_id).returning(cls.id)).all()
            if found:
                yield f"{cls.__tablename__} is {verb} by {name}"
        except SQLAlchemyError:
            pass  # refused by the table itself: it may only grow
        finally:
            session.rollback()
            session.close()


def _write_faults(world: World, cls: Any, name: str, scope: Scope) -> Finding:
    """Adding one by one and in bulk, changing and deleting a row that was loaded before."""
    ways: dict[str, Callable[[ScopedSession, Any], object]] = {
        "added": lambda session, _row: session.add(_bare(cls, world)),
        "added in bulk": lambda session, _row: session.execute(insert(cls), [{"clinic_id": world.own.clinic_id}]),
        "changed when loaded": _touch,
        "deleted when loaded": lambda session, row: session.delete(row),
    }
    for verb, write in ways.items():
        session = world.database.open(scope)
        try:
            row = _loaded(session, cls, world)
            write(session, row)
            session.flush()
            yield f"{cls.__tablename__} is {verb} by {name}"
        except ForeignWrite:
            pass
        except Exception as other:
            yield f"{cls.__tablename__} is {verb} by {name} ({type(other).__name__})"
        finally:
            session.rollback()
            session.close()


def _loaded(session: ScopedSession, cls: Any, world: World) -> Any:
    """Return a row of the own clinic in a session whose scope does not reach it."""
    narrow = session.scope
    with session.no_autoflush:
        session.take_scope(Scope(ScopeKind.JOB, "tests"))
        row = session.scalars(select(cls).where(cls.clinic_id == world.own.clinic_id).limit(1)).one()
        session.take_scope(narrow)
    return row


def _bare(cls: Any, world: World) -> Any:
    row = cls(clinic_id=world.own.clinic_id)
    if issubclass(cls, Shared) and cls.referral_column != "id":
        setattr(row, cls.referral_column, world.own.rows["referral", "sent"])
    return row


def _touch(_session: ScopedSession, row: Any) -> None:
    flag_modified(row, "clinic_id")


def _too_much(world: World, name: str, scope: Scope) -> Finding:
    for cls in owned_classes():
        with world.database.reading(scope) as session:
            foreign = session.scalars(select(cls.id).where(cls.clinic_id == world.foreign.clinic_id)).all()
            own = session.scalars(select(cls).where(cls.clinic_id == world.own.clinic_id)).all()
            others = [row for row in own if _referral_of(row) != scope.referral_id]
        if foreign:
            yield f"{cls.__tablename__} of the other clinic is seen by {name}"
        if name == "own clinic" and not own:
            yield f"{cls.__tablename__} is not seen by its own clinic"
        if name == "own link" and others:
            yield f"{cls.__tablename__} of other referrals is seen by {name}"
        if name != "own clinic" and own and not issubclass(cls, Shared):
            yield f"{cls.__tablename__} is seen by {name}, which it is not shared with"


def _referral_of(row: Any) -> object:
    return getattr(row, row.referral_column, None) if isinstance(row, Shared) else None


def guarded_tables(world: World) -> list[str]:
    """Return the tables that row-level security guards."""
    return [*(str(cls.__tablename__) for cls in owned_classes()), "audit_event"]


def row_security_faults(world: World, tables: list[str] | None = None) -> Finding:
    """Name each table of which PostgreSQL itself shows or takes a row under a scope that is not its own.

    Asked with plain statements as the product's own role: no loader criteria is near.
    """
    engine = create_engine(world.database.engine.url)
    foreign = world.foreign
    told = {
        "nobody": {},
        "another clinic": {"clinics": str(foreign.clinic_id)},
        "another organization": {"receivers": str(foreign.organization_id)},
        "another link": {"referral": str(foreign.rows["referral", "sent"])},
    }
    for table in tables or guarded_tables(world):
        for name, settings in told.items():
            with engine.connect() as connection:
                yield from (f"{table} {fault} {name}" for fault in _table_faults(connection, world, table, settings))
    engine.dispose()


def _table_faults(connection: Connection, world: World, table: str, settings: dict[str, str]) -> Finding:
    for setting, value in settings.items():
        connection.execute(
            text("SELECT set_config(:name, :value, true)"), {"name": f"needsrx.{setting}", "value": value}
        )
    own = {"own": world.own.clinic_id, "id": uuid4()}
    if connection.execute(text(f"SELECT count(*) FROM {table} WHERE clinic_id = :own"), own).scalar():
        yield "is shown to"
    if table == "audit_event":
        return  # everybody may add to it
    try:
        connection.execute(text(f"INSERT INTO {table} (id, clinic_id) VALUES (:id, :own)"), own)
        yield "takes a row from"
    except DBAPIError as error:
        if "row-level security" not in str(error.orig):
            yield f"refuses a row for another reason ({type(error.orig).__name__}) from"
