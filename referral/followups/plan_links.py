"""The address of the patient's own page by text, where other places can be chosen: when it may go, and its words."""

from dataclasses import replace
from datetime import datetime

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.composing import LINK_PLACE, compose_patient_text
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.patients.proxies import hidden_domains_of
from referral.prescriptions.slip import address_for_paper
from referral.referrals.alternatives import alternatives_for, for_the_patient
from referral.referrals.models import Referral
from referral.referrals.to_dos import has_open_to_do
from resources_directory.privacy import hidden_services, sensitive_services

#: Who makes the words: the key under which wiring knows `compose_plan_link`.
COMPOSER = "plan_link"
TEMPLATE = "other_place_link"


def can_choose_on_page(session: ScopedSession, referral: Referral) -> bool:
    """Return True if the patient finds another place on their own page, by a text that they alone read.

    Somebody must have a to-do about the request: who opens nothing is not forgotten.
    """
    patient = session.get_one(Patient, referral.patient_id)
    if not _reads_alone(session, patient) or not has_open_to_do(session, referral):
        return False
    if address_for_paper(session, patient) is None or referral.domain in hidden_domains_of(session, patient.id):
        return False
    told = {referral.service_id}
    if hidden_services(session, told) | sensitive_services(session, told):
        return False  # the page tells it as a private matter, and offers no place for it
    return bool(for_the_patient(session, alternatives_for(session, referral, now=clock.now())))


def compose_plan_link(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the words with the address of the page, or why they do not go; then a person calls."""
    patient = session.get_one(Patient, message.patient_id)
    address = address_for_paper(session, patient)
    if address is None:
        return Suppressed("page_off")
    words = compose_patient_text(session, message, now)
    if isinstance(words, Suppressed):
        return Suppressed(words.reason)
    if not _reads_alone(session, patient):
        return Suppressed("shared_phone")
    return replace(words, body=words.body.replace(LINK_PLACE, address)) if isinstance(words, Composed) else words


def _reads_alone(session: ScopedSession, patient: Patient) -> bool:
    route = texting_route(session, patient)
    return route.phone_number_id is not None and not (route.is_shared or route.held_by_other)
