"""Commands of whole records: erasing again after a restore, rewriting tables, the schedule of retention."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from referral.kit.command_line import needs_database
from referral.kit.scope import job_scope
from referral.kit.transaction import current_settings, database
from referral.records.compacting import compact_postgresql, compact_sqlite
from referral.records.due import mark_compacted
from referral.records.erasure_list import BrokenList, list_file
from referral.records.models import Erasure
from referral.records.replaying import replay
from referral.records.retention import schedule_table
from resources_directory.db import engine_for


@click.group("records")
def records_commands() -> None:
    """Look after erased records and the time that facts are kept."""


@records_commands.command("replay-erasures")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
@needs_database
def replay_erasures(file: Path | None) -> None:
    """Erase again what a restored copy of the database brought back. FILE: the list kept outside of the database."""
    file = file or list_file(current_settings())
    if file is None or not file.exists():
        raise click.ClickException("There is no list of erasures here. Name the file that was kept apart.")
    try:
        done = replay(database(), file)
    except BrokenList as error:
        raise click.ClickException(f"{file}: {error}. Nothing was erased.") from error
    click.echo(f"{done.listed} on the list, {done.erased} erased again.")
    for number in done.torn:
        click.echo(
            f"Line {number} was left unfinished, as by a power cut; what it began stands again below it.", err=True
        )
    for patient_id in done.on_hold:
        click.echo(f"On legal hold in this copy, not erased: {patient_id}", err=True)
    if done.on_hold:
        raise click.ClickException("Let two persons lift these holds, then run this again.")


@records_commands.command("vacuum")
@with_appcontext
@needs_database
def vacuum() -> None:
    """Rewrite the files of the tables that erasures touch. On PostgreSQL it asks for MIGRATION_DATABASE_URL."""
    settings = current_settings()
    with database().reading(job_scope("vacuum")) as session:
        waiting = list(session.scalars(select(Erasure.id).where(Erasure.compacted_at.is_(None)).order_by(Erasure.id)))
    if database().engine.dialect.name == "sqlite":
        if not compact_sqlite(database().engine):
            raise click.ClickException("Somebody is reading the database. Wait a moment and run this again.")
    else:
        owner = engine_for(settings.migration_database_url or settings.database_url)
        compact_postgresql(owner)
        owner.dispose()
    mark_compacted(database(), waiting)
    click.echo(f"Rewritten; {len(waiting)} erasures are finished.")


@records_commands.command("schedule")
def schedule() -> None:
    """Print how long each kind of fact is kept, as a table for docs/operating.md."""
    for line in schedule_table():
        click.echo(line)
