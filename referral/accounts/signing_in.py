"""Signing in and out: the password is checked between short transactions, never inside one."""

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import lazy_gettext as _l

from referral.accounts import passwords, throttles
from referral.accounts.models import Member, Membership, Person
from referral.accounts.names import fold_email
from referral.accounts.principal import Signed
from referral.accounts.queries import person_by_email, usual_membership
from referral.accounts.sessions import end_login, end_logins, open_login, signed_by_id
from referral.accounts.throttles import Attempt
from referral.audit.actions import record, record_apart
from referral.audit.models import AuditKind
from referral.kit.errors import InvalidInput, NotFound
from referral.kit.scope import NOBODY, ScopedSession, job_scope
from referral.kit.transaction import Database

_WRONG = _l("E-mail address and password do not go together. Check both and try again.")


class SignInRefused(InvalidInput):
    """E-mail address or password is wrong, or the account is closed: the same words for all, after the same time."""

    def __init__(self) -> None:
        """Say the one sentence that tells nothing about the account."""
        super().__init__(_WRONG)


@dataclass(frozen=True)
class Admitted:
    """A person whose password was right. `tries`: the stored try; `new_hash` when today's parameters differ."""

    person_id: UUID
    membership_id: UUID | None
    tries: tuple[UUID, ...] = ()
    new_hash: str | None = field(default=None, repr=False)


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
    return Admitted(account.person_id, account.membership_id, tuple(tries), new_hash)


def sign_in(session: ScopedSession, admitted: Admitted, *, instead_of: UUID | None = None) -> SignedIn:
    """Return a new sign-in, whose id was never seen before. `instead_of`: this browser's former one, ended now.

    Raises SignInRefused without a membership. Flushes; the caller commits.
    """
    if admitted.membership_id is None:
        raise SignInRefused
    if instead_of is not None:
        end_login(session, instead_of)
    throttles.mark_succeeded(session, list(admitted.tries))
    if admitted.new_hash is not None:
        session.get_one(Person, admitted.person_id).password_hash = admitted.new_hash
    login_id, secret = open_login(session, admitted.person_id, admitted.membership_id)
    signed = signed_by_id(session, login_id)
    _audit(session, AuditKind.SIGNED_IN, signed)
    return SignedIn(signed, secret)


def sign_out(session: ScopedSession, signed: Signed) -> None:
    """End this browser's sign-in; its cookie is dead. Flushes."""
    end_login(session, signed.login_session_id)
    _audit(session, AuditKind.SIGNED_OUT, signed)


def switch_membership(session: ScopedSession, signed: Signed, membership_id: UUID) -> SignedIn:
    """Return a new sign-in under another of the person's own memberships. Raises NotFound. Flushes."""
    membership = session.get(Membership, membership_id)
    if membership is None or membership.person_id != signed.person_id or membership.ended_at is not None:
        raise NotFound
    return sign_in(session, Admitted(signed.person_id, membership_id), instead_of=signed.login_session_id)


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


def set_language(session: ScopedSession, signed: Signed, language: str) -> None:
    """Store the language of a person's pages (BCP 47). Flushes."""
    session.get_one(Person, signed.person_id).language = language
    session.flush()


def change_password(session: ScopedSession, signed: Signed, password_hash: str) -> None:
    """Store a new password and end the person's other sign-ins. The caller checked the current one. Flushes."""
    session.get_one(Person, signed.person_id).password_hash = password_hash
    end_logins(session, signed.person_id, but=signed.login_session_id)
    session.flush()


def own_words(session: ScopedSession, signed: Signed) -> list[str]:
    """Return what the person's password may not lean on."""
    person = session.get_one(Person, signed.person_id)
    member = session.get_one(Member, signed.member_id)
    return [person.email, person.name, member.name, member.texting_name]


def _account(session: ScopedSession, email: str) -> _Account:
    person = person_by_email(session, email)
    if person is None or person.suspended_at is not None:
        return _Account(person_id=person.id if person else None)
    return _Account(person.id, person.password_hash, usual_membership(session, person.id))


def _audit(session: ScopedSession, kind: AuditKind, signed: Signed) -> None:
    who = {"person_id": signed.person_id, "membership_id": signed.membership_id, "clinic_id": signed.member_id}
    record(session, kind, actor="membership", **who)
