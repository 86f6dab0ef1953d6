"""Other places: two are found after a decline or an expiry, with what was left out; choosing shares nothing."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import Conflict, Denied
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.patients.consent_models import Disclosure, SharingConsent
from referral.patients.states import BarKind
from referral.patients.wish_models import PatientBar
from referral.prescriptions.favourites import star
from referral.prescriptions.offers import Asked, offers_for
from referral.referrals.actions import NewReferral, accept, decline, mark_error, move, open_referral
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.alternatives import alternatives_for
from referral.referrals.models import Referral
from referral.referrals.rerouting import (
    choose_alternative,
    left_out_of,
    look_for_staff,
    prefill_for,
)
from referral.referrals.rerouting_models import LeftOut, RerouteAlternative
from referral.referrals.states import DeclineReason, Mode, ReferralEvent, ReferralState
from referral.screening.states import NeedStatus
from referral.todos.models import ToDo, ToDoReason
from resources_directory.capacity import CapacityStatus, SaidCapacity, say_capacity
from resources_directory.models.service import NeedOrigin, Service, ServiceNeed
from tests.referrals.conftest import Place

S, E = ReferralState, ReferralEvent


def serves(place: Place, service: Service, *needs: str) -> Service:
    """Say that the service answers these needs."""
    for need in needs or ("food",):
        place.town.session.add(ServiceNeed(service_id=service.id, need=need, origin=NeedOrigin.STATED))
    place.town.session.flush()
    return service


@pytest.fixture
def others(place: Place) -> list[Service]:
    """Three more services for food, in the order in which they fit: equal ones go by name."""
    serves(place, place.service)
    return [serves(place, place.town.service(name=name)) for name in ("Apple Bank", "Bread Bank", "Corn Bank")]


def refused(place: Place, reason: DeclineReason = DeclineReason.OUT_OF_AREA, **facts) -> Referral:
    referral = place.referral(S.SENT, **facts)
    decline(place.town.session, referral, place.actors[ActorKind.LINK], reason=reason)
    return referral


def names_of_places(place: Place, referral: Referral) -> list[str]:
    return [each.hit.service_name for each in alternatives_for(place.town.session, referral, now=clock.now())]


@pytest.mark.parametrize("event", [E.DECLINE, E.EXPIRE])
def test_two_other_places_are_found_and_ranked(place: Place, others: list[Service], event: E):
    referral = place.referral(S.SENT)
    kind = ActorKind.LINK if event is E.DECLINE else ActorKind.CLOCK

    move(place.town.session, referral, event, place.actors[kind], reason="other")

    found = alternatives_for(place.town.session, referral, now=clock.now())
    assert [(each.rank, each.service_id) for each in found] == [(1, others[0].id), (2, others[1].id)]
    assert found[0].reasons, "a place is offered with its reasons"


def test_the_facts_of_that_moment_are_kept(place: Place, others: list[Service]):
    referral = refused(place)
    others[0].name = "Almond Bank"

    kept = place.town.session.scalars(select(RerouteAlternative).where(RerouteAlternative.rank == 1)).one()
    assert (kept.facts["service_name"], names_of_places(place, referral)[0]) == ("Apple Bank", "Almond Bank")


def test_the_place_that_refused_is_left_out_with_its_reason(place: Place, others: list[Service]):
    place.service.name = "Aardvark Table"  # it would fit best
    referral = refused(place)

    left = left_out_of(place.town.session, referral.id)
    assert [(row.service_id, row.left_out) for row in left] == [(place.service.id, LeftOut.TRIED)]


def test_a_barred_organization_is_never_offered(place: Place, others: list[Service]):
    bar(place, others[0])

    referral = refused(place)

    assert names_of_places(place, referral) == ["Bread Bank", "Corn Bank"]
    assert [row.left_out for row in left_out_of(place.town.session, referral.id)] == [LeftOut.BARRED]


def test_an_organization_that_is_barred_later_is_offered_no_more(place: Place, others: list[Service]):
    referral = refused(place)

    bar(place, others[0])

    assert names_of_places(place, referral) == ["Bread Bank", "Corn Bank"]


def offered_when_prescribing(place: Place) -> list[tuple[str, list[str]]]:
    """What the prescribing page offers for the need, without the place that refused."""
    asked = Asked([place.need], clock.now())
    services = offers_for(place.town.session, place.patient, asked)[0].services
    kept = [each for each in services if each.hit.service_id != place.service.id]
    return [(each.hit.service_name, [line.text for line in each.reasons]) for each in kept]


def test_other_places_are_those_of_the_prescribing_page_in_its_order_with_its_reasons(place: Place, others):
    star(place.town.session, others[2].id, clinic_id=place.clinic.id, by=place.navigator.id)
    referral = refused(place)

    found = alternatives_for(place.town.session, referral, now=clock.now())

    assert [each.hit.service_name for each in found] == ["Corn Bank", "Apple Bank"]
    assert [(each.hit.service_name, [line.text for line in each.reasons]) for each in found] == (
        offered_when_prescribing(place)[:2]
    )
    assert any("miles away" in line.text for line in found[0].reasons)


def test_a_place_that_fits_since_can_be_chosen_and_is_kept(session: ScopedSession, place: Place, others):
    referral = refused(place)
    serves(place, place.town.service(name="Aaron Bank"))
    new = alternatives_for(session, referral, now=clock.now())[0]

    for _pressed_twice in range(2):
        choose_alternative(session, new, actor=Actor(ActorKind.PLAN_PAGE))

    found = alternatives_for(session, referral, now=clock.now())
    assert [(each.hit.service_name, each.chosen_at is not None) for each in found] == [
        ("Aaron Bank", True),
        ("Apple Bank", False),
    ]
    assert len(session.scalars(select(ToDo).where(ToDo.reason == ToDoReason.CHOSE_OTHER_PLACE)).all()) == 1


def bar(place: Place, service: Service) -> None:
    place.town.session.add(
        PatientBar(
            clinic_id=place.clinic.id,
            patient_id=place.patient.id,
            kind=BarKind.ORGANIZATION,
            organization_id=service.organization_id,
            barred_by=place.navigator.id,
            barred_at=clock.now(),
        )
    )
    place.town.session.flush()


def test_a_place_that_says_it_is_full_is_left_out_and_told(place: Place, others: list[Service]):
    said = SaidCapacity(others[0].id, CapacityStatus.NO_CAPACITY, said_by="Olga", how="link")
    say_capacity(place.town.session, said, now=clock.now())

    referral = refused(place)

    assert names_of_places(place, referral) == ["Bread Bank", "Corn Bank"]
    assert [row.left_out for row in left_out_of(place.town.session, referral.id)] == [LeftOut.NO_ROOM]


@pytest.mark.parametrize(("days_ago", "first"), [(6, "Bread Bank"), (8, "Apple Bank")])
def test_a_place_that_declined_somebody_for_want_of_room_rests_for_a_week(
    place: Place, others: list[Service], days_ago: int, first: str
):
    other_patient = place.town.patient(place.clinic, given_name="Ana")
    place.town.referral(
        place.town.need(other_patient),
        others[0],
        state=S.DECLINED,
        reason=DeclineReason.NO_CAPACITY,
        answered_at=clock.now() - timedelta(days=days_ago),
    )

    assert names_of_places(place, refused(place))[0] == first


def test_a_place_that_accepted_since_has_room_again(place: Place, others: list[Service]):
    for state, hours, reason in ((S.DECLINED, 5, DeclineReason.NO_CAPACITY), (S.ACCEPTED, 4, None)):
        patient = place.town.patient(place.clinic)
        answered = clock.now() - timedelta(hours=hours)
        place.town.referral(place.town.need(patient), others[0], state=state, reason=reason, answered_at=answered)

    assert names_of_places(place, refused(place))[0] == "Apple Bank"


@pytest.mark.parametrize("domain", ["interpersonal_safety", "legal_immigration"])
def test_for_a_sensitive_need_nothing_is_found_by_itself(place: Place, domain: str):
    place.need = place.town.need(place.patient, domain)
    serves(place, place.town.service(name="Quiet House"), domain)

    referral = refused(place)

    assert names_of_places(place, referral) == []
    assert texts(place) == []


def test_where_a_safety_concern_stands_nothing_is_found_and_nothing_texted(place: Place, others: list[Service]):
    place.town.need(place.patient, "interpersonal_safety", status=NeedStatus.UNKNOWN)

    referral = refused(place)

    assert names_of_places(place, referral) == []
    assert place.town.session.scalars(select(ToDo.reason)).all() == [ToDoReason.ORGANIZATION_DECLINED]
    assert texts(place) == []


def test_staff_may_look_and_what_they_find_is_for_staff_alone(place: Place, others: list[Service]):
    place.town.need(place.patient, "interpersonal_safety")
    referral = refused(place)

    look_for_staff(place.town.session, referral)

    found = alternatives_for(place.town.session, referral, now=clock.now())
    assert [each.staff_only for each in found] == [True, True]
    with pytest.raises(Denied):
        choose_alternative(place.town.session, found[0], actor=Actor(ActorKind.PLAN_PAGE))


def texts(place: Place) -> list[str]:
    found = select(Message.template).where(Message.channel == "sms")
    return list(place.town.session.scalars(found))


def test_choosing_tells_a_person_and_shares_nothing(session: ScopedSession, place: Place, others: list[Service]):
    referral = refused(place)
    consents = len(session.scalars(select(SharingConsent)).all())

    for _twice in range(2):
        chosen = alternatives_for(session, referral, now=clock.now())[0]
        choose_alternative(session, chosen, actor=Actor(ActorKind.PLAN_PAGE))

    to_do = session.scalars(select(ToDo).where(ToDo.reason == ToDoReason.CHOSE_OTHER_PLACE)).one()
    assert "Apple Bank" in to_do.note
    assert session.scalars(select(Disclosure)).all() == []
    assert len(session.scalars(select(SharingConsent)).all()) == consents
    assert [row.chosen_by_kind for row in kept(session)] == ["plan_page", None]


def kept(session: ScopedSession) -> list[RerouteAlternative]:
    session.expire_all()
    found = select(RerouteAlternative).where(RerouteAlternative.rank.is_not(None))
    return list(session.scalars(found.order_by(RerouteAlternative.rank)))


def again(place: Place, service: Service) -> Referral:
    """A new referral for the same need, signed."""
    prescription_id = place.referral(S.ENTERED_IN_ERROR).prescription_id
    referral = open_referral(
        place.town.session,
        NewReferral(
            clinic_id=place.clinic.id,
            patient_id=place.patient.id,
            need_id=place.need.id,
            domain=place.need.domain,
            prescription_id=prescription_id,
            service_id=service.id,
            organization_id=service.organization_id,
            service_facts={"service_name": service.name},
            mode=Mode.SENT,
        ),
    )
    move(place.town.session, referral, E.SIGN, place.actors[ActorKind.MEMBERSHIP])
    return referral


def test_a_new_referral_follows_the_one_that_came_to_nothing(session: ScopedSession, place: Place, others):
    referral = refused(place)

    following = again(place, others[1])

    assert following.follows_id == referral.id
    assert [(row.chosen_by_kind, row.chosen_by) for row in kept(session)] == [
        (None, None),
        ("membership", place.navigator.id),
    ]


def test_once_another_place_is_asked_none_can_be_chosen(session: ScopedSession, place: Place, others):
    referral = refused(place)
    chosen = alternatives_for(session, referral, now=clock.now())[0]
    again(place, others[1])

    assert names_of_places(place, referral) == []
    with pytest.raises(Conflict, match="asked meanwhile"):
        choose_alternative(session, chosen, actor=Actor(ActorKind.PLAN_PAGE))


@pytest.mark.parametrize("status", [NeedStatus.MET, NeedStatus.GONE])
def test_a_need_that_is_over_offers_no_places(place: Place, others: list[Service], status: NeedStatus):
    referral = refused(place)
    place.need.status = status

    assert names_of_places(place, referral) == []


def test_a_first_referral_follows_none_and_an_error_is_followed_by_none(place: Place, others: list[Service]):
    referral = place.referral(S.SENT)
    mark_error(place.town.session, referral, place.actors[ActorKind.MEMBERSHIP])

    assert (referral.follows_id, again(place, others[0]).follows_id) == (None, None)


def test_the_clinic_sees_the_places_and_is_led_to_prescribe_one(nurse: FlaskClient, place: Place, others):
    place.service.name = "Aardvark Table"  # it would fit best, and has refused
    referral = refused(place)
    with nurse.application.test_request_context():
        address = prefill_for(referral, others[0].id).replace("&", "&amp;")
    place.town.commit()

    page = nurse.get(f"/referrals/{referral.id}").text

    assert "Apple Bank" in page
    assert address in page
    assert "Left out, though they fit" in page


def test_the_clinic_looks_for_itself_where_none_was_found(nurse: FlaskClient, place: Place, others: list[Service]):
    place.town.need(place.patient, "interpersonal_safety")
    referral = refused(place)
    place.town.commit()

    before = nurse.get(f"/referrals/{referral.id}").text
    stale = nurse.post(f"/referrals/{referral.id}/other-places", data={"version": "0"})
    looked = nurse.post(f"/referrals/{referral.id}/other-places", data={"version": str(referral.version)})

    assert "Look for other places" in before
    assert (stale.status_code, looked.status_code) == (409, 303)
    assert "Apple Bank" in nurse.get(f"/referrals/{referral.id}").text


def test_a_closed_referral_leads_to_a_new_one_and_shows_what_followed(nurse: FlaskClient, place: Place, others):
    referral = place.referral(S.SENT)
    accept(place.town.session, referral, place.actors[ActorKind.LINK])
    move(place.town.session, referral, E.FAIL, place.actors[ActorKind.LINK], reason="did_not_meet")
    following = again(place, others[0])
    place.town.commit()

    first, second = (nurse.get(f"/referrals/{each.id}").text for each in (referral, following))

    assert "Prescribe it again" in first
    assert ("Then: Apple Bank" in first, "Before: Green Table Boxes" in second) == (True, True)


def test_looking_twice_where_all_that_fits_is_left_out_changes_nothing(session: ScopedSession, place: Place):
    place.need = place.town.need(place.patient, "legal_immigration")
    serves(place, place.service, "legal_immigration")
    referral = refused(place)

    for _pressed_twice in range(2):
        look_for_staff(session, referral)

    assert [row.left_out for row in left_out_of(session, referral.id)] == [LeftOut.TRIED]
