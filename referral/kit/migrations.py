"""Alembic driven from our own command line: `flask db upgrade` and its companions. No alembic.ini."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask.cli import with_appcontext
from sqlalchemy import make_url

from referral.kit.command_line import needs_database
from referral.kit.row_security import let_work
from referral.kit.transaction import current_settings, database
from resources_directory.db import engine_for

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def alembic_config() -> Config:
    """Return Alembic's settings for the running application's database."""
    settings = current_settings()
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    owner = settings.migration_database_url
    config.attributes["engine"] = engine_for(owner) if owner else database().engine
    return config


@needs_database
def upgrade_database(revision: str = "head") -> None:
    """Bring the database to `revision`, the newest if none is named, and let the product's role work there.

    Raises DatabaseAway.
    """
    config = alembic_config()
    command.upgrade(config, revision)
    settings = current_settings()
    role = make_url(settings.database_url).username
    if settings.migration_database_url and role:
        with config.attributes["engine"].begin() as connection:
            let_work(connection, role)


@click.group("db")
def db_commands() -> None:
    """Create and change the database's schema."""


@db_commands.command("upgrade")
@click.argument("revision", default="head")
@with_appcontext
def upgrade(revision: str) -> None:
    """Bring the database to REVISION (the newest)."""
    upgrade_database(revision)


@db_commands.command("downgrade")
@click.argument("revision")
@with_appcontext
@needs_database
def downgrade(revision: str) -> None:
    """Take the database back to REVISION."""
    command.downgrade(alembic_config(), revision)


@db_commands.command("current")
@with_appcontext
@needs_database
def current() -> None:
    """Print the revision that the database is at."""
    command.current(alembic_config())


@db_commands.command("revision")
@click.option("-m", "--message", required=True)
@with_appcontext
@needs_database
def revision(message: str) -> None:
    """Write a new migration from the difference between models and database."""
    command.revision(alembic_config(), message, autogenerate=True)
