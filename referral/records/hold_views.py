"""Pages of legal holds: placing one, confirming it, and lifting it by two persons."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from referral.accounts.principal import current_person
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import display_name
from referral.records import holds
from referral.records.forms import ReasonForm
from referral.records.models import LegalHold
from referral.records.policies import RecordPermission as P
from referral.records.queries import hold_rows
from referral.records.views import living_record

blueprint = Blueprint("holds", __name__, url_prefix="/records", template_folder="templates")


@dataclass(frozen=True)
class HeldRecord:
    """A patient with the hold that stands on the record."""

    patient: Patient
    hold: LegalHold


def held_record(session: ScopedSession, patient_id: UUID) -> HeldRecord | None:
    """Return the patient of the address with the hold; None where there is none."""
    patient = living_record(session, patient_id)
    hold = holds.hold_of(session, patient_id) if patient else None
    return HeldRecord(patient, hold) if patient and hold else None


@blueprint.get("/<uuid:patient_id>/hold")
@requires(P.HOLD, load=living_record, fresh=True)
def hold(patient: Patient) -> ResponseReturnValue:
    """Show the hold that stands with what can be done about it, or the form that places one."""
    return _page(patient, ReasonForm())


@blueprint.post("/<uuid:patient_id>/hold")
@requires(P.HOLD, load=living_record, fresh=True)
def place(patient: Patient) -> ResponseReturnValue:
    """Place a hold; it protects at once."""
    form = ReasonForm()
    if not form.validate():
        return _page(patient, form), 422
    holds.place_hold(request_session(), patient.id, reason=form.words.data, by=current_person().person_id)
    flash(_("The record is on hold from now on. Ask a second person to confirm it."), "success")
    return _back(patient)


@blueprint.post("/<uuid:patient_id>/hold/confirm")
@requires(P.HOLD, load=held_record, fresh=True)
def confirm(held: HeldRecord) -> ResponseReturnValue:
    """Confirm, as the second person, that the record must stay as it is."""
    holds.confirm_hold(request_session(), held.hold, by=current_person().person_id)
    flash(_("The hold is confirmed."), "success")
    return _back(held.patient)


@blueprint.post("/<uuid:patient_id>/hold/ask-to-lift")
@requires(P.HOLD, load=held_record, fresh=True)
def ask_to_lift(held: HeldRecord) -> ResponseReturnValue:
    """Ask for the end of the hold; another person decides."""
    form = ReasonForm()
    if not form.validate():
        return _page(held.patient, form), 422
    holds.ask_to_lift(request_session(), held.hold, reason=form.words.data, by=current_person().person_id)
    flash(_("Another person must now lift the hold. Until then it stands."), "success")
    return _back(held.patient)


@blueprint.post("/<uuid:patient_id>/hold/keep")
@requires(P.HOLD, load=held_record, fresh=True)
def keep(held: HeldRecord) -> ResponseReturnValue:
    """Turn the wish down: the hold stands."""
    holds.keep_hold(request_session(), held.hold)
    flash(_("The hold stands."), "success")
    return _back(held.patient)


@blueprint.post("/<uuid:patient_id>/hold/lift")
@requires(P.HOLD, load=held_record, fresh=True)
def lift(held: HeldRecord) -> ResponseReturnValue:
    """End the hold, as the other person."""
    holds.lift_hold(request_session(), held.hold, by=current_person().person_id)
    flash(_("The hold is lifted."), "success")
    return _back(held.patient)


def _page(patient: Patient, form: ReasonForm) -> str:
    session = request_session()
    standing = holds.hold_of(session, patient.id)
    rows = hold_rows(session, [standing] if standing else [])
    return render_template(
        "records/hold.html",
        patient=patient,
        name=display_name(patient),
        form=form,
        row=rows[0] if rows else None,
        me=current_person().person_id,
    )


def _back(patient: Patient) -> Response:
    return redirect(url_for("records.show", patient_id=patient.id), 303)
