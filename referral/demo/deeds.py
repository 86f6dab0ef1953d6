"""What organizations, clinics and patients do about a referral in the demo, each under their own scope."""

from uuid import UUID

from sqlalchemy import select

from referral.accounts.links import use_link
from referral.demo.desks import ClinicDesks, organization_desk
from referral.demo.plots import Deed
from referral.kit import clock
from referral.kit.scope import Scope, ScopedSession, ScopeKind, job_scope
from referral.kit.transaction import Database
from referral.navigation.finishing import Finished, asks_for_call, finish_to_do
from referral.navigation.states import CallSaid
from referral.referrals import actions
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.looking import disclose
from referral.referrals.models import Referral
from referral.referrals.notices import live_link
from referral.referrals.states import (
    TAKEN_STATES,
    DeclineReason,
    NotCompletedReason,
    Outcome,
    ReferralState,
    Side,
    TestimonyChannel,
)
from referral.referrals.testimonies import GivenTestimony, testify
from referral.todos.models import ToDo
from resources_directory.db import new_id

#: Who signs with their name where an organization has no account.
FRONT_DESKS = ("Dana", "Joaquín", "Mrs. Vang", "Terrell", "Bea", "Óscar")

#: What an organization says happened: outcome, reason, units.
SAID = {
    Deed.SAY_RECEIVED: (Outcome.RECEIVED, None, "1"),
    Deed.SAY_PARTLY: (Outcome.PARTLY_RECEIVED, None, "1"),
    Deed.SAY_NOT_REACHED: (Outcome.NOT_RECEIVED, NotCompletedReason.COULD_NOT_REACH, None),
    Deed.SAY_PAPERS_MISSING: (Outcome.NOT_RECEIVED, NotCompletedReason.DOCUMENTS_MISSING, None),
}

DECLINED = {Deed.DECLINE_FULL: DeclineReason.NO_CAPACITY, Deed.DECLINE_AREA: DeclineReason.OUT_OF_AREA}

#: Deeds of the clinic's own people; everything else is the organization's.
OF_THE_CLINIC = frozenset(
    {Deed.UNDO, Deed.WITHDRAW, Deed.CANCEL, Deed.MARK_ERROR, Deed.PATIENT_SAYS_RECEIVED, Deed.PRESCRIBE_AGAIN}
)


class Deeds:
    """Does the plots' deeds through the product's actions."""

    def __init__(self, database: Database, desks: dict[UUID, ClinicDesks]) -> None:
        """Take the database and the clinics' people by clinic."""
        self._database, self._desks = database, desks

    def do(self, referral_id: UUID, deed: Deed) -> None:
        """Do one deed about a referral."""
        if deed in OF_THE_CLINIC:
            self._as_clinic(referral_id, deed)
        else:
            self._as_organization(referral_id, deed)

    def work_through_to_dos(self, clinic_id: UUID) -> None:
        """Let the navigator do the clinic's oldest due to-dos, and leave every third."""
        navigator = self._desks[clinic_id].navigator
        with self._database.writing(navigator.scope) as session:
            open_ones = select(ToDo).where(ToDo.done_at.is_(None), ToDo.due_at < clock.now())
            for number, to_do in enumerate(session.scalars(open_ones.order_by(ToDo.due_at, ToDo.id)).all()):
                if number % 3 != 2:
                    call = CallSaid.REACHED if asks_for_call(session, to_do) else None
                    words = "Called and settled it." if call else "Settled it."
                    finish_to_do(session, to_do, Finished(words, call, new_id()), by=navigator.person_id)

    def _as_clinic(self, referral_id: UUID, deed: Deed) -> None:
        with self._database.reading(job_scope("demo")) as session:
            desks = self._desks[session.get_one(Referral, referral_id).clinic_id]
        person = desks.navigator if deed in (Deed.WITHDRAW, Deed.PATIENT_SAYS_RECEIVED) else desks.clinician
        actor = Actor(ActorKind.MEMBERSHIP, person.person_id, person.name)
        with self._database.writing(person.scope) as session:
            referral = session.get_one(Referral, referral_id)
            if deed is Deed.UNDO:
                actions.undo(session, referral, actor)
            elif deed is Deed.CANCEL:
                actions.cancel(session, referral, actor, note="The family has moved away.")
            elif deed is Deed.MARK_ERROR:
                actions.mark_error(session, referral, actor, note="Meant for another patient.")
            elif deed is Deed.WITHDRAW:
                by_phone = Actor(ActorKind.PHONE, person.person_id, person.name)
                actions.withdraw(session, referral, by_phone, note="The patient called: a neighbor helps now.")
            elif deed is Deed.PATIENT_SAYS_RECEIVED:
                testify(session, referral, _told_by_phone(person.person_id))

    def _as_organization(self, referral_id: UUID, deed: Deed) -> None:
        scope, actor = self._answerer(referral_id)
        with self._database.writing(scope) as session:
            referral = session.get_one(Referral, referral_id)
            if ReferralState(referral.state) not in (ReferralState.SENT, *TAKEN_STATES):
                return  # the patient's word has closed it meanwhile
            if actor.kind is ActorKind.LINK:
                link = live_link(session, referral_id)
                if link is None:
                    return
                use_link(session, link)
            self._answer(session, referral, deed, actor)

    def _answer(self, session: ScopedSession, referral: Referral, deed: Deed, actor: Actor) -> None:
        if deed is Deed.ACCEPT:
            actions.accept(session, referral, actor)
            self._look_at_details(session, referral, actor)
        elif deed in DECLINED:
            actions.decline(session, referral, actor, reason=DECLINED[deed])
        elif deed is Deed.WAITLIST:
            actions.waitlist(session, referral, actor, position=4, estimate="about three weeks")
        elif deed is Deed.START:
            actions.start(session, referral, actor)
        else:
            outcome, reason, units = SAID[deed]
            channel = TestimonyChannel.LINK if actor.kind is ActorKind.LINK else TestimonyChannel.ACCOUNT
            said = GivenTestimony(
                Side.ORGANIZATION, outcome, channel, reason, units, speaker=actor.name, taken_by=actor.person_id
            )
            testify(session, referral, said)

    def _look_at_details(self, session: ScopedSession, referral: Referral, actor: Actor) -> None:
        if referral.receiver_id is not None and actor.name is not None:
            channel = "link" if actor.kind is ActorKind.LINK else "account"
            disclose(session, referral, channel=channel, recipient=actor.name, receiver_id=referral.receiver_id)

    def _answerer(self, referral_id: UUID) -> tuple[Scope, Actor]:
        """Return who answers: the organization's person when it has one, else whoever holds its link."""
        with self._database.reading(job_scope("demo")) as session:
            receiver_id = session.get_one(Referral, referral_id).receiver_id
            desk = organization_desk(session, receiver_id) if receiver_id else None
        if desk is not None:
            return desk.scope, Actor(ActorKind.MEMBERSHIP, desk.person_id, desk.name)
        name = FRONT_DESKS[(receiver_id or referral_id).int % len(FRONT_DESKS)]
        return Scope(ScopeKind.LINK, "link", referral_id=referral_id), Actor(ActorKind.LINK, name=name)


def _told_by_phone(person_id: UUID) -> GivenTestimony:
    return GivenTestimony(
        Side.PATIENT, Outcome.RECEIVED, TestimonyChannel.PHONE, speaker="the patient", taken_by=person_id
    )
