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
