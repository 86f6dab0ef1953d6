"""Signing in and out: the password is checked between short transactions, never inside one."""

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts import passwords, throttles
from referral.accounts.glass_closing import close_glass
from referral.accounts.glass_models import GlassEnd
from referral.accounts.models import LoginSession, Member, Membership, Person
from referral.accounts.names import fold_email
from referral.accounts.principal import Signed
from referral.accounts.queries import local_words, person_by_email, usual_membership
from referral.accounts.reset import tell_of_new_password
from referral.accounts.sessions import end_login, end_logins, follow_login, open_login, signed_by_id
from referral.accounts.throttles import Attempt
from referral.audit.actions import record, record_apart
from referral.audit.models import AuditKind
from referral.kit.errors import InvalidInput, NotFound
from referral.kit.scope import NOBODY, ScopedSession, job_scope
from referral.kit.transaction import Database
from resources_directory.db import new_id

_WRONG = _l("E-mail address and password do not go together. Check both and try again.")


class SignInRefused(InvalidInput):
    """E-mail address or password is wrong, or the account is closed: the same words for all, after the same time."""

    def __init__(self) -> None:
        """Say the one sentence that tells nothing about the account."""
        super().__init__(_WRONG)


@dataclass(frozen=True)
class Admitted:
    """A person whose password was right, or whom their member's provider vouches for.

    `tries`: the stored try; `checked_hash`: what the password was checked against; `new_hash` when today's parameters
    differ; `how` the second factor was given, for the
    audit; the rest as in `open_login`.
    """

    person_id: UUID
    membership_id: UUID | None
    tries: tuple[UUID, ...] = ()
    checked_hash: str | None = field(default=None, repr=False)
    new_hash: str | None = field(default=None, repr=False)
    identity_id: UUID | None = None
    second_factor: bool = False
    confirmed: bool = True
    how: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """A fresh sign-in. `secret` is for the cookie and stands nowhere else."""

    principal: Signed
    secret: str = field(repr=False)


@dataclass(frozen=True)
class _Account:
    person_id: UUID | None = None
    password_hash: str | None = field(default=None, repr=False)
    membership_id: UUID | None = None


def admit(database: Database, email: str, password: str, *, address: str, invited: bool = False) -> Admitted:
    """Return the person whose e-mail address and password these are. `invited`: they may have no membership left.

    Runs short transactions of its own; the caller has none open. Unknown, wrong and closed accounts cost the same time.
    Raises SignInRefused, Throttled.
    """
    attempt = Attempt(fold_email(email), address)
    with database.writing(job_scope("sign-in")) as session:
        tries = throttles.take_try(session, attempt)
    with database.reading(NOBODY) as session:
        account = _account(session, attempt.email)
    right = passwords.matches(account.password_hash, password)
    if not right or account.person_id is None or not (invited or account.membership_id):
        record_apart(database, NOBODY, AuditKind.SIGN_IN_FAILED, person_id=account.person_id)
        raise SignInRefused
    outdated = account.password_hash is not None and passwords.needs_rehash(account.password_hash)
    new_hash = passwords.hash_password(password) if outdated else None
    return Admitted(account.person_id, account.membership_id, tuple(tries), account.password_hash, new_hash)


def sign_in(session: ScopedSession, admitted: Admitted, *, instead_of: UUID | None = None) -> SignedIn:
    """Return a new sign-in, whose id was never seen before. `instead_of`: this browser's former one, ended now.

    Raises SignInRefused without a membership, and when the password was changed since it was checked. Flushes; the
    caller commits.
    """
    if admitted.membership_id is None:
        raise SignInRefused
    if admitted.checked_hash is not None:
        _keep_password(session, admitted)
    if instead_of is not None:
        end_login(session, instead_of)
    throttles.mark_succeeded(session, list(admitted.tries))
    login_id, secret = open_login(
        session,
        admitted.person_id,
        admitted.membership_id,
        second_factor=admitted.second_factor,
        identity_id=admitted.identity_id,
        confirmed=admitted.confirmed,
    )
    signed = signed_by_id(session, login_id)
    _audit(session, AuditKind.SIGNED_IN, signed, how=admitted.how)
    return SignedIn(signed, secret)


