"""Rules of doing no harm that no single page keeps: each from the first step to the last, as those around see it."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.accounts.models import LinkPurpose, SignedLink
from referral.followups.models import Question
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.transaction import Database
from referral.messaging.composing import compose_patient_text
from referral.navigation.queries import Wanted, count_views
from referral.navigation.states import ToDoView
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel
from referral.patients.models import PatientPhone
from referral.patients.states import PrivacyLevel
from referral.plan.models import ReferralRating
from referral.prescriptions.actions import Signer, sign_prescription
from referral.referrals import testimonies
from referral.referrals.models import Referral
from referral.referrals.states import Mode, NotCompletedReason, Outcome, ReferralState, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony
from referral.tasks import story_tasks
from referral.todos.models import ToDo, ToDoReason
from resources_directory.models.service import Service
from tests.prescriptions.conftest import MakeOrder, answers, page_of
from tests.prescriptions.conftest import order as order
from tests.prescriptions.conftest import signer as signer
from tests.referrals.conftest import Place

SAFETY = "interpersonal_safety"


@pytest.fixture
def shelter(place: Place) -> Place:
    """The need is safety, and the service is confidential, although an address of it is on file."""
    place.need.domain = SAFETY
    place.service.is_confidential = True
    place.town.commit()
    return place


def days_go_by(app: Flask, database: Database, days: int) -> None:
    """Let the worker do on each day whatever is due."""
    for _day in range(days):
        clock.set_offset(clock.now() - clock.wall() + timedelta(days=1))
        for task in story_tasks(app):
            task.run(database)


def called_together(shelter: Place, order: MakeOrder, signer: Signer) -> Referral:
    sign_prescription(shelter.town.session, order(mode=Mode.PHONE_HAND_OVER), by=signer)
    referral = shelter.town.session.scalars(select(Referral)).one()
    shelter.town.commit()
    return referral


def test_a_confidential_service_gets_no_mail_no_link_and_no_question_whatever_happens(
    app: Flask, database: Database, shelter: Place, order: MakeOrder, signer: Signer
) -> None:
    session, referral_id = shelter.town.session, called_together(shelter, order, signer).id
    shelter.town.commit()

    days_go_by(app, database, 15)

    session.expire_all()
    assert session.get_one(Referral, referral_id).state == ReferralState.IN_PROGRESS
    assert session.scalars(select(Message).where(Message.subject_id == referral_id)).all() == []
    assert session.scalars(select(Message).where(Message.channel == Channel.EMAIL)).all() == []
    assert session.scalars(select(SignedLink).where(SignedLink.purpose == LinkPurpose.REFERRAL_ANSWER)).all() == []
    assert [row.phone_number_id for row in session.scalars(select(Question))] == [None], "nobody texts her about it"


def test_the_survivor_alone_reports(shelter: Place, order: MakeOrder, signer: Signer) -> None:
    session, referral = shelter.town.session, called_together(shelter, order, signer)
    referral.state = ReferralState.IN_PROGRESS
    by_phone = {"channel": TestimonyChannel.PHONE, "taken_by": shelter.navigator.id}

    with pytest.raises(InvalidInput, match="only the patient says what happened"):
        testimonies.testify(session, referral, GivenTestimony(Side.ORGANIZATION, Outcome.RECEIVED, **by_phone))
    testimonies.testify(session, referral, GivenTestimony(Side.PATIENT, Outcome.RECEIVED, **by_phone))

    assert referral.state == ReferralState.COMPLETED


@pytest.mark.parametrize("sms_ok", ["unknown", "no"])
def test_calls_made_because_nobody_may_text_are_counted_by_language(
    app: Flask, database: Database, place: Place, sms_ok: str
) -> None:
    session = place.town.session
    referral = place.referral(ReferralState.ACCEPTED)
    session.query(PatientPhone).update({"sms_ok": sms_ok})
    session.add(
        Question(
            clinic_id=place.clinic.id,
            patient_id=place.patient.id,
            referral_id=referral.id,
            state="scheduled",
            kind="check_outcome_d10",
            options=["1", "2", "3", "9"],
            due_at=clock.now(),
            created_at=clock.now(),
        )
    )
    place.town.commit()

    days_go_by(app, database, 1)

    def calls(language: str) -> int:
        wanted = Wanted(reason=ToDoReason.CALL_INSTEAD_OF_TEXT, language=language)
        return count_views(session, place.clinic.id, person_id=place.navigator.id, wanted=wanted)[ToDoView.ALL]

    assert session.scalars(select(Message).where(Message.channel == Channel.SMS)).all() == []
    assert (calls("es"), calls("vi")) == (1, 0)


@pytest.mark.parametrize(
    ("level", "sender"), [(PrivacyLevel.STANDARD, "Hazel: "), (PrivacyLevel.NEUTRAL, "Su solicitud: ")]
)
def test_each_level_of_privacy_has_its_sender(
    place: Place, monkeypatch: pytest.MonkeyPatch, level: PrivacyLevel, sender: str
) -> None:
    monkeypatch.setattr("referral.messaging.composing.next_texting_moment", lambda now, _zone: now)
    place.clinic.texting_name = "Hazel"

    words = _composed(place, level)

    assert isinstance(words, Composed)
    assert words.body.startswith(sender)


@pytest.mark.parametrize(
    ("language", "sender"),
    [
        ("en", "Your request: "),
        ("es-MX", "Su solicitud: "),  # a country of its own changes nothing about who must not be named
        ("zh-Hans", "您的申请："),
        ("vi", "Yêu cầu của quý vị: "),
        ("ar", "من خدمة الطلبات: "),
        ("ht", "Demann ou: "),
        ("ru", "Ваша заявка: "),
        ("ko", "요청 안내: "),
    ],
)
def test_a_neutral_text_names_no_clinic_in_any_language(
    place: Place, monkeypatch: pytest.MonkeyPatch, language: str, sender: str
) -> None:
    monkeypatch.setattr("referral.messaging.composing.next_texting_moment", lambda now, _zone: now)
    place.clinic.texting_name = "Hazel"
    place.patient.written_language = language

    words = _composed(place, PrivacyLevel.NEUTRAL)

    assert isinstance(words, Composed)
    assert words.body.startswith(sender)
    assert "Hazel" not in words.body


@pytest.mark.parametrize("language", ["es", "zh-Hans", "vi", "ar", "ht", "ru", "ko", "so"])
def test_a_text_that_nobody_qualified_has_reviewed_reaches_no_real_phone(
    place: Place, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr("referral.messaging.composing.is_demo", lambda _session: False)
    place.patient.written_language = language

    assert _composed(place, PrivacyLevel.STANDARD) == Suppressed("no_reviewed_words")


def test_who_wants_no_texts_gets_none(place: Place) -> None:
    assert _composed(place, PrivacyLevel.NONE) == Suppressed("privacy_level")


def _composed(place: Place, level: PrivacyLevel) -> object:
    session = place.town.session
    place.patient.privacy_level = level
    phone = session.scalars(select(PatientPhone)).one()
    message_id = queue_message(
        session,
        NewMessage(
            channel=Channel.SMS,
            composer="patient_text",
            template="chw_will_call",
            clinic_id=place.clinic.id,
            patient_id=place.patient.id,
            phone_number_id=phone.phone_number_id,
            subject_kind="patient",
            subject_id=place.patient.id,
            dedupe_key="test",
        ),
    )
    return compose_patient_text(session, session.get_one(Message, message_id), clock.now())


def test_one_bad_report_suspends_no_listing_and_moves_it_nowhere(nurse: FlaskClient, place: Place) -> None:
    session = place.town.session
    answers(place, place.service)
    answers(place, place.town.service(place.town.organization(name="Other"), name="Zinnia Pantry"))
    said = place.referral(ReferralState.ACCEPTED)
    bad = GivenTestimony(
        Side.PATIENT,
        Outcome.NOT_RECEIVED,
        TestimonyChannel.PHONE,
        reason=NotCompletedReason.OTHER,
        taken_by=place.navigator.id,
        note="They sent me away",
    )
    testimonies.testify(session, said, bad)
    own = {"clinic_id": place.clinic.id, "patient_id": place.patient.id, "referral_id": said.id}
    session.add(ReferralRating(stars=1, at=clock.now(), **own))
    place.town.commit()

    page = nurse.get(page_of(place)).text

    session.expire_all()
    service = session.get_one(Service, place.service.id)
    assert (service.status, service.retired_at) == ("active", None)
    assert page.index("Green Table Boxes") < page.index("Zinnia Pantry")
    assert session.scalars(select(ToDo).where(ToDo.reason == ToDoReason.ORGANIZATION_DECLINED)).all() == []
