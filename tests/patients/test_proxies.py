"""Who speaks for a patient, how far their say goes in each need, and what a young person keeps to themselves."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.followups.composing import compose_question
from referral.followups.due import ask_due_questions
from referral.followups.models import Question
from referral.followups.planning import ask
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.outbox.hooks import Suppressed
from referral.outbox.models import Message
from referral.patients.consent_models import TextingConsent
from referral.patients.consent_words import WORDS_VERSION
from referral.patients.consents import texting_route
from referral.patients.keeping_private import keep_private
from referral.patients.models import Patient
from referral.patients.proxies import (
    OPEN_TO_OTHERS,
    NewProxy,
    Proxy,
    check_speaker,
    end_proxy,
    may_go_to,
    phone_is_kept_back,
    phone_to_give,
    proxies_of,
    record_proxy,
    speaker_choices,
)
from referral.patients.states import PhoneHolder, ProxyRelation, Reach
from referral.patients.wish_models import PatientProxy
from referral.patients.words import SPEAKERS
from referral.records.gathering import gather
from referral.records.private_matters import private_matters
from referral.referrals.models import Referral
from referral.todos.models import ToDo, ToDoReason
from resources_directory.needs import NeedDomain
from tests.factories import Town

FOOD, SAFETY = NeedDomain.FOOD, NeedDomain.INTERPERSONAL_SAFETY
FOR_ALL = dict.fromkeys(NeedDomain, Reach.CONSENT)
REACHES_OF_ALL = [f"reach_{domain}" for domain in OPEN_TO_OTHERS]


class Home:
    """An adolescent; the phone on file is the mother's, who speaks for him in everything that he does not keep."""

    def __init__(self, town: Town, clinic: Member) -> None:
        self.town, self.session = town, town.session
        self.nurse = town.person(clinic, Role.NAVIGATOR, "Nina Nurse")
        self.leo = town.patient(clinic, given_name="Leo", birth_date_text="2010-05-05")
        self.phone = town.phone(self.leo)
        self.row = record_proxy(self.session, self.leo, self._mother(), by=self.nurse.id)

    def _mother(self) -> NewProxy:
        return NewProxy("Marta Molina", ProxyRelation.PARENT, FOR_ALL, patient_phone_id=self.phone.id)

    @property
    def mother(self) -> Proxy:
        return proxies_of(self.session, self.leo.id)[0]

    def keep(self, *domains: NeedDomain) -> None:
        keep_private(self.session, self.leo, domains, by=self.nurse.id)

    def question(self, domain: str) -> Question:
        return ask(self.session, self.referral(domain), QuestionKind.CHECK_OUTCOME, clock.now() - timedelta(minutes=1))

    def referral(self, domain: str) -> Referral:
        return self.town.referral(self.town.need(self.leo, domain), self.town.service(), state="accepted")


@pytest.fixture
def home(town: Town, clinic: Member) -> Home:
    return Home(town, clinic)


def test_the_reach_is_kept_for_each_need(home: Home) -> None:
    reach = {NeedDomain.HOUSING: Reach.ANSWER, FOOD: Reach.SEE, NeedDomain.EDUCATION: Reach.NOTHING}
    aunt = record_proxy(home.session, home.leo, NewProxy("Ana", ProxyRelation.CAREGIVER, reach), by=home.nurse.id)

    told = next(each for each in proxies_of(home.session, home.leo.id) if each.id == aunt.id)

    assert told.domains == {"housing", "food"}
    assert (told.may_answer, told.may_consent) == (True, False)
    assert (told.reaches("housing", Reach.ANSWER), told.reaches("food", Reach.ANSWER)) == (True, False)


def test_a_proxy_says_which_phone_is_theirs(home: Home) -> None:
    assert home.mother.phone == "+15595550123"
    assert home.phone.holder == PhoneHolder.PARENT


