"""Whoever acts: whose rows they see, what their role allows, and that Flask-Login knows them."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from flask_login import current_user

from referral.accounts.principal import Signed, current_person
from referral.accounts.roles import MemberKind, Role
from referral.kit.policy import SignInNeeded
from referral.kit.scope import ScopedSession, ScopeKind
from tests.accounts.conftest import Staff
from tests.sign_in import sign_in

OWN = UUID(int=7)
NONE: frozenset[UUID] = frozenset()


def signed(kind: MemberKind, role: Role) -> Signed:
    return Signed(
        person_id=UUID(int=1),
        name="Nadia",
        language="en",
        membership_id=UUID(int=2),
        member_id=OWN,
        member_kind=kind,
        member_name="Hazel Grove",
        role=role,
        member_zip=None,
        timezone_name="America/New_York",
        login_session_id=UUID(int=3),
    )


@pytest.mark.parametrize(
    ("kind", "role", "clinics", "receivers"),
    [
        (MemberKind.CLINIC, Role.CLINICIAN, {OWN}, NONE),
        (MemberKind.CLINIC, Role.NAVIGATOR, {OWN}, NONE),
        (MemberKind.CLINIC, Role.CLINIC_ADMINISTRATOR, {OWN}, NONE),
        (MemberKind.CLINIC, Role.PRIVACY_OFFICER, {OWN}, NONE),
        (MemberKind.CLINIC, Role.ANALYST, NONE, NONE),  # aggregates only, never a name
        (MemberKind.CLINIC, Role.DIRECTORY_EDITOR, NONE, NONE),
        (MemberKind.ORGANIZATION, Role.ORGANIZATION_STAFF, NONE, {OWN}),
        (MemberKind.ORGANIZATION, Role.ORGANIZATION_ADMINISTRATOR, NONE, {OWN}),
        (MemberKind.ORGANIZATION, Role.CLINICIAN, NONE, NONE),  # no such pair is ever given
        (MemberKind.NETWORK, Role.PLATFORM_ADMINISTRATOR, NONE, NONE),
        (MemberKind.NETWORK, Role.PRIVACY_OFFICER, NONE, NONE),
        (MemberKind.NETWORK, Role.ANALYST, NONE, NONE),
    ],
)
def test_a_membership_sees_its_own_rows_only(
    kind: MemberKind, role: Role, clinics: frozenset[UUID], receivers: frozenset[UUID]
) -> None:
    scope = signed(kind, role).scope()

    assert (scope.clinic_ids, scope.receiver_ids, scope.referral_id) == (clinics, receivers, None)
    assert (scope.kind, scope.person_id) == (ScopeKind.MEMBERSHIP, UUID(int=1))


def test_flask_login_knows_the_same_person(client: FlaskClient, staff: Staff) -> None:
    sign_in(client, staff.navigator)

    with client:
        client.get("/account")

        assert current_user.is_authenticated
        assert current_user.get_id() == str(current_person().person_id)


def test_nobody_is_signed_in_without_a_cookie(client: FlaskClient, session: ScopedSession) -> None:
    with client:
        client.get("/sign-in")

        assert not current_user.is_authenticated
        with pytest.raises(SignInNeeded):
            current_person()
