"""Signing a prescription: referrals with their consents and snapshots in one transaction, and taking it back."""

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients.consents import ConsentTaken, record_sharing_consent
from referral.patients.models import Patient
from referral.patients.queries import display_name, patient_by_id, phones_of
from referral.patients.states import ConsentMethod, SharedField
from referral.prescriptions.models import Prescription
from referral.prescriptions.queries import prescription_by_id
from referral.prescriptions.service_facts import facts_of
from referral.referrals.actions import NewReferral, move, open_referral
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.matching import modes_for
from referral.referrals.queries import referrals_of_prescription
from referral.referrals.receivers import addresses_of
from referral.referrals.states import Mode, ReferralEvent, ReferralState, Urgency
from referral.screening.models import Need
from referral.screening.states import NeedStatus
from resources_directory.search import get_service
from resources_directory.service_hit import ServiceHit


@dataclass(frozen=True)
class ConsentFacts:
    """How the patient agreed: the exact words shown and their language and version, the method, in whose name."""

    words: str
    words_language: str
    words_version: str
    method: ConsentMethod
    in_whose_name: str = "patient"
    interpreter: str | None = None


@dataclass(frozen=True)
class OrderLine:
    """One service for one need. `fields`: what the patient agrees to share, and `consent` how, where it is sent."""

    need_id: UUID
    service_id: UUID
    mode: Mode
    fields: tuple[SharedField, ...] = ()
    consent: ConsentFacts | None = None
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PrescriptionOrder:
    """What is signed. `form_id` names this filling of the form: signed twice, it is one prescription."""

    patient_id: UUID
    form_id: UUID
    lines: tuple[OrderLine, ...]
    urgency: Urgency = Urgency.ROUTINE


@dataclass(frozen=True)
class Signer:
    """Who signs: the person and the name under which it stands in the history."""

    person_id: UUID
    name: str | None = None


@dataclass(frozen=True)
class _Sheet:
    """What all lines of one prescription have in common."""

    prescription: Prescription
    patient: Patient
    urgency: Urgency
    by: Signer


def sign_prescription(session: ScopedSession, order: PrescriptionOrder, *, by: Signer) -> Prescription:
    """Return the signed prescription; its referrals are held until the undo window ends.

    The same form sent twice gives the same prescription. Raises InvalidInput where a line cannot be signed (field
    `lines-<n>-service` or `-mode`), Conflict where a need has another live referral. Flushes; the caller commits.
    """
    known = prescription_by_id(session, order.form_id)
    if known is not None:
        return known
    patient = patient_by_id(session, order.patient_id)
    if patient is None or patient.deceased_at is not None:
        raise InvalidInput(_l("Nothing can be prescribed for this patient. Open the patient's page to see why."))
    if not order.lines:
        raise InvalidInput(_l("Choose a service for at least one need."))
    prescription = _add_prescription(session, order, patient, by)
    if prescription is None:
        return _twin(session, order)
    sheet = _Sheet(prescription, patient, order.urgency, by)
    for number, line in enumerate(order.lines):
        _open_line(session, sheet, number, line)
    return prescription


def check_line(session: ScopedSession, patient: Patient, line: OrderLine, *, number: int) -> tuple[Need, ServiceHit]:
    """Return the need and the service of a line that could be signed, consent apart. Raises InvalidInput."""
    need = _need(session, patient, line, number)
    hit = get_service(session, line.service_id, clock.now())
    if hit is None:
        raise InvalidInput(_l("This service is no longer listed. Choose another one."), f"lines-{number}-service")
    _check_mode(session, hit, line, number)
    return need, hit


def undo_prescription(session: ScopedSession, prescription: Prescription, *, by: Signer) -> int:
    """Take back every referral that has not left yet; return how many. Raises Conflict when all have left. Flushes."""
    actor = Actor(ActorKind.MEMBERSHIP, by.person_id, by.name)
    held = [
        referral
        for referral in referrals_of_prescription(session, prescription.id)
        if referral.state == ReferralState.HELD
    ]
    if not held:
        raise Conflict(_l("It is too late to undo: it has left. Open the referral and cancel or recall it instead."))
    for referral in held:
        move(session, referral, ReferralEvent.UNDO, actor)
    return len(held)


def reachable(session: ScopedSession, hit: ServiceHit) -> bool:
    """Return True if the organization can be asked: it has an e-mail address or people who sign in."""
    return not hit.confidential and bool(addresses_of(session, hit.organization_id, hit.service_id))


