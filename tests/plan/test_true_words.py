"""What the page says is true when it is read: dated, about this place, and with a way to reach the clinic."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from referral.kit import clock
from referral.patients.consent_models import SharingConsent
from referral.patients.disclosures import record_disclosure
from referral.patients.states import SharedField
from referral.plan.page import told_referrals
from referral.plan.places import places_of
from referral.plan.words import standing_of
from referral.prescriptions.slip import bring_words, hours_lines
from referral.referrals.states import DeclineReason, Outcome, ReferralState, Urgency
from resources_directory.models.location import Address, Location
from resources_directory.models.service import RequiredDocument, ServiceAtLocation
from tests.plan.conftest import Home

S = ReferralState


def copy_of(home: Home) -> str:
    home.open()
    return home.client.get("/p/file").text


def test_help_that_came_in_part_is_told_as_part_of_the_help(home: Home) -> None:
    home.referral.state, home.referral.reason = S.COMPLETED, Outcome.PARTLY_RECEIVED

    page = home.open()

    assert "we were told that you got part of the help" in page
    assert "If you still need more, tell us." in page
    assert "There is nothing to do now." not in page


def test_what_waits_for_others_comes_before_help_that_came_in_part(home: Home) -> None:
    home.referral.state, home.referral.reason = S.COMPLETED, Outcome.PARTLY_RECEIVED
    rides = home.town.service(home.town.organization(name="Rides"))
    need = home.town.need(home.patient, "transportation")
    home.town.referral(need, rides, state="declined", service_facts={"service_name": "Rides to the doctor"})

    page = home.open()

    assert page.index("Rides to the doctor") < page.index("you got part of the help")


@pytest.mark.parametrize("room_days_ago", [None, 20, 3])
def test_full_is_told_with_its_day_and_with_what_was_said_since(home: Home, room_days_ago: int | None) -> None:
    home.referral.state, home.referral.reason = S.DECLINED, DeclineReason.NO_CAPACITY
    home.referral.answered_at = clock.now() - timedelta(days=10)
    said = clock.now() - timedelta(days=room_days_ago) if room_days_ago else None

    words = standing_of(home.referral, room_said_at=said).sentence

    assert words.startswith("They said on ")
    assert ("room again" in words) is (room_days_ago == 3)


def test_the_copy_says_the_day_and_the_phone_and_no_button(home: Home) -> None:
    home.clinic.phone = "+15595550100"
    home.referral.state = S.EXPIRED

    page = copy_of(home)

    assert "As it was on " in page
    assert "Call us: " in page
    for untrue in ("Call me", "Today"):
        assert untrue not in page


@pytest.mark.parametrize("state", [S.ACCEPTED, S.WAITLISTED])
def test_who_has_no_phone_number_is_not_said_to_call(home: Home, state: ReferralState) -> None:
    home.referral.state, home.referral.answered_at = state, clock.now()
    with_phone = home.open()
    home.referral.shared_fields = [SharedField.NAME]

    without = home.open()

    assert "They will contact you" in with_phone
    assert "They will contact you" not in without
    assert "They do not have your phone number." in without


@pytest.mark.parametrize("state", [S.SENT, S.WAITLISTED])
def test_nobody_who_needs_help_today_is_told_to_wait(home: Home, state: ReferralState) -> None:
    home.referral.state, home.referral.urgency = state, Urgency.TODAY
    home.clinic.phone = "+15595550100"

    page = home.open()

    assert "You need not do anything now." not in page
    assert "You need help today, so do not wait for them." in page
    assert "Call us: " in page
    assert 'href="#call"' in page


def test_what_was_taken_back_is_told_as_discarded_and_not_as_known(home: Home) -> None:
    home.referral.state, home.referral.closed_at = S.WITHDRAWN, clock.now()

    page = home.open()

    assert "We asked them to delete what they know about you." in page
    assert "We told them to delete what they know." in page
    assert "they may know" not in page
    assert "Stop sharing" not in page


NEVER_OPENED = "They did not open the part that says who you are."


@pytest.mark.parametrize(
    ("state", "channels", "said"),
    [
        (S.DECLINED, ["mail"], True),
        (S.EXPIRED, ["mail"], True),
        (S.DECLINED, ["mail", "link"], False),  # they looked before they said no
        (S.DECLINED, ["mail", "account"], False),
        (S.DECLINED, ["phone"], False),  # what was said on a telephone is no page that stayed closed
        (S.DECLINED, [], False),
        (S.SENT, ["mail"], False),  # they still can
        (S.ACCEPTED, ["mail"], False),
    ],
)
def test_who_never_looked_is_said_only_where_the_record_proves_it(
    home: Home, state: ReferralState, channels: list[str], said: bool
) -> None:
    home.referral.state, home.referral.closed_at = state, clock.now()
    consent = home.session.scalars(select(SharingConsent)).one()
    consent.fields = [*consent.fields, SharedField.NAME]
    receiver_id = home.town.member(name="Open Table desk").id
    for channel in channels:
        record_disclosure(
            home.session,
            consent,
            fields=[SharedField.NEED],
            referral_id=home.referral.id,
            receiver_id=receiver_id,
            channel=channel,
            recipient="Olga",
        )

    page = home.open()

    assert (NEVER_OPENED in page) is said


def test_what_another_request_still_tells_them_is_said(home: Home) -> None:
    home.referral.state, home.referral.closed_at = S.WITHDRAWN, clock.now()
    other = home.town.service(name="Evening meals", organization=home.organization)
    facts = {"service_name": "Evening meals", "organization_name": "Open Table"}
    home.town.referral(home.town.need(home.patient, "social_connection"), other, service_facts=facts)

    page = home.open()

    assert "It is for: Evening meals." in page
    assert "They may still know what you agreed to for something else" in page
    assert "We asked them to delete" not in page
    assert home.session.scalar(select(SharingConsent.given)) is True


def test_of_two_stops_the_page_shows_the_one_near_the_patient(home: Home) -> None:
    near = home.session.scalars(select(Location)).one()
    near.name, near.timezone_name = "Zelkova Park", "America/Los_Angeles"
    far = Location(location_type="physical", name="Ash Corner", latitude=34.0, longitude=-118.0)
    home.session.add(far)
    home.session.flush()
    home.session.add_all(
        [
            ServiceAtLocation(service_id=home.service.id, location_id=far.id),
            Address(location_id=far.id, address_type="physical", address_1="Ash Corner", city="Los Angeles",
                    state_province="CA", postal_code="90001", country="US"),
        ]
    )  # fmt: skip
    home.session.flush()
    told = told_referrals(home.session, home.patient)

    shown = places_of(home.session, told, timezone_name="America/Los_Angeles", near=home.patient.zip_code)

    assert shown[home.referral.id].address == "Zelkova Park"


def test_no_papers_is_a_sentence(home: Home) -> None:
    home.session.add(RequiredDocument(service_id=home.service.id, document="None asked"))

    assert "You need to bring no papers." in home.open()


def test_round_the_clock_is_all_day(home: Home) -> None:
    with home.client.application.test_request_context():
        assert hours_lines([{"days": ["MO"], "opens": "00:00", "closes": "23:59"}]) == ["Mon: all day"]
        assert bring_words(["None asked", "Proof of address"]) == "Proof of address"
