"""Changing the master key while serving: re-seals every data key and root, batch by batch, and counts what is left.

Reading goes on meanwhile because former keys still open. A killed run is simply run again: what it finished has the new
key's name on it.
"""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, func, or_, select, update

from referral.kit.crypto import DataKey, vault_of
from referral.kit.scope import ScopedSession
from referral.kit.vault import ROOT_OWNERS, SealBroken
from resources_directory.db import native_insert

BATCH = 500


@dataclass(frozen=True)
class Batch:
    """What one step did. `last`: the owner to go on after, None when there is nothing left."""

    resealed: int
    unopened: tuple[UUID, ...]
    last: UUID | None


@dataclass(frozen=True)
class KeyCount:
    """How many data keys and roots one master key seals. `key_id` None: rows older than key names."""

    key_id: str | None
    rows: int


def store_roots(session: ScopedSession) -> int:
    """Store the roots that indexes and links stand on, unless they are stored; return how many. Flushes nothing."""
    vault = vault_of(session)
    rows = [
        {"owner_id": ROOT_OWNERS[root], "wrapped": vault.wrap(ROOT_OWNERS[root], key), "master_key_id": vault.key_id}
        for root, key in vault.derived_roots().items()
    ]
    added = native_insert(session, DataKey).values(rows).on_conflict_do_nothing().returning(DataKey.owner_id)
    return len(session.connection().execute(added).all())


def reseal_batch(session: ScopedSession, after: UUID | None, *, size: int = BATCH) -> Batch:
    """Seal the next `size` keys that another master key sealed with the one in use. The caller commits.

    A key that no known master key opens stays as it is and is named in `unopened`.
    """
    vault, done, unopened = vault_of(session), 0, []
    stale = or_(DataKey.master_key_id.is_(None), DataKey.master_key_id != vault.key_id)
    found = select(DataKey.owner_id, DataKey.wrapped, DataKey.master_key_id).where(stale).order_by(DataKey.owner_id)
    if after is not None:
        found = found.where(DataKey.owner_id > after)
    rows = session.execute(found.limit(size).with_for_update()).all()
    for owner_id, wrapped, key_id in rows:
        try:
            data_key = vault.unwrap(owner_id, wrapped, key_id)
        except SealBroken:
            unopened.append(owner_id)
            continue
        changed = {"wrapped": vault.wrap(owner_id, data_key), "master_key_id": vault.key_id}
        as_read = update(DataKey).where(DataKey.owner_id == owner_id, DataKey.wrapped == wrapped)
        done += cast("CursorResult[None]", session.connection().execute(as_read.values(changed))).rowcount
    return Batch(done, tuple(unopened), rows[-1].owner_id if rows else None)


def key_counts(session: ScopedSession) -> list[KeyCount]:
    """Return how many rows each master key seals, ordered by its name."""
    grouped = select(DataKey.master_key_id, func.count()).group_by(DataKey.master_key_id)
    rows = session.execute(grouped.order_by(DataKey.master_key_id)).all()
    return [KeyCount(key_id, rows) for key_id, rows in rows]


def roots_stored(session: ScopedSession) -> bool:
    """Return True once indexes and links no longer depend on any master key."""
    found = select(func.count()).where(DataKey.owner_id.in_(list(ROOT_OWNERS.values())))
    return session.scalar(found) == len(ROOT_OWNERS)
