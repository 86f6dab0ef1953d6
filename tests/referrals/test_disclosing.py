"""What an organization may see of a patient, and that exactly what it was shown is written down."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.disclosing import permitted_now
from referral.referrals.models import Referral
from referral.referrals.states import ReferralEvent, ReferralState
from tests.referrals.conftest import Place
from tests.referrals.desks import Desk, token_of
from tests.sign_in import sign_in

NEVER_AGAIN = ("Food", "Spanish", "93702", "Rosa", "Molina")


def sent(place: Place, **facts: object) -> Referral:
    referral = place.referral(ReferralState.HELD, **facts)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    return referral


def newer_consent(place: Place, *fields: str) -> None:
    """The patient's newest word about this organization; no fields: the permission is taken back."""
    consent = place.town.sharing_consent(place.patient, place.service.organization_id)
    consent.fields, consent.given = list(fields), bool(fields)
    place.town.session.flush()


def disclosures(session: ScopedSession) -> list[Disclosure]:
    return list(session.scalars(select(Disclosure).order_by(Disclosure.at, Disclosure.id)))


def test_sending_writes_down_what_the_first_page_shows(session: ScopedSession, place: Place):
    referral = sent(place)

    (disclosure,) = disclosures(session)
    assert disclosure.fields == ["need", "spoken_language", "zip_code"]
    assert (disclosure.channel, disclosure.recipient) == ("mail", "Green Table")
    assert (disclosure.referral_id, disclosure.consent_id) == (referral.id, referral.sharing_consent_id)


def test_a_field_without_value_or_agreement_is_not_written_down(session: ScopedSession, place: Place):
    sent(place, shared_fields=["need", "name", "birth_date"])

    assert [disclosure.fields for disclosure in disclosures(session)] == [["need"]]


def test_taken_back_before_it_left_nothing_is_shown_or_written_down(session: ScopedSession, place: Place):
    referral = place.referral(ReferralState.HELD)
    newer_consent(place)

    move(session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])

    assert (disclosures(session), permitted_now(session, referral)) == ([], None)


#: (fields of the newest consent, fields that may be shown)
NEWER = [
    (["name", "need"], ["name", "need"], "a narrower one narrows"),
    (["name", "phone", "birth_date", "note", "need"], ["name", "phone", "need"], "a wider one adds nothing"),
    (["note"], [], "one about other fields leaves nothing"),
]


@pytest.mark.parametrize(("newest", "shown", "reason"), NEWER, ids=[reason for _, _, reason in NEWER])
def test_only_what_every_consent_names_is_shown(session: ScopedSession, place: Place, newest, shown, reason):
    referral = place.referral(ReferralState.ACCEPTED)
    newer_consent(place, *newest)

    permitted = permitted_now(session, referral)

    assert permitted is not None
    assert list(permitted.values) == shown, reason


def test_details_write_down_only_what_they_show(client: FlaskClient, place: Place):
    referral = place.referral(ReferralState.ACCEPTED)
    newer_consent(place, "name", "need")
    place.town.commit()
    sign_in(client, place.staff)

    page = client.post(f"/inbox/{referral.id}/details").text

    assert "Rosa Molina" in page
    assert "555-0123" not in page
    assert [(row.fields, row.recipient) for row in disclosures(place.town.session)] == [(["name", "need"], "Olga")]


def test_a_consent_for_another_organization_changes_nothing(session: ScopedSession, place: Place):
    referral = place.referral(ReferralState.ACCEPTED)
    place.town.sharing_consent(place.patient, place.town.organization().id).given = False
    session.flush()

    permitted = permitted_now(session, referral)

    assert permitted is not None
    assert "need" in permitted.values


def list_of(client: FlaskClient) -> str:
    """The requests in the inbox, without the filters above them, which name every need and language."""
    return client.get("/inbox?show=all").text.partition("<table")[2]


@pytest.mark.parametrize("state", ["withdrawn", "cancelled", "entered_in_error"])
def test_a_request_taken_back_shows_nothing_in_the_inbox(client: FlaskClient, place: Place, state):
    referral = place.referral(ReferralState(state))
    place.town.commit()
    sign_in(client, place.staff)

    page, listed = client.get(f"/inbox/{referral.id}").text, list_of(client)

    assert "This request has been taken back" in page
    assert "delete or shred" in page
    assert not any(word in page + listed for word in NEVER_AGAIN)
    assert "Green Table Boxes" in listed


def test_a_closed_request_shows_nothing_once_sharing_was_stopped(client: FlaskClient, place: Place):
    referral = place.referral(ReferralState.COMPLETED)
    newer_consent(place)
    place.town.commit()
    sign_in(client, place.staff)

    page, listed = client.get(f"/inbox/{referral.id}").text, list_of(client)

    assert "This request has been taken back" in page
    assert not any(word in page + listed for word in NEVER_AGAIN)


def test_the_link_page_shows_nothing_without_standing_consent(client: FlaskClient, place: Place):
    from_link = sent(place)
    newer_consent(place)
    place.town.commit()

    page = opened_page(client, place, from_link)

    assert "This request has been taken back" in page
    assert not any(word in page for word in NEVER_AGAIN)


def test_what_still_stands_carries_no_notice(client: FlaskClient, place: Place):
    referral = sent(place)
    place.town.commit()

    page = opened_page(client, place, referral)

    assert "Food" in page
    assert "This request has been taken back" not in page


def opened_page(client: FlaskClient, place: Place, referral: Referral) -> str:
    desk = Desk(client)
    desk.open(token_of(place.town, referral))
    return desk.look().text
