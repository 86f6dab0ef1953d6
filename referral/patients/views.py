"""Pages of patients: finding, registering, looking at one, correcting, phones."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from referral.accounts.principal import current_person
from referral.kit.collisions import Collided, read, written
from referral.kit.errors import InvalidInput
from referral.kit.limits import PATIENT_SEARCHES, limited
from referral.kit.paging import PAGE_SIZE, Page
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.actions import (
    PatientFacts,
    add_phone,
    facts_of,
    register_patient,
    retire_phone,
    stored_facts,
)
from referral.patients.consents import texting_route
from referral.patients.correcting import Opened, save_typed
from referral.patients.corrections import last_writers
from referral.patients.fact_words import differences, fact_rows
from referral.patients.forms import CorrectForm, PatientForm, PhoneForm, RegisterForm, SearchForm
from referral.patients.hooks import patient_sections, text_samples
from referral.patients.models import Patient, PatientPhone
from referral.patients.moving import offers_to
from referral.patients.page_rows import patient_rows, phone_rows, sharing_rows
from referral.patients.policies import PatientPermission
from referral.patients.queries import (
    Search,
    all_patients,
    display_name,
    find_patients,
    kept_record,
    likely_duplicates,
    patient_by_id,
    records_of_person,
)
from referral.patients.same_number import owners_of_number
from referral.patients.states import PrivacyLevel
from referral.patients.whole_page import standing_of
from referral.patients.words import SPEAKERS, why_no_texts

blueprint = Blueprint("patients", __name__, url_prefix="/patients", template_folder="templates")

LAST_PAGE = 10_000


def one_patient(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address."""
    return patient_by_id(session, patient_id)


def one_phone(session: ScopedSession, patient_id: UUID, phone_id: UUID) -> PatientPhone | None:
    """Return the phone of the address, unless it is retired."""
    return session.scalar(
        select(PatientPhone).where(
            PatientPhone.id == phone_id,
            PatientPhone.patient_id.in_(records_of_person(session, patient_id)),
            PatientPhone.retired_at.is_(None),
        )
    )


@blueprint.get("/")
@requires(PatientPermission.VIEW)
def list_patients() -> ResponseReturnValue:
    """Show the clinic's patients, newest first; in an emergency access only whom somebody asks for by name."""
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    return _listing(SearchForm(), Search(), number)


@blueprint.post("/")
@limited(PATIENT_SEARCHES)
@requires(PatientPermission.VIEW)
def search_patients() -> ResponseReturnValue:
    """Show the patients that fit what was typed. Posted, so that no name stands in an address."""
    form = SearchForm()
    number = min(max(request.form.get("page", 1, type=int), 1), LAST_PAGE)
    if not form.validate():
        return render_template("patients/list.html", form=form, page=Page([], 1, 0), searched=False), 422
    return _listing(form, form.search(), number)


def _listing(form: SearchForm, search: Search, number: int) -> str:
    session, signed = request_session(), current_person()
    if search.empty and not signed.allows(PatientPermission.LIST):
        return render_template("patients/list.html", form=form, page=Page([], 1, 0), searched=False)
    offset = (number - 1) * PAGE_SIZE
    if search.empty:
        found, total = all_patients(session, clinic_id=signed.member_id, limit=PAGE_SIZE, offset=offset)
    else:
        found, total = find_patients(session, search, clinic_id=signed.member_id, limit=PAGE_SIZE, offset=offset)
    return render_template(
        "patients/list.html",
        form=form,
        page=Page(patient_rows(found), number, total),
        searched=not search.empty,
        offers=len(offers_to(session, signed.member_id)) if signed.allows(PatientPermission.MOVE) else 0,
    )


@blueprint.get("/new")
@requires(PatientPermission.REGISTER)
def new_patient() -> ResponseReturnValue:
    """Show the form for a new patient."""
    return _registration(RegisterForm())


@blueprint.post("/new")
@requires(PatientPermission.REGISTER)
def register() -> ResponseReturnValue:
    """Register the patient, unless somebody much like them is here already and nobody has said "anyway"."""
    form, session, signed = RegisterForm(), request_session(), current_person()
    if not form.validate():
        return _registration(form), 422
    known = patient_by_id(session, form.filling_id())
    if known is not None:
        return redirect(url_for(".show_patient", patient_id=known.id), 303)
    alike = likely_duplicates(session, form.search(), clinic_id=signed.member_id)
    if alike and "register_anyway" not in request.form:
        return _registration(form, alike), 422
    try:
        patient = register_patient(
            session, form.facts(), clinic_id=signed.member_id, by=signed.person_id, patient_id=form.filling_id()
        )
    except InvalidInput as error:
        form.blame(error)
        return _registration(form), 422
    phone = form.phone_facts()
    if phone is not None:
        add_phone(session, patient, phone, by=signed.person_id)
    flash(_("The patient is registered."), "success")
    return redirect(url_for(".show_patient", patient_id=patient.id), 303)


def _registration(form: RegisterForm, alike: Sequence[Patient] = ()) -> str:
    owners = owners_of_number(request_session(), form.phone.data) if alike else []
    return render_template(
        "patients/new.html",
        form=form,
        alike=patient_rows(alike),
        others=patient_rows(owners),
        samples=_samples(form),
    )


