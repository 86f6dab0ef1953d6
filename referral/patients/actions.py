"""Registering patients, correcting them, and adding their phones."""

from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.i18n import LANGUAGES, NO_WRITTEN_LANGUAGE
from referral.kit.scope import ScopedSession
from referral.patients.corrections import note_corrections
from referral.patients.models import Patient, PatientNameToken, PatientPhone, PhoneNumber
from referral.patients.queries import birth_date_of, fold_record_number, name_tokens, name_words
from referral.patients.same_number import count_as_shared, stored_phone
from referral.patients.states import PhoneHolder, PrivacyLevel, SmsSafety
from resources_directory.db import new_id

OLDEST_YEARS = 130


@dataclass(frozen=True)
class PatientFacts:
    """What is known of a person. One name is enough; everything else may be unknown (None).

    Languages: BCP 47; `written_language` may be "none" for a person who reads no language.
    """

    given_name: str | None = None
    family_name: str | None = None
    second_family_name: str | None = None
    chosen_name: str | None = None
    birth_date: date | None = None
    record_number: str | None = None
    zip_code: str | None = None
    written_language: str | None = None
    spoken_language: str | None = None
    interpreter_needed: bool = False
    privacy_level: PrivacyLevel = PrivacyLevel.STANDARD


@dataclass(frozen=True)
class PhoneFacts:
    """A phone as the patient tells it. `e164`: "+15595550123".

    `is_own`: it is theirs alone, though somebody else's record has it too.
    """

    e164: str
    holder: PhoneHolder = PhoneHolder.SELF
    is_shared: bool = False
    sms_ok: SmsSafety = SmsSafety.UNKNOWN
    is_own: bool = False


def facts_of(patient: Patient) -> PatientFacts:
    """Return what is stored of the patient."""
    return PatientFacts(
        given_name=patient.given_name,
        family_name=patient.family_name,
        second_family_name=patient.second_family_name,
        chosen_name=patient.chosen_name,
        birth_date=birth_date_of(patient),
        record_number=patient.record_number,
        zip_code=patient.zip_code,
        written_language=patient.written_language,
        spoken_language=patient.spoken_language,
        interpreter_needed=patient.interpreter_needed,
        privacy_level=PrivacyLevel(patient.privacy_level),
    )


def check_facts(facts: PatientFacts) -> None:
    """Raise InvalidInput, naming the field, when the facts cannot be true."""
    if not any((facts.given_name, facts.family_name, facts.chosen_name)):
        raise InvalidInput(_l("Type at least one name."), "given_name")
    today = clock.now().date()
    if facts.birth_date and facts.birth_date > today:
        raise InvalidInput(_l("The birth date is in the future. Check day, month and year."), "birth_date")
    if facts.birth_date and today.year - facts.birth_date.year > OLDEST_YEARS:
        raise InvalidInput(_l("The birth date is more than 130 years ago. Check the year."), "birth_date")
    if facts.written_language not in (None, NO_WRITTEN_LANGUAGE, *LANGUAGES):
        raise InvalidInput(_l("Choose a language from the list."), "written_language")
    if facts.spoken_language not in (None, *LANGUAGES):
        raise InvalidInput(_l("Choose a language from the list."), "spoken_language")


def register_patient(
    session: ScopedSession, facts: PatientFacts, *, clinic_id: UUID, by: UUID | None, patient_id: UUID | None = None
) -> Patient:
    """Return the new patient of the clinic. `patient_id` is the form's id: sent twice, it is one patient.

    Raises InvalidInput. Flushes; the caller commits.
    """
    check_facts(facts)
    known = _registered(session, patient_id)
    if known is not None:
        return known
    patient = Patient(id=patient_id or new_id(), clinic_id=clinic_id, created_by=by, created_at=clock.now())
    try:
        with session.begin_nested():
            _write(session, patient, facts)
            session.add(patient)
            session.flush()
            _write_tokens(session, patient, facts)
    except IntegrityError:
        known = _registered(session, patient_id)  # the same form, sent twice in the same moment
        if known is None:
            raise
        return known
    return patient


def correct_patient(
    session: ScopedSession, patient: Patient, facts: PatientFacts, *, version: int, by: UUID | None = None
) -> Patient:
    """Change a patient's facts; what stood before is kept. `version` is that of the page.

    Raises Conflict when somebody was faster, InvalidInput. Flushes.
    """
    check_facts(facts)
    if patient.version != version:
        raise Conflict(_l("Somebody changed this patient while you were typing. Compare both, then save again."))
    note_corrections(session, patient, before=stored_facts(facts_of(patient)), after=stored_facts(facts), by=by)
    _write(session, patient, facts)
    session.execute(delete(PatientNameToken).where(PatientNameToken.patient_id == patient.id))
    _write_tokens(session, patient, facts)
    session.flush()
    return patient


