"""Sealed columns and keyed indexes: what a stolen database cannot be read by.

AES-256-GCM (NIST SP 800-38D). Every owner (a patient, or the installation) has a data key, wrapped by the master key;
destroying the wrapped key erases the owner. Associated data binds each value to its table, column and row.
Indexes are HMAC-SHA256 (RFC 2104) under a root of their own, so equal values meet without being read (kit/vault.py).
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, overload
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import event, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, UOWTransaction, mapped_column, object_session

from referral.kit.scope import ScopedSession
from referral.kit.vault import ROOT_OWNERS, Root, open_bytes, seal_bytes
from referral.kit.vault import SealBroken as SealBroken
from referral.kit.vault import Vault as Vault
from resources_directory.db import Base, native_insert, new_id

#: The owner of what belongs to no patient: phone numbers, e-mail bodies, unmatched texts.
INSTALLATION = UUID(int=0)


class KeyGone(SealBroken):
    """The owner's key was destroyed: what it sealed is erased."""


class DataKey(Base):
    """The wrapped key of one owner. Deleting the row erases everything sealed with it."""

    __tablename__ = "data_key"

    #: The patient's id, INSTALLATION, or one of ROOT_OWNERS.
    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: The data key, or the root, sealed by the master key.
    wrapped: Mapped[bytes]
    #: Which master key sealed it (kit/vault.py:key_id_of); none in rows older than such names.
    master_key_id: Mapped[str | None]


def vault_of(session: Session) -> Vault:
    """Return the vault this session was opened with; the first caller in a process asks the database for its roots."""
    vault = _vault(session)
    if not vault.knows_roots:
        vault.take_roots(_stored_roots(session, vault))
    return vault


def _vault(session: Session) -> Vault:
    vault = session.info["vault"]
    assert isinstance(vault, Vault)  # noqa: S101 - info is untyped
    return vault


def _stored_roots(session: Session, vault: Vault) -> dict[Root, bytes]:
    found = select(DataKey.owner_id, DataKey.wrapped, DataKey.master_key_id)
    named = {owner: root for root, owner in ROOT_OWNERS.items()}
    # The connection's own execute: asking in the middle of a flush must not flush again.
    rows = session.connection().execute(found.where(DataKey.owner_id.in_(list(named))).order_by(DataKey.owner_id))
    return {named[owner]: vault.unwrap(owner, wrapped, key_id) for owner, wrapped, key_id in rows}


class KeyOwner:
    """Mixin for tables whose rows own a key of their own, and can be erased: an erased one never gets a new key."""

    id: Mapped[UUID]
    erased_at: Mapped[datetime | None]

    def __init_subclass__(cls, **facts: Any) -> None:
        """Remember the table."""
        super().__init_subclass__(**facts)
        _OWNERS.append(cls)


_OWNERS: list[type[KeyOwner]] = []


class SealedRow:
    """Mixin for tables with sealed columns. `seal_owner_id()` says whose key seals the row."""

    id: Mapped[UUID]

    def seal_owner_id(self) -> UUID:
        """Return the patient's id, or INSTALLATION."""
        return getattr(self, "patient_id", None) or INSTALLATION


class sealed:  # noqa: N801 - reads as a column declaration
    """A text column whose bytes are sealed. `given_name = sealed("given_name_sealed")` over a `bytes | None` column."""

    def __init__(self, column: str) -> None:
        """Name the attribute that holds the sealed bytes."""
        self.column = column

    @overload
    def __get__(self, row: None, owner: type[Any]) -> "sealed": ...
    @overload
    def __get__(self, row: Any, owner: type[Any]) -> str | None: ...
    def __get__(self, row: Any, owner: type[Any]) -> "sealed | str | None":
        """Return the text. Raises SealBroken."""
        if row is None:
            return self
        opened: dict[str, str | None] = row.__dict__.setdefault("_opened", {})
        if self.column not in opened:
            stored = getattr(row, self.column)
            opened[self.column] = None if stored is None else self._read(row, stored)
        return opened[self.column]

    def __set__(self, row: Any, value: str | None) -> None:
        """Keep the text; it is sealed when the session flushes."""
        row.__dict__.setdefault("_opened", {})[self.column] = value
        row.__dict__.setdefault("_unsealed", set()).add(self.column)
        setattr(row, self.column, None if value is None else os.urandom(1))  # marks the row as changed

    def _read(self, row: Any, stored: bytes) -> str:
        session = object_session(row)
        if session is None:
            raise SealBroken(f"{type(row).__name__} has no session")
        return open_bytes(_key_of(session, row.seal_owner_id()), stored, _place(row, self.column)).decode()


