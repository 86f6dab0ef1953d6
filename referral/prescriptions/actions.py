"""Signing a prescription: referrals with their consents and snapshots in one transaction, and taking it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients.barring import barred_organizations
from referral.patients.consents import ConsentTaken, record_sharing_consent
from referral.patients.models import Patient
from referral.patients.proxies import needs_without_phone, phone_to_give
from referral.patients.queries import display_name, may_be_contacted, patient_by_id
from referral.patients.states import ConsentMethod, SharedField
from referral.prescriptions.agreeing import check_agreement
from referral.prescriptions.models import Prescription
from referral.prescriptions.need_plans import record_answers
from referral.prescriptions.other_needs import never_under
from referral.prescriptions.queries import prescription_by_id
from referral.prescriptions.reaching import reachable, reachable_today
from referral.prescriptions.service_facts import facts_of
from referral.prescriptions.urgent_calls import call_within_the_hour, drop_call
from referral.referrals.actions import NewReferral, move, open_referral
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.matching import modes_for
from referral.referrals.queries import referrals_of_prescription
from referral.referrals.states import Mode, ReferralEvent, ReferralState, Urgency
from referral.screening.hooks import NeedAnswer
from referral.screening.models import Need
from referral.screening.states import NeedStatus, WantsHelp
from resources_directory.search import get_services
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
    #: What the patient told for this organization alone, SharedField to value.
    told: Mapping[SharedField, str] = field(default_factory=dict, repr=False)
    #: The patient says while it is prescribed that they want help with this need now.
    said_now: bool = False


@dataclass(frozen=True)
class PrescriptionOrder:
    """What is signed. `form_id` names this filling of the form: signed twice, it is one prescription.

    `answers`: what the patient says of each need; written down with the signature.
    """

    patient_id: UUID
    form_id: UUID
    lines: tuple[OrderLine, ...]
    urgency: Urgency = Urgency.ROUTINE
    answers: tuple[NeedAnswer, ...] = ()


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
    `lines-<n>-service` or `-mode`), Conflict where a need has another live referral. Of urgency *today* each referral
    is somebody's to-do within the hour. Flushes; the caller commits.
    """
    known = prescription_by_id(session, order.form_id)
    if known is not None:
        return known
    patient = patient_by_id(session, order.patient_id)
    if patient is None or not may_be_contacted(patient):
        raise InvalidInput(_l("Nothing can be prescribed for this patient. Open the patient's page to see why."))
    if not order.lines:
        raise InvalidInput(_l("Choose a service for at least one need."))
    prescription = _add_prescription(session, order, patient, by)
    if prescription is None:
        return _twin(session, order)
    record_answers(session, order.answers, form_id=order.form_id, by=by.person_id, by_name=by.name)
    sheet = _Sheet(prescription, patient, order.urgency, by)
    for number, line in enumerate(order.lines):
        _open_line(session, sheet, number, line)
    return prescription


def check_line(
    session: ScopedSession, patient: Patient, line: OrderLine, *, number: int, urgency: Urgency = Urgency.ROUTINE
) -> tuple[Need, ServiceHit]:
    """Return the need and the service of a line that could be signed, consent apart. Raises InvalidInput."""
    need = _need(session, patient, line, number)
    found = get_services(session, [line.service_id], near=patient.zip_code, now=clock.now())
    hit, where = found.get(line.service_id), f"lines-{number}-service"
    if hit is None:
        raise InvalidInput(_l("This service is no longer listed. Choose another one."), where)
    if never_under(session, need.domain, [hit.service_id]):
        raise InvalidInput(_l("This place is not listed for this need. Choose another one."), where)
    if hit.organization_id in barred_organizations(session, patient.id):
        raise InvalidInput(_l("The patient does not want this organization asked. Choose another one."), where)
    if urgency is Urgency.TODAY and not reachable_today(hit):
        raise InvalidInput(
            _l("It cannot be reached now, so it cannot help today. Choose another one, or another urgency."), where
        )
    _check_mode(session, hit, line, number)
    return need, hit


