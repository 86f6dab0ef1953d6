"""Two records that are one person: linked, shown together, taken apart exactly."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.roles import Role
from referral.followups.models import Question
from referral.followups.planning import ask
from referral.followups.states import QuestionKind, QuestionState
from referral.kit import clock
from referral.kit.errors import InvalidInput, NotFound
from referral.kit.scope import ScopedSession
from referral.messaging.composing import compose_patient_text
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel
from referral.patients.actions import PatientFacts, PhoneFacts, add_phone, register_patient
from referral.patients.barring import bar_organization, bar_person
from referral.patients.consents import ConsentTaken, sharing_consents_of, texting_route
from referral.patients.deaths import Death, mark_deceased
from referral.patients.keeping_private import keep_private
from referral.patients.merging import merge_records, merges_of, undo_merge
from referral.patients.models import Patient
from referral.patients.moving import offer_move
from referral.patients.proxies import NewProxy, record_proxy
from referral.patients.queries import (
    Search,
    all_patients,
    find_patients,
    likely_duplicates,
    may_be_contacted,
    records_of_person,
)
from referral.patients.record_models import PatientMerge
from referral.patients.states import ConsentMethod, PrivacyLevel, ProxyRelation, Reach
from referral.records.holds import place_hold
from referral.referrals.models import ReferralMove
from referral.screening.models import Need
from referral.todos.models import ToDo, ToDoReason
from resources_directory.models.organization import Organization
from resources_directory.needs import NeedDomain
from tests.factories import Town


class Pair:
    """Two records of a clinic that are one person, and who merges them."""

    def __init__(self, town: Town, clinic: Member) -> None:
        self.town, self.clinic, self.session = town, clinic, town.session
        self.nurse = town.person(clinic, Role.NAVIGATOR, "Nina Nurse")
        self.kept = self._patient("Rosa", "A-1")
        self.merged = self._patient("Rosalía", "B-2")

    def _patient(self, given: str, number: str) -> Patient:
        facts = PatientFacts(
            given_name=given,
            family_name="Molina",
            birth_date=date(1980, 2, 3),
            record_number=number,
            written_language="es",
            spoken_language="es",
        )
        return register_patient(self.session, facts, clinic_id=self.clinic.id, by=self.nurse.id)

    def merge(self) -> PatientMerge:
        return merge_records(self.session, self.kept.id, self.merged.id, why="Same phone.", by=self.nurse.id)

    def find(self, **search: str) -> list[UUID]:
        if not search:
            found, total = all_patients(self.session, clinic_id=self.clinic.id)
        else:
            found, total = find_patients(self.session, Search(**search), clinic_id=self.clinic.id)
        assert total == len(found)
        return [patient.id for patient in found]


@pytest.fixture
def pair(town: Town, clinic: Member) -> Pair:
    return Pair(town, clinic)


@pytest.fixture(autouse=True)
def midday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts may go at any hour here: quiet hours have their own tests."""
    monkeypatch.setattr("referral.messaging.composing.next_texting_moment", lambda now, _zone: now)


def test_a_merged_record_vanishes_from_lists_search_and_likely_duplicates(pair: Pair) -> None:
    pair.merge()

    assert pair.find() == [pair.kept.id]
    assert pair.find(words="molina") == [pair.kept.id]
    alike = likely_duplicates(pair.session, Search(words="Rosalía Molina"), clinic_id=pair.clinic.id)
    assert [patient.id for patient in alike] == [pair.kept.id]


def test_what_fits_the_merged_record_finds_the_kept_one(pair: Pair) -> None:
    pair.merge()

    assert pair.find(record_number="b-2") == [pair.kept.id]
    assert pair.find(words="rosalia") == [pair.kept.id]


def test_unmerge_restores_exactly(pair: Pair) -> None:
    need = pair.town.need(pair.merged)
    before = (pair.merged.given_name, pair.merged.record_number, need.patient_id)
    merge = pair.merge()

    undo_merge(pair.session, merge, by=pair.nurse.id)

    assert (pair.merged.given_name, pair.merged.record_number, need.patient_id) == before
    assert set(pair.find(words="molina")) == {pair.kept.id, pair.merged.id}
    assert pair.find(record_number="B-2") == [pair.merged.id]
    assert (may_be_contacted(pair.merged), records_of_person(pair.session, pair.kept.id)) == (True, [pair.kept.id])
    told = merges_of(pair.session, pair.kept.id)[0]
    assert (told.why, told.by, told.undone_by) == ("Same phone.", "Nina Nurse", "Nina Nurse")


