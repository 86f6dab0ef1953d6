"""Pages of what a patient wants kept in mind: who speaks for them, what they keep to themselves, whom they bar."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from referral.accounts.principal import current_person
from referral.accounts.queries import people_of
from referral.kit.errors import InvalidInput
from referral.kit.phone import show_phone
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.barring import bar_organization, bar_person, barred_before, barred_people, bars_of, lift_bar
from referral.patients.consent_words import WORDS_VERSION
from referral.patients.consents import ConsentTaken
from referral.patients.forms import consent_taken
from referral.patients.keeping_private import keep_private
from referral.patients.models import Patient
from referral.patients.need_words import NEEDS
from referral.patients.policies import PatientPermission as P
from referral.patients.proxies import (
    OPEN_TO_OTHERS,
    NewProxy,
    end_proxy,
    private_domains,
    proxies_of,
    record_proxy,
    speaker_choices,
)
from referral.patients.queries import display_name, patient_by_id, phones_of, records_of_person
from referral.patients.record_forms import (
    NOTHING_PRIVATE,
    BarOrganizationForm,
    BarPersonForm,
    PrivateForm,
    ProxyForm,
)
from referral.patients.states import ConsentMethod, ProxyRelation
from referral.patients.wish_models import PatientBar, PatientProxy
from referral.patients.words import REACHES, SPEAKERS
from resources_directory.models.organization import Organization
from resources_directory.needs import NeedDomain

blueprint = Blueprint("patient_wishes", __name__, url_prefix="/patients", template_folder="templates")

#: The most organizations of one name that are shown to choose from.
MOST_FOUND = 20


@dataclass(frozen=True)
class ProxyOfPatient:
    """Somebody who speaks for a patient, with the patient."""

    patient: Patient
    proxy: PatientProxy


@dataclass(frozen=True)
class BarOfPatient:
    """A bar with its patient."""

    patient: Patient
    bar: PatientBar


def one_patient(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient of the address."""
    return patient_by_id(session, patient_id)


def one_proxy(session: ScopedSession, patient_id: UUID, proxy_id: UUID) -> ProxyOfPatient | None:
    """Return whoever of the address speaks for the patient, written down on whichever of their records."""
    patient = patient_by_id(session, patient_id)
    own = PatientProxy.patient_id.in_(records_of_person(session, patient_id))
    found = select(PatientProxy).where(PatientProxy.id == proxy_id, own)
    proxy = session.scalar(found) if patient else None
    return ProxyOfPatient(patient, proxy) if patient and proxy else None


def one_bar(session: ScopedSession, patient_id: UUID, bar_id: UUID) -> BarOfPatient | None:
    """Return the bar of the address, written down on whichever of the patient's records."""
    patient = patient_by_id(session, patient_id)
    own = PatientBar.patient_id.in_(records_of_person(session, patient_id))
    found = select(PatientBar).where(PatientBar.id == bar_id, own)
    bar = session.scalar(found) if patient else None
    return BarOfPatient(patient, bar) if patient and bar else None


@blueprint.get("/<uuid:patient_id>/proxies")
@requires(P.NAME_WISHES, load=one_patient)
def proxies(patient: Patient) -> ResponseReturnValue:
    """Show who speaks for the patient and how far, and the form for another."""
    return _proxies_page(ProxyForm(), patient)


@blueprint.post("/<uuid:patient_id>/proxies")
@requires(P.NAME_WISHES, load=one_patient)
def add_proxy(patient: Patient) -> ResponseReturnValue:
    """Write down who speaks for the patient."""
    form, session = ProxyForm(), request_session()
    form.offer_phones(_phones(session, patient))
    if not form.validate():
        return _proxies_page(form, patient), 422
    new = NewProxy(
        name=form.name.data,
        relation=ProxyRelation(form.relation.data),
        reach=form.reach(),
        patient_phone_id=UUID(form.phone.data) if form.phone.data else None,
        proxy_id=form.filling_id(),
    )
    try:
        record_proxy(session, patient, new, by=current_person().person_id)
    except InvalidInput as error:
        form.blame(error)
        return _proxies_page(form, patient), 422
    flash(_("It is written down who speaks for the patient."), "success")
    return redirect(url_for(".proxies", patient_id=patient.id), 303)


@blueprint.post("/<uuid:patient_id>/proxies/<uuid:proxy_id>/end")
@requires(P.NAME_WISHES, load=one_proxy)
def stop_proxy(found: ProxyOfPatient) -> Response:
    """Let somebody no longer speak for the patient."""
    end_proxy(request_session(), found.proxy, by=current_person().person_id)
    flash(_("From now on this person does not speak for the patient."), "success")
    return redirect(url_for(".proxies", patient_id=found.patient.id), 303)


@blueprint.post("/<uuid:patient_id>/private")
@requires(P.NAME_WISHES, load=one_patient)
def keep(patient: Patient) -> ResponseReturnValue:
    """Write down which needs the patient keeps to themselves; what others changed meanwhile stands too."""
    form = PrivateForm()
    if not form.validate():
        return _proxies_page(ProxyForm(), patient, form), 422
    domains = [NeedDomain(each) for each in form.domains.data or ()]  # none ticked: nothing is private any more
    others = keep_private(request_session(), patient, domains, by=current_person().person_id, opened=form.seen())
    flash(_("What the patient keeps to themselves is saved."), "success")
    if others:
        names = ", ".join(str(NEEDS[each]) for each in OPEN_TO_OTHERS if each in others)
        flash(_("Somebody else changed this meanwhile: %(needs)s. What they wrote stands too.", needs=names), "info")
    return redirect(url_for(".proxies", patient_id=patient.id), 303)