@blueprint.get("/<uuid:patient_id>")
@requires(PatientPermission.VIEW, load=one_patient)
def show_patient(patient: Patient) -> ResponseReturnValue:
    """Show one patient: facts, phones, whether we may text, consents, and what the slices above add."""
    session = request_session()
    kept = kept_record(session, patient)
    if kept is not patient:
        return _to_kept(kept)
    route = texting_route(session, patient)
    return render_template(
        "patients/show.html",
        patient=patient,
        name=display_name(patient),
        facts=fact_rows(facts_of(patient)),
        route=route,
        why_not=why_no_texts(route.why_not) if route.why_not else None,
        phones=phone_rows(session, patient.id),
        sharing=sharing_rows(session, patient.id),
        sections=patient_sections(session, patient),
        relations=SPEAKERS,
        standing=standing_of(session, patient, reader_id=current_person().person_id),
    )


def _to_kept(kept: Patient) -> Response:
    flash(_("The record that you asked for is merged into this one: it is the same person."), "info")
    return redirect(url_for(".show_patient", patient_id=kept.id), 303)


@blueprint.get("/<uuid:patient_id>/edit")
@requires(PatientPermission.CORRECT, load=one_patient)
def edit_patient(patient: Patient) -> ResponseReturnValue:
    """Show the facts to correct."""
    kept = kept_record(request_session(), patient)
    if kept is not patient:
        return _to_kept(kept)
    return _correction(_filled(facts_of(patient), patient), patient)


@blueprint.post("/<uuid:patient_id>/edit")
@requires(PatientPermission.CORRECT, load=one_patient)
def correct(patient: Patient) -> ResponseReturnValue:
    """Save the corrected facts; when somebody was faster, show both and lose neither."""
    form, session = CorrectForm(), request_session()
    if not form.validate():
        return _correction(form, patient), 422
    opened = Opened(form.version.data, read(form.opened.data))
    try:
        save_typed(session, patient, form.facts(), opened, by=current_person().person_id)
    except InvalidInput as error:
        form.blame(error)
        return _correction(form, patient), 422
    except Collided as both:
        writers = last_writers(session, patient.id)
        differing = differences(facts_of(patient), form.facts(), both.names, writers)
        return _correction(_filled(both.together, patient), patient, differing), 409
    flash(_("The change is saved."), "success")
    return redirect(url_for(".show_patient", patient_id=patient.id), 303)


def _filled(facts: PatientFacts, patient: Patient) -> CorrectForm:
    """Return the form with these facts in it, opened now: saving is then a choice, made with what stands in sight."""
    opened = written(stored_facts(facts_of(patient)))
    form = CorrectForm(formdata=None, obj=facts, version=patient.version, opened=opened)
    form.spoken_language.data = facts.spoken_language or ""
    form.written_language.data = facts.written_language or ""
    return form


def _correction(form: CorrectForm, patient: Patient, differing: Sequence[object] = ()) -> str:
    return render_template(
        "patients/edit.html",
        form=form,
        patient=patient,
        name=display_name(patient),
        differing=differing,
        samples=_samples(form),
    )


def _samples(form: PatientForm) -> dict[str, str]:
    """Return how a text would read under each level of privacy, in the language that the form now names.

    U+2068 and U+2069 around the words keep those from right to left in their own order.
    """
    read = text_samples(request_session(), current_person().member_id, form.written_language.data or None)
    shown = {level: _("A text then reads: “%(words)s”", words=f"\u2068{words}\u2069") for level, words in read.items()}
    return {**shown, str(PrivacyLevel.NONE): _("Nothing is sent. Somebody calls instead.")}


@blueprint.get("/<uuid:patient_id>/phones")
@requires(PatientPermission.CORRECT, load=one_patient)
def patient_phones(patient: Patient) -> ResponseReturnValue:
    """Show the patient's phones and the form for another."""
    return _phones(PhoneForm(), patient)


@blueprint.post("/<uuid:patient_id>/phones")
@requires(PatientPermission.CORRECT, load=one_patient)
def add_patient_phone(patient: Patient) -> ResponseReturnValue:
    """Add a phone. The same number again changes what is known of it."""
    form = PhoneForm()
    if not form.validate():
        return _phones(form, patient), 422
    if form.is_unasked() and _others(form, patient):
        return _phones(form, patient), 422
    add_phone(request_session(), patient, form.phone_facts(), by=current_person().person_id)
    flash(_("The phone is saved."), "success")
    return redirect(url_for(".show_patient", patient_id=patient.id), 303)


@blueprint.post("/<uuid:patient_id>/phones/<uuid:phone_id>/retire")
@requires(PatientPermission.CORRECT, load=one_phone)
def retire(phone: PatientPhone) -> ResponseReturnValue:
    """Stop using a phone for this patient."""
    retire_phone(request_session(), phone, by=current_person().person_id)
    flash(_("The phone is no longer used for this patient."), "success")
    return redirect(url_for(".patient_phones", patient_id=phone.patient_id), 303)


def _others(form: PhoneForm, patient: Patient) -> list[Patient]:
    """Return who else gives the typed number as theirs, of those who may be seen here."""
    session = request_session()
    theirs = owners_of_number(session, form.phone.data) if form.phone.data else []
    return [each for each in theirs if each.id not in records_of_person(session, patient.id)]


def _phones(form: PhoneForm, patient: Patient) -> str:
    return render_template(
        "patients/phones.html",
        form=form,
        others=patient_rows(_others(form, patient)),
        patient=patient,
        name=display_name(patient),
        phones=phone_rows(request_session(), patient.id),
    )