def test_unmerged_twice_and_merged_twice_by_one_form_is_once(pair: Pair) -> None:
    form_id = uuid4()
    who = {"why": None, "by": pair.nurse.id, "merge_id": form_id}
    merge = merge_records(pair.session, pair.kept.id, pair.merged.id, **who)

    again = merge_records(pair.session, pair.kept.id, pair.merged.id, **who)
    undo_merge(pair.session, merge, by=pair.nurse.id)
    undone_at = merge.undone_at
    undo_merge(pair.session, merge, by=pair.nurse.id)

    assert again is merge
    assert merge.undone_at == undone_at


def test_unmerged_from_somebody_who_died_the_other_is_called(pair: Pair) -> None:
    merge = pair.merge()
    mark_deceased(pair.session, pair.kept, Death(), by=pair.nurse.id, by_name="Nina Nurse")

    undo_merge(pair.session, merge, by=pair.nurse.id)

    assert may_be_contacted(pair.merged)
    to_dos = pair.session.scalars(select(ToDo).where(ToDo.done_at.is_(None))).all()
    assert [each.patient_id for each in to_dos] == [pair.merged.id]


def test_wishes_of_the_merged_record_are_shown_and_can_be_ended(browser: FlaskClient, pair: Pair) -> None:
    carla = pair.town.person(pair.clinic, Role.CLINICIAN, "Carla")
    bar = bar_person(pair.session, pair.merged, carla.id, why=None, by=pair.nurse.id)
    reach = {NeedDomain.FOOD: Reach.CONSENT}
    proxy = record_proxy(pair.session, pair.merged, NewProxy("Ana", ProxyRelation.CAREGIVER, reach), by=pair.nurse.id)
    keep_private(pair.session, pair.merged, [NeedDomain.HOUSING], by=pair.nurse.id)
    pair.merge()
    pair.town.commit()
    home = f"/patients/{pair.kept.id}"

    assert "The patient keeps to themselves: Housing" in browser.get(home).text
    assert browser.post(f"{home}/bars/{bar.id}/lift").status_code == 303
    assert browser.post(f"{home}/proxies/{proxy.id}/end").status_code == 303
    pair.session.expire_all()
    assert None not in (bar.lifted_at, proxy.ended_at)


def test_after_an_unmerge_the_two_can_be_merged_again(pair: Pair) -> None:
    undo_merge(pair.session, pair.merge(), by=pair.nurse.id)

    pair.merge()

    assert pair.find() == [pair.kept.id]


def test_a_record_that_is_offered_to_a_clinic_is_not_merged_away(pair: Pair) -> None:
    taken = ConsentTaken("May we?", "en", "1", ConsentMethod.IN_PERSON, pair.nurse.id)
    offer_move(pair.session, pair.merged, pair.town.clinic().id, taken=taken, note=None)

    with pytest.raises(InvalidInput, match="Take that offer back first"):
        pair.merge()


def test_whom_one_record_barred_has_nothing_to_do_for_the_other(pair: Pair) -> None:
    pair.clinic.owner_person_id = pair.nurse.id
    carla = pair.town.person(pair.clinic, Role.CLINICIAN, "Carla")
    to_do = ToDo(
        clinic_id=pair.clinic.id, patient_id=pair.merged.id, reason=ToDoReason.NO_REPLY, owner_person_id=carla.id,
        subject_kind="patient", subject_id=pair.merged.id, dedupe_key="test", due_at=clock.now(),
        created_at=clock.now(),
    )  # fmt: skip
    pair.session.add(to_do)
    bar_person(pair.session, pair.kept, carla.id, why=None, by=pair.nurse.id)

    pair.merge()

    assert to_do.owner_person_id not in (None, carla.id)


def _bar(pair: Pair, patient: Patient, organization: Organization) -> None:
    taken = ConsentTaken("Never them.", "en", "1", ConsentMethod.IN_PERSON, pair.nurse.id)
    bar_organization(pair.session, patient, organization.id, why=None, taken=taken)


