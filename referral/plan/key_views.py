"""Pages of staff about a patient's own page: its address to print, the word, a new address, what it may tell of."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from referral.accounts.plan_codes import renew_plan_address
from referral.accounts.principal import current_person
from referral.kit.errors import InvalidInput
from referral.kit.forms import Form
from referral.kit.i18n import speaking
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import display_name, patient_by_id
from referral.patients.understood import read_by
from referral.plan.actions import choose_need as tell_of_need
from referral.plan.forms import ShownForm, StaffWordForm
from referral.plan.keys import Opener, choose_word, opener_of
from referral.plan.page import chosen_needs, hidden_domains
from referral.plan.policies import PlanPermission
from referral.plan.sections import OPENER_WORDS, why_no_plan_page
from referral.plan.standing import IS_OFF, WHY_OFF, is_told_alone, why_off
from referral.prescriptions.slip import address_in_their_language, qr_picture
from referral.screening.queries import needs_of
from referral.screening.words import need_label
from resources_directory.needs import NeedDomain

blueprint = Blueprint("plan_keys", __name__, url_prefix="/patients", template_folder="templates")


@dataclass(frozen=True)
class PrivateNeed:
    """A need that leaves no trace on the page unless the patient wants it there."""

    id: UUID
    label: str
    shown: bool


def one_patient(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address."""
    return patient_by_id(session, patient_id)


@blueprint.get("/<uuid:patient_id>/plan-page")
@requires(PlanPermission.LOOK_AFTER, load=one_patient)
def show(patient: Patient) -> ResponseReturnValue:
    """Show the address, what opens the page, whether it is off, and what it may tell of.

    `?private=1`: why it is off, in full: somebody has said that nobody else can see the screen.
    """
    return _shown(patient, StaffWordForm(formdata=None))


@blueprint.get("/<uuid:patient_id>/plan-page/printed")
@requires(PlanPermission.LOOK_AFTER, load=one_patient)
def printed(patient: Patient) -> ResponseReturnValue:
    """Show the address and its picture on a sheet of paper, in the patient's language."""
    session = request_session()
    address = address_in_their_language(session, patient)
    spoken, opener = read_by(patient), opener_of(session, patient)
    with speaking(spoken.shown.code):
        sheet = render_template(
            "plan/address_sheet.html",
            address=address,
            qr=qr_picture(address),
            spoken=spoken,
            by_word=opener is not Opener.YEAR,
        )
    return render_template(
        "plan/printed.html",
        patient=patient,
        name=display_name(patient),
        sheet=Markup(sheet),  # noqa: S704 - a template of ours made it, with what it holds escaped
        off=why_no_plan_page(session, patient),
        spoken=spoken,
    )


@blueprint.post("/<uuid:patient_id>/plan-page/renew")
@requires(PlanPermission.LOOK_AFTER, load=one_patient)
def renew(patient: Patient) -> ResponseReturnValue:
    """Give the page a new address; the one before is dead everywhere."""
    by, form_id = current_person().person_id, Form().filling_id()
    renew_plan_address(request_session(), patient.id, clinic_id=patient.clinic_id, by=by, form_id=form_id)
    flash(_("The page has a new address. The one before opens nothing any more, on paper and in texts."), "success")
    return _back(patient)


@blueprint.post("/<uuid:patient_id>/plan-page/word")
@requires(PlanPermission.LOOK_AFTER, load=one_patient)
def set_word(patient: Patient) -> ResponseReturnValue:
    """Let the word that the patient chose open the page."""
    form = StaffWordForm()
    if not form.validate():
        return _shown(patient, form), 422
    try:
        choose_word(request_session(), patient, form.word.data, by=current_person().person_id)
    except InvalidInput as error:
        form.blame(error)
        return _shown(patient, form), 422
    flash(_("From now on this word opens the patient's page."), "success")
    return _back(patient)


@blueprint.post("/<uuid:patient_id>/plan-page/no-word")
@requires(PlanPermission.LOOK_AFTER, load=one_patient)
def clear_word(patient: Patient) -> ResponseReturnValue:
    """Take the word away."""
    choose_word(request_session(), patient, None, by=current_person().person_id)
    flash(_("The word opens the page no longer."), "success")
    return _back(patient)


@blueprint.post("/<uuid:patient_id>/plan-page/need")
@requires(PlanPermission.LOOK_AFTER, load=one_patient)
def choose_need(patient: Patient) -> ResponseReturnValue:
    """Let the page tell of a private need, or not any more, as the patient said."""
    form, session = ShownForm(), request_session()
    form.validate()
    wanted = form.need_id()
    need = next((each for each in needs_of(session, patient.id) if each.id == wanted), None)
    if need is None or need.domain == NeedDomain.INTERPERSONAL_SAFETY:
        form.form_errors.append(
            _("The page can tell of the needs in the list below, and of no other. Choose one of them.")
        )
        return _shown(patient, StaffWordForm(formdata=None), form), 422
    shown = form.shown.data == "yes"
    tell_of_need(session, patient, need, shown=shown, by=current_person().person_id)
    flash(_("The page tells of it from now on.") if shown else _("The page tells nothing of it any more."), "success")
    return _back(patient)


def _back(patient: Patient) -> ResponseReturnValue:
    return redirect(url_for("plan_keys.show", patient_id=patient.id), 303)


def _shown(patient: Patient, form: StaffWordForm, need_form: ShownForm | None = None) -> str:
    session = request_session()
    off, opener = why_off(session, patient), opener_of(session, patient)
    closed = off is not None and is_told_alone(off) and not request.args.get("private")
    facts: dict[str, Any] = {
        "patient": patient,
        "name": display_name(patient),
        "address": address_in_their_language(session, patient),
        "off": (IS_OFF if closed else WHY_OFF[off]) if off else None,
        "why_closed": closed,
        "opener": OPENER_WORDS[opener],
        "has_word": opener is Opener.WORD,
        "needs": _private_needs(session, patient),
    }
    return render_template("plan/keys.html", form=form, need_form=need_form, **facts)


def _private_needs(session: ScopedSession, patient: Patient) -> list[PrivateNeed]:
    """Return the needs about which the patient can choose, oldest first: never one for their safety."""
    private, chosen = hidden_domains(session, patient.id), chosen_needs(session, patient.id)
    return [
        PrivateNeed(need.id, str(need_label(need.domain)), need.id in chosen)
        for need in needs_of(session, patient.id)
        if need.domain in private and need.domain != NeedDomain.INTERPERSONAL_SAFETY
    ]
