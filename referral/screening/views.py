"""Pages of screening: the needs check, its result, a voiced need, confirming a need."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.kit.errors import Conflict
from referral.kit.i18n import current_language
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import display_name, patient_by_id
from referral.screening.actions import Filling, VoicedNeed, confirm_need, drop_need, record_screening, voice_need
from referral.screening.forms import (
    ALONE,
    NOT_A_NEED,
    ConfirmForm,
    QuestionsForm,
    StartForm,
    VoiceForm,
    questions_form,
)
from referral.screening.instruments import LANGUAGES, instrument_by_key, needs_check
from referral.screening.models import Need, Screening
from referral.screening.policies import ScreeningPermission
from referral.screening.queries import answers_of, live_need, need_by_id, screening_by_id
from referral.screening.scoring import positives
from referral.screening.sections import NeedRow, need_row
from referral.screening.states import WantsHelp
from referral.screening.words import NEEDS, STATUSES, WANTS, need_label
from resources_directory.needs import SENSITIVE, NeedDomain

blueprint = Blueprint("screening", __name__, template_folder="templates")


@dataclass(frozen=True)
class NeedOfPatient:
    """A need with its patient."""

    need: Need
    patient: Patient


@dataclass(frozen=True)
class ScreeningOfPatient:
    """A screening with its patient."""

    screening: Screening
    patient: Patient


def one_patient(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address."""
    return patient_by_id(session, patient_id)


def one_need(session: ScopedSession, need_id: UUID) -> NeedOfPatient | None:
    """Return the need of the address with its patient."""
    need = need_by_id(session, need_id)
    patient = patient_by_id(session, need.patient_id) if need else None
    return NeedOfPatient(need, patient) if need and patient else None


def one_screening(session: ScopedSession, patient_id: UUID, screening_id: UUID) -> ScreeningOfPatient | None:
    """Return the screening of the address with its patient."""
    screening = screening_by_id(session, patient_id, screening_id)
    patient = patient_by_id(session, patient_id)
    return ScreeningOfPatient(screening, patient) if screening and patient else None


@blueprint.get("/patients/<uuid:patient_id>/screen")
@requires(ScreeningPermission.SCREEN, load=one_patient)
def start_screening(patient: Patient) -> ResponseReturnValue:
    """Ask how the screening is done: language, alone or not, interpreter."""
    language = patient.spoken_language if patient.spoken_language in LANGUAGES else LANGUAGES[0]
    return _start_page(StartForm(language=language), patient)


@blueprint.post("/patients/<uuid:patient_id>/screen")
@requires(ScreeningPermission.SCREEN, load=one_patient)
def ask_questions(patient: Patient) -> ResponseReturnValue:
    """Show the questions: those on safety only when the patient is alone."""
    start = StartForm()
    if not start.validate():
        return _start_page(start, patient), 422
    form = _questions(start.language.data, alone=start.alone.data, fresh=True)
    form.language.data, form.alone.data = start.language.data, ALONE if start.alone.data else ""
    form.interpreter.data = start.interpreter.data
    return _questions_page(form, patient)


@blueprint.get("/patients/<uuid:patient_id>/screen/answers")
@requires(ScreeningPermission.SCREEN, load=one_patient)
def answers_address(patient: Patient) -> ResponseReturnValue:
    """Lead somebody who opens the address of the questions anew to the start of the screening."""
    return redirect(url_for(".start_screening", patient_id=patient.id), 303)


@blueprint.post("/patients/<uuid:patient_id>/screen/answers")
@requires(ScreeningPermission.SCREEN, load=one_patient)
def record_answers(patient: Patient) -> ResponseReturnValue:
    """Record the answers, then show which needs they speak of."""
    language = request.form.get("language", "")
    language = language if language in LANGUAGES else LANGUAGES[0]
    alone = request.form.get("alone") == ALONE
    form = _questions(language, alone=alone, fresh=False)
    if not form.validate():
        return _questions_page(form, patient), 422
    filling = Filling(
        form_id=form.filling_id(),
        instrument=form.instrument,
        language=language,
        ticked=form.ticked(),
        alone=alone,
        taken_by=current_person().person_id,
        interpreter=form.interpreter.data,
    )
    screening = record_screening(request_session(), patient, filling)
    return redirect(url_for(".show_screening", patient_id=patient.id, screening_id=screening.id), 303)


def _questions(language: str, *, alone: bool, fresh: bool) -> QuestionsForm:
    staff = current_language().code
    return questions_form(needs_check(), language=language, staff_language=staff, alone=alone, fresh=fresh)


def _start_page(form: StartForm, patient: Patient) -> str:
    return render_template("screening/start.html", form=form, patient=patient, name=display_name(patient))


