"""Somebody lost their phone: an administrator, or the command line, takes the factors away, and they enrol again."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.commands import mend_lost_factors
from referral.accounts.factor_models import RecoveryCode, SecondFactor
from referral.accounts.models import Membership, Person
from referral.accounts.recovery import new_codes
from referral.accounts.roles import MemberKind, Role
from referral.audit.models import AuditEvent, AuditKind
from referral.audit.notes import note_of
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox import hooks
from referral.outbox.hooks import Composed
from referral.outbox.models import Message
from tests.accounts.conftest import Staff, is_signed_in, post_sign_in
from tests.accounts.proofs import digits, give, has_app, sign_in_wholly
from tests.factories import Town
from tests.sign_in import sign_in


def press_lost(client: FlaskClient, session: ScopedSession, person: Person, verb: str = "lost-factors") -> int:
    membership_id = session.scalars(select(Membership.id).where(Membership.person_id == person.id)).one()
    session.rollback()
    return client.post(f"/memberships/{membership_id}/{verb}").status_code


def test_what_was_lost_is_dead_and_the_person_sets_up_a_new_one(
    app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    factor, nadia = has_app(session, staff.navigator), app.test_client()
    new_codes(session, staff.navigator.id)
    session.commit()
    sign_in_wholly(nadia, staff.navigator, factor)
    sign_in(client, staff.administrator)

    status = press_lost(client, session, staff.navigator)

    assert (status, is_signed_in(nadia)) == (303, False)
    assert session.scalars(select(SecondFactor.ended_at).where(SecondFactor.ended_at.is_(None))).all() == []
    assert session.scalars(select(RecoveryCode.id).where(RecoveryCode.used_at.is_(None))).all() == []
    session.rollback()
    post_sign_in(nadia, "nadia@clinic.example")
    assert nadia.get("/patients/").status_code == 302
    assert nadia.get("/second-factor").headers["Location"].startswith("/account/factors/")


def test_an_e_mail_tells_the_person(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    has_app(session, staff.navigator)
    sign_in(client, staff.administrator)

    press_lost(client, session, staff.navigator)

    mail = hooks.compose(session, session.scalars(select(Message)).one(), clock.now())
    assert isinstance(mail, Composed)
    assert (mail.to, "call the administrator" in mail.body) == (staff.navigator.email, True)


def test_ones_own_are_not_taken_away(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    has_app(session, staff.administrator)
    sign_in(client, staff.administrator)

    assert press_lost(client, session, staff.administrator) == 409
    assert is_signed_in(client)


@pytest.mark.parametrize("verb", ["lost-factors", "sign-ins/end"])
def test_nobody_of_another_member_does_it(
    client: FlaskClient, staff: Staff, town: Town, session: ScopedSession, verb: str
) -> None:
    stranger = town.person(town.member(), Role.CLINIC_ADMINISTRATOR)
    has_app(session, staff.navigator)
    sign_in(client, stranger)

    assert press_lost(client, session, staff.navigator, verb) == 404
    assert session.scalars(select(SecondFactor.ended_at)).all() == [None]


def test_an_administrator_ends_a_persons_sign_ins(
    app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession
) -> None:
    nadia = app.test_client()
    sign_in(nadia, staff.navigator)
    sign_in(client, staff.administrator)

    status = press_lost(client, session, staff.navigator, "sign-ins/end")

    assert (status, is_signed_in(nadia), is_signed_in(client)) == (303, False, True)


def test_the_page_of_people_says_who_has_one(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    has_app(session, staff.navigator)
    sign_in(client, staff.administrator)

    page = client.get("/people").get_data(as_text=True)

    assert (page.count("Not set up yet"), page.count("Lost phone or key: Nadia")) == (1, 1)


def test_the_command_line_mends_the_last_administrators(
    app: Flask, client: FlaskClient, town: Town, session: ScopedSession, staff: Staff
) -> None:
    factor = has_app(session, staff.platform)
    sign_in_wholly(client, staff.platform, factor)

    result = app.test_cli_runner().invoke(mend_lost_factors, ["Pia@clinic.example", "--reason", "phone in the lake"])

    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.FACTORS_RESET)).one()
    assert (result.exit_code, is_signed_in(client)) == (0, False)
    assert (event.subject_id, note_of(session, event)) == (staff.platform.id, "phone in the lake")
    assert "set up a new second proof" in result.output
    assert "lake" not in str(event.detail)


def test_it_refuses_when_somebody_else_could_unless_forced(
    app: Flask, staff: Staff, session: ScopedSession, town: Town
) -> None:
    factor = has_app(session, staff.navigator)
    call = ["nadia@clinic.example", "--reason", "phone in the lake"]
    runner = app.test_cli_runner()

    refused = runner.invoke(mend_lost_factors, call)
    session.expire_all()
    kept = session.get_one(SecondFactor, factor.id).ended_at
    session.rollback()
    forced = runner.invoke(mend_lost_factors, [*call, "--force"])

    assert (refused.exit_code, kept, forced.exit_code) == (1, None, 0)
    assert "ada@clinic.example" in refused.output


def test_a_suspended_colleague_does_not_count_as_somebody_else(
    app: Flask, staff: Staff, session: ScopedSession, town: Town
) -> None:
    town.person(town.member(MemberKind.NETWORK), Role.PLATFORM_ADMINISTRATOR).suspended_at = clock.now()
    has_app(session, staff.platform)

    result = app.test_cli_runner().invoke(mend_lost_factors, ["pia@clinic.example", "--reason", "phone in the lake"])

    assert result.exit_code == 0


@pytest.mark.parametrize("call", [["nobody@clinic.example", "--reason", "x"], ["pia@clinic.example", "--reason", " "]])
def test_it_asks_for_somebody_and_for_a_reason(app: Flask, staff: Staff, call: list[str]) -> None:
    assert app.test_cli_runner().invoke(mend_lost_factors, call).exit_code == 1


def test_a_code_from_before_is_dead(app: Flask, client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    factor = has_app(session, staff.navigator)
    code = digits(factor)
    sign_in(client, staff.administrator)
    press_lost(client, session, staff.navigator)
    nadia = app.test_client()
    post_sign_in(nadia, "nadia@clinic.example")

    assert give(nadia, code).status_code == 422


@pytest.mark.parametrize("verb", ["lost-factors", "sign-ins/end"])
@pytest.mark.parametrize(("who", "status"), [("administrator", 409), ("platform", 303)])
def test_who_also_works_elsewhere_is_left_to_the_platforms_administrators(
    app: Flask, client: FlaskClient, staff: Staff, town: Town, session: ScopedSession, who: str, status: int, verb: str
) -> None:
    membership_id = session.scalars(select(Membership.id).where(Membership.person_id == staff.navigator.id)).one()
    elsewhere = Membership(
        member_id=town.member().id, person_id=staff.navigator.id, role=Role.NAVIGATOR, created_at=clock.now()
    )
    session.add(elsewhere)
    has_app(session, staff.navigator)
    nadia = app.test_client()
    sign_in(nadia, staff.navigator)
    sign_in(client, getattr(staff, who))

    response = client.post(f"/memberships/{membership_id}/{verb}")

    assert (response.status_code, is_signed_in(nadia)) == (status, status == 409)
    kept = session.scalars(select(SecondFactor.id).where(SecondFactor.ended_at.is_(None))).all()
    assert len(kept) == (0 if status == 303 and verb == "lost-factors" else 1)


def test_the_command_line_names_only_who_could_do_it_for_somebody_of_two_members(
    app: Flask, staff: Staff, town: Town, session: ScopedSession
) -> None:
    other = town.member()
    session.add(
        Membership(member_id=other.id, person_id=staff.navigator.id, role=Role.NAVIGATOR, created_at=clock.now())
    )
    town.commit()

    refused = app.test_cli_runner().invoke(mend_lost_factors, ["nadia@clinic.example", "--reason", "lost"])

    assert ("ada@" in refused.output, "pia@" in refused.output) == (False, True)


def test_ending_a_persons_sign_ins_is_written_down(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    sign_in(client, staff.administrator)

    press_lost(client, session, staff.navigator, "sign-ins/end")

    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.SIGN_INS_ENDED)).one()
    found = (event.subject_id, event.person_id, event.clinic_id)
    assert found == (staff.navigator.id, staff.administrator.id, staff.clinic.id)
