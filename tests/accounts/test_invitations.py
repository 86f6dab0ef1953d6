"""Invitations: by e-mail, to one role, taken up once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from referral.accounts.identities import ProvenIdentity, link_identity
from referral.accounts.invitations import LIVES_FOR, NewInvitation, invite, take_up_invitation, withdraw
from referral.accounts.links import url_for_link
from referral.accounts.mails import compose_invitation
from referral.accounts.models import Invitation, Membership, Person, SignedLink
from referral.accounts.providers import NewProvider, set_provider
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict, Gone, InvalidInput
from referral.kit.scope import ScopedSession
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from resources_directory.db import new_id
from tests.accounts.conftest import PASSWORD, Staff, is_signed_in, post_sign_in
from tests.factories import Town
from tests.sign_in import sign_in

FORM = {"name": "Noor Haddad", "password": "eleven brass kites hum"}


def invited(
    session: ScopedSession, staff: Staff, role: Role = Role.NAVIGATOR, email: str = "Noor@Clinic.example"
) -> str:
    """Invite somebody, commit, and return the path of the link."""
    invitation = invite(session, NewInvitation(staff.clinic.id, role, email, "Noor"), by=staff.administrator.id)
    return path_of(session, invitation)


def path_of(session: ScopedSession, invitation: Invitation) -> str:
    """Commit, and return the path of the link."""
    link = session.scalars(select(SignedLink).where(SignedLink.subject_id == invitation.id)).one()
    path = url_for_link(session, link).removeprefix("http://localhost")
    session.commit()
    return path


def mail_of(session: ScopedSession) -> Composed | Suppressed:
    message = session.scalars(select(Message).order_by(Message.created_at.desc(), Message.id.desc())).first()
    assert message is not None
    return compose_invitation(session, message, clock.now())


def test_taking_up_an_invitation_makes_a_member_and_signs_in(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    path = invited(session, staff)

    page = client.get(path)
    response = client.post(path, data=FORM)

    person = session.scalars(select(Person).where(Person.email == "noor@clinic.example")).one()
    membership = session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    assert "Hazel Grove" in page.get_data(as_text=True)
    assert (response.status_code, person.name, membership.role) == (303, "Noor Haddad", "navigator")
    session.rollback()
    assert is_signed_in(client)


def test_looking_at_an_invitation_changes_nothing(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    path = invited(session, staff)

    statuses = [client.get(path, headers={"User-Agent": "LinkScanner"}).status_code for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert not is_signed_in(client)
    assert client.post(path, data=FORM).status_code == 303


def test_the_address_of_an_invitation_is_not_passed_on(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    page = client.get(invited(session, staff)).get_data(as_text=True)

    assert page.split('<meta name="referrer"')[-1].startswith(' content="no-referrer">')  # the last one counts


def test_a_weak_password_costs_no_invitation(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    path = invited(session, staff)

    refused = client.post(path, data=FORM | {"password": "hazelgrove-noor"})

    assert refused.status_code == 422
    assert client.post(path, data=FORM).status_code == 303


def test_an_invitation_is_taken_up_once(app: Flask, staff: Staff, session: ScopedSession) -> None:
    path = invited(session, staff)

    statuses = [app.test_client().post(path, data=FORM).status_code for _ in range(3)]

    assert statuses == [303, 410, 410]


def test_of_ten_at_once_exactly_one_takes_it_up(app: Flask, staff: Staff, session: ScopedSession) -> None:
    path = invited(session, staff)

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(lambda _n: app.test_client().post(path, data=FORM).status_code, range(10)))

    assert statuses == [303] + [410] * 9
    people = session.scalar(select(func.count()).select_from(Person).where(Person.email == "noor@clinic.example"))
    assert people == 1


def test_an_expired_invitation_is_refused(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    path = invited(session, staff)

    with time_machine.travel(clock.now() + LIVES_FOR, tick=False):
        responses = [client.get(path), client.post(path, data=FORM)]

    assert [each.status_code for each in responses] == [410, 410]
    assert "expired" in responses[1].get_data(as_text=True)


def test_a_changed_invitation_is_refused(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    path = invited(session, staff)

    responses = [client.post(path[:-4] + "0000", data=FORM), client.post("/invitation/none", data=FORM)]

    assert [each.status_code for each in responses] == [410, 410]


def test_an_invitation_taken_back_is_dead(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    path = invited(session, staff)
    withdraw(session, session.scalars(select(Invitation)).one())
    session.commit()

    assert client.post(path, data=FORM).status_code == 410


def test_a_newer_invitation_replaces_the_older(app: Flask, staff: Staff, session: ScopedSession) -> None:
    older, newer = invited(session, staff), invited(session, staff, email="noor@clinic.example ")

    statuses = [app.test_client().post(path, data=FORM).status_code for path in (older, newer)]

    assert statuses == [410, 303]


def test_a_form_sent_twice_makes_one_invitation(staff: Staff, session: ScopedSession) -> None:
    new, form_id = NewInvitation(staff.clinic.id, Role.NAVIGATOR, "noor@clinic.example", "Noor"), new_id()

    first, second = (invite(session, new, by=staff.administrator.id, invitation_id=form_id) for _ in range(2))

    assert first is second
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_whoever_has_an_account_proves_it_with_their_password(app: Flask, staff: Staff, session: ScopedSession) -> None:
    path = invited(session, staff, Role.CLINICIAN, email=staff.navigator.email)
    session.rollback()

    overwriting = app.test_client().post(path, data=FORM)
    right = app.test_client().post(path, data={"password": PASSWORD})

    assert (overwriting.status_code, right.status_code) == (422, 303)
    assert post_sign_in(app.test_client(), "nadia@clinic.example").status_code == 303


def test_who_came_back_after_their_membership_ended_keeps_their_password(
    app: Flask, staff: Staff, session: ScopedSession, town: Town
) -> None:
    membership = session.scalars(select(Membership).where(Membership.person_id == staff.navigator.id)).one()
    membership.ended_at = clock.now()
    session.commit()
    path = invited(session, staff, Role.NAVIGATOR, email="nadia@clinic.example")

    response = app.test_client().post(path, data={"password": PASSWORD})

    session.refresh(membership)
    assert (response.status_code, membership.ended_at) == (303, None)


@pytest.mark.parametrize(
    ("role", "email", "field"),
    [
        (Role.PLATFORM_ADMINISTRATOR, "noor@clinic.example", "role"),  # clinics cannot give it
        (Role.ORGANIZATION_STAFF, "noor@clinic.example", "role"),
        (Role.NAVIGATOR, "noor", "email"),
        (Role.NAVIGATOR, "NADIA@clinic.example", "email"),  # works here already
    ],
)
def test_what_cannot_be_is_not_invited(
    staff: Staff, session: ScopedSession, role: Role, email: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        invited(session, staff, role, email)

    assert caught.value.field == field


def test_an_invitation_taken_up_is_not_taken_back(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    client.post(invited(session, staff), data=FORM)
    invitation = session.scalars(select(Invitation)).one()

    with pytest.raises(Conflict):
        withdraw(session, invitation)


@pytest.mark.parametrize(("language", "who"), [("en", "Ada"), ("es", "Ada")])
def test_the_e_mail_names_who_invites_to_what_and_the_link(
    staff: Staff, session: ScopedSession, language: str, who: str
) -> None:
    session.get_one(Person, staff.administrator.id).language = language
    path = invited(session, staff)

    mail = mail_of(session)

    assert isinstance(mail, Composed)
    assert (mail.to, mail.language) == ("noor@clinic.example", language)
    assert all(part in mail.body for part in (who, "Hazel Grove", f"http://localhost{path}\n"))


def test_the_e_mail_of_a_dead_invitation_is_not_sent(staff: Staff, session: ScopedSession) -> None:
    invited(session, staff)
    session.scalars(select(SignedLink)).one().ended_at = clock.now() - timedelta(seconds=1)
    session.flush()

    assert mail_of(session) == Suppressed("invitation_closed", needs_person=False)


def test_no_token_is_stored(staff: Staff, session: ScopedSession) -> None:
    token = invited(session, staff).removeprefix("/invitation/")
    secret = token.rsplit(".", 1)[1]

    rows = [
        *session.scalars(select(SignedLink)),
        *session.scalars(select(Message)),
        *session.scalars(select(Invitation)),
    ]
    stored = [str(value) for row in rows for value in vars(row).values()]

    assert not any(secret in value for value in stored)


def test_an_administrator_invites_through_the_page(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    clinic_id = staff.clinic.id
    session.rollback()
    sign_in(client, staff.administrator)

    form = {"name": "Noor", "email": "noor@clinic.example", "role": "navigator"}
    response = client.post(f"/members/{clinic_id}/invitations", data=form)

    message = session.scalars(select(Message)).one()
    assert (response.status_code, message.clinic_id, message.composer) == (303, clinic_id, "invitation")
    assert message.to_address == "noor@clinic.example"


def by_provider_only(session: ScopedSession, staff: Staff) -> None:
    """Nadia has no password: the clinic's provider signs her in."""
    clinic_id, nadia = staff.clinic.id, staff.navigator
    new = NewProvider("hazel", "https://id.clinic.example", "needsrx", "not a real one", frozenset())
    row = set_provider(session, clinic_id, new)
    link_identity(session, row, ProvenIdentity(row.issuer, "nadia", False), nadia.id)
    nadia.password_hash = None
    session.commit()


