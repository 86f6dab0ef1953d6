"""Questions about patients: finding them, likely duplicates, their phones and consents."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from referral.kit.crypto import Vault, vault_of
from referral.kit.errors import InvalidInput
from referral.kit.i18n import LANGUAGES, Language
from referral.kit.remembering import remembered
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient, PatientNameToken, PatientPhone, PhoneNumber
from referral.patients.states import PrivacyLevel

#: A name token shorter than this has no prefix token of its own.
PREFIX_LETTERS = 3


@dataclass(frozen=True)
class Search:
    """What somebody knows of a patient. All that is given must fit."""

    words: str | None = None
    birth_date: date | None = None
    phone: str | None = None
    record_number: str | None = None

    @property
    def empty(self) -> bool:
        """True when nothing was typed that anybody could be found by: a name of signs alone has no word."""
        number = fold_record_number(self.record_number or "")
        return not (name_words(self.words) or self.birth_date or self.phone or number)


class EmptySearch(InvalidInput):
    """A search would find everybody."""


def name_words(*names: str | None) -> list[str]:
    """Return the folded words of names: small letters, no accents, letters and digits only, sorted, each once."""
    text = unicodedata.normalize("NFKD", " ".join(name for name in names if name))
    folded = "".join(letter for letter in text.casefold() if not unicodedata.combining(letter))
    return sorted(set("".join(letter if letter.isalnum() else " " for letter in folded).split()))


def name_tokens(vault: Vault, clinic_id: UUID, words: Iterable[str]) -> set[bytes]:
    """Return the keyed tokens under which a patient with these words is found: each word, and its first letters."""
    tokens = set()
    for word in words:
        tokens.add(vault.index("name", word, clinic_id))
        if len(word) > PREFIX_LETTERS:
            tokens.add(vault.index("name_prefix", word[:PREFIX_LETTERS], clinic_id))
    return tokens


def patient_by_id(session: ScopedSession, patient_id: UUID) -> Patient | None:
    """Return the patient, or None when absent, erased or not theirs."""
    return session.scalar(select(Patient).where(Patient.id == patient_id, Patient.erased_at.is_(None)))


def may_be_contacted(patient: Patient) -> bool:
    """Return False when nothing new is to be begun with this record: the patient died, was merged away or has moved.

    What is under way goes on: of a merged record under the wishes of the kept one, of a moved one until it closes.
    """
    return patient.deceased_at is None and patient.merged_into_id is None and patient.moved_at is None


def languages_of(patient: Patient) -> list[Language]:
    """Return the languages that we know of a patient: the one they read, then the one they speak.

    Who reads no language has others read to them in the one they speak.
    """
    codes = (patient.written_language, patient.spoken_language)
    return [LANGUAGES[code] for code in codes if code in LANGUAGES]


def kept_record(session: ScopedSession, patient: Patient) -> Patient:
    """Return the record that stands for this one: itself, unless it was merged into another that is still there."""
    if patient.merged_into_id is None:
        return patient
    return patient_by_id(session, patient.merged_into_id) or patient


def texting_privacy(session: ScopedSession, patient_id: UUID) -> PrivacyLevel:
    """Return how private texts to a person must be: the strictest wish on any of their records. Loads no row."""
    kept_id = select(func.coalesce(Patient.merged_into_id, Patient.id)).where(Patient.id == patient_id)
    theirs = or_(Patient.id.in_((patient_id, kept_id.scalar_subquery())), Patient.merged_into_id.in_(kept_id))
    wishes = set(session.scalars(select(Patient.privacy_level).where(theirs)))
    strictest = (PrivacyLevel.NONE, PrivacyLevel.NEUTRAL)
    return next((level for level in strictest if level in wishes), PrivacyLevel.STANDARD)


def has_died(session: ScopedSession, patient_id: UUID) -> bool:
    """Return True if the person of this record has died: it is written on the record that is kept. Loads no row."""
    kept = select(func.coalesce(Patient.merged_into_id, Patient.id)).where(Patient.id == patient_id).scalar_subquery()
    died = select(Patient.id).where(Patient.id.in_((patient_id, kept)), Patient.deceased_at.is_not(None))
    return session.scalar(died.limit(1)) is not None


def records_of_person(session: ScopedSession, patient_id: UUID) -> list[UUID]:
    """Return the ids of all records that are this person: the kept one first, then those merged into it, oldest first.

    Empty when absent or not theirs.
    """
    asked = {"patient_id": patient_id}
    return list(remembered(session, "records", patient_id, lambda: session.scalars(_RECORDS, asked).all()))


def _select_records() -> Select[UUID]:
    """Return the select of the ids of all records of the person of the record `patient_id`, the kept one first."""
    asked, merged = aliased(Patient), aliased(Patient)
    kept_id = select(func.coalesce(asked.merged_into_id, asked.id)).where(asked.id == bindparam("patient_id"))
    theirs = kept_id.union_all(select(merged.id).where(merged.merged_into_id == kept_id.scalar_subquery()))
    found = select(Patient.id).where(Patient.id.in_(theirs))
    return found.order_by(Patient.merged_into_id.is_not(None), Patient.created_at, Patient.id)


#: Made once: every page about a patient asks it.
_RECORDS = _select_records()


def find_patients(
    session: ScopedSession, search: Search, *, clinic_id: UUID, limit: int = 25, offset: int = 0
) -> tuple[Sequence[Patient], int]:
    """Return the clinic's patients that fit, newest first, and how many fit in all.

    Words fit whole; a word of three letters also fits as a beginning. A record that was merged is not shown: what fits
    it finds the one that is kept. Raises EmptySearch when nothing narrows it: `all_patients` are another question.
    """
    if search.empty:
        raise EmptySearch(_("Type a name, a birth date, a phone or a record number."))
    fitting = _fitting(session, search, clinic_id)
    return _newest_first(session, _kept_ones(clinic_id).where(Patient.id.in_(fitting)), limit, offset)


def all_patients(
    session: ScopedSession, *, clinic_id: UUID, limit: int = 25, offset: int = 0
) -> tuple[Sequence[Patient], int]:
    """Return everybody of the clinic, newest first, and how many they are; merged records stand under the kept one."""
    return _newest_first(session, _kept_ones(clinic_id), limit, offset)


def _kept_ones(clinic_id: UUID) -> Select[Patient]:
    return select(Patient).where(
        Patient.clinic_id == clinic_id, Patient.erased_at.is_(None), Patient.merged_into_id.is_(None)
    )


def _newest_first(
    session: ScopedSession, shown: Select[Patient], limit: int, offset: int
) -> tuple[Sequence[Patient], int]:
    total = session.scalar(select(func.count()).select_from(shown.subquery())) or 0
    page = shown.order_by(Patient.created_at.desc(), Patient.id).limit(limit).offset(offset)
    return session.scalars(page).all(), total


def _fitting(session: ScopedSession, search: Search, clinic_id: UUID) -> Select[UUID]:
    """Return the select of the ids of those that fit, the kept one of a merged record."""
    vault = vault_of(session)
    fitting = select(func.coalesce(Patient.merged_into_id, Patient.id)).where(Patient.erased_at.is_(None))
    for word in name_words(search.words):
        tokens = [vault.index("name", word, clinic_id)]
        if len(word) == PREFIX_LETTERS:
            tokens.append(vault.index("name_prefix", word, clinic_id))
        named = select(PatientNameToken.patient_id).where(
            PatientNameToken.clinic_id == clinic_id, PatientNameToken.token.in_(tokens)
        )
        fitting = fitting.where(Patient.id.in_(named))
    if search.birth_date:
        index = vault.index("birth_date", search.birth_date.isoformat(), clinic_id)
        fitting = fitting.where(Patient.birth_date_index == index)
    if search.record_number:
        index = vault.index("record_number", fold_record_number(search.record_number), clinic_id)
        fitting = fitting.where(Patient.record_number_index == index)
    if search.phone:
        reached = (
            select(PatientPhone.patient_id)
            .join(PhoneNumber, PhoneNumber.id == PatientPhone.phone_number_id)
            .where(PhoneNumber.number_index == vault.index("phone", search.phone))
        )
        fitting = fitting.where(Patient.id.in_(reached))
    return fitting


def fold_record_number(text: str) -> str:
    """Return the normal form of a record number: capitals, no blanks."""
    return "".join(text.split()).upper()


def likely_duplicates(
    session: ScopedSession, search: Search, *, clinic_id: UUID, not_this: UUID | None = None
) -> list[Patient]:
    """Return up to five patients who may be the same person, likeliest first.

    Alike: same record number; or same phone; or same birth date and a name word; or two name words.
    """
    found: dict[UUID, Patient] = {}
    words = name_words(search.words)
    tries = [
        Search(record_number=search.record_number),
        *(Search(birth_date=search.birth_date, words=word) for word in words if search.birth_date),
        Search(phone=search.phone),
        *(Search(words=f"{one} {other}") for n, one in enumerate(words) for other in words[n + 1 :]),
    ]
    for attempt in tries:
        if attempt.empty:
            continue
        for patient in find_patients(session, attempt, clinic_id=clinic_id, limit=5)[0]:
            if patient.id != not_this:
                found.setdefault(patient.id, patient)
    return list(found.values())[:5]


def display_name(patient: Patient) -> str:
    """Return the name to show: the chosen name if there is one, then the family names; words for an erased record."""
    if patient.erased_at is not None:
        return str(_("Erased record"))
    first = patient.chosen_name or patient.given_name
    return " ".join(name for name in (first, patient.family_name, patient.second_family_name) if name)


def birth_date_of(patient: Patient) -> date | None:
    """Return the birth date; None when it is unknown."""
    return date.fromisoformat(patient.birth_date_text) if patient.birth_date_text else None


def age_on(patient: Patient, day: date) -> int | None:
    """Return how many years old the patient is on a day; None when the birth date is unknown."""
    born = birth_date_of(patient)
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True)
class PhoneView:
    """A patient's phone with its number (E.164) and whether it has opted out."""

    phone: PatientPhone
    e164: str
    opted_out: bool
    unusable: bool