def test_nobody_else_ever_has_a_say_about_safety_with_other_people(home: Home) -> None:
    assert SAFETY not in home.mother.domains
    assert str(SAFETY) not in home.row.reach


def test_what_an_adolescent_keeps_private_is_out_of_the_parents_reach(home: Home) -> None:
    home.keep(FOOD)

    assert FOOD not in home.mother.domains
    with pytest.raises(InvalidInput, match="Nobody is recorded"):
        check_speaker(home.session, home.leo.id, f"parent:{home.row.id}", domain=FOOD)
    check_speaker(home.session, home.leo.id, f"parent:{home.row.id}", domain=NeedDomain.HOUSING)


def test_a_question_about_a_private_need_never_goes_to_the_parents_phone(app: Flask, home: Home) -> None:
    home.keep(FOOD)
    question = home.question(FOOD)
    home.town.commit()

    ask_due_questions(app.extensions["database"])

    home.session.expire_all()
    assert home.session.get_one(Question, question.id).state == QuestionState.GIVEN_TO_PERSON
    to_do = home.session.scalars(select(ToDo)).one()
    assert to_do.reason == ToDoReason.CALL_INSTEAD_OF_TEXT
    assert "ask the patient, and nobody else" in (to_do.note or "")
    assert home.session.scalars(select(Message)).all() == []


def test_a_question_whose_need_became_private_while_it_waited_is_not_sent(home: Home) -> None:
    question = home.question(FOOD)
    question.state = QuestionState.OPENING
    home.keep(FOOD)
    message = Message(subject_id=question.id, subject_kind="question")

    answer = compose_question(home.session, message, clock.now())

    assert isinstance(answer, Suppressed)
    assert answer.reason == "private_need"


@pytest.mark.usefixtures("at_noon")
def test_a_question_that_the_parent_may_not_answer_is_asked_by_a_person(app: Flask, home: Home) -> None:
    end_proxy(home.session, home.row, by=home.nurse.id)
    may = {FOOD: Reach.SEE, NeedDomain.HOUSING: Reach.ANSWER}
    mother = NewProxy("Marta Molina", ProxyRelation.PARENT, may, patient_phone_id=home.phone.id)
    record_proxy(home.session, home.leo, mother, by=home.nurse.id)
    food, housing = home.question(FOOD), home.question(NeedDomain.HOUSING)
    home.town.commit()

    ask_due_questions(app.extensions["database"])

    home.session.expire_all()
    assert home.session.get_one(Question, food.id).state == QuestionState.GIVEN_TO_PERSON
    assert home.session.get_one(Question, housing.id).state == QuestionState.OPENING


@pytest.mark.usefixtures("at_noon")
def test_on_the_patients_own_phone_a_private_need_is_texted(app: Flask, home: Home) -> None:
    home.phone.holder = PhoneHolder.SELF
    home.keep(FOOD)
    question = home.question(FOOD)
    home.town.commit()

    ask_due_questions(app.extensions["database"])

    home.session.expire_all()
    assert home.session.get_one(Question, question.id).state == QuestionState.OPENING


@pytest.mark.parametrize("domain", [FOOD, NeedDomain.INTERPERSONAL_SAFETY], ids=["kept private", "sensitive"])
def test_an_organization_gets_no_phone_that_others_read_about_a_need_that_leaves_no_trace(
    home: Home, domain: NeedDomain
) -> None:
    home.keep(FOOD)
    own = home.town.phone(home.leo, "+15595550188", is_shared=True)

    assert phone_to_give(home.session, home.leo, domain) is None
    assert phone_is_kept_back(home.session, home.leo, domain)
    own.is_shared = False
    home.session.flush()
    assert phone_to_give(home.session, home.leo, domain) == "+15595550188"


def test_about_any_other_need_the_phone_on_file_is_given(home: Home) -> None:
    home.phone.is_shared = True
    home.session.flush()

    assert phone_to_give(home.session, home.leo, FOOD) == "+15595550123"