def undo_prescription(session: ScopedSession, prescription: Prescription, *, by: Signer) -> None:
    """Take back every referral that has not left yet; once all are, it stays so. Raises Conflict otherwise. Flushes."""
    actor = Actor(ActorKind.MEMBERSHIP, by.person_id, by.name)
    referrals = referrals_of_prescription(session, prescription.id)
    for referral in referrals:  # whoever presses at this very moment has done it first
        session.refresh(referral, with_for_update=True)
    held = [each for each in referrals if each.state == ReferralState.HELD]
    if not held and any(each.state != ReferralState.DRAFT for each in referrals):
        raise Conflict(_l("It is too late to undo: it has left. Open the referral and cancel or recall it instead."))
    for referral in held:
        drop_call(session, referral, by=by.person_id)
        move(session, referral, ReferralEvent.UNDO, actor)


def snapshot_for(
    session: ScopedSession, patient: Patient, need: Need, *, fields: tuple[SharedField, ...], line: OrderLine
) -> dict[str, str]:
    """Return SharedField to the value as it is now, for the agreed fields that are known."""
    known: dict[SharedField, str | None] = {
        **line.told,
        SharedField.NAME: display_name(patient),
        SharedField.PHONE: phone_to_give(session, patient, need.domain),
        SharedField.SPOKEN_LANGUAGE: patient.spoken_language,
        SharedField.ZIP_CODE: patient.zip_code,
        SharedField.BIRTH_DATE: patient.birth_date_text,
        SharedField.NEED: need.domain,
        SharedField.NOTE: line.note,
    }
    return {str(name): value for name in fields if (value := known.get(name))}


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
    need, hit = check_line(session, sheet.patient, line, number=number, urgency=sheet.urgency)
    sent = line.mode is Mode.SENT
    if sent and line.consent is None:
        raise InvalidInput(
            _l("Without the patient's agreement nothing is sent. Choose that the patient goes or calls."),
            f"lines-{number}-agreed",
        )
    if sent and line.consent is not None:
        spoken, where = line.consent.in_whose_name, f"lines-{number}-in_whose_name"
        check_agreement(session, sheet.patient.id, spoken, domain=need.domain, where=where)
    fields = _given(session, sheet.patient, need, line.fields) if sent else ()
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
            snapshot=snapshot_for(session, sheet.patient, need, fields=fields, line=line),
            note=note,
            sharing_consent_id=_consent_id(session, sheet, hit, line, fields=fields) if sent else None,
        ),
    )
    move(session, referral, ReferralEvent.SIGN, Actor(ActorKind.MEMBERSHIP, sheet.by.person_id, sheet.by.name))
    if sheet.urgency is Urgency.TODAY:
        call_within_the_hour(session, referral)


def _given(
    session: ScopedSession, patient: Patient, need: Need, fields: tuple[SharedField, ...]
) -> tuple[SharedField, ...]:
    """Return the agreed fields that may be given: no phone about a need of which others would learn by it."""
    if SharedField.PHONE not in fields or need.domain not in needs_without_phone(session, patient):
        return fields
    return tuple(name for name in fields if name is not SharedField.PHONE)


def _consent_id(
    session: ScopedSession, sheet: _Sheet, hit: ServiceHit, line: OrderLine, *, fields: tuple[SharedField, ...]
) -> UUID | None:
    if line.consent is None:
        return None
    taken = _taken(line.consent, sheet.by)
    return record_sharing_consent(session, sheet.patient, hit.organization_id, fields=list(fields), taken=taken).id


def _need(session: ScopedSession, patient: Patient, line: OrderLine, number: int) -> Need:
    need = session.scalar(select(Need).where(Need.id == line.need_id, Need.patient_id == patient.id))
    where = f"lines-{number}-service"
    open_now = (NeedStatus.OPEN, NeedStatus.PARTLY, *((NeedStatus.UNCONFIRMED,) if line.said_now else ()))
    if need is None or need.status not in open_now:
        raise InvalidInput(_l("This need is not open. Confirm it with the patient first."), where)
    if need.wants_help == WantsHelp.ALREADY and not line.said_now:
        text = _l("The patient is getting help with this already. If they want more, choose that they want help now.")
        raise InvalidInput(text, where)
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
