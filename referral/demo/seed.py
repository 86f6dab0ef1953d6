"""Filling a demo: the directory, the invented people, and six weeks of loops in every state."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from referral.accounts.roles import MemberKind
from referral.demo.casting import cast
from referral.demo.desks import clinic_desks
from referral.demo.elsewhere import moved_there
from referral.demo.loops import SIX_WEEKS, Loops
from referral.demo.moments import office_moment
from referral.demo.people import Cast, county_listings, read_cast, settle
from referral.demo.story import OneTransaction, Story
from referral.demo.texting import Patients
from referral.demo.visits import Visits
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.i18n import LANGUAGES
from referral.kit.installation import follow_clock, installation
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.messaging.catalog import shipped_catalog
from referral.tasks import story_tasks
from resources_directory.importing.apply import import_directory
from resources_directory.models.source import DirectorySource

COUNTY = Path(__file__).with_name("county")
COUNTY_NAME = "Alder County (invented)"

#: The same seed tells the same story.
SEED = 20261121

#: A long import says every so many rows where it is.
SAID_EVERY = 5000

Say = Callable[[str], object]


def mark_as_demo(database: Database) -> None:
    """Mark the database as a demo: from now on the simulator works here, and only here."""
    with database.job("demo") as session:
        installation(session).demo = True


def seed_demo(app: Flask, directory: Path | None, *, say: Say) -> None:
    """Fill an empty demo. The directory is one transaction, people and loops another: stopped half way, it goes on.

    `directory`: a real one instead of the county's. Raises ImportRefused when it cannot be read.
    """
    database: Database = app.extensions["database"]
    say("Reading the directory …")
    _import(database, directory, say)
    say("Inviting clinics, organizations and patients, and telling six weeks of their story …")
    with app.app_context(), database.job("demo") as session:
        _tell(app, OneTransaction(database, session.connection()), from_county=directory is None)


def _import(database: Database, directory: Path | None, say: Say) -> None:
    name = COUNTY_NAME if directory is None else directory.stem

    def progress(table: str, done: int) -> None:
        if done % SAID_EVERY == 0 and done:
            say(f"  {table}: {done}")

    with database.job("demo directory") as session:
        import_directory(session, directory or COUNTY, source_name=name, now=clock.now(), progress=progress)
        source = session.scalars(select(DirectorySource).where(DirectorySource.name == name)).one()
        source.is_demo = directory is None


def _tell(app: Flask, database: Database, *, from_county: bool) -> None:
    chance = Random(SEED)
    invented, listings = _invited(database, from_county=from_county)
    zone = next(each.timezone_name for each in invented.members if each.kind is MemberKind.CLINIC)
    present = office_moment(clock.wall(), zone)
    story = Story(database, story_tasks(app), present)
    story.begin(present - SIX_WEEKS)
    with database.job("demo") as session:
        settled = settle(session, invented, listings)
        desks = clinic_desks(session)
    visits = Visits(database, desks, settled, chance)
    loops = Loops(story, desks, visits, chance)
    story.listeners.append(Patients(story, loops.reply_of, chance).read_texts)
    roles = cast(invented.patients, _languages_of_texts(), chance)
    loops.plan(roles, zone)
    story.tell()
    _begin_in_office_hours(database, present)
    loops.sign_last()


def _begin_in_office_hours(database: Database, present: datetime) -> None:
    """Put the demo's clock to the story's present, so that somebody who looks at night sees texts arrive too."""
    ahead = max(present - clock.wall(), timedelta())
    with database.job("demo clock") as session:
        installation(session).clock_ahead_s = round(ahead.total_seconds())
        session.flush()
        follow_clock(session)


def _invited(database: Database, *, from_county: bool) -> tuple[Cast, dict[str, UUID]]:
    """Return everybody, and which organization of the directory each member is."""
    invented = read_cast()
    with database.reading(job_scope("demo")) as session:
        if from_county:
            return invented, county_listings(session, invented)
        return moved_there(session, invented)


def _languages_of_texts() -> set[str]:
    """Return the languages in which the first question can be asked in a demo."""
    texts = shipped_catalog()
    return {code for code in LANGUAGES if texts.may_leave(QuestionKind.CHECK_CONTACT, code, simulated=True)}
