"""What organizations say about room in their services: stored as said, read back with its age.

A word with a last day holds until that day is over. One without says less every day: its weight halves in a week, so
that after one it bars nobody any more, and after four it is no longer shown as known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from resources_directory.db import new_id
from resources_directory.id_list import among
from resources_directory.models.capacity import CapacityStatus, CapacityWord

#: In this time a word without a last day loses half of its weight.
HALF_LIFE = timedelta(days=7)

#: A word bars requests while it weighs more than this, and is shown as known while it weighs more than that.
BARS_ABOVE, SHOWN_ABOVE = 1 / 2, 1 / 16


@dataclass(frozen=True)
class SaidCapacity:
    """One word about room. `until`: the last day on which it holds. `how`: link, account or phone.

    `word_id`: said twice under one id, it is one word.
    """

    service_id: UUID
    status: CapacityStatus
    said_by: str
    how: str
    until: date | None = None
    note: str | None = None
    word_id: UUID | None = None


def say_capacity(session: Session, said: SaidCapacity, *, now: datetime) -> CapacityWord:
    """Return the stored word; it replaces none, the newest counts. Flushes; the caller commits."""
    known = session.get(CapacityWord, said.word_id) if said.word_id else None
    if said.word_id is not None and known is None:
        try:
            with session.begin_nested():
                return _stored(session, said, said.word_id, now=now)
        except IntegrityError:  # said under this id at the very same moment
            known = session.get(CapacityWord, said.word_id)
            if known is None:
                raise
    if known is not None and known.service_id == said.service_id:
        return known
    return _stored(session, said, new_id(), now=now)


def newest_words(session: Session, service_ids: Iterable[UUID]) -> dict[UUID, CapacityWord]:
    """Return service id to the newest word about its room, whether it still holds or not."""
    return {word.service_id: word for word in session.scalars(_NEWEST_WORDS, {"service_ids": list(service_ids)})}


def _select_newest_words() -> Select[CapacityWord]:
    place = func.row_number().over(
        partition_by=CapacityWord.service_id, order_by=(CapacityWord.said_at.desc(), CapacityWord.id.desc())
    )
    of_these = among(CapacityWord.service_id, "service_ids")
    ranked = select(CapacityWord.id, place.label("place")).where(of_these).subquery()
    found = select(CapacityWord).join(ranked, ranked.c.id == CapacityWord.id).where(ranked.c.place == 1)
    return found.order_by(CapacityWord.id)


_NEWEST_WORDS = _select_newest_words()


def weight(word: CapacityWord, *, now: datetime, today: date) -> float:
    """Return how much a word about room still says, from 1 to 0. `today`: where the service is.

    One with a last day says all of it until that day is over, and nothing afterwards.
    """
    if word.until is not None:
        return 1.0 if word.until >= today else 0.0
    return float(0.5 ** (max(now - word.said_at, timedelta()) / HALF_LIFE))


def holds(word: CapacityWord, *, now: datetime, today: date) -> bool:
    """Return True while a word about room is worth showing, with its age. `today`: where the service is."""
    return weight(word, now=now, today=today) > SHOWN_ABOVE


def full_since(session: Session, service_id: UUID, *, now: datetime, today: date) -> datetime | None:
    """Return when the service said that it is full, if that still bars requests; None otherwise.

    What was asked before that moment keeps its place. `today`: where the service is.
    """
    word = newest_words(session, [service_id]).get(service_id)
    if word is None or word.status != CapacityStatus.NO_CAPACITY:
        return None
    return word.said_at if weight(word, now=now, today=today) > BARS_ABOVE else None


def _stored(session: Session, said: SaidCapacity, word_id: UUID, *, now: datetime) -> CapacityWord:
    word = CapacityWord(
        id=word_id,
        service_id=said.service_id,
        status=said.status,
        until=said.until,
        note=said.note,
        said_by=said.said_by,
        said_how=said.how,
        said_at=now,
    )
    session.add(word)
    session.flush()
    return word