def test_nobody_gives_a_password_to_whom_only_their_own_members_provider_signs_in(
    client: FlaskClient, staff: Staff, session: ScopedSession, town: Town
) -> None:
    by_provider_only(session, staff)
    other = town.member()
    ben = town.person(other, Role.CLINIC_ADMINISTRATOR)
    invitation = invite(session, NewInvitation(other.id, Role.CLINICIAN, staff.navigator.email, "B"), by=ben.id)
    path = path_of(session, invitation)

    response = client.post(path, data=FORM)

    session.refresh(staff.navigator)
    assert (response.status_code, staff.navigator.password_hash, staff.navigator.name) == (410, None, "Nadia")
    assert "Sign in with your organization&#39;s account" in response.get_data(as_text=True)
    assert not is_signed_in(client)


@pytest.mark.parametrize("by_provider", [False, True])
@pytest.mark.parametrize("password", [None, "a hash"])
def test_no_invitation_lets_a_suspended_person_in(
    staff: Staff, session: ScopedSession, by_provider: bool, password: str | None
) -> None:
    path = invited(session, staff, Role.CLINICIAN, email=staff.navigator.email)
    staff.navigator.suspended_at, staff.navigator.password_hash = clock.now(), None
    session.commit()

    with pytest.raises(Gone):
        take_up_invitation(
            session,
            path.removeprefix("/invitation/"),
            name="N",
            password_hash=password,
            language="en",
            by_provider=by_provider,
        )


