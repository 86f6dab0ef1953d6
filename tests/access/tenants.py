"""Makes one tenant whole: a clinic, its people and patients, an organization that is asked, every state of things."""

from dataclasses import dataclass, field
from datetime import timedelta
from json import dumps
from typing import Any
from uuid import UUID

from referral.accounts.closed_days import ClosedDay
from referral.accounts.links import issue_link, token_for
from referral.accounts.models import Invitation, LinkPurpose, Member, Membership, Person
from referral.accounts.plan_codes import renew_plan_address
from referral.accounts.roles import MemberKind, Role
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.messaging.models import InboundMessage
from referral.navigation.models import HandOver
from referral.outbox.models import Message
from referral.outbox.states import Channel
from referral.patients.actions import phone_number
from referral.patients.models import Patient, PhoneNumber
from referral.patients.record_models import PatientCorrection, PatientMerge, PatientMove
from referral.patients.wish_models import PatientBar, PatientProxy
from referral.plan.keys import choose_word
from referral.prescriptions.models import Prescription
from referral.records.words import Purpose
from referral.referrals.models import Referral, ReferralMove, Testimony
from referral.referrals.rerouting_models import RerouteAlternative
from referral.referrals.states import ReferralState
from referral.screening.instrument_files import read_file
from referral.screening.instrument_library import import_instrument
from referral.screening.instrument_models import StoredInstrument
from referral.screening.models import Answer, Need, Screening
from referral.screening.started_models import StartedScreening
from referral.staff_phones.models import StaffPhone
from referral.todos.models import Absence, ToDo
from resources_directory.db import new_id
from resources_directory.models.service import Service
from resources_directory.needs import NeedDomain
from tests.access.canaries import Aviary, Canary
from tests.access.filling import fill_empty_tables, put_canaries, put_into
from tests.factories import Town

CLINIC_PEOPLE = (
    Role.CLINICIAN,
    Role.NAVIGATOR,
    Role.CLINIC_ADMINISTRATOR,
    Role.PRIVACY_OFFICER,
    Role.ANALYST,
    Role.DIRECTORY_EDITOR,
)
DAY = timedelta(days=1)
#: What opens the patients' own pages.
PLAN_WORD = "heron"


