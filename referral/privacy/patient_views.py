"""Pages of the privacy officer about one patient: finding them, who looked, what was given to whom.

The last two also open an erased record: disclosures are told for six years (45 CFR 164.528), whatever became of it.
"""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from referral.accounts.principal import current_person
from referral.kit import clock
from referral.kit.limits import PATIENT_SEARCHES, limited
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.moving import moves_of
from referral.patients.page_rows import patient_rows
from referral.patients.queries import display_name
from referral.patients.words import MOVES
from referral.privacy.disclosures import COVERED, all_given, given_of, handed_over
from referral.privacy.forms import LookUpForm, filter_form
from referral.privacy.frame import own_clinic, page, page_number
from referral.privacy.looking_up import exactly
from referral.privacy.policies import PrivacyPermission
from referral.privacy.queries import RECORD_KINDS, Wanted, looks_at, people_to_choose
from referral.records.queries import any_record

blueprint = Blueprint("privacy_patients", __name__, url_prefix="/privacy/patients", template_folder="templates")


@blueprint.get("/")
@requires(PrivacyPermission.LOOK_UP)
def find() -> ResponseReturnValue:
    """Ask which patient is meant."""
    return page("privacy/find.html", form=LookUpForm(), rows=[], searched=False)


@blueprint.post("/")
@limited(PATIENT_SEARCHES)
@requires(PrivacyPermission.LOOK_UP)
def look_up() -> ResponseReturnValue:
    """Show the patient with exactly this name and birth date, or this record number."""
    form = LookUpForm()
    if not form.validate():
        return page("privacy/find.html", form=form, rows=[], searched=False), 422
    found = exactly(request_session(), form.search(), clinic_id=own_clinic())
    return page("privacy/find.html", form=form, rows=patient_rows(found), searched=True)


@blueprint.get("/<uuid:patient_id>/reads")
@requires(PrivacyPermission.AUDIT, load=any_record)
def reads(patient: Patient) -> ResponseReturnValue:
    """Show who looked at or changed one patient's record, newest first."""
    session, clinic_id, signed = request_session(), own_clinic(), current_person()
    form = filter_form(request.args)
    form.offer(people_to_choose(session, clinic_id, form.chosen_person()), RECORD_KINDS)
    form.validate()
    since, before = form.times(signed.timezone_name)
    wanted = Wanted(
        form.chosen_kinds(RECORD_KINDS),
        person_id=form.chosen_person(),
        patient_id=patient.id,
        since=since,
        before=before,
    )
    found = looks_at(session, clinic_id, wanted, number=page_number())
    return page("privacy/reads.html", page=found, form=form, patient=patient, patient_name=display_name(patient))


@blueprint.get("/<uuid:patient_id>/disclosures")
@requires(PrivacyPermission.AUDIT, load=any_record)
def disclosures(patient: Patient) -> ResponseReturnValue:
    """Show what was given to whom about one patient in six years, newest first."""
    session = request_session()
    return page(
        "privacy/disclosures.html",
        page=given_of(session, patient.id, number=page_number()),
        handed_over=handed_over(session, patient.id),
        moves=moves_of(session, patient.id),
        move_states=MOVES,
        patient=patient,
        patient_name=display_name(patient),
    )


@blueprint.get("/<uuid:patient_id>/disclosures/printed")
@requires(PrivacyPermission.AUDIT, load=any_record)
def printed(patient: Patient) -> ResponseReturnValue:
    """Show the same as a sheet of paper for the patient. `?with=sensitive` names sensitive needs."""
    own_clinic()
    session, with_sensitive = request_session(), request.args.get("with") == "sensitive"
    now = clock.now()
    return render_template(
        "privacy/disclosures_printed.html",
        rows=all_given(session, patient.id, with_sensitive=with_sensitive),
        handed_over=[each for each in handed_over(session, patient.id) if not each.untold],
        moves=moves_of(session, patient.id),
        move_states=MOVES,
        patient=patient,
        patient_name=display_name(patient),
        with_sensitive=with_sensitive,
        since=now - COVERED,
        now=now,
    )