@pytest.mark.parametrize(("bars", "shares"), [("kept", "merged"), ("merged", "kept")])
def test_sharing_with_an_organization_that_one_record_barred_ends_for_the_other(
    pair: Pair, bars: str, shares: str
) -> None:
    barring, sharing = getattr(pair, bars), getattr(pair, shares)
    organization = pair.town.organization()
    desk = pair.town.member(name="Desk", listing_id=organization.id, email="desk@pantry.example")
    consent = pair.town.sharing_consent(sharing, organization.id)
    referral = pair.town.referral(
        pair.town.need(sharing), pair.town.service(organization), receiver_id=desk.id, sharing_consent_id=consent.id
    )
    _bar(pair, barring, organization)

    pair.merge()

    (newest,) = sharing_consents_of(pair.session, sharing.id)
    assert (newest.given, newest.taken_by) == (False, pair.nurse.id)
    assert referral.state == "cancelled"
    mails = pair.session.scalars(select(Message.template).where(Message.channel == "email")).all()
    assert mails == ["referral_recalled"], "they are told to discard it"


def test_a_merge_ends_sharing_with_nobody_else_and_says_so_in_the_history(pair: Pair) -> None:
    barred, welcome = pair.town.organization(), pair.town.organization()
    _bar(pair, pair.kept, barred)
    for organization in (barred, welcome):
        pair.town.sharing_consent(pair.merged, organization.id)
    referral = pair.town.referral(pair.town.need(pair.merged), pair.town.service(barred))

    pair.merge()

    given = {each.organization_id: each.given for each in sharing_consents_of(pair.session, pair.merged.id)}
    assert given == {barred.id: False, welcome.id: True}
    move = pair.session.scalars(select(ReferralMove).where(ReferralMove.referral_id == referral.id)).one()
    assert (move.event, move.person_id) == ("cancel", pair.nurse.id)


def test_records_of_two_clinics_are_never_merged(pair: Pair) -> None:
    foreign = pair.town.patient(pair.town.clinic())

    with pytest.raises(NotFound):
        merge_records(pair.session, pair.kept.id, foreign.id, why=None, by=pair.nurse.id)


def test_an_erased_record_is_never_merged(pair: Pair) -> None:
    pair.merged.erased_at = clock.now()
    pair.session.flush()

    with pytest.raises(NotFound):
        pair.merge()


@pytest.mark.parametrize("held", ["kept", "merged"])
def test_a_held_record_is_never_merged(pair: Pair, held: str) -> None:
    place_hold(pair.session, getattr(pair, held).id, reason="A court asked.", by=pair.nurse.id)

    with pytest.raises(InvalidInput, match="legal hold"):
        pair.merge()


def test_merges_never_make_a_chain_or_a_circle(pair: Pair) -> None:
    third = pair.town.patient(pair.clinic)
    pair.merge()

    for kept, merged in ((third, pair.kept), (third, pair.merged), (pair.merged, third), (pair.merged, pair.kept)):
        with pytest.raises(InvalidInput, match="merged with another"):
            merge_records(pair.session, kept.id, merged.id, why=None, by=pair.nurse.id)


def test_a_safety_concern_is_never_copied_across(pair: Pair) -> None:
    need = pair.town.need(pair.merged, NeedDomain.INTERPERSONAL_SAFETY)
    merge = pair.merge()

    found = pair.session.scalars(select(Need).where(Need.domain == NeedDomain.INTERPERSONAL_SAFETY)).all()
    undo_merge(pair.session, merge, by=pair.nurse.id)

    assert [each.id for each in found] == [need.id]
    assert need.patient_id == pair.merged.id
    assert pair.session.scalars(select(Need).where(Need.patient_id == pair.kept.id)).all() == []


def test_texts_and_questions_under_way_go_on(pair: Pair) -> None:
    referral = pair.town.referral(pair.town.need(pair.merged), pair.town.service())
    question = ask(pair.session, referral, QuestionKind.CHECK_OUTCOME, clock.now() + timedelta(days=3))
    phone = pair.town.phone(pair.merged)

    pair.merge()

    assert pair.session.get_one(Question, question.id).state == QuestionState.SCHEDULED
    assert texting_route(pair.session, pair.merged).phone_number_id == phone.phone_number_id
    assert isinstance(_compose(pair, phone.phone_number_id), Composed)


