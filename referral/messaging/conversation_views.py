"""The page of a patient's texts: the conversation, an answer by hand, texts that rest and go again."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from referral.accounts.closed_days import today_of
from referral.accounts.principal import current_person
from referral.accounts.queries import names_of
from referral.kit.errors import InvalidInput
from referral.kit.i18n import LANGUAGES
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.messaging.by_hand import answer_by_hand, ask_for_call, previews
from referral.messaging.conversation_forms import AnswerForm, CallForm, PauseForm, ResumeForm
from referral.messaging.pausing import LOOK_AFTER, pause, resume
from referral.messaging.thread import thread_page
from referral.patients.models import Patient
from referral.patients.page_rows import phone_rows
from referral.patients.pauses import pauses_of
from referral.patients.policies import PatientPermission as P
from referral.patients.queries import display_name, may_be_contacted, patient_by_id
from referral.patients.states import PauseCause

blueprint = Blueprint("conversation", __name__, url_prefix="/patients", template_folder="templates")

LAST_PAGE = 10_000


def one_patient(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address."""
    return patient_by_id(session, patient_id)


@blueprint.get("/<uuid:patient_id>/conversation")
@requires(P.VIEW, load=one_patient)
def show(patient: Patient) -> ResponseReturnValue:
    """Show the patient's texts, and what may be done about them."""
    return _page(patient)


@blueprint.post("/<uuid:patient_id>/conversation/answer")
@requires(P.TEXT, load=one_patient)
def answer(patient: Patient) -> ResponseReturnValue:
    """Send a text of the catalog, at once or as soon as the gate lets it go."""
    form, session = AnswerForm(), request_session()
    form.offer(previews(session, patient))
    if not form.validate():
        if not form.text.choices:
            form.say_above()
        return _page(patient, answer_form=form), 422
    try:
        seen = answer_by_hand(
            session, patient, form.text.data, by=current_person().person_id, filling_id=form.filling_id()
        )
    except InvalidInput as error:
        form.blame(error)
        return _page(patient, answer_form=form), 422
    if seen.goes_at is None:
        flash(_("The text is on its way."), "success")
    else:
        moment = format_datetime(seen.goes_at, "medium")
        flash(_("The text goes on %(moment)s: %(reason)s.", moment=moment, reason=seen.held), "success")
    return _back(patient)


@blueprint.post("/<uuid:patient_id>/conversation/call")
@requires(P.TEXT, load=one_patient)
def call(patient: Patient) -> ResponseReturnValue:
    """Make a to-do to call the patient instead of texting."""
    form = CallForm()
    if not form.validate():
        return _page(patient), 422
    ask_for_call(request_session(), patient, filling_id=form.filling_id())
    flash(_("The call is on the list of to-dos."), "success")
    return _back(patient)


@blueprint.post("/<uuid:patient_id>/conversation/pause")
@requires(P.TEXT, load=one_patient)
def pause_all(patient: Patient) -> ResponseReturnValue:
    """Let no text go to the patient any more until somebody decides; the phone is told nothing."""
    form = PauseForm()
    if not form.validate():
        return _page(patient, pause_form=form), 422
    try:
        pause(request_session(), patient, form.pause(), by=current_person().person_id)
    except InvalidInput as error:
        form.blame(error)
        return _page(patient, pause_form=form), 422
    flash(
        _("No text goes to the patient until somebody lets texts go again. We ask by phone call."),
        "success",
    )
    return _back(patient)


@blueprint.post("/<uuid:patient_id>/conversation/resume")
@requires(P.TEXT, load=one_patient)
def let_go(patient: Patient) -> ResponseReturnValue:
    """Let texts go again."""
    resume(request_session(), patient, by=current_person().person_id)
    flash(_("Texts may go again, as far as consent and safety let them."), "success")
    return _back(patient)


def _back(patient: Patient) -> Response:
    return redirect(url_for(".show", patient_id=patient.id), 303)


def _page(patient: Patient, *, answer_form: AnswerForm | None = None, pause_form: PauseForm | None = None) -> str:
    session, reader = request_session(), current_person()
    acts = reader.allows(P.TEXT) and may_be_contacted(patient)
    offered = previews(session, patient) if acts else []
    form = answer_form or AnswerForm(formdata=None)
    form.offer(offered)
    pauses = pauses_of(session, patient.id)
    today = today_of(session, patient.clinic_id)
    return render_template(
        "messaging/conversation.html",
        patient=patient,
        name=display_name(patient),
        page=thread_page(session, patient, min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)),
        acts=acts,
        offered=offered,
        answer_form=form,
        call_form=CallForm(formdata=None),
        pause_form=pause_form or PauseForm(formdata=None, look_on=today + LOOK_AFTER),
        resume_form=ResumeForm(formdata=None),
        pauses=pauses,
        in_doubt=[each for each in pauses if each.cause == PauseCause.POSSIBLE_STOP],
        by_staff=any(each.cause == PauseCause.STAFF for each in pauses),
        paused_by=names_of(session, {each.paused_by for each in pauses}),
        phones={row.phone.phone_number_id: row for row in phone_rows(session, patient.id)},
        languages=LANGUAGES,
    )
