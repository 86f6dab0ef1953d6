"""Hand-over: nobody leaves before somebody else has what they owned."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Membership, Person
from referral.accounts.roles import Role
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.navigation.models import ContactPlan, HandOver
from referral.navigation.plans import NewPlan, plan_contact
from referral.navigation.states import PlannedChannel
from referral.patients.barring import bar_person
from referral.todos.models import ToDo
from tests.navigation.conftest import Desk
from tests.sign_in import sign_in


def handing(desk: Desk, **facts: object) -> dict[str, object]:
    facts = {"giver": str(desk.nadia.id), "to": str(desk.omar.id), "which": "all", "note": "Knows me."} | facts
    return {f"over-{name}": value for name, value in facts.items()}


def membership_of(desk: Desk, person: Person) -> Membership:
    found = desk.town.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    desk.town.commit()
    return found


@pytest.fixture
def administrator(desk: Desk, client: FlaskClient) -> FlaskClient:
    """The clinic's administrator at the browser."""
    person = desk.town.person(desk.clinic, Role.CLINIC_ADMINISTRATOR, "Ada Adams")
    desk.town.commit()
    sign_in(client, person)
    return client


def test_everything_goes_over_with_a_note_planned_contacts_too(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = desk.to_do("a", deputy_person_id=desk.omar.id)
    new = NewPlan(PlannedChannel.PHONE, clock.now() + timedelta(days=1))
    plan = plan_contact(session, desk.to_do("b"), new, by=desk.nadia.id, plan_id=uuid4())
    desk.town.commit()

    answer = browser.post("/to-dos/hand-over", data=handing(desk))

    session.expire_all()
    row = session.get_one(ToDo, to_do.id)
    assert answer.status_code == 303
    assert (row.owner_person_id, row.deputy_person_id) == (desk.omar.id, None)
    assert session.get_one(ContactPlan, plan.id).owner_person_id == desk.omar.id
    assert {each.note for each in session.scalars(select(HandOver))} == {"Knows me."}


def test_only_what_was_ticked_goes_over(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    chosen, kept = desk.to_do("a"), desk.to_do("b")
    desk.town.commit()

    browser.post("/to-dos/hand-over", data=handing(desk, which="some", to_dos=[str(chosen.id)]))

    session.expire_all()
    owners = [session.get_one(ToDo, each.id).owner_person_id for each in (chosen, kept)]
    assert owners == [desk.omar.id, desk.nadia.id]


def test_nothing_ticked_is_told_and_nothing_typed_is_lost(desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a")
    desk.town.commit()

    answer = browser.post("/to-dos/hand-over", data=handing(desk, which="some"))

    assert answer.status_code == 422
    assert "Choose at least one" in answer.text
    assert "Knows me." in answer.text


def test_handing_over_twice_moves_once(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    desk.to_do("a")
    desk.town.commit()
    sent = handing(desk, form_id=str(uuid4()))

    answers = [browser.post("/to-dos/hand-over", data=sent).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert len(session.scalars(select(HandOver)).all()) == 1


def test_to_dos_go_to_nobody_who_may_not_own_them(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    devon = desk.town.person(desk.clinic, Role.CLINIC_ADMINISTRATOR, "Devon Achterberg")
    to_do = desk.to_do("a")
    desk.town.commit()
    page = browser.get("/to-dos/hand-over").text
    takers = page.split('name="over-to"')[1].split("</select>")[0]

    answer = browser.post("/to-dos/hand-over", data=handing(desk, to=str(devon.id)))

    session.expire_all()
    assert "Omar Haddad" in takers
    assert "Devon" not in takers
    assert answer.status_code == 422
    assert session.get_one(ToDo, to_do.id).owner_person_id == desk.nadia.id


def test_a_stranger_takes_nothing(session: ScopedSession, desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    stranger = desk.town.person(desk.town.clinic(), Role.NAVIGATOR)
    desk.town.commit()

    answer = browser.post("/to-dos/hand-over", data=handing(desk, to=str(stranger.id)))

    session.expire_all()
    assert answer.status_code == 422
    assert session.get_one(ToDo, to_do.id).owner_person_id == desk.nadia.id


def test_do_no_harm_nothing_is_handed_to_somebody_whom_the_patient_barred(
    session: ScopedSession, desk: Desk, browser: FlaskClient
) -> None:
    to_do = desk.to_do("a")
    bar_person(session, desk.patient, desk.omar.id, why=None, by=desk.nadia.id)
    desk.town.commit()

    browser.post("/to-dos/hand-over", data=handing(desk))

    session.expire_all()
    assert session.get_one(ToDo, to_do.id).owner_person_id not in (desk.omar.id, None)


def test_the_hand_over_is_told_on_the_to_do(desk: Desk, browser: FlaskClient) -> None:
    to_do = desk.to_do("a")
    desk.town.commit()
    browser.post("/to-dos/hand-over", data=handing(desk))

    page = browser.get(f"/to-dos/{to_do.id}").text

    assert "Nadia Reyes handed it over to Omar Haddad" in page
    assert "Knows me." in page


def test_do_no_harm_a_member_leaves_only_after_hand_over(
    session: ScopedSession, desk: Desk, administrator: FlaskClient
) -> None:
    desk.to_do("a")
    membership = membership_of(desk, desk.nadia)

    answer = administrator.post(f"/memberships/{membership.id}/end", data={"sure": "yes"})

    session.expire_all()
    assert answer.status_code == 409
    assert "Hand them over first" in answer.text
    assert f"/to-dos/hand-over?person={desk.nadia.id}" in answer.text
    assert session.get_one(Membership, membership.id).ended_at is None


def test_after_the_hand_over_they_leave(session: ScopedSession, desk: Desk, administrator: FlaskClient) -> None:
    desk.to_do("a")
    membership = membership_of(desk, desk.nadia)
    administrator.post("/to-dos/hand-over", data=handing(desk))

    answer = administrator.post(f"/memberships/{membership.id}/end", data={"sure": "yes"})

    session.expire_all()
    assert answer.status_code == 303
    assert session.get_one(Membership, membership.id).ended_at is not None


def test_a_planned_contact_keeps_its_owner_too(session: ScopedSession, desk: Desk, administrator: FlaskClient) -> None:
    new = NewPlan(PlannedChannel.PHONE, clock.now() + timedelta(days=1))
    plan_contact(session, desk.to_do("a"), new, by=desk.nadia.id, plan_id=uuid4())
    membership = membership_of(desk, desk.nadia)

    assert administrator.post(f"/memberships/{membership.id}/end", data={"sure": "yes"}).status_code == 409


def test_who_keeps_another_role_at_the_clinic_leaves_nothing_behind(
    session: ScopedSession, desk: Desk, administrator: FlaskClient
) -> None:
    desk.to_do("a")
    membership = membership_of(desk, desk.nadia)
    own = {"member_id": desk.clinic.id, "person_id": desk.nadia.id, "created_at": clock.now()}
    session.add(Membership(role=Role.CLINICIAN, **own))
    desk.town.commit()

    assert administrator.post(f"/memberships/{membership.id}/end", data={"sure": "yes"}).status_code == 303


def test_what_is_done_stays_with_whoever_did_it(session: ScopedSession, desk: Desk, administrator: FlaskClient) -> None:
    desk.to_do("a", done_at=clock.now(), done_by=desk.nadia.id)
    membership = membership_of(desk, desk.nadia)

    assert administrator.post(f"/memberships/{membership.id}/end", data={"sure": "yes"}).status_code == 303
