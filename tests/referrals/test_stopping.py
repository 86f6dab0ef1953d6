"""A patient stops sharing with an organization: what is under way there ends, everything else goes on."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.patients.consent_models import SharingConsent
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.notices import RECALLED, live_link
from referral.referrals.states import REFERRAL_MACHINE, Mode, ReferralEvent, ReferralState
from referral.screening.models import Need
from referral.todos.models import ToDo
from tests.referrals.conftest import Place, moves_of

S = ReferralState
ASKED = (S.SENT, S.ACCEPTED, S.IN_PROGRESS, S.WAITLISTED)
ANSWER = {"method": "by_phone", "in_whose_name": "parent"}


def url(place: Place) -> str:
    return f"/patients/{place.patient.id}/sharing/{place.service.organization_id}/stop"


def stop(nurse: FlaskClient, place: Place) -> None:
    """The patient takes the permission back, at the navigator's page."""
    where = url(place)
    place.town.commit()
    assert nurse.post(where, data=ANSWER).status_code == 303
    place.town.session.expire_all()


def mails(session: ScopedSession) -> list[str]:
    waiting = select(Message.template).where(Message.channel == "email", Message.state == "pending")
    return list(session.scalars(waiting.order_by(Message.created_at, Message.id)))


@pytest.mark.parametrize("state", REFERRAL_MACHINE.live_states())
def test_what_is_under_way_is_withdrawn_by_the_patients_word(nurse: FlaskClient, place: Place, state):
    referral = place.referral(state)

    stop(nurse, place)

    last = moves_of(place.town.session, referral)[-1]
    assert (referral.state, last.event, last.actor_kind) == (S.WITHDRAWN, "withdraw", "phone")
    assert (last.person_id, last.actor_name) == (place.navigator.id, "A parent, for a child")
    assert mails(place.town.session) == ([RECALLED] if state in ASKED else [])


def test_the_link_dies(nurse: FlaskClient, place: Place):
    referral = place.referral(S.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])

    stop(nurse, place)

    assert live_link(place.town.session, referral.id) is None
    assert mails(place.town.session) == [RECALLED]


@pytest.mark.parametrize("mode", [Mode.SELF_DIRECTED, Mode.PHONE_HAND_OVER])
def test_what_the_patient_does_alone_goes_on(nurse: FlaskClient, place: Place, mode):
    referral = place.referral(S.IN_PROGRESS, mode=mode)

    stop(nurse, place)

    assert referral.state == S.IN_PROGRESS


def test_other_organizations_and_other_patients_go_on(nurse: FlaskClient, place: Place):
    own = place.referral(S.SENT)
    patient = place.town.patient(place.clinic)
    others = place.town.referral(place.town.need(patient), place.service)
    elsewhere = place.town.referral(place.town.need(place.patient, "housing"), place.town.service())

    stop(nurse, place)

    assert [each.state for each in (own, others, elsewhere)] == [S.WITHDRAWN, S.SENT, S.SENT]


@pytest.mark.parametrize("state", ["completed", "not_completed", "declined", "expired"])
def test_what_is_closed_stays_as_it_closed(nurse: FlaskClient, place: Place, state):
    referral = place.referral(S(state))

    stop(nurse, place)

    assert (referral.state, moves_of(place.town.session, referral)) == (state, [])


def test_said_twice_it_happens_once(nurse: FlaskClient, place: Place):
    referral = place.referral(S.SENT)

    stop(nurse, place)
    stop(nurse, place)

    taken_back = place.town.session.scalars(select(SharingConsent).where(SharingConsent.given.is_(False))).all()
    assert (len(taken_back), len(moves_of(place.town.session, referral))) == (1, 1)


def test_an_answer_without_how_it_was_said_withdraws_nothing(nurse: FlaskClient, place: Place):
    referral = place.referral(S.SENT)
    where = url(place)
    place.town.commit()

    assert nurse.post(where, data=ANSWER | {"method": "by_text"}).status_code == 422

    place.town.session.expire_all()
    assert referral.state == S.SENT


def test_the_page_says_what_will_happen(nurse: FlaskClient, place: Place):
    place.referral(S.SENT)
    where = url(place)
    place.town.commit()

    page = nurse.get(where).text

    assert "Every request that is under way with them is withdrawn" in page
    assert "delete or shred" in page


def test_the_need_stays_somebodys_to_do(nurse: FlaskClient, place: Place):
    referral = place.referral(S.ACCEPTED)
    need = place.town.session.get_one(Need, referral.need_id)
    need.confirmed_at = need.created_at

    stop(nurse, place)

    waiting = select(ToDo).where(ToDo.done_at.is_(None), ToDo.subject_kind == "need")
    assert [row.subject_id for row in place.town.session.scalars(waiting)] == [referral.need_id]
