"""Erasing again what a restored copy of the database brought back."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Person
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.records.due import finish_erasures
from referral.records.erasing import erase_again, erasure_of
from referral.records.erasure_list import Listed, read_lines
from referral.records.models import Erasure

JOB = "replay erasures"


@dataclass
class Replayed:
    """What became of the list: how many lines, how many records erased again, which ones stand on a legal hold.

    `torn`: the numbers of lines that were left unfinished.
    """

    listed: int = 0
    erased: int = 0
    on_hold: list[UUID] = field(default_factory=list)
    torn: tuple[int, ...] = ()


def replay(database: Database, file: Path) -> Replayed:
    """Erase every record of the list that this database still holds; done twice it changes nothing more.

    One transaction for each record. A record on legal hold is left and named. Raises BrokenList before anything is
    erased.
    """
    with database.reading(job_scope(JOB)) as session:
        lines = read_lines(file, vault_of(session))
    done = Replayed(listed=len(lines.listed), torn=lines.torn)
    for each in lines.listed:
        try:
            with database.job(JOB) as session:
                done.erased += erase_again(session, _entry(session, each))
        except Conflict:
            done.on_hold.append(each.patient_id)
    finish_erasures(database)
    return done


def _entry(session: ScopedSession, listed: Listed) -> Erasure:
    entry = erasure_of(session, listed.patient_id)
    if entry is not None:
        return entry
    known = session.scalar(select(Person.id).where(Person.id == listed.erased_by))
    entry = Erasure(
        id=listed.erasure_id,
        clinic_id=listed.clinic_id,
        patient_id=listed.patient_id,
        erased_by=known,
        erased_at=listed.erased_at,
        hold_checked_at=clock.now(),
        listed_at=clock.now(),
    )
    session.add(entry)
    session.flush()
    return entry
