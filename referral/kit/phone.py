"""Phone numbers: reading what people type, one stored form, one shown form."""

import phonenumbers
from flask_babel import lazy_gettext as _l

from referral.kit.errors import InvalidInput

#: The country assumed when a number carries none.
HOME_REGION = "US"


def parse_phone(text: str) -> str:
    """Return the E.164 form ("+15595550123"). Raises InvalidInput when it cannot be a phone number."""
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidInput(
            _l("This is not a phone number. Type it with its area code, such as 559-555-0123.")
        ) from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidInput(_l("This phone number has too few or too many digits. Type it with its area code."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_uri(number: str) -> str | None:
    """Return the address that dials a number, with its extension (RFC 3966: "tel:+15595550118;ext=255").

    None for what cannot be dialled. Short numbers such as 211 stand as they are: phones know them without a country.
    """
    try:
        read = phonenumbers.parse(number, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(read):
        digits = number.strip()
        return f"tel:{digits}" if digits.isascii() and digits.isdigit() else None
    extension = f";ext={read.extension}" if read.extension else ""
    read.extension = None
    return f"tel:{phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)}{extension}"


def show_phone(e164: str) -> str:
    """Return the number as people at home read it; a foreign one in international form; odd text as it is."""
    try:
        number = phonenumbers.parse(e164, HOME_REGION)
    except phonenumbers.NumberParseException:
        return e164
    home = phonenumbers.country_code_for_region(HOME_REGION)
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if number.country_code == home else form.INTERNATIONAL)
