"""The demo's database: whether it may be used, starting over, and whether it still opens with our keys."""

from enum import StrEnum
from pathlib import Path

import click
from sqlalchemy import Engine, inspect, make_url, select, text
from sqlalchemy.orm import Session

from referral.accounts.models import Member
from referral.kit.crypto import DataKey, SealBroken, vault_of
from referral.kit.installation import Installation
from referral.tables import metadata
from resources_directory.db import engine_for


class Ground(StrEnum):
    """What a database holds before the demo touches it."""

    EMPTY = "empty"
    DEMO = "demo"
    #: Rows that no demo made: it is never touched.
    OTHER = "other"


class NoDemoHere(click.ClickException):
    """The database holds rows and is not marked as a demo: nothing was changed."""

    def __init__(self, url: str) -> None:
        """Name the database, without its password."""
        shown = make_url(url).render_as_string(hide_password=True)
        super().__init__(
            f"The database {shown} holds data and is not a demo. Nothing was changed. "
            "Unset DATABASE_URL to use the demo's own database, or name an empty one."
        )


class OtherKeys(click.ClickException):
    """The rows were sealed with another master key."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "This demo was made with another MASTER_KEY and cannot be read. Bring that key back, or start over: "
            "make demo RESET=1"
        )


def ground_of(engine: Engine) -> Ground:
    """Return what the database holds. Reads only."""
    there = set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        if Installation.__tablename__ in there and connection.scalar(select(Installation.demo).limit(1)):
            return Ground.DEMO
        filled = (table for table in metadata.sorted_tables if table.name in there)
        if any(connection.scalar(select(text("1")).select_from(table).limit(1)) for table in filled):
            return Ground.OTHER
    return Ground.EMPTY


def clear_ground(url: str, *, reset: bool) -> None:
    """Make sure that the demo may use the database; with `reset`, empty it. Raises NoDemoHere."""
    engine = engine_for(url)
    try:
        ground = ground_of(engine)
        if ground is Ground.OTHER:
            raise NoDemoHere(url)
        if reset and ground is Ground.DEMO:
            _start_over(engine)
    finally:
        engine.dispose()


def is_seeded(session: Session) -> bool:
    """Return True once the invented people live here."""
    return session.scalar(select(Member.id).order_by(Member.id).limit(1)) is not None


def check_keys(session: Session) -> None:
    """Raise OtherKeys when what is stored was sealed with another master key."""
    stored = session.scalars(select(DataKey).order_by(DataKey.owner_id).limit(1)).first()
    try:
        if stored is not None:
            vault_of(session).unwrap(stored.owner_id, stored.wrapped)
    except SealBroken as error:
        raise OtherKeys from error


def _start_over(engine: Engine) -> None:
    if engine.dialect.name == "sqlite" and engine.url.database:
        engine.dispose()
        for ending in ("", "-wal", "-shm"):
            Path(engine.url.database + ending).unlink(missing_ok=True)
        return
    quote = engine.dialect.identifier_preparer.quote
    names = [quote(name) for name in inspect(engine).get_table_names()]
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {', '.join(names)} CASCADE")
