"""Pages of the register of legal demands. It never searches or lists patients."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, format_date
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import display_name, patient_by_id
from referral.privacy import demand_words as words
from referral.privacy.demand_models import LegalDemand, LegalDemandStep
from referral.privacy.demand_states import DEMAND_MACHINE, DemandState, DemandStep
from referral.privacy.demands import demands_of, one_demand, record_demand, steps_of, take_step
from referral.privacy.forms import DemandForm, StepForm
from referral.privacy.frame import Tab, own_clinic, page, page_number
from referral.privacy.policies import PrivacyPermission

blueprint = Blueprint("privacy_demands", __name__, url_prefix="/privacy/demands", template_folder="templates")


@dataclass(frozen=True)
class Told:
    """One step as a line of the story."""

    what: LazyString
    when: datetime
    who: str | None
    detail: str
    state: str


@blueprint.get("")
@requires(PrivacyPermission.DEMANDS)
def index() -> ResponseReturnValue:
    """List the legal demands, newest first, and say what the product will never do for them."""
    asked = request.args.get("state")
    state = next((each for each in DemandState if each == asked), None)
    found = demands_of(request_session(), own_clinic(), state, page_number())
    return page(
        "privacy/demands.html",
        page=found,
        state=state,
        words=words,
        demand_views=[_view(each, state) for each in DemandState],
        today=clock.now().date(),
    )


@blueprint.get("/new")
@requires(PrivacyPermission.DEMANDS)
def new() -> ResponseReturnValue:
    """Show the form for a demand that came."""
    form = DemandForm(formdata=None)
    form.received_on.data = clock.now().date()
    return _new(form, _about())


@blueprint.post("/new")
@requires(PrivacyPermission.DEMANDS)
def write_down() -> ResponseReturnValue:
    """Write a demand down."""
    form, signed, about = DemandForm(), current_person(), _about()
    if not form.validate():
        return _new(form, about), 422
    try:
        demand = record_demand(
            request_session(),
            form.demand(about.id if about else None),
            clinic_id=own_clinic(),
            by=signed.person_id,
            demand_id=form.filling_id(),
        )
    except InvalidInput as error:
        form.blame(error)
        return _new(form, about), 422
    flash(_("The demand is in the register."), "success")
    return redirect(url_for(".show", demand_id=demand.id), 303)


@blueprint.get("/<uuid:demand_id>")
@requires(PrivacyPermission.DEMANDS, load=one_demand)
def show(demand: LegalDemand) -> ResponseReturnValue:
    """Show one demand with its history."""
    form = StepForm(formdata=None)
    form.done_on.data = clock.now().date()
    return _show(demand, form)


@blueprint.post("/<uuid:demand_id>/steps")
@requires(PrivacyPermission.DEMANDS, load=one_demand)
def add_step(demand: LegalDemand) -> ResponseReturnValue:
    """Add a step to a demand's history."""
    form, session = StepForm(), request_session()
    form.offer(DEMAND_MACHINE.events_from(DemandState(demand.state)))
    if not form.validate():
        return _show(demand, form), 422
    try:
        take_step(session, demand, form.taken(), seen=form.seen.data, by=current_person().person_id)
    except InvalidInput as error:
        form.blame(error)
        return _show(demand, form), 422
    except Conflict as error:
        form.form_errors.append(error.message)
        return _show(demand, form), 409
    flash(_("The step is written down."), "success")
    return redirect(url_for(".show", demand_id=demand.id), 303)


def _view(state: DemandState, current: DemandState | None) -> Tab:
    return Tab(url_for(".index", state=state), str(words.STATES[state]), state is current)


def _about() -> Patient | None:
    """Return the patient the officer came from, if they are the clinic's."""
    try:
        wanted = UUID(request.values.get("about_patient", ""))
    except ValueError:
        return None
    return patient_by_id(request_session(), wanted)


def _new(form: DemandForm, about: Patient | None) -> str:
    named = display_name(about) if about else None
    return page("privacy/demand_new.html", form=form, about=about, about_name=named)


def _show(demand: LegalDemand, form: StepForm) -> str:
    session = request_session()
    steps = steps_of(session, demand)
    people = names_of(session, {step.person_id for step in steps})
    form.offer(DEMAND_MACHINE.events_from(DemandState(demand.state)))
    form.seen.process_data(len(steps))
    form.seen.raw_data = [str(len(steps))]
    about = patient_by_id(session, demand.about_patient_id) if demand.about_patient_id else None
    return page(
        "privacy/demand.html",
        demand=demand,
        about=about,
        about_name=display_name(about) if about else None,
        events=[_told(step, people) for step in steps],
        form=form if form.step.choices else None,
        words=words,
    )


def _told(step: LegalDemandStep, people: Mapping[UUID | None, str]) -> Told:
    done_on = _("Done on %(day)s.", day=format_date(step.done_on, "medium"))
    parts = [step.words] if step.step == DemandStep.RECORDED else [done_on, step.words]
    if step.handed_over:
        parts.append(_("Handed over: %(what)s", what=step.handed_over))
    if step.untold_until:
        parts.append(_("The patient is not told until %(day)s.", day=format_date(step.untold_until, "medium")))
    detail = " — ".join(part for part in parts if part)
    return Told(words.HAPPENED[step.step], step.at, people.get(step.person_id), detail, words.MARKS[step.step])
