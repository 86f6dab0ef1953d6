"""Pages of what becomes of a record: its history, a death, and two records that are one person."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from referral.accounts.principal import current_person
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.limits import PATIENT_SEARCHES, limited
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.actions import facts_of
from referral.patients.corrections import corrections_of
from referral.patients.deaths import death_date_of, mark_deceased, take_back_death
from referral.patients.double_requests import double_requests
from referral.patients.fact_words import LABELS, fact_words, history_label, stored_words
from referral.patients.forms import SearchForm
from referral.patients.hooks import under_way
from referral.patients.joining import what_bars_end, what_ended, wishes_of
from referral.patients.merging import merge_records, merges_of, undo_merge, why_not_merge
from referral.patients.models import Patient
from referral.patients.page_rows import patient_rows, phone_rows
from referral.patients.policies import PatientPermission as P
from referral.patients.queries import Search, display_name, find_patients, likely_duplicates, patient_by_id, phones_of
from referral.patients.record_forms import DeathForm, MergeForm, UndoMergeForm, merge_form
from referral.patients.record_models import PatientMerge
from referral.patients.words import SPEAKERS

blueprint = Blueprint("patient_records", __name__, url_prefix="/patients", template_folder="templates")

LAST_PAGE = 10_000


@dataclass(frozen=True)
class TwoRecords:
    """Two records that may be one person: `kept` would stand for both."""

    kept: Patient
    other: Patient


@dataclass(frozen=True)
class MergeOfPatient:
    """A merge with its kept record."""

    patient: Patient
    merge: PatientMerge


def one_patient(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address."""
    return patient_by_id(session, patient_id)


def two_records(session: ScopedSession, patient_id: UUID, other_id: UUID) -> TwoRecords | None:
    """Return the two records of the address, both of them of one clinic."""
    kept, other = patient_by_id(session, patient_id), patient_by_id(session, other_id)
    if kept is None or other is None or kept.clinic_id != other.clinic_id:
        return None
    return TwoRecords(kept, other)


def one_merge(session: ScopedSession, patient_id: UUID, merge_id: UUID) -> MergeOfPatient | None:
    """Return the merge of the address with the record that is kept."""
    patient = patient_by_id(session, patient_id)
    found = select(PatientMerge).where(PatientMerge.id == merge_id, PatientMerge.patient_id == patient_id)
    merge = session.scalar(found) if patient else None
    return MergeOfPatient(patient, merge) if patient and merge else None


@blueprint.get("/<uuid:patient_id>/history")
@requires(P.CORRECT, load=one_patient)
def history(patient: Patient) -> ResponseReturnValue:
    """Show what was changed, by whom, from what to what; and merges."""
    session = request_session()
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    page = corrections_of(session, patient.id, number=number)
    rows = [
        (row, history_label(row.fact), stored_words(row.fact, row.old), stored_words(row.fact, row.new))
        for row in page.rows
    ]
    return render_template(
        "patients/history.html",
        patient=patient,
        name=display_name(patient),
        page=page.showing(rows),
        merges=merges_of(session, patient.id),
    )


@blueprint.get("/<uuid:patient_id>/deceased")
@requires(P.MARK_DECEASED, load=one_patient)
def death(patient: Patient) -> ResponseReturnValue:
    """Ask when the patient died, and say what ends."""
    return _death_page(DeathForm(died_on=death_date_of(patient)), patient)


@blueprint.post("/<uuid:patient_id>/deceased")
@requires(P.MARK_DECEASED, load=one_patient)
def record_death(patient: Patient) -> ResponseReturnValue:
    """Write down that the patient died; all texts end with it."""
    form, signed = DeathForm(), current_person()
    if not form.validate():
        return _death_page(form, patient), 422
    try:
        mark_deceased(request_session(), patient, form.death(), by=signed.person_id, by_name=signed.name)
    except InvalidInput as error:
        form.blame(error)
        return _death_page(form, patient), 422
    flash(_("It is written down. No text, no question and no to-do about this patient goes out any more."), "success")
    return _back(patient)


@blueprint.post("/<uuid:patient_id>/deceased/undo")
@requires(P.MARK_DECEASED, load=one_patient)
def undo_death(patient: Patient) -> ResponseReturnValue:
    """Take the mark back. No text begins again by itself."""
    take_back_death(request_session(), patient, by=current_person().person_id)
    flash(_("The mark is taken back. Call the patient: no text begins again before you have asked them."), "success")
    return _back(patient)


def _death_page(form: DeathForm, patient: Patient) -> str:
    return render_template(
        "patients/deceased.html",
        form=form,
        patient=patient,
        name=display_name(patient),
        live=under_way(request_session(), patient.id),
    )


@blueprint.get("/<uuid:patient_id>/merge")
@requires(P.MERGE, load=one_patient)
def find_other(patient: Patient) -> ResponseReturnValue:
    """Show records that may be the same person, and a search for others."""
    return _candidates(SearchForm(), patient, _alike(patient))


@blueprint.post("/<uuid:patient_id>/merge")
@limited(PATIENT_SEARCHES)
@requires(P.MERGE, load=one_patient)
def search_other(patient: Patient) -> ResponseReturnValue:
    """Show the records that fit what was typed. Posted, so that no name stands in an address."""
    form = SearchForm()
    if not form.validate():
        return _candidates(form, patient, []), 422
    if form.search().empty:
        form.form_errors.append(_("Type a name, a birth date, a phone or a record number."))
        return _candidates(form, patient, []), 422
    found, _total = find_patients(request_session(), form.search(), clinic_id=patient.clinic_id)
    return _candidates(form, patient, [each for each in found if each.id != patient.id], searched=True)


