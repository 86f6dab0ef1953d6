"""Suspending people, whose sign-ins, links and emergency access are dead at once; letting in again; signing out."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from referral.accounts.actions import check_administrator_left, lock_member
from referral.accounts.glass_closing import close_dead
from referral.accounts.hooks import StoodIn, stand_in_for
from referral.accounts.invitations import withdraw
from referral.accounts.links import end_links
from referral.accounts.models import Invitation, LinkPurpose, Membership, Person
from referral.accounts.sessions import end_logins
from referral.accounts.standing import check_only_here, check_restoring
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession


def suspend_person(session: ScopedSession, membership: Membership, *, by: UUID | None) -> StoodIn | None:
    """Bar a member's person from signing in; every sign-in and every link to them is dead from the next request on.

    Return what waited for them and who does it from now on; None where nothing did.
    Raises Conflict for oneself, when they also work for another member (whose people they are too), or when nobody
    would be left to look after this one. Flushes; the caller commits.
    """
    lock_member(session, membership.member_id)
    person = session.get_one(Person, membership.person_id)
    if person.id == by:
        raise Conflict(_l("You cannot suspend yourself. Ask another administrator."))
    message = _l(
        "This person also works for another member and cannot be suspended from here. End their membership instead."
    )
    check_only_here(session, membership, message)
    person.suspended_at = person.suspended_at or clock.now()
    session.flush()
    check_administrator_left(session, membership)
    end_logins(session, person.id)
    with session.widened("suspension"):  # their links and emergency access may be any member's
        _end_links(session, person)
        close_dead(session, person_id=person.id)
    _write_down(session, AuditKind.PERSON_SUSPENDED, membership)
    return stand_in_for(session, membership.member_id, person.id)


def restore_person(session: ScopedSession, membership: Membership, *, by: UUID) -> None:
    """Let a suspended person sign in again. Raises Conflict when `by` may not give their role. Flushes."""
    check_restoring(session, membership, by=by)
    session.get_one(Person, membership.person_id).suspended_at = None
    session.flush()
    _write_down(session, AuditKind.PERSON_RESTORED, membership)


def end_sign_ins(session: ScopedSession, membership: Membership, *, anywhere: bool = False) -> None:
    """Sign a member's person out in every browser; they can sign in again.

    `anywhere`: a platform administrator does it, also for whoever works for several members; for others that raises
    Conflict. Flushes; the caller commits.
    """
    if not anywhere:
        message = _l(
            "This person also works for another member and cannot be signed out from here. Ask a platform "
            "administrator, or end their membership instead."
        )
        check_only_here(session, membership, message)
    end_logins(session, membership.person_id)
    _write_down(session, AuditKind.SIGN_INS_ENDED, membership)


def _end_links(session: ScopedSession, person: Person) -> None:
    """End their way to a new password, the invitations to them, and those they wrote that nobody took up yet."""
    end_links(session, LinkPurpose.PASSWORD_RESET, person.id)
    open_ones = session.scalars(
        select(Invitation)
        .where(
            or_(Invitation.email == person.email, Invitation.invited_by == person.id),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .order_by(Invitation.id)
    )
    for invitation in open_ones.all():
        withdraw(session, invitation)


def _write_down(session: ScopedSession, kind: AuditKind, membership: Membership) -> None:
    record(session, kind, clinic_id=membership.member_id, subject_kind="person", subject_id=membership.person_id)
