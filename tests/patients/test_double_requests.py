"""Two records that are one person, each with an organization asked for the same need: one request goes on."""

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.followups.models import Question
from referral.followups.planning import ask
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.navigation.needs_left import is_left
from referral.outbox.models import Message
from referral.patients.barring import bar_organization
from referral.patients.consents import ConsentTaken
from referral.patients.merging import merge_records, undo_merge
from referral.patients.models import Patient
from referral.patients.record_models import PatientMerge
from referral.patients.states import ConsentMethod
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import Mode, ReferralState
from tests.factories import Town


class Twins:
    """A person with two records, on each of which the same organization was asked for food."""

    def __init__(self, town: Town, clinic: Member) -> None:
        self.town, self.session = town, town.session
        self.nurse = town.person(clinic, Role.NAVIGATOR, "Nina Nurse")
        organization = town.organization(name="First Bank")
        self.desk = town.member(name="Desk", listing_id=organization.id, email="desk@bank.example")
        self.service = town.service(organization, name="First Pantry")
        self.kept: Patient = town.patient(clinic)
        self.merged: Patient = town.patient(clinic, given_name="Rosalia")
        self.first, self.second = self.ask(self.kept), self.ask(self.merged)

    def ask(self, patient: Patient, **facts: object) -> Referral:
        need = self.town.need(patient, confirmed_at=clock.now())
        return self.town.referral(need, self.service, **{"receiver_id": self.desk.id} | facts)

    def merge(self, *going_on: Referral) -> PatientMerge:
        chosen = [each.id for each in going_on]
        return merge_records(self.session, self.kept.id, self.merged.id, why=None, by=self.nurse.id, going_on=chosen)

    def states(self) -> tuple[str, str]:
        return self.first.state, self.second.state


@pytest.fixture
def twins(town: Town, clinic: Member) -> Twins:
    return Twins(town, clinic)


def test_without_a_choice_nothing_is_merged(twins: Twins) -> None:
    for chosen in ([], [twins.first, twins.second]):
        with pytest.raises(InvalidInput, match="which request goes on"):
            twins.merge(*chosen)

    assert twins.merged.merged_into_id is None
    assert twins.states() == ("sent", "sent")


@pytest.mark.parametrize(("chosen", "states"), [("first", ("sent", "cancelled")), ("second", ("cancelled", "sent"))])
def test_of_two_requests_for_one_need_the_chosen_one_goes_on(
    twins: Twins, chosen: str, states: tuple[str, str]
) -> None:
    twins.merge(getattr(twins, chosen))

    assert twins.states() == states
    (move,) = twins.session.scalars(select(ReferralMove)).all()
    assert (move.event, move.reason, move.person_id) == ("cancel", "twice", twins.nurse.id)
    mails = twins.session.scalars(select(Message.template).where(Message.channel == "email")).all()
    assert mails == ["referral_recalled"], "the organization is told to discard the other one"


def test_the_patient_is_asked_about_one_of_them_only(twins: Twins) -> None:
    both = [
        ask(twins.session, each, QuestionKind.CHECK_OUTCOME, clock.now() + timedelta(days=3))
        for each in (twins.first, twins.second)
    ]

    twins.merge(twins.second)

    states = [twins.session.get_one(Question, each.id).state for each in both]
    assert states == [QuestionState.CANCELLED, QuestionState.SCHEDULED]


def test_the_need_of_the_one_that_ended_is_nobodys_to_do_until_the_two_are_taken_apart(twins: Twins) -> None:
    merge = twins.merge(twins.second)
    looked_after = is_left(twins.session, twins.first.need_id)

    undo_merge(twins.session, merge, by=twins.nurse.id)

    assert (looked_after, is_left(twins.session, twins.first.need_id)) == (False, True)
    assert twins.states() == ("cancelled", "sent"), "nothing is asked again by itself"


def test_where_the_chosen_one_has_helped_the_need_of_the_other_is_left_alone(twins: Twins) -> None:
    twins.merge(twins.second)
    twins.second.state, twins.second.closed_at = ReferralState.COMPLETED, clock.now()
    twins.session.flush()

    assert not is_left(twins.session, twins.first.need_id)


def test_what_the_patient_does_alone_and_what_is_over_needs_no_choice(twins: Twins) -> None:
    twins.first.mode = Mode.SELF_DIRECTED
    twins.ask(twins.kept, state=ReferralState.DECLINED)

    twins.merge()

    assert twins.states() == ("sent", "sent")


def test_one_to_an_organization_that_the_person_barred_is_no_choice(twins: Twins) -> None:
    other = twins.town.service(name="Second Pantry")
    third = twins.town.referral(twins.town.need(twins.kept), other)
    twins.session.delete(twins.first)
    twins.town.sharing_consent(twins.merged, twins.service.organization_id)
    taken = ConsentTaken("Never them.", "en", "1", ConsentMethod.IN_PERSON, twins.nurse.id)
    bar_organization(twins.session, twins.kept, twins.service.organization_id, why=None, taken=taken)

    twins.merge()

    assert (third.state, twins.second.state) == ("sent", "cancelled")


def test_the_page_asks_which_request_goes_on_and_chooses_none(browser: FlaskClient, twins: Twins) -> None:
    address, chosen = f"/patients/{twins.kept.id}/merge/{twins.merged.id}", str(twins.second.id)
    twins.town.commit()
    page = unescape(browser.get(address).text)
    form = {"why": "KEEP-THIS", "form_id": str(uuid4())}

    refused = browser.post(address, data=form)
    done = [browser.post(address, data=form | {"going_on_food": chosen}) for _press in range(2)]

    assert "Food: which request goes on?" in page
    assert page.count("First Pantry: Waiting for an answer, since") == 2
    assert "checked" not in page
    assert refused.status_code == 422
    assert all(words in refused.text for words in ("Choose which request goes on.", "KEEP-THIS"))
    assert [(each.status_code, each.headers["Location"]) for each in done] == [(303, f"/patients/{twins.kept.id}")] * 2
    twins.session.expire_all()
    assert twins.states() == ("cancelled", "sent")


def test_taking_apart_says_that_what_ended_stays_ended(browser: FlaskClient, twins: Twins) -> None:
    address = f"/patients/{twins.kept.id}/merges/{twins.merge(twins.first).id}/undo"
    twins.town.commit()

    page = browser.get(address).text

    assert "What does not come back" in page
    assert "First Pantry" in page
