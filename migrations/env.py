"""Runs migrations on the application's own engine, one transaction for each."""

import sqlalchemy as sa
from alembic import context

from referral.tables import metadata
from resources_directory.db import UtcDateTime
from resources_directory.text_index import INDEX_NAMES_BEGIN


def include_object(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Leave out what the text index makes for itself."""
    made_by_index = (name or "").startswith(("service_text", INDEX_NAMES_BEGIN))
    return not (kind in ("table", "index") and reflected and compare_to is None and made_by_index)


def render_item(kind: str, thing: object, autogen_context: object) -> str | bool:
    """Write our own column types as plain ones: a migration imports no model."""
    if kind != "type":
        return False
    if isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '4s'")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=include_object,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
