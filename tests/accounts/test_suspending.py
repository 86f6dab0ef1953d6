"""Suspended people lose sign-ins and links at the next request; both are written down."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.invitations import NewInvitation, invite
from referral.accounts.links import issue_link, url_for_link
from referral.accounts.models import LinkPurpose, Membership, SignedLink
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.referrals.to_dos import need_a_person
from referral.todos.models import ToDo, ToDoReason
from tests.accounts.conftest import Staff, is_signed_in
from tests.factories import Town
from tests.sign_in import sign_in


def press(client: FlaskClient, session: ScopedSession, staff: Staff, verb: str) -> int:
    membership_id = session.scalars(
        select(Membership.id).where(Membership.person_id == staff.navigator.id).order_by(Membership.id)
    ).first()
    session.rollback()
    return client.post(f"/memberships/{membership_id}/{verb}").status_code


def test_every_sign_in_and_link_of_a_suspended_person_is_dead(
    app: Flask, client: FlaskClient, staff: Staff, town: Town, session: ScopedSession
) -> None:
    new = NewInvitation(staff.clinic.id, Role.CLINICIAN, staff.navigator.email, "Nadia")
    invitation = invite(session, new, by=staff.administrator.id)
    reset = issue_link(
        session, LinkPurpose.PASSWORD_RESET, staff.navigator.id, expires_at=clock.now() + timedelta(minutes=30)
    )
    invited = session.scalars(select(SignedLink).where(SignedLink.subject_id == invitation.id)).one()
    paths = [url_for_link(session, link).removeprefix("http://localhost") for link in (invited, reset)]
    town.commit()
    browsers = [app.test_client(), app.test_client()]
    for browser in browsers:
        sign_in(browser, staff.navigator)
    sign_in(client, staff.administrator)

    status = press(client, session, staff, "suspend")

    assert (status, [is_signed_in(browser) for browser in browsers]) == (303, [False, False])
    assert [client.get(path).status_code for path in paths] == [410, 410]


def test_suspending_and_letting_in_again_are_written_down(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    sign_in(client, staff.administrator)

    statuses = [press(client, session, staff, verb) for verb in ("suspend", "restore")]

    rows = session.execute(
        select(AuditEvent.kind, AuditEvent.subject_id, AuditEvent.person_id, AuditEvent.clinic_id)
        .where(AuditEvent.kind.startswith("person_"))
        .order_by(AuditEvent.at, AuditEvent.id)
    ).all()
    about = (staff.navigator.id, staff.administrator.id, staff.clinic.id)
    assert statuses == [303, 303]
    assert [tuple(row) for row in rows] == [("person_suspended", *about), ("person_restored", *about)]


def test_suspending_says_what_waits_and_who_does_it_and_asks_for_a_new_owner(
    client: FlaskClient, staff: Staff, session: ScopedSession, town: Town
) -> None:
    other = town.person(staff.clinic, Role.NAVIGATOR, "Otto Berg")
    staff.clinic.owner_person_id, staff.clinic.deputy_person_id = staff.navigator.id, other.id
    patient = town.patient(staff.clinic)
    referral = town.referral(town.need(patient), town.service(), by=staff.navigator)
    to_do = need_a_person(session, referral, ToDoReason.NOT_HELPED)
    town.commit()
    sign_in(client, staff.administrator)

    status = press(client, session, staff, "suspend")

    page = client.get("/people").text
    assert status == 303
    assert "1 thing to do waited for them. Until they can sign in again it goes to: Otto Berg." in page
    assert "is suspended and still named as owner or deputy of to-dos." in page
    session.rollback()
    assert to_do is not None
    assert session.get_one(ToDo, to_do.id, populate_existing=True).owner_person_id == other.id


def test_suspending_works_at_once_where_nobody_stands_in(
    client: FlaskClient, staff: Staff, session: ScopedSession, town: Town
) -> None:
    staff.clinic.owner_person_id, staff.clinic.deputy_person_id = staff.navigator.id, None
    referral = town.referral(town.need(town.patient(staff.clinic)), town.service(), by=staff.navigator)
    need_a_person(session, referral, ToDoReason.NOT_HELPED)
    town.commit()
    sign_in(client, staff.administrator)

    status = press(client, session, staff, "suspend")

    assert status == 303
    assert "waits for them, and nobody stands in. Hand it over." in client.get("/people").text
