"""Fixtures of the journeys: a clinic, its patient, an organization with a link, and a webhook that is signed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from referral.accounts.links import token_for
from referral.kit.crypto import vault_of
from referral.kit.settings import Settings
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.notices import live_link
from referral.referrals.states import ReferralEvent, ReferralState
from tests.referrals.conftest import Place
from tests.referrals.conftest import nurse as nurse
from tests.referrals.conftest import place as place

TOKEN = "token-of-the-tests"

Texting = Callable[[str], TestResponse]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio_auth_token=TOKEN)


@pytest.fixture
def asked(place: Place) -> Referral:
    """A referral that was just sent to its organization; stored."""
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    return referral


@pytest.fixture
def link(place: Place, asked: Referral) -> str:
    """The path of the link by which the organization answers."""
    return link_of(place, asked, timedelta())


def link_of(place: Place, referral: Referral, expires_earlier: timedelta) -> str:
    """Return the path of the referral's live link, after making it expire earlier."""
    session = place.town.session
    found = live_link(session, referral.id)
    assert found is not None
    found.expires_at -= expires_earlier
    place.town.commit()
    return f"/answer/{token_for(vault_of(session), found)}"


def token_in(link: str) -> str:
    """Return the token at the end of a link's path."""
    return link.rsplit("/", 1)[-1]


@pytest.fixture
def texting(client: FlaskClient) -> Texting:
    """The patient's phone: each text arrives by a signed webhook."""
    count = 0

    def write(body: str) -> TestResponse:
        nonlocal count
        count += 1
        fields = {"MessageSid": f"SM{count}", "From": "+15595550123", "To": "+15595550199", "Body": body}
        signature = RequestValidator(TOKEN).compute_signature("http://localhost/sms/inbound", fields)
        return client.post("/sms/inbound", data=fields, headers={"X-Twilio-Signature": signature})

    return write
