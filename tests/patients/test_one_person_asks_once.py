"""Merged records are one person: one live receiver for a need, one list of referrals, facts and phones for both."""

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.kit.errors import Conflict
from referral.patients.consents import texting_route
from referral.patients.corrections import corrections_of
from referral.patients.merging import merge_records, undo_merge
from referral.patients.models import Patient
from referral.patients.queries import phones_of
from referral.referrals.actions import move
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.models import Referral
from referral.referrals.states import Mode, ReferralEvent, ReferralState
from tests.factories import Town


class Twice:
    """A person with two records: the first knows little, food was asked for on the second."""

    def __init__(self, town: Town, clinic: Member) -> None:
        self.town, self.clinic, self.session = town, clinic, town.session
        self.nurse = town.person(clinic, Role.NAVIGATOR, "Nina Nurse")
        bare = {"zip_code": None, "written_language": None, "spoken_language": None}
        self.kept: Patient = town.patient(clinic, given_name="Rosa", **bare)
        self.other: Patient = town.patient(clinic, given_name="Rosalia", birth_date_text="1984-05-06")
        self.phone = town.phone(self.other)
        self.asked = town.referral(town.need(self.other), town.service(name="First Bank"))

    def sign(self, domain: str, mode: Mode = Mode.SENT) -> Referral:
        draft = self.town.referral(
            self.town.need(self.kept, domain), self.town.service(), state=ReferralState.DRAFT, mode=mode
        )
        move(self.session, draft, ReferralEvent.SIGN, Actor(ActorKind.MEMBERSHIP, self.nurse.id, "Nina"))
        return draft

    def merge(self):
        return merge_records(self.session, self.kept.id, self.other.id, why=None, by=self.nurse.id)


@pytest.fixture
def twice(town: Town, clinic: Member) -> Twice:
    return Twice(town, clinic)


def test_a_person_has_one_live_receiver_for_a_need_over_all_their_records(twice: Twice) -> None:
    twice.merge()

    with pytest.raises(Conflict, match="Another place has been asked"):
        twice.sign("food")


def test_another_need_or_going_there_oneself_is_free_to_choose(twice: Twice) -> None:
    twice.merge()

    assert twice.sign("housing").state == ReferralState.HELD
    assert twice.sign("food", Mode.SELF_DIRECTED).state == ReferralState.HELD


def test_two_people_may_each_ask_for_food(twice: Twice) -> None:
    assert twice.sign("food").state == ReferralState.HELD


def test_the_kept_page_lists_the_referrals_of_the_merged_record(browser: FlaskClient, twice: Twice) -> None:
    twice.merge()
    twice.town.commit()

    page = browser.get(f"/patients/{twice.kept.id}").text

    assert "From the merged record" in page
    assert "No referral yet." not in page


def test_facts_that_the_kept_record_lacks_are_filled_in_with_history_and_emptied_again(twice: Twice) -> None:
    merge = twice.merge()
    filled = (twice.kept.zip_code, twice.kept.spoken_language, twice.kept.birth_date_text)
    told = {row.fact for row in corrections_of(twice.session, twice.kept.id).rows}

    undo_merge(twice.session, merge, by=twice.nurse.id)

    assert filled == ("93702", "es", "1984-05-06")
    assert {"zip_code", "birth_date", "spoken_language", "written_language"} <= told
    assert (twice.kept.zip_code, twice.kept.spoken_language, twice.kept.birth_date_text) == (None, None, None)


def test_what_was_corrected_since_the_merge_stays(twice: Twice) -> None:
    merge = twice.merge()
    twice.kept.zip_code = "93650"

    undo_merge(twice.session, merge, by=twice.nurse.id)

    assert twice.kept.zip_code == "93650"


def test_a_kept_record_without_a_phone_is_reached_at_the_other_ones(twice: Twice) -> None:
    merge = twice.merge()
    reached = [each.phone.id for each in phones_of(twice.session, twice.kept.id)]

    assert reached == [twice.phone.id]
    assert texting_route(twice.session, twice.kept).patient_phone_id == twice.phone.id
    undo_merge(twice.session, merge, by=twice.nurse.id)
    assert phones_of(twice.session, twice.kept.id) == []