def sign_out(session: ScopedSession, signed: Signed) -> None:
    """End this browser's sign-in; its cookie is dead. Flushes."""
    if signed.break_glass_id is not None:
        close_glass(session, signed.break_glass_id, GlassEnd.SIGNED_OUT)
    end_login(session, signed.login_session_id)
    _audit(session, AuditKind.SIGNED_OUT, signed)


def switch_membership(session: ScopedSession, signed: Signed, membership_id: UUID) -> SignedIn:
    """Return a sign-in in this browser's place under another of the person's own memberships. Raises NotFound. Flushes.

    Nothing is proven anew by it, and its end does not move. Whom one member's provider let in stays with that member.
    """
    membership = session.get(Membership, membership_id)
    if membership is None or membership.person_id != signed.person_id or membership.ended_at is not None:
        raise NotFound
    if signed.identity_id is not None and membership.member_id != signed.member_id:
        raise NotFound
    former = session.get_one(LoginSession, signed.login_session_id)
    login_id, secret = follow_login(session, former, membership_id)
    going_on = signed_by_id(session, login_id)
    _audit(session, AuditKind.SIGNED_IN, going_on)
    return SignedIn(going_on, secret)


def confirm_password(database: Database, signed: Signed, password: str, *, address: str) -> None:
    """Return when this is the signed-in person's password. Short transactions; raises InvalidInput, Throttled."""
    with database.reading(NOBODY) as session:
        email = session.get_one(Person, signed.person_id).email
    try:
        admitted = admit(database, email, password, address=address)
    except SignInRefused as error:
        raise InvalidInput(_l("This is not your password. Try again."), "current_password") from error
    with database.writing(job_scope("sign-in")) as session:
        throttles.mark_succeeded(session, list(admitted.tries))


def end_own_sign_ins(session: ScopedSession, signed: Signed, *, only: UUID | None = None) -> None:
    """Sign a person's other browsers out, or `only` one of them; it is written down. Flushes."""
    if only is None:
        end_logins(session, signed.person_id, but=signed.login_session_id)
    else:
        end_login(session, only)
    _audit(session, AuditKind.SIGN_INS_ENDED, signed)


def set_language(session: ScopedSession, signed: Signed, language: str) -> None:
    """Store the language of a person's pages (BCP 47). Flushes."""
    session.get_one(Person, signed.person_id).language = language
    session.flush()


def change_password(session: ScopedSession, signed: Signed, password_hash: str) -> None:
    """Store a new password, end the person's other sign-ins, tell them. The caller checked the current one. Flushes."""
    person = session.get_one(Person, signed.person_id)
    person.password_hash = password_hash
    end_logins(session, signed.person_id, but=signed.login_session_id)
    _audit(session, AuditKind.PASSWORD_CHANGED, signed)
    tell_of_new_password(session, person, dedupe_key=f"password_changed:{new_id()}")


def own_words(session: ScopedSession, signed: Signed) -> list[str]:
    """Return what the person's password may not lean on."""
    person = session.get_one(Person, signed.person_id)
    member = session.get_one(Member, signed.member_id)
    return [person.email, person.name, *local_words(member)]


def _account(session: ScopedSession, email: str) -> _Account:
    person = person_by_email(session, email)
    if person is None or person.suspended_at is not None:
        return _Account(person_id=person.id if person else None)
    return _Account(person.id, person.password_hash, usual_membership(session, person.id))


def _keep_password(session: ScopedSession, admitted: Admitted) -> None:
    """Hold the row whose password was checked, so that a change at the same time comes before or after, never between.

    A change before: SignInRefused. One after ends the sign-in that is being made.
    """
    found = session.scalar(
        select(Person)
        .where(Person.id == admitted.person_id, Person.password_hash == admitted.checked_hash)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise SignInRefused
    if admitted.new_hash is not None:
        found.password_hash = admitted.new_hash
        session.flush()


def _audit(session: ScopedSession, kind: AuditKind, signed: Signed, *, how: str | None = None) -> None:
    record(
        session,
        kind,
        actor="membership",
        person_id=signed.person_id,
        membership_id=signed.membership_id,
        clinic_id=signed.member_id,
        detail={"second_factor": how} if how else {},
    )
