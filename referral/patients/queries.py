"""Questions about patients: finding them, likely duplicates, their phones and consents."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from referral.kit.crypto import Vault, vault_of
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient, PatientNameToken, PatientPhone, PhoneNumber

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
        """True when nothing was typed."""
        return not (self.words or self.birth_date or self.phone or self.record_number)


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
    """Return the patient, or None when absent or not theirs."""
    return session.scalar(select(Patient).where(Patient.id == patient_id))


def find_patients(
    session: ScopedSession, search: Search, *, clinic_id: UUID, limit: int = 25, offset: int = 0
) -> tuple[Sequence[Patient], int]:
    """Return the clinic's patients that fit, newest first, and how many fit in all.

    Nothing typed: everybody. Words fit whole; a word of three letters also fits as a beginning.
    """
    vault = vault_of(session)
    fitting = select(Patient).where(Patient.clinic_id == clinic_id)
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
            .where(PhoneNumber.number_index == vault.index("phone", search.phone), PatientPhone.clinic_id == clinic_id)
        )
        fitting = fitting.where(Patient.id.in_(reached))
    total = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
    page = fitting.order_by(Patient.created_at.desc(), Patient.id).limit(limit).offset(offset)
    return session.scalars(page).all(), total


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
    """Return the name to show: the chosen name if there is one, then the family names."""
    first = patient.chosen_name or patient.given_name
    return " ".join(name for name in (first, patient.family_name, patient.second_family_name) if name)


def birth_date_of(patient: Patient) -> date | None:
    """Return the birth date; None when it is unknown."""
    return date.fromisoformat(patient.birth_date_text) if patient.birth_date_text else None


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
    """Return the patient's phones that are not retired, each with its number, oldest first."""
    found = (
        select(PatientPhone, PhoneNumber)
        .join(PhoneNumber, PhoneNumber.id == PatientPhone.phone_number_id)
        .where(PatientPhone.patient_id == patient_id, PatientPhone.retired_at.is_(None))
        .order_by(PatientPhone.created_at, PatientPhone.id)
    )
    return [(phone, number) for phone, number in session.execute(found)]
