"""The command line of instruments: look at files, import them, list what there is."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from referral.kit.command_line import needs_database
from referral.kit.transaction import database
from referral.screening.instrument_files import InstrumentFile, read_file
from referral.screening.instrument_library import Imported, ImportOutcome, import_instrument, shelf
from referral.screening.instruments import Instrument, Item, needs_check
from referral.screening.reading import WrongFile

instrument_commands = AppGroup("instruments", help="Import questionnaires and list them.")


@instrument_commands.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Read and show everything, and change nothing.")
@needs_database
def import_command(files: tuple[Path, ...], *, dry_run: bool) -> None:
    """Take in FILES: JSON of questions with codes and rules, or FHIR R4 Questionnaires. All of them, or none.

    A file whose content has changed becomes a new version; screenings done with the old one stay as they are.
    """
    read = [(path, *_read(path)) for path in files]
    wrong = [(path, error) for path, _text, error in read if isinstance(error, WrongFile)]
    for path, error in wrong:
        for fault in error.faults:
            click.echo(f"{path}: {fault}", err=True)
    if wrong:
        raise click.ClickException("Nothing was imported. Mend the files named above and import them again.")
    with database().job("instruments import") as session:
        for path, text, file in read:
            assert isinstance(file, InstrumentFile)  # noqa: S101 - every wrong file has ended it above
            _tell(path, import_instrument(session, file, text))
        if dry_run:
            session.rollback()
    if dry_run:
        click.echo("This was a dry run: nothing was changed.")


@instrument_commands.command("list")
@needs_database
def list_command() -> None:
    """Show every instrument and version, and which ones new screenings may use."""
    with database().job("instruments list") as session:
        for each in shelf(session):
            instrument = each.instrument
            state = "in use" if each.newest else "kept for old screenings"
            languages = ", ".join(instrument.languages)
            click.echo(
                f"{instrument.key:<32} version {instrument.version:<8} {len(instrument.items):>3} questions"
                f"  {languages:<8} {state}{_of_file(instrument)}"
            )


def _read(path: Path) -> tuple[str, InstrumentFile | WrongFile]:
    try:
        text = path.read_text(encoding="utf-8")
        file = read_file(text)
        if file.key == needs_check().key:
            raise click.ClickException(f"{path}: id: is the product's own. Give the instrument another id.")
    except WrongFile as wrong:
        return "", wrong
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: cannot be read as UTF-8 text ({error}). Nothing was imported.") from error
    return text, file


def _tell(path: Path, imported: Imported) -> None:
    instrument = imported.instrument
    click.echo(f"{path}: {instrument.title.say('en')}")
    click.echo(f"  {instrument.key}, version {instrument.version}: {imported.outcome}{_of_file(instrument)}")
    if imported.outcome is ImportOutcome.SAME:
        return
    for line in _lines(instrument):
        click.echo(f"  {line}")
    click.echo("")


def _of_file(instrument: Instrument) -> str:
    return f" (its publisher's version: {instrument.file_version})" if instrument.file_version else ""


def _lines(instrument: Instrument) -> Iterator[str]:
    yield f"Languages: {', '.join(instrument.languages)}"
    yield f"Publisher: {instrument.steward or 'not named'}"
    yield f"Licence:   {instrument.licence or 'not named: make sure that you may use it'}"
    yield f"Citation:  {instrument.citation or 'not named'}"
    for number, item in enumerate(instrument.items, start=1):
        yield _question_line(number, item)
        for option in item.options:
            mark = {True: "positive", False: "", None: "says nothing"}[option.positive]
            points = f"{option.score} points" if option.score is not None else ""
            yield f"      {option.value}  {option.words.say('en')}  {points or mark}".rstrip()
    for score in instrument.scores:
        rule = (
            f"sum of {len(score.members)}, positive from {score.at_least}" if score.at_least else "positive if one is"
        )
        yield f"Score {score.code or score.key}: {score.display}: {rule}"
    for note in instrument.notes:
        yield f"Note: {note}"


def _question_line(number: int, item: Item) -> str:
    domain = item.domain or "makes no need"
    alone = "; asked only alone" if item.needs_to_be_alone else ""
    return f"{number:>3}. {item.code or item.link_id} [{domain}{alone}] {item.question.say('en')}"
