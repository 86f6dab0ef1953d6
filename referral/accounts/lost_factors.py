"""Somebody lost their phone or key: an administrator, or the command line, takes the factors away; they enrol again."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from referral.accounts import recovery
from referral.accounts.factor_mails import tell_of_lost_factors
from referral.accounts.factor_models import SecondFactor
from referral.accounts.models import Member, Membership, Person
from referral.accounts.queries import administrators_of, usual_membership
from referral.accounts.roles import MemberKind
from referral.accounts.sessions import end_logins
from referral.accounts.standing import check_only_here
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession


def take_factors_away(session: ScopedSession, membership: Membership, *, by: UUID, anywhere: bool = False) -> int:
    """End a person's factors, recovery codes and sign-ins for their administrator; return how many factors.

    They sign in with the password and set up a new factor before anything else opens; an e-mail tells them, unless
    they had none: whoever presses twice tells once.
    `anywhere`: a platform administrator does it, also for whoever works for several members; for others that raises
    Conflict, as does one's own. Flushes; the caller commits.
    """
    if membership.person_id == by:
        raise Conflict(_l("You cannot take away your own. Ask another administrator, or change them in your account."))
    if not anywhere:
        message = _l(
            "This person also works for another member and their second proof cannot be taken away from here. "
            "Ask a platform administrator."
        )
        check_only_here(session, membership, message)
    ended = _end_factors(session, membership.person_id)
    record(
        session,
        AuditKind.FACTORS_RESET,
        clinic_id=membership.member_id,
        subject_kind="person",
        subject_id=membership.person_id,
        detail={"factors": ended},
    )
    if ended:
        tell_of_lost_factors(session, session.get_one(Person, membership.person_id), clinic_id=membership.member_id)
    return ended


def mend_factors(session: ScopedSession, person: Person, *, reason: str) -> int:
    """End a person's factors, recovery codes and sign-ins by the command line; return how many factors.

    `reason` stands sealed in the audit. Flushes; the caller commits.
    """
    ended = _end_factors(session, person.id)
    membership_id = usual_membership(session, person.id)
    member_id = session.get_one(Membership, membership_id).member_id if membership_id else None
    record(
        session,
        AuditKind.FACTORS_RESET,
        reason,
        clinic_id=member_id,
        subject_kind="person",
        subject_id=person.id,
        detail={"factors": ended},
    )
    if member_id is not None:
        tell_of_lost_factors(session, person, clinic_id=member_id)
    return ended


def others_who_can(session: ScopedSession, person_id: UUID) -> list[str]:
    """Return the e-mail addresses of the administrators who could take the person's factors away on their page."""
    rows = session.scalars(
        select(Membership.member_id).where(Membership.person_id == person_id, Membership.ended_at.is_(None)).distinct()
    )
    own = set(rows.all())
    networks = set(session.scalars(select(Member.id).where(Member.kind == MemberKind.NETWORK)).all())
    reached = networks if len(own) > 1 else networks | own  # a platform administrator reaches all
    administrators = {each for member_id in reached for each in administrators_of(session, member_id)}
    emails = session.scalars(
        select(Person.email).where(Person.id.in_(administrators - {person_id})).order_by(Person.email)
    )
    return list(emails)


def _end_factors(session: ScopedSession, person_id: UUID) -> int:
    session.flush()
    ended = session.scalars(
        update(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.ended_at.is_(None))
        .values(ended_at=clock.wall(), secret_sealed=None, credential_id=None, public_key=None)
        .returning(SecondFactor.id)
    ).all()
    recovery.end_codes(session, person_id)
    end_logins(session, person_id)
    return len(ended)
