"""Somebody signed in, in a request that a check makes itself, so that a page can be asked below its guard."""

from uuid import uuid4

from flask import g

from referral.accounts.principal import Signed
from referral.accounts.roles import MemberKind, Role
from referral.kit.scope import ScopedSession
from tests.access.world import World


def somebody(world: World, role: Role) -> Signed:
    """Return whoever has this role at the own clinic."""
    tenant = world.own
    return Signed(
        person_id=tenant.people[role],
        name="Somebody",
        language="en",
        membership_id=tenant.memberships[role],
        member_id=tenant.clinic_id,
        member_kind=MemberKind.CLINIC,
        member_name="A clinic",
        role=role,
        member_zip=None,
        timezone_name="America/Los_Angeles",
        login_session_id=uuid4(),
    )


def enter_request(session: ScopedSession, signed: Signed) -> None:
    """Go on in the present request as `signed`, with this session."""
    g.session, g.principal, g.scope = session, signed, session.scope
