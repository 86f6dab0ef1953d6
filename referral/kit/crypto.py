"""Sealed columns and keyed indexes: what a stolen database cannot be read by.

AES-256-GCM (NIST SP 800-38D). Every owner (a patient, or the installation) has a data key, wrapped by the master key;
destroying the wrapped key erases the owner. Associated data binds each value to its table, column and row.
Indexes are HMAC-SHA256 (RFC 2104) under a key derived from the master key, so equal values meet without being read.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any, overload
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, SessionTransaction, UOWTransaction, mapped_column, object_session

from referral.kit.scope import ScopedSession
from resources_directory.db import Base, new_id

#: The owner of what belongs to no patient: phone numbers, e-mail bodies, unmatched texts.
INSTALLATION = UUID(int=0)

NONCE_BYTES = 12
INDEX_BYTES = 16


class SealBroken(Exception):
    """A sealed value does not open: wrong key, or it was moved or changed."""


class DataKey(Base):
    """The wrapped key of one owner. Deleting the row erases everything sealed with it."""

    __tablename__ = "data_key"

    #: The patient's id, or INSTALLATION.
    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: The data key, sealed by the master key.
    wrapped: Mapped[bytes]


class Vault:
    """The master key at work: wraps data keys, derives the index key."""

    def __init__(self, master_key: bytes) -> None:
        """Take the 32 bytes of the master key."""
        self._master = AESGCM(master_key)
        self._index_key = HKDF(SHA256(), 32, None, b"needsrx keyed index").derive(master_key)
        self._link_key = HKDF(SHA256(), 32, None, b"needsrx links").derive(master_key)

    def wrap(self, owner_id: UUID, data_key: bytes) -> bytes:
        """Return the data key sealed for storage."""
        return _seal(self._master, data_key, b"data_key:" + owner_id.bytes)

    def unwrap(self, owner_id: UUID, wrapped: bytes) -> bytes:
        """Return the data key. Raises SealBroken."""
        return _open(self._master, wrapped, b"data_key:" + owner_id.bytes)

    def index(self, field: str, value: str, owner: UUID | None = None) -> bytes:
        """Return the 16-byte keyed index of a value already in its normal form; `owner` keeps tenants apart."""
        text = f"{field}\x1f{owner or ''}\x1f{value}".encode()
        return hmac.digest(self._index_key, text, hashlib.sha256)[:INDEX_BYTES]

    def sign(self, text: str) -> str:
        """Return the 32 hexadecimal characters that prove we wrote `text` (link tokens)."""
        return hmac.digest(self._link_key, text.encode(), hashlib.sha256)[:16].hex()


def vault_of(session: Session) -> Vault:
    """Return the vault this session was opened with."""
    vault = session.info["vault"]
    assert isinstance(vault, Vault)  # noqa: S101 - info is untyped
    return vault


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
        return _open(_key_of(session, row.seal_owner_id()), stored, _place(row, self.column)).decode()


class sealed_json:  # noqa: N801 - reads as a column declaration
    """A column of facts, sealed as JSON. `facts = sealed_json("facts_sealed")`; read as a mapping, empty when unset."""

    def __init__(self, column: str) -> None:
        """Name the attribute that holds the sealed bytes."""
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


def _place(row: Any, column: str) -> bytes:
    return f"{row.__tablename__}.{column}:{row.id}".encode()


def _seal(key: AESGCM, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, place)


def _open(key: AESGCM, stored: bytes, place: bytes) -> bytes:
    try:
        return key.decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], place)
    except InvalidTag as error:
        raise SealBroken(place.decode(errors="replace")) from error


def _key_of(session: Session, owner_id: UUID, *, create: bool = False) -> AESGCM:
    ring: dict[UUID, AESGCM] = session.info.setdefault("key_ring", {})
    if owner_id not in ring:
        _load_keys(session, ring, owner_id)
    if owner_id not in ring and create:
        _make_key(session, owner_id)
        _load_keys(session, ring, owner_id)
    if owner_id not in ring:
        raise SealBroken(f"the key of {owner_id} is gone")
    return ring[owner_id]


def _make_key(session: Session, owner_id: UUID) -> None:
    """Store a new key unless somebody else stores one at this very moment: the first one stands."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    wrapped = vault_of(session).wrap(owner_id, AESGCM.generate_key(256))
    statement = dialect.insert(DataKey).values(owner_id=owner_id, wrapped=wrapped).on_conflict_do_nothing()
    session.connection().execute(statement)


def _load_keys(session: Session, ring: dict[UUID, AESGCM], owner_id: UUID) -> None:
    """Fetch the keys of every owner this session has loaded, in one query, so that a list costs no query per row."""
    owners = {row.seal_owner_id() for row in session.identity_map.values() if isinstance(row, SealedRow)}
    owners = {owner for owner in owners if owner not in ring} | {owner_id}
    with session.no_autoflush:
        for key in session.scalars(select(DataKey).where(DataKey.owner_id.in_(owners)).order_by(DataKey.owner_id)):
            ring[key.owner_id] = AESGCM(vault_of(session).unwrap(key.owner_id, key.wrapped))


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
            setattr(row, column, None if text is None else _seal(key, text.encode(), _place(row, column)))
        pending.clear()


@event.listens_for(ScopedSession, "after_soft_rollback")
def _forget_new_keys(session: Session, _previous: SessionTransaction) -> None:
    session.info.pop("key_ring", None)
