"""After a recall the page still says who was told what, and that the clinic took the request back."""

import pytest

from referral.kit import clock
from referral.patients.consent_models import SharingConsent
from referral.patients.disclosures import MAILED, record_disclosure
from referral.patients.states import SharedField
from referral.referrals.actions import mark_error
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.states import Mode, ReferralState
from resources_directory.needs import NeedDomain
from tests.plan.conftest import Home, refused

BY_MISTAKE = "Your clinic sent this by mistake and took it back."


def recall(home: Home, *, shown: tuple[SharedField, ...] = (SharedField.NAME, SharedField.PHONE)) -> None:
    """The organization has seen some fields; then the clinic recalls the request by its real action."""
    session, row = home.session, home.referral
    row.sent_at = clock.now()
    consent = session.get_one(SharingConsent, row.sharing_consent_id)
    about = {"referral_id": row.id, "receiver_id": home.desk.id, "channel": MAILED, "recipient": "Open Table"}
    record_disclosure(session, consent, fields=shown, **about)
    mark_error(session, row, Actor(ActorKind.MEMBERSHIP, home.clinician.id, "Carla"))


def test_a_recall_keeps_who_was_told_what_and_says_that_it_was_told_to_delete_it(home: Home) -> None:
    recall(home)

    for page in (home.open(), home.client.get("/p/file").text):
        assert BY_MISTAKE in page
        assert "Open Table" in page
        assert "We told them to delete what they know." in page
        assert "They had been told: name, phone." in page
        assert "no local group that knows anything" not in page
    assert "Stop sharing" not in home.page()


def test_what_was_recalled_before_it_left_is_told_nowhere(home: Home) -> None:
    home.referral.state, home.referral.sent_at = ReferralState.HELD, None
    mark_error(home.session, home.referral, Actor(ActorKind.MEMBERSHIP, home.clinician.id, "Carla"))

    page = home.open()

    assert BY_MISTAKE not in page
    assert "Food boxes" not in page


def test_a_recall_of_what_the_patient_did_alone_is_told_nowhere(home: Home) -> None:
    home.referral.mode, home.referral.state = Mode.SELF_DIRECTED, ReferralState.IN_PROGRESS
    mark_error(home.session, home.referral, Actor(ActorKind.MEMBERSHIP, home.clinician.id, "Carla"))

    assert BY_MISTAKE not in home.open()


@pytest.mark.parametrize("domain", [NeedDomain.LEGAL_IMMIGRATION, NeedDomain.INTERPERSONAL_SAFETY])
def test_a_recall_for_a_sensitive_need_is_told_nowhere(home: Home, domain: NeedDomain) -> None:
    row = home.request_for(domain, "Quiet Help", state=ReferralState.ENTERED_IN_ERROR, sent_at=clock.now())
    home.session.get_one(type(home.need), row.need_id).status = "met"
    home.town.sharing_consent(home.patient, row.organization_id)

    for page in (home.open(), home.client.get("/p/file").text):
        assert "Quiet Help" not in page
        assert BY_MISTAKE not in page


def test_another_request_keeps_what_they_know_for_it(home: Home) -> None:
    recall(home)
    other = home.town.service(name="Evening meals", organization=home.organization)
    facts = {"service_name": "Evening meals", "organization_name": "Open Table"}
    home.town.referral(home.town.need(home.patient, "social_connection"), other, service_facts=facts)

    page = home.open()

    assert BY_MISTAKE in page
    assert "It is for: Evening meals." in page
    assert "We asked them to delete" not in page


def test_a_recall_leaves_the_refusal_before_it_to_be_answered(home: Home) -> None:
    first, _second = refused(home)
    again = home.town.referral(home.need, first, state=ReferralState.ENTERED_IN_ERROR, sent_at=clock.now())
    again.follows_id, again.closed_at = home.referral.id, clock.now()

    assert "Choose another place." in home.open()
