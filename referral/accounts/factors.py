"""Second factors of people: which they have, confirming and removing one, and proving one."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts import recovery, throttles, totp
from referral.accounts.factor_models import SecondFactor
from referral.accounts.models import LoginSession, Membership, Person
from referral.accounts.principal import Signed
from referral.accounts.roles import NEEDS_SECOND_FACTOR
from referral.accounts.sessions import end_logins
from referral.accounts.signing_in import Admitted, SignedIn, sign_in
from referral.accounts.throttles import Attempt
from referral.audit.actions import record, record_apart
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database, database

LONGEST_LABEL = 40

#: After many wrong codes from everywhere, one try a minute from addresses that the person never used: six digits, of
#: which three count, then hold for months. Whoever types them knows the password already, and a key is not slowed.
CODE_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Standing:
    """What a person has to prove who they are a second time. `codes_left`: of recovery codes."""

    factors: list[SecondFactor]
    codes_left: int


def standing_of(session: ScopedSession, person_id: UUID) -> Standing:
    """Return the person's confirmed factors, oldest first, and how many recovery codes are left."""
    return Standing(live_factors(session, person_id), recovery.codes_left(session, person_id))


def live_factors(session: ScopedSession, person_id: UUID) -> list[SecondFactor]:
    """Return the factors that count, oldest first."""
    rows = session.scalars(
        select(SecondFactor)
        .where(
            SecondFactor.person_id == person_id,
            SecondFactor.confirmed_at.is_not(None),
            SecondFactor.ended_at.is_(None),
        )
        .order_by(SecondFactor.created_at, SecondFactor.id)
    )
    return list(rows)


def own_factor(session: ScopedSession, person_id: UUID, factor_id: UUID) -> SecondFactor | None:
    """Return a person's factor that has not ended, confirmed or about to be, or None."""
    return session.scalar(
        select(SecondFactor).where(
            SecondFactor.id == factor_id, SecondFactor.person_id == person_id, SecondFactor.ended_at.is_(None)
        )
    )


def confirm_app(session: ScopedSession, signed: Signed, factor: SecondFactor, typed: str) -> None:
    """Make a new app count when `typed` is what it shows. Raises InvalidInput. Flushes; the caller commits."""
    if totp.take_code(session, signed.person_id, typed, factor_id=factor.id) is None:
        raise InvalidInput(
            _l("This is not the code that the app shows now. Wait for the next one, and check the clock of the phone."),
            "code",
        )
    factor.confirmed_at = clock.wall()
    note_added(session, signed, factor)


def note_added(session: ScopedSession, signed: Signed, factor: SecondFactor) -> None:
    """Write a new factor down and sign the person's other browsers out. Flushes."""
    end_logins(session, signed.person_id, but=signed.login_session_id)
    _write_down(session, AuditKind.FACTOR_ADDED, signed, factor)


def rename_factor(session: ScopedSession, factor: SecondFactor, label: str) -> None:
    """Call a factor something else. Flushes; the caller commits."""
    factor.label = label
    session.flush()


def remove_factor(session: ScopedSession, signed: Signed, factor: SecondFactor) -> None:
    """End a factor and the person's other sign-ins. Raises Conflict for the last one where a role needs it. Flushes."""
    session.scalars(select(Person).where(Person.id == signed.person_id).with_for_update(key_share=True)).one()
    others = [each for each in live_factors(session, signed.person_id) if each.id != factor.id]
    if not others and factor.confirmed_at is not None and _some_role_needs_it(session, signed.person_id):
        raise Conflict(_l("This is your last one, and your role needs one. Add another first, then remove this."))
    factor.ended_at, factor.secret = clock.wall(), None
    factor.credential_id = factor.public_key = None  # the same key may be added again
    if not others:
        recovery.end_codes(session, signed.person_id)
    end_logins(session, signed.person_id, but=signed.login_session_id)
    _write_down(session, AuditKind.FACTOR_REMOVED, signed, factor)


def renew_codes(session: ScopedSession, signed: Signed) -> list[str]:
    """Return ten new recovery codes to be shown once; the old ones are dead, and it is written down. Flushes."""
    record(
        session,
        AuditKind.CODES_RENEWED,
        person_id=signed.person_id,
        clinic_id=signed.member_id,
        subject_kind="person",
        subject_id=signed.person_id,
    )
    return recovery.new_codes(session, signed.person_id)


def prove(database: Database, session: ScopedSession, signed: Signed, typed: str, *, address: str) -> str:
    """Return what was proven, "app" or "recovery code", by what was typed; it is used up.

    The try is counted in a short transaction of its own before, so call it before `session` has begun to write.
    Raises InvalidInput, Throttled. Flushes; the caller commits.
    """
    tries = _count_try(database, signed, address)
    found = "app" if totp.take_code(session, signed.person_id, typed) is not None else None
    if found is None and recovery.use_code(session, signed.person_id, typed):
        found = "recovery code"
    if found is None:
        session.rollback()  # lets go of the writer's place before the failure is written down apart
        note_failure(signed)
        raise InvalidInput(
            _l("This code does not count, or was used before. Wait for the next one and type that."), "code"
        )
    throttles.mark_succeeded(session, tries)
    return found


def note_failure(signed: Signed) -> None:
    """Write down apart that a factor was not proven."""
    record_apart(
        database(), signed.scope(), AuditKind.FACTOR_FAILED, person_id=signed.person_id, clinic_id=signed.member_id
    )


def complete(session: ScopedSession, signed: Signed, how: str) -> SignedIn:
    """Return a sign-in with both factors, under a new id; the one with one factor has ended. Flushes."""
    login = session.get_one(LoginSession, signed.login_session_id)
    admitted = Admitted(
        signed.person_id, signed.membership_id, identity_id=login.identity_id, second_factor=True, how=how
    )
    return sign_in(session, admitted, instead_of=signed.login_session_id)


def confirm_login(session: ScopedSession, signed: Signed) -> None:
    """Write that the person has just proven who they are. Flushes; the caller commits."""
    session.get_one(LoginSession, signed.login_session_id).confirmed_at = clock.wall()
    session.flush()


def has_given_two(session: ScopedSession, signed: Signed) -> bool:
    """Return True if this browser gave a second factor, and not only none was asked."""
    return session.get_one(LoginSession, signed.login_session_id).second_factor_at is not None


def _write_down(session: ScopedSession, kind: AuditKind, signed: Signed, factor: SecondFactor) -> None:
    record(
        session,
        kind,
        person_id=signed.person_id,
        clinic_id=signed.member_id,
        subject_kind=SecondFactor.__tablename__,
        subject_id=factor.id,
        detail={"kind": factor.kind},
    )


def _count_try(database: Database, signed: Signed, address: str) -> list[UUID]:
    with database.writing(job_scope("second factor")) as apart:
        attempt = Attempt(f"second factor of {signed.person_id}", address, account_pause=CODE_PAUSE)
        return throttles.take_try(apart, attempt)


def _some_role_needs_it(session: ScopedSession, person_id: UUID) -> bool:
    roles = session.scalars(
        select(Membership.role)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    )
    return bool(set(roles) & set(NEEDS_SECOND_FACTOR))