def _questions_page(form: QuestionsForm, patient: Patient) -> str:
    language = form.language.data if form.language.data in LANGUAGES else LANGUAGES[0]
    return render_template(
        "screening/questions.html",
        form=form,
        patient=patient,
        name=display_name(patient),
        language=language,
        intro=form.instrument.intro.say(language),
        alone=form.alone.data == ALONE,
    )


@blueprint.get("/patients/<uuid:patient_id>/screenings/<uuid:screening_id>")
@requires(ScreeningPermission.VIEW, load=one_screening)
def show_screening(found: ScreeningOfPatient) -> ResponseReturnValue:
    """Show which needs a screening speaks of, each to be confirmed with the patient."""
    rows = _result_rows(request_session(), found.screening)
    return render_template(
        "screening/result.html",
        screening=found.screening,
        patient=found.patient,
        name=display_name(found.patient),
        rows=rows,
        waiting=any(row.unconfirmed for row in rows),
    )


def _result_rows(session: ScopedSession, screening: Screening) -> list[NeedRow]:
    instrument = instrument_by_key(screening.instrument) or needs_check()
    found = positives(instrument, answers_of(session, screening.id))
    needs = [live_need(session, screening.patient_id, positive.domain) for positive in found]
    return [need_row(need) for need in needs if need is not None]


@blueprint.get("/patients/<uuid:patient_id>/needs/new")
@requires(ScreeningPermission.CONFIRM, load=one_patient)
def new_need(patient: Patient) -> ResponseReturnValue:
    """Show the form for a need that the patient voiced."""
    return _voice_page(VoiceForm(), patient)


@blueprint.post("/patients/<uuid:patient_id>/needs/new")
@requires(ScreeningPermission.CONFIRM, load=one_patient)
def voice(patient: Patient) -> ResponseReturnValue:
    """Write down a need that the patient voiced."""
    form = VoiceForm()
    if not form.validate():
        return _voice_page(form, patient), 422
    voiced = VoicedNeed(form.filling_id(), NeedDomain(form.domain.data), WantsHelp(form.wants_help.data))
    voice_need(request_session(), patient, voiced, by=current_person().person_id)
    flash(_("The need is written down."), "success")
    return redirect(url_for("patients.show_patient", patient_id=patient.id), 303)


def _voice_page(form: VoiceForm, patient: Patient) -> str:
    return render_template("screening/voice.html", form=form, patient=patient, name=display_name(patient))


@blueprint.get("/needs/<uuid:need_id>/confirm")
@requires(ScreeningPermission.CONFIRM, load=one_need)
def confirm_page(found: NeedOfPatient) -> ResponseReturnValue:
    """Ask what the patient says about a need."""
    return _confirm_page(ConfirmForm(version=found.need.version), found)


@blueprint.post("/needs/<uuid:need_id>/confirm")
@requires(ScreeningPermission.CONFIRM, load=one_need)
def confirm(found: NeedOfPatient) -> ResponseReturnValue:
    """Write down what the patient says about a need; when somebody was faster, show both.

    `?screening=`: the result page that the person came from and goes back to.
    """
    form, session, need = ConfirmForm(), request_session(), found.need
    if not form.validate():
        return _confirm_page(form, found), 422
    if form.version.data != need.version:
        form.version.raw_data = [str(need.version)]
        return _confirm_page(form, found, changed=True), 409
    try:
        if form.says.data == NOT_A_NEED:
            drop_need(session, need, by=current_person().person_id)
        else:
            confirm_need(session, need, WantsHelp(form.says.data), by=current_person().person_id)
    except Conflict as error:
        form.form_errors.append(error.message)
        return _confirm_page(form, found), 409
    flash(_("What the patient says is written down."), "success")
    screening_id = request.args.get("screening", type=UUID)
    if screening_id is not None and screening_by_id(session, need.patient_id, screening_id) is not None:
        return redirect(url_for(".show_screening", patient_id=need.patient_id, screening_id=screening_id), 303)
    return redirect(url_for("patients.show_patient", patient_id=need.patient_id), 303)


def _confirm_page(form: ConfirmForm, found: NeedOfPatient, *, changed: bool = False) -> str:
    domain = NeedDomain(found.need.domain)
    return render_template(
        "screening/confirm.html",
        form=form,
        need=found.need,
        patient=found.patient,
        name=display_name(found.patient),
        label=need_label(domain),
        full_label=NEEDS[domain],
        sensitive=domain in SENSITIVE,
        status=STATUSES[found.need.status],
        wants=WANTS[found.need.wants_help],
        changed=changed,
    )
