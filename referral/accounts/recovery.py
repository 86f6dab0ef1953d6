"""Recovery codes: ten on paper, each good once, for when the phone or key is lost."""

import secrets
from uuid import UUID

from sqlalchemy import func, select, update

from referral.accounts.factor_models import RecoveryCode
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.scope import ScopedSession
from resources_directory.db import new_id

HOW_MANY = 10
#: Letters and digits that nobody mixes up on paper: 32, so five bits each.
LETTERS = "abcdefghjkmnpqrstuvwxyz023456789"
LENGTH = 16
GROUP = 4


def new_codes(session: ScopedSession, person_id: UUID) -> list[str]:
    """Return ten fresh codes to be shown once, such as "abcd-efgh-…" (80 bits); older ones are dead. Flushes."""
    end_codes(session, person_id)
    plain = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    now = clock.wall()
    session.add_all(
        RecoveryCode(id=new_id(), person_id=person_id, code_hash=_hash(session, person_id, code), created_at=now)
        for code in plain
    )
    session.flush()
    return ["-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP)) for code in plain]


def end_codes(session: ScopedSession, person_id: UUID) -> None:
    """Make every unused code of a person dead. Flushes."""
    session.flush()
    session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
        .values(used_at=clock.wall())
    )


def codes_left(session: ScopedSession, person_id: UUID) -> int:
    """Return how many codes a person has left."""
    left = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def use_code(session: ScopedSession, person_id: UUID, typed: str) -> bool:
    """Use a code up; True for exactly one of several at once. Capitals, blanks and dashes do not matter. Flushes."""
    session.flush()
    plain = "".join(letter for letter in typed.lower() if letter.isalnum())
    if len(plain) != LENGTH:
        return False
    used = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == _hash(session, person_id, plain),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.wall())
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    return used is not None


def _hash(session: ScopedSession, person_id: UUID, plain: str) -> bytes:
    return vault_of(session).index("recovery_code", plain, owner=person_id)
