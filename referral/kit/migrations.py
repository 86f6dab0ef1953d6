"""Alembic driven from our own command line: `flask db upgrade` and its companions. No alembic.ini."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask import current_app
from flask.cli import with_appcontext

from referral.kit.command_line import needs_database
from referral.kit.settings import Settings
from referral.kit.transaction import database

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def alembic_config() -> Config:
    """Return Alembic's settings for the running application's database."""
    settings: Settings = current_app.extensions["settings"]
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = settings.database_url
    config.attributes["engine"] = database().engine
    return config


@needs_database
def upgrade_database(revision: str = "head") -> None:
    """Bring the database to `revision`, the newest if none is named. Raises DatabaseAway."""
    command.upgrade(alembic_config(), revision)


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
