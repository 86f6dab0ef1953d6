"""Pages of prescribing: choose, review and sign; then the prescription with its undo, and the slip to print."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import current_person
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.i18n import current_language, speaking
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import display_name, patient_by_id
from referral.prescriptions.actions import Signer, check_line, sign_prescription, undo_prescription
from referral.prescriptions.forms import PrescribeForm
from referral.prescriptions.models import Prescription
from referral.prescriptions.offers import (
    Offer,
    consent_words,
    fields_of,
    fit_choices,
    offers_for,
    order_of,
    posted_services,
    words_for_staff,
)
from referral.prescriptions.policies import PrescriptionPermission
from referral.prescriptions.queries import prescription_by_id
from referral.prescriptions.slip import phone_words, slip_language, slip_of
from referral.referrals import words
from referral.referrals.pages import referral_rows
from referral.referrals.queries import referrals_of_prescription
from referral.referrals.states import ReferralState
from referral.screening.queries import wanted_needs
from resources_directory.needs import SENSITIVE

blueprint = Blueprint("prescriptions", __name__, template_folder="templates")

P = PrescriptionPermission


@blueprint.get("/patients/<uuid:patient_id>/prescribe")
@requires(P.SIGN, load=patient_by_id)
def prescribe(patient: Patient) -> ResponseReturnValue:
    """Offer the three best services for each wanted need. `?need=…&service=…` puts a service found elsewhere on top."""
    extra = _asked_for()
    offers = _offers(patient, extra)
    lines = [{"need_id": str(offer.need.id), "service": _preselected(offer, extra)} for offer in offers]
    return _choose(patient, offers, PrescribeForm(formdata=None, data={"lines": lines}))


@blueprint.post("/patients/<uuid:patient_id>/prescribe")
@requires(P.SIGN, load=patient_by_id)
def review_or_sign(patient: Patient) -> ResponseReturnValue:
    """Show what is about to be signed with the words of consent, or sign it, or go back to choosing."""
    form = PrescribeForm()
    offers = _offers(patient, posted_services(form))
    fit_choices(form, offers)
    step = request.form.get("step", "review")
    if step == "change":
        return _choose(patient, offers, form)
    if not form.validate() or not _can_be_signed(patient, offers, form):
        return _choose(patient, offers, form), 422
    if step != "sign":
        return _review(patient, offers, form)
    return _sign(patient, offers, form)


@blueprint.get("/prescriptions/<uuid:prescription_id>")
@requires(P.VIEW, load=prescription_by_id)
def show(prescription: Prescription) -> ResponseReturnValue:
    """Show what was signed, with the undo while nothing has left."""
    session = request_session()
    referrals = referrals_of_prescription(session, prescription.id)
    held = [row for row in referrals if row.state == ReferralState.HELD and row.undo_until]
    until = min((row.undo_until for row in held if row.undo_until), default=None)
    patient = patient_by_id(session, prescription.patient_id)
    return render_template(
        "prescriptions/show.html",
        prescription=prescription,
        patient=patient,
        patient_name=display_name(patient) if patient else "",
        rows=referral_rows(session, referrals),
        undo_seconds=(until - clock.now()).total_seconds() if until else None,
        may_undo=bool(held) and current_person().allows(P.SIGN),
        has_sensitive=any(row.domain in SENSITIVE for row in referrals),
        taken_back=bool(referrals) and all(row.state == ReferralState.DRAFT for row in referrals),
        may_prescribe=current_person().allows(P.SIGN),
    )


@blueprint.post("/prescriptions/<uuid:prescription_id>/undo")
@requires(P.SIGN, load=prescription_by_id)
def undo(prescription: Prescription) -> ResponseReturnValue:
    """Take the signature back before anything leaves."""
    undo_prescription(request_session(), prescription, by=_signer())
    flash(_("The signature was taken back. Nothing has left."), "success")
    return redirect(url_for("prescriptions.show", prescription_id=prescription.id), 303)


@blueprint.get("/prescriptions/<uuid:prescription_id>/slip")
@requires(P.VIEW, load=prescription_by_id)
def slip(prescription: Prescription) -> ResponseReturnValue:
    """Show the slip to print, in the patient's language where our pages exist in it."""
    session = request_session()
    patient = patient_by_id(session, prescription.patient_id)
    assert patient is not None  # noqa: S101 - a prescription has a patient of the same clinic
    with speaking(slip_language(patient)[0].code):
        sheet = slip_of(session, prescription, patient, with_sensitive=request.args.get("with") == "sensitive")
        body = render_template("prescriptions/slip_sheet.html", slip=sheet, phone_words=phone_words)
    return render_template("prescriptions/slip.html", slip=sheet, sheet=body, prescription=prescription)


def _choose(patient: Patient, offers: list[Offer], form: PrescribeForm) -> str:
    fit_choices(form, offers)
    return render_template(
        "prescriptions/choose.html",
        patient=patient,
        patient_name=display_name(patient),
        offers={str(offer.need.id): offer for offer in offers},
        form=form,
        words=words,
        phone_words=phone_words,
    )


def _review(patient: Patient, offers: list[Offer], form: PrescribeForm) -> str:
    language = current_language().code
    return render_template(
        "prescriptions/review.html",
        patient=patient,
        patient_name=display_name(patient),
        offers={str(offer.need.id): offer for offer in offers},
        form=form,
        words=words,
        consents={number: consent_words(form.lines[number].form, patient, offers) for number in form.chosen()},
        staff_words={number: words_for_staff(form.lines[number].form, language, offers) for number in form.chosen()},
        fields={number: fields_of(form.lines[number].form) for number in form.chosen()},
    )


def _can_be_signed(patient: Patient, offers: list[Offer], form: PrescribeForm) -> bool:
    """Put what stands against signing beside its field; consent comes with the signature."""
    order = order_of(form, patient, offers)
    if not order.lines:
        form.blame(InvalidInput(_l("Choose a service for at least one need.")))
        return False
    sound = True
    for number, line in enumerate(order.lines):
        try:
            check_line(request_session(), patient, line, number=number)
        except InvalidInput as error:
            form.blame_line(error, form.chosen())
            sound = False
    return sound


def _sign(patient: Patient, offers: list[Offer], form: PrescribeForm) -> ResponseReturnValue:
    session = request_session()
    try:
        prescription = sign_prescription(session, order_of(form, patient, offers), by=_signer())
    except InvalidInput as error:
        form.blame_line(error, form.chosen())
        return _review(patient, offers, form), 422
    except Conflict as error:
        session.rollback()  # another referral for the need was signed meanwhile; what was typed stays on the page
        form.form_errors.append(error.message)
        return _review(patient, offers, form), 409
    return redirect(url_for("prescriptions.show", prescription_id=prescription.id), 303)


def _offers(patient: Patient, extra: dict[UUID, UUID]) -> list[Offer]:
    session = request_session()
    return offers_for(session, patient, wanted_needs(session, patient.id), now=clock.now(), extra=extra)


def _asked_for() -> dict[UUID, UUID]:
    need_id = request.args.get("need", type=UUID)
    service_id = request.args.get("service", type=UUID)
    return {need_id: service_id} if need_id and service_id else {}


def _preselected(offer: Offer, extra: dict[UUID, UUID]) -> str | None:
    wanted = extra.get(offer.need.id)
    return str(wanted) if wanted and offer.service(str(wanted)) else None


def _signer() -> Signer:
    person = current_person()
    return Signer(person.person_id, person.name)
