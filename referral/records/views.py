"""Pages of whole records: finding one, its own page, taking it along, erasing it."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.http import dump_options_header

from referral.accounts.principal import current_person
from referral.accounts.queries import names_of
from referral.kit.errors import Conflict
from referral.kit.i18n import LANGUAGES, speaking
from referral.kit.limits import PATIENT_SEARCHES, RECORD_EXPORTS, limited
from referral.kit.paging import PAGE_SIZE, Page
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.page_rows import patient_rows
from referral.patients.queries import display_name, find_patients
from referral.records import queries
from referral.records.erasing import erase_record, erasure_of, what_goes
from referral.records.exporting import export_record
from referral.records.formats import as_csv_zip, as_json, file_name
from referral.records.forms import EraseForm, ExportForm, FindForm
from referral.records.gathering import WholeRecord
from referral.records.holds import hold_of
from referral.records.policies import RecordPermission as P
from referral.records.readable import parts_of
from referral.records.words import Format, Purpose

blueprint = Blueprint("records", __name__, url_prefix="/records", template_folder="templates")


def living_record(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address, unless the record was erased."""
    patient = queries.any_record(session, patient_id)
    return patient if patient is not None and patient.erased_at is None else None


def known_record(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address; an erased record is known to nobody but those who may erase."""
    patient = queries.any_record(session, patient_id)
    erased = patient is not None and patient.erased_at is not None
    return None if erased and not current_person().allows(P.ERASE) else patient


@blueprint.get("/")
@requires(P.FIND)
def index() -> ResponseReturnValue:
    """Show the form that finds a record, the holds that stand, and the list of erasures."""
    return _index(FindForm(), None)


@blueprint.post("/")
@limited(PATIENT_SEARCHES)
@requires(P.FIND)
def find() -> ResponseReturnValue:
    """Show the records that fit what was typed. Posted, so that no name stands in an address."""
    form = FindForm()
    if not form.validate():
        return _index(form, None), 422
    if form.search().empty:
        form.form_errors.append(_("Type a name, a birth date, a phone or a record number."))
        return _index(form, None), 422
    found, total = find_patients(
        request_session(), form.search(), clinic_id=current_person().member_id, limit=PAGE_SIZE
    )
    return _index(form, Page(patient_rows(found), 1, total))


def _index(form: FindForm, found: Page | None) -> str:  # type: ignore[type-arg]  # of rows of patients
    session, clinic_id = request_session(), current_person().member_id
    number = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    return render_template(
        "records/index.html",
        form=form,
        found=found,
        holds=queries.holds_in_force(session, clinic_id),
        erasures=queries.erasures_page(session, clinic_id, number=number) if current_person().allows(P.ERASE) else None,
        number_of=queries.record_number,
    )


@blueprint.get("/<uuid:patient_id>")
@requires(P.FIND, load=known_record)
def show(patient: Patient) -> ResponseReturnValue:
    """Show what can be done with one record, and the hold on it; of an erased one, only that it was erased."""
    session = request_session()
    if patient.erased_at is not None:
        return render_template("records/erased.html", **_erased(session, patient))
    hold = hold_of(session, patient.id)
    rows = queries.hold_rows(session, [hold] if hold else [])
    return render_template("records/show.html", **_head(patient), row=rows[0] if rows else None)


def _head(patient: Patient) -> dict[str, object]:
    return {"patient": patient, "name": display_name(patient), "number": queries.record_number(patient), "may": P}


def _erased(session: ScopedSession, patient: Patient) -> dict[str, object]:
    entry = erasure_of(session, patient.id)
    by = names_of(session, {entry.erased_by}).get(entry.erased_by) if entry else None
    return {"patient": patient, "entry": entry, "by": by, "number": queries.record_number(patient)}


@blueprint.get("/<uuid:patient_id>/export")
@requires(P.EXPORT, load=living_record, fresh=True)
def export(patient: Patient) -> ResponseReturnValue:
    """Ask why a copy is made, and in which form."""
    return render_template("records/export.html", form=ExportForm(), **_head(patient))


@blueprint.post("/<uuid:patient_id>/export")
@limited(RECORD_EXPORTS)
@requires(P.EXPORT, load=living_record, fresh=True)
def make_export(patient: Patient) -> ResponseReturnValue:
    """Send the copy; it is made while the reader waits, and kept nowhere."""
    form = ExportForm()
    if not form.validate():
        return render_template("records/export.html", form=form, **_head(patient)), 422
    export_id, kind = form.filling_id(), Format(form.kind.data)
    whole = export_record(
        request_session(),
        patient,
        export_id=export_id,
        purpose=Purpose(form.purpose.data),
        words=form.words.data,
        kind=kind,
        private=form.private.data,
    )
    if kind is Format.PAGE:
        return _sheet(whole, patient)
    if kind is Format.JSON:
        return _download(as_json(whole), "application/json", file_name(export_id, whole.made_at, "json"))
    return _download(as_csv_zip(whole), "application/zip", file_name(export_id, whole.made_at, "zip"))


def _sheet(whole: WholeRecord, patient: Patient) -> str:
    own = LANGUAGES.get(patient.written_language or patient.spoken_language or "en")
    language = own if own is not None and own.pages else LANGUAGES["en"]
    with speaking(language.code):
        sheet = render_template(
            "records/sheet.html",
            whole=whole,
            parts=parts_of(whole, language.code),
            language=language,
            name=display_name(patient),
        )
    escaped = Markup(sheet)  # noqa: S704 - our own template, which has escaped everything
    return render_template("records/readable.html", sheet=escaped, whole=whole, **_head(patient))


def _download(content: bytes, mimetype: str, name: str) -> Response:
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    return answer


@blueprint.get("/<uuid:patient_id>/erase")
@requires(P.ERASE, load=living_record, fresh=True)
def erase(patient: Patient) -> ResponseReturnValue:
    """Say exactly what goes and what stays, whether a hold forbids it, and ask why."""
    return _erase_page(EraseForm(), patient)


@blueprint.post("/<uuid:patient_id>/erase")
@requires(P.ERASE, load=living_record, fresh=True)
def erase_for_good(patient: Patient) -> ResponseReturnValue:
    """First take the reason and ask once more; then, with the record's number typed, erase."""
    form = EraseForm()
    if not form.validate():
        return _erase_page(form, patient), 422
    if form.step.data != "erase":
        form.step.raw_data, form.step.data = None, "erase"
        return _erase_page(form, patient, last_step=True)
    if (form.typed.data or "").upper() != queries.record_number(patient):
        form.typed.errors = [_("This is not the number of the record. Copy it from this page.")]
        return _erase_page(form, patient, last_step=True), 422
    try:
        erase_record(request_session(), patient.id, reason=form.words.data, by=current_person().person_id)
    except Conflict as error:
        form.form_errors.append(error.message)
        return _erase_page(form, patient), 409
    flash(_("The record is erased."), "success")
    return redirect(url_for(".show", patient_id=patient.id), 303)


def _erase_page(form: EraseForm, patient: Patient, *, last_step: bool = False) -> str:
    session = request_session()
    hold = hold_of(session, patient.id)
    if hold is not None:
        form.say_above()
    return render_template(
        "records/erase.html",
        form=form,
        goes=what_goes(session, patient.id),
        row=queries.hold_rows(session, [hold])[0] if hold else None,
        last_step=last_step,
        **_head(patient),
    )