@dataclass
class Tenant:
    """Ids of what one tenant has. `rows`: (kind, state) to row id; `people`: who works there, by a name of ours."""

    name: str
    clinic_id: UUID
    organization_id: UUID
    listing_id: UUID
    service_id: UUID
    people: dict[str, UUID] = field(default_factory=dict)
    memberships: dict[str, UUID] = field(default_factory=dict)
    rows: dict[tuple[str, str], UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


#: The only question of an imported instrument.
ONE_QUESTION = {
    "linkId": "a", "text": "Enough to eat?", "domain": "food-insecurity",
    "answers": [{"code": "n", "display": "No", "positive": True}],
}  # fmt: skip


class Settler:
    """Makes a tenant through a Town's session; nothing is committed."""

    def __init__(self, town: Town, aviary: Aviary, name: str) -> None:
        self.town, self.aviary, self.session = town, aviary, town.session
        self.clinic: Member = town.member(MemberKind.CLINIC, name=f"{name.title()} Hill Clinic")
        self.listing = town.organization(name=f"{name.title()} Table", email=f"desk@{name}.example")
        self.service: Service = town.service(self.listing, name=f"{name.title()} Boxes")
        self.organization: Member = town.member(
            MemberKind.ORGANIZATION,
            name=f"{name.title()} Table",
            listing_id=self.listing.id,
            email=f"desk@{name}.example",
        )
        ids = (self.clinic.id, self.organization.id, self.listing.id, self.service.id)
        self.tenant = Tenant(name, *ids)

    def settle(self) -> Tenant:
        """Return the tenant with all that it has."""
        for role in CLINIC_PEOPLE:
            self._person(self.clinic, role, str(role))
        self._person(self.clinic, Role.ANALYST, "emergency")
        for role in (Role.ORGANIZATION_STAFF, Role.ORGANIZATION_ADMINISTRATOR):
            self._person(self.organization, role, str(role))
        for name in ("suspended", "ended", "colleague", "deputy"):
            self._person(self.clinic, Role.CLINICIAN, name)
        self._person(self.organization, Role.ORGANIZATION_STAFF, "organization_colleague")
        self.clinic.owner_person_id = self.tenant.people["deputy"]
        self.clinic.deputy_person_id = self.tenant.people["clinician"]
        self._invitations()
        patient = self._patient()
        self._screening(patient)
        self._loops(patient)
        self._to_dos(patient)
        self._texts(patient)
        self._wishes(patient)
        self._plan_page(patient)
        self._rest(patient)
        self._copy(patient)
        self._canaries()
        return self.tenant

    def _person(self, member: Member, role: Role, name: str) -> None:
        person = self.town.person(member, role, f"{self.tenant.name} {name}".title())
        membership = self.session.query(Membership).filter_by(person_id=person.id).one()
        self.tenant.people[name], self.tenant.memberships[name] = person.id, membership.id

    def _keep(self, kind: str, row: Any, state: str = "") -> Any:
        self.tenant.rows.setdefault((kind, state), row.id)
        self.tenant.rows.setdefault((kind, ""), row.id)
        return row

    def _invitations(self) -> None:
        for member, kind in ((self.clinic, "invitation"), (self.organization, "organization_invitation")):
            role = Role.CLINICIAN if member is self.clinic else Role.ORGANIZATION_STAFF
            for state in ("open", "accepted"):
                row = Invitation(
                    member_id=member.id, role=role, email=f"{kind}-{state}@{self.tenant.name}.example", name="Ines",
                    created_at=clock.now(), accepted_at=clock.now() if state == "accepted" else None,
                )  # fmt: skip
                self.session.add(row)
                self.session.flush()
                self._keep(kind, row, state)
        opened = issue_link(
            self.session, LinkPurpose.INVITATION, self.tenant.rows["invitation", "open"], expires_at=clock.now() + DAY
        )
        self.tenant.tokens["invitation"] = token_for(vault_of(self.session), opened)
        reset = issue_link(
            self.session, LinkPurpose.PASSWORD_RESET, self.tenant.people["colleague"], expires_at=clock.now() + DAY
        )
        self.tenant.tokens["reset"] = token_for(vault_of(self.session), reset)

    def _patient(self) -> Patient:
        facts = {"spoken_language": "so", "written_language": "vi", "birth_date_text": "1950-01-01"}
        patient = self._keep("patient", self.town.patient(self.clinic, **facts))
        self._keep("patient", self.town.patient(self.clinic, **facts), "second")
        digit = 1 if self.tenant.name == "own" else 2
        phone = self.town.phone(patient, f"+1559555011{digit}")
        self._keep("phone", phone)
        self._keep("phone_number", self.session.get_one(PhoneNumber, phone.phone_number_id))
        retired = self.town.phone(patient, f"+1559555012{digit}", consent=False, retired_at=clock.now())
        self._keep("phone", retired, "retired")
        return patient

    def _own(self, patient: Patient) -> dict[str, Any]:
        return {"clinic_id": self.clinic.id, "patient_id": patient.id}

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def _screening(self, patient: Patient) -> None:
        taken = {"instrument": "needs_check", "instrument_version": "1", "language": "en", "alone": True}
        screening = self._add(Screening(completed_at=clock.now(), **taken, **self._own(patient)))
        self._keep("screening", screening)
        self._add(Answer(screening_id=screening.id, item="food-1", value="yes", **self._own(patient)))
        how = {"instrument": "needs_check", "instrument_version": "2026-11", "language": "en", "respondent": "patient"}
        started = StartedScreening(mode="tablet", started_at=clock.now(), **how, **self._own(patient))
        started.answers = {"food": "no"}
        self._keep("started_screening", self._add(started))
        link = issue_link(self.session, LinkPurpose.SCREENING, started.id, expires_at=clock.now() + DAY)
        self.tenant.tokens["questions"] = token_for(vault_of(self.session), link)
        text = dumps({"id": f"made-{self.tenant.name}", "title": "Made", "items": [ONE_QUESTION]})
        import_instrument(self.session, read_file(text), text)
        self._keep("instrument", self.session.query(StoredInstrument).filter_by(key=f"made-{self.tenant.name}").one())
        open_need = self.town.need(patient, NeedDomain.FOOD, screening_id=screening.id)
        self._keep("need", open_need, "open")
        wanted = self.town.need(patient, NeedDomain.TRANSPORTATION, confirmed_at=clock.now())
        self._keep("need", wanted, "wanted")

    def _loops(self, patient: Patient) -> None:
        """One referral in each state; sent ones are shared with the organization and have a link."""
        consent = self.town.sharing_consent(patient, self.listing.id)
        consent.fields = ["need", "name", "phone", "spoken_language", "zip_code", "birth_date", "note"]
        self._keep("consent", consent)
        for state in ReferralState:
            need = self.town.need(patient, NeedDomain.FOOD, confirmed_at=clock.now())
            referral = self._referral(need, state, consent.id)
            self._keep("referral", referral, state)
            self._keep("prescription", self.session.get_one(Prescription, referral.prescription_id), state)
        declined = self.session.get_one(Referral, self.tenant.rows["referral", "declined"])
        self._add(
            RerouteAlternative(
                referral_id=declined.id, rank=1, service_id=self.service.id, organization_id=self.listing.id,
                offered_at=clock.now(), **self._own(patient),
            )
        )  # fmt: skip
        self.tenant.rows["referral", ""] = self.tenant.rows["referral", "sent"]
        self.tenant.rows["prescription", ""] = self.tenant.rows["prescription", "held"]

    def _referral(self, need: Need, state: ReferralState, consent_id: UUID) -> Referral:
        shared = ["need", "name", "phone", "spoken_language", "zip_code", "birth_date", "note"]
        values = {"need": "food", "name": "n", "phone": "p", "spoken_language": "so", "zip_code": "z"}
        values |= {"birth_date": "1950-01-01", "note": "n"}
        facts: dict[str, Any] = {"shared_fields": shared, "sharing_consent_id": consent_id}
        if state not in (ReferralState.DRAFT, ReferralState.HELD):
            facts |= {"receiver_id": self.organization.id, "sent_at": clock.now()}
        if state is ReferralState.HELD:
            facts |= {"undo_until": clock.now() + DAY}
        by = self.session.get_one(Person, self.tenant.people["clinician"])
        referral = self.town.referral(need, self.service, by=by, state=state, snapshot=dumps(values), **facts)
        self._add(
            ReferralMove(
                referral_id=referral.id, receiver_id=referral.receiver_id, from_state="draft", event="sign",
                to_state="held", actor_kind="membership", at=clock.now(), **self._own_of(referral),
            )
        )  # fmt: skip
        if referral.receiver_id is not None:
            link = issue_link(self.session, LinkPurpose.REFERRAL_ANSWER, referral.id, expires_at=clock.now() + 30 * DAY)
            self.tenant.tokens[str(state)] = token_for(vault_of(self.session), link)
        return referral

    @staticmethod
    def _own_of(row: Any) -> dict[str, Any]:
        return {"clinic_id": row.clinic_id, "patient_id": row.patient_id}

    def _to_dos(self, patient: Patient) -> None:
        about = self.tenant.rows["referral", "accepted"]
        for member, kind in ((self.clinic, "clinic"), (self.organization, "organization")):
            closed = ClosedDay(member_id=member.id, day=(clock.now() + 9 * DAY).date(), created_at=clock.now())
            self._keep("closed_day", self._add(closed), kind)
        self._staff_phone()
        for state in ("open", "done"):
            row = ToDo(
                reason="no_reply", subject_kind="referral", subject_id=about, dedupe_key=f"{self.tenant.name} {state}",
                due_at=clock.now(), created_at=clock.now(), done_at=clock.now() if state == "done" else None,
                owner_person_id=self.tenant.people["navigator"], **self._own(patient),
            )  # fmt: skip
            self._keep("to_do", self._add(row), state)
        soon = (clock.now() + DAY).date()
        absence = Absence(
            member_id=self.clinic.id, person_id=self.tenant.people["deputy"], first_day=soon, last_day=soon,
            noted_by=self.tenant.people["deputy"], created_at=clock.now(),
        )  # fmt: skip
        self._keep("absence", self._add(absence))
        people = self.tenant.people
        handed_over = HandOver(
            filling_id=new_id(), to_do_id=self.tenant.rows["to_do", "open"], from_person_id=people["colleague"],
            to_person_id=people["navigator"], by=people["colleague"], at=clock.now(), **self._own(patient),
        )  # fmt: skip
        self._keep("hand_over", self._add(handed_over))

    def _staff_phone(self) -> None:
        """A colleague at the organization is told by text."""
        number = phone_number(self.session, f"+1559555013{1 if self.tenant.name == 'own' else 2}")
        phone = StaffPhone(
            member_id=self.organization.id, person_id=self.tenant.people["organization_colleague"],
            phone_number_id=number.id, code_tries=0, added_at=clock.now(), confirmed_at=clock.now(),
        )  # fmt: skip
        self._keep("staff_phone", self._add(phone))

    def _texts(self, patient: Patient) -> None:
        number = self.tenant.rows["phone_number", ""]
        message = Message(
            channel=Channel.SMS, composer="patient_text", template="help", facts={}, subject_kind="patient",
            subject_id=patient.id, dedupe_key=f"{self.tenant.name} text", phone_number_id=number, state="delivered",
            not_before=clock.now(), created_at=clock.now(), sent_at=clock.now(), body="said", **self._own(patient),
        )  # fmt: skip
        self._keep("message", self._add(message))
        inbound = InboundMessage(
            provider_id=f"SM{self.tenant.name}", phone_number_id=number, body="said", source="webhook",
            received_at=clock.now() - DAY, **self._own(patient),
        )  # fmt: skip
        self._keep("inbound_message", self._add(inbound))

    def _copy(self, patient: Patient) -> None:
        """A copy of the record was taken along, so that the page of exports shows the same whoever looked before."""
        told = {"purpose": str(next(iter(Purpose))), "format": "csv", "private": False}
        about = {"clinic_id": patient.clinic_id, "patient_id": patient.id}
        record(self.session, AuditKind.EXPORTED, subject_kind="record", subject_id=new_id(), detail=told, **about)

    def _plan_page(self, patient: Patient) -> None:
        choose_word(self.session, patient, PLAN_WORD, by=None)
        address = renew_plan_address(self.session, patient.id, clinic_id=self.clinic.id, by=None)
        self.tenant.tokens["plan"] = address.rsplit("/", 1)[1]

    def _wishes(self, patient: Patient) -> None:
        """What became of the record, who speaks for the patient, whom they barred."""
        nurse, own = self.tenant.people["navigator"], self._own(patient)
        facts = {"spoken_language": "so", "written_language": "vi"}
        kept = self._keep("patient", self.town.patient(self.clinic, **facts), "kept")
        merged = self._keep("patient", self.town.patient(self.clinic, merged_into_id=kept.id, **facts), "merged")
        merge = PatientMerge(
            id=new_id(), merged_id=merged.id, merged_by=nurse, merged_at=clock.now(), **self._own(kept)
        )  # fmt: skip
        correction = PatientCorrection(id=new_id(), fact="given_name", by=nurse, at=clock.now(), **own)
        for row in (merge, correction, self._move(patient, self.clinic.id, "withdrawn")):  # never rewritten
            put_into(self.aviary, self.tenant.name, row, patient.id)
            self._add(row)
        self._keep("patient_merge", merge)
        proxy = PatientProxy(relation="parent", recorded_by=nurse, recorded_at=clock.now(), **own)
        self._keep("patient_proxy", self._add(proxy))
        bar = PatientBar(
            kind="person", person_id=self.tenant.people["suspended"], barred_by=nurse, barred_at=clock.now(), **own
        )
        self._keep("patient_bar", self._add(bar))

    def _move(self, patient: Patient, to_clinic_id: UUID, state: str) -> PatientMove:
        """An offer that is not added yet."""
        return PatientMove(
            id=new_id(), to_clinic_id=to_clinic_id, state=state, words="May we?", words_version="1", method="in_person",
            fields=["given_name"], offered_by=self.tenant.people["navigator"], offered_at=clock.now(),
            **self._own(patient),
        )  # fmt: skip

    def offer_to(self, other: Tenant) -> None:
        """Offer a patient to the clinic of another tenant, whose people then read of them: it is no secret to them."""
        facts = {"written_language": "vi", "spoken_language": "so"}
        mover = self.town.patient(self.clinic, **facts)
        move = self._move(mover, other.clinic_id, "offered")
        for row in (mover, move):
            put_into(self.aviary, self.tenant.name, row, mover.id)
        other.rows["patient_move", "offered"] = other.rows["patient_move", ""] = self._add(move).id
        other.rows["patient", "offered"] = mover.id

    def _rest(self, patient: Patient) -> None:
        """A row in every table that has none yet, also in tables that this file has never heard of."""
        rows, people = self.tenant.rows, self.tenant.people
        facts = {
            **self._own(patient), "receiver_id": self.organization.id, "organization_id": self.listing.id,
            "referral_id": rows["referral", "sent"], "person_id": people["privacy_officer"],
            "membership_id": self.tenant.memberships["privacy_officer"], "fields": ["name"], "options": ["1"],
            "person": people["navigator"], "member": self.organization.id, "phone_number": rows["phone_number", ""],
            "organization": self.listing.id, "service": self.service.id, "referral": rows["referral", "sent"],
            "side": "organization", "state": None,
        }  # fmt: skip
        known = {key: value for key, value in facts.items() if value is not None}
        made = fill_empty_tables(self.session, self.aviary, self.tenant.name, known)
        for table, row_id in made.items():
            rows.setdefault((table, ""), row_id)
        self._said(patient)

    def _said(self, patient: Patient) -> None:
        """What the patient says happened stands beside what the organization says."""
        for state in ("sent", "accepted"):
            said = Testimony(
                id=new_id(), referral_id=self.tenant.rows["referral", state], receiver_id=self.organization.id,
                side="patient", outcome="received", channel="phone", at=clock.now(), **self._own(patient),
            )  # fmt: skip
            put_into(self.aviary, self.tenant.name, said, patient.id)
            self._add(said)

    def _canaries(self) -> None:
        put_canaries(self.session, self.aviary, self.tenant.name, self.clinic.id)
        number = self.session.get_one(PhoneNumber, self.tenant.rows["phone_number", ""])
        put_into(self.aviary, self.tenant.name, number, self.tenant.rows["patient", ""])
        for name, person_id in self.tenant.people.items():
            person = self.session.get_one(Person, person_id)
            person.name = self.aviary.word(Canary(self.tenant.name, f"person.name:{name}", person_id))
        self.session.flush()
