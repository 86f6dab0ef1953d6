"""A clinic with many patients, written straight into the tables: no page may cost more because there are many."""

import os
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert

from referral.kit import clock
from referral.kit.crypto import DataKey, vault_of
from referral.kit.scope import ScopedSession
from referral.kit.vault import seal_bytes
from referral.patients.models import Patient, PatientNameToken
from resources_directory.db import new_id

GIVEN = ("Rosa", "Amal", "Wei", "John", "Marta", "Samir", "Olga", "Mai", "Luis", "Grace")
FAMILY = ("Molina", "Haddad", "Chen", "Smith", "Okafor", "Novak", "Reyes", "Nguyen", "Silva", "Brown")
STRETCH = 5_000


def add_patients(session: ScopedSession, clinic_id: UUID, how_many: int) -> None:
    """Write patients with sealed names, keys of their own and name tokens. The caller commits."""
    chance = random.Random(1)
    for start in range(0, how_many, STRETCH):
        rows = [_patient(session, clinic_id, start + n, chance) for n in range(min(STRETCH, how_many - start))]
        session.connection().execute(insert(DataKey.__table__), [key for key, _row, _tokens in rows])
        session.connection().execute(insert(Patient.__table__), [row for _key, row, _tokens in rows])
        tokens = [token for _key, _row, several in rows for token in several]
        session.connection().execute(insert(PatientNameToken.__table__), tokens)


def _patient(
    session: ScopedSession, clinic_id: UUID, number: int, chance: random.Random
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    vault, patient_id, key = vault_of(session), new_id(), os.urandom(32)
    names = {"given_name": chance.choice(GIVEN), "family_name": f"{chance.choice(FAMILY)}{number % 1000}"}
    sealed = {
        f"{field}_sealed": seal_bytes(AESGCM(key), text.encode(), f"patient.{field}_sealed:{patient_id}".encode())
        for field, text in names.items()
    }
    row = {
        "id": patient_id,
        "clinic_id": clinic_id,
        "written_language": "es",
        "spoken_language": "es",
        "interpreter_needed": False,
        "privacy_level": "standard",
        "created_at": clock.now() - timedelta(minutes=number),
        "version": 1,
        **sealed,
    }
    wrapped = {"owner_id": patient_id, "wrapped": vault.wrap(patient_id, key)}
    return wrapped, row, [_token(session, row, word) for word in _words(names)]


def _words(names: dict[str, str]) -> Iterator[str]:
    for name in names.values():
        yield name.casefold()
        yield name.casefold()[:3]


def _token(session: ScopedSession, row: dict[str, Any], word: str) -> dict[str, Any]:
    token = vault_of(session).index("name", word, owner=row["clinic_id"])
    return {"id": new_id(), "clinic_id": row["clinic_id"], "patient_id": row["id"], "token": token}
