"""One row at least in every table that belongs to a clinic."""

from sqlalchemy import select

from referral.accounts.models import Membership
from referral.accounts.roles import Role
from referral.kit import clock
from referral.staff_phones.models import StaffPhone
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from tests.access.canaries import Aviary
from tests.access.filling import fill_empty_tables
from tests.factories import Town


def fill_every_table(town: Town) -> None:
    """Make a clinic with a row in every table it can own, and commit."""
    clinic = town.clinic()
    person = town.person(clinic, Role.CLINICIAN)
    patient, merged = town.patient(clinic), town.patient(clinic)
    phone = town.phone(patient)
    referral = town.referral(town.need(patient), town.service(), by=person)
    town.sharing_consent(patient, referral.organization_id)
    own = {"clinic_id": clinic.id, "patient_id": patient.id, "person_id": person.id}
    to_do = ToDo(
        id=new_id(),
        clinic_id=clinic.id,
        patient_id=patient.id,
        owner_person_id=person.id,
        reason=ToDoReason.PATIENT_WROTE,
        subject_kind="patient",
        subject_id=patient.id,
        dedupe_key="every table",
        created_at=clock.now(),
        due_at=clock.now(),
    )
    staff_phone = StaffPhone(
        id=new_id(),
        member_id=clinic.id,
        person_id=person.id,
        phone_number_id=phone.phone_number_id,
        added_at=clock.now(),
        confirmed_at=clock.now(),
    )
    town.session.add_all([to_do, staff_phone])
    town.session.flush()
    member = town.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    chosen = {"membership_id": member.id, "to_do": to_do.id, "to_do_id": to_do.id, "merged_id": merged.id, "rank": 1}
    fill_empty_tables(town.session, Aviary(), "own", own | chosen)
    town.commit()
