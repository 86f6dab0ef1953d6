"""Pages of consent: texting consent for one phone, STOP told to staff, sharing taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.accounts.queries import names_of
from referral.kit.collisions import Collided, read, written
from referral.kit.errors import Conflict
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.consent_words import REVIEWED, TEXTING_WORDS, WORDS_VERSION, texting_language
from referral.patients.consents import ConsentTaken, stop_number
from referral.patients.consents import stop_sharing as take_back
from referral.patients.fact_words import Difference
from referral.patients.forms import StopSharingForm, StopTextsForm, TextingForm, consent_taken
from referral.patients.models import Patient
from referral.patients.page_rows import PhoneRow, SharingRow, phone_rows, sharing_rows
from referral.patients.policies import PatientPermission
from referral.patients.proxies import speaker_choices
from referral.patients.queries import display_name, patient_by_id
from referral.patients.states import ConsentMethod, OptOutKind
from referral.patients.texting_answers import (
    StoppedMeanwhile,
    TextingAnswer,
    save_texting,
    texting_differences,
    texting_facts,
)
from referral.patients.words import SPEAKERS

blueprint = Blueprint("consents", __name__, url_prefix="/patients", template_folder="templates")


@dataclass(frozen=True)
class PhoneOfPatient:
    """A phone with its patient."""

    patient: Patient
    row: PhoneRow


@dataclass(frozen=True)
class SharingOfPatient:
    """A sharing consent with its patient."""

    patient: Patient
    row: SharingRow


def one_phone(session: ScopedSession, patient_id: UUID, phone_id: UUID) -> PhoneOfPatient | None:
    """Return the phone of the address with its patient, unless it is retired."""
    patient = patient_by_id(session, patient_id)
    if patient is None:
        return None
    rows = [row for row in phone_rows(session, patient_id) if row.phone.id == phone_id]
    return PhoneOfPatient(patient, rows[0]) if rows else None


def one_sharing(session: ScopedSession, patient_id: UUID, organization_id: UUID) -> SharingOfPatient | None:
    """Return the newest sharing consent of the address with its patient."""
    patient = patient_by_id(session, patient_id)
    if patient is None:
        return None
    rows = [row for row in sharing_rows(session, patient_id) if row.consent.organization_id == organization_id]
    return SharingOfPatient(patient, rows[0]) if rows else None


@blueprint.get("/<uuid:patient_id>/phones/<uuid:phone_id>/texting")
@requires(PatientPermission.TAKE_CONSENT, load=one_phone)
def texting(found: PhoneOfPatient) -> ResponseReturnValue:
    """Show the words of texting consent, to be read out or shown, and the form for the answer."""
    language = texting_language(request.args.get("words") or _language_of(found.patient))
    opened = _opened(found)
    form = TextingForm(obj=found.row.phone, words_language=language, words_version=WORDS_VERSION, opened=opened)
    form.offer_speakers(_texting_speakers(found))
    return _texting_page(form, found)


@blueprint.post("/<uuid:patient_id>/phones/<uuid:phone_id>/texting")
@requires(PatientPermission.TAKE_CONSENT, load=one_phone)
def record_texting(found: PhoneOfPatient) -> ResponseReturnValue:
    """Record what the patient said about texts to this phone; what changed since the form was opened is shown first."""
    form, session, signed = TextingForm(), request_session(), current_person()
    language = texting_language(form.words_language.data)
    form.offer_speakers(_texting_speakers(found))
    valid = form.validate()
    if form.words_version.data != WORDS_VERSION:
        form.words_version.data, valid = WORDS_VERSION, False
        form.form_errors.append(_("The words have changed. Read the new ones to the patient and ask again."))
    if not valid:
        return _texting_page(form, found), 422
    shown = ConsentTaken(TEXTING_WORDS[language], language, WORDS_VERSION, ConsentMethod.IN_PERSON, signed.person_id)
    facts = form.facts_about(found.row.e164)
    answer = TextingAnswer(form.agrees.data == "yes", facts, consent_taken(form, shown))
    try:
        save_texting(session, found.patient, found.row.phone, answer, read(form.opened.data))
    except Conflict as error:
        return _asked_again(form, found, answer, error), 409
    flash(_("The patient's answer about texts is recorded."), "success")
    return redirect(url_for("patients.show_patient", patient_id=found.patient.id), 303)


def _asked_again(form: TextingForm, found: PhoneOfPatient, answer: TextingAnswer, error: Conflict) -> str:
    """Return the form as if opened now, beside what somebody else wrote or what the phone asked for meanwhile."""
    session = request_session()
    found = one_phone(session, found.patient.id, found.row.phone.id) or found
    form.opened.data = _opened(found)
    if not isinstance(error, Collided):
        form.agrees.data = None  # whatever they said, they said it before that
        return _texting_page(form, found, refused=error)
    form.holder.data, form.sms_ok.data = error.together["holder"], error.together["sms_ok"]
    form.is_shared.data = error.together["is_shared"] == "yes"
    return _texting_page(form, found, differing=texting_differences(session, found.row.phone, answer, error))


def _opened(found: PhoneOfPatient) -> str:
    return written(texting_facts(request_session(), found.row.phone))


def _texting_speakers(found: PhoneOfPatient) -> list[tuple[str, str]]:
    """Return who may agree to texts to this phone: the patient, and who speaks for them for their own phone only."""
    return speaker_choices(request_session(), found.patient, SPEAKERS, phone_id=found.row.phone.id)


def _language_of(patient: Patient) -> str | None:
    return patient.spoken_language or patient.written_language


def _texting_page(
    form: TextingForm, found: PhoneOfPatient, *, differing: Sequence[Difference] = (), refused: Conflict | None = None
) -> str:
    language = texting_language(form.words_language.data)
    spoken = _language_of(found.patient)
    return render_template(
        "patients/texting.html",
        form=form,
        patient=found.patient,
        name=display_name(found.patient),
        row=found.row,
        words=TEXTING_WORDS[language],
        language=language,
        other_languages=[code for code in TEXTING_WORDS if code != language],
        interpret_into=spoken if spoken not in TEXTING_WORDS else None,
        is_draft=language not in REVIEWED,
        taken_by=names_of(request_session(), [found.row.consent.taken_by if found.row.consent else None]),
        differing=differing,
        refused=refused,
        stopped_at=refused.at if isinstance(refused, StoppedMeanwhile) else None,
    )


@blueprint.get("/<uuid:patient_id>/phones/<uuid:phone_id>/stop")
@requires(PatientPermission.TAKE_CONSENT, load=one_phone)
def stop_texts(found: PhoneOfPatient) -> ResponseReturnValue:
    """Ask whether every text to this phone shall stop."""
    return render_template(
        "patients/stop_texts.html",
        form=StopTextsForm(),
        patient=found.patient,
        name=display_name(found.patient),
        row=found.row,
    )


@blueprint.post("/<uuid:patient_id>/phones/<uuid:phone_id>/stop")
@requires(PatientPermission.TAKE_CONSENT, load=one_phone)
def record_stop(found: PhoneOfPatient) -> ResponseReturnValue:
    """Stop every text to this phone, everywhere, as the word STOP from it would."""
    if not found.row.opted_out:
        by = current_person().person_id
        stop_number(request_session(), found.row.phone.phone_number_id, OptOutKind.STAFF, by=by)
    flash(_("No more texts go to this phone. What is under way goes on by phone call."), "success")
    return redirect(url_for("patients.show_patient", patient_id=found.patient.id), 303)


@blueprint.get("/<uuid:patient_id>/sharing/<uuid:organization_id>/stop")
@requires(PatientPermission.TAKE_CONSENT, load=one_sharing)
def stop_sharing(found: SharingOfPatient) -> ResponseReturnValue:
    """Ask who wants the sharing to stop, and how they said so."""
    form = StopSharingForm()
    form.offer_speakers(_whoever(found.patient))
    return _stop_sharing_page(form, found)


@blueprint.post("/<uuid:patient_id>/sharing/<uuid:organization_id>/stop")
@requires(PatientPermission.TAKE_CONSENT, load=one_sharing)
def record_stop_sharing(found: SharingOfPatient) -> ResponseReturnValue:
    """Take the permission back, and with it what is under way. Taken back already, it stays as it is."""
    form = StopSharingForm()
    form.offer_speakers(_whoever(found.patient))
    if not form.validate():
        return _stop_sharing_page(form, found), 422
    given, by = found.row.consent, current_person().person_id
    words = ConsentTaken(given.words or "", given.words_language, given.words_version, ConsentMethod.IN_PERSON, by)
    take_back(request_session(), found.patient, given, taken=consent_taken(form, words))
    flash(
        _("The permission is taken back. What was under way with this organization is withdrawn, and it is told so."),
        "success",
    )
    return redirect(url_for("patients.show_patient", patient_id=found.patient.id), 303)


def _whoever(patient: Patient) -> list[tuple[str, str]]:
    """Return everybody who may say stop: a stop is never refused, whoever says it."""
    named = speaker_choices(request_session(), patient, SPEAKERS)
    return [*named, *((relation, str(words)) for relation, words in SPEAKERS.items() if relation != "patient")]


def _stop_sharing_page(form: StopSharingForm, found: SharingOfPatient) -> str:
    return render_template(
        "patients/stop_sharing.html",
        form=form,
        patient=found.patient,
        name=display_name(found.patient),
        row=found.row,
    )
