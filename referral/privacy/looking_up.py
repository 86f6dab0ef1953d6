"""Finding the one patient an officer asks about. There is no way to find people by language, place or need."""

from uuid import UUID

from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.queries import Search, find_patients, name_words

#: Namesakes born on the same day; more than these is no name.
MOST = 5


def exactly(session: ScopedSession, search: Search, *, clinic_id: UUID) -> list[Patient]:
    """Return the clinic's patients whose name holds every word typed, whole, and whose other facts are the same."""
    found, _total = find_patients(session, search, clinic_id=clinic_id, limit=MOST)
    typed = set(name_words(search.words))
    return [patient for patient in found if typed <= set(_words_of(patient))]


def _words_of(patient: Patient) -> list[str]:
    return name_words(patient.given_name, patient.family_name, patient.second_family_name, patient.chosen_name)
