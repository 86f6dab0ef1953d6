"""Codes that prove that a phone is at hand: eight digits, ten minutes, five tries, used once.

As for mailed codes (accounts/codes.py) the digits are minted from random bits under the installation's key when the
text is rendered; the database holds neither them nor anything they could be tried against.
"""

import hmac
import secrets
from uuid import UUID

from sqlalchemy import ColumnElement, update

from referral.accounts.codes import DIGITS, LIVES_FOR, MOST_TRIES, SEED_BYTES, CodeFault
from referral.accounts.mail_allowances import allowance_key, give_allowance_back, take_allowance
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.scope import ScopedSession
from referral.messaging.plain_text import plain
from referral.staff_phones.models import StaffPhone

#: The kinds under which texts with codes are counted: to one phone, and of one person.
TO_PHONE, BY_PERSON = "staff_code", "staff_code_of_person"


def take_code_allowances(session: ScopedSession, phone: StaffPhone, e164: str) -> bool:
    """Return True and count one code, or False when three went to the phone or for the person within the hour."""
    keys = _allowances(session, phone, e164)
    return all(take_allowance(session, key) for key in keys)


def renew_code(phone: StaffPhone) -> None:
    """Give the phone a new code; the one before is dead. The caller flushes."""
    phone.code_seed, phone.code_tries = secrets.token_bytes(SEED_BYTES), 0
    phone.code_expires_at = clock.wall() + LIVES_FOR


def digits_of(session: ScopedSession, phone: StaffPhone) -> str | None:
    """Return the digits of the phone's code; None once it is used, over, or was tried too often."""
    living = phone.code_expires_at is not None and phone.code_expires_at > clock.wall()
    if phone.code_seed is None or not living or phone.code_tries >= MOST_TRIES:
        return None
    return _minted(session, phone.id, phone.code_seed)


def prove(session: ScopedSession, phone: StaffPhone, e164: str, typed: str) -> CodeFault | None:
    """Return None if `typed` is the phone's code, which is then used up, or why not. Each call is one try. Flushes.

    Of several at once with the right code exactly one succeeds: the row is locked by the try until the caller commits,
    which it does also when the code was wrong.
    """
    session.flush()
    tried = update(StaffPhone).where(StaffPhone.id == phone.id, *_living()).values(code_tries=StaffPhone.code_tries + 1)
    found = session.scalar(tried.returning(StaffPhone.id).execution_options(synchronize_session=False))
    session.refresh(phone)
    if found is None or phone.code_seed is None:
        return CodeFault.OVER
    given = "".join(letter for letter in plain(typed) if letter.isdigit())
    if not hmac.compare_digest(_minted(session, phone.id, phone.code_seed).encode(), given.encode()):
        return CodeFault.WRONG if phone.code_tries < MOST_TRIES else CodeFault.OVER
    phone.code_seed = phone.code_expires_at = None
    for key in _allowances(session, phone, e164):
        give_allowance_back(session, key)
    session.flush()
    return None


def _living() -> tuple[ColumnElement[bool], ...]:
    return (
        StaffPhone.code_seed.is_not(None),
        StaffPhone.code_tries < MOST_TRIES,
        StaffPhone.code_expires_at > clock.wall(),
    )


def _allowances(session: ScopedSession, phone: StaffPhone, e164: str) -> tuple[bytes, bytes]:
    return allowance_key(session, TO_PHONE, e164), allowance_key(session, BY_PERSON, phone.person_id.hex)


def _minted(session: ScopedSession, phone_id: UUID, seed: bytes) -> str:
    number = int(vault_of(session).sign(f"staff phone:{phone_id.hex}:{seed.hex()}"), 16)
    return f"{number % 10**DIGITS:0{DIGITS}d}"
