"""An organization that has a phone and no e-mail: it is asked by phone, told what was agreed, and written down so."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit import clock
from referral.outbox.models import Message
from referral.patients.consent_models import Disclosure
from referral.prescriptions.actions import Signer, sign_prescription
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.notices import ACCEPTED, NEW, REMINDER, SECOND_CONTACT, queue_mail
from referral.referrals.states import ReferralEvent, ReferralState
from resources_directory.models.organization import Organization, Phone
from tests.prescriptions.conftest import MakeOrder, filled, page_of
from tests.referrals.conftest import Place


@pytest.fixture
def called(offered: Place) -> Place:
    """The organization has a phone, and no address anywhere."""
    session = offered.town.session
    offered.organization.email = None
    session.get_one(Organization, offered.service.organization_id).email = None
    session.add(Phone(organization_id=offered.service.organization_id, number="559-555-0177"))
    offered.town.commit()
    return offered


@pytest.fixture
def asked(called: Place, order: MakeOrder, signer: Signer) -> Referral:
    """It was asked."""
    sign_prescription(called.town.session, order(), by=signer)
    referral = called.town.session.scalars(select(Referral)).one()
    move(called.town.session, referral, ReferralEvent.SEND, called.actors[ActorKind.CLOCK])
    called.town.commit()
    return referral


def test_it_can_be_asked_and_the_page_says_how(called: Place, nurse: FlaskClient):
    assert "No e-mail address is known: we call them, and write down what they say." in nurse.get(page_of(called)).text

    status = nurse.post(page_of(called), data=filled(called)).status_code

    referral = called.town.session.scalars(select(Referral)).one()
    assert (status, referral.mode) == (303, "sent")


def test_a_confidential_service_is_still_only_called_with_the_patient(called: Place, nurse: FlaskClient):
    called.service.is_confidential = True
    called.town.commit()

    answer = nurse.post(page_of(called), data=filled(called))

    assert answer.status_code == 422
    assert "This service is confidential" in answer.text


def test_nothing_counts_as_told_before_somebody_has_called(called: Place, asked: Referral):
    assert called.town.session.scalars(select(Disclosure)).all() == []


def test_it_is_called_once_and_not_again_for_each_reminder(called: Place, asked: Referral):
    session = called.town.session
    for template in (REMINDER, SECOND_CONTACT, ACCEPTED):
        queue_mail(session, asked, template)

    queued = select(Message.template).where(Message.composer == "organization_mail")
    assert session.scalars(queued).all() == [NEW]


def test_who_took_it_on_the_phone_was_told_what_was_agreed(called: Place, asked: Referral, nurse: FlaskClient):
    where = f"/referrals/{asked.id}/answer"
    page = nurse.get(where).text
    assert "What they may know" in page
    assert "Rosa Molina" in page

    nurse.post(where, data={"speaker": "Gus", "version": str(asked.version), "answer": "accept"})

    told = called.town.session.scalars(select(Disclosure)).one()
    assert (told.channel, told.recipient) == ("phone", "Gus")
    assert set(told.fields) == {"need", "name", "phone"}
    assert told.at <= clock.now()


def test_who_declines_on_the_phone_was_told_nothing_of_the_person(called: Place, asked: Referral, nurse: FlaskClient):
    data = {"speaker": "Gus", "version": str(asked.version), "answer": "decline", "reason": "no_capacity"}
    nurse.post(f"/referrals/{asked.id}/answer", data=data)

    called.town.session.refresh(asked)
    assert asked.state == ReferralState.DECLINED
    assert [row.fields for row in called.town.session.scalars(select(Disclosure))] == [["need"]]


def test_who_has_an_address_reads_for_themselves(place: Place, nurse: FlaskClient):
    referral = place.referral()
    place.town.commit()

    assert "What they may know" not in nurse.get(f"/referrals/{referral.id}/answer").text
