"""Patients, their phones, consents and disclosures."""