@pytest.mark.parametrize("holder", [PhoneHolder.PARENT, PhoneHolder.RELATIVE, PhoneHolder.FRIEND, PhoneHolder.OTHER])
def test_no_text_goes_to_somebody_who_is_not_recorded(home: Home, holder: PhoneHolder) -> None:
    end_proxy(home.session, home.row, by=home.nurse.id)
    home.phone.holder = holder
    home.session.flush()

    route = texting_route(home.session, home.leo)

    assert route.held_by_other
    for answer in (True, False):
        assert not may_go_to(home.session, home.leo, route, FOOD, answer=answer)


def test_a_question_never_goes_to_a_strangers_phone_and_a_person_asks(app: Flask, home: Home) -> None:
    end_proxy(home.session, home.row, by=home.nurse.id)
    question = home.question(FOOD)
    home.town.commit()

    ask_due_questions(app.extensions["database"])

    home.session.expire_all()
    assert home.session.get_one(Question, question.id).state == QuestionState.GIVEN_TO_PERSON
    assert home.session.scalars(select(Message)).all() == []


def test_whoever_may_only_see_a_need_hears_of_it_and_is_asked_nothing(home: Home) -> None:
    end_proxy(home.session, home.row, by=home.nurse.id)
    aunt = NewProxy("Ana", ProxyRelation.CAREGIVER, {FOOD: Reach.SEE}, patient_phone_id=home.phone.id)
    record_proxy(home.session, home.leo, aunt, by=home.nurse.id)

    route = texting_route(home.session, home.leo)

    assert may_go_to(home.session, home.leo, route, FOOD)
    assert not may_go_to(home.session, home.leo, route, FOOD, answer=True)
    assert not may_go_to(home.session, home.leo, route, NeedDomain.HOUSING)


def test_a_private_need_is_not_told_on_the_patients_own_phone_while_others_read_it(home: Home) -> None:
    home.phone.holder, home.phone.is_shared = PhoneHolder.SELF, True
    home.keep(FOOD)

    route = texting_route(home.session, home.leo)

    assert not may_go_to(home.session, home.leo, route, FOOD)
    assert may_go_to(home.session, home.leo, route, NeedDomain.HOUSING)


def test_a_copy_for_others_leaves_out_what_is_kept_private(home: Home) -> None:
    referral = home.referral(FOOD)
    home.keep(FOOD)

    left_out = private_matters(home.session, home.leo.id)
    assert referral.id in left_out.ids
    assert {"food", "food_want"} <= left_out.items
    assert "private_domains" not in gather(home.session, home.leo, private=False).tables["patient"][0]


def test_consent_is_given_by_the_patient_or_by_whoever_is_recorded(home: Home) -> None:
    named = [value for value, _words in speaker_choices(home.session, home.leo, SPEAKERS)]

    assert named == ["patient", f"parent:{home.row.id}"]
    for stranger in ("guardian", f"parent:{uuid4()}", "neighbor"):
        with pytest.raises(InvalidInput, match="Nobody is recorded"):
            check_speaker(home.session, home.leo.id, stranger)


def test_whoever_speaks_no_more_agrees_to_nothing_more(home: Home) -> None:
    end_proxy(home.session, home.row, by=home.nurse.id)

    assert proxies_of(home.session, home.leo.id) == []
    with pytest.raises(InvalidInput):
        check_speaker(home.session, home.leo.id, "parent")


def test_the_page_writes_down_who_speaks_and_the_patient_page_says_so(
    browser: FlaskClient, session: ScopedSession, home: Home
) -> None:
    end_proxy(home.session, home.row, by=home.nurse.id)
    home.town.commit()
    form = {f"reach_{domain}": "consent" for domain in NeedDomain if domain != SAFETY}
    form |= {"name": "Ana Tía", "relation": "guardian", "phone": str(home.phone.id), "form_id": str(uuid4())}

    first = browser.post(f"/patients/{home.leo.id}/proxies", data=form)
    browser.post(f"/patients/{home.leo.id}/proxies", data=form)

    assert first.status_code == 303
    assert len(session.scalars(select(PatientProxy).where(PatientProxy.ended_at.is_(None))).all()) == 1
    session.commit()
    page = browser.get(f"/patients/{home.leo.id}").text
    assert "Ana Tía" in page
    assert "May agree for the patient" in page


