"""Codes of authenticator apps: TOTP (RFC 6238), six digits of half a minute, each taken once."""

import hmac
from uuid import UUID

import pyotp
import segno
from markupsafe import Markup
from sqlalchemy import delete, select, update

from referral.accounts.factor_models import FactorKind, SecondFactor
from referral.kit import clock
from referral.kit.scope import ScopedSession
from resources_directory.db import new_id

STEP_S = 30
DIGITS = 6
#: 32 letters of base32 are 160 bits, the length of SHA-1's key (RFC 4226 section 4).
SECRET_LETTERS = 32
#: A phone's clock may be half a minute off in either direction.
STEPS_AROUND = (0, -1, 1)
ISSUER = "NeedsRx"


def start_app(session: ScopedSession, person_id: UUID, label: str) -> SecondFactor:
    """Return a new app factor that counts once a first code of it was typed. One begun before is dropped. Flushes."""
    unfinished = (SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_(None))
    session.execute(delete(SecondFactor).where(*unfinished))
    factor = SecondFactor(
        id=new_id(),
        person_id=person_id,
        kind=FactorKind.APP,
        label=label,
        last_step=0,
        sign_count=0,
        created_at=clock.wall(),
    )
    factor.secret = pyotp.random_base32(SECRET_LETTERS)
    session.add(factor)
    session.flush()
    return factor


def app_address(factor: SecondFactor, email: str) -> str:
    """Return the otpauth:// address that an app reads from the picture."""
    return pyotp.TOTP(factor.secret or "").provisioning_uri(name=email, issuer_name=ISSUER)


def picture(address: str) -> Markup:
    """Return the address as a picture (QR code), black on white with a quiet border: an SVG element for the page."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=False)
    return Markup(drawn)  # noqa: S704 - squares drawn by segno: no text of anybody stands in it


def spaced(secret: str) -> str:
    """Return a secret in groups of four, to type by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def take_code(
    session: ScopedSession, person_id: UUID, typed: str, *, factor_id: UUID | None = None
) -> SecondFactor | None:
    """Return the app that shows these digits now, and use up their half minute; None when none does.

    Of several at once with the same digits exactly one gets the factor. `factor_id`: only this one, which may be new.
    Flushes; the caller commits.
    """
    digits = "".join(typed.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    for factor in _apps(session, person_id, factor_id):
        step = _step_of(factor, digits)
        if step is not None and _use_step(session, factor, step):
            return factor
    return None


def _apps(session: ScopedSession, person_id: UUID, factor_id: UUID | None) -> list[SecondFactor]:
    found = select(SecondFactor).where(
        SecondFactor.person_id == person_id, SecondFactor.kind == FactorKind.APP, SecondFactor.ended_at.is_(None)
    )
    chosen = SecondFactor.confirmed_at.is_not(None) if factor_id is None else SecondFactor.id == factor_id
    return list(session.scalars(found.where(chosen).order_by(SecondFactor.created_at, SecondFactor.id)))


def _step_of(factor: SecondFactor, digits: str) -> int | None:
    now = int(clock.wall().timestamp()) // STEP_S
    totp = pyotp.TOTP(factor.secret or "", digits=DIGITS, interval=STEP_S)
    fitting = [now + each for each in STEPS_AROUND if hmac.compare_digest(totp.generate_otp(now + each), digits)]
    return fitting[0] if fitting else None


def _use_step(session: ScopedSession, factor: SecondFactor, step: int) -> bool:
    session.flush()
    now = clock.wall()
    used = session.scalar(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.last_step < step, SecondFactor.ended_at.is_(None))
        .values(last_step=step, used_at=now)
        .returning(SecondFactor.id)
        .execution_options(synchronize_session=False)
    )
    if used is not None:
        session.refresh(factor)
    return used is not None
