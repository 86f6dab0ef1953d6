"""The words of whole records on pages: purposes, formats, what somebody did with a record."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.audit.models import AuditKind


class Purpose(StrEnum):
    """Why a record leaves the clinic."""

    PATIENT_ASKED = "patient_asked"
    TRANSFER = "transfer"
    LEGAL = "legal"


class Format(StrEnum):
    """How a record leaves."""

    PAGE = "page"
    JSON = "json"
    CSV = "csv"


PURPOSES: Mapping[str, LazyString] = {
    Purpose.PATIENT_ASKED: _l("The patient asked for it"),
    Purpose.TRANSFER: _l("Another clinic goes on with the care"),
    Purpose.LEGAL: _l("A law or a court asks for it"),
}

FORMATS: Mapping[str, LazyString] = {
    Format.PAGE: _l("A page to read and print"),
    Format.JSON: _l("A file for programs (JSON)"),
    Format.CSV: _l("Tables for a spreadsheet (CSV in a zip)"),
}

#: What the audit tells the patient that somebody did.
LOOKED: Mapping[str, LazyString] = {
    AuditKind.READ: _l("looked"),
    AuditKind.CREATED: _l("wrote"),
    AuditKind.CHANGED: _l("changed something"),
    AuditKind.DELETED: _l("deleted something"),
    AuditKind.DENIED: _l("was refused"),
    AuditKind.EXPORTED: _l("took a copy along"),
}