def phones_of(session: ScopedSession, patient_id: UUID) -> list[PhoneView]:
    """Return the patient's phones that are not retired, oldest first."""
    return [
        PhoneView(phone, number.number or "", number.opted_out_at is not None, number.unusable_at is not None)
        for phone, number in phones_with_numbers(session, patient_id)
    ]


def phones_with_numbers(session: ScopedSession, patient_id: UUID) -> list[tuple[PatientPhone, PhoneNumber]]:
    """Return the patient's phones that are not retired, each with its number, oldest first.

    A record that stands for others and has no phone of its own is reached at theirs.
    """
    own = _phones_at(session, [patient_id])
    if own:
        return own
    kept_id, *others = records_of_person(session, patient_id) or [patient_id]
    return _phones_at(session, others) if others and kept_id == patient_id else []


def same_phones(session: ScopedSession, patient_id: UUID, number_ids: Iterable[UUID]) -> Sequence[PatientPhone]:
    """Return what is known of these numbers on all records of a person, retired phones left out, oldest first."""
    known = PatientPhone.patient_id.in_(records_of_person(session, patient_id)), PatientPhone.retired_at.is_(None)
    found = select(PatientPhone).where(*known, PatientPhone.phone_number_id.in_(sorted(number_ids)))
    return session.scalars(found.order_by(PatientPhone.created_at, PatientPhone.id)).all()


def _phones_at(session: ScopedSession, record_ids: Sequence[UUID]) -> list[tuple[PatientPhone, PhoneNumber]]:
    found = (
        select(PatientPhone, PhoneNumber)
        .join(PhoneNumber, PhoneNumber.id == PatientPhone.phone_number_id)
        .where(PatientPhone.patient_id.in_(record_ids), PatientPhone.retired_at.is_(None))
        .order_by(PatientPhone.created_at, PatientPhone.id)
    )
    return [(phone, number) for phone, number in session.execute(found)]
