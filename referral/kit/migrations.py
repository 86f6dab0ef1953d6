"""Alembic driven from our own command line: `flask db upgrade` and its companions. No alembic.ini."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask import current_app
from flask.cli import with_appcontext

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


def upgrade_database() -> None:
    """Bring the database to the newest schema."""
    command.upgrade(alembic_config(), "head")


@click.group("db")
def db_commands() -> None:
    """Create and change the database's schema."""


@db_commands.command("upgrade")
@click.argument("revision", default="head")
@with_appcontext
def upgrade(revision: str) -> None:
    """Bring the database to REVISION (the newest)."""
    command.upgrade(alembic_config(), revision)


@db_commands.command("downgrade")
@click.argument("revision")
@with_appcontext
def downgrade(revision: str) -> None:
    """Take the database back to REVISION."""
    command.downgrade(alembic_config(), revision)


@db_commands.command("current")
@with_appcontext
def current() -> None:
    """Print the revision that the database is at."""
    command.current(alembic_config())


@db_commands.command("revision")
@click.option("-m", "--message", required=True)
@with_appcontext
def revision(message: str) -> None:
    """Write a new migration from the difference between models and database."""
    command.revision(alembic_config(), message, autogenerate=True)
