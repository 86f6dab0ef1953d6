"""Answers that come when nothing is waited for: kept, told, moving nothing, whichever way they come."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import Denied, InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.outbox.models import Message
from referral.referrals import testimonies
from referral.referrals.actors import ActorKind
from referral.referrals.late_answers import GivenLate, late_answers_of, late_events, record_late_answer
from referral.referrals.models import Referral, Testimony
from referral.referrals.notices import live_link
from referral.referrals.proving import mail_fresh_link
from referral.referrals.states import (
    DeclineReason,
    Mode,
    Outcome,
    ReferralEvent,
    ReferralState,
    Side,
    TestimonyChannel,
)
from referral.referrals.testimonies import GivenTestimony
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from tests.referrals.conftest import Place, moves_of
from tests.referrals.desks import Desk, token_of
from tests.sign_in import sign_in

S, E = ReferralState, ReferralEvent


def over(place: Place, state: ReferralState = S.EXPIRED) -> Referral:
    return place.referral(state, closed_at=clock.now())


@pytest.mark.parametrize("event", [E.ACCEPT, E.WAITLIST, E.DECLINE])
@pytest.mark.parametrize("kind", [ActorKind.LINK, ActorKind.MEMBERSHIP, ActorKind.PHONE])
@pytest.mark.parametrize("state", [S.EXPIRED, S.DECLINED])
def test_a_late_answer_is_kept_told_and_moves_nothing(session: ScopedSession, place: Place, state, kind, event):
    referral = over(place, state)
    version = referral.version

    record_late_answer(session, referral, GivenLate(event, DeclineReason.OTHER, note="Sorry."), place.actors[kind])

    row = late_answers_of(session, referral)[0]
    to_do = session.scalars(select(ToDo)).one()
    assert (row.event, row.state, row.note, row.actor_kind) == (event, state, "Sorry.", kind)
    assert (to_do.reason, to_do.subject_id) == (ToDoReason.LATE_ANSWER, referral.id)
    assert (referral.state, referral.version, moves_of(session, referral)) == (state, version, [])


@pytest.mark.parametrize(
    ("state", "by_organization", "by_phone"),
    [
        (S.EXPIRED, True, True),
        (S.DECLINED, True, True),
        (S.WITHDRAWN, False, True),
        (S.CANCELLED, False, True),
        (S.ENTERED_IN_ERROR, False, False),
        (S.SENT, False, False),
        (S.COMPLETED, False, False),
    ],
)
def test_whom_we_told_to_stop_is_offered_no_answer(place: Place, state, by_organization, by_phone):
    referral = place.referral(state)

    assert bool(late_events(referral, by_organization=True)) == by_organization
    assert bool(late_events(referral, by_organization=False)) == by_phone


def test_what_was_never_sent_has_no_late_answer(place: Place):
    assert late_events(place.referral(S.CANCELLED, mode=Mode.SELF_DIRECTED), by_organization=False) == ()


def test_an_answer_in_time_is_no_late_one(session: ScopedSession, place: Place):
    with pytest.raises(IllegalMove):
        record_late_answer(session, place.referral(S.SENT), GivenLate(E.ACCEPT), place.actors[ActorKind.LINK])


def test_a_patient_does_not_answer_for_the_organization(session: ScopedSession, place: Place):
    with pytest.raises(Denied):
        record_late_answer(session, over(place), GivenLate(E.ACCEPT), place.actors[ActorKind.TEXT])


def test_a_late_no_says_why(session: ScopedSession, place: Place):
    with pytest.raises(InvalidInput, match="Choose why"):
        record_late_answer(session, over(place), GivenLate(E.DECLINE), place.actors[ActorKind.LINK])


def test_by_phone_it_is_written_down_and_stands_in_the_story(nurse: FlaskClient, place: Place):
    referral = over(place)
    place.town.commit()

    answer = nurse.post(
        f"/referrals/{referral.id}/answer",
        data={"version": str(referral.version), "speaker": "Olga", "answer": "accept", "note": "We had a flood."},
    )

    page = nurse.get(f"/referrals/{referral.id}").text
    assert answer.status_code == 303
    assert "its answer came late" in page
    assert "Olga, written down by Nadia" in page
    assert "We had a flood." in page


def test_by_link_an_old_mail_gets_a_fresh_link_that_takes_the_answer(client: FlaskClient, place: Place):
    referral = over(place)
    mail_fresh_link(place.town.session, referral, form_id=new_id())
    desk = Desk(client)
    desk.open(token_of(place.town, referral))

    answer = desk.press("accept")

    place.town.session.refresh(referral)
    assert (answer.status_code, answer.location) == (303, "/answered/late")
    assert referral.state == S.EXPIRED
    assert [row.event for row in late_answers_of(place.town.session, referral)] == [E.ACCEPT]


@pytest.mark.parametrize("state", [S.WITHDRAWN, S.CANCELLED, S.ENTERED_IN_ERROR])
def test_what_was_taken_back_gets_no_fresh_link(session: ScopedSession, place: Place, state):
    referral = over(place, state)

    mail_fresh_link(session, referral, form_id=new_id())

    assert live_link(session, referral.id) is None
    assert session.scalars(select(Message)).all() == []


def test_signed_in_the_organization_answers_late_too(client: FlaskClient, place: Place):
    referral = over(place)
    place.town.commit()
    sign_in(client, place.staff)

    page = client.get(f"/inbox/{referral.id}")
    version = {"accept-version": str(referral.version)}
    answer = client.post(f"/inbox/{referral.id}/accept", data=version)

    place.town.session.refresh(referral)
    assert (page.status_code, answer.status_code, referral.state) == (200, 303, S.EXPIRED)
    assert [row.actor_kind for row in late_answers_of(place.town.session, referral)] == ["membership"]


@pytest.mark.parametrize("state", [S.EXPIRED, S.DECLINED, S.COMPLETED, S.NOT_COMPLETED])
def test_the_organization_says_late_what_happened_and_closes_nothing_anew(client: FlaskClient, place: Place, state):
    referral = over(place, state)
    mail_fresh_link(place.town.session, referral, form_id=new_id())
    desk = Desk(client)
    desk.open(token_of(place.town, referral))

    answer = desk.press("outcome", outcome="received", units="2 boxes")

    place.town.session.refresh(referral)
    said = place.town.session.scalars(select(Testimony)).one()
    assert (answer.status_code, referral.state) == (303, state)
    assert (said.side, said.late, said.units) == (Side.ORGANIZATION, True, "2 boxes")


def test_the_patients_no_stands_beside_the_organizations_late_yes(client: FlaskClient, place: Place):
    referral = over(place, S.COMPLETED)
    no = GivenTestimony(Side.PATIENT, Outcome.NOT_RECEIVED, TestimonyChannel.TEXT)
    testimonies.testify(place.town.session, referral, no)
    place.town.commit()
    sign_in(client, place.staff)

    answer = client.post(f"/inbox/{referral.id}/outcome", data={"outcome-outcome": "received"})

    place.town.session.refresh(referral)
    assert (answer.status_code, referral.answers_differ, referral.state) == (303, True, S.COMPLETED)


@pytest.mark.parametrize("side", list(Side))
def test_help_that_came_after_all_is_kept_and_told(session: ScopedSession, place: Place, side: Side):
    referral = over(place)
    channel = TestimonyChannel.PHONE

    testimonies.testify(session, referral, GivenTestimony(side, Outcome.RECEIVED, channel, taken_by=place.navigator.id))

    said = session.scalars(select(Testimony)).one()
    assert (said.late, referral.state) == (True, S.EXPIRED)
    assert session.scalars(select(ToDo.reason)).all() == [ToDoReason.LATE_ANSWER]


def test_the_same_words_again_are_one_answer_and_other_words_reach_a_person_again(session: ScopedSession, place: Place):
    referral, link = over(place), place.actors[ActorKind.LINK]

    for note in ("On Monday.", "On Monday.", "Not before Friday."):
        record_late_answer(session, referral, GivenLate(E.ACCEPT, note=note), link)

    assert [row.note for row in late_answers_of(session, referral)] == ["On Monday.", "Not before Friday."]
    assert len(session.scalars(select(ToDo)).all()) == 2
