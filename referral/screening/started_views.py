"""Pages of a screening on its way: going on, handing over the device, the link by text, discarding."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.accounts.put_aside import check_code, put_aside
from referral.accounts.sessions import set_cookie
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.phone import show_phone
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.settings import settings_of
from referral.kit.transaction import request_session
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.patients.queries import birth_date_of, display_name, patient_by_id
from referral.screening.asking import form_of, way_of_started
from referral.screening.forms import HandOverForm, ResumeForm
from referral.screening.link_texts import live_link, send_link, sent_meanwhile, why_no_link
from referral.screening.policies import ScreeningPermission
from referral.screening.queries import screening_by_id
from referral.screening.respondents import answerer_name
from referral.screening.started import (
    discard_screening,
    instrument_of_started,
    progress_of,
    started_by_id,
)
from referral.screening.started_models import StartedScreening
from referral.screening.states import ScreeningMode
from referral.screening.views import questions_page
from referral.screening.words import MODES, RESPONDENTS

blueprint = Blueprint("started", __name__, template_folder="templates")


@dataclass(frozen=True)
class StartedOfPatient:
    """A screening on its way, with its patient."""

    started: StartedScreening
    patient: Patient


def one_started(session: ScopedSession, patient_id: UUID, started_id: UUID) -> StartedOfPatient | None:
    """Return the started screening of the address with its patient."""
    started, patient = started_by_id(session, patient_id, started_id), patient_by_id(session, patient_id)
    return StartedOfPatient(started, patient) if started and patient else None


@blueprint.get("/patients/<uuid:patient_id>/started/<uuid:started_id>")
@requires(ScreeningPermission.SCREEN, load=one_started)
def show(found: StartedOfPatient) -> ResponseReturnValue:
    """Show where a screening stands and how it can go on; one that is finished leads to its result."""
    done = screening_by_id(request_session(), found.patient.id, found.started.id)
    if done is not None:
        return redirect(url_for("screening.show_screening", patient_id=found.patient.id, screening_id=done.id), 303)
    if found.started.ended_at is not None:
        return redirect(url_for("patients.show_patient", patient_id=found.patient.id), 303)
    return _page(found, HandOverForm(formdata=None))


@blueprint.post("/patients/<uuid:patient_id>/started/<uuid:started_id>/questions")
@requires(ScreeningPermission.SCREEN, load=one_started)
def go_on(found: StartedOfPatient) -> ResponseReturnValue:
    """Show the questions with what was answered; those on safety only when the patient is alone now."""
    _refuse_over(found)
    way = way_of_started(request_session(), found.started, alone=bool(ResumeForm().alone.data))
    form = form_of(way, fresh=True)
    form.form_id.data = str(found.started.id)
    form.fill_in({name: str(value) for name, value in found.started.answers.items()})
    return questions_page(form, found.patient, way)


@blueprint.post("/patients/<uuid:patient_id>/started/<uuid:started_id>/hand-over")
@requires(ScreeningPermission.SCREEN, load=one_started)
def hand_over(found: StartedOfPatient) -> ResponseReturnValue:
    """Put the sign-in aside and lock this browser to the questions, until the code is typed."""
    _refuse_over(found)
    form, session = HandOverForm(), request_session()
    if not form.validate():
        return _page(found, form), 422
    try:
        code = check_code(form.code.data, not_these=_birth_digits(found.patient))
    except InvalidInput as error:
        form.blame(error)
        return _page(found, form), 422
    found.started.mode = ScreeningMode.TABLET
    language = found.started.language
    secret = put_aside(session, current_person(), subject_id=found.started.id, language=language, code=code)
    form_session.clear()  # words for staff that wait to be shown would be shown to the patient
    response = redirect(url_for("tablet.show"), 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    set_cookie(response, settings_of(session), secret)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.post("/patients/<uuid:patient_id>/started/<uuid:started_id>/text")
@requires(ScreeningPermission.SCREEN, load=one_started)
def text(found: StartedOfPatient) -> ResponseReturnValue:
    """Send the link by text; a link that was sent before is dead, unless the page did not know of it yet."""
    _refuse_over(found)
    session = request_session()
    if sent_meanwhile(session, found.started.id, request.form.get("seen")):
        flash(_("A link was sent a moment ago. It is on its way."), "info")
        return redirect(url_for(".show", patient_id=found.patient.id, started_id=found.started.id), 303)
    try:
        send_link(session, found.patient, found.started, instrument_of_started(session, found.started))
    except InvalidInput as error:
        form = HandOverForm(formdata=None)
        form.form_errors.append(error.message)
        return _page(found, form), 422
    flash(_("The link is on its way. It works for seven days."), "success")
    return redirect(url_for(".show", patient_id=found.patient.id, started_id=found.started.id), 303)


@blueprint.post("/patients/<uuid:patient_id>/started/<uuid:started_id>/discard")
@requires(ScreeningPermission.SCREEN, load=one_started)
def discard(found: StartedOfPatient) -> ResponseReturnValue:
    """Forget what was answered."""
    discard_screening(request_session(), found.started)
    flash(_("The screening is discarded. Nothing of it is kept."), "success")
    return redirect(url_for("patients.show_patient", patient_id=found.patient.id), 303)


def _page(found: StartedOfPatient, form: HandOverForm) -> str:
    session, started = request_session(), found.started
    instrument = instrument_of_started(session, started)
    answered, asked = progress_of(session, started)
    return render_template(
        "screening/started.html",
        form=form,
        resume=ResumeForm(formdata=None),
        started=started,
        patient=found.patient,
        name=display_name(found.patient),
        instrument=instrument,
        mode=MODES[started.mode],
        respondent=_who(session, started),
        answered=answered,
        of=asked,
        **_link_facts(session, found),
    )


def _who(session: ScopedSession, started: StartedScreening) -> str:
    return answerer_name(session, started) or str(RESPONDENTS[started.respondent])


def _link_facts(session: ScopedSession, found: StartedOfPatient) -> dict[str, Any]:
    why_not = why_no_link(session, found.patient, instrument_of_started(session, found.started))
    route = texting_route(session, found.patient)
    return {
        "why_no_link": why_not,
        "link": live_link(session, found.started.id),
        "phone": show_phone(route.e164) if route.e164 and why_not is None else None,
    }


def _birth_digits(patient: Patient) -> tuple[str, ...]:
    """Return the ways in which six digits are the patient's birth date: whoever holds the device knows it."""
    born = birth_date_of(patient)
    shapes = ("%d%m%y", "%m%d%y", "%y%m%d", "%Y%m", "%m%Y")
    return tuple(born.strftime(shape) for shape in shapes) if born else ()


def _refuse_over(found: StartedOfPatient) -> None:
    if found.started.ended_at is not None:
        raise Conflict(
            _("This screening is finished or was discarded. Open the patient's page to see what came of it.")
        )
