"""Honest odds: said with the unknowns, only where enough were referred, and never of what is confidential."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from referral.followups.policies import CADENCE
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.prescriptions.odds import DAYS_BACK, DAYS_UNTIL_ASKED, LEAST, Odds, odds_of, odds_words
from referral.referrals.models import Testimony
from referral.referrals.states import Mode, ReferralState, Urgency
from resources_directory.needs import NeedDomain
from tests.prescriptions.conftest import page_of
from tests.referrals.conftest import Place


def referred(place: Place, outcomes: list[str | None], **facts: Any) -> None:
    """Refer somebody for each outcome; None: nobody knows."""
    town = place.town
    for outcome in outcomes:
        need = town.need(town.patient(place.clinic), "food")
        sent = {"state": ReferralState.ACCEPTED, "sent_at": clock.now() - timedelta(days=30)} | facts
        referral = town.referral(need, place.service, **sent)
        if outcome is not None:
            own = {"clinic_id": need.clinic_id, "patient_id": need.patient_id, "referral_id": referral.id}
            own |= {"side": "patient", "channel": "text", "at": clock.now(), "outcome": outcome}
            town._add(Testimony(**own))


def odds(session: ScopedSession, place: Place) -> Odds | None:
    return odds_of(session, {place.service.id}, now=clock.now()).get(place.service.id)


def test_what_patients_said_is_counted_with_the_unknowns(session, place: Place):
    referred(place, ["received"] * 8 + ["partly_received"] + ["not_received"] * 2 + [None] * 3)

    found = odds(session, place)

    assert found == Odds(asked=14, came=9, did_not=2)
    assert found.unknown == 3
    assert odds_words(found) == (
        "Of 14 people referred here 21 to 90 days ago, 9 said that help came and 2 that it did not; "
        "of 3 it is not known."
    )


def test_too_few_say_nothing(session, place: Place):
    referred(place, ["received"] * (LEAST - 1))

    assert odds(session, place) is None


NOT_COUNTED = [
    ({"sent_at": clock.now() - timedelta(days=DAYS_BACK + 1)}, "too long ago"),
    ({"sent_at": clock.now() - timedelta(days=DAYS_UNTIL_ASKED - 1)}, "not everybody has been asked yet"),
    ({"state": ReferralState.CANCELLED}, "taken back"),
    ({"state": ReferralState.WITHDRAWN}, "not wanted any more"),
    ({"state": ReferralState.HELD, "sent_at": None}, "never left"),
    ({"domain": "interpersonal_safety"}, "a private matter"),
]


@pytest.mark.parametrize(("facts", "why"), NOT_COUNTED, ids=[case[1] for case in NOT_COUNTED])
def test_what_says_nothing_about_the_service_is_not_counted(session, place: Place, facts, why):
    referred(place, ["received"] * LEAST, **facts)

    assert odds(session, place) is None, why


def test_by_the_day_from_which_it_counts_everybody_has_been_asked():
    asked = {
        later.days
        for domain in NeedDomain
        for urgency in Urgency
        for mode in Mode
        for kind, later in CADENCE.plan(mode, domain=domain, urgency=urgency)
        if kind is QuestionKind.CHECK_OUTCOME
    }

    assert max(asked) <= DAYS_UNTIL_ASKED


def test_the_newest_word_of_a_patient_counts(session, place: Place):
    referred(place, ["not_received"] * LEAST)
    for row in session.query(Testimony).all():
        own = {"clinic_id": row.clinic_id, "patient_id": row.patient_id, "referral_id": row.referral_id}
        later = clock.now() + timedelta(hours=1)
        place.town._add(Testimony(**own, side="patient", channel="text", at=later, outcome="received"))

    assert odds(session, place) == Odds(LEAST, LEAST, 0)


def test_the_page_tells_the_odds_and_the_least_number(offered: Place, nurse: FlaskClient):
    referred(offered, ["received"] * LEAST)
    offered.town.commit()

    page = nurse.get(page_of(offered)).text

    assert f"Of {LEAST} people referred here 21 to {DAYS_BACK} days ago, {LEAST} said that help came" in page
    assert "Later ones are not counted" in page
    assert f"at least {LEAST} people were referred" in page


def test_a_confidential_service_has_no_odds(offered: Place, nurse: FlaskClient):
    referred(offered, ["received"] * LEAST)
    offered.service.is_confidential = True
    offered.town.commit()

    assert "people referred here" not in nurse.get(page_of(offered)).text
