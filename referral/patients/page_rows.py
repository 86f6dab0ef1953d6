"""Rows of the patients' pages, ready to be shown: patients, phones, sharing consents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure, SharingConsent, TextingConsent
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.consents import sharing_consents_of, texting_consents_of
from referral.patients.models import Patient, PatientPhone
from referral.patients.queries import PhoneView, birth_date_of, display_name, phones_of, records_of_person
from referral.patients.same_number import owners_of_numbers
from referral.patients.states import PhoneHolder, SharedField
from referral.patients.words import HOLDERS, METHODS, SAFETY, language_words
from resources_directory.models.organization import Organization


@dataclass(frozen=True)
class PatientRow:
    """A patient in a list."""

    id: UUID
    name: str
    birth_date: date | None
    record_number: str | None
    zip_code: str | None
    language: str


@dataclass(frozen=True)
class PhoneRow:
    """A phone on a patient's page. `consent`: the newest event of texting consent.

    `others`: who else gives it as theirs, of those who may be seen here.
    """

    phone: PatientPhone
    e164: str
    holder: str
    safety: str
    opted_out: bool
    unusable: bool
    consent: TextingConsent | None
    consent_method: str | None
    others: "tuple[PatientRow, ...]" = ()


@dataclass(frozen=True)
class SharingRow:
    """What one organization may know of the patient, or may no more. `given`: something was really told to it."""

    consent: SharingConsent
    organization: str
    fields: list[str]
    method: str
    given: bool


def patient_rows(patients: Sequence[Patient]) -> list[PatientRow]:
    """Return the rows of `patients`, in the same order."""
    return [
        PatientRow(
            patient.id,
            display_name(patient),
            birth_date_of(patient),
            patient.record_number,
            patient.zip_code,
            language_words(patient.written_language),
        )
        for patient in patients
    ]


def phone_rows(session: ScopedSession, patient_id: UUID) -> list[PhoneRow]:
    """Return the patient's phones that are not retired, oldest first."""
    rows, phones = [], phones_of(session, patient_id)
    consents = texting_consents_of(session, [view.phone for view in phones])
    owners = owners_of_numbers(session, {view.phone.phone_number_id for view in phones if _is_own(view)})
    person = records_of_person(session, patient_id)
    for view in phones:
        consent = consents.get(view.phone.id)
        others = [each for each in owners.get(view.phone.phone_number_id, ()) if each.id not in person]
        rows.append(
            PhoneRow(
                phone=view.phone,
                e164=view.e164,
                holder=str(HOLDERS[view.phone.holder]),
                safety=str(SAFETY[view.phone.sms_ok]),
                opted_out=view.opted_out,
                unusable=view.unusable,
                consent=consent,
                consent_method=str(METHODS[consent.method]) if consent else None,
                others=tuple(patient_rows(others)),
            )
        )
    return rows


def _is_own(view: PhoneView) -> bool:
    return view.phone.holder == PhoneHolder.SELF


def sharing_rows(session: ScopedSession, patient_id: UUID) -> list[SharingRow]:
    """Return the newest sharing consent of each organization, newest first."""
    consents = sharing_consents_of(session, patient_id)
    wanted = {consent.organization_id for consent in consents}
    names = select(Organization.id, Organization.name).where(Organization.id.in_(wanted)).order_by(Organization.id)
    name_of = {row.id: row.name for row in session.execute(names)}
    told = set(session.scalars(select(Disclosure.organization_id).where(Disclosure.patient_id == patient_id)))
    return [
        SharingRow(
            consent=consent,
            organization=name_of.get(consent.organization_id, ""),
            fields=[str(FIELD_LABELS[SharedField(field)]) for field in consent.fields],
            method=str(METHODS[consent.method]),
            given=consent.organization_id in told,
        )
        for consent in consents
    ]
