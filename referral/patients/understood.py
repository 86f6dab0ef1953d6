"""In which language something is shown or read out to a patient: the one that they read, the one that they speak."""

from referral.kit.patient_language import PatientLanguage, patient_language
from referral.patients.models import Patient


def read_by(patient: Patient) -> PatientLanguage:
    """Return the language of what the patient reads: who reads none has it read to them in the one they speak."""
    return patient_language(patient.written_language, patient.spoken_language)


def heard_by(patient: Patient) -> PatientLanguage:
    """Return the language of what is read out to the patient."""
    return patient_language(patient.spoken_language or patient.written_language)