def test_the_wishes_of_the_kept_record_count_for_texts_of_the_merged_one(pair: Pair) -> None:
    phone = pair.town.phone(pair.merged)
    pair.kept.privacy_level = PrivacyLevel.NONE
    pair.merge()

    answer = _compose(pair, phone.phone_number_id)

    assert isinstance(answer, Suppressed)
    assert answer.reason == "privacy_level"


def _compose(pair: Pair, phone_number_id: UUID) -> object:
    message_id = queue_message(
        pair.session,
        NewMessage(
            channel=Channel.SMS,
            composer="patient_text",
            template="chw_will_call",
            clinic_id=pair.clinic.id,
            patient_id=pair.merged.id,
            phone_number_id=phone_number_id,
            subject_kind="patient",
            subject_id=pair.merged.id,
            dedupe_key=f"test:{uuid4()}",
        ),
    )
    return compose_patient_text(pair.session, pair.session.get_one(Message, message_id), clock.now())


# Through the pages.


def merge_by_page(browser: FlaskClient, pair: Pair) -> str:
    address = f"/patients/{pair.kept.id}/merge/{pair.merged.id}"
    pair.town.commit()
    assert browser.post(address, data={"why": "Same phone.", "form_id": str(uuid4())}).status_code == 303
    return f"/patients/{pair.kept.id}"


def test_the_pages_lead_from_likely_records_to_both_side_by_side(browser: FlaskClient, pair: Pair) -> None:
    pair.town.commit()

    candidates = browser.get(f"/patients/{pair.kept.id}/merge").text
    searched = browser.post(f"/patients/{pair.kept.id}/merge", data={"record_number": "B-2"}).text
    compared = browser.get(f"/patients/{pair.kept.id}/merge/{pair.merged.id}").text

    for page in (candidates, searched):
        assert f"/patients/{pair.kept.id}/merge/{pair.merged.id}" in page
    assert "Rosalía" in compared
    assert "A-1" in compared
    assert "Not the same" in compared


def test_what_only_one_record_has_is_no_difference(pair: Pair, browser: FlaskClient) -> None:
    pair.merged.given_name, pair.merged.record_number = pair.kept.given_name, None
    pair.town.commit()

    compared = browser.get(f"/patients/{pair.kept.id}/merge/{pair.merged.id}").text

    assert "A-1" in compared
    assert "Not the same" not in compared


def test_the_kept_page_shows_both_and_says_which_record(browser: FlaskClient, pair: Pair) -> None:
    organization = pair.town.organization(name="Pantry of the East")
    pair.town.sharing_consent(pair.merged, organization.id)
    pair.town.need(pair.merged, "transportation")
    add_phone(pair.session, pair.merged, PhoneFacts("+15595550199"), by=None)

    page = browser.get(merge_by_page(browser, pair)).text

    part = page.split("From the record that was merged into this one")[1]
    for word in ("Rosalía Molina", "Transportation", "Pantry of the East", "(559) 555-0199", "of the merged record"):
        assert word in part, word


def test_the_address_of_the_merged_record_leads_to_the_kept_one(browser: FlaskClient, pair: Pair) -> None:
    kept = merge_by_page(browser, pair)

    for address in (f"/patients/{pair.merged.id}", f"/patients/{pair.merged.id}/edit"):
        response = browser.get(address)
        assert (response.status_code, response.headers["Location"]) == (303, kept)


def test_taking_apart_is_asked_first_and_then_done(browser: FlaskClient, session: ScopedSession, pair: Pair) -> None:
    merge_by_page(browser, pair)
    merge_id = session.scalars(select(PatientMerge.id)).one()
    session.commit()
    address = f"/patients/{pair.kept.id}/merges/{merge_id}/undo"

    asked = browser.get(address).text
    done = browser.post(address)

    assert "Rosalía Molina" in asked
    assert done.status_code == 303
    assert browser.get(f"/patients/{pair.merged.id}").status_code == 200


def test_a_merge_that_cannot_be_is_told_with_what_to_do(browser: FlaskClient, pair: Pair) -> None:
    place_hold(pair.session, pair.merged.id, reason="A court asked.", by=pair.nurse.id)
    pair.town.commit()

    response = browser.post(f"/patients/{pair.kept.id}/merge/{pair.merged.id}", data={"why": "KEEP-THIS"})

    assert response.status_code == 422
    assert "legal hold" in response.text