class sealed_json:  # noqa: N801 - reads as a column declaration
    """A column of facts, sealed as JSON. `facts = sealed_json("facts_sealed")`; read as a mapping, empty when unset."""

    def __init__(self, column: str) -> None:
        """Name the attribute that holds the sealed bytes."""
        self.column = column
        self._text = sealed(column)

    @overload
    def __get__(self, row: None, owner: type[Any]) -> "sealed_json": ...
    @overload
    def __get__(self, row: Any, owner: type[Any]) -> Mapping[str, Any]: ...
    def __get__(self, row: Any, owner: type[Any]) -> "sealed_json | Mapping[str, Any]":
        """Return the facts; to change one, assign a whole mapping. Raises SealBroken."""
        if row is None:
            return self
        facts: dict[str, Any] = json.loads(self._text.__get__(row, owner) or "{}")
        return facts

    def __set__(self, row: Any, facts: Mapping[str, Any]) -> None:
        """Keep the facts; they are sealed when the session flushes."""
        self._text.__set__(row, json.dumps(dict(facts), sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def seal_apart(session: Session, owner_id: UUID, place: str, text: str) -> bytes:
    """Return `text` sealed with the owner's key, for a row written without the ORM. `place`: "table.column:row id".

    Raises KeyGone for an owner that was erased.
    """
    return seal_bytes(_key_of(session, owner_id, create=True), text.encode(), place.encode())


def open_apart(session: Session, owner_id: UUID, place: str, stored: bytes) -> str:
    """Return the text that `seal_apart` sealed. Raises KeyGone when the key was destroyed, SealBroken when moved."""
    return open_bytes(_key_of(session, owner_id), stored, place.encode()).decode()


def _place(row: Any, column: str) -> bytes:
    return f"{row.__tablename__}.{column}:{row.id}".encode()


def _key_of(session: Session, owner_id: UUID, *, create: bool = False) -> AESGCM:
    ring: dict[UUID, AESGCM] = session.info.setdefault("key_ring", {})
    if owner_id not in ring:
        _load_keys(session, ring, owner_id)
    if owner_id not in ring and create:
        _make_key(session, owner_id)
        _load_keys(session, ring, owner_id)
    if owner_id not in ring:
        raise KeyGone(f"the key of {owner_id} is gone")
    return ring[owner_id]


def _make_key(session: Session, owner_id: UUID) -> None:
    """Store a new key unless somebody else stores one at this very moment: the first one stands.

    Asked only where there is none, so that sealing costs no query more. Raises KeyGone when the owner was erased.
    """
    if any(_is_erased(session, owner, owner_id) for owner in _OWNERS):
        raise KeyGone(f"{owner_id} is erased and gets no new key")
    vault = _vault(session)
    row = {"wrapped": vault.wrap(owner_id, AESGCM.generate_key(256)), "master_key_id": vault.key_id}
    statement = native_insert(session, DataKey).values(owner_id=owner_id, **row).on_conflict_do_nothing()
    session.connection().execute(statement)


def _is_erased(session: Session, owner: type[KeyOwner], owner_id: UUID) -> bool:
    erased = select(owner.id).where(owner.id == owner_id, owner.erased_at.is_not(None))
    return session.connection().execute(erased).first() is not None  # not the session's own: it may be flushing


def _load_keys(session: Session, ring: dict[UUID, AESGCM], owner_id: UUID) -> None:
    """Fetch the keys of every owner this session has loaded, in one query, so that a list costs no query per row."""
    owners = {row.seal_owner_id() for row in session.identity_map.values() if isinstance(row, SealedRow)}
    owners = {owner for owner in owners if owner not in ring} | {owner_id}
    with session.no_autoflush:
        for key in session.scalars(select(DataKey).where(DataKey.owner_id.in_(owners)).order_by(DataKey.owner_id)):
            ring[key.owner_id] = AESGCM(_vault(session).unwrap(key.owner_id, key.wrapped, key.master_key_id))


@event.listens_for(SealedRow, "expire", propagate=True)
def _forget_expired(row: Any, columns: set[str] | None) -> None:
    """Forget the text of what the database will be asked for again."""
    opened: dict[str, str | None] = row.__dict__.get("_opened", {})
    unsealed: set[str] = row.__dict__.get("_unsealed", set())
    gone = {*opened, *unsealed} if columns is None else set(columns)
    unsealed -= gone
    for column in gone:
        opened.pop(column, None)


@event.listens_for(SealedRow, "refresh", propagate=True)
def _forget_refreshed(row: Any, _context: object, columns: set[str] | None) -> None:
    _forget_expired(row, columns)


@event.listens_for(ScopedSession, "before_flush")
def _seal_changes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    for row in [*session.new, *session.dirty]:
        pending: set[str] = row.__dict__.get("_unsealed", set())
        if not pending:
            continue
        if row.id is None:
            row.id = new_id()
        key = _key_of(session, row.seal_owner_id(), create=True)
        for column in sorted(pending):
            text = row.__dict__["_opened"][column]
            setattr(row, column, None if text is None else seal_bytes(key, text.encode(), _place(row, column)))
        pending.clear()


@event.listens_for(ScopedSession, "after_soft_rollback")
def _forget_new_keys(session: Session, _previous: SessionTransaction) -> None:
    session.info.pop("key_ring", None)
