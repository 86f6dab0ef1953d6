"""The inbox as a list: views with counts, filters that tell nothing, numbers, two taps, colleagues, collisions."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from referral.accounts.models import Person
from referral.accounts.roles import MemberKind, Role
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.referrals.desk_models import Assignment
from referral.referrals.late_models import LateAnswer
from referral.referrals.models import Referral, Testimony
from referral.referrals.numbering import short_number
from referral.referrals.states import ReferralState
from tests.access.error_rules import faults_of
from tests.referrals.conftest import Place, moves_of
from tests.sign_in import sign_in

S = ReferralState


@pytest.fixture
def desk(client: FlaskClient, place: Place) -> FlaskClient:
    """The organization's browser. Commit before using it."""
    place.town.commit()
    sign_in(client, place.staff)
    return client


def another(place: Place, state: ReferralState = S.SENT, **facts: object) -> Referral:
    """One more request, about a need of its own."""
    place.need = place.town.need(place.patient, str(facts.pop("domain", "food")))
    referral = place.referral(state, **facts)
    place.town.commit()
    return referral


def table(page: str) -> str:
    return page.partition("<table")[2].partition("</table>")[0]


def count_of(page: str, label: str) -> str:
    return page.partition(f'>{label} <span class="count">')[2].partition("<")[0]


def test_each_view_tells_how_many_stand_in_it(desk: FlaskClient, place: Place) -> None:
    for state in (S.SENT, S.SENT, S.WAITLISTED, S.COMPLETED):
        another(place, state)

    page = desk.get("/inbox").text

    labels = ("Waiting for our answer", "Accepted by us", "On our waiting list", "Told what happened", "All")
    assert [count_of(page, label) for label in labels] == ["2", "1", "1", "1", "4"]


def test_a_filter_by_need_finds_what_was_agreed_to_be_told(desk: FlaskClient, place: Place) -> None:
    kept = another(place, domain="food", shared_fields=["name", "phone"])
    told = another(place, domain="food")

    page = table(desk.get("/inbox?need=food").text)

    assert short_number(told.id) in page
    assert short_number(kept.id) not in page


def test_a_filter_by_language_reads_what_was_sealed_at_signing(desk: FlaskClient, place: Place) -> None:
    referral = another(place)

    assert short_number(referral.id) in table(desk.get("/inbox?language=es").text)
    assert short_number(referral.id) not in table(desk.get("/inbox?language=vi").text)


def test_looking_for_a_language_is_no_look_at_those_who_are_not_shown(desk: FlaskClient, place: Place) -> None:
    another(place)

    page = desk.get("/inbox?language=vi").text

    reads = select(AuditEvent).where(AuditEvent.kind == AuditKind.READ, AuditEvent.patient_id == place.patient.id)
    assert "No request is here now" in page
    assert place.town.session.scalars(reads.where(AuditEvent.place == "inbox.inbox")).all() == []


def test_the_newest_can_stand_on_top(desk: FlaskClient, place: Place) -> None:
    first, second = another(place), another(place)

    longest, newest = (table(desk.get(f"/inbox?order={order}").text) for order in ("longest", "newest"))

    assert longest.index(short_number(first.id)) < longest.index(short_number(second.id))
    assert newest.index(short_number(second.id)) < newest.index(short_number(first.id))


@pytest.mark.parametrize("query", ["need=love", "language=xx", "assigned=me", "order=best", "show=secret", "page=x"])
def test_what_is_unknown_in_the_address_counts_as_not_asked(desk: FlaskClient, place: Place, query: str) -> None:
    referral = another(place)

    assert short_number(referral.id) in desk.get(f"/inbox?{query}").text


def test_steps_on_the_list_lead_back_to_the_list_as_it_was(desk: FlaskClient, place: Place) -> None:
    referral = another(place, S.ACCEPTED)

    answer = desk.post(
        f"/inbox/{referral.id}/tap?show=taken&order=newest",
        data={"version": str(referral.version), "outcome": "received"},
    )

    assert (answer.status_code, answer.location) == (303, "/inbox?show=taken&order=newest")


