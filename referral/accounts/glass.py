"""Opening and ending emergency access. Opening writes the row, the audit and the notice to the clinic in one go."""

from datetime import timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.accounts.glass_access import JOB
from referral.accounts.glass_closing import close_dead, close_glass
from referral.accounts.glass_models import BreakGlass, GlassEnd
from referral.accounts.glass_notice import tell_clinic
from referral.accounts.glass_policies import may_open
from referral.accounts.models import LoginSession, Member
from referral.accounts.principal import Signed
from referral.accounts.roles import MemberKind
from referral.accounts.sessions import follow_login, signed_by_id
from referral.accounts.signing_in import SignedIn
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import InvalidInput, NotFound
from referral.kit.policy import SecondFactorNeeded
from referral.kit.scope import ScopedSession

#: Long enough for a patient on the table, short enough not to become the usual way in.
OPEN_FOR = timedelta(minutes=60)

_NOBODY_TO_TELL = _l(
    "These records stay closed: nobody there or in the network could be told, so nobody would review it. If somebody is"
    " in danger, call the clinic. Then ask your administrator that the clinic names a privacy officer."
)

#: A reason shorter than this explains nothing to whoever reviews it.
SHORTEST_REASON = 20


def clinics_to_open(session: ScopedSession, signed: Signed) -> list[Member]:
    """Return the clinics whose records somebody may open in an emergency, by name.

    Their own is among them only where a patient barred them: the others they see anyway.
    """
    own_too = bool(session.scope.barred)
    rows = session.scalars(select(Member).where(Member.kind == MemberKind.CLINIC).order_by(Member.name, Member.id))
    return [
        clinic
        for clinic in rows
        if may_open(signed.role, own=clinic.id == signed.member_id, own_kind=signed.member_kind)
        or (own_too and clinic.id == signed.member_id)
    ]


def check_second_factor(session: ScopedSession, signed: Signed) -> None:
    """Raise SecondFactorNeeded unless this browser gave a second factor, whatever their own role asks for."""
    if session.get_one(LoginSession, signed.login_session_id).second_factor_at is None:
        raise SecondFactorNeeded


def open_glass(session: ScopedSession, signed: Signed, clinic_id: UUID, *, reason: str) -> SignedIn:
    """Return a new sign-in that reads the clinic's records for OPEN_FOR; this browser's former one ends.

    Row, audit and the clinic's notice stand or fall together. The session goes on for the clinic opened. Raises
    InvalidInput (also while the person has one open elsewhere, and when nobody else can be told) and
    SecondFactorNeeded; the caller then rolls back. Flushes; the caller commits.
    """
    own_scope = session.scope
    check_second_factor(session, signed)
    if clinic_id not in {clinic.id for clinic in clinics_to_open(session, signed)}:
        raise InvalidInput(_l("Choose a clinic from the list."), "clinic")
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput(_l("Write at least 20 letters, so that whoever reviews this understands it."), "reason")
    glass = _opened(session, signed, clinic_id, reason)
    signed_in = _follow(session, signed, break_glass_id=glass.id)
    session.take_scope(signed_in.principal.scope())
    record(
        session,
        AuditKind.GLASS_OPENED,
        clinic_id=clinic_id,
        subject_kind=BreakGlass.__tablename__,
        subject_id=glass.id,
    )
    if not tell_clinic(session, glass):
        session.take_scope(own_scope)
        raise InvalidInput(_NOBODY_TO_TELL, "clinic")
    return signed_in


def end_glass(session: ScopedSession, signed: Signed) -> SignedIn:
    """End emergency access before its time; return a new sign-in as they were before. Raises NotFound. Flushes."""
    if signed.break_glass_id is None:
        raise NotFound
    close_glass(session, signed.break_glass_id, GlassEnd.BY_PERSON)
    return _follow(session, signed, break_glass_id=None)


def _opened(session: ScopedSession, signed: Signed, clinic_id: UUID, reason: str) -> BreakGlass:
    now = clock.wall()
    glass = BreakGlass(
        clinic_id=clinic_id,
        person_id=signed.person_id,
        membership_id=signed.membership_id,
        reason=reason.strip(),
        opened_at=clock.now(),
        until=now + OPEN_FOR,
    )
    with session.widened(JOB):  # the row belongs to the clinic opened, which is not yet theirs to write to
        close_dead(session, person_id=signed.person_id)
        try:
            with session.begin_nested():
                session.add(glass)
                session.flush()
        except IntegrityError as error:
            message = _l("You have emergency access open in another window. End it there, then come back.")
            raise InvalidInput(message) from error
    return glass


def _follow(session: ScopedSession, signed: Signed, *, break_glass_id: UUID | None) -> SignedIn:
    """Return a sign-in with a new secret in this browser's place; what was proven stays proven, and no more."""
    former = session.get_one(LoginSession, signed.login_session_id)
    login_id, secret = follow_login(session, former, signed.membership_id, break_glass_id=break_glass_id)
    return SignedIn(signed_by_id(session, login_id), secret)
