"""Factories: a small town of clinics, people, organizations, services and patients, stored through the models."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from referral.accounts.models import Member, Membership, Person
from referral.accounts.roles import MemberKind, Role
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.patients.consent_models import SharingConsent, TextingConsent
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.states import ConsentMethod, SharedField, SmsSafety
from referral.prescriptions.models import Prescription
from referral.referrals.models import Referral
from referral.referrals.states import Mode, ReferralState
from referral.screening.models import Need
from referral.screening.states import NeedSource, NeedStatus, WantsHelp
from resources_directory.models.location import Location
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service, ServiceAtLocation


class Town:
    """Makes rows; each is added and flushed. `commit()` lets other sessions see them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._count = 0

    def commit(self) -> None:
        """Let other sessions see what was made."""
        self.session.commit()

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def _number(self) -> int:
        self._count += 1
        return self._count

    def member(self, kind: MemberKind = MemberKind.CLINIC, **facts: Any) -> Member:
        n = self._number()
        facts = {
            "name": f"Clinic {n}",
            "texting_name": f"Clinic {n}",
            "phone": "+15595550100",
            "zip_code": "93701",
        } | facts
        facts = {"timezone_name": "America/Los_Angeles", "created_at": clock.now()} | facts
        member: Member = self._add(Member(kind=kind, **facts))
        return member

    def person(self, member: Member, role: Role, name: str | None = None) -> Person:
        n = self._number()
        person: Person = self._add(
            Person(email=f"person{n}@clinic.example", name=name or f"Person {n}", created_at=clock.now(), language="en")
        )
        self._add(Membership(member_id=member.id, person_id=person.id, role=role, created_at=clock.now()))
        return person

    def clinic(self, **facts: Any) -> Member:
        """A clinic with a navigator who owns its to-dos."""
        clinic = self.member(MemberKind.CLINIC, **facts)
        clinic.owner_person_id = self.person(clinic, Role.NAVIGATOR, "Nadia Navigator").id
        self.session.flush()
        return clinic

    def organization(self, **facts: Any) -> Organization:
        n = self._number()
        facts = {"name": f"Organization {n}", "description": "Helps.", "email": f"desk{n}@organization.example"} | facts
        organization: Organization = self._add(Organization(**facts))
        return organization

    def service(self, organization: Organization | None = None, **facts: Any) -> Service:
        """A service at a physical place in ZIP 93701."""
        organization = organization or self.organization()
        facts = {"name": f"Service {self._number()}", "status": "active"} | facts
        service: Service = self._add(Service(organization_id=organization.id, **facts))
        location = self._add(
            Location(location_type="physical", organization_id=organization.id, latitude=36.75, longitude=-119.79)
        )
        self._add(ServiceAtLocation(service_id=service.id, location_id=location.id))
        return service

    def patient(self, clinic: Member, **facts: Any) -> Patient:
        facts = {"given_name": "Rosa", "family_name": "Molina", "zip_code": "93702"} | facts
        facts = {"written_language": "es", "spoken_language": "es", "created_at": clock.now()} | facts
        patient: Patient = self._add(Patient(clinic_id=clinic.id, **facts))
        return patient

    def phone(
        self, patient: Patient, e164: str = "+15595550123", *, consent: bool = True, **facts: Any
    ) -> PatientPhone:
        """A phone that is safe to text, with texting consent unless said otherwise."""
        index = vault_of(self.session).index("phone", e164)
        number = self.session.query(PhoneNumber).filter_by(number_index=index).one_or_none()
        number = number or self._add(PhoneNumber(number_index=index, number=e164, created_at=clock.now()))
        own = {"clinic_id": patient.clinic_id, "patient_id": patient.id, "created_at": clock.now()}
        facts = {"sms_ok": SmsSafety.YES} | facts
        phone: PatientPhone = self._add(PatientPhone(phone_number_id=number.id, **own, **facts))
        if consent:
            words = {
                "words": "I agree to texts.",
                "words_language": "en",
                "words_version": "1",
                "method": ConsentMethod.IN_PERSON,
            }
            own = {"clinic_id": patient.clinic_id, "patient_id": patient.id, "at": clock.now()}
            self._add(TextingConsent(patient_phone_id=phone.id, given=True, **own, **words))
        return phone

    def need(self, patient: Patient, domain: str = "food", **facts: Any) -> Need:
        facts = {"wants_help": WantsHelp.YES, "status": NeedStatus.OPEN, "source": NeedSource.VOICED} | facts
        own = {"clinic_id": patient.clinic_id, "patient_id": patient.id, "created_at": clock.now()}
        need: Need = self._add(Need(domain=domain, **own, **facts))
        return need

    def sharing_consent(self, patient: Patient, organization_id: UUID) -> SharingConsent:
        words = {"words": "I agree.", "words_language": "en", "words_version": "1", "method": ConsentMethod.IN_PERSON}
        own = {"clinic_id": patient.clinic_id, "patient_id": patient.id, "at": clock.now()}
        fields = [SharedField.NAME, SharedField.PHONE]
        consent: SharingConsent = self._add(
            SharingConsent(organization_id=organization_id, given=True, fields=fields, **own, **words)
        )
        return consent

    def referral(self, need: Need, service: Service, *, by: Person | None = None, **facts: Any) -> Referral:
        """A referral in state `sent`, signed a minute ago, unless said otherwise."""
        signed_at = clock.now() - timedelta(minutes=1)
        own = {"clinic_id": need.clinic_id, "patient_id": need.patient_id}
        signed_by = by.id if by else None
        prescription = self._add(Prescription(created_at=signed_at, signed_at=signed_at, signed_by=signed_by, **own))
        facts = {
            "state": ReferralState.SENT,
            "mode": Mode.SENT,
            "shared_fields": [SharedField.NAME, SharedField.PHONE],
        } | facts
        facts = {"service_facts": {"service_name": service.name, "organization_name": "An organization"}} | facts
        facts = {"signed_at": signed_at, "created_at": signed_at, "signed_by": signed_by, "domain": need.domain} | facts
        where = {"service_id": service.id, "organization_id": service.organization_id}
        referral: Referral = self._add(
            Referral(need_id=need.id, prescription_id=prescription.id, **own, **where, **facts)
        )
        return referral
