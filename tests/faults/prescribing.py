"""One prescription of two referrals: what it needs, the form that signs it, and what stands in the database of it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from referral.accounts.models import Member, Person
from referral.accounts.roles import Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.crypto import Vault
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.outbox.states import Channel
from referral.patients.consent_models import SharingConsent
from referral.prescriptions.models import Prescription
from referral.referrals.clock_policy import ClockStep
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import Mode, ReferralEvent, ReferralState
from referral.tables import metadata
from resources_directory.models.service import Service
from tests.factories import Town

DOMAINS = ("food", "housing")
SHARED = ("need", "name", "phone")


@dataclass(frozen=True)
class Practice:
    """A clinic, its clinician, and a service with an e-mail address for each domain."""

    clinic: Member
    clinician: Person
    services: tuple[Service, ...]


@dataclass(frozen=True)
class Visit:
    """A patient with two needs, and the form that signs help for both, filled in."""

    patient_id: UUID
    form: dict[str, object]

    @property
    def path(self) -> str:
        return f"/patients/{self.patient_id}/prescribe"


@dataclass(frozen=True)
class Standing:
    """How many rows of one visit's signature stand in the database. `held`: referrals whose clock will release them.

    `audited`: rows whose making is written down. `queued`: messages that could leave.
    """

    prescriptions: int = 0
    consents: int = 0
    referrals: int = 0
    held: int = 0
    moves: int = 0
    audited: int = 0
    queued: int = 0


NOTHING = Standing()
ALL_OF_IT = Standing(prescriptions=1, consents=2, referrals=2, held=2, moves=2, audited=7, queued=0)


class HalfDone(AssertionError):
    """Some rows of an action stand, and others do not."""


def check_all_or_nothing(standing: Standing) -> bool:
    """Return True if all of it stands, False if nothing does. Raises HalfDone."""
    if standing not in (NOTHING, ALL_OF_IT):
        raise HalfDone(str(standing))
    return standing == ALL_OF_IT


def open_practice(town: Town) -> Practice:
    """Make a clinic that can prescribe; stored."""
    clinic = town.clinic()
    practice = Practice(clinic, town.person(clinic, Role.CLINICIAN), tuple(town.service() for _ in DOMAINS))
    town.commit()
    return practice


def new_visit(town: Town, practice: Practice) -> Visit:
    """Make a patient with two confirmed needs, stored, and the form that is about to be signed for them."""
    patient = town.patient(practice.clinic)
    town.phone(patient)
    form: dict[str, object] = {"step": "sign", "form_id": str(uuid4()), "urgency": "routine", "method": "in_person"}
    form["in_whose_name"] = "patient"
    for number, (domain, service) in enumerate(zip(DOMAINS, practice.services, strict=True)):
        need = town.need(patient, domain, confirmed_at=clock.now())
        line = {"need_id": str(need.id), "service": str(service.id), "mode": str(Mode.SENT), "agreed": "y"}
        form[f"lines-{number}-fields_shared"] = list(SHARED)
        form |= {f"lines-{number}-{name}": value for name, value in line.items()}
    town.commit()
    return Visit(patient.id, form)


def standing_of(settings: Settings, visit: Visit) -> Standing:
    """Return what stands of the visit's signature."""
    with opened_fresh(settings) as session:
        prescriptions = _ids(session, Prescription, visit)
        consents = _ids(session, SharingConsent, visit)
        referrals = _ids(session, Referral, visit)
        release = Referral.next_clock_step == ClockStep.RELEASE, Referral.next_clock_at.is_not(None)
        held = _ids(session, Referral, visit, Referral.state == ReferralState.HELD, *release)
        moves = _ids(session, ReferralMove, visit, ReferralMove.event == ReferralEvent.SIGN)
        made = [*prescriptions, *consents, *referrals, *moves]
        audited = select(AuditEvent.id).where(AuditEvent.kind == AuditKind.CREATED, AuditEvent.subject_id.in_(made))
        queued = select(Message.id).where(Message.patient_id == visit.patient_id)
        return Standing(
            *map(len, (prescriptions, consents, referrals, held, moves)),
            audited=len(session.scalars(audited).all()),
            queued=len(session.scalars(queued).all()),
        )


def letters_of(settings: Settings, visit: Visit) -> list[str]:
    """Return the templates of the e-mails to organizations that are queued for the visit."""
    with opened_fresh(settings) as session:
        mails = select(Message.template).where(Message.patient_id == visit.patient_id, Message.channel == Channel.EMAIL)
        return list(session.scalars(mails.order_by(Message.id)))


def rows_of(settings: Settings) -> Counter[str]:
    """Return the number of rows of every table; the audit's by kind, and without reads, which come with looking."""
    with opened_fresh(settings) as session:
        rows = Counter(
            {
                table.name: session.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
                if table.name != AuditEvent.__tablename__
            }
        )
        kinds = select(AuditEvent.kind).where(AuditEvent.kind != AuditKind.READ).order_by(AuditEvent.id)
        rows.update(f"audit: {kind}" for kind in session.scalars(kinds))
        return +rows


@contextmanager
def opened_fresh(settings: Settings) -> Iterator[ScopedSession]:
    """Give a session on connections opened for this question alone, as the next start of the product would."""
    database = Database(settings.database_url, Vault(settings.master_key_bytes()), settings)
    try:
        with database.reading(job_scope("tests")) as session:
            yield session
    finally:
        database.engine.dispose()


def _ids(session: ScopedSession, table: Any, visit: Visit, *more: Any) -> list[UUID]:
    return list(session.scalars(select(table.id).where(table.patient_id == visit.patient_id, *more)))
