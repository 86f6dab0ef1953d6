"""Tables in which rows are only ever added: the database itself refuses to change or delete what is there.

Triggers, because they also bind the tables' owner and SQLite, which knows no roles. Whoever may drop a trigger can
still change rows: the chain of seals tells (audit/chain.py).
"""

from typing import Any

from sqlalchemy import Connection, Table, event, text

from referral.kit.row_security import APPEND_ONLY

_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added, never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
#: What tells two rows of a table apart: INSERT OR REPLACE of SQLite deletes without asking the delete trigger.
_SAME_ROW = {
    "audit_event": "id = new.id",
    "audit_seal": "event_id = new.event_id OR (chain = new.chain AND number = new.number)",
}


def create_append_only(connection: Connection, tables: tuple[str, ...] = APPEND_ONLY) -> None:
    """Create the triggers of `tables`, which must be there. For `create_all` and for migrations; may run again."""
    for table in tables:
        drop_append_only(connection, (table,))
        for statement in _create_statements(connection.dialect.name, table):
            connection.execute(text(statement))


def drop_append_only(connection: Connection, tables: tuple[str, ...] = APPEND_ONLY) -> None:
    """Drop what `create_append_only` made. For migrations; whatever changes afterwards breaks the chain."""
    for table in tables:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"))
            continue
        for step in ("update", "delete", "replace"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_append_only_{step}"))
    if tables == APPEND_ONLY and connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION IF EXISTS refuse_change()"))


def keep_append_only(table: Any) -> None:
    """Make the triggers of a model's table whenever the table is created."""
    event.listen(table, "after_create", _after_create)


def _create_statements(dialect: str, table: str) -> list[str]:
    if dialect == "postgresql":
        steps = f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        return [_REFUSE, f"CREATE TRIGGER {table}_append_only {steps}"]
    refuse = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only added, never changed'); END"
    known = f"EXISTS (SELECT 1 FROM {table} WHERE {_SAME_ROW[table]})"  # noqa: S608 - our own names
    return [
        f"CREATE TRIGGER {table}_append_only_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_append_only_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_append_only_replace BEFORE INSERT ON {table} WHEN {known} {refuse}",
    ]


def _after_create(table: Table, connection: Connection, **_options: Any) -> None:
    create_append_only(connection, (table.name,))
