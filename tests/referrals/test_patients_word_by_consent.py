"""An organization hears what the patient says happened only where the patient agreed to that, and never their words."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure, SharingConsent
from referral.patients.states import SharedField
from referral.referrals import testimonies
from referral.referrals.actors import ActorKind
from referral.referrals.disclosing import permitted_now
from referral.referrals.models import Referral
from referral.referrals.states import NotCompletedReason, Outcome, ReferralState, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony
from tests.prescriptions.conftest import answers, filled, page_of
from tests.referrals.conftest import Place
from tests.referrals.desks import Desk, token_of
from tests.referrals.test_answering import sent
from tests.sign_in import sign_in

NO = "Help was not received, said on"
WORDS = "They shouted at me"

Look = Callable[[Referral], str]


def said(place: Place, referral: Referral, outcome: Outcome = Outcome.NOT_RECEIVED) -> None:
    """The patient tells the navigator what happened, in words of their own."""
    reason = NotCompletedReason.WAITED_TOO_LONG if outcome is Outcome.NOT_RECEIVED else None
    given = GivenTestimony(
        Side.PATIENT, outcome, TestimonyChannel.PHONE, reason=reason, speaker="Rosa", note=WORDS,
        taken_by=place.navigator.id,
    )  # fmt: skip
    testimonies.testify(place.town.session, referral, given)
    place.town.commit()


def agreed(place: Place, referral: Referral) -> None:
    """The patient also agreed that the organization hears what they say."""
    consent = place.town.session.get_one(SharingConsent, referral.sharing_consent_id)
    referral.shared_fields = consent.fields = [*referral.shared_fields, SharedField.TESTIMONY]
    place.town.commit()


@pytest.fixture
def asks_to_see(client: FlaskClient, place: Place) -> Look:
    """Returns all that people of the organization read of a request, having asked to see what they may."""

    def look(referral: Referral) -> str:
        place.town.commit()
        sign_in(client, place.staff)
        address = f"/inbox/{referral.id}"
        return client.get(address).text + client.post(f"{address}/details").text

    return look


@pytest.mark.parametrize("state", [ReferralState.ACCEPTED, ReferralState.COMPLETED, ReferralState.NOT_COMPLETED])
def test_without_that_consent_nothing_the_patient_said_is_shown(place: Place, asks_to_see: Look, state: ReferralState):
    referral = place.referral(state)
    said(place, referral)

    pages = asks_to_see(referral)

    assert not any(words in pages for words in (NO, WORDS, "What the patient says happened"))


@pytest.mark.parametrize("state", [ReferralState.ACCEPTED, ReferralState.COMPLETED])
def test_with_it_they_hear_what_happened_and_not_the_words(place: Place, asks_to_see: Look, state: ReferralState):
    referral = place.referral(state)
    agreed(place, referral)
    said(place, referral)

    pages = asks_to_see(referral)

    assert "What the patient says happened" in pages
    assert NO in pages
    assert WORDS not in pages
    disclosure = place.town.session.scalars(select(Disclosure)).one()
    assert "testimony" in disclosure.fields


def test_of_a_closed_request_nothing_else_is_shown(place: Place, asks_to_see: Look):
    referral = place.referral(ReferralState.COMPLETED)
    agreed(place, referral)
    said(place, referral)

    assert "Rosa" not in asks_to_see(referral)
    assert place.town.session.scalars(select(Disclosure)).one().fields == ["testimony"]


def test_where_the_patient_has_said_nothing_yet_it_says_so_and_discloses_nothing(place: Place, asks_to_see: Look):
    referral = place.referral(ReferralState.COMPLETED)
    agreed(place, referral)

    assert "They have not said yet." in asks_to_see(referral)
    assert place.town.session.scalars(select(Disclosure)).all() == []


def test_a_newer_consent_without_it_takes_it_back(session: ScopedSession, place: Place):
    referral = place.referral(ReferralState.ACCEPTED)
    agreed(place, referral)
    said(place, referral)
    before = permitted_now(session, referral)
    newer = place.town.sharing_consent(place.patient, place.service.organization_id)
    newer.fields = [SharedField.NEED]
    session.flush()

    after = permitted_now(session, referral)

    assert before is not None
    assert after is not None
    assert SharedField.TESTIMONY in before.values
    assert SharedField.TESTIMONY not in after.values


def test_the_first_page_of_a_link_never_shows_it(client: FlaskClient, place: Place):
    desk, referral = Desk(client), sent(place)
    agreed(place, referral)
    said(place, referral, Outcome.RECEIVED)

    desk.open(token_of(place.town, referral))

    page = desk.look()
    assert page.status_code == 200
    assert not any(words in page.text for words in ("Help was received, said on", WORDS))


def test_it_is_no_unless_the_patient_says_yes_while_it_is_prescribed(nurse: FlaskClient, place: Place):
    answers(place, place.service)
    place.town.commit()
    review = nurse.post(page_of(place), data=filled(place, step="review")).text

    nurse.post(page_of(place), data=filled(place))

    box = re.search(r'<input[^>]*name="lines-0-hears_back"[^>]*>', review)
    assert box is not None
    assert "checked" not in box[0]
    assert "testimony" not in place.town.session.scalars(select(SharingConsent)).one().fields


def test_a_yes_is_read_aloud_and_recorded_with_the_consent(nurse: FlaskClient, place: Place):
    answers(place, place.service)
    place.town.commit()
    wants = {"lines-0-hears_back": "y"}

    review = nurse.post(page_of(place), data=filled(place, step="review", **wants)).text
    signed = nurse.post(page_of(place), data=filled(place, **wants))

    assert "what you tell us about how it went" in review
    assert signed.status_code == 303
    consent = place.town.session.scalars(select(SharingConsent)).one()
    referral = place.town.session.scalars(select(Referral)).one()
    assert "testimony" in consent.fields
    assert "testimony" in referral.shared_fields
    assert place.actors[ActorKind.LINK].name not in (consent.words or "")