def add_phone(session: ScopedSession, patient: Patient, facts: PhoneFacts, *, by: UUID | None) -> PatientPhone:
    """Return the patient's new phone. The same number given again is the same phone, with the newer facts. Flushes.

    One that somebody else gives as theirs counts as shared from then on, until somebody says otherwise of it.
    """
    number = phone_number(session, facts.e164)
    phone = session.scalar(
        select(PatientPhone).where(
            PatientPhone.patient_id == patient.id,
            PatientPhone.phone_number_id == number.id,
            PatientPhone.retired_at.is_(None),
        )
    )
    before = stored_phone(facts.e164, phone) if phone is not None else None
    was_theirs = phone is not None and phone.holder == PhoneHolder.SELF
    if phone is None:
        phone = PatientPhone(
            clinic_id=patient.clinic_id, patient_id=patient.id, phone_number_id=number.id, created_at=clock.now()
        )
        session.add(phone)
    phone.holder, phone.is_shared, phone.sms_ok = facts.holder, facts.is_shared, facts.sms_ok
    phone.confirmed_at, phone.confirmed_by = clock.now(), by
    session.flush()
    if facts.holder is PhoneHolder.SELF and not was_theirs:
        count_as_shared(session, patient, phone, own=facts.is_own, e164=facts.e164)
    after = stored_phone(facts.e164, phone)
    note_corrections(session, patient, before={"phone": before}, after={"phone": after}, by=by)
    return phone


def retire_phone(session: ScopedSession, phone: PatientPhone, *, by: UUID | None = None) -> None:
    """Stop using a phone for this patient; its consent does not move to another. Flushes."""
    phone.retired_at = clock.now()
    number = session.get_one(PhoneNumber, phone.phone_number_id)
    before = {"phone": stored_phone(number.number or "", phone)}
    note_corrections(session, phone, before=before, after={"phone": None}, by=by)


def phone_number(session: ScopedSession, e164: str) -> PhoneNumber:
    """Return the phone number of the world, made on first use. Flushes."""
    index = vault_of(session).index("phone", e164)
    number = session.scalar(select(PhoneNumber).where(PhoneNumber.number_index == index))
    if number is None:
        number = PhoneNumber(id=new_id(), number_index=index, created_at=clock.now())
        number.number = e164
        try:
            with session.begin_nested():
                session.add(number)
        except IntegrityError:  # another clinic wrote it down in the same moment
            return session.scalars(select(PhoneNumber).where(PhoneNumber.number_index == index)).one()
    elif number.number_sealed is None:  # its STOP outlived an erased record; somebody now gives the number anew
        number.number = e164
        session.flush()
    return number


def stored_facts(facts: PatientFacts) -> dict[str, str | None]:
    """Return the facts as the history keeps them: name of the fact to a text; None where nothing is known."""
    found = {}
    for each in fields(facts):
        value = getattr(facts, each.name)
        found[each.name] = "yes" if value is True else str(value) if value else None
    return found


def _registered(session: ScopedSession, patient_id: UUID | None) -> Patient | None:
    return session.scalar(select(Patient).where(Patient.id == patient_id)) if patient_id else None


def _write(session: ScopedSession, patient: Patient, facts: PatientFacts) -> None:
    vault = vault_of(session)
    patient.given_name, patient.family_name = facts.given_name, facts.family_name
    patient.second_family_name, patient.chosen_name = facts.second_family_name, facts.chosen_name
    patient.birth_date_text = facts.birth_date.isoformat() if facts.birth_date else None
    patient.birth_date_index = (
        vault.index("birth_date", facts.birth_date.isoformat(), patient.clinic_id) if facts.birth_date else None
    )
    patient.record_number = facts.record_number
    patient.record_number_index = (
        vault.index("record_number", fold_record_number(facts.record_number), patient.clinic_id)
        if facts.record_number
        else None
    )
    patient.zip_code = facts.zip_code
    patient.written_language, patient.spoken_language = facts.written_language, facts.spoken_language
    patient.interpreter_needed = facts.interpreter_needed
    patient.privacy_level = facts.privacy_level


def _write_tokens(session: ScopedSession, patient: Patient, facts: PatientFacts) -> None:
    words = name_words(facts.given_name, facts.family_name, facts.second_family_name, facts.chosen_name)
    for token in sorted(name_tokens(vault_of(session), patient.clinic_id, words)):
        session.add(PatientNameToken(clinic_id=patient.clinic_id, patient_id=patient.id, token=token))