@pytest.mark.parametrize("who", ["administrator", "platform"])
def test_taking_an_invitation_back_keeps_its_mail_unsent_whoever_does_it(
    client: FlaskClient, staff: Staff, session: ScopedSession, who: str
) -> None:
    invited(session, staff)
    invitation_id = session.scalars(select(Invitation.id)).one()
    session.rollback()
    sign_in(client, getattr(staff, who))

    response = client.post(f"/invitations/{invitation_id}/withdraw")

    message = session.scalars(select(Message)).one()
    assert (response.status_code, message.state, message.reason) == (303, "canceled", "withdrawn")


def test_inviting_taking_back_and_taking_up_are_written_down(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    invited(session, staff)
    withdraw(session, session.scalars(select(Invitation)).one())
    path = invited(session, staff)
    client.post(path, data=FORM)

    session.rollback()
    rows = session.execute(
        select(AuditEvent.kind, AuditEvent.subject_kind)
        .where(AuditEvent.clinic_id == staff.clinic.id, AuditEvent.subject_kind.in_(["invitation", "membership"]))
        .order_by(AuditEvent.at, AuditEvent.id)
    ).all()
    person = session.scalars(select(Person.id).where(Person.email == "noor@clinic.example")).one()
    taken_up = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.MEMBERSHIP_GIVEN)).one()
    assert [tuple(row) for row in rows] == [
        ("invited", "invitation"),
        ("invitation_withdrawn", "invitation"),
        ("invited", "invitation"),
        ("membership_given", "membership"),
    ]
    assert (taken_up.person_id, taken_up.actor) == (person, "link")


def test_the_published_password_of_the_demo_costs_no_invitation(
    client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    path = invited(session, staff)

    refused = client.post(path, data=FORM | {"password": "alder-county-demo"})
    taken = client.post(path, data=FORM)

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert "This is the password of every demo" in refused.text
