"""Signing: referrals, consents and snapshots at once or not at all; once per form; and taken back in time."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import SharingConsent
from referral.patients.states import SharedField
from referral.prescriptions.actions import Signer, sign_prescription, undo_prescription
from referral.prescriptions.models import Prescription
from referral.referrals.actions import UNDO_WINDOW, move
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.states import Mode, ReferralEvent, ReferralState
from referral.screening.states import NeedStatus
from resources_directory.models.location import Location
from resources_directory.models.organization import Organization
from resources_directory.models.service import ServiceAtLocation
from tests.prescriptions.conftest import FIELDS, MakeOrder
from tests.referrals.conftest import Place


def only_referral(session: ScopedSession) -> Referral:
    return session.scalars(select(Referral)).one()


def test_signing_holds_the_referral_for_the_undo_window(session, place: Place, order: MakeOrder, signer: Signer):
    prescription = sign_prescription(session, order(), by=signer)

    referral = only_referral(session)
    assert (referral.state, referral.prescription_id) == (ReferralState.HELD, prescription.id)
    assert referral.undo_until - referral.signed_at == UNDO_WINDOW
    assert (prescription.signed_by, referral.signed_by) == (place.clinician.id, place.clinician.id)


def test_the_snapshot_holds_the_agreed_fields_as_they_were(session, place: Place, order: MakeOrder, signer: Signer):
    sign_prescription(session, order(), by=signer)
    place.patient.family_name = "Changed"
    session.flush()

    referral = only_referral(session)
    assert json.loads(referral.snapshot) == {"name": "Rosa Molina", "phone": "+15595550123", "need": "food"}
    assert referral.shared_fields == list(FIELDS)


def test_consent_is_recorded_for_the_organization(session, place: Place, order: MakeOrder, signer: Signer):
    sign_prescription(session, order(), by=signer)

    consent = session.scalars(select(SharingConsent)).one()
    assert only_referral(session).sharing_consent_id == consent.id
    assert (consent.organization_id, consent.words, consent.words_language) == (
        place.service.organization_id,
        "May we give …?",
        "es",
    )
    assert (consent.fields, consent.taken_by) == (list(FIELDS), place.clinician.id)


def test_the_same_form_sent_twice_is_one_prescription(session, order: MakeOrder, signer: Signer):
    same = order()

    first, second = sign_prescription(session, same, by=signer), sign_prescription(session, same, by=signer)

    assert first is second
    assert session.scalar(select(func.count()).select_from(Referral)) == 1


@pytest.mark.parametrize("mode", [Mode.SELF_DIRECTED, Mode.PHONE_HAND_OVER])
def test_nothing_is_shared_where_nothing_is_sent(session, order: MakeOrder, signer: Signer, mode):
    sign_prescription(session, order(mode=mode), by=signer)

    referral = only_referral(session)
    assert (referral.shared_fields, json.loads(referral.snapshot), referral.sharing_consent_id) == ([], {}, None)
    assert session.scalars(select(SharingConsent)).all() == []


@pytest.mark.parametrize("mode", [Mode.SENT, Mode.SELF_DIRECTED])
def test_a_confidential_service_is_only_called_together(session, offered: Place, order: MakeOrder, signer, mode):
    offered.service.is_confidential = True

    with pytest.raises(InvalidInput, match="confidential"):
        sign_prescription(session, order(mode=mode), by=signer)


def test_a_confidential_service_may_be_called(session, offered: Place, order: MakeOrder, signer: Signer):
    offered.service.is_confidential = True

    sign_prescription(session, order(mode=Mode.PHONE_HAND_OVER), by=signer)

    assert only_referral(session).mode == Mode.PHONE_HAND_OVER


def test_what_is_kept_of_a_service_is_its_place_near_the_patient(session, place: Place, order: MakeOrder, signer):
    place.patient.zip_code = "93702"
    first = session.scalars(select(ServiceAtLocation).where(ServiceAtLocation.service_id == place.service.id)).one()
    far = session.get_one(Location, first.location_id)
    far.name, far.latitude = "Far", 38.5
    here = {"latitude": 36.74, "longitude": -119.76, "organization_id": far.organization_id}
    near = place.town._add(Location(location_type="physical", name="Near", **here))
    place.town._add(ServiceAtLocation(service_id=place.service.id, location_id=near.id))

    sign_prescription(session, order(), by=signer)

    assert only_referral(session).service_facts["place"] == "Near"


def test_an_organization_without_an_address_is_not_asked(session, place: Place, order: MakeOrder, signer: Signer):
    place.organization.email = None
    session.get_one(Organization, place.service.organization_id).email = None
    session.flush()

    with pytest.raises(InvalidInput, match="No e-mail address"):
        sign_prescription(session, order(), by=signer)


def test_without_consent_nothing_is_sent(session, order: MakeOrder, signer: Signer):
    with pytest.raises(InvalidInput, match="agreement"):
        sign_prescription(session, order(consent=None), by=signer)


def test_the_need_itself_must_be_shared(session, order: MakeOrder, signer: Signer):
    with pytest.raises(InvalidInput, match="what is needed"):
        sign_prescription(session, order(fields=(SharedField.NAME,)), by=signer)


def test_a_need_that_nobody_confirmed_is_not_prescribed_for(session, place: Place, order: MakeOrder, signer: Signer):
    place.need.status = NeedStatus.UNCONFIRMED

    with pytest.raises(InvalidInput, match="not open"):
        sign_prescription(session, order(), by=signer)


def test_a_need_of_another_patient_is_not_prescribed_for(session, place: Place, order: MakeOrder, signer: Signer):
    foreign = place.town.need(place.town.patient(place.clinic), "food")

    with pytest.raises(InvalidInput):
        sign_prescription(session, order(need_id=foreign.id), by=signer)


def test_nothing_is_prescribed_for_the_dead(session, place: Place, order: MakeOrder, signer: Signer):
    place.patient.deceased_at = place.patient.created_at

    with pytest.raises(InvalidInput):
        sign_prescription(session, order(), by=signer)


def test_an_empty_prescription_is_refused(session, order: MakeOrder, signer: Signer):
    with pytest.raises(InvalidInput, match="at least one"):
        sign_prescription(session, replace(order(), lines=()), by=signer)


def test_a_second_place_is_not_asked_for_the_same_need(session, order: MakeOrder, signer: Signer):
    sign_prescription(session, order(), by=signer)

    with pytest.raises(Conflict, match="Another place"):
        sign_prescription(session, order(), by=signer)


def test_undo_takes_everything_back(session, order: MakeOrder, signer: Signer):
    prescription = sign_prescription(session, order(), by=signer)

    undo_prescription(session, prescription, by=signer)

    assert only_referral(session).state == ReferralState.DRAFT


def test_after_an_undo_the_need_is_free_again(session, order: MakeOrder, signer: Signer):
    undo_prescription(session, sign_prescription(session, order(), by=signer), by=signer)

    sign_prescription(session, order(), by=signer)

    assert session.scalar(select(func.count()).select_from(Prescription)) == 2


def test_undo_comes_too_late_once_it_has_left(session, place: Place, order: MakeOrder, signer: Signer):
    prescription = sign_prescription(session, order(), by=signer)
    move(session, only_referral(session), ReferralEvent.SEND, place.actors[ActorKind.CLOCK])

    with pytest.raises(Conflict, match="too late"):
        undo_prescription(session, prescription, by=signer)


def test_a_note_is_shared_only_where_it_was_agreed(session, order: MakeOrder, signer: Signer):
    sign_prescription(session, order(note="Has a stairs problem."), by=signer)

    assert only_referral(session).note is None
    assert "stairs" not in only_referral(session).snapshot
