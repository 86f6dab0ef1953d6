"""What a patient does on the page: each thing once, theirs alone, and with the effects that it has elsewhere."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.outbox.models import Message
from referral.patients.barring import bar_organization
from referral.patients.consent_models import SharingConsent
from referral.patients.consents import ConsentTaken, sharing_consents_of, texting_route
from referral.patients.models import Patient, PhoneNumber
from referral.patients.record_models import PatientCorrection
from referral.patients.states import ConsentMethod
from referral.plan.models import PlanWord, ReferralRating
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral, ReferralMove, Testimony
from referral.referrals.rerouting_models import RerouteAlternative
from referral.todos.models import ToDo, ToDoReason
from resources_directory.models.service import NeedOrigin, ServiceNeed
from tests.access.error_rules import faults_of
from tests.plan.conftest import Home


def to_dos(home: Home, reason: ToDoReason) -> list[ToDo]:
    home.session.rollback()
    return list(home.session.scalars(select(ToDo).where(ToDo.reason == reason)))


def test_stop_sharing_asks_once_and_changes_nothing_before(home: Home) -> None:
    home.open()

    answer = home.press("stop-sharing", about=str(home.organization.id))
    asked = home.client.get(answer.location)

    assert (answer.status_code, asked.status_code) == (303, 200)
    assert "Stop sharing with Open Table?" in asked.text
    assert home.organization.id.hex not in answer.location.replace("-", "")
    assert home.fresh(Referral, home.referral.id).state == "sent"


def test_stop_sharing_withdraws_and_tells_the_organization_to_discard(home: Home) -> None:
    home.open()

    answer = home.press("stop-sharing", about=str(home.organization.id), sure="yes")

    assert answer.status_code == 303
    assert home.fresh(Referral, home.referral.id).state == "withdrawn"
    newest = sharing_consents_of(home.session, home.patient.id)[0]
    assert (newest.given, newest.method, newest.taken_by) == (False, "on_plan_page", None)
    assert "We tell Open Table to delete" in (newest.words or "")
    mails = home.session.scalars(select(Message.template).where(Message.channel == "email")).all()
    assert list(mails) == ["referral_recalled"]
    assert "Stopped on" in home.page()


def test_the_history_says_that_the_patient_stopped_it_on_their_page(home: Home) -> None:
    home.open()

    home.press("stop-sharing", about=str(home.organization.id), sure="yes")

    moves = home.session.scalars(select(ReferralMove.actor_kind).where(ReferralMove.event == "withdraw")).all()
    assert list(moves) == [ActorKind.PLAN_PAGE]


def test_stopping_twice_is_stopping_once(home: Home) -> None:
    home.open()

    for _each in range(2):
        assert home.press("stop-sharing", about=str(home.organization.id), sure="yes").status_code == 303

    assert home.session.scalar(select(func.count(SharingConsent.id))) == 2


@pytest.mark.parametrize("step", ["stop-sharing", "stop-texts"])
def test_going_back_to_the_question_after_it_was_answered_leads_to_the_page(home: Home, step: str) -> None:
    home.open()
    question = home.press(step, about=str(home.organization.id)).location
    home.press(step, about=str(home.organization.id), sure="yes")

    back = home.client.get(question)

    assert (back.status_code, back.location) == (302, "/p/")
    assert home.client.get(question, follow_redirects=True).status_code == 200


def test_sharing_of_another_patient_cannot_be_stopped(home: Home) -> None:
    sister = home.town.patient(home.clinic)
    other = home.town.organization(name="Her Place")
    home.town.sharing_consent(sister, other.id)
    home.town.referral(home.town.need(sister), home.town.service(other))
    home.open()

    home.press("stop-sharing", about=str(other.id), sure="yes")

    assert home.session.scalar(select(func.count(SharingConsent.id)).where(~SharingConsent.given)) == 0


def test_call_me_makes_one_to_do_with_a_due_time(home: Home) -> None:
    home.open()

    for _each in range(2):
        assert home.press("call", form_id=str(uuid4())).status_code == 303

    (asked,) = to_dos(home, ToDoReason.PATIENT_ASKED_FOR_CALL)
    assert asked.due_at > clock.now()
    assert asked.owner_person_id == home.clinic.owner_person_id
    assert "You asked us to call." in home.page()


def test_a_call_that_was_made_can_be_asked_for_again(home: Home) -> None:
    home.open()
    home.press("call", form_id=str(uuid4()))
    (asked,) = to_dos(home, ToDoReason.PATIENT_ASKED_FOR_CALL)
    asked.done_at = clock.now()
    home.town.commit()

    home.press("call", form_id=str(uuid4()))

    assert len(to_dos(home, ToDoReason.PATIENT_ASKED_FOR_CALL)) == 2


def test_stop_texts_asks_once_and_stops_every_text_everywhere(home: Home) -> None:
    elsewhere = home.town.patient(home.town.clinic())
    home.town.phone(elsewhere)
    home.open()

    assert "Stop all texts?" in home.client.get(home.press("stop-texts").location).text
    assert home.fresh(Patient, home.patient.id) is not None
    assert home.press("stop-texts", sure="yes").status_code == 303

    home.session.rollback()
    assert home.session.scalars(select(PhoneNumber.opted_out_at)).one() is not None
    assert texting_route(home.session, home.session.get_one(Patient, elsewhere.id)).why_not == "opted_out"
    assert len(to_dos(home, ToDoReason.PATIENT_STOPPED_TEXTS)) == 2
    assert "No texts are sent to you." in home.page()


def test_stop_texts_reaches_the_phones_of_a_merged_record(home: Home) -> None:
    other = home.town.patient(home.clinic, merged_into_id=home.patient.id)
    home.town.phone(other, "+15595550177")
    home.open()

    home.press("stop-texts", sure="yes")

    home.session.rollback()
    assert None not in home.session.scalars(select(PhoneNumber.opted_out_at)).all()
    assert texting_route(home.session, home.session.get_one(Patient, other.id)).why_not == "opted_out"


def test_what_staff_read_is_not_in_the_patients_language(home: Home) -> None:
    home.patient.written_language = "es"
    home.open()

    home.press("call", form_id=str(uuid4()))
    home.press("stop-sharing", about=str(home.organization.id), sure="yes")

    (task,) = to_dos(home, ToDoReason.PATIENT_ASKED_FOR_CALL)
    assert task.note == "They pressed “Call me” on their own page."
    (move,) = home.session.scalars(select(ReferralMove).where(ReferralMove.event == "withdraw")).all()
    assert move.note == "Sharing with this organization was stopped."
    assert (sharing_consents_of(home.session, home.patient.id)[0].words or "").startswith("Le")


def test_the_language_is_changed_with_history(home: Home) -> None:
    home.open()

    assert home.press("language", language="es").status_code == 303

    assert home.fresh(Patient, home.patient.id).written_language == "es"
    row = home.session.scalars(select(PatientCorrection)).one()
    assert (row.fact, row.old_value, row.new_value, row.by) == ("written_language", "en", "es", None)
    assert '<html lang="es"' in home.page()


def test_an_unknown_language_is_refused(home: Home) -> None:
    home.open()

    assert home.press("language", language="xx").status_code == 422


def test_a_word_chosen_on_the_page_opens_it_from_then_on(home: Home) -> None:
    home.open()

    assert home.press("word", word="blue heron").status_code == 303

    assert home.try_to_open("1984").status_code == 422
    assert home.try_to_open("Blue Heron").status_code == 303


def test_a_word_that_others_guess_is_refused(home: Home) -> None:
    home.open()

    for word in ("abc", "1984", "rosa", "Molína", ""):
        assert home.press("word", word=word).status_code == 422
    assert home.session.scalar(select(func.count(PlanWord.id))) == 0


def test_the_word_is_stored_nowhere(home: Home) -> None:
    home.open()
    home.press("word", word="blueheron")

    row = home.session.scalars(select(PlanWord)).one()

    assert row.word_index is not None
    assert b"heron" not in row.word_index


def test_a_finished_request_is_rated_and_no_outcome_follows(home: Home) -> None:
    home.referral.state, home.referral.closed_at = "completed", clock.now()
    home.open()

    for stars in (2, 4):
        assert home.press("rate", about=str(home.referral.id), stars=stars).status_code == 303

    assert list(home.session.scalars(select(ReferralRating.stars))) == [4]
    assert home.session.scalar(select(func.count(Testimony.id))) == 0
    assert "You said: 4 of 5." in home.page()


def test_what_is_not_finished_is_not_rated(home: Home) -> None:
    home.open()

    assert home.press("rate", about=str(home.referral.id), stars=4).status_code == 404
    assert home.press("rate", about=str(home.referral.id), stars=6).status_code == 422


@pytest.mark.parametrize("about", ["finished", "another", "nothing"])
def test_a_rating_that_cannot_be_kept_says_what_to_press(about: str, home: Home) -> None:
    home.referral.state, home.referral.closed_at = "completed", clock.now()
    home.open()
    ids = {"finished": str(home.referral.id), "another": str(uuid4()), "nothing": ""}

    refused = home.press("rate", about=ids[about], stars=6)

    assert (refused.status_code, faults_of(refused.text)) == (422, [])


def offer(home: Home, *, staff_only: bool = False) -> RerouteAlternative:
    home.referral.state, home.referral.closed_at = "declined", clock.now()
    service = home.town.service(home.town.organization(name="Second Table"), name="More boxes")
    home.session.add(ServiceNeed(service_id=service.id, need="food", origin=NeedOrigin.STATED))
    row = RerouteAlternative(
        clinic_id=home.clinic.id, patient_id=home.patient.id, referral_id=home.referral.id, rank=1,
        service_id=service.id, organization_id=service.organization_id, staff_only=staff_only, offered_at=clock.now(),
    )  # fmt: skip
    row.facts = {}
    home.session.add(row)
    home.session.flush()
    return row


def test_another_place_is_named_and_chosen_and_nothing_is_shared_by_it(home: Home) -> None:
    other = offer(home)
    page = home.open()
    assert "Second Table" in page

    for _each in range(2):
        assert home.press("other-place", about=str(other.id)).status_code == 303

    assert len(to_dos(home, ToDoReason.CHOSE_OTHER_PLACE)) == 1
    assert home.session.scalar(select(func.count(Referral.id))) == 1
    assert home.session.scalar(select(func.count(SharingConsent.id))) == 1
    assert "You chose this place." in home.page()


def test_a_place_for_staff_alone_is_neither_shown_nor_chosen(home: Home) -> None:
    other = offer(home, staff_only=True)
    assert "Second Table" not in home.open()

    assert home.press("other-place", about=str(other.id)).status_code == 404


def test_a_place_barred_on_a_merged_record_is_neither_shown_nor_chosen(home: Home) -> None:
    row = offer(home)
    other = home.town.patient(home.clinic, merged_into_id=home.patient.id)
    taken = ConsentTaken("Never them.", "en", "1", ConsentMethod.IN_PERSON, home.clinician.id)
    bar_organization(home.session, other, row.organization_id, why=None, taken=taken)

    assert "Second Table" not in home.open()
    assert home.press("other-place", about=str(row.id)).status_code == 404


def test_what_the_patient_did_and_saw_is_in_the_audit(home: Home) -> None:
    home.open()
    home.press("call", form_id=str(uuid4()))

    kinds = set(home.session.scalars(select(AuditEvent.kind).where(AuditEvent.actor == "plan page")))

    assert {AuditKind.LINK_OPENED, AuditKind.READ} <= kinds


def test_a_form_of_another_site_is_refused_on_the_page(home: Home) -> None:
    home.open()
    home.client.application.config["WTF_CSRF_ENABLED"] = True

    assert home.press("call", form_id=str(uuid4())).status_code == 400
    assert to_dos(home, ToDoReason.PATIENT_ASKED_FOR_CALL) == []
