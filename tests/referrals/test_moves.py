"""Every state and event of the referral: legal moves move and are remembered, the others change nothing."""

import pytest
from sqlalchemy import select

from referral.accounts.models import Member
from referral.kit.errors import Conflict, Denied, InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.outbox.models import Message
from referral.referrals import notices
from referral.referrals.actions import accept, cancel, decline, mark_error, move, waitlist
from referral.referrals.actors import MAY, ActorKind
from referral.referrals.notices import live_link
from referral.referrals.states import REFERRAL_MACHINE, DeclineReason, Mode, ReferralEvent, ReferralState
from referral.todos.models import ToDo, ToDoReason
from tests.referrals.conftest import Place, moves_of

LEGAL = sorted(REFERRAL_MACHINE.moves.items())
ILLEGAL = {
    state: [event for event in ReferralEvent if (state, event) not in REFERRAL_MACHINE.moves] for state in ReferralState
}
S, E = ReferralState, ReferralEvent


def actor_for(place: Place, event: ReferralEvent):
    """Somebody who may cause the event."""
    kind = next(kind for kind in ActorKind if REFERRAL_MACHINE.who[event] in MAY[kind])
    return place.actors[kind]


@pytest.mark.parametrize(("pair", "target"), LEGAL, ids=[f"{pair[0]}-{pair[1]}" for pair, _ in LEGAL])
def test_a_legal_move_moves_and_is_remembered(session: ScopedSession, place: Place, pair, target):
    state, event = pair
    referral = place.referral(state, mode=Mode.SELF_DIRECTED if event is E.BEGIN else Mode.SENT)
    version = referral.version

    move(session, referral, event, actor_for(place, event), reason="other")

    last = moves_of(session, referral)[-1]
    assert referral.state == target
    assert referral.version == version + 1
    assert (last.from_state, last.event, last.to_state) == (state, event, target)


@pytest.mark.parametrize("state", list(ReferralState))
def test_an_illegal_move_raises_and_changes_nothing(session: ScopedSession, place: Place, state):
    referral = place.referral(state)
    version = referral.version

    for event in ILLEGAL[state]:
        with pytest.raises(IllegalMove):
            move(session, referral, event, actor_for(place, event))

    session.flush()
    assert (referral.state, referral.version, moves_of(session, referral)) == (state, version, [])


#: (kind of actor, event): none of these can ever be.
NEVER = [
    (ActorKind.LINK, E.CANCEL, "an organization cannot cancel for the clinic"),
    (ActorKind.LINK, E.WITHDRAW, "an organization cannot withdraw for the patient"),
    (ActorKind.LINK, E.EXPIRE, "only the clock lets time run out"),
    (ActorKind.MEMBERSHIP, E.SEND, "nobody sends before the undo window ends"),
    (ActorKind.MEMBERSHIP, E.EXPIRE, "only the clock lets time run out"),
    (ActorKind.TEXT, E.ACCEPT, "a patient's text is no answer of the organization"),
    (ActorKind.TEXT, E.CANCEL, "a patient withdraws; the clinic cancels"),
    (ActorKind.CLOCK, E.ACCEPT, "time never accepts"),
    (ActorKind.CLOCK, E.SIGN, "time never signs"),
]


@pytest.mark.parametrize(("kind", "event", "reason"), NEVER, ids=[f"{kind}-{event}" for kind, event, _ in NEVER])
def test_an_actor_never_does_what_is_not_theirs(session: ScopedSession, place: Place, kind, event, reason):
    referral = place.referral(S.SENT)

    with pytest.raises(Denied):
        move(session, referral, event, place.actors[kind])

    assert referral.state == S.SENT, reason


def test_two_live_referrals_for_one_need_are_refused_in_words(session: ScopedSession, place: Place):
    place.referral(S.SENT)
    second = place.referral(S.DRAFT)

    with pytest.raises(Conflict, match="Another place has been asked"):
        move(session, second, E.SIGN, place.actors[ActorKind.MEMBERSHIP])


@pytest.mark.parametrize("mode", [Mode.SELF_DIRECTED, Mode.PHONE_HAND_OVER])
def test_a_patient_may_go_elsewhere_while_a_place_is_asked(session: ScopedSession, place: Place, mode):
    place.referral(S.SENT)
    place.service = place.town.service()
    second = place.referral(S.DRAFT, mode=mode)

    move(session, second, E.SIGN, place.actors[ActorKind.MEMBERSHIP])

    assert second.state == S.HELD