def snapshot_for(
    session: ScopedSession, patient: Patient, need: Need, *, fields: tuple[SharedField, ...], note: str | None
) -> dict[str, str]:
    """Return SharedField to the value as it is now, for the agreed fields that are known."""
    phones = phones_of(session, patient.id)
    known = {
        SharedField.NAME: display_name(patient),
        SharedField.PHONE: phones[0].e164 if phones else None,
        SharedField.SPOKEN_LANGUAGE: patient.spoken_language,
        SharedField.ZIP_CODE: patient.zip_code,
        SharedField.BIRTH_DATE: patient.birth_date_text,
        SharedField.NEED: need.domain,
        SharedField.NOTE: note,
    }
    return {str(name): value for name in fields if (value := known[name])}


def _add_prescription(
    session: ScopedSession, order: PrescriptionOrder, patient: Patient, by: Signer
) -> Prescription | None:
    """Return the new row; None when the same form was signed at the same moment by another request."""
    now = clock.now()
    prescription = Prescription(
        id=order.form_id,
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        created_by=by.person_id,
        created_at=now,
        signed_by=by.person_id,
        signed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(prescription)
            session.flush()
    except IntegrityError:
        return None
    return prescription


def _twin(session: ScopedSession, order: PrescriptionOrder) -> Prescription:
    twin = prescription_by_id(session, order.form_id)
    if twin is None:
        raise Conflict(_l("This form was signed already. Open the patient's page to see the prescription."))
    return twin


def _open_line(session: ScopedSession, sheet: _Sheet, number: int, line: OrderLine) -> None:
    need, hit = check_line(session, sheet.patient, line, number=number)
    sent = line.mode is Mode.SENT
    if sent and line.consent is None:
        raise InvalidInput(
            _l("Without the patient's agreement nothing is sent. Choose that the patient goes or calls."),
            f"lines-{number}-agreed",
        )
    fields = line.fields if sent else ()
    note = line.note if SharedField.NOTE in fields or not sent else None
    referral = open_referral(
        session,
        NewReferral(
            clinic_id=sheet.patient.clinic_id,
            patient_id=sheet.patient.id,
            need_id=need.id,
            domain=need.domain,
            prescription_id=sheet.prescription.id,
            service_id=hit.service_id,
            organization_id=hit.organization_id,
            service_facts=facts_of(hit),
            mode=line.mode,
            urgency=sheet.urgency,
            shared_fields=tuple(map(str, fields)),
            snapshot=snapshot_for(session, sheet.patient, need, fields=fields, note=note),
            note=note,
            sharing_consent_id=_consent_id(session, sheet, hit, line) if sent else None,
        ),
    )
    move(session, referral, ReferralEvent.SIGN, Actor(ActorKind.MEMBERSHIP, sheet.by.person_id, sheet.by.name))


def _consent_id(session: ScopedSession, sheet: _Sheet, hit: ServiceHit, line: OrderLine) -> UUID | None:
    if line.consent is None:
        return None
    taken = _taken(line.consent, sheet.by)
    return record_sharing_consent(session, sheet.patient, hit.organization_id, fields=list(line.fields), taken=taken).id


def _need(session: ScopedSession, patient: Patient, line: OrderLine, number: int) -> Need:
    need = session.scalar(select(Need).where(Need.id == line.need_id, Need.patient_id == patient.id))
    if need is None or need.status not in (NeedStatus.OPEN, NeedStatus.PARTLY):
        raise InvalidInput(_l("This need is not open. Confirm it with the patient first."), f"lines-{number}-service")
    return need


def _check_mode(session: ScopedSession, hit: ServiceHit, line: OrderLine, number: int) -> None:
    where = f"lines-{number}-mode"
    if line.mode not in modes_for(hit, reachable=reachable(session, hit)):
        if hit.confidential:
            raise InvalidInput(
                _l("This service is confidential: nothing is sent to it. Call it together with the patient."), where
            )
        raise InvalidInput(
            _l("No e-mail address is known for this organization. Choose that the patient goes or calls."), where
        )
    if line.mode is Mode.SENT and SharedField.NEED not in line.fields:
        raise InvalidInput(
            _l("The organization must know at least what is needed. Without that, the patient goes or calls."), where
        )


def _taken(consent: ConsentFacts, by: Signer) -> ConsentTaken:
    return ConsentTaken(
        words=consent.words,
        words_language=consent.words_language,
        words_version=consent.words_version,
        method=consent.method,
        taken_by=by.person_id,
        in_whose_name=consent.in_whose_name,
        interpreter=consent.interpreter,
    )
