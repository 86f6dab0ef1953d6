"""What a patient told for one organization: non-identifying facts on the first page, the person after the code."""

import json

from flask.testing import FlaskClient
from sqlalchemy import select

from referral.patients.consent_models import Disclosure
from referral.patients.states import SharedField
from referral.patients.told_facts import TOLD_FACTS, told_words
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.disclosing import FIRST_PAGE
from referral.referrals.models import Referral
from referral.referrals.states import ReferralEvent, ReferralState
from tests.referrals.conftest import Place
from tests.referrals.desks import Desk, token_of

IDENTIFYING = ("Rosa", "Molina", "555-0123", "1984")


def sent(place: Place, fields: list[str], **told: str) -> Referral:
    """A referral that was sent with these fields agreed to, and what the patient told."""
    referral = place.referral(ReferralState.HELD, shared_fields=fields)
    known = {"need": "food", "name": "Rosa Molina", "phone": "+15595550123", "birth_date": "1984-03-02"}
    referral.snapshot = json.dumps(known | told)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    return referral


def test_the_first_page_shows_what_was_told_and_not_the_person(client: FlaskClient, place: Place) -> None:
    fields = ["need", "name", "birth_date", "household_size", "diet"]
    referral = sent(place, fields, household_size="9", diet="no_pork")
    desk = Desk(client)
    desk.open(token_of(place.town, referral))

    page = desk.look().text

    assert all(words in page for words in ("People in the household", "9 or more", "Diet", "No pork"))
    assert not any(secret in page for secret in IDENTIFYING)


def test_the_person_follows_after_the_code(client: FlaskClient, place: Place) -> None:
    referral = sent(place, ["need", "name", "diet"], diet="vegan")
    desk = Desk(client)
    desk.open(token_of(place.town, referral))
    desk.press("accept")
    desk.look()
    desk.show_person()

    page = desk.look_again().text

    assert "Rosa Molina" in page
    assert "Vegan" in page


def test_a_fact_that_was_left_out_is_not_shown(client: FlaskClient, place: Place) -> None:
    referral = sent(place, ["need"], diet="vegan")
    desk = Desk(client)
    desk.open(token_of(place.town, referral))

    assert "Vegan" not in desk.look().text


def test_what_the_first_page_shows_is_written_down_as_disclosed(place: Place) -> None:
    sent(place, ["need", "name", "mobility"], mobility="no_stairs")

    (disclosure,) = place.town.session.scalars(select(Disclosure))
    assert disclosure.fields == ["need", "mobility"]


def test_nothing_by_which_somebody_is_known_is_on_the_first_page() -> None:
    assert not {SharedField.NAME, SharedField.PHONE, SharedField.BIRTH_DATE, SharedField.NOTE} & {*FIRST_PAGE}


def test_every_fact_that_can_be_told_is_a_closed_choice() -> None:
    assert all(fact.choices for fact in TOLD_FACTS.values())
    assert told_words(SharedField.DIET, "no choice any more") == "no choice any more"
