"""The page of a household: who lives with a patient, what is open for each, putting somebody in, taking them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from referral.accounts.principal import current_person
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.forms import Form
from referral.kit.limits import PATIENT_SEARCHES, limited
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.navigation.household_rows import member_rows
from referral.navigation.households import household_of
from referral.navigation.households import put_in as put_into_household
from referral.navigation.households import take_out as take_out_of_household
from referral.navigation.policies import ToDoPermission
from referral.patients.forms import NameHasWords
from referral.patients.models import Patient
from referral.patients.page_rows import PatientRow, patient_rows
from referral.patients.queries import Search, display_name, find_patients, patient_by_id

blueprint = Blueprint("households", __name__, url_prefix="/patients", template_folder="templates")

P = ToDoPermission

NAME_LETTERS = 100
#: So many are shown; more letters find fewer.
MOST_FOUND = 10


@dataclass(frozen=True)
class TwoPeople:
    """A patient, and somebody who is put into their household or taken out of it."""

    patient: Patient
    other: Patient


class FindForm(Form):
    """Who lives here too. Posted, so that no name stands in an address."""

    words = StringField(
        _l("Name"),
        [DataRequired(_l("Type a name.")), NameHasWords(), Length(max=NAME_LETTERS)],
        description=_l("Whole, or the first three letters."),
    )


def one_patient(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address."""
    return patient_by_id(session, patient_id)


def two_people(session: ScopedSession, patient_id: UUID, other_id: UUID) -> TwoPeople | None:
    """Return the two patients of the address, both of one clinic."""
    patient, other = patient_by_id(session, patient_id), patient_by_id(session, other_id)
    if patient is None or other is None or patient.clinic_id != other.clinic_id:
        return None
    return TwoPeople(patient, other)


@blueprint.get("/<uuid:patient_id>/household")
@requires(P.HOUSEHOLD, load=one_patient)
def show(patient: Patient) -> ResponseReturnValue:
    """Show who lives with the patient, with what is open for each."""
    return _page(patient, FindForm(formdata=None))


@blueprint.post("/<uuid:patient_id>/household")
@limited(PATIENT_SEARCHES)
@requires(P.HOUSEHOLD, load=one_patient)
def find(patient: Patient) -> ResponseReturnValue:
    """Show the clinic's patients whose name fits, to put one of them in."""
    form = FindForm()
    if not form.validate():
        return _page(patient, form), 422
    search, clinic_id = Search(words=form.words.data), patient.clinic_id
    found, _total = find_patients(request_session(), search, clinic_id=clinic_id, limit=MOST_FOUND)
    return _page(patient, form, [row for row in patient_rows(found) if row.id != patient.id])


@blueprint.post("/<uuid:patient_id>/household/<uuid:other_id>/put-in")
@requires(P.HOUSEHOLD, load=two_people)
def put_in(two: TwoPeople) -> ResponseReturnValue:
    """Put somebody into the patient's household."""
    try:
        put_into_household(request_session(), two.patient, two.other, by=current_person().person_id)
    except (InvalidInput, Conflict) as error:
        form = FindForm(formdata=None)
        form.form_errors.append(error.message)
        return _page(two.patient, form), error.status
    flash(_("%(name)s is in this household now.", name=display_name(two.other)), "success")
    return _back(two.patient)


@blueprint.post("/<uuid:patient_id>/household/<uuid:other_id>/take-out")
@requires(P.HOUSEHOLD, load=two_people)
def take_out(two: TwoPeople) -> ResponseReturnValue:
    """Take somebody out of the patient's household; nothing of it stays on anybody's page."""
    take_out_of_household(request_session(), two.patient, two.other)
    flash(_("%(name)s is in this household no more.", name=display_name(two.other)), "success")
    return _back(two.patient)


def _page(patient: Patient, form: FindForm, found: Sequence[PatientRow] | None = None) -> str:
    session = request_session()
    household = household_of(session, patient)
    rows = [] if household.is_off else member_rows(session, patient, household, reader=current_person())
    inside = {row.patient_id for row in rows}
    return render_template(
        "navigation/household.html",
        patient=patient,
        name=display_name(patient),
        household=household,
        rows=rows,
        form=form,
        found=[row for row in found if row.id not in inside] if found is not None else None,
    )


def _back(patient: Patient) -> ResponseReturnValue:
    return redirect(url_for(".show", patient_id=patient.id), 303)
