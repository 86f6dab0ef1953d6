"""E-mails to organizations: they name no patient and no need, carry the link, and stop when the referral moves."""

import pytest
from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from referral.referrals.actions import accept, cancel, move
from referral.referrals.actors import ActorKind
from referral.referrals.mails import compose_organization_mail
from referral.referrals.notices import ACCEPTED, FRESH, NEW, RECALLED, REMINDER, SECOND_CONTACT, queue_mail
from referral.referrals.states import ReferralEvent, ReferralState
from resources_directory.db import new_id
from resources_directory.models.organization import Contact, Organization
from tests.referrals.conftest import Place


def sent(session: ScopedSession, place: Place):
    referral = place.referral(ReferralState.HELD)
    move(session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    return referral


def mail(session: ScopedSession, template: str) -> Message:
    return session.scalars(select(Message).where(Message.template == template)).one()


def test_the_first_mail_names_nobody_and_no_need(session: ScopedSession, place: Place):
    sent(session, place)

    words = compose_organization_mail(session, mail(session, NEW), clock.now())

    assert isinstance(words, Composed)
    whole = f"{words.subject}\n{words.body}".casefold()
    assert not any(
        secret in whole for secret in ("rosa", "molina", "food", "93702", "559-555-0123", "green table boxes")
    )
    assert words.to == "desk@greentable.example"


def test_the_first_mail_carries_the_link_and_the_clinic(session: ScopedSession, place: Place):
    sent(session, place)

    words = compose_organization_mail(session, mail(session, NEW), clock.now())

    assert "http://localhost/answer/" in words.body
    assert "Hazel Grove Clinic" in words.body


@pytest.mark.parametrize("template", [NEW, REMINDER, SECOND_CONTACT])
def test_what_asks_for_an_answer_stops_when_it_was_answered(session: ScopedSession, place: Place, template):
    referral = sent(session, place)
    queue_mail(session, referral, template)
    accept(session, referral, place.actors[ActorKind.LINK])

    words = compose_organization_mail(session, mail(session, template), clock.now())

    assert words == Suppressed("moved", needs_person=False)
    assert mail(session, template).state == "canceled"


def test_after_acceptance_the_fresh_link_goes_out(session: ScopedSession, place: Place):
    referral = sent(session, place)
    accept(session, referral, place.actors[ActorKind.LINK])

    words = compose_organization_mail(session, mail(session, ACCEPTED), clock.now())

    assert "http://localhost/answer/" in words.body


def test_a_fresh_link_for_an_old_one_tells_nothing_but_the_link(session: ScopedSession, place: Place):
    referral = sent(session, place)
    queue_mail(session, referral, FRESH, once=new_id())

    words = compose_organization_mail(session, mail(session, FRESH), clock.now())

    assert isinstance(words, Composed)
    assert (words.to, "http://localhost/answer/" in words.body) == ("desk@greentable.example", True)
    assert not any(secret in words.body.casefold() for secret in ("rosa", "molina", "food", "93702", "boxes"))


def test_a_recall_says_to_stop_and_has_no_link(session: ScopedSession, place: Place):
    referral = sent(session, place)
    cancel(session, referral, place.actors[ActorKind.MEMBERSHIP])

    words = compose_organization_mail(session, mail(session, RECALLED), clock.now())

    assert "delete or shred" in words.body
    assert "/answer/" not in words.body


def test_the_second_contact_is_another_person_where_there_is_one(session: ScopedSession, place: Place):
    session.add(Contact(service_id=place.service.id, email="director@greentable.example"))
    referral = sent(session, place)
    queue_mail(session, referral, SECOND_CONTACT, contact=2)

    words = compose_organization_mail(session, mail(session, SECOND_CONTACT), clock.now())

    assert words.to != "desk@greentable.example"


def test_a_person_with_an_account_reads_it_in_their_language(session: ScopedSession, place: Place):
    place.organization.email = None
    place.staff.language, place.staff.password_hash = "es", "set"
    sent(session, place)

    words = compose_organization_mail(session, mail(session, NEW), clock.now())

    assert (words.to, words.language) == (place.staff.email, "es")


def test_without_any_address_a_person_is_told(session: ScopedSession, place: Place):
    sent(session, place)
    place.organization.email = None
    session.get_one(Organization, place.service.organization_id).email = None
    session.flush()

    words = compose_organization_mail(session, mail(session, NEW), clock.now())

    assert words == Suppressed("no_address")
