"""The master keys at work: they seal data keys and the three roots; a root makes indexes, link tokens or other keys.

A data key is sealed with AES-256-GCM by the master key; eight hexadecimal digits of the master key's SHA-256 are stored
beside it, so that several may be in use while keys are changed. The roots are random to the reader but outlive the
master key: until `flask keys rotate` has stored them they are derived from the oldest key (HKDF-SHA256, RFC 5869).
"""

import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
INDEX_BYTES = 16


class SealBroken(Exception):
    """A sealed value does not open: wrong key, or it was moved or changed."""


class Root(StrEnum):
    """What a root makes. The value is the context (RFC 5869 "info") of its derivation."""

    INDEX = "needsrx keyed index"
    LINKS = "needsrx links"
    PURPOSES = "needsrx purposes"


#: The owners under which the roots are stored among the data keys; no patient has such an id.
ROOT_OWNERS: dict[Root, UUID] = {Root.INDEX: UUID(int=1), Root.LINKS: UUID(int=2), Root.PURPOSES: UUID(int=3)}


class Vault:
    """Seals and opens data keys, and answers what the roots make. One for the whole process."""

    def __init__(self, master_key: bytes, before: Sequence[bytes] = ()) -> None:
        """Take the 32 bytes of the master key, and former ones, newest first: what they sealed still opens."""
        self.key_id = key_id_of(master_key)
        self._masters = {key_id_of(key): AESGCM(key) for key in (master_key, *before)}
        self._oldest = (master_key, *before)[-1]
        self._roots: Mapping[Root, bytes] | None = None

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all master keys known, the one in use first."""
        return tuple(self._masters)

    def wrap(self, owner_id: UUID, data_key: bytes) -> bytes:
        """Return the data key sealed for storage by the key `key_id`."""
        return seal_bytes(self._masters[self.key_id], data_key, _place(owner_id))

    def unwrap(self, owner_id: UUID, wrapped: bytes, key_id: str | None = None) -> bytes:
        """Return the data key. `key_id`: who sealed it; None tries every key. Raises SealBroken."""
        masters = [self._masters[key_id]] if key_id in self._masters else list(self._masters.values())
        for master in masters[:-1]:
            try:
                return open_bytes(master, wrapped, _place(owner_id))
            except SealBroken:
                continue
        return open_bytes(masters[-1], wrapped, _place(owner_id))

    @property
    def knows_roots(self) -> bool:
        """True once the database was asked for the roots."""
        return self._roots is not None

    def take_roots(self, stored: Mapping[Root, bytes]) -> None:
        """Go on with the roots that the database holds; those it does not hold are derived."""
        self._roots = {**self.derived_roots(), **stored}

    def derived_roots(self) -> dict[Root, bytes]:
        """Return the roots as the oldest known master key makes them."""
        return {root: HKDF(SHA256(), 32, None, root.encode()).derive(self._oldest) for root in Root}

    def index(self, field: str, value: str, owner: UUID | None = None) -> bytes:
        """Return the 16-byte keyed index of a value already in its normal form; `owner` keeps tenants apart."""
        text = f"{field}\x1f{owner or ''}\x1f{value}".encode()
        return hmac.digest(self._root(Root.INDEX), text, hashlib.sha256)[:INDEX_BYTES]

    def sign(self, text: str) -> str:
        """Return the 32 hexadecimal characters that prove we wrote `text` (link tokens)."""
        return hmac.digest(self._root(Root.LINKS), text.encode(), hashlib.sha256)[:16].hex()

    def key_for(self, purpose: str) -> bytes:
        """Return 32 bytes that are a key for one purpose, named in words ("audit heads"), and for nothing else."""
        return HKDF(SHA256(), 32, None, purpose.encode()).derive(self._root(Root.PURPOSES))

    def _root(self, root: Root) -> bytes:
        return (self._roots or self.derived_roots())[root]


def key_id_of(master_key: bytes) -> str:
    """Return the name of a master key: eight hexadecimal digits of its SHA-256. Tells nothing of the key."""
    return hashlib.sha256(master_key).hexdigest()[:8]


def seal_bytes(key: AESGCM, plain: bytes, place: bytes) -> bytes:
    """Return nonce and ciphertext of `plain`, bound to `place`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, place)


def open_bytes(key: AESGCM, stored: bytes, place: bytes) -> bytes:
    """Return what was sealed. Raises SealBroken: another key, another place, or changed."""
    try:
        return key.decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], place)
    except InvalidTag as error:
        raise SealBroken(place.decode(errors="replace")) from error


def _place(owner_id: UUID) -> bytes:
    return b"data_key:" + owner_id.bytes
