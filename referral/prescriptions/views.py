"""Pages of prescribing: choose, review and sign; then the prescription with its undo, and the slip to print."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from referral.accounts.principal import current_person
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.i18n import speaking
from referral.kit.limits import PRESCRIPTIONS, limited
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import patient_by_id
from referral.patients.states import ConsentMethod
from referral.patients.understood import read_by
from referral.prescriptions.actions import Signer, sign_prescription, undo_prescription
from referral.prescriptions.again import taken_back
from referral.prescriptions.asked_already import asked_already, said_full
from referral.prescriptions.favourites import star, unstar
from referral.prescriptions.forms import PrescribeForm
from referral.prescriptions.gone import no_longer_offered
from referral.prescriptions.models import Prescription
from referral.prescriptions.modes import settle_modes
from referral.prescriptions.need_plans import record_answers
from referral.prescriptions.offers import fit_choices
from referral.prescriptions.orders import posted_needs, posted_services, posted_words
from referral.prescriptions.policies import PrescriptionPermission
from referral.prescriptions.queries import prescription_by_id
from referral.prescriptions.shared_fields import settle_fields, words_changed
from referral.prescriptions.sheets import (
    Sheet,
    Wanted,
    changed_since,
    close_private,
    fresh_form,
    left_out,
    open_private,
    sheet_for,
    sound,
    written_before,
)
from referral.prescriptions.showing import choose_page, review_page
from referral.prescriptions.signed import signed_page
from referral.prescriptions.slip import phone_words, slip_of
from referral.prescriptions.spoken_words import is_understood
from referral.referrals.states import Mode, Urgency

blueprint = Blueprint("prescriptions", __name__, template_folder="templates")

P = PrescriptionPermission

#: A press on a star, in the middle of prescribing; the service's id follows.
STARRING = ("star-", "unstar-")

#: A press that chooses a full place, to which the patient goes; the ids of need and service follow.
GOES = "goes:"

#: A press that opens private matters while choosing or while reviewing, or closes them.
SHOW, SHOW_REVIEW, HIDE = "show", "show-review", "hide"
SHOWING = (SHOW, HIDE)


@blueprint.get("/patients/<uuid:patient_id>/prescribe")
@requires(P.SIGN, load=patient_by_id)
def prescribe(patient: Patient) -> ResponseReturnValue:
    """Offer the three best services for each need. `?need=…&service=…` puts a need, or a service found elsewhere, on.

    `?urgency=today`: only what can be reached at once. `?private=1`: private matters are open. `?again=…`: as this
    prescription was before it was taken back. `?agreed=by_phone`: they are on the phone. `?filling=…`: Back leads here
    from what came of this filling of the form.
    """
    session = request_session()
    again = taken_back(session, request.args.get("again", type=UUID), patient)
    need_id, filling_id = request.args.get("need", type=UUID), request.args.get("filling", type=UUID)
    wanted = Wanted(
        needs={*({need_id} if need_id else ()), *(again.services if again else ())},
        extra={**(again.services if again else {}), **_asked_for()},
        today=request.args.get("urgency", again.urgency if again else "") == Urgency.TODAY,
        private=bool(request.args.get("private")),
    )
    sheet = sheet_for(session, patient, wanted)
    form = fresh_form(sheet, again)
    if request.args.get("agreed") == ConsentMethod.BY_PHONE:
        form.method.data = ConsentMethod.BY_PHONE
    return choose_page(sheet, form, signed=_signed(patient, filling_id))


@blueprint.post("/patients/<uuid:patient_id>/prescribe")
@limited(PRESCRIPTIONS)
@requires(P.SIGN, load=patient_by_id)
def review_or_sign(patient: Patient) -> ResponseReturnValue:
    """Show what is about to be signed with the words of consent, or sign it, or go back to choosing.

    Where nothing is prescribed, what the patient said of their needs is written down at once.
    """
    form, step = PrescribeForm(), request.form.get("step", "review")
    signed = _signed(patient, form.filling_id())
    if signed is not None:
        flash(_("This form was signed already. Nothing was signed twice."), "info")
        return redirect(url_for("prescriptions.show", prescription_id=signed.id), 303)
    if step.startswith(GOES):
        _choose_to_go(form, step)
    sheet = sheet_for(request_session(), patient, _wanted(form, step))
    over = left_out(sheet, form)
    _settle(sheet, form, step)
    if step.startswith(STARRING):
        return choose_page(_starred(sheet, step), form)
    if step in ("change", "look", *SHOWING) or step.startswith(GOES) or (step == "review" and form.looks_anew):
        return choose_page(sheet, form)
    if over or no_longer_offered(request_session(), sheet, form, person=current_person()):
        return choose_page(sheet, form), 409
    if not form.validate() or not sound(request_session(), sheet, form):
        return choose_page(sheet, form), 422
    if changed_since(sheet, form) or asked_already(sheet, form) or said_full(request_session(), sheet, form):
        return choose_page(sheet, form), 409
    if not form.chosen():
        return _write_down(sheet, form)
    return _review_or_sign(sheet, form, step)


@blueprint.get("/prescriptions/<uuid:prescription_id>")
@requires(P.VIEW, load=prescription_by_id)
def show(prescription: Prescription) -> ResponseReturnValue:
    """Show what was signed, with the undo while nothing has left."""
    return signed_page(prescription)


@blueprint.post("/prescriptions/<uuid:prescription_id>/undo")
@requires(P.SIGN, load=prescription_by_id)
def undo(prescription: Prescription) -> ResponseReturnValue:
    """Take the signature back before anything leaves; pressed too late, show what can be done instead."""
    session = request_session()
    try:
        undo_prescription(session, prescription, by=_signer())
    except Conflict:
        return signed_page(prescription, too_late=True), 409
    flash(_("The signature was taken back. Nothing has left."), "success")
    return redirect(url_for("prescriptions.show", prescription_id=prescription.id), 303)


@blueprint.get("/prescriptions/<uuid:prescription_id>/slip")
@requires(P.VIEW, load=prescription_by_id)
def slip(prescription: Prescription) -> ResponseReturnValue:
    """Show the slip to print, in the patient's language where we have words in it."""
    session = request_session()
    patient = patient_by_id(session, prescription.patient_id)
    assert patient is not None  # noqa: S101 - a prescription has a patient of the same clinic
    with speaking(read_by(patient).shown.code):
        sheet = slip_of(session, prescription, patient, with_sensitive=request.args.get("with") == "sensitive")
        page = render_template("prescriptions/slip_sheet.html", slip=sheet, phone_words=phone_words)
        body = Markup(page)  # noqa: S704 - our own template, which has escaped everything
    return render_template("prescriptions/slip.html", slip=sheet, sheet=body, prescription=prescription)


