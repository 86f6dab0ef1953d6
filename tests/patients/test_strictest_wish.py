"""Where several records are one person, the strictest wish about texts counts, whichever record it stands on."""

import pytest
from flask.testing import FlaskClient

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.patients.consents import ConsentTaken, TextingRoute, record_texting_consent, texting_route
from referral.patients.merging import merge_records, undo_merge
from referral.patients.models import Patient, PatientPhone
from referral.patients.record_models import PatientMerge
from referral.patients.states import ConsentMethod, PhoneHolder, PrivacyLevel, SmsSafety
from referral.plan.standing import WhyOff, why_off
from tests.factories import Town

NOBODY_TEXTS = "the patient wants no texts at all"


class Both:
    """Two records of a person with the same phone, which may be texted by both."""

    def __init__(self, town: Town, clinic: Member) -> None:
        self.town, self.session = town, town.session
        self.nurse = town.person(clinic, Role.NAVIGATOR, "Nina Nurse")
        self.kept: Patient = town.patient(clinic)
        self.merged: Patient = town.patient(clinic, given_name="Rosalia")
        self.kept_phone: PatientPhone = town.phone(self.kept)
        self.merged_phone: PatientPhone = town.phone(self.merged)

    def merge(self) -> PatientMerge:
        return merge_records(self.session, self.kept.id, self.merged.id, why=None, by=self.nurse.id)

    def routes(self) -> tuple[TextingRoute, TextingRoute]:
        self.session.flush()
        return texting_route(self.session, self.kept), texting_route(self.session, self.merged)


@pytest.fixture
def both(town: Town, clinic: Member) -> Both:
    return Both(town, clinic)


@pytest.mark.parametrize("private", ["kept", "merged"])
def test_no_texts_at_all_on_one_record_counts_for_both(both: Both, private: str) -> None:
    getattr(both, private).privacy_level = PrivacyLevel.NONE
    merge = both.merge()
    together = both.routes()
    off = why_off(both.session, both.kept)

    undo_merge(both.session, merge, by=both.nurse.id)

    assert [route.why_not for route in together] == ["privacy_level", "privacy_level"]
    assert off is WhyOff.PRIVACY
    apart = {"kept": both.routes()[0], "merged": both.routes()[1]}
    assert {name: route.why_not for name, route in apart.items()} == {"kept": None, "merged": None} | {
        private: "privacy_level"
    }


@pytest.mark.parametrize("private", ["kept", "merged"])
def test_a_neutral_sender_on_one_record_counts_for_both(both: Both, private: str) -> None:
    getattr(both, private).privacy_level = PrivacyLevel.NEUTRAL

    both.merge()

    assert [route.is_neutral for route in both.routes()] == [True, True]


def test_the_page_says_why_no_texts_go(browser: FlaskClient, both: Both) -> None:
    both.merged.privacy_level = PrivacyLevel.NONE
    both.merge()
    both.town.commit()

    assert NOBODY_TEXTS in browser.get(f"/patients/{both.kept.id}").text


@pytest.mark.parametrize("careful", ["kept_phone", "merged_phone"])
def test_a_number_that_one_record_knows_as_unsafe_is_texted_from_neither(both: Both, careful: str) -> None:
    getattr(both, careful).sms_ok = SmsSafety.NO

    both.merge()

    assert [route.why_not for route in both.routes()] == ["texting_not_safe", "texting_not_safe"]


def test_a_number_that_one_record_knows_as_somebody_elses_is_so_for_both(both: Both) -> None:
    both.merged_phone.holder, both.merged_phone.is_shared = PhoneHolder.RELATIVE, True

    both.merge()

    assert [(route.held_by_other, route.is_shared, route.is_neutral) for route in both.routes()] == [(True,) * 3] * 2


def test_a_newer_no_on_one_record_counts_for_both(both: Both) -> None:
    taken = ConsentTaken("May we?", "en", "1", ConsentMethod.BY_PHONE, both.nurse.id)
    record_texting_consent(both.session, both.merged_phone, given=False, taken=taken)

    both.merge()

    assert [route.why_not for route in both.routes()] == ["no_consent", "no_consent"]
