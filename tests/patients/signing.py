"""Signs a person in for tests of pages, without the sign-in page."""

from uuid import UUID, uuid4

from flask import Flask, g
from flask.testing import FlaskClient

from referral.accounts.models import Member, Person
from referral.accounts.principal import Signed
from referral.accounts.roles import MemberKind, Role
from referral.kit.policy import policy
from referral.patients import consent_views, hooks, views
from referral.patients.policies import RULES as PATIENT_RULES
from referral.screening import sections
from referral.screening import views as screening_views
from referral.screening.policies import RULES as SCREENING_RULES

if not hooks.patient_sections.filled:
    hooks.patient_sections.fill(lambda session, patient: [sections.needs_section(session, patient)])


def mount(app: Flask) -> None:
    """Mount the pages of patients and screening where the product does not do so itself."""
    for blueprint, rules in (
        (views.blueprint, PATIENT_RULES),
        (consent_views.blueprint, {}),
        (screening_views.blueprint, SCREENING_RULES),
    ):
        if blueprint.name not in app.blueprints:
            policy.add(rules)
            app.register_blueprint(blueprint)


def sign_in_as(app: Flask, person: Person, member: Member, role: Role = Role.NAVIGATOR) -> FlaskClient:
    """Return a browser in which the person is signed in."""
    signed = Signed(
        person_id=person.id,
        name=person.name,
        language="en",
        membership_id=uuid4(),
        member_id=UUID(str(member.id)),
        member_kind=MemberKind(member.kind),
        member_name=member.name,
        role=role,
        member_zip=member.zip_code,
        timezone_name=member.timezone_name,
        login_session_id=uuid4(),
    )

    def be_signed_in() -> None:
        g.principal, g.scope = signed, signed.scope()

    app.before_request_funcs.setdefault(None, []).append(be_signed_in)
    return app.test_client()
