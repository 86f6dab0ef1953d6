"""The command line of the directory: import a delivery, export what may be passed on."""

import csv
from pathlib import Path

import click
from flask.cli import AppGroup

from referral.kit import clock
from referral.kit.command_line import needs_database
from referral.kit.transaction import database
from resources_directory.exporting.export import export_directory
from resources_directory.exporting.report import ExportFormat
from resources_directory.importing.apply import import_directory
from resources_directory.importing.report import Defect, DefectCount, ImportRefused, ImportReport

#: How many defects of one kind are shown; the file of `--report` holds them all.
SHOWN_EXAMPLES = 3

directory_commands = AppGroup("directory", help="Import and export the resources directory.")


@directory_commands.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--source", "source_name", help="The name under which the records are kept. Default: the file's name.")
@click.option("--mapping", type=click.Path(path_type=Path), help="How the columns of a CSV map to HSDS (comes later).")
@click.option("--report", "report_path", type=click.Path(path_type=Path), help="Write every defect to this CSV file.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, and change nothing.")
@needs_database
def import_command(
    path: Path, *, source_name: str | None, mapping: Path | None, report_path: Path | None, dry_run: bool
) -> None:
    """Bring the directory in line with PATH: HSDS JSON 3.x, or tabular 3.x, 2.0 or 1.1; a folder, a zip or a file."""
    if mapping is not None:
        raise click.UsageError("Importing a CSV of one's own columns comes later. Leave --mapping out.")
    if report_path is not None and not report_path.parent.is_dir():
        raise click.UsageError(f"There is no folder {report_path.parent} for the report.")
    now = clock.now()
    try:
        with database().job("directory import") as session:
            report = import_directory(
                session,
                path,
                source_name=source_name or path.stem or path.name,
                now=now,
                dry_run=dry_run,
                progress=_tell_progress,
            )
            if dry_run:
                session.rollback()
    except ImportRefused as refused:
        raise click.ClickException(f"{str(refused).rstrip('.')}. Nothing was changed.") from refused
    if report_path is not None:
        _write_report(report_path, report)
    _tell(report, report_path)


@directory_commands.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_name", type=click.Choice(["json", "tabular"]), required=True)
@needs_database
def export_command(path: Path, *, format_name: str) -> None:
    """Write to PATH what the sources allow to be passed on."""
    try:
        with database().job("directory export") as session:
            report = export_directory(session, path, format=ExportFormat(format_name), now=clock.now())
    except OSError as error:
        raise click.ClickException(f"{error} Nothing was exported.") from error
    for file in report.files:
        click.echo(f"{file.file:<32}{file.records:>9,}")
    for name in report.sources_left_out:
        click.echo(f"Left out, because its redistribution flag is no: source {name!r}.")
    click.echo(f"Written to {path}.")


def _tell_progress(name: str, done: int) -> None:
    click.echo(f"  {name}: {done:,} rows", err=True)


def _tell(report: ImportReport, report_path: Path | None) -> None:
    click.echo(f"{'table':<26}{'new':>9}{'changed':>9}{'same':>9}{'skipped':>9}{'retired':>9}")
    for row in report.counts:
        if row.created or row.changed or row.unchanged or row.skipped or row.retired:
            numbers = (row.created, row.changed, row.unchanged, row.skipped, row.retired)
            click.echo(f"{row.table:<26}" + "".join(f"{number:>9,}" for number in numbers))
    if report.defect_counts:
        click.echo("")
        click.echo("Defects, with the first examples of each:")
    for count in report.defect_counts:
        _tell_defects(count, report)
    click.echo("")
    if report_path is not None:
        click.echo(f"All defects that were kept word for word are in {report_path}.")
    if report.dry_run:
        click.echo("This was a dry run: nothing was changed.")
    else:
        click.echo(f"The directory now holds source {report.source_name!r} as delivered.")


def _tell_defects(count: DefectCount, report: ImportReport) -> None:
    click.echo(f"  {count.code} ({count.done}): {count.count:,}")
    alike = [defect for defect in report.defects if (defect.code, defect.done) == (count.code, count.done)]
    for defect in alike[:SHOWN_EXAMPLES]:
        click.echo(f"      {_place(defect)}: {defect.value}")


def _place(defect: Defect) -> str:
    if not defect.row:
        return defect.file
    return f"{defect.file}, row {defect.row}" + (f", column {defect.column}" if defect.column else "")


def _write_report(path: Path, report: ImportReport) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "row", "column", "code", "done", "value"])
        for defect in report.defects:
            writer.writerow([defect.file, defect.row, defect.column, defect.code, defect.done, _harmless(defect.value)])


def _harmless(value: str) -> str:
    """Keep a spreadsheet from running a cell that begins like a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t")) else value