def test_a_request_is_found_by_its_number_and_no_name_comes_into_an_address(desk: FlaskClient, place: Place) -> None:
    referral = another(place)

    found = desk.post("/inbox/find", data={"number": f" {short_number(referral.id).lower()} "})
    named = desk.post("/inbox/find", data={"number": "Rosa Molina"})

    assert (found.status_code, found.location) == (303, f"/inbox/{referral.id}")
    assert (named.status_code, 'value="Rosa Molina"' in named.text) == (422, True)


def test_another_organizations_number_is_not_found(client: FlaskClient, place: Place) -> None:
    referral = another(place)
    stranger = place.town.person(place.town.member(MemberKind.ORGANIZATION), Role.ORGANIZATION_STAFF)
    place.town.commit()
    sign_in(client, stranger)

    assert client.post("/inbox/find", data={"number": short_number(referral.id)}).status_code == 422


@pytest.mark.parametrize(
    ("said", "state", "reason"),
    [
        ({"outcome": "received"}, "completed", None),
        ({"reason": "did_not_meet"}, "not_completed", "did_not_meet"),
    ],
)
def test_what_happened_is_said_in_two_taps(desk: FlaskClient, place: Place, said, state, reason) -> None:
    referral = another(place, S.ACCEPTED)

    answer = desk.post(f"/inbox/{referral.id}/tap", data={"version": str(referral.version), **said})

    place.town.session.refresh(referral)
    testimony = place.town.session.scalars(select(Testimony)).one()
    assert (answer.status_code, referral.state, testimony.reason, testimony.taken_by) == (
        303,
        state,
        reason,
        place.staff.id,
    )


def test_a_tap_sent_twice_has_one_effect(desk: FlaskClient, place: Place) -> None:
    referral = another(place, S.ACCEPTED)

    data = {"version": str(referral.version), "outcome": "received"}

    answers = [desk.post(f"/inbox/{referral.id}/tap", data=data).status_code for _n in range(2)]

    assert answers == [303, 409]
    assert len(place.town.session.scalars(select(Testimony)).all()) == 1


def test_a_tap_without_a_reason_is_refused_and_leads_to_the_page_that_asks_for_it(
    desk: FlaskClient, place: Place
) -> None:
    referral = another(place, S.ACCEPTED)

    answer = desk.post(f"/inbox/{referral.id}/tap", data={"version": str(referral.version)})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/inbox/{referral.id}")
    assert place.town.session.scalars(select(Testimony)).all() == []


def test_a_colleague_looks_after_it_and_the_list_is_narrowed_to_theirs(desk: FlaskClient, place: Place) -> None:
    mine, open_one = another(place), another(place)

    answer = desk.post(
        f"/inbox/{mine.id}/assign", data={"assign-person": str(place.staff.id), "assign-assigned_version": "0"}
    )

    theirs, nobodys = (table(desk.get(f"/inbox?assigned={who}").text) for who in (place.staff.id, "nobody"))
    assert answer.status_code == 303
    assert (short_number(mine.id) in theirs, short_number(open_one.id) in theirs) == (True, False)
    assert (short_number(mine.id) in nobodys, short_number(open_one.id) in nobodys) == (False, True)


def test_assigning_moves_nothing(desk: FlaskClient, place: Place) -> None:
    referral = another(place)
    before = referral.version

    desk.post(
        f"/inbox/{referral.id}/assign", data={"assign-person": str(place.staff.id), "assign-assigned_version": "0"}
    )

    place.town.session.refresh(referral)
    assert (referral.state, referral.version, moves_of(place.town.session, referral)) == ("sent", before, [])


def test_of_two_who_assign_at_once_the_second_sees_the_first(desk: FlaskClient, place: Place) -> None:
    other = place.town.person(place.organization, Role.ORGANIZATION_STAFF, "Omar")
    referral = another(place)
    address = f"/inbox/{referral.id}/assign"
    desk.post(address, data={"assign-person": str(place.staff.id), "assign-assigned_version": "0"})

    second = desk.post(address, data={"assign-person": str(other.id), "assign-assigned_version": "0"})

    assert second.status_code == 409
    assert "A colleague has just said who looks after it" in second.text
    assert place.town.session.scalars(select(Assignment)).one().person_id == place.staff.id


