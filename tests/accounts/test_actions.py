"""Members and their people: made once, ended with a hand-over, never left without somebody who looks after them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from referral.accounts.actions import (
    NewMember,
    add_membership,
    add_person,
    create_member,
    end_membership,
    member_for_listing,
    name_owners,
)
from referral.accounts.invitations import AdministratorExists, first_administrator
from referral.accounts.models import LoginSession, Member, Membership, Person
from referral.accounts.principal import FRESH_FOR
from referral.accounts.roles import MemberKind, Role
from referral.accounts.suspending import restore_person, suspend_person
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from resources_directory.db import new_id
from tests.accounts.conftest import Staff
from tests.factories import Town
from tests.sign_in import sign_in

FACTS = {"name": "Larkmead Community Larder", "email": None, "phone": None, "timezone_name": None}


def membership_of(session: ScopedSession, person: Person) -> Membership:
    return session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


def test_a_form_sent_twice_makes_one_member(session: ScopedSession) -> None:
    form_id = new_id()

    made = [create_member(session, NewMember(MemberKind.CLINIC, "Hazel"), member_id=form_id) for _ in range(2)]

    assert made[0] is made[1]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"timezone_name": "Mars/Olympus"}, "timezone_name"),
        ({"texting_name": "A name that is far too long"}, "texting_name"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_a_member_with_impossible_facts_is_refused(session: ScopedSession, facts: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_member(session, NewMember(MemberKind.CLINIC, "Hazel", **facts))  # type: ignore[arg-type]  # a table

    assert caught.value.field == field


def test_a_long_name_is_cut_for_texts(session: ScopedSession) -> None:
    member = create_member(session, NewMember(MemberKind.CLINIC, "Hazel Grove Pediatrics and Family"))

    assert member.texting_name == "Hazel Grove Pediatri"


def test_a_listed_organization_becomes_a_member_once(town: Town, session: ScopedSession) -> None:
    organization = town.organization()

    made = [member_for_listing(session, organization.id, **FACTS) for _ in range(2)]  # type: ignore[arg-type]  # a table

    assert made[0].id == made[1].id
    assert (made[0].kind, made[0].texting_name) == ("organization", "Larkmead Community L"[:20].strip())


def test_two_first_referrals_at_once_make_one_member(town: Town, database: Database, session: ScopedSession) -> None:
    organization_id = town.organization().id
    town.commit()

    def make(_n: int) -> object:
        with database.job("test") as own:
            return member_for_listing(own, organization_id, **FACTS).id  # type: ignore[arg-type]  # a table

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(make, range(6)))

    assert len(ids) == 1
    assert session.scalar(select(func.count()).select_from(Member)) == 1


def test_the_first_two_people_of_a_clinic_own_its_to_dos(town: Town, session: ScopedSession) -> None:
    clinic = town.member()
    people = [
        add_person(session, f"p{n}@clinic.example", name=f"P{n}", password_hash=None, language="en") for n in range(3)
    ]

    for person in people:
        add_membership(session, clinic, person, Role.NAVIGATOR)

    assert (clinic.owner_person_id, clinic.deputy_person_id) == (people[0].id, people[1].id)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.PRIVACY_OFFICER, Role.DIRECTORY_EDITOR])
def test_who_sees_no_queue_owns_no_to_dos(town: Town, session: ScopedSession, role: Role) -> None:
    clinic = town.member()

    add_membership(session, clinic, town.person(town.member(), Role.NAVIGATOR), role)

    assert clinic.owner_person_id is None


def test_an_ended_membership_lives_again(staff: Staff, session: ScopedSession) -> None:
    membership = membership_of(session, staff.navigator)
    end_membership(session, membership)

    again = add_membership(session, staff.clinic, staff.navigator, Role.NAVIGATOR)

    assert again is membership
    assert again.ended_at is None


def test_when_the_owner_leaves_the_deputy_owns_the_to_dos(staff: Staff, session: ScopedSession) -> None:
    end_membership(session, membership_of(session, staff.navigator))

    assert (staff.clinic.owner_person_id, staff.clinic.deputy_person_id) == (staff.administrator.id, None)


def test_an_owner_without_deputy_leaves_only_after_hand_over(staff: Staff, session: ScopedSession) -> None:
    name_owners(session, staff.clinic, owner=staff.navigator.id, deputy=None)

    with pytest.raises(Conflict, match="Name another owner"):
        end_membership(session, membership_of(session, staff.navigator))


def test_the_last_administrator_stays(staff: Staff, session: ScopedSession) -> None:
    membership = membership_of(session, staff.administrator)

    with pytest.raises(Conflict, match="another administrator"):
        end_membership(session, membership)
    with pytest.raises(Conflict, match="another administrator"):
        suspend_person(session, membership, by=staff.platform.id)


def test_nobody_suspends_themselves(staff: Staff, session: ScopedSession) -> None:
    with pytest.raises(Conflict, match="yourself"):
        suspend_person(session, membership_of(session, staff.administrator), by=staff.administrator.id)


def test_who_also_works_elsewhere_is_not_suspended_from_here(staff: Staff, town: Town, session: ScopedSession) -> None:
    membership = membership_of(session, staff.navigator)
    add_membership(session, town.clinic(), staff.navigator, Role.NAVIGATOR)

    with pytest.raises(Conflict, match="another member"):
        suspend_person(session, membership, by=staff.administrator.id)


def test_a_restored_person_is_no_longer_suspended(staff: Staff, session: ScopedSession) -> None:
    membership = membership_of(session, staff.navigator)
    suspend_person(session, membership, by=staff.administrator.id)

    restore_person(session, membership, by=staff.administrator.id)

    assert staff.navigator.suspended_at is None


def test_owner_and_deputy_are_two_people_of_the_member_who_may_write_down_what_patients_say(
    staff: Staff, session: ScopedSession
) -> None:
    for owner, deputy in (
        (staff.navigator, staff.navigator),
        (staff.platform, None),
        (staff.navigator, staff.platform),
        (staff.administrator, staff.navigator),
        (staff.navigator, staff.administrator),
    ):
        with pytest.raises(InvalidInput):
            name_owners(session, staff.clinic, owner=owner.id, deputy=deputy.id if deputy else None)

    assert staff.clinic.owner_person_id == staff.navigator.id


def test_whoever_may_write_down_what_patients_say_comes_before_an_administrator(
    town: Town, session: ScopedSession
) -> None:
    clinic, other = town.member(), town.member()
    boss, nurse, doctor = (town.person(other, Role.NAVIGATOR) for _ in range(3))

    add_membership(session, clinic, boss, Role.CLINIC_ADMINISTRATOR)
    assert clinic.owner_person_id == boss.id, "better than nobody"
    add_membership(session, clinic, nurse, Role.NAVIGATOR)
    add_membership(session, clinic, doctor, Role.CLINICIAN)

    assert (clinic.owner_person_id, clinic.deputy_person_id) == (nurse.id, doctor.id)


def test_the_first_administrator_is_invited_once(staff: Staff, session: ScopedSession) -> None:
    with pytest.raises(AdministratorExists):
        first_administrator(session, "root@network.example", name="Root")

    assert first_administrator(session, "root@network.example", name="Root", again=True).used_at is None


def test_who_may_see_what_is_written_down(
    client: FlaskClient, staff: Staff, session: ScopedSession, town: Town
) -> None:
    membership_id = session.scalars(select(Membership.id).where(Membership.person_id == staff.navigator.id)).one()
    clinic_id, navigator_id, administrator_id = staff.clinic.id, staff.navigator.id, staff.administrator.id
    owners = {"owner": str(town.person(staff.clinic, Role.CLINICIAN).id), "deputy": str(navigator_id)}
    session.commit()
    sign_in(client, staff.administrator)

    client.post(f"/members/{clinic_id}/owners", data=owners)
    client.post(f"/memberships/{membership_id}/end", data={"sure": "yes"})

    rows = session.execute(
        select(AuditEvent.kind, AuditEvent.subject_id, AuditEvent.person_id)
        .where(AuditEvent.clinic_id == clinic_id, AuditEvent.kind != "signed_in")
        .order_by(AuditEvent.at, AuditEvent.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("owners_named", clinic_id, administrator_id),
        ("membership_ended", membership_id, administrator_id),
    ]


def test_ending_a_membership_asks_first_and_says_what_will_happen(
    client: FlaskClient, staff: Staff, session: ScopedSession, town: Town
) -> None:
    membership_id = session.scalars(select(Membership.id).where(Membership.person_id == staff.navigator.id)).one()
    owners = {"owner": str(town.person(staff.clinic, Role.CLINICIAN).id), "deputy": ""}
    address, clinic_id = f"/memberships/{membership_id}/end", staff.clinic.id
    session.commit()
    sign_in(client, staff.administrator)
    client.post(f"/members/{clinic_id}/owners", data=owners)

    asked = client.post(address)

    assert asked.status_code == 200
    for told in ("What will happen:", "What they wrote and did stays", "they need a new invitation", 'value="yes"'):
        assert told in asked.text
    assert session.get_one(Membership, membership_id).ended_at is None
    assert session.scalars(select(AuditEvent.id).where(AuditEvent.kind == AuditKind.MEMBERSHIP_ENDED)).all() == []
    session.rollback()
    assert [client.post(address, data={"sure": "yes"}).status_code for _press in range(2)] == [303, 303]
    session.expire_all()
    assert session.get_one(Membership, membership_id).ended_at is not None


def test_making_a_member_is_written_down_once(session: ScopedSession) -> None:
    form_id = new_id()
    for _ in range(2):
        create_member(session, NewMember(MemberKind.CLINIC, "Hazel"), member_id=form_id)

    rows = session.execute(select(AuditEvent.kind, AuditEvent.clinic_id)).all()
    assert [tuple(row) for row in rows] == [("member_made", form_id)]


def test_a_membership_that_lives_already_is_not_given_again(staff: Staff, session: ScopedSession) -> None:
    add_membership(session, staff.clinic, staff.navigator, Role.NAVIGATOR)

    assert session.scalars(select(AuditEvent.id).where(AuditEvent.kind == AuditKind.MEMBERSHIP_GIVEN)).all() == []


def test_ending_a_membership_asks_who_it_is(client: FlaskClient, staff: Staff, session: ScopedSession) -> None:
    membership_id = session.scalars(select(Membership.id).where(Membership.person_id == staff.navigator.id)).one()
    session.rollback()
    sign_in(client, staff.administrator)
    session.execute(update(LoginSession).values(confirmed_at=clock.wall() - FRESH_FOR))
    session.commit()

    page, refused = client.get("/people"), client.post(f"/memberships/{membership_id}/end", data={"sure": "yes"})

    assert refused.status_code == 403
    assert f"/memberships/{membership_id}/end" not in page.get_data(as_text=True)
    assert session.get_one(Membership, membership_id).ended_at is None
