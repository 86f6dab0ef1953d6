"""Who lets whom into a member: from outside only its first administrator, and never oneself."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.invitations import NewInvitation, invite
from referral.accounts.links import url_for_link
from referral.accounts.models import Invitation, Member, Membership, Person, SignedLink
from referral.accounts.roles import MemberKind, Role
from referral.accounts.standing import roles_to_give
from referral.accounts.suspending import restore_person
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from tests.accounts.conftest import PASSWORD, Staff
from tests.factories import Town
from tests.sign_in import sign_in

FIRST = {"name": "Ines", "email": "ines@clinic.example", "role": "clinic_administrator"}


def new(member: Member, role: Role, email: str = "noor@clinic.example") -> NewInvitation:
    return NewInvitation(member.id, role, email, "Noor")


def membership_of(session: ScopedSession, person: Person) -> Membership:
    return session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.NAVIGATOR, Role.CLINIC_ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_from_outside_nobody_is_invited_to_a_member_with_an_administrator(
    staff: Staff, session: ScopedSession, role: Role
) -> None:
    with pytest.raises(InvalidInput) as caught:
        invite(session, new(staff.clinic, role), by=staff.platform.id)

    assert caught.value.field == "role"


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        (MemberKind.CLINIC, (Role.CLINIC_ADMINISTRATOR,)),
        (MemberKind.ORGANIZATION, (Role.ORGANIZATION_ADMINISTRATOR,)),
    ],
)
def test_from_outside_a_member_gets_its_first_administrator(
    staff: Staff, town: Town, kind: MemberKind, roles: tuple[Role, ...]
) -> None:
    assert roles_to_give(town.session, town.member(kind), by=staff.platform.id) == roles


def test_a_member_whose_administrators_cannot_sign_in_may_get_one(staff: Staff, session: ScopedSession) -> None:
    staff.administrator.suspended_at = clock.now()
    session.flush()

    assert roles_to_give(session, staff.clinic, by=staff.platform.id) == (Role.CLINIC_ADMINISTRATOR,)


def test_nobody_lets_themselves_in_from_outside(staff: Staff, town: Town) -> None:
    empty = town.member()

    with pytest.raises(InvalidInput) as caught:
        invite(town.session, new(empty, Role.CLINIC_ADMINISTRATOR, "PIA@clinic.example"), by=staff.platform.id)

    assert caught.value.field == "email"


def test_of_two_invitations_from_outside_one_makes_an_administrator(
    client: FlaskClient, staff: Staff, town: Town
) -> None:
    empty, paths = town.member(), []
    for email in ("one@clinic.example", "two@clinic.example"):
        invitation = invite(town.session, new(empty, Role.CLINIC_ADMINISTRATOR, email), by=staff.platform.id)
        link = town.session.scalars(select(SignedLink).where(SignedLink.subject_id == invitation.id)).one()
        paths.append(url_for_link(town.session, link).removeprefix("http://localhost"))
    town.commit()

    statuses = [
        client.post(path, data={"name": "N", "password": "eleven brass kites hum"}).status_code for path in paths
    ]

    assert statuses == [303, 410]


def test_an_invitation_outlives_the_administrator_who_wrote_it(client: FlaskClient, staff: Staff, town: Town) -> None:
    town.person(staff.clinic, Role.CLINIC_ADMINISTRATOR)
    invitation = invite(town.session, new(staff.clinic, Role.NAVIGATOR), by=staff.administrator.id)
    link = town.session.scalars(select(SignedLink).where(SignedLink.subject_id == invitation.id)).one()
    path = url_for_link(town.session, link).removeprefix("http://localhost")
    membership_of(town.session, staff.administrator).ended_at = clock.now()
    town.commit()

    assert client.post(path, data={"name": "Noor", "password": PASSWORD + " too"}).status_code == 303


def test_from_outside_nobody_is_let_in_again(staff: Staff, session: ScopedSession) -> None:
    staff.navigator.suspended_at = clock.now()
    session.flush()

    with pytest.raises(Conflict):
        restore_person(session, membership_of(session, staff.navigator), by=staff.platform.id)

    assert staff.navigator.suspended_at is not None


def test_the_page_of_a_member_offers_from_outside_what_is_possible(
    client: FlaskClient, staff: Staff, town: Town
) -> None:
    pages = [f"/members/{staff.clinic.id}", f"/members/{town.member().id}"]
    town.commit()
    sign_in(client, staff.platform)

    served, empty = (client.get(path).get_data(as_text=True) for path in pages)

    assert "Send the invitation" not in served
    assert "clinic_administrator" in empty
    assert 'value="navigator"' not in empty


@pytest.mark.parametrize("role", ["navigator", "clinician", "clinic_administrator"])
def test_a_forged_form_from_outside_invites_nobody(
    client: FlaskClient, staff: Staff, session: ScopedSession, role: str
) -> None:
    path = f"/members/{staff.clinic.id}/invitations"
    session.rollback()
    sign_in(client, staff.platform)

    response = client.post(path, data=FIRST | {"role": role})

    assert response.status_code == 422
    assert session.scalars(select(Invitation)).all() == []


def test_the_maker_of_a_member_is_not_its_first_administrator(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    session.rollback()
    sign_in(client, staff.platform)
    form = {"kind": "clinic", "name": "Empty Clinic", "timezone_name": "America/Los_Angeles"}

    response = client.post(
        "/members", data=form | {"administrator_name": "Pia", "administrator_email": "pia@clinic.example"}
    )

    assert response.status_code == 422
    assert "You cannot invite yourself" in response.get_data(as_text=True)
    assert session.scalars(select(Member).where(Member.name == "Empty Clinic")).all() == []