@pytest.mark.parametrize("mode", list(Mode))
def test_one_service_is_not_tried_twice_at_once(session: ScopedSession, place: Place, mode):
    place.referral(S.IN_PROGRESS, mode=Mode.SELF_DIRECTED)
    second = place.referral(S.DRAFT, mode=mode)

    with pytest.raises(Conflict, match="being tried"):
        move(session, second, E.SIGN, place.actors[ActorKind.MEMBERSHIP])


def test_waitlist_as_a_first_answer_accepts_too(session: ScopedSession, place: Place):
    referral = place.referral(S.SENT)

    waitlist(session, referral, place.actors[ActorKind.LINK], position=4, estimate="two weeks")

    assert [row.event for row in moves_of(session, referral)] == [E.ACCEPT, E.WAITLIST]
    assert (referral.state, referral.waitlist_position, referral.waitlist_estimate) == (S.WAITLISTED, 4, "two weeks")


def test_a_place_on_the_list_below_one_is_refused(session: ScopedSession, place: Place):
    referral = place.referral(S.SENT)

    with pytest.raises(InvalidInput):
        waitlist(session, referral, place.actors[ActorKind.LINK], position=0)

    assert referral.state == S.SENT


def test_a_decline_keeps_its_reason_and_tells_the_navigator(session: ScopedSession, place: Place):
    referral = place.referral(S.SENT)

    decline(session, referral, place.actors[ActorKind.LINK], reason=DeclineReason.OUT_OF_AREA)

    to_do = session.scalars(select(ToDo)).one()
    assert referral.reason == DeclineReason.OUT_OF_AREA
    assert (to_do.reason, to_do.owner_person_id) == (ToDoReason.ORGANIZATION_DECLINED, place.clinic.owner_person_id)


def test_sending_makes_the_organization_the_receiver_and_starts_its_clock(session: ScopedSession, place: Place):
    referral = place.referral(S.HELD)

    move(session, referral, E.SEND, place.actors[ActorKind.CLOCK])

    assert referral.receiver_id == place.organization.id
    assert (referral.next_clock_step, referral.simulated) == ("remind", True)
    assert referral.sent_at is not None
    assert referral.next_clock_at > referral.sent_at


def test_an_organization_without_a_row_gets_one_when_it_is_first_asked(session: ScopedSession, place: Place):
    listing = place.town.organization(name="New Shelf", email="hello@newshelf.example")
    place.service = place.town.service(listing)
    referral = place.referral(S.HELD)

    move(session, referral, E.SEND, place.actors[ActorKind.CLOCK])

    member = session.get_one(Member, referral.receiver_id)
    assert (member.listing_id, member.email) == (listing.id, "hello@newshelf.example")


def test_what_the_patient_does_alone_leaves_nothing(session: ScopedSession, place: Place):
    referral = place.referral(S.HELD, mode=Mode.SELF_DIRECTED)

    move(session, referral, E.BEGIN, place.actors[ActorKind.CLOCK])

    mails = session.scalars(select(Message).where(Message.channel == "email")).all()
    assert (referral.receiver_id, referral.next_clock_step, mails) == (None, "watch", [])


def test_a_recall_kills_the_link_and_tells_the_receiver(session: ScopedSession, place: Place):
    referral = place.referral(S.HELD)
    move(session, referral, E.SEND, place.actors[ActorKind.CLOCK])

    mark_error(session, referral, place.actors[ActorKind.MEMBERSHIP])

    waiting = session.scalars(select(Message.template).where(Message.channel == "email", Message.state == "pending"))
    assert live_link(session, referral.id) is None
    assert waiting.all() == [notices.RECALLED]


def test_a_draft_taken_back_tells_nobody(session: ScopedSession, place: Place):
    referral = place.referral(S.DRAFT)

    cancel(session, referral, place.actors[ActorKind.MEMBERSHIP])

    assert session.scalars(select(Message)).all() == []


def test_each_move_ends_the_link_before_and_issues_the_next(session: ScopedSession, place: Place):
    referral = place.referral(S.HELD)
    move(session, referral, E.SEND, place.actors[ActorKind.CLOCK])
    first = live_link(session, referral.id)

    accept(session, referral, place.actors[ActorKind.LINK])

    second = live_link(session, referral.id)
    session.refresh(first)
    assert first.ended_at is not None
    assert second.id != first.id
