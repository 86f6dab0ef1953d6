"""The address of a patient's own page: a code that looks random, is stored nowhere, and dies when it is renewed.

The code is one row's id behind a keyed permutation: AES-128 of its 16 bytes, under a key that the installation makes
for nothing else. Whoever lacks the key cannot tell it from 128 random bits, and one that nobody minted opens into an id
that nobody has. So an address can be shown, printed and texted without writing a row first; a GET may do it. The row is
the patient until the address is renewed for the first time, and the newest PlanCode from then on.
"""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from sqlalchemy import column, select, table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import Uuid

from referral.accounts.links import end_links
from referral.accounts.models import LinkPurpose
from referral.accounts.plan_code_models import PlanCode
from referral.kit import clock
from referral.kit.crypto import Vault, vault_of
from referral.kit.scope import ScopedSession
from referral.kit.settings import settings_of
from resources_directory.db import new_id

#: Where the pages of patients lie.
PATH = "/p/"

#: 16 bytes in base 32: small letters and digits that nobody takes for one another.
CODE_LETTERS = 26

_KEY = "addresses of patients' own pages"
_KEY_BYTES = 16

#: Patients live in a slice above; only these two columns of theirs are asked for.
_PATIENT = table("patient", column("id", Uuid()), column("clinic_id", Uuid()))


@dataclass(frozen=True)
class PlanOwner:
    """Whose page a code opens."""

    patient_id: UUID
    clinic_id: UUID


def plan_address(session: ScopedSession, patient_id: UUID, *, clinic_id: UUID) -> str:
    """Return the absolute address of a patient's page, built from PUBLIC_BASE_URL; the same until it is renewed.

    It tells nothing of the patient, and opens nothing without the year of birth or the chosen word. Writes nothing.
    """
    code = _mint(vault_of(session), _newest(session, patient_id, clinic_id) or patient_id)
    return f"{settings_of(session).public_base_url}{PATH}{code}"


def renew_plan_address(
    session: ScopedSession, patient_id: UUID, *, clinic_id: UUID, by: UUID | None, form_id: UUID | None = None
) -> str:
    """Return a new address. The one before is dead, on paper and in texts, and so are browsers that opened it.

    `by`: who of our people did it. `form_id`: sent twice, a form makes one new address. Flushes; the caller commits.
    """
    # Not the form's own id: whoever sends another patient's there would take that patient's address away.
    code_id = uuid5(patient_id, form_id.hex) if form_id is not None else new_id()
    code = PlanCode(id=code_id, clinic_id=clinic_id, patient_id=patient_id, created_by=by, created_at=clock.now())
    try:
        with session.begin_nested():
            session.add(code)
    except IntegrityError:
        return plan_address(session, patient_id, clinic_id=clinic_id)
    end_links(session, LinkPurpose.PLAN, patient_id)
    return plan_address(session, patient_id, clinic_id=clinic_id)


def plan_owner(session: ScopedSession, typed: str) -> PlanOwner | None:
    """Return whose page a code opens, or None: nobody's, or one that was renewed since. Changes nothing.

    Looks beyond the session's scope, as whoever comes with a code has none yet; no row about a patient is loaded.
    """
    row_id = _read(vault_of(session), typed)
    if row_id is None:
        return None
    with session.widened("plan page"):
        renewed = select(PlanCode.patient_id).where(PlanCode.id == row_id)
        patient_id: UUID = session.scalar(renewed) or row_id
        clinic_id = session.scalar(select(_PATIENT.c.clinic_id).where(_PATIENT.c.id == patient_id))
        if clinic_id is None or (_newest(session, patient_id, clinic_id) or patient_id) != row_id:
            return None
    return PlanOwner(patient_id, clinic_id)


def _newest(session: ScopedSession, patient_id: UUID, clinic_id: UUID) -> UUID | None:
    found = select(PlanCode.id).where(PlanCode.patient_id == patient_id, PlanCode.clinic_id == clinic_id)
    return session.scalar(found.order_by(PlanCode.created_at.desc(), PlanCode.id.desc()).limit(1))


def _mint(vault: Vault, row_id: UUID) -> str:
    step = _permutation(vault).encryptor()
    return base64.b32encode(step.update(row_id.bytes) + step.finalize()).decode().rstrip("=").lower()


def _read(vault: Vault, typed: str) -> UUID | None:
    """Return the id behind a code; capitals and small letters are the same."""
    code = typed.strip().lower()
    if len(code) != CODE_LETTERS or not code.isascii():
        return None
    try:
        hidden = base64.b32decode(code.upper() + "=" * (-len(code) % 8))
    except binascii.Error:
        return None
    step = _permutation(vault).decryptor()
    row_id = UUID(bytes=step.update(hidden) + step.finalize())
    return row_id if _mint(vault, row_id) == code else None


def _permutation(vault: Vault) -> Cipher[ECB]:
    # One block, and each id only once: there is no second block that could look like the first.
    return Cipher(AES(vault.key_for(_KEY)[:_KEY_BYTES]), ECB())  # noqa: S305 - a permutation, not a message