def test_only_colleagues_can_look_after_it(desk: FlaskClient, place: Place) -> None:
    referral = another(place)

    for stranger in (place.navigator.id, uuid4()):
        data = {"assign-person": str(stranger), "assign-assigned_version": "0"}
        assert desk.post(f"/inbox/{referral.id}/assign", data=data).status_code == 422


def test_a_collision_shows_both_versions_and_sends_nothing(desk: FlaskClient, place: Place) -> None:
    referral = another(place)
    version = str(referral.version)
    desk.post(f"/inbox/{referral.id}/accept", data={"accept-version": version})

    late = desk.post(
        f"/inbox/{referral.id}/decline",
        data={"decline-version": version, "decline-reason": "out_of_area", "decline-note": "Too far for us"},
    )

    place.town.session.refresh(referral)
    assert (late.status_code, referral.state) == (409, "accepted")
    assert all(words in late.text for words in ("Accepted", "What you typed", "Outside our area", "Too far for us"))
    assert faults_of(late.text) == []


def test_an_answer_about_an_older_version_is_sent_again_from_the_page_that_shows_the_newer(
    desk: FlaskClient, place: Place
) -> None:
    referral = another(place, S.ACCEPTED)
    before, after = str(referral.version), str(referral.version + 1)
    desk.post(f"/inbox/{referral.id}/start", data={"start-version": before})
    said = {"outcome-outcome": "received", "outcome-units": "2 boxes"}

    stale = desk.post(f"/inbox/{referral.id}/outcome", data={"outcome-version": before, **said})
    again = desk.post(f"/inbox/{referral.id}/outcome", data={"outcome-version": after, **said})

    assert (stale.status_code, again.status_code) == (409, 303)
    assert 'value="2 boxes"' in stale.text


def test_a_late_answer_is_kept_and_moves_nothing(desk: FlaskClient, place: Place) -> None:
    referral = another(place, S.EXPIRED)

    for _n in range(2):
        assert desk.post(f"/inbox/{referral.id}/accept", data={"accept-note": "We can after all"}).status_code == 303

    page = desk.get(f"/inbox/{referral.id}").text
    kept = place.town.session.scalars(select(LateAnswer)).all()
    place.town.session.refresh(referral)
    assert (referral.state, [row.note for row in kept]) == ("expired", ["We can after all"])
    assert "Please contact nobody before they call you." in page
    assert "Appointment" not in page


def test_the_list_costs_the_same_number_of_statements_however_long_it_is(
    desk: FlaskClient, app: Flask, place: Place
) -> None:
    def asked(address: str) -> int:
        said: list[str] = []
        note = lambda *told: said.append(told[2])  # noqa: E731 - the event wants a plain callable
        engine = app.extensions["database"].read_engine
        event.listen(engine, "before_cursor_execute", note)
        desk.get(address)
        event.remove(engine, "before_cursor_execute", note)
        return len(said)

    addresses = ("/inbox?show=all", "/inbox?show=all&language=es", f"/inbox?show=all&assigned={place.staff.id}")
    place.town.session.add(_assignment(another(place), place.staff))
    place.town.commit()
    few = [asked(address) for address in addresses for _twice in range(2)][1::2]
    for _n in range(8):
        referral = another(place)
        place.town.session.add(_assignment(referral, place.staff))
    place.town.commit()

    assert [asked(address) for address in addresses] == few


def _assignment(referral: Referral, person: Person) -> Assignment:
    own = {"clinic_id": referral.clinic_id, "receiver_id": referral.receiver_id, "patient_id": referral.patient_id}
    return Assignment(referral_id=referral.id, person_id=person.id, assigned_by=person.id, at=clock.now(), **own)
