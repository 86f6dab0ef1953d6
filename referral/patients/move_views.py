"""Pages of a move to another clinic: offering a patient, and taking over one who is offered."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from referral.accounts.models import Member
from referral.accounts.principal import current_person
from referral.kit.errors import InvalidInput
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.consent_words import MOVE_WORDS_VERSION, move_words, words_language
from referral.patients.consents import ConsentTaken
from referral.patients.fact_words import LABELS, fact_rows
from referral.patients.forms import consent_taken
from referral.patients.hooks import under_way
from referral.patients.models import Patient
from referral.patients.moving import (
    Arrival,
    arrival,
    decline,
    offer_move,
    offers_to,
    open_offer,
    other_clinics,
    take_over,
    withdraw_offer,
)
from referral.patients.page_rows import patient_rows
from referral.patients.policies import PatientPermission as P
from referral.patients.proxies import check_speaker, speaker_choices
from referral.patients.queries import Search, display_name, likely_duplicates, may_be_contacted, patient_by_id
from referral.patients.record_forms import MoveForm
from referral.patients.states import ConsentMethod, MoveState
from referral.patients.words import HOLDERS, SPEAKERS

blueprint = Blueprint("patient_moves", __name__, url_prefix="/patients", template_folder="templates")


def one_patient(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address."""
    return patient_by_id(session, patient_id)


def one_arrival(session: ScopedSession, move_id: UUID) -> Arrival | None:
    """Return the offer of the address, if it was made to the clinic of whoever asks."""
    return arrival(session, move_id, current_person().member_id)


@blueprint.get("/<uuid:patient_id>/move")
@requires(P.MOVE, load=one_patient)
def ask_move(patient: Patient) -> ResponseReturnValue:
    """Let a clinic be chosen; then show the words to read out for it, and the form for the answer."""
    clinic = _chosen(patient)
    language = words_language(patient.spoken_language or patient.written_language)
    return _page(MoveForm(words_language=language, words_version=MOVE_WORDS_VERSION), patient, clinic)


@blueprint.post("/<uuid:patient_id>/move")
@requires(P.MOVE, load=one_patient)
def offer(patient: Patient) -> ResponseReturnValue:
    """Offer the patient to the clinic, with the words by which they agreed."""
    form, clinic, session = MoveForm(), _chosen(patient), request_session()
    form.offer_speakers(speaker_choices(session, patient, SPEAKERS))
    if clinic is None:
        form.blame(InvalidInput(_("Choose the clinic to which the patient moves."), "to"))
    if clinic is None or not form.validate():
        return _page(form, patient, clinic), 422
    language = words_language(form.words_language.data)
    shown = ConsentTaken(
        words=move_words(language, clinic.name),
        words_language=language,
        words_version=MOVE_WORDS_VERSION,
        method=ConsentMethod.IN_PERSON,
        taken_by=current_person().person_id,
    )
    try:
        check_speaker(session, patient.id, form.in_whose_name.data)
        offer_move(session, patient, clinic.id, taken=consent_taken(form, shown), note=form.note.data)
    except InvalidInput as error:
        form.blame(error)
        return _page(form, patient, clinic), 422
    flash(
        _("The patient is offered to the other clinic. Until somebody there takes over, they stay with you."), "success"
    )
    return redirect(url_for("patients.show_patient", patient_id=patient.id), 303)


@blueprint.post("/<uuid:patient_id>/move/withdraw")
@requires(P.MOVE, load=one_patient)
def withdraw(patient: Patient) -> ResponseReturnValue:
    """Take the offer back; done already, nothing changes."""
    session = request_session()
    move = open_offer(session, patient.id)
    if move is not None:
        withdraw_offer(session, move, by=current_person().person_id)
        flash(_("The offer is taken back. The patient stays with you."), "success")
    return redirect(url_for("patients.show_patient", patient_id=patient.id), 303)


def _chosen(patient: Patient) -> Member | None:
    """Return the clinic that was chosen: `to`, its id, which tells nothing of the patient."""
    to = request.values.get("to", type=UUID)
    return next((each for each in other_clinics(request_session(), patient.clinic_id) if each.id == to), None)


def _page(form: MoveForm, patient: Patient, clinic: Member | None) -> str:
    session = request_session()
    language = words_language(form.words_language.data)
    clinics, offered = other_clinics(session, patient.clinic_id), open_offer(session, patient.id)
    if form.errors and (offered or not clinics or not may_be_contacted(patient)):  # a page without the form
        form = MoveForm(formdata=None)
        form.form_errors.append(_("Nothing was sent. Read below what stands in the way."))
    form.to.choices = [(str(each.id), each.name) for each in clinics]
    form.to.data = str(clinic.id) if clinic else None
    form.offer_speakers(speaker_choices(session, patient, SPEAKERS))
    spoken = patient.spoken_language or patient.written_language
    return render_template(
        "patients/move.html",
        form=form,
        patient=patient,
        name=display_name(patient),
        clinic=clinic,
        clinics=clinics,
        words=move_words(language, clinic.name) if clinic else "",
        language=language,
        interpret_into=spoken if spoken != language else None,
        live=under_way(session, patient.id),
        open_offer=offered,
        possible=may_be_contacted(patient),
    )


@blueprint.get("/arriving")
@requires(P.MOVE)
def arriving() -> ResponseReturnValue:
    """List the patients whom other clinics offer; no name stands here."""
    return render_template("patients/arriving.html", rows=offers_to(request_session(), current_person().member_id))


@blueprint.get("/arriving/<uuid:move_id>")
@requires(P.MOVE, load=one_arrival)
def show_arrival(found: Arrival) -> ResponseReturnValue:
    """Show who is offered, with what they agreed to give; the other clinic's audit keeps that it was read."""
    return render_template(
        "patients/arrival.html",
        found=found,
        facts=[row for row in fact_rows(found.facts) if row[0] != str(LABELS["record_number"])],
        holders=HOLDERS,
        alike=patient_rows(_alike(found)) if found.state is MoveState.OFFERED else [],
    )


def _alike(found: Arrival) -> list[Patient]:
    """Return who may be the same person here already, so that staff can merge afterwards."""
    names = (found.facts.given_name, found.facts.family_name, found.facts.second_family_name, found.facts.chosen_name)
    phone = found.phones[0].e164 if found.phones else None
    search = Search(" ".join(name for name in names if name), found.facts.birth_date, phone)
    return likely_duplicates(request_session(), search, clinic_id=current_person().member_id)


@blueprint.post("/arriving/<uuid:move_id>/take")
@requires(P.MOVE, load=one_arrival)
def take(found: Arrival) -> ResponseReturnValue:
    """Take over: a record of one's own with facts and phones, and a to-do to call. Sent twice, it is one record."""
    signed = current_person()
    patient_id = take_over(request_session(), found, clinic_id=signed.member_id, by=signed.person_id)
    flash(_("The patient is yours now. Call them, say who you are, and ask about texts anew."), "success")
    return redirect(url_for("patients.show_patient", patient_id=patient_id), 303)


@blueprint.post("/arriving/<uuid:move_id>/decline")
@requires(P.MOVE, load=one_arrival)
def turn_down(found: Arrival) -> Response:
    """Turn the offer down; the patient stays where they are."""
    signed = current_person()
    decline(request_session(), found, clinic_id=signed.member_id, by=signed.person_id)
    flash(_("You turned the offer down. The patient stays with the other clinic."), "success")
    return redirect(url_for(".arriving"), 303)
