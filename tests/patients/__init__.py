"""Tests of patients, their phones and consents."""
