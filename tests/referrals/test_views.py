"""The clinic's pages of referrals: the list with its filter, the story, the steps, and what was said by phone."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.roles import Role
from referral.kit import clock
from referral.referrals.actions import accept
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import ReferralState
from resources_directory.capacity import CapacityStatus, SaidCapacity, say_capacity
from tests.referrals.conftest import Place, moves_of
from tests.sign_in import sign_in

S = ReferralState


def fresh(place: Place, referral: Referral) -> Referral:
    place.town.session.refresh(referral)
    place.town.commit()
    return referral


def stored(place: Place, state: ReferralState = S.SENT, **facts) -> Referral:
    referral = place.referral(state, **facts)
    place.town.commit()
    return referral


def test_the_list_shows_the_clinics_referrals(nurse: FlaskClient, place: Place):
    stored(place)

    page = nurse.get("/referrals").text

    assert "Rosa Molina" in page
    assert "Waiting for an answer" in page


@pytest.mark.parametrize(("state", "is_told"), [(S.SENT, True), (S.ACCEPTED, False)])
def test_the_page_tells_until_when_the_organization_must_answer(
    nurse: FlaskClient, place: Place, state: ReferralState, is_told: bool
):
    referral = stored(place, state, sent_at=clock.now())

    assert ("The organization must answer by" in nurse.get(f"/referrals/{referral.id}").text) is is_told


def test_the_filter_stands_in_the_address(nurse: FlaskClient, place: Place):
    stored(place)

    assert "Rosa Molina" in nurse.get("/referrals?state=sent").text
    assert "Rosa Molina" not in nurse.get("/referrals?state=declined").text


@pytest.mark.parametrize("query", ["?state=nonsense", "?page=99", "?page=x", "?page=-1"])
def test_an_odd_address_still_gives_a_list(nurse: FlaskClient, place: Place, query):
    stored(place)

    assert "Rosa Molina" in nurse.get(f"/referrals{query}").text


def test_a_long_list_has_pages_that_keep_the_filter(nurse: FlaskClient, place: Place):
    for _number in range(26):
        place.referral(S.DECLINED)
    place.town.commit()

    page = nurse.get("/referrals?state=declined").text

    assert "state=declined&amp;page=2" in page or "page=2&amp;state=declined" in page


@pytest.mark.parametrize("state", list(S))
def test_every_state_has_a_page(nurse: FlaskClient, place: Place, state):
    referral = stored(place, state)

    assert nurse.get(f"/referrals/{referral.id}").status_code == 200


def test_another_clinic_sees_no_referral(client: FlaskClient, place: Place):
    stranger = place.town.person(place.town.clinic(), Role.NAVIGATOR)
    referral = stored(place)
    sign_in(client, stranger)

    assert client.get(f"/referrals/{referral.id}").status_code == 404
    assert client.post(f"/referrals/{referral.id}/cancel", data={"version": 1}).status_code == 404


STEPS = [
    (S.SENT, "cancel", "cancelled"),
    (S.IN_PROGRESS, "withdraw", "withdrawn"),
    (S.ACCEPTED, "mark-error", "entered_in_error"),
    (S.HELD, "undo", "draft"),
    (S.DRAFT, "sign", "held"),
]


@pytest.mark.parametrize(("state", "step", "after"), STEPS)
def test_the_clinics_steps(nurse: FlaskClient, place: Place, state, step, after):
    referral = stored(place, state)

    told = {"version": referral.version, "note": "Why not.", "reason": "wrong_details", "sure": "y"}
    answer = nurse.post(f"/referrals/{referral.id}/{step}", data=told)

    last = moves_of(place.town.session, fresh(place, referral))[-1]
    assert (answer.status_code, referral.state) == (303, after)
    assert (last.person_id, last.note) == (place.navigator.id, "Why not.")


def test_signing_again_what_may_not_be_signed_says_why_on_its_page_and_leads_on(nurse: FlaskClient, place: Place):
    draft = stored(place, S.DRAFT)
    session = place.town.session
    say_capacity(session, SaidCapacity(place.service.id, CapacityStatus.NO_CAPACITY, "Cora", "link"), now=clock.now())
    place.town.commit()

    answer = nurse.post(f"/referrals/{draft.id}/sign", data={"version": draft.version})

    assert (answer.status_code, fresh(place, draft).state) == (409, "draft")
    assert "that it is full" in answer.text
    assert "Somebody else changed this first" not in answer.text
    assert f"/patients/{place.patient.id}/prescribe?again={draft.prescription_id}" in answer.text


def test_a_stale_page_changes_nothing_and_says_where_it_stands(nurse: FlaskClient, place: Place):
    referral = stored(place)
    old = referral.version
    accept(place.town.session, referral, place.actors[ActorKind.LINK])
    place.town.commit()

    answer = nurse.post(f"/referrals/{referral.id}/cancel", data={"version": old})

    assert (answer.status_code, fresh(place, referral).state) == (409, "accepted")
    assert "Accepted" in answer.text


def test_a_step_that_the_state_forbids_is_refused(nurse: FlaskClient, place: Place):
    referral = stored(place, S.DECLINED)

    answer = nurse.post(f"/referrals/{referral.id}/cancel", data={"version": referral.version})

    assert (answer.status_code, fresh(place, referral).state) == (409, "declined")


def test_an_administrator_looks_but_does_not_cancel(client: FlaskClient, place: Place):
    administrator = place.town.person(place.clinic, Role.CLINIC_ADMINISTRATOR)
    referral = stored(place)
    sign_in(client, administrator)

    assert client.get(f"/referrals/{referral.id}").status_code == 200
    assert client.post(f"/referrals/{referral.id}/cancel", data={"version": 1}).status_code == 404


ANSWERS = [
    ({"answer": "accept"}, "accepted"),
    ({"answer": "decline", "reason": "no_capacity"}, "declined"),
    ({"answer": "waitlist", "position": "5"}, "waitlisted"),
]


@pytest.mark.parametrize(("said", "after"), ANSWERS)
def test_an_answer_by_phone_names_speaker_and_taker(nurse: FlaskClient, place: Place, said, after):
    referral = stored(place)

    nurse.post(f"/referrals/{referral.id}/answer", data={"speaker": "Olga", "version": referral.version} | said)

    last = moves_of(place.town.session, fresh(place, referral))[-1]
    assert (referral.state, last.actor_kind) == (after, "phone")
    assert (last.actor_name, last.person_id) == ("Olga", place.navigator.id)


@pytest.mark.parametrize("said", [{"answer": "decline"}, {"answer": "start"}, {}])
def test_an_incomplete_answer_by_phone_is_asked_again(nurse: FlaskClient, place: Place, said):
    referral = stored(place)
    form = {"speaker": "Olga", "version": referral.version} | said

    answer = nurse.post(f"/referrals/{referral.id}/answer", data=form)

    assert (answer.status_code, fresh(place, referral).state) == (422, "sent")
    assert "Olga" in answer.text


def test_what_the_patient_says_by_phone_is_that_sides_testimony(nurse: FlaskClient, place: Place):
    referral = stored(place, S.IN_PROGRESS)
    said = {"side": "patient", "speaker": "Rosa", "channel": "phone", "outcome": "received"}
    said |= {"language": "es", "interpreter": "Ivo", "version": str(referral.version)}

    nurse.post(f"/referrals/{referral.id}/testimony", data=said)

    row = place.town.session.scalars(select(Testimony)).one()
    assert (row.side, row.speaker, row.taken_by) == ("patient", "Rosa", place.navigator.id)
    assert (row.language, row.interpreter, row.channel) == ("es", "Ivo", "phone")
    assert fresh(place, referral).state == "completed"


def test_both_sides_stand_side_by_side(nurse: FlaskClient, place: Place):
    referral = stored(place, S.IN_PROGRESS)
    said = {"speaker": "Somebody", "channel": "phone", "reason": ""}
    for side, outcome in (("organization", "received"), ("patient", "not_received")):
        version = fresh(place, referral).version
        form = said | {"side": side, "outcome": outcome, "version": str(version)}
        nurse.post(f"/referrals/{referral.id}/testimony", data=form)

    page = nurse.get(f"/referrals/{referral.id}").text

    assert "Answers differ" in page
    assert "Help was received" in page
    assert "Help was not received" in page


@pytest.mark.parametrize("page", ["", "/answer", "/testimony"])
def test_looking_changes_nothing(nurse: FlaskClient, place: Place, page):
    referral = stored(place)
    before = referral.version

    assert nurse.get(f"/referrals/{referral.id}{page}").status_code == 200
    assert fresh(place, referral).version == before