def _alike(patient: Patient) -> list[Patient]:
    session, facts = request_session(), facts_of(patient)
    names = (facts.given_name, facts.family_name, facts.second_family_name, facts.chosen_name)
    phones = phones_of(session, patient.id)
    search = Search(
        " ".join(name for name in names if name),
        facts.birth_date,
        phones[0].e164 if phones else None,
        facts.record_number,
    )
    return likely_duplicates(session, search, clinic_id=patient.clinic_id, not_this=patient.id)


def _candidates(form: SearchForm, patient: Patient, found: list[Patient], *, searched: bool = False) -> str:
    return render_template(
        "patients/merge_find.html",
        form=form,
        patient=patient,
        name=display_name(patient),
        rows=patient_rows(found),
        searched=searched,
    )


@blueprint.get("/<uuid:patient_id>/merge/<uuid:other_id>")
@requires(P.MERGE, load=two_records, fresh=True)
def compare(two: TwoRecords) -> ResponseReturnValue:
    """Show both records side by side before anything is merged."""
    return _comparison(_merge_form(two), two)


@blueprint.post("/<uuid:patient_id>/merge/<uuid:other_id>")
@requires(P.MERGE, load=two_records, fresh=True)
def merge(two: TwoRecords) -> ResponseReturnValue:
    """Merge: the kept record stands for both from now on."""
    form, session = _merge_form(two), request_session()
    if not form.validate():
        return _comparison(form, two), 422
    try:
        _refuse_unseen_ends(form, two)
        merge_records(
            session,
            two.kept.id,
            two.other.id,
            why=form.why.data,
            by=current_person().person_id,
            merge_id=form.filling_id(),
            going_on=form.going_on(),
        )
    except (InvalidInput, Conflict) as error:
        form.form_errors.append(error.message)
        return _comparison(form, two), 422 if isinstance(error, InvalidInput) else 409
    flash(_("The two records are one now. You can take them apart again on this page."), "success")
    return _back(two.kept)


def _refuse_unseen_ends(form: MergeForm, two: TwoRecords) -> None:
    """Raise Conflict where the merge would end what the page did not show: somebody barred an organization since."""
    session = request_session()
    if session.get(PatientMerge, form.filling_id()) is None and (form.ends_seen.data or "") != _ends_of(session, two):
        raise Conflict(_("What ends with the merge has changed meanwhile. Look at it below, then merge again."))


def _ends_of(session: ScopedSession, two: TwoRecords) -> str:
    return " ".join(sorted(str(each.id) for each in what_bars_end(session, two.kept.id, two.other.id)))


def _merge_form(two: TwoRecords) -> MergeForm:
    return merge_form(double_requests(request_session(), two.kept.id, two.other.id), two.kept.id)


def _comparison(form: MergeForm, two: TwoRecords) -> str:
    session = request_session()
    kept, other = facts_of(two.kept), facts_of(two.other)
    rows = [(str(label), fact_words(kept, name), fact_words(other, name)) for name, label in LABELS.items()]
    form.ends_seen.data = _ends_of(session, two)
    return render_template(
        "patients/merge_compare.html",
        form=form,
        two=two,
        kept_name=display_name(two.kept),
        other_name=display_name(two.other),
        rows=rows,
        kept_phones=phone_rows(session, two.kept.id),
        other_phones=phone_rows(session, two.other.id),
        kept_live=under_way(session, two.kept.id),
        other_live=under_way(session, two.other.id),
        wishes={record.id: wishes_of(session, record.id) for record in (two.kept, two.other)},
        relations=SPEAKERS,
        ends=what_bars_end(session, two.kept.id, two.other.id),
        why_not=why_not_merge(session, two.kept, two.other),
    )


@blueprint.get("/<uuid:patient_id>/merges/<uuid:merge_id>/undo")
@requires(P.MERGE, load=one_merge, fresh=True)
def ask_undo(found: MergeOfPatient) -> ResponseReturnValue:
    """Ask whether the two records shall be taken apart."""
    return _undo_page(UndoMergeForm(), found)


@blueprint.post("/<uuid:patient_id>/merges/<uuid:merge_id>/undo")
@requires(P.MERGE, load=one_merge, fresh=True)
def undo(found: MergeOfPatient) -> ResponseReturnValue:
    """Take the two records apart; what the merge ended for good becomes a to-do."""
    form, ended = UndoMergeForm(), what_ended(request_session(), found.merge)
    try:
        undo_merge(request_session(), found.merge, by=current_person().person_id)
    except InvalidInput as error:
        form.form_errors.append(error.message)
        return _undo_page(form, found), 422
    if all(each.comes_back for each in ended):
        flash(_("The two records are apart again, each as it was."), "success")
    else:
        flash(_("The two records are apart again. What did not come back is now a to-do."), "success")
    return _back(found.patient)


def _undo_page(form: UndoMergeForm, found: MergeOfPatient) -> str:
    other = patient_by_id(request_session(), found.merge.merged_id)
    return render_template(
        "patients/merge_undo.html",
        form=form,
        patient=found.patient,
        name=display_name(found.patient),
        other_name=display_name(other) if other else _("A record that is no longer there"),
        merge=found.merge,
        ended=what_ended(request_session(), found.merge),
    )


def _back(patient: Patient) -> Response:
    return redirect(url_for("patients.show_patient", patient_id=patient.id), 303)
