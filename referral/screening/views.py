"""Pages of screening: the needs check, its result, a voiced need, confirming a need."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from referral.accounts.principal import current_person
from referral.kit.errors import Conflict
from referral.kit.i18n import current_language
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import display_name, patient_by_id
from referral.screening.actions import VoicedNeed, is_written_down, voice_need
from referral.screening.asking import (
    Way,
    form_of,
    record_answers_of,
    save_for_later,
    start_as,
    way_of_start,
    way_posted,
)
from referral.screening.forms import ConfirmForm, StartForm, VoiceForm
from referral.screening.hooks import RunningRequest, Taken, is_said_already, on_need_answered, words_of_needs
from referral.screening.instrument_library import offered_instruments
from referral.screening.link_texts import why_no_link
from referral.screening.models import Need, Screening
from referral.screening.need_answers import need_voiced, posted_answer, running_for, says_the_same, write_confirmed
from referral.screening.policies import ScreeningPermission
from referral.screening.queries import need_by_id, screening_by_id
from referral.screening.question_forms import AskedForm
from referral.screening.respondents import answerer_choices, answerer_name, respondent_words
from referral.screening.results import result_of
from referral.screening.sections import need_row
from referral.screening.states import ScreeningMode
from referral.screening.words import MODES, NEEDS, STATUSES, need_label
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
    """Ask how the screening is done: by whom, which questions, language, alone or not, interpreter."""
    known = {code for instrument in offered_instruments(request_session()) for code in instrument.languages}
    wanted = (patient.written_language, patient.spoken_language)
    form = StartForm(language=next((code for code in wanted if code in known), None))
    return _start_page(form, patient)


@blueprint.post("/patients/<uuid:patient_id>/screen")
@requires(ScreeningPermission.SCREEN, load=one_patient)
def ask_questions(patient: Patient) -> ResponseReturnValue:
    """Show the questions, those on safety only when the patient is alone; or start what the patient answers alone."""
    form, session = StartForm(), request_session()
    _offer(form, patient)
    if not form.validate():
        return _start_page(form, patient), 422
    way = way_of_start(session, patient, form)
    if not way.asks_something:
        form.respondent.errors = [_("This person may answer none of these questions.")]
        return _start_page(form, patient), 422
    why_no = why_no_link(session, patient, way.instrument) if way.mode is ScreeningMode.LINK else None
    if why_no is not None:
        form.mode.errors = [_("No link can be sent. %(why)s Nothing is begun: choose another way.", why=why_no)]
        return _start_page(form, patient), 422
    if way.mode in (ScreeningMode.TABLET, ScreeningMode.LINK):
        started = start_as(session, patient, way, form)
        return redirect(url_for("started.show", patient_id=patient.id, started_id=started.id), 303)
    return questions_page(form_of(way, fresh=True), patient, way)


@blueprint.get("/patients/<uuid:patient_id>/screen/answers")
@requires(ScreeningPermission.SCREEN, load=one_patient)
def answers_address(patient: Patient) -> ResponseReturnValue:
    """Lead somebody who opens the address of the questions anew to the start of the screening."""
    return redirect(url_for(".start_screening", patient_id=patient.id), 303)


@blueprint.post("/patients/<uuid:patient_id>/screen/answers")
@requires(ScreeningPermission.SCREEN, load=one_patient)
def record_answers(patient: Patient) -> ResponseReturnValue:
    """Record the answers, then show which needs they speak of; or keep them for later. Sent twice, it is done once."""
    session = request_session()
    way = way_posted(session, patient)
    form = form_of(way, fresh=False)
    done = screening_by_id(session, patient.id, form.filling_id())
    keeps = "later" in request.form and (not way.typed or form.validate())  # a wrong number cannot be kept
    if done is None and keeps:
        started = save_for_later(session, patient, way, form)
        flash(_("What was answered is kept. You or the patient can go on later."), "success")
        return redirect(url_for("started.show", patient_id=patient.id, started_id=started.id), 303)
    if done is None:
        if not form.validate():
            return questions_page(form, patient, way), 422
        done = record_answers_of(session, patient, way, form)
    return redirect(url_for(".show_screening", patient_id=patient.id, screening_id=done.id), 303)


def questions_page(form: AskedForm, patient: Patient, way: Way) -> str:
    """Return the page with the questions: for asking, or for typing in a sheet."""
    return render_template(
        "screening/typed.html" if way.typed else "screening/questions.html",
        form=form,
        patient=patient,
        name=display_name(patient),
        instrument=way.instrument,
        language=way.spoken.language,
        intro=way.instrument.intro.say(way.spoken.language),
        alone=way.alone,
    )


def _start_page(form: StartForm, patient: Patient) -> str:
    _offer(form, patient)
    return render_template("screening/start.html", form=form, patient=patient, name=display_name(patient))


def _offer(form: StartForm, patient: Patient) -> None:
    session = request_session()
    form.offer(offered_instruments(session), staff_language=current_language().code)
    form.offer_answerers(answerer_choices(session, patient.id))


@blueprint.get("/patients/<uuid:patient_id>/screenings/<uuid:screening_id>")
@requires(ScreeningPermission.VIEW, load=one_screening)
def show_screening(found: ScreeningOfPatient) -> ResponseReturnValue:
    """Show which needs a screening speaks of, each to be confirmed with the patient."""
    shown = result_of(request_session(), found.screening)
    return render_template(
        "screening/result.html",
        screening=found.screening,
        patient=found.patient,
        name=display_name(found.patient),
        shown=shown,
        mode=MODES[found.screening.mode],
        respondent=respondent_words(request_session(), found.screening),
        answerer=answerer_name(request_session(), found.screening),
        waiting=shown.waiting,
    )


@blueprint.get("/patients/<uuid:patient_id>/needs/new")
@requires(ScreeningPermission.CONFIRM, load=one_patient)
def new_need(patient: Patient) -> ResponseReturnValue:
    """Show the form for a need that the patient voiced."""
    return _voice_page(VoiceForm(), patient)


@blueprint.post("/patients/<uuid:patient_id>/needs/new")
@requires(ScreeningPermission.CONFIRM, load=one_patient)
def voice(patient: Patient) -> ResponseReturnValue:
    """Write down a need that the patient voiced; of one that stands already, what they say of it now."""
    form, session, person = VoiceForm(), request_session(), current_person()
    if not form.validate():
        return _voice_page(form, patient), 422
    need, written = need_voiced(session, patient, form)
    if written and says_the_same(session, need, form):
        return _voiced(patient)
    running = running_for(session, need)
    if written:
        form.form_id.data = str(uuid4())
        form.form_errors.append(_("This form was sent already, and it said something else. Look, then send it again."))
        return _voice_page(form, patient, running), 409
    answer = posted_answer(session, form, need, running)
    if answer is None:
        return _voice_page(form, patient, running), 422
    voiced = VoicedNeed(form.filling_id(), NeedDomain(need.domain), answer.wants)
    try:
        need = voice_need(session, patient, voiced, by=person.person_id)
        on_need_answered(session, need, answer, Taken(form.filling_id(), person.person_id, person.name))
    except Conflict as error:
        session.rollback()
        form.form_errors.append(error.message)
        return _voice_page(form, patient, running), 409
    return _voiced(patient)


def _voiced(patient: Patient) -> Response:
    flash(_("The need is written down."), "success")
    return redirect(url_for("patients.show_patient", patient_id=patient.id), 303)


def _voice_page(form: VoiceForm, patient: Patient, running: Sequence[RunningRequest] = ()) -> str:
    form.show_running(running)
    return render_template(
        "screening/voice.html", form=form, patient=patient, name=display_name(patient), running=running
    )


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
    form, session, need, person = ConfirmForm(), request_session(), found.need, current_person()
    if not form.validate():
        return _confirm_page(form, found), 422
    session.refresh(need, with_for_update=True)  # the same form may be sent at this very moment
    answer = posted_answer(session, form, need, running_for(session, need))
    if answer is None:
        return _confirm_page(form, found), 422
    if form.version.data != need.version:
        written = is_written_down(need, form.wants(), by=person.person_id)
        if written and is_said_already(session, need, answer):
            return _confirmed(session, need)
        form.show_version(need.version)
        return _confirm_page(form, found, changed=True), 409
    try:
        write_confirmed(session, need, form.wants(), by=person.person_id)
        on_need_answered(session, need, answer, Taken(form.filling_id(), person.person_id, person.name))
    except Conflict as error:
        session.rollback()
        form.form_errors.append(error.message)
        return _confirm_page(form, found), 409
    return _confirmed(session, need)


def _confirmed(session: ScopedSession, need: Need) -> Response:
    flash(_("What the patient says is written down."), "success")
    screening_id = request.args.get("screening", type=UUID)
    if screening_id is not None and screening_by_id(session, need.patient_id, screening_id) is not None:
        return redirect(url_for(".show_screening", patient_id=need.patient_id, screening_id=screening_id), 303)
    return redirect(url_for("patients.show_patient", patient_id=need.patient_id), 303)


def _confirm_page(form: ConfirmForm, found: NeedOfPatient, *, changed: bool = False) -> str:
    session, domain = request_session(), NeedDomain(found.need.domain)
    running = running_for(session, found.need)
    form.show_running(running)
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
        wants=words_of_needs(session, [found.need])[found.need.id],
        row=need_row(found.need),
        running=running,
        changed=changed,
    )
