"""What roles and kinds of members are called on pages, and the one stored form of an e-mail address."""

import unicodedata

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.accounts.roles import MemberKind, Role
from referral.kit.errors import InvalidInput

ROLE_NAMES: dict[Role, LazyString] = {
    Role.CLINICIAN: _l("Clinician"),
    Role.NAVIGATOR: _l("Navigator"),
    Role.CLINIC_ADMINISTRATOR: _l("Clinic administrator"),
    Role.ORGANIZATION_STAFF: _l("Organization staff"),
    Role.ORGANIZATION_ADMINISTRATOR: _l("Organization administrator"),
    Role.DIRECTORY_EDITOR: _l("Directory editor"),
    Role.PRIVACY_OFFICER: _l("Privacy officer"),
    Role.ANALYST: _l("Analyst"),
    Role.PLATFORM_ADMINISTRATOR: _l("Platform administrator"),
    Role.EMERGENCY: _l("Emergency access"),
}

KIND_NAMES: dict[MemberKind, LazyString] = {
    MemberKind.CLINIC: _l("Clinic"),
    MemberKind.ORGANIZATION: _l("Community organization"),
    MemberKind.NETWORK: _l("Network"),
}

#: RFC 5321 section 4.5.3.1: a path has at most 256 characters with its angle brackets.
LONGEST_EMAIL = 254


def role_name(role: str) -> str:
    """Return the role in the reader's language."""
    return str(ROLE_NAMES[Role(role)])


def kind_name(kind: str) -> str:
    """Return the kind of member in the reader's language."""
    return str(KIND_NAMES[MemberKind(kind)])


def fold_email(text: str) -> str:
    """Return the one stored form of an address: composed letters (Unicode NFC), small, without blanks around it.

    Letters that only look or sound alike stay apart ("ß" is not "ss"), and mail always goes to this stored form, so
    that nobody can take over an account with an address that merely folds like its own.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())


def read_email(text: str, field: str = "email") -> str:
    """Return the stored form of a typed address. Raises InvalidInput, blaming `field`, when it can be none."""
    email = fold_email(text)
    local, at, domain = email.rpartition("@")
    odd = any(character.isspace() or not character.isprintable() or character in '<>,;:"()[]\\' for character in email)
    labels = domain.split(".")
    if not (at and local) or "@" in local or odd or len(labels) < 2 or not all(labels) or len(email) > LONGEST_EMAIL:
        raise InvalidInput(_l("This is not an e-mail address. It looks like name@example.org."), field)
    return email
