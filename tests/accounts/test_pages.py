"""Pages of accounts: who reaches which, and what happens when they are used."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Invitation, Member, Membership, Person
from referral.accounts.roles import Role
from referral.kit.scope import ScopedSession
from tests.accounts.conftest import PASSWORD, Staff, is_signed_in, post_sign_in
from tests.factories import Town
from tests.sign_in import sign_in

NEW_PASSWORD = "eleven brass kites hum"
MEMBER = {
    "kind": "organization",
    "name": "Larkmead Larder",
    "texting_name": "",
    "phone": "559-555-0120",
    "email": "",
    "zip_code": "93701",
    "timezone_name": "America/Los_Angeles",
    "administrator_name": "Lia",
    "administrator_email": "lia@larder.example",
}


@pytest.mark.parametrize(
    ("who", "reached"),
    [
        ("nobody", {"/account": 302, "/memberships": 302, "/people": 302, "/members": 302}),
        ("navigator", {"/account": 200, "/memberships": 200, "/people": 404, "/members": 404}),
        ("administrator", {"/account": 200, "/memberships": 200, "/people": 200, "/members": 404}),
        ("platform", {"/account": 200, "/memberships": 200, "/people": 200, "/members": 200}),
    ],
)
def test_each_role_reaches_its_pages(client: FlaskClient, staff: Staff, who: str, reached: dict[str, int]) -> None:
    if who != "nobody":
        sign_in(client, getattr(staff, who))

    assert {path: client.get(path).status_code for path in reached} == reached


def test_an_administrator_does_nothing_to_another_member(
    app: Flask, client: FlaskClient, staff: Staff, town: Town
) -> None:
    other = town.clinic()
    person = town.person(other, Role.CLINICIAN)
    membership_id = town.session.scalars(select(Membership.id).where(Membership.person_id == person.id)).one()
    invitation = Invitation(
        member_id=other.id, role=Role.CLINICIAN, email="x@y.example", name="X", created_at=other.created_at
    )
    town.session.add(invitation)
    town.session.flush()
    paths = [
        f"/memberships/{membership_id}/end",
        f"/memberships/{membership_id}/suspend",
        f"/memberships/{membership_id}/restore",
        f"/invitations/{invitation.id}/withdraw",
        f"/members/{other.id}/invitations",
        f"/members/{other.id}/owners",
    ]
    foreign_page = f"/members/{other.id}"
    town.commit()
    sign_in(client, staff.administrator)

    statuses = [client.get(foreign_page).status_code, *(client.post(path).status_code for path in paths)]

    assert statuses == [404] * 7


def test_the_platform_administrator_makes_a_member_and_invites_its_administrator(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    session.rollback()
    sign_in(client, staff.platform)

    response = client.post("/members", data=MEMBER)

    member = session.scalars(select(Member).where(Member.name == "Larkmead Larder")).one()
    invitation = session.scalars(select(Invitation)).one()
    assert response.headers["Location"] == f"/members/{member.id}"
    assert (member.phone, member.kind, invitation.member_id) == ("+15595550120", "organization", member.id)
    assert invitation.role == "organization_administrator"
    session.rollback()
    assert "Lia" in client.get(f"/members/{member.id}").get_data(as_text=True)


@pytest.mark.parametrize(
    "wrong",
    [{"phone": "12"}, {"zip_code": "9370"}, {"kind": "bank"}, {"administrator_email": "lia"}, {"name": " "},
     {"timezone_name": "Mars/Olympus"}],
)  # fmt: skip
def test_a_wrong_form_makes_no_member(
    client: FlaskClient, staff: Staff, session: ScopedSession, wrong: dict[str, str]
) -> None:
    session.rollback()
    sign_in(client, staff.platform)

    response = client.post("/members", data=MEMBER | wrong)

    assert response.status_code == 422
    assert session.scalars(select(Member).where(Member.name == "Larkmead Larder")).all() == []


def test_changing_the_password_asks_for_the_current_one(client: FlaskClient, staff: Staff) -> None:
    sign_in(client, staff.navigator)

    wrong = client.post("/account/password", data={"current_password": "wrong", "password": NEW_PASSWORD})
    weak = [
        client.post("/account/password", data={"current_password": PASSWORD, "password": f"{lean}2026!"})
        for lean in ("hazelgrove", "NeedsRxNeedsRx", "FresnoCounty", "nadia@clinic.example")
    ]

    assert [each.status_code for each in (wrong, *weak)] == [422] * 5
    assert post_sign_in(client, "nadia@clinic.example").status_code == 303


def test_a_new_password_signs_other_browsers_out(app: Flask, client: FlaskClient, staff: Staff) -> None:
    other = app.test_client()
    for browser in (client, other):
        sign_in(browser, staff.navigator)

    response = client.post("/account/password", data={"current_password": PASSWORD, "password": NEW_PASSWORD})

    assert response.status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert post_sign_in(other, "nadia@clinic.example", PASSWORD).status_code == 422
    assert post_sign_in(other, "nadia@clinic.example", NEW_PASSWORD).status_code == 303


def test_an_administrator_names_owner_and_deputy(
    client: FlaskClient, staff: Staff, session: ScopedSession, town: Town
) -> None:
    clinic_id, deputy = staff.clinic.id, staff.navigator.id
    owner = town.person(staff.clinic, Role.CLINICIAN).id
    session.commit()
    sign_in(client, staff.administrator)

    response = client.post(f"/members/{clinic_id}/owners", data={"owner": str(owner), "deputy": str(deputy)})

    clinic = session.get_one(Member, clinic_id, populate_existing=True)
    assert response.headers["Location"] == "/people"
    assert (clinic.owner_person_id, clinic.deputy_person_id) == (owner, deputy)


def test_who_may_not_own_to_dos_is_told_why(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    clinic_id, owner, deputy = staff.clinic.id, staff.administrator.id, staff.navigator.id
    session.rollback()
    sign_in(client, staff.administrator)

    response = client.post(f"/members/{clinic_id}/owners", data={"owner": str(owner), "deputy": str(deputy)})

    assert response.status_code == 422
    assert "Choose a clinician or a navigator who works here" in response.text
    assert session.get_one(Member, clinic_id, populate_existing=True).owner_person_id == deputy


def test_what_cannot_be_done_is_told_and_changes_nothing(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    person_id = staff.administrator.id
    membership = session.scalars(select(Membership).where(Membership.person_id == person_id)).one()
    path = f"/memberships/{membership.id}/end"
    session.rollback()
    sign_in(client, staff.administrator)

    response = client.post(path)

    assert response.status_code == 409
    assert "Invite another administrator first" in response.get_data(as_text=True)
    assert is_signed_in(client)


def test_names_of_people_are_shown_as_text(client: FlaskClient, staff: Staff, town: Town) -> None:
    staff.navigator.name = staff.clinic.name = '"><svg onload=x>{{7*7}}'
    town.commit()
    sign_in(client, staff.administrator)

    pages = [client.get(path).get_data(as_text=True) for path in ("/people", "/memberships", "/sign-in")]

    assert not any("<svg onload" in page or "&gt;49" in page for page in pages)
    assert "svg onload=x&gt;{{7*7}}" in pages[0]


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient, staff: Staff) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    refused = post_sign_in(client, "nadia@clinic.example")

    assert (refused.status_code, client.post("/sign-out").status_code) == (400, 400)
    assert "what you typed is still there" in refused.text
    assert "Messages are blocked" not in refused.text, "the banners of every page, for this demo too"


def test_a_person_with_several_roles_chooses_one(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    nadia = session.scalars(select(Person).where(Person.email == "nadia@clinic.example")).one()
    session.add(
        Membership(member_id=staff.clinic.id, person_id=nadia.id, role=Role.CLINICIAN, created_at=nadia.created_at)
    )
    session.commit()

    response = post_sign_in(client, "nadia@clinic.example")

    assert response.headers["Location"] == "/second-factor?next=/memberships"
