"""Fixtures of staff phones: an organization whose staff agreed to texts, a clinic that asks it, and the worker."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.roles import MemberKind, Role
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.messaging.arrivals import Arrival
from referral.messaging.models import InboundSource
from referral.outbox.models import Message
from referral.outbox.states import Channel
from referral.patients.consents import texting_consent_of
from referral.patients.models import PatientPhone
from referral.referrals.actions import move
from referral.referrals.actors import THE_CLOCK
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import Mode, ReferralEvent, ReferralState
from referral.staff_phones.codes import digits_of
from referral.staff_phones.models import StaffNotice, StaffPhone
from referral.staff_phones.phones import Owner, add_phone, confirm_phone
from referral.staff_phones.receiving import receive_staff_text
from referral.tasks import story_tasks
from referral.todos.models import ToDo
from resources_directory.models.service import Service
from tests.factories import Town

#: Tuesday, 10:00 in Los Angeles; no holiday for a fortnight.
TUESDAY = datetime.fromisoformat("2026-06-02T17:00:00+00:00")
OLGA = "+15595550188"


@dataclass
class StaffDesk:
    """An organization, who works there, and the clinic that asks it."""

    app: Flask
    database: Database
    town: Town
    clinic_id: UUID
    organization_id: UUID
    olga_id: UUID
    service_id: UUID
    _texts: int = 0

    def agree(self, person_id: UUID | None = None, e164: str = OLGA) -> UUID:
        """Let somebody name their phone, read the code and type it; return the phone's id."""
        owner = Owner(self.organization_id, person_id or self.olga_id)
        with self.database.job("tests") as session:
            phone = add_phone(session, owner, e164, words_language="en")
            code = digits_of(session, phone)
            assert code is not None
            assert confirm_phone(session, phone, code) is None
            phone_id = phone.id
        self.work()
        return phone_id

    def refer(self, **facts: object) -> UUID:
        """Send the organization one more referral, of a patient of its own; return its id."""
        session = self.town.session
        patient = self.town.patient(session.get_one(Member, self.clinic_id))
        service = session.get_one(Service, self.service_id)
        facts = {"state": ReferralState.HELD, "mode": Mode.SENT} | facts
        referral_id = self.town.referral(self.town.need(patient), service, **facts).id  # type: ignore[arg-type]
        self.town.commit()
        with self.database.job("tests") as job:
            move(job, job.get_one(Referral, referral_id), ReferralEvent.SEND, THE_CLOCK)
        return referral_id

    def colleague(self, name: str, role: Role = Role.ORGANIZATION_STAFF) -> UUID:
        """Let somebody else work at the organization; return their id."""
        organization = self.town.session.get_one(Member, self.organization_id)
        person_id = self.town.person(organization, role, name).id
        self.town.commit()
        return person_id

    def patient_with_phone(self, e164: str) -> UUID:
        """Register a patient who agreed to texts on a number; return the id of their phone."""
        clinic = self.town.session.get_one(Member, self.clinic_id)
        phone_id = self.town.phone(self.town.patient(clinic), e164).id
        self.town.commit()
        return phone_id

    @staticmethod
    def texting_consent(session: ScopedSession, phone: PatientPhone) -> bool:
        """Return what the newest event of a patient's consent to texts says."""
        consent = texting_consent_of(session, phone)
        return consent is not None and consent.given

    def pass_time(self, **by: float) -> None:
        """Move the story's clock on, and let the worker do what is due."""
        clock.set_offset(clock.now() + timedelta(**by) - clock.wall())
        self.work()

    def tell_now(self, referral_id: UUID, sent_at: datetime) -> None:
        """Let the text about a referral have left at a moment, as if the worker had sent it then."""
        with self.database.job("tests") as session:
            message = session.scalars(select(Message).where(Message.composer == "staff_notice")).one()
            message.state, message.sent_at, message.attempt_no = "delivered", sent_at, 1
            notice = session.scalars(select(StaffNotice).where(StaffNotice.referral_id == referral_id)).one()
            notice.message_id = message.id

    def work(self) -> None:
        """Run the worker until nothing more happens at this moment."""
        for _round in range(8):
            if not sum(task.run(self.database) for task in story_tasks(self.app)):
                break

    def say(self, body: str, e164: str = OLGA, *, sid: str | None = None) -> str | None:
        """Receive a text on the staff sender; return what it changed, None where it was stored before."""
        self._texts += 1
        arrival = Arrival(sid or f"SM-staff-{self._texts}", e164, body, InboundSource.WEBHOOK)
        with self.app.test_request_context(), self.database.job("webhook") as session:
            text = receive_staff_text(session, arrival)
            effect = text.effect if text else None
        self.work()
        return effect

    def texts(self, *, e164: str = OLGA) -> list[str]:
        """Return the words of the texts that went to a staff phone, oldest first."""
        sent = select(Message).where(Message.channel == Channel.STAFF_SMS, Message.sent_at.is_not(None))
        with self.database.job("tests") as session:
            rows = session.scalars(sent.order_by(Message.sent_at, Message.id)).all()
            return [row.body or "" for row in rows if row.to_address == e164]

    def state(self, referral_id: UUID) -> str:
        """Return where a referral stands."""
        with self.database.job("tests") as session:
            return session.get_one(Referral, referral_id).state

    def last_move(self, referral_id: UUID) -> tuple[str, str, str | None, str | None]:
        """Return the newest move of a referral: event, kind of actor, name, reason."""
        moves = select(ReferralMove).where(ReferralMove.referral_id == referral_id)
        with self.database.job("tests") as session:
            row = session.scalars(moves.order_by(ReferralMove.at, ReferralMove.id)).all()[-1]
            return row.event, row.actor_kind, row.actor_name, row.reason

    def phone(self, phone_id: UUID) -> tuple[bool, str | None]:
        """Return whether a staff phone gets texts, and how they ended."""
        with self.database.job("tests") as session:
            phone = session.get_one(StaffPhone, phone_id)
            return phone.confirmed_at is not None and phone.stopped_at is None, phone.stopped_how

    def to_dos(self) -> list[tuple[str, str | None]]:
        """Return reason and note of what people have to do, oldest first."""
        with self.database.job("tests") as session:
            rows = session.scalars(select(ToDo).where(ToDo.done_at.is_(None)).order_by(ToDo.created_at, ToDo.id))
            return [(row.reason, row.note) for row in rows]


@pytest.fixture
def desk(app: Flask, database: Database, town: Town) -> StaffDesk:
    clock.set_offset(TUESDAY - clock.wall())
    clinic = town.clinic(name="Hazel Grove Clinic")
    listing = town.organization(name="Green Table", email="desk@greentable.example")
    organization = town.member(
        MemberKind.ORGANIZATION, name="Green Table", email="desk@greentable.example", listing_id=listing.id
    )
    olga = town.person(organization, Role.ORGANIZATION_STAFF, "Olga Ortiz")
    service = town.service(listing, name="Green Table Boxes")
    ids = (clinic.id, organization.id, olga.id, service.id)
    town.commit()
    return StaffDesk(app, database, town, *ids)