def _wanted(form: PrescribeForm, step: str) -> Wanted:
    """Return what the sent form asks for; private matters open and close by their buttons."""
    private = step in (SHOW, SHOW_REVIEW) or (bool(form.private.data) and step != HIDE)
    form.private.data = "1" if private else ""
    today = form.urgency.data == Urgency.TODAY
    return Wanted(set(posted_needs(form)), posted_services(form), today, posted_words(form), private)


def _choose_to_go(form: PrescribeForm, step: str) -> None:
    """Choose a place that cannot be asked, because it is full: the patient goes there or calls."""
    need_id, _colon, service_id = step.removeprefix(GOES).partition(":")
    for entry in form.lines:
        if entry.form.need_id.data == need_id:
            entry.form.service.data, entry.form.mode.data = service_id, Mode.SELF_DIRECTED
            entry.form.mode_before.data = ""


def _settle(sheet: Sheet, form: PrescribeForm, step: str) -> None:
    """Let the sent form fit what the page offers now."""
    fit_choices(form, sheet.offers)
    if step == SHOW:
        open_private(sheet, form)
    if step == HIDE:
        close_private(sheet, form)
    if step != "sign":
        settle_modes(form, sheet.offers, today=sheet.wanted.today, reviewed=step == "review")
    settle_fields(form, sheet.offers)


def _review_or_sign(sheet: Sheet, form: PrescribeForm, step: str) -> ResponseReturnValue:
    """Sign what the page has shown whole, in the words that were read out; else show it."""
    changed = words_changed(form, signing=step == "sign")
    if step != "sign":
        return review_page(sheet, form)
    if any(sheet.is_closed(form.lines[number].form.need_id.data) for number in form.chosen()):
        form.blame(InvalidInput(_l("Look at the private matter before you sign: nothing is signed unseen.")))
        return review_page(sheet, form), 409
    if changed:
        return review_page(sheet, form), 409
    return _sign(sheet, form) if is_understood(sheet, form) else (review_page(sheet, form), 422)


def _signed(patient: Patient, filling_id: UUID | None) -> Prescription | None:
    """Return the prescription that came of a filling of this patient's form, if it was signed."""
    signed = prescription_by_id(request_session(), filling_id) if filling_id else None
    return signed if signed is not None and signed.patient_id == patient.id else None


def _sign(sheet: Sheet, form: PrescribeForm) -> ResponseReturnValue:
    session = request_session()
    try:
        prescription = sign_prescription(session, sheet.order(form), by=_signer())
    except InvalidInput as error:
        form.blame_line(error, form.chosen())
        return review_page(sheet, form), 422
    except Conflict as error:
        session.rollback()  # another referral for the need was signed meanwhile; what was typed stays on the page
        sheet = sheet_for(session, sheet.patient, sheet.wanted)
        if not (asked_already(sheet, form) or said_full(session, sheet, form)):
            form.form_errors.append(error.message)
        return choose_page(sheet, form), 409
    return redirect(url_for("prescriptions.show", prescription_id=prescription.id), 303)


def _write_down(sheet: Sheet, form: PrescribeForm) -> ResponseReturnValue:
    session, order = request_session(), sheet.order(form)
    if not order.answers:
        form.blame(InvalidInput(_l("Choose a service for at least one need.")))
        return choose_page(sheet, form), 422
    try:
        by = _signer()
        news = record_answers(session, order.answers, form_id=order.form_id, by=by.person_id, by_name=by.name)
    except Conflict as error:
        session.rollback()
        form.form_errors.append(error.message)
        return choose_page(sheet, form), 409
    if not news and not written_before(session, order):
        form.blame(InvalidInput(_l("Choose a service for at least one need.")))
        return choose_page(sheet, form), 422
    flash(_("What the patient says is written down. Nothing was prescribed."), "success")
    return redirect(url_for("patients.show_patient", patient_id=sheet.patient.id), 303)


def _starred(sheet: Sheet, step: str) -> Sheet:
    """Give or take the star that was pressed; everything typed stays on the page."""
    session, person = request_session(), current_person()
    verb, _dash, name = step.partition("-")
    offered = next((found for offer in sheet.offers if (found := offer.service(name))), None)
    if offered is None:
        return sheet
    if verb == "star":
        star(session, offered.hit.service_id, clinic_id=person.member_id, by=person.person_id)
    else:
        unstar(session, offered.hit.service_id, clinic_id=person.member_id)
    return sheet_for(session, sheet.patient, sheet.wanted)


def _asked_for() -> dict[UUID, UUID]:
    need_id = request.args.get("need", type=UUID)
    service_id = request.args.get("service", type=UUID)
    return {need_id: service_id} if need_id and service_id else {}


def _signer() -> Signer:
    person = current_person()
    return Signer(person.person_id, person.name)
