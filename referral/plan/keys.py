"""What opens a patient's page besides its address: the year of birth, or a word that the patient chose.

A word takes the place of the year. A family knows one another's years of birth, so where a phone on file is shared, is
somebody else's or is not safe, only a word opens; without one nobody can, and the patient calls.
"""

import hmac
import unicodedata
from enum import StrEnum
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient, PatientPhone
from referral.patients.queries import birth_date_of, phones_of, records_of_person
from referral.patients.states import PhoneHolder, SmsSafety
from referral.plan.models import PlanWord

FEWEST_LETTERS, MOST_LETTERS = 4, 60
DIGITS_OF_A_YEAR = 4


class Opener(StrEnum):
    """What a page opens to."""

    WORD = "word"
    YEAR = "year"
    NOTHING_NO_BIRTH_DATE = "nothing_no_birth_date"
    NOTHING_OTHERS_KNOW = "nothing_others_know"


def opener_of(session: ScopedSession, patient: Patient) -> Opener:
    """Return what opens the patient's page now."""
    if _word_index(session, patient.id) is not None:
        return Opener.WORD
    records = records_of_person(session, patient.id)
    if any(_others_may_read(each.phone) for record_id in records for each in phones_of(session, record_id)):
        return Opener.NOTHING_OTHERS_KNOW
    return Opener.YEAR if patient.birth_date_text else Opener.NOTHING_NO_BIRTH_DATE


def opens(session: ScopedSession, patient: Patient, typed: str) -> bool:
    """Return True if what was typed opens the patient's page."""
    opener = opener_of(session, patient)
    if opener is Opener.WORD:
        wanted, given = _word_index(session, patient.id), _index(session, patient.id, typed)
        return wanted is not None and hmac.compare_digest(wanted, given)
    born = birth_date_of(patient)
    return opener is Opener.YEAR and born is not None and _year(typed) == born.year


def choose_word(session: ScopedSession, patient: Patient, word: str | None, *, by: UUID | None) -> None:
    """Let a word open the page from now on; none: the year of birth again. `by`: who of our people wrote it down.

    The word that opens it already is chosen already. Raises InvalidInput for a word that is easily guessed. Flushes;
    the caller commits.
    """
    if word is not None:
        _check(patient, word)
    index = _index(session, patient.id, word) if word is not None else None
    if index == _word_index(session, patient.id):
        return
    session.add(
        PlanWord(clinic_id=patient.clinic_id, patient_id=patient.id, word_index=index, chosen_by=by, at=clock.now())
    )
    session.flush()


def _check(patient: Patient, word: str) -> None:
    folded = _folded(word)
    if not FEWEST_LETTERS <= len(folded) <= MOST_LETTERS:
        raise InvalidInput(_l("Choose a word of 4 to 60 letters."), "word")
    names = (patient.given_name, patient.family_name, patient.second_family_name, patient.chosen_name)
    if _year(word) is not None or folded in {_folded(name) for name in names if name}:
        raise InvalidInput(_l("Choose a word that others cannot guess: no name and no year."), "word")


def _others_may_read(phone: PatientPhone) -> bool:
    return phone.is_shared or phone.holder != PhoneHolder.SELF or phone.sms_ok == SmsSafety.NO


def _word_index(session: ScopedSession, patient_id: UUID) -> bytes | None:
    newest = select(PlanWord.word_index).where(PlanWord.patient_id == patient_id)
    index: bytes | None = session.scalar(newest.order_by(PlanWord.at.desc(), PlanWord.id.desc()).limit(1))
    return index


def _index(session: ScopedSession, patient_id: UUID, word: str) -> bytes:
    return vault_of(session).index("plan_word", _folded(word), patient_id)


def _folded(word: str) -> str:
    """Return a word without capitals, accents and blanks, as people type it on a phone."""
    text = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in text if not unicodedata.combining(letter) and not letter.isspace())


def _year(typed: str) -> int | None:
    """Return the year, in digits of any script, or None."""
    text = "".join(typed.split())
    if len(text) != DIGITS_OF_A_YEAR or not all(letter.isdecimal() for letter in text):
        return None
    return int(text)
