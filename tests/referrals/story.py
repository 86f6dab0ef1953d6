"""One patient's story, told by random steps on a real database: what people and the clock can do, in any order.

Each step is a real action in a transaction of its own, a moment after the one before. What is refused is refused.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import time_machine
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from referral.accounts.models import Member
from referral.followups.due import ask_due_questions, close_silent_questions
from referral.followups.models import Question
from referral.followups.states import QuestionState
from referral.kit import clock
from referral.kit.errors import Conflict, Denied, Gone, InvalidInput
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.state_machine import IllegalMove
from referral.kit.transaction import Database
from referral.patients.consent_models import SharingConsent
from referral.patients.consents import ConsentTaken, record_sharing_consent, sharing_consents_of, stop_sharing
from referral.patients.models import Patient
from referral.patients.states import ConsentMethod, SharedField
from referral.prescriptions.models import Prescription
from referral.referrals.actions import NewReferral, move, open_referral
from referral.referrals.actors import Actor
from referral.referrals.alternatives import SEARCHED, alternatives_for
from referral.referrals.clocks import run_clocks
from referral.referrals.late_answers import LATE_STATES, GivenLate, record_late_answer
from referral.referrals.looking import disclose
from referral.referrals.models import Referral
from referral.referrals.rerouting import choose_alternative
from referral.referrals.states import (
    REFERRAL_MACHINE,
    TAKEN_STATES,
    DeclineReason,
    Mode,
    ReferralEvent,
    ReferralState,
    Urgency,
)
from referral.referrals.testimonies import GivenTestimony, testify
from referral.screening.models import Need
from referral.todos.actions import mark_done
from referral.todos.models import ToDo
from resources_directory.capacity import CapacityStatus, SaidCapacity, say_capacity
from resources_directory.db import new_id
from resources_directory.models.service import Service
from tests.factories import Town
from tests.referrals.conftest import TUESDAY, Place

#: What a step may be refused with; anything else is a fault.
REFUSALS = (IllegalMove, Denied, Conflict, InvalidInput, Gone, StaleDataError)
FIELDS = [SharedField.NEED, SharedField.NAME, SharedField.PHONE]

Step = Callable[[ScopedSession, Referral], object]


@dataclass
class Story:
    """One patient with two needs, and services to send them to."""

    database: Database
    place: Place
    services: list[Service]
    patient_id: UUID
    needs: list[UUID]
    traveller: Any
    travel: Any
    referrals: list[UUID] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, database: Database, place: Place, services: list[Service], *, number: int, phone: bool) -> "Story":
        """A new patient on a Tuesday morning."""
        travel = time_machine.travel(TUESDAY, tick=False)
        traveller = travel.start()
        with database.job("story") as session:
            town = Town(session)
            patient = town.patient(session.get_one(Member, place.clinic.id))
            if phone:
                town.phone(patient, f"+1559555{1000 + number}")
            needs = [town.need(patient, domain, confirmed_at=clock.now()).id for domain in ("food", "housing")]
            patient_id = patient.id
        return cls(database, place, services, patient_id, needs, traveller, travel)

    def end(self) -> None:
        """Let nothing of this story go on in the next one."""
        with self.database.job("story") as session:
            session.execute(update(Referral).values(next_clock_at=None, next_clock_step=None))
            session.execute(update(Question).values(state=QuestionState.CANCELLED))
        self.travel.stop()

    def act(self, what: str, step: Callable[[ScopedSession], object]) -> bool:
        """Do one step in a transaction of its own, a second later; return whether it was not refused."""
        self.traveller.shift(timedelta(seconds=1))
        try:
            with self.database.job("story") as session:
                step(session)
        except REFUSALS as error:
            self.done.append(f"{what}: {type(error).__name__}")
            return False
        self.done.append(what)
        return True

    def on(self, number: int, what: str, step: Step, *, states: Collection[str] = ()) -> bool:
        """Do a step to one of the referrals so far: to any for number 0, else to one in `states` if there is one."""
        if not self.referrals:
            return False
        referral_id = self.pick(number, states)
        return self.act(what, lambda session: step(session, session.get_one(Referral, referral_id)))

    def pick(self, number: int, states: Collection[str]) -> UUID:
        """Return the referral that a step is done to."""
        with self.database.reading(job_scope("story")) as session:
            fitting = select(Referral.id).where(Referral.patient_id == self.patient_id, Referral.state.in_(states))
            found = session.scalars(fitting.order_by(Referral.created_at, Referral.id)).all()
        among = found if number and found else self.referrals
        return among[number % len(among)]

    def sign(self, need: int, service: int, mode: Mode, urgency: Urgency) -> bool:
        """Take consent where it is sent, write a referral, and sign it."""
        chosen, referral_id = self.services[service % len(self.services)], new_id()

        def write(session: ScopedSession) -> None:
            patient = session.get_one(Patient, self.patient_id)
            consent = _consent(session, patient, chosen.organization_id) if mode is Mode.SENT else None
            line = Line(session.get_one(Need, self.needs[need % 2]), chosen, mode, urgency, consent)
            referral = _open(session, line)
            move(session, referral, ReferralEvent.SIGN, self.actor("membership"))
            nonlocal referral_id
            referral_id = referral.id

        signed = self.act(f"sign {mode} for need {need % 2} at service {service % len(self.services)}", write)
        if signed:
            self.referrals.append(referral_id)
        return signed

    def actor(self, kind: str) -> Actor:
        """Somebody who acts in this way."""
        return next(actor for each, actor in self.place.actors.items() if each == kind)

    def event(self, number: int, event: ReferralEvent, kind: str) -> bool:
        """Let somebody cause an event, whether they may or not."""
        reason = DeclineReason.NO_CAPACITY if event is ReferralEvent.DECLINE else None
        return self.on(
            number,
            f"{event} by {kind}",
            lambda session, row: move(session, row, event, self.actor(kind), reason=reason),
            states=sources(event),
        )

    def say(self, number: int, given: GivenTestimony) -> bool:
        """Let one side say what happened."""
        what = f"{given.side} says {given.outcome}"
        states = (*TAKEN_STATES, ReferralState.COMPLETED, ReferralState.EXPIRED)
        return self.on(number, what, lambda session, row: testify(session, row, given), states=states)

    def answer_late(self, number: int, event: ReferralEvent) -> bool:
        """Let the organization answer after its time."""
        given = GivenLate(event, DeclineReason.OTHER)
        return self.on(
            number,
            f"late {event}",
            lambda session, row: record_late_answer(session, row, given, self.actor("link")),
            states=LATE_STATES,
        )

    def look(self, number: int) -> bool:
        """Let the organization look at the person, as far as it may."""

        def look(session: ScopedSession, row: Referral) -> None:
            if row.receiver_id is None:
                raise Denied
            disclose(session, row, channel="link", recipient="Olga", receiver_id=row.receiver_id)

        return self.on(number, "look", look, states=TAKEN_STATES)

    def choose(self, number: int) -> bool:
        """Let the patient choose the best other place on their page."""

        def choose(session: ScopedSession, row: Referral) -> None:
            found = alternatives_for(session, row, now=clock.now())
            if not found:
                raise Denied
            choose_alternative(session, found[0], actor=self.actor("plan_page"))

        return self.on(number, "choose another place", choose, states=SEARCHED)

    def stop_sharing(self, service: int) -> bool:
        """Let the patient take permission back from one organization."""

        def stop(session: ScopedSession) -> None:
            patient = session.get_one(Patient, self.patient_id)
            organization_id = self.services[service % len(self.services)].organization_id
            newest = {each.organization_id: each for each in sharing_consents_of(session, patient.id)}
            if organization_id not in newest:
                raise Denied
            stop_sharing(session, patient, newest[organization_id], taken=_taken(self))

        return self.act("stop sharing", stop)

    def say_room(self, service: int, status: CapacityStatus) -> bool:
        """Let an organization say whether it has room."""
        chosen = self.services[service % len(self.services)].id
        said = SaidCapacity(chosen, status, said_by="Olga", how="link")
        return self.act(f"room {status}", lambda session: say_capacity(session, said, now=clock.now()))

    def finish_to_do(self) -> bool:
        """Let a navigator finish what is due first."""

        def finish(session: ScopedSession) -> None:
            open_ones = select(ToDo).where(ToDo.patient_id == self.patient_id, ToDo.done_at.is_(None))
            first = session.scalars(open_ones.order_by(ToDo.due_at, ToDo.id)).first()
            if first is None:
                raise Denied
            mark_done(session, first, by=self.place.navigator.id, outcome="Called.")

        return self.act("finish a to-do", finish)

    def wait(self, how_long: timedelta) -> None:
        """Let time go by, and the worker do what is due."""
        self.traveller.shift(how_long)
        for _round in range(12):
            if not run_clocks(self.database):
                break
        ask_due_questions(self.database)
        close_silent_questions(self.database)
        self.done.append(f"{how_long} go by")

    def together(self, number: int, first: ReferralEvent, second: ReferralEvent) -> None:
        """Let two people act on one referral, the second one on what they read before the first one wrote."""
        if not self.referrals:
            return
        self.traveller.shift(timedelta(seconds=1))
        referral_id = self.pick(number, sources(first))
        # SQLite lets no second writer begin, so whoever reads early there holds a reader's view.
        mine = self.database.open(job_scope("mine"), read=self.database.engine.dialect.name == "sqlite")
        try:
            stale = mine.get_one(Referral, referral_id)
            actor = self.actor("membership")
            won = self.act(
                str(first), lambda session: move(session, session.get_one(Referral, referral_id), first, actor)
            )
            try:
                move(mine, stale, second, self.actor("membership"), reason="other")
                assert not won or mine.get_bind().dialect.name == "sqlite", "the second of two won too"
            except (*REFUSALS, OperationalError):
                pass
        finally:
            mine.rollback()
            mine.close()
        self.done.append(f"{first} and {second} at once")


def sources(event: ReferralEvent) -> list[str]:
    """Return the states in which an event is possible."""
    return sorted(state for state, each in REFERRAL_MACHINE.moves if each is event)


@dataclass(frozen=True)
class Line:
    """What is asked for one need."""

    need: Need
    service: Service
    mode: Mode
    urgency: Urgency
    consent: SharingConsent | None


def _open(session: ScopedSession, line: Line) -> Referral:
    need, service, consent = line.need, line.service, line.consent
    names = {"service_name": service.name, "organization_name": "An organization"}
    prescription = Prescription(clinic_id=need.clinic_id, patient_id=need.patient_id, created_at=clock.now())
    session.add(prescription)
    session.flush()
    return open_referral(
        session,
        NewReferral(
            clinic_id=need.clinic_id,
            patient_id=need.patient_id,
            need_id=need.id,
            domain=need.domain,
            prescription_id=prescription.id,
            service_id=service.id,
            organization_id=service.organization_id,
            service_facts=names | {"timezone_name": "America/Los_Angeles"},
            mode=line.mode,
            urgency=line.urgency,
            shared_fields=tuple(map(str, FIELDS)) if consent else (),
            snapshot={"need": need.domain, "name": "Rosa Molina", "phone": "+15595550123"},
            sharing_consent_id=consent.id if consent else None,
        ),
    )


def _consent(session: ScopedSession, patient: Patient, organization_id: UUID) -> SharingConsent:
    taken = ConsentTaken("I agree.", "en", "1", ConsentMethod.IN_PERSON, None)
    return record_sharing_consent(session, patient, organization_id, fields=FIELDS, taken=taken)


def _taken(story: Story) -> ConsentTaken:
    return ConsentTaken("No more.", "en", "1", ConsentMethod.BY_PHONE, story.place.navigator.id)
