"""Any order of steps, by anybody, at any time: no illegal state, no two receivers, nobody lost, no outcome changed."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from referral.accounts.roles import MemberKind
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.referrals.actors import ActorKind
from referral.referrals.states import Mode, NotCompletedReason, Outcome, ReferralEvent, Side, TestimonyChannel, Urgency
from referral.referrals.testimonies import GivenTestimony
from resources_directory.capacity import CapacityStatus
from resources_directory.models.service import NeedOrigin, Service, ServiceNeed
from tests.referrals.conftest import Place
from tests.referrals.invariants import Memory, check
from tests.referrals.story import Story

#: Examples and steps: SQLite is asked thoroughly, PostgreSQL that it agrees.
HOW_MUCH = {"sqlite": (25, 25), "postgresql": (6, 15)}

NUMBER = st.integers(0, 5)
ANSWERS = [ReferralEvent.ACCEPT, ReferralEvent.DECLINE, ReferralEvent.WAITLIST, ReferralEvent.START]
CLINIC = [
    ReferralEvent.UNDO,
    ReferralEvent.SIGN,
    ReferralEvent.WITHDRAW,
    ReferralEvent.CANCEL,
    ReferralEvent.MARK_ERROR,
]
THEN = st.sampled_from([ReferralEvent.ACCEPT, ReferralEvent.DECLINE, ReferralEvent.EXPIRE, None])
LEAVES = timedelta(seconds=31)
WAITS = [LEAVES, timedelta(minutes=20), timedelta(days=1), timedelta(days=4), timedelta(days=40)]


class AnyStory(RuleBasedStateMachine):
    """The steps that anybody can take, and what must hold after each."""

    begin: Callable[[bool], Story]
    story: Story

    @initialize(phone=st.booleans(), need=NUMBER, then=THEN)
    def start(self, phone: bool, need: int, then: ReferralEvent | None) -> None:
        self.story, self.memory = type(self).begin(phone), Memory()
        self.ask(need, 0, then)

    @rule(need=NUMBER, service=NUMBER, mode=st.sampled_from(Mode), urgency=st.sampled_from(Urgency))
    def sign(self, need: int, service: int, mode: Mode, urgency: Urgency) -> None:
        self.story.sign(need, service, mode, urgency)

    @rule(need=NUMBER, service=NUMBER, then=THEN)
    def ask(self, need: int, service: int, then: ReferralEvent | None) -> None:
        """An organization is asked, and answers or lets the time run out."""
        if not self.story.sign(need, service, Mode.SENT, Urgency.ROUTINE):
            return
        self.story.wait(LEAVES)
        if then is ReferralEvent.EXPIRE:
            self.story.wait(timedelta(days=20))
        elif then is not None:
            self.story.event(-1, then, "link")

    @rule(number=NUMBER, event=st.sampled_from(CLINIC))
    def clinic_steps(self, number: int, event: ReferralEvent) -> None:
        self.story.event(number, event, "membership")

    @rule(number=NUMBER, event=st.sampled_from(ANSWERS), kind=st.sampled_from(["link", "phone", "membership"]))
    def organization_answers(self, number: int, event: ReferralEvent, kind: str) -> None:
        self.story.event(number, event, kind)

    @rule(number=NUMBER, event=st.sampled_from(ReferralEvent), kind=st.sampled_from(ActorKind))
    def anybody_tries_anything(self, number: int, event: ReferralEvent, kind: ActorKind) -> None:
        if kind is not ActorKind.CLOCK:  # the clock's own steps come with time
            self.story.event(number, event, kind)

    @rule(number=NUMBER, side=st.sampled_from(Side), outcome=st.sampled_from(Outcome))
    def somebody_says_what_happened(self, number: int, side: Side, outcome: Outcome) -> None:
        channel = TestimonyChannel.TEXT if side is Side.PATIENT else TestimonyChannel.LINK
        reason = NotCompletedReason.OTHER if outcome is Outcome.NOT_RECEIVED else None
        self.story.say(number, GivenTestimony(side, outcome, channel, reason=reason, speaker="Olga"))

    @rule(number=NUMBER, event=st.sampled_from(ANSWERS[:3]))
    def organization_answers_late(self, number: int, event: ReferralEvent) -> None:
        self.story.answer_late(number, event)

    @rule(number=NUMBER)
    def organization_looks(self, number: int) -> None:
        self.story.look(number)

    @rule(service=NUMBER)
    def patient_stops_sharing(self, service: int) -> None:
        self.story.stop_sharing(service)

    @rule(service=NUMBER, status=st.sampled_from([CapacityStatus.NO_CAPACITY, CapacityStatus.CAPACITY]))
    def organization_says_room(self, service: int, status: CapacityStatus) -> None:
        self.story.say_room(service, status)

    @rule(number=NUMBER)
    def patient_chooses_another_place(self, number: int) -> None:
        self.story.choose(number)

    @rule()
    def navigator_finishes_a_to_do(self) -> None:
        self.story.finish_to_do()

    @rule(how_long=st.sampled_from(WAITS))
    def time_goes_by(self, how_long: timedelta) -> None:
        self.story.wait(how_long)

    @rule(number=NUMBER, first=st.sampled_from([*ANSWERS, *CLINIC]), second=st.sampled_from([*ANSWERS, *CLINIC]))
    @precondition(lambda self: bool(self.story.referrals))
    def two_act_at_once(self, number: int, first: ReferralEvent, second: ReferralEvent) -> None:
        self.story.together(number, first, second)

    @invariant()
    @precondition(lambda self: hasattr(self, "story"))
    def everything_holds(self) -> None:
        with self.story.database.reading(job_scope("tests")) as session:
            check(session, self.story.patient_id, self.memory)

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.story.end()


@pytest.fixture
def services(place: Place) -> list[Service]:
    """The place's own service and two more, all for both needs."""
    found = [place.service]
    for name in ("Second Shelf", "Third Table"):
        listing = place.town.organization(name=name, email=f"desk@{name.split()[0].lower()}.example")
        place.town.member(MemberKind.ORGANIZATION, name=name, email=listing.email, listing_id=listing.id)
        found.append(place.town.service(listing, name=name))
    for service in found:
        for need in ("food", "housing"):
            place.town.session.add(ServiceNeed(service_id=service.id, need=need, origin=NeedOrigin.STATED))
    place.town.commit()
    return found


def test_no_order_of_steps_breaks_what_must_hold(database: Database, place: Place, services: list[Service]):
    examples, steps = HOW_MUCH[database.engine.dialect.name]
    numbers = count()

    class ThisStory(AnyStory):
        begin = staticmethod(lambda phone: Story.begin(database, place, services, number=next(numbers), phone=phone))

    run_state_machine_as_test(
        ThisStory,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a failure tells its story; to shorten it takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
