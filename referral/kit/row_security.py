"""PostgreSQL's row-level security: the second wall below the scopes, and what the product's own role may do.

The first wall is kit/scope.py, on both databases. This one is asked by the database itself, also for statements that no
loader criteria reach: a session without a scope, or with a foreign one, gets no row and writes none. It binds every
role but the tables' owner, who migrates; so the product runs as a role of its own (docs/deploying.md).
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, MetaData, event, text

from referral.kit.scope import ClinicOwned, Shared
from resources_directory.db import Base

#: Tables in which rows are only ever added, with the column that names the clinic whose people may read them.
AUDIT_TABLES = (("audit_event", "clinic_id"), ("audit_seal", "chain"))
APPEND_ONLY = tuple(table for table, _column in AUDIT_TABLES)

_ALL = "(SELECT current_setting('needsrx.sees', true)) = 'all'"


def _among(column: str, setting: str) -> str:
    listed = f"SELECT string_to_array(current_setting('needsrx.{setting}', true), ',')::uuid[]"
    return f"{column} = ANY (({listed})::uuid[])"


def _statements(table: str, *visible: str) -> list[str]:
    rule = " OR ".join((_ALL, *visible))
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY scope ON {table} USING ({rule}) WITH CHECK ({rule})",
    ]


def owned_statements(table: str, referral_column: str | None = None) -> list[str]:
    """Return the statements that guard a table with `clinic_id`; a shared one if `referral_column` is named."""
    visible = [_among("clinic_id", "clinics")]
    if referral_column is not None:
        visible.append(_among("receiver_id", "receivers"))
        visible.append(f"{referral_column} = (SELECT nullif(current_setting('needsrx.referral', true), '')::uuid)")
    return _statements(table, *visible)


def audit_statements(table: str, column: str) -> list[str]:
    """Return the statements that let everybody add to an audit table, and read their clinic's rows only."""
    visible = f"{_ALL} OR {_among(column, 'clinics')}"
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY scope ON {table} FOR SELECT USING ({visible})",
        f"CREATE POLICY adding ON {table} FOR INSERT WITH CHECK (true)",
    ]


def unguard_statements(table: str) -> list[str]:
    """Return the statements that take the guard from a table."""
    return [
        f"DROP POLICY IF EXISTS scope ON {table}",
        f"DROP POLICY IF EXISTS adding ON {table}",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]


def owned_tables() -> list[tuple[str, str | None]]:
    """Return (table, column that names the referral where a receiver shares it) of all that belongs to clinics."""
    found = []
    for mapper in Base.registry.mappers:
        cls: Any = mapper.class_
        if issubclass(cls, ClinicOwned):
            shared = cls.__table__.c[cls.referral_column].name if issubclass(cls, Shared) else None
            found.append((cls.__tablename__, shared))
    return sorted(found)


def guard(connection: Connection, statements: Iterable[str]) -> None:
    """Run the statements on PostgreSQL; SQLite has no row-level security."""
    if connection.dialect.name == "postgresql":
        for statement in statements:
            connection.execute(text(statement))


def let_work(connection: Connection, role: str) -> None:
    """Give `role` what the product needs: rows of every table, no schema, and nothing but adding to the audit.

    Run as the tables' owner after every migration. Source of the rule: ASVS 5.0, 13.2.2.
    """
    quoted = connection.dialect.identifier_preparer.quote(role)
    allowed = [
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
    ]
    tables = set(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
    for table in sorted(tables & {*APPEND_ONLY, "alembic_version"}):
        kept = "INSERT, UPDATE, DELETE" if table == "alembic_version" else "UPDATE, DELETE"
        allowed.append(f"REVOKE {kept} ON {table} FROM {quoted}")
    guard(connection, allowed)


@event.listens_for(Base.metadata, "after_create")
def _guard_new_tables(metadata: MetaData, connection: Connection, **options: Any) -> None:
    if len(options.get("tables") or ()) == len(metadata.tables):  # one table alone is a test's own business
        for table, referral_column in owned_tables():
            guard(connection, owned_statements(table, referral_column))
        for table, column in AUDIT_TABLES:
            guard(connection, audit_statements(table, column))