def test_a_proxy_without_a_name_is_told_and_nothing_typed_is_lost(browser: FlaskClient, home: Home) -> None:
    home.town.commit()

    response = browser.post(f"/patients/{home.leo.id}/proxies", data={"relation": "guardian", "reach_food": "see"})

    assert response.status_code == 422
    assert "Type the name of this person" in response.text
    assert '<option selected value="see">' in response.text


def test_what_is_private_is_saved_by_the_page_and_shown(browser: FlaskClient, home: Home) -> None:
    home.town.commit()

    response = browser.post(f"/patients/{home.leo.id}/private", data={"domains": ["food", "education"]})

    assert response.status_code == 303
    assert "The patient keeps to themselves: Education, Food" in browser.get(f"/patients/{home.leo.id}").text


def test_a_stranger_cannot_agree_to_texts_on_the_page(browser: FlaskClient, session: ScopedSession, home: Home) -> None:
    home.town.commit()
    said = {
        "agrees": "yes", "method": "in_person", "in_whose_name": "guardian", "holder": "self", "sms_ok": "yes",
        "words_language": "es", "words_version": WORDS_VERSION,
    }  # fmt: skip

    before = len(session.scalars(select(TextingConsent)).all())
    session.commit()
    response = browser.post(f"/patients/{home.leo.id}/phones/{home.phone.id}/texting", data=said)

    assert response.status_code == 422
    assert len(session.scalars(select(TextingConsent)).all()) == before


def test_a_parents_word_covers_texts_to_their_own_phone_only(browser: FlaskClient, home: Home) -> None:
    own = home.town.phone(home.leo, "+15595550188", consent=False)
    home.town.commit()

    pages = {each: browser.get(f"/patients/{home.leo.id}/phones/{each.id}/texting").text for each in (home.phone, own)}

    assert "Marta Molina" in pages[home.phone]
    assert "Marta Molina" not in pages[own]


def test_a_foreign_clinic_sees_nobody_who_speaks(browser: FlaskClient, town: Town) -> None:
    foreign: Patient = town.patient(town.clinic())
    town.commit()

    assert browser.get(f"/patients/{foreign.id}/proxies").status_code == 404


def test_nobody_is_a_parent_beforehand_and_who_it_is_must_be_chosen(browser: FlaskClient, home: Home) -> None:
    home.town.commit()
    path = f"/patients/{home.leo.id}/proxies"

    page = browser.get(path).text
    refused = browser.post(path, data={"name": "Ana", "relation": "", **dict.fromkeys(REACHES_OF_ALL, "see")})

    choices = page.split('name="relation"')[1].split("</select>")[0]
    assert "selected" not in choices
    assert choices.index("Choose who it is") < choices.index("A parent, for a child")
    assert refused.status_code == 422
    assert "Choose who this person is to the patient." in refused.text


@pytest.mark.parametrize(("birth_date", "status"), [("1979-05-05", 422), ("2010-05-05", 303), (None, 303)])
def test_a_parent_speaks_for_a_child_only(
    browser: FlaskClient, home: Home, birth_date: str | None, status: int
) -> None:
    home.leo.birth_date_text = birth_date
    home.town.commit()
    path = f"/patients/{home.leo.id}/proxies"

    page = browser.get(path).text
    answer = browser.post(path, data={"name": "Ana", "relation": "parent", **dict.fromkeys(REACHES_OF_ALL, "see")})

    assert answer.status_code == status
    assert ("This patient is 18 or older" in answer.text) == (status == 422)
    assert ("The birth date is not known. A parent speaks only for a child" in page) == (birth_date is None)
