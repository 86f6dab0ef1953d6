"""Rows whose id is the id of the filled form: a doubled POST, or two at the same moment, make one row."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.kit.scope import ScopedSession
from referral.referrals.desk_models import Appointment, ThreadMessage
from resources_directory.db import new_id

Row = TypeVar("Row", Appointment, ThreadMessage)


def say_once(session: ScopedSession, row: Row, given_id: UUID) -> Row:
    """Return the row, stored under `given_id`, or the one that stands there about the same referral. Flushes.

    An id that names a row of another referral was not made by our page; the row then gets one of its own.
    """
    known = said_before(session, row, given_id)
    if known is not None:
        return known
    row.id = given_id
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        known = said_before(session, row, given_id)
        if known is not None:
            return known
        row.id = new_id()
        session.add(row)
        session.flush()
    return row


def said_before(session: ScopedSession, row: Row, given_id: UUID) -> Row | None:
    """Return the row of this form's id, if it is about the same referral."""
    cls = type(row)
    with session.no_autoflush:
        return session.scalar(select(cls).where(cls.id == given_id, cls.referral_id == row.referral_id))