def _phones(session: ScopedSession, patient: Patient) -> dict[str, str]:
    return {str(view.phone.id): show_phone(view.e164) for view in phones_of(session, patient.id)}


def _proxies_page(form: ProxyForm, patient: Patient, private: PrivateForm | None = None) -> str:
    session = request_session()
    form.offer_phones(_phones(session, patient))
    return render_template(
        "patients/proxies.html",
        form=form,
        private=private or _private_form(patient),
        patient=patient,
        name=display_name(patient),
        proxies=proxies_of(session, patient.id),
        domains=OPEN_TO_OTHERS,
        needs=NEEDS,
        reaches=REACHES,
        relations=SPEAKERS,
    )


def _private_form(patient: Patient) -> PrivateForm:
    private = sorted(map(str, private_domains(patient)))
    return PrivateForm(formdata=None, domains=private, opened=" ".join(private) or NOTHING_PRIVATE)


@blueprint.get("/<uuid:patient_id>/bars")
@requires(P.NAME_WISHES, load=one_patient)
def bars(patient: Patient) -> ResponseReturnValue:
    """Show whom the patient barred, and the forms for more."""
    return _bars_page(patient, BarPersonForm(), BarOrganizationForm())


@blueprint.post("/<uuid:patient_id>/bars/person")
@requires(P.NAME_WISHES, load=one_patient)
def bar_somebody(patient: Patient) -> ResponseReturnValue:
    """Bar a person of the clinic: from the next click they see nothing of the patient."""
    form, session, signed = BarPersonForm(), request_session(), current_person()
    again = barred_before(session, patient.id, why=form.person_why.data, by=signed.person_id)
    form.person.choices = _people(session, patient, again=again)
    if not form.validate():
        return _bars_page(patient, form, BarOrganizationForm(formdata=None)), 422
    bar_person(session, patient, UUID(form.person.data), why=form.person_why.data, by=signed.person_id)
    flash(
        _("This person sees nothing of the patient any more. Their to-dos for the patient are somebody else's."),
        "success",
    )
    if form.person.data == str(signed.person_id):
        return redirect(url_for("patients.list_patients"), 303)
    return redirect(url_for(".bars", patient_id=patient.id), 303)


@blueprint.post("/<uuid:patient_id>/bars/organization")
@requires(P.NAME_WISHES, load=one_patient)
def bar_listed(patient: Patient) -> ResponseReturnValue:
    """Find the organization by its name, then bar it."""
    form, session = BarOrganizationForm(), request_session()
    form.offer_speakers(speaker_choices(session, patient, SPEAKERS))
    if not form.validate():
        return _bars_page(patient, BarPersonForm(formdata=None), form), 422
    found = _organizations(session, form.organization_name.data)
    form.organization.choices = [(str(each.id), each.name) for each in found]
    chosen = next((each for each in found if str(each.id) == form.organization.data), None)
    if chosen is None:
        nobody = _("No organization of this name is listed. Try a part of it.")
        asked = _("Choose the one you mean.") if found else nobody
        (form.organization if found else form.organization_name).errors = [asked]
        return _bars_page(patient, BarPersonForm(formdata=None), form), 422
    words = _("The patient does not want this organization asked.")
    said = ConsentTaken(words, "en", WORDS_VERSION, ConsentMethod.IN_PERSON, current_person().person_id)
    bar_organization(session, patient, chosen.id, why=form.why.data, taken=consent_taken(form, said))
    flash(_("This organization is never offered for the patient again, and gets no more facts about them."), "success")
    return redirect(url_for(".bars", patient_id=patient.id), 303)


@blueprint.post("/<uuid:patient_id>/bars/<uuid:bar_id>/lift")
@requires(P.NAME_WISHES, load=one_bar)
def lift(found: BarOfPatient) -> Response:
    """End a bar."""
    lift_bar(request_session(), found.bar, by=current_person().person_id)
    flash(_("The bar is lifted."), "success")
    return redirect(url_for(".bars", patient_id=found.patient.id), 303)


def _people(session: ScopedSession, patient: Patient, *, again: frozenset[UUID] = frozenset()) -> list[tuple[str, str]]:
    """Return the clinic's people whom the patient has not barred, each once, by name; nobody is chosen beforehand.

    `again`: barred people who may be chosen all the same.
    """
    barred = barred_people(session, patient.id) - again
    found = {str(each.person_id): each.name for each in people_of(session, patient.clinic_id)}
    return [("", _("Choose somebody")), *((key, name) for key, name in found.items() if UUID(key) not in barred)]


def _organizations(session: ScopedSession, name: str) -> list[Organization]:
    found = select(Organization).where(func.lower(Organization.name).contains(name.lower(), autoescape=True))
    return list(session.scalars(found.order_by(Organization.name, Organization.id).limit(MOST_FOUND)))


def _bars_page(patient: Patient, person_form: BarPersonForm, organization_form: BarOrganizationForm) -> str:
    session = request_session()
    person_form.person.choices = _people(session, patient)
    organization_form.offer_speakers(speaker_choices(session, patient, SPEAKERS))
    return render_template(
        "patients/bars.html",
        patient=patient,
        name=display_name(patient),
        bars=bars_of(session, patient.id),
        person_form=person_form,
        organization_form=organization_form,
    )
